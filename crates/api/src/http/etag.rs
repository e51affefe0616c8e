//! Entity tags: the version of what people edit, as `ETag` and `If-Match`.

use crate::problem::ApiError;
use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header::{ETAG, HeaderValue, IF_MATCH},
};
use policytab_domain::problem::Problem;
use std::future::{Ready, ready};

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
        let bare = text.strip_prefix("W/").unwrap_or(text).trim_matches('"');
        ready(match bare.parse() {
            Ok(version) => Ok(Self(Some(version))),
            Err(_) => Err(Problem::invalid("If-Match", "must be an ETag that this server gave").into()),
        })
    }
}

/// The `ETag` header of a version.
pub fn etag(version: i64) -> (actix_web::http::header::HeaderName, HeaderValue) {
    let value = HeaderValue::from_str(&format!("\"{version}\"")).unwrap_or(HeaderValue::from_static("\"0\""));
    (ETAG, value)
}
