//! The server itself: alive, ready, measured, and what its error codes mean.

use crate::{
    enums::ProblemCodeSchema,
    metrics::Metrics,
    problem::{ApiError, ApiResult, status},
    state::State,
};
use actix_web::{HttpResponse, get, web};
use policytab_domain::problem::{Problem, ProblemCode};
use serde::Serialize;
use utoipa::ToSchema;

/// A sign of life.
#[derive(Debug, Serialize, ToSchema)]
pub struct HealthOut {
    /// `ok`
    pub status: String,
}

/// Whether the process runs.
#[utoipa::path(tag = "service", responses((status = 200, description = "It runs.", body = HealthOut)))]
#[get("/healthz")]
pub async fn healthz() -> web::Json<HealthOut> {
    web::Json(HealthOut { status: "ok".to_owned() })
}

/// Whether the process can serve: it reaches its database, and was not told to stop.
#[utoipa::path(
    tag = "service",
    responses(
        (status = 200, description = "It can serve.", body = HealthOut),
        (status = 503, description = "It can't; `code` is `unavailable`.", body = crate::problem::ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[get("/readyz")]
pub async fn readyz(state: web::Data<State>) -> ApiResult<web::Json<HealthOut>> {
    if *state.stopped.borrow() {
        return Err(Problem::new(ProblemCode::Unavailable, "This server is stopping.").into());
    }
    match state.app.store.ping().await {
        Ok(()) => Ok(web::Json(HealthOut { status: "ok".to_owned() })),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            let mut problem = Problem::new(ProblemCode::Unavailable, "The database can't be reached.");
            problem.retry_after = Some(2);
            Err(problem.into())
        }
    }
}

/// Prometheus metrics.
#[utoipa::path(
    tag = "service",
    responses((status = 200, description = "Prometheus text format.", body = String, content_type = "text/plain"))
)]
#[get("/metrics")]
pub async fn metrics(state: web::Data<State>, metrics: web::Data<Metrics>) -> HttpResponse {
    if let Ok(stats) = state.app.store.job_queue_stats().await {
        let oldest = stats.oldest_ready.map_or(0, |age| age.as_secs());
        metrics.queue(stats.ready + stats.leased, i64::try_from(oldest).unwrap_or(i64::MAX));
    }
    metrics.bounds(&state.bounds.levels(&state.app));
    let (open, idle) = state.app.store.connections();
    metrics.connections(open, idle);
    HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(metrics.text())
}

/// What an error code means.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemDescription {
    /// The code.
    #[schema(value_type = ProblemCodeSchema)]
    pub code: ProblemCode,
    /// Its HTTP status.
    pub status: u16,
    /// What happened.
    pub title: String,
    /// What to do.
    pub remedy: String,
    /// Whether the same request can succeed later without a change.
    pub retryable: bool,
}

/// What an error code means: the address in a problem's `type`.
#[utoipa::path(
    tag = "service",
    params(("code" = String, Path, description = "The code.")),
    responses((status = 200, description = "The code's meaning.", body = ProblemDescription))
)]
#[get("/problems/{code}")]
pub async fn problem_fetch(code: web::Path<String>) -> ApiResult<web::Json<ProblemDescription>> {
    let code = ProblemCode::ALL
        .iter()
        .copied()
        .find(|c| c.as_str() == *code)
        .ok_or_else(|| ApiError::from(Problem::not_found("error code")))?;
    Ok(web::Json(ProblemDescription {
        code,
        status: status(code).as_u16(),
        title: code.title().to_owned(),
        remedy: code.remedy().to_owned(),
        retryable: code.retryable(),
    }))
}
