//! The `Idempotency-Key` header: the same key and request give the same answer and one effect, for a day.

use crate::problem::ApiError;
use actix_web::{
    FromRequest, HttpRequest, HttpResponse, dev::Payload, http::StatusCode, http::header::HeaderName,
};
use policytab_app::idempotency::{Idempotency, Outcome, Stored};
use policytab_domain::problem::Problem;
use sha2::{Digest as _, Sha256};
use std::future::{Ready, ready};

/// Name of the header.
pub const HEADER: HeaderName = HeaderName::from_static("idempotency-key");

/// What it may hold.
pub const PATTERN: &str = "^[!-~]([ -~]{0,198}[!-~])?$";

/// The key a caller sent, with the route it was sent to.
#[derive(Debug)]
pub struct Key {
    key: Option<String>,
    route: String,
}

impl Key {
    /// The key bound to this request's content; `None` when the caller sent no key.
    pub fn of(&self, body: &[u8]) -> Option<Idempotency> {
        self.key.as_ref().map(|key| Idempotency {
            key: key.clone(),
            route: self.route.clone(),
            request_sha256: Sha256::digest(body).into(),
        })
    }
}

impl FromRequest for Key {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let route = format!("{} {}", request.method(), request.path());
        let key = match request.headers().get(HEADER).map(|v| v.to_str()) {
            None => None,
            Some(Ok(text)) if (1..=200).contains(&text.len()) && text.bytes().all(|b| b >= b' ') => {
                Some(text.to_owned())
            }
            Some(_) => {
                let problem =
                    Problem::invalid("Idempotency-Key", "must have 1 to 200 visible ASCII characters");
                return ready(Err(problem.into()));
            }
        };
        ready(Ok(Self { key, route }))
    }
}

/// The answer to a request that may have been made before.
pub fn answer(outcome: Outcome) -> HttpResponse {
    let (stored, replayed) = match outcome {
        Outcome::Done(stored) => (stored, false),
        Outcome::Replayed(stored) => (stored, true),
    };
    let Stored { status, headers, body } = stored;
    let mut response = HttpResponse::build(StatusCode::from_u16(status).unwrap_or(StatusCode::OK));
    for (name, value) in headers {
        response.insert_header((name, value));
    }
    if replayed {
        response.insert_header(("idempotency-replayed", "true"));
    }
    if body.is_empty() { response.finish() } else { response.content_type("application/json").body(body) }
}
