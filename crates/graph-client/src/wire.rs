//! The error bodies of Entra and Graph, read without trust.
//!
//! Invariant: whatever the body is, the result is a short code of harmless characters or nothing.

use policytab_domain::problem::Upstream;
use reqwest::{StatusCode, header::HeaderMap};
use serde_json::Value;
use std::time::Duration;

/// Longest code or request id that is kept.
const LONGEST: usize = 80;
/// Deepest nesting of `innerError` that is followed.
const DEEPEST: usize = 5;

/// Keeps a code or id if it looks like one.
fn token(text: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    (!text.is_empty() && text.len() <= LONGEST && text.chars().all(plain)).then(|| text.to_owned())
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).and_then(token)
}

/// What Entra said: `{error, error_codes, trace_id, …}`.
pub(crate) fn entra(status: StatusCode, headers: &HeaderMap, body: Option<&Value>) -> Box<Upstream> {
    let text = |name: &str| body.and_then(|b| b.get(name)).and_then(Value::as_str);
    Box::new(Upstream {
        service: "entra".to_owned(),
        status: Some(status.as_u16()),
        code: text("error").and_then(token),
        aadsts: body.and_then(aadsts),
        request_id: header(headers, "x-ms-request-id").or_else(|| text("trace_id").and_then(token)),
    })
}

/// Entra's number. `error_codes` is the contract; the description is looked at only where that is missing, and only
/// for its leading number, because separators and wording have changed over the years.
fn aadsts(body: &Value) -> Option<u32> {
    let listed = body.get("error_codes").and_then(Value::as_array);
    if let Some(code) = listed.into_iter().flatten().find_map(Value::as_u64) {
        return u32::try_from(code).ok();
    }
    let description = body.get("error_description").and_then(Value::as_str)?;
    let digits = description.split_once("AADSTS")?.1;
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().ok()
}

/// What Graph said: `{error: {code, message, innerError}}`, the innermost code winning.
pub(crate) fn graph(status: u16, headers: Option<&HeaderMap>, body: Option<&Value>) -> Box<Upstream> {
    let mut code = None;
    let mut request_id = headers.and_then(|h| header(h, "request-id"));
    let mut level = body.and_then(|b| b.get("error"));
    for _ in 0..DEEPEST {
        let Some(error) = level else { break };
        let text = |name: &str| error.get(name).and_then(Value::as_str).and_then(token);
        code = text("code").or(code);
        request_id = request_id.or_else(|| text("request-id"));
        level = error.get("innerError").or_else(|| error.get("innererror"));
    }
    Box::new(Upstream { service: "graph".to_owned(), status: Some(status), code, aadsts: None, request_id })
}

/// `Retry-After` in seconds, whole or fractional; the date form is not used by these services and counts as absent,
/// as does anything that is no length of time.
pub(crate) fn retry_after(text: Option<&str>) -> Option<Duration> {
    let seconds: f64 = text?.trim().parse().ok()?;
    // A wait of years is still a wait; `Duration` refuses NaN, negative and overflowing ones.
    Duration::try_from_secs_f64(seconds.clamp(f64::MIN, 1e9)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn entra_numbers_come_from_the_list_or_from_any_description() {
        let read = |body: Value| entra(StatusCode::BAD_REQUEST, &HeaderMap::new(), Some(&body)).aadsts;
        assert_eq!(read(json!({"error_codes": [7000215]})), Some(7_000_215));
        assert_eq!(
            read(json!({"error_description": "AADSTS90002: Tenant 'x' not found.\r\nTrace ID: 1"})),
            Some(90002)
        );
        assert_eq!(read(json!({"error_codes": [], "error_description": "AADSTS700016"})), Some(700_016));
        assert_eq!(read(json!({"error_codes": "no", "error_description": 7})), None);
    }

    #[test]
    fn the_innermost_graph_code_wins_and_odd_bodies_do_no_harm() {
        let body = json!({"error": {"code": "BadRequest", "innererror": {"code": "1007", "innerError": {"request-id": "abc"}}}});
        let upstream = graph(400, None, Some(&body));
        assert_eq!((upstream.code.as_deref(), upstream.request_id.as_deref()), (Some("1007"), Some("abc")));
        for odd in [json!(null), json!([]), json!({"error": "text"}), json!({"error": {"code": "<script>"}})]
        {
            assert_eq!(graph(500, None, Some(&odd)).code, None);
        }
    }

    #[test]
    fn waits_are_seconds_fractional_or_absurd() {
        assert_eq!(retry_after(Some("2.128")), Some(Duration::from_secs_f64(2.128)));
        assert_eq!(retry_after(Some(" 10 ")), Some(Duration::from_secs(10)));
        assert_eq!(retry_after(Some("1e300")), Some(Duration::from_secs(1_000_000_000)));
        for none in ["-1", "NaN", "soon", ""] {
            assert_eq!(retry_after(Some(none)), None, "{none}");
        }
    }
}
