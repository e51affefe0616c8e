//! The outermost layer of every request: problems rendered, security headers set, requests counted.

use super::headers;
use crate::{
    http::secrets,
    metrics::Metrics,
    problem::{ProblemBody, from_status},
    state::State,
};
use actix_web::{
    Error, HttpMessage as _,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        ConnectionType,
        header::{self, HeaderName, HeaderValue},
    },
    middleware::Next,
    web,
};
use policytab_domain::problem::{Problem, ProblemCode};
use std::time::Instant;
use tracing_actix_web::RequestId;

/// Carries the request's id, for people to quote.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The request's id.
pub fn request_id(request: &actix_web::HttpRequest) -> Option<String> {
    request.extensions().get::<RequestId>().map(ToString::to_string)
}

/// Renders problems and sets what every answer carries.
pub async fn outermost(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let began = Instant::now();
    let metrics = request.app_data::<web::Data<Metrics>>().cloned();
    let secret = secrets::brought(request.request());
    if secret {
        secrets::loosen(&mut request);
    }
    let mut response = next.call(request).await?.map_into_boxed_body();
    let state = response.request().app_data::<web::Data<State>>();
    let stopping = state.is_some_and(|state| *state.stopped.borrow());
    let id = request_id(response.request());
    let status = response.status();
    if status.is_client_error() || status.is_server_error() {
        response = render(response, id.clone());
    }
    // Who asks a server that is stopping asks another one next time.
    if secret || stopping {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    if let Some(metrics) = metrics {
        let route = response.request().match_pattern().unwrap_or_else(|| "other".to_owned());
        metrics.request(response.request().method().as_str(), &route, status.as_u16(), began.elapsed());
    }
    let path = response.request().path().to_owned();
    let secure = response.request().app_data::<web::Data<State>>().is_some_and(|s| s.config.secure());
    let headers = response.headers_mut();
    headers::set(headers, &path, secure);
    if let Some(value) = id.and_then(|id| HeaderValue::from_str(&id).ok()) {
        headers.insert(REQUEST_ID, value);
    }
    Ok(response)
}

/// Gives a failed answer its problem body.
fn render(response: ServiceResponse, id: Option<String>) -> ServiceResponse {
    let problem = response.response().extensions().get::<Problem>().cloned();
    if problem.is_none()
        && response.headers().get(header::CONTENT_TYPE).is_some_and(|t| t == "application/json")
    {
        // `/readyz` answers 503 with its own body.
        return response;
    }
    let problem = problem.unwrap_or_else(|| from_status(response.status()));
    let (code, retry_after) = (problem.code, problem.retry_after);
    let body = ProblemBody::new(problem, Some(response.request().path().to_owned()), id);
    let text = serde_json::to_string(&body).unwrap_or_default();
    let (request, old) = response.into_parts();
    let mut new = actix_web::HttpResponse::build(old.status());
    new.content_type("application/problem+json");
    for (name, value) in old.headers() {
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH {
            new.append_header((name.clone(), value.clone()));
        }
    }
    if let Some(seconds) = retry_after {
        new.insert_header((header::RETRY_AFTER, seconds.to_string()));
    }
    if code == ProblemCode::Unauthenticated {
        new.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
    }
    ServiceResponse::new(request, new.body(text))
}
