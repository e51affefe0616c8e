//! Characters that JSON can name and that nothing behind it can hold.
//!
//! JSON writes any 16-bit unit as `\uXXXX` (RFC 8259, section 7). Two kinds of them end nowhere well: U+0000, which no text of
//! PostgreSQL holds, and halves of surrogate pairs that stand alone, which are no characters. Whoever names things in a tenant
//! must not be able to make it unreadable by that, so each becomes U+FFFD, the sign for what can't be shown.

/// The escape of U+FFFD; as long as each that it takes the place of.
const REPLACEMENT: &[u8; 6] = b"\\ufffd";

/// The unit that an escape at the beginning of `bytes` names; `None` where there is no `\uXXXX`.
fn unit(bytes: &[u8]) -> Option<u16> {
    let digits = bytes.strip_prefix(b"\\u")?.get(..4)?;
    digits.iter().try_fold(0, |unit: u16, digit| {
        let digit = char::from(*digit).to_digit(16)?;
        Some(unit << 4 | u16::try_from(digit).ok()?)
    })
}

/// Puts U+FFFD in the place of what nothing can hold. Whether it is JSON otherwise is not looked at.
pub(crate) fn mend(json: &mut [u8]) {
    let mut at = 0;
    while let Some(found) = json[at..].iter().position(|byte| *byte == b'\\') {
        at += found;
        at += match unit(&json[at..]) {
            // Another escape: two bytes, of which the second may be a backslash.
            None => 2,
            Some(0xd800..=0xdbff) if matches!(unit(&json[at + 6..]), Some(0xdc00..=0xdfff)) => 12,
            Some(0 | 0xd800..=0xdfff) => {
                json[at..at + 6].copy_from_slice(REPLACEMENT);
                6
            }
            Some(_) => 6,
        };
        if at >= json.len() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    fn mended(json: &str) -> String {
        let mut bytes = json.as_bytes().to_vec();
        mend(&mut bytes);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn what_nothing_can_hold_becomes_the_sign_for_it() {
        for (json, text) in [
            (r#""a\u0000b""#, "a\u{fffd}b"),
            (r#""\ud800""#, "\u{fffd}"),
            (r#""\uDFFF\uD83D""#, "\u{fffd}\u{fffd}"),
            (r#""\ud83d\ud83d\ude00""#, "\u{fffd}😀"),
            (r#""\uD83D\uDE00\u0000""#, "😀\u{fffd}"),
            (r#""\ud83dx\ude00""#, "\u{fffd}x\u{fffd}"),
            (r#""\ud83d\\ude00""#, "\u{fffd}\\ude00"),
            (r#""\\u0000\\\u0000\"\\""#, "\\u0000\\\u{fffd}\"\\"),
            (r#""\u0001\u00e9\ue000 plain""#, "\u{1}é\u{e000} plain"),
        ] {
            assert_eq!(serde_json::from_str::<String>(&mended(json)).unwrap(), text, "{json}");
        }
        let named = mended(r#"{"a\u0000": {"\ud800": 1}}"#);
        assert_eq!(serde_json::from_str::<Value>(&named).unwrap()["a\u{fffd}"]["\u{fffd}"], 1);
    }

    #[test]
    fn what_breaks_off_stays_as_it_is() {
        for json in ["", "\"\\", "\"\\u", "\"\\u00", "\"\\u000", "\"\\uzzzz\"", "\\u+000", "\"\\ud83d\\"] {
            assert_eq!(mended(json).replace("\\ufffd", "\\ud83d"), json);
        }
    }

    proptest! {
        #[test]
        fn every_text_of_16_bit_units_can_be_read_and_stored(
            units in prop::collection::vec(prop_oneof![Just(0_u16), 0xd7f0_u16..0xe010, any::<u16>()], 0..40),
        ) {
            let escaped: String = units.iter().map(|unit| format!("\\u{unit:04x}")).collect();
            let text: String = serde_json::from_str(&mended(&format!("\"{escaped}\""))).unwrap();
            prop_assert_eq!(text, String::from_utf16_lossy(&units).replace('\0', "\u{fffd}"));
        }

        #[test]
        fn what_can_be_held_is_not_touched(text in "[^\0]{0,60}") {
            let json = Value::from(text).to_string();
            prop_assert_eq!(mended(&json), json);
        }
    }
}
