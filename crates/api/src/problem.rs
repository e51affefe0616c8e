//! Errors as `application/problem+json` (RFC 9457).
//!
//! A handler fails with an [`ApiError`]; the outermost middleware renders it, because only there the request's id
//! and address are known. Whatever else ends with 4xx or 5xx (an unknown path, a body over the limit) is given the
//! same form there.

use crate::enums::ProblemCodeSchema;
use actix_web::{HttpResponse, ResponseError, http::StatusCode};
use policytab_domain::problem::{Problem, ProblemCode, Upstream};
use serde::Serialize;
use serde_json::Value;
use std::{collections::BTreeMap, fmt};
use utoipa::ToSchema;

/// What handlers return.
pub type ApiResult<T> = Result<T, ApiError>;

/// A failed request: what the caller is told, and what only the log is told.
#[derive(Debug)]
pub struct ApiError {
    /// For the caller.
    pub problem: Problem,
    /// For the log.
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl ApiError {
    /// Our own fault: the caller learns nothing but the request id.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { problem: Problem::new(ProblemCode::Internal, internal_detail()), cause: Some(cause.into()) }
    }
}

fn internal_detail() -> &'static str {
    "The log has the details under this request id."
}

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        Self { problem, cause: None }
    }
}

impl From<policytab_app::AppError> for ApiError {
    fn from(error: policytab_app::AppError) -> Self {
        match error {
            policytab_app::AppError::Problem(problem) => (*problem).into(),
            policytab_app::AppError::Internal(cause) => Self::internal(cause),
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.problem.code.as_str(), self.problem.detail)
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        status(self.problem.code)
    }

    fn error_response(&self) -> HttpResponse {
        if let Some(cause) = &self.cause {
            tracing::error!(error = %chain(cause.as_ref()), code = self.problem.code.as_str(), "request failed");
        }
        let mut response = HttpResponse::build(self.status_code());
        let response = response.finish();
        response_with(response, self.problem.clone())
    }
}

/// Attaches a problem to a response, for the middleware to render.
fn response_with(mut response: HttpResponse, problem: Problem) -> HttpResponse {
    response.extensions_mut().insert(problem);
    response
}

