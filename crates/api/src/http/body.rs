//! JSON bodies: parsed, checked for what no text may hold, validated.

use super::shape;
use crate::{
    bounds::{Bounds, Place},
    problem::ApiError,
    state::State,
};
use actix_web::{
    FromRequest, HttpMessage as _, HttpRequest,
    dev::Payload,
    http::header::CONTENT_TYPE,
    web::{self, BytesMut},
};
use futures_util::{StreamExt as _, future::LocalBoxFuture};
use policytab_domain::problem::{Problem, ProblemCode};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use tokio::sync::OwnedSemaphorePermit;
use validator::{Validate, ValidationErrors, ValidationErrorsKind};

/// Largest body in bytes, save where a route allows more.
pub const BODY_LIMIT: usize = 1024 * 1024;

/// Largest body of an import of files, in bytes.
pub const FILES_BODY_LIMIT: usize = 20 * 1024 * 1024;

/// A validated JSON body of at most `LIMIT` bytes, and the bytes it came from.
#[derive(Debug)]
pub struct Valid<T, const LIMIT: usize = BODY_LIMIT> {
    /// The parsed body.
    pub body: T,
    /// As it came, for the idempotency key's comparison.
    pub bytes: web::Bytes,
    /// Its part of the memory for bodies.
    _room: Option<OwnedSemaphorePermit>,
}

impl<T: DeserializeOwned + Validate + 'static, const LIMIT: usize> FromRequest for Valid<T, LIMIT> {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let json = request
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|v| v.to_str().ok())
            .and_then(|v| v.parse::<mime_guess::Mime>().ok())
            .is_some_and(|m| m.subtype() == "json" || m.suffix().is_some_and(|s| s == "json"));
        let payload = payload.take();
        let place = request.extensions().get::<Place>().cloned();
        let state = request.app_data::<web::Data<State>>().cloned();
        Box::pin(async move {
            if !json {
                return Err(unreadable("send JSON with Content-Type: application/json"));
            }
            let state = state.ok_or_else(|| ApiError::internal("the server's state is missing"))?;
            let bounds = &state.bounds;
            let arriving = tokio::time::timeout(bounds.body_time(), collect(payload, LIMIT, bounds));
            let arrived = match place {
                Some(place) => place.lend(bounds, arriving).await?,
                None => arriving.await,
            };
            let (bytes, room) = arrived.map_err(|_| unreadable("the body did not arrive in time"))??;
            let body = parse(&bytes)?;
            Ok(Self { body, bytes, _room: room })
        })
    }
}

/// Reads a payload up to a limit, as far as there is memory for bodies.
async fn collect(
    mut payload: Payload,
    limit: usize,
    bounds: &Bounds,
) -> Result<(web::Bytes, Option<OwnedSemaphorePermit>), ApiError> {
    let mut bytes = BytesMut::new();
    let mut room: Option<OwnedSemaphorePermit> = None;
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| unreadable("the body ended early"))?;
        if bytes.len() + chunk.len() > limit {
            return Err(Problem::new(
                ProblemCode::PayloadTooLarge,
                format!("The body is larger than {limit} bytes."),
            )
            .into());
        }
        let more = bounds.body(chunk.len())?;
        match &mut room {
            Some(room) => room.merge(more),
            None => room = Some(more),
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok((bytes.freeze(), room))
}

/// Parses and validates a body.
pub fn parse<T: DeserializeOwned + Validate>(bytes: &[u8]) -> Result<T, ApiError> {
    shape::check(bytes).map_err(|said| unreadable(&said))?;
    // By way of a value: its errors name fields without a position, and the last of two equal members counts.
    let value: serde_json::Value =
        serde_json::from_slice(bytes).map_err(|e| unreadable(&format!("not valid JSON: {e}")))?;
    // serde takes an array for an object whose members it fills in order.
    if !value.is_object() {
        return Err(unreadable("must be a JSON object"));
    }
    let body: T = serde_json::from_value(value).map_err(|e| shape_error(&e))?;
    body.validate().map_err(|e| validation_error(&e))?;
    Ok(body)
}

fn unreadable(detail: &str) -> ApiError {
    Problem::invalid("body", detail).into()
}

/// serde names the field in its message; it is told as the field's error where it can be found there.
fn shape_error(error: &serde_json::Error) -> ApiError {
    let message = error.to_string();
    let field = message
        .strip_prefix("missing field `")
        .or_else(|| message.strip_prefix("unknown field `"))
        .and_then(|rest| rest.split('`').next())
        .unwrap_or("body");
    let text = if message.starts_with("missing field") {
        "is required"
    } else if message.starts_with("unknown field") {
        "is not a known field"
    } else {
        message.as_str()
    };
    Problem::invalid(field, text).into()
}

/// All field errors at once, `a.b[0].c` for nested ones.
fn validation_error(errors: &ValidationErrors) -> ApiError {
    let mut fields = BTreeMap::new();
    flatten(errors, "", &mut fields);
    let detail = fields.iter().map(|(f, m)| format!("{f}: {m}")).collect::<Vec<_>>().join("; ");
    let mut problem = Problem::new(ProblemCode::ValidationFailed, detail);
    problem.errors = fields;
    problem.into()
}

fn flatten(errors: &ValidationErrors, prefix: &str, into: &mut BTreeMap<String, String>) {
    for (field, kind) in errors.errors() {
        let name = format!("{prefix}{field}");
        match kind {
            ValidationErrorsKind::Field(list) => {
                let message = list
                    .first()
                    .map(|e| e.message.as_ref().map_or_else(|| e.code.to_string(), ToString::to_string))
                    .unwrap_or_default();
                into.insert(name, message);
            }
            ValidationErrorsKind::Struct(inner) => flatten(inner, &format!("{name}."), into),
            ValidationErrorsKind::List(items) => {
                for (index, inner) in items {
                    flatten(inner, &format!("{name}[{index}]."), into);
                }
            }
        }
    }
}
