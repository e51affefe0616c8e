//! The server itself: alive, ready, measured, and what its error codes mean.

use crate::{
    enums::ProblemCodeSchema,
    metrics::Metrics,
    problem::{ApiError, ApiResult, status},
    state::State,
};
use actix_web::{HttpResponse, get, web};
use chrono::{TimeDelta, Utc};
use policytab_app::keys::KeyState;
use policytab_domain::problem::{Problem, ProblemCode};
use serde::Serialize;
use utoipa::ToSchema;

/// How soon client secrets expire that are counted: the label, and the span. Each includes those before it.
const EXPIRING: [(&str, TimeDelta); 3] =
    [("now", TimeDelta::zero()), ("7d", TimeDelta::days(7)), ("30d", TimeDelta::days(30))];

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

/// What the key ring is good for.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyRingState {
    /// It opens whatever is stored, and seals.
    Usable,
    /// It seals, but lacks a key that some stored secrets need, or its file has become unusable.
    Degraded,
    /// It is missing or another deployment's: nothing is sealed or opened.
    Unusable,
}

/// Whether the process can serve, and what it can't do meanwhile.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadyOut {
    /// `ok`, or `degraded`: it serves, but something needs an operator.
    pub status: String,
    /// The master keys that seal client secrets.
    pub key_ring: KeyRingState,
    /// What does not work, where something does not.
    pub detail: Option<String>,
}

/// Whether the process can serve: it reaches its database, and was not told to stop. An unusable key ring does not take
/// it out of service, since reading works without; the answer tells.
#[utoipa::path(
    tag = "service",
    responses(
        (status = 200, description = "It can serve, perhaps with restrictions.", body = ReadyOut),
        (status = 503, description = "It can't; `code` is `unavailable`.", body = crate::problem::ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[get("/readyz")]
pub async fn readyz(state: web::Data<State>) -> ApiResult<web::Json<ReadyOut>> {
    if *state.stopped.borrow() {
        return Err(Problem::new(ProblemCode::Unavailable, "This server is stopping.").into());
    }
    match state.app.store.ping().await {
        Ok(()) => Ok(web::Json(ready(state.app.keyring.state()))),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            let mut problem = Problem::new(ProblemCode::Unavailable, "The database can't be reached.");
            problem.retry_after = Some(2);
            Err(problem.into())
        }
    }
}

fn ready(keys: KeyState) -> ReadyOut {
    // Asked without a sign-in: which keys are meant stands in the log.
    let (status, key_ring, detail) = match keys {
        KeyState::Usable => ("ok", KeyRingState::Usable, None),
        KeyState::Degraded => (
            "degraded",
            KeyRingState::Degraded,
            Some("The key file lacks a master key that stored secrets may need, or can't be read any more."),
        ),
        KeyState::Unusable => (
            "degraded",
            KeyRingState::Unusable,
            Some(
                "The master key is missing or another one: connecting, testing and importing are refused until the \
                 key file is back. Reading works.",
            ),
        ),
    };
    ReadyOut { status: status.to_owned(), key_ring, detail: detail.map(str::to_owned) }
}

/// Prometheus metrics.
#[utoipa::path(
    tag = "service",
    responses((status = 200, description = "Prometheus text format.", body = String, content_type = "text/plain"))
)]
#[get("/metrics")]
pub async fn metrics(state: web::Data<State>, metrics: web::Data<Metrics>) -> HttpResponse {
    // What only the database knows stays as it was while there is none: waiting for each of it would take too long.
    let up = state.app.store.ping().await.is_ok();
    metrics.database(up);
    if up {
        ask_database(&state, &metrics).await;
    }
    metrics.bounds(&state.bounds.levels(&state.app));
    let (open, idle) = state.app.store.connections();
    metrics.connections(open, idle);
    metrics.key_ring(state.app.keyring.state());
    HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(metrics.text())
}

async fn ask_database(state: &State, to: &Metrics) {
    let store = &state.app.store;
    let Ok(stats) = store.job_queue_stats().await else { return };
    let oldest = stats.oldest_ready.map_or(0, |age| age.as_secs());
    to.queue(stats.ready + stats.leased, i64::try_from(oldest).unwrap_or(i64::MAX));
    for (within, span) in EXPIRING {
        let Ok(count) = store.secrets_expiring(Utc::now() + span).await else { return };
        to.secrets_expiring(within, count);
    }
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
