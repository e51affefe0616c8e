//! Entity tags: the version of what people edit, as `ETag` and `If-Match`.

use crate::problem::ApiError;
use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header::{ETAG, HeaderValue, IF_MATCH},
};
use policytab_domain::problem::Problem;
use std::future::{Ready, ready};

/// What `If-Match` may hold.
pub const PATTERN: &str = r#"^(\*|(W/)?("[0-9]{1,18}"|[0-9]{1,18}))$"#;

/// The version demanded by `If-Match`; `None` when the header is absent or `*`.
#[derive(Debug, Clone, Copy)]
pub struct IfMatch(pub Option<i64>);

impl FromRequest for IfMatch {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(value) = request.headers().get(IF_MATCH) else { return ready(Ok(Self(None))) };
        let text = value.to_str().unwrap_or_default().trim();
        if text == "*" {
            return ready(Ok(Self(None)));
        }
        ready(match version(text) {
            Some(version) => Ok(Self(Some(version))),
            None => Err(Problem::invalid("If-Match", "must be an ETag that this server gave").into()),
        })
    }
}

/// The version in an entity tag, quoted or not.
fn version(text: &str) -> Option<i64> {
    let bare = text.strip_prefix("W/").unwrap_or(text);
    let digits = bare.strip_prefix('"').map_or(Some(bare), |rest| rest.strip_suffix('"'))?;
    let number = (1..=18).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    number.then(|| digits.parse().ok())?
}

/// The `ETag` header of a version.
pub fn etag(version: i64) -> (actix_web::http::header::HeaderName, HeaderValue) {
    let value = HeaderValue::from_str(&format!("\"{version}\"")).unwrap_or(HeaderValue::from_static("\"0\""));
    (ETAG, value)
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn only_what_this_server_gave_is_a_version() {
        for good in ["7", "\"7\"", "W/\"7\"", "W/7", "007"] {
            assert_eq!(version(good), Some(7), "{good}");
        }
        for bad in [
            "",
            "\"",
            "\"\"",
            "\"7",
            "7\"",
            "W/",
            "-7",
            "+7",
            "7.0",
            "null",
            "1234567890123456789",
            "\"1\", \"2\"",
        ] {
            assert_eq!(version(bad), None, "{bad}");
        }
    }
}
