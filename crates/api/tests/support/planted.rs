//! Planted secrets, and the search for them.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use serde_json::Value;

/// A secret in every clothing that a log or a dump could put it in.
pub(crate) fn clothed(secret: &str) -> Vec<String> {
    let mut forms = vec![secret.to_owned(), hex::encode(secret), hex::encode_upper(secret)];
    forms.push(secret.chars().rev().collect());
    forms.push(url::form_urlencoded::byte_serialize(secret.as_bytes()).collect());
    let json = Value::from(secret).to_string();
    forms.push(json.trim_matches('"').to_owned());
    forms.push(format!("{:?}", secret.as_bytes()).trim_matches(['[', ']']).to_owned());
    // In base64 a text looks one of three ways, after what stands before it; the ends depend on the neighbours.
    for shift in 0..3 {
        let shifted = format!("{}{secret}", "x".repeat(shift));
        for encoded in [STANDARD_NO_PAD.encode(&shifted), URL_SAFE_NO_PAD.encode(&shifted)] {
            let from = if shift == 0 { 0 } else { 4 };
            forms.push(encoded[from..encoded.len() - 4].to_owned());
        }
    }
    forms
}

/// Fails with where and around what, but without the secret itself.
pub(crate) fn absent(text: &str, secrets: &[(&str, String)], place: &str) {
    for (name, secret) in secrets {
        for form in clothed(secret) {
            if let Some(found) = text.find(&form) {
                let line = text[..found].rfind('\n').map_or(0, |n| n + 1);
                let end = text[found..].find('\n').map_or(text.len(), |n| found + n);
                let around: String = text[line..end].replace(&form, "<HERE>").chars().take(600).collect();
                panic!("{name} is in {place}: {around}");
            }
        }
    }
}
