//! Texts of tenants in elements, attributes and styles.

/// Characters that turn the direction of the text after them: a name could make a line read backwards.
const fn turns(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Escapes a text for elements and quoted attributes. Control characters, which HTML has no place for, go.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(' '),
            c if c.is_control() || turns(c) => {}
            c => out.push(c),
        }
    }
    out
}

/// Escapes a text for a quoted string in a style: whatever is neither a letter nor a digit of ASCII is written by its
/// number, so that nothing can end the string, the style or the element.
pub(super) fn css_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !c.is_control() && !turns(*c)) {
        if c.is_ascii_alphanumeric() || c == ' ' {
            out.push(c);
        } else {
            // The blank ends the number, and is no part of the text.
            out.push_str(&format!("\\{:x} ", u32::from(c)));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_the_string_it_stands_in() {
        assert_eq!(css_text("a\"}</style>\\"), "a\\22 \\7d \\3c \\2f style\\3e \\5c ");
        assert_eq!(css_text("Söhne 1\n"), "S\\f6 hne 1");
        assert_eq!(escape("a\u{202E}<b>\u{0}"), "a&lt;b&gt;");
    }
}