/// An error and what caused it, in one line.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// The HTTP status of each code.
pub fn status(code: ProblemCode) -> StatusCode {
    use ProblemCode as C;
    match code {
        C::GraphTokenFailed
        | C::TenantNotDetected
        | C::TenantHintInvalid
        | C::GraphPermissionMissing
        | C::ValidationFailed
        | C::IdempotencyConflict => StatusCode::UNPROCESSABLE_ENTITY,
        C::TenantMismatch
        | C::TenantAlreadyConnected
        | C::GraphCredentialsUnavailable
        | C::ImportInProgress
        | C::InvalidState
        | C::Conflict => StatusCode::CONFLICT,
        C::GraphThrottled | C::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        C::GraphUnavailable => StatusCode::BAD_GATEWAY,
        C::Unauthenticated => StatusCode::UNAUTHORIZED,
        C::Forbidden => StatusCode::FORBIDDEN,
        C::NotFound => StatusCode::NOT_FOUND,
        C::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        C::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
        C::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        C::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        C::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The problem for a bare status that no handler of ours explained.
pub fn from_status(status: StatusCode) -> Problem {
    let (code, detail) = match status {
        StatusCode::UNAUTHORIZED => (ProblemCode::Unauthenticated, "No valid credential was sent."),
        StatusCode::FORBIDDEN => (ProblemCode::Forbidden, "This is not allowed."),
        StatusCode::NOT_FOUND => (ProblemCode::NotFound, "There is nothing at this address."),
        StatusCode::METHOD_NOT_ALLOWED => (ProblemCode::MethodNotAllowed, "This method is not offered here."),
        StatusCode::PAYLOAD_TOO_LARGE => {
            (ProblemCode::PayloadTooLarge, "The body is larger than allowed here.")
        }
        StatusCode::TOO_MANY_REQUESTS => (ProblemCode::RateLimited, "Too many requests."),
        StatusCode::SERVICE_UNAVAILABLE => (ProblemCode::Unavailable, "The service can't answer right now."),
        s if s.is_client_error() => (ProblemCode::ValidationFailed, "The request could not be understood."),
        _ => (ProblemCode::Internal, internal_detail()),
    };
    Problem::new(code, detail)
}

/// A problem on the wire.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// Address of the code's description on this server.
    #[serde(rename = "type")]
    #[schema(rename = "type", example = "/problems/validation_failed")]
    pub kind: String,
    /// What happened, for people; the same for every occurrence of a code.
    pub title: String,
    /// The HTTP status, repeated.
    pub status: u16,
    /// What is particular about this occurrence.
    pub detail: String,
    /// The request's path; for a stored error, what it happened to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// Stable, machine-readable.
    #[schema(value_type = ProblemCodeSchema)]
    pub code: ProblemCode,
    /// A finer code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What to do now.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub remedy: String,
    /// The in-product guide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub docs: Option<String>,
    /// Field → message.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub errors: BTreeMap<String, String>,
    /// Permissions that were not granted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing_permissions: Vec<String>,
    /// What Microsoft or GitHub said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upstream: Option<UpstreamBody>,
    /// Seconds to wait before another try.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// The role that is needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required_role: Option<String>,
    /// The customer that is in the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_name: Option<String>,
    /// The import that is running.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub import_id: Option<String>,
    /// Find the request in the log by this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

/// What the other side said.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Upstream)]
pub struct UpstreamBody {
    /// `entra`, `graph` or `github`.
    pub service: String,
    /// Its HTTP status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Its error code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Entra's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aadsts: Option<u32>,
    /// Its request id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl From<Upstream> for UpstreamBody {
    fn from(u: Upstream) -> Self {
        Self {
            service: u.service,
            status: u.status,
            code: u.code,
            aadsts: u.aadsts,
            request_id: u.request_id,
        }
    }
}

impl ProblemBody {
    /// A problem as it goes over the wire; `instance` and `request_id` belong to the request, if there is one.
    pub fn new(problem: Problem, instance: Option<String>, request_id: Option<String>) -> Self {
        let extra = |name: &str| {
            problem.extra.get(name).map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned))
        };
        Self {
            kind: format!("/problems/{}", problem.code.as_str()),
            title: problem.code.title().to_owned(),
            status: status(problem.code).as_u16(),
            instance,
            code: problem.code,
            docs: guide(problem.code).map(str::to_owned),
            required_role: extra("required_role"),
            customer_id: extra("customer_id"),
            customer_name: extra("customer_name"),
            import_id: extra("import_id"),
            detail: problem.detail,
            reason: problem.reason,
            remedy: problem.remedy,
            errors: problem.errors,
            missing_permissions: problem.missing_permissions,
            upstream: problem.upstream.map(|u| (*u).into()),
            retry_after: problem.retry_after,
            request_id,
        }
    }

    /// A stored problem, as an import or a customer carries it.
    pub fn stored(problem: Problem) -> Self {
        Self::new(problem, None, None)
    }

    /// A stored problem from its JSON; one that an older version wrote and this one can't read is dropped.
    pub fn from_json(value: Value) -> Option<Self> {
        serde_json::from_value::<Problem>(value).ok().map(Self::stored)
    }
}

/// The page of the in-product guide that helps with a code.
fn guide(code: ProblemCode) -> Option<&'static str> {
    use ProblemCode as C;
    match code {
        C::GraphTokenFailed
        | C::TenantNotDetected
        | C::TenantHintInvalid
        | C::GraphCredentialsUnavailable => Some("/guide/connecting-a-tenant"),
        C::GraphPermissionMissing => Some("/guide/app-permissions"),
        C::TenantMismatch | C::TenantAlreadyConnected => Some("/guide/connecting-a-tenant"),
        C::GraphThrottled
        | C::GraphUnavailable
        | C::ImportInProgress
        | C::InvalidState
        | C::ValidationFailed
        | C::Unauthenticated
        | C::Forbidden
        | C::NotFound
        | C::MethodNotAllowed
        | C::Conflict
        | C::PreconditionFailed
        | C::PayloadTooLarge
        | C::IdempotencyConflict
        | C::RateLimited
        | C::Unavailable
        | C::Internal => None,
    }
}
