//! Rules for texts that people type.

use std::borrow::Cow;
use uuid::Uuid;
use validator::ValidationError;

fn error(code: &'static str, message: impl Into<Cow<'static, str>>) -> ValidationError {
    ValidationError::new(code).with_message(message.into())
}

/// 1 to 120 characters after trimming, none of them a control character.
pub fn display_name(text: &str) -> Result<(), ValidationError> {
    let trimmed = text.trim();
    match trimmed.chars().count() {
        0 => Err(error("length", "must not be empty")),
        1..=120 if trimmed.chars().any(char::is_control) => {
            Err(error("control", "must not contain control characters"))
        }
        1..=120 => Ok(()),
        _ => Err(error("length", "at most 120 characters")),
    }
}

/// 1 to `most` characters after trimming; no control characters but line breaks and tabs.
pub fn prose(text: &str, most: usize) -> Result<(), ValidationError> {
    let trimmed = text.trim();
    let odd = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    match trimmed.chars().count() {
        0 => Err(error("length", "must not be empty")),
        n if n > most => Err(error("length", format!("at most {most} characters"))),
        _ if trimmed.chars().any(odd) => Err(error("control", "must not contain control characters")),
        _ => Ok(()),
    }
}

/// A GUID, as the Entra admin center shows it.
pub fn guid(text: &str) -> Result<(), ValidationError> {
    Uuid::try_parse(text.trim())
        .map(|_| ())
        .map_err(|_| error("guid", "must be a GUID such as 6a1f0f0e-3c1b-4a53-9d51-0a0f6b1f2c3d"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_counted_in_characters_after_trimming() {
        assert!(display_name("  Ærø Kommune ").is_ok());
        assert!(display_name(&"é".repeat(120)).is_ok());
        assert!(display_name(&"é".repeat(121)).is_err());
        assert!(display_name(" \t ").is_err());
        assert!(display_name("a\u{7}b").is_err());
    }
}
