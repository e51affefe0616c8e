//! Rules for texts that people type.

use policytab_domain::problem::Problem;
use secrecy::{ExposeSecret as _, SecretString};
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

/// A token for another service's HTTP API, under its field's name: visible ASCII, as a header can hold it. An empty one is
/// none. Not a validator's function: those keep the value for their message.
pub fn header_token(field: &str, token: Option<SecretString>) -> Result<Option<SecretString>, Problem> {
    let fits = |token: &str| token.len() <= 500 && token.bytes().all(|b| b.is_ascii_graphic());
    match token {
        Some(token) if !fits(token.expose_secret()) => {
            Err(Problem::invalid(field, "must be at most 500 visible ASCII characters without spaces"))
        }
        token => Ok(token.filter(|token| !token.expose_secret().is_empty())),
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
    fn tokens_fit_into_a_header() {
        let read = |text: &str| header_token("token", Some(text.to_owned().into()));
        assert!(header_token("token", None).unwrap().is_none() && read("").unwrap().is_none());
        assert_eq!(read("ghp_Aa0~!").unwrap().unwrap().expose_secret(), "ghp_Aa0~!");
        for bad in [" ", "a b", "a\n", "a\u{e}", "ä", "\u{202e}", &"x".repeat(501)] {
            let told = read(bad).unwrap_err();
            assert!(told.errors.contains_key("token") && !told.detail.contains("ghp"), "{bad:?}");
        }
    }

    #[test]
    fn names_are_counted_in_characters_after_trimming() {
        assert!(display_name("  Ærø Kommune ").is_ok());
        assert!(display_name(&"é".repeat(120)).is_ok());
        assert!(display_name(&"é".repeat(121)).is_err());
        assert!(display_name(" \t ").is_err());
        assert!(display_name("a\u{7}b").is_err());
    }
}
