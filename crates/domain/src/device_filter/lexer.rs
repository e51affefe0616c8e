//! From the text of a rule to its tokens.

use super::{FilterError, MAX_RULE_CHARS};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Open,
    Close,
    OpenList,
    CloseList,
    Comma,
    /// A quoted text, without its quotes.
    Quoted(String),
    /// Anything else up to a blank or one of the signs above: an operator, an attribute, `True`, `null`.
    Word(String),
}

/// A token and which character it starts at.
pub(super) type Placed = (usize, Token);

pub(super) fn tokens(rule: &str) -> Result<Vec<Placed>, FilterError> {
    // Counted no further than the limit, so that a huge text costs nothing.
    if rule.chars().take(MAX_RULE_CHARS + 1).count() > MAX_RULE_CHARS {
        let message = format!("a rule has at most {MAX_RULE_CHARS} characters");
        return Err(FilterError { position: MAX_RULE_CHARS, message });
    }
    let chars: Vec<char> = rule.chars().collect();
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let start = at;
        at += 1;
        let token = match c {
            c if c.is_whitespace() => continue,
            '(' => Token::Open,
            ')' => Token::Close,
            '[' => Token::OpenList,
            ']' => Token::CloseList,
            ',' => Token::Comma,
            '"' | '\'' => {
                let (text, end) = quoted(&chars, start)?;
                at = end;
                Token::Quoted(text)
            }
            _ => {
                while chars.get(at).is_some_and(|c| !c.is_whitespace() && !"()[],\"'".contains(*c)) {
                    at += 1;
                }
                Token::Word(chars[start..at].iter().collect())
            }
        };
        out.push((start, token));
    }
    Ok(out)
}

/// The text in quotes that starts at `start`, and the character after it. A quote inside is doubled, or has a backtick
/// before it.
fn quoted(chars: &[char], start: usize) -> Result<(String, usize), FilterError> {
    let quote = chars[start];
    let mut text = String::new();
    let mut at = start + 1;
    while let Some(&c) = chars.get(at) {
        let next = chars.get(at + 1).copied();
        match (c, next) {
            ('`', Some(escaped @ ('`' | '"' | '\''))) => {
                text.push(escaped);
                at += 2;
            }
            (c, Some(doubled)) if c == quote && doubled == quote => {
                text.push(c);
                at += 2;
            }
            (c, _) if c == quote => return Ok((text, at + 1)),
            (c, _) => {
                text.push(c);
                at += 1;
            }
        }
    }
    Err(FilterError { position: start, message: "this quote is never closed".to_owned() })
}
