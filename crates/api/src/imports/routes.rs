//! Routes of imports.

use super::dto::{ImportCreate, ImportOut, ImportPage, ImportStepOut};
use crate::{
    auth::{extract::Authed, perm},
    http::{
        body::Valid,
        idempotency::{Key, answer},
        page::{self, PageQuery},
    },
    problem::{ApiResult, ProblemBody},
    state::State,
};
use actix_web::{HttpResponse, get, post, web};
use policytab_app::{idempotency::Stored, imports};
use policytab_store::{Import, StepRow};
use serde_json::Value;
use uuid::Uuid;

impl From<&Import> for ImportOut {
    fn from(i: &Import) -> Self {
        Self {
            id: i.id.as_uuid(),
            customer_id: i.customer_id.as_uuid(),
            state: i.state,
            comparison_baseline: i.comparison_baseline.into(),
            steps: i.steps.iter().map(Into::into).collect(),
            error: i.error.clone().map(ProblemBody::stored),
            snapshot_id: i.snapshot_id.map(|id| id.as_uuid()),
            zero_policies: i.zero_policies,
            attempts: i.attempt,
            created_at: i.created_at,
            started_at: i.started_at,
            finished_at: i.finished_at,
        }
    }
}

impl From<&StepRow> for ImportStepOut {
    fn from(s: &StepRow) -> Self {
        let counts = s
            .counts
            .as_object()
            .map(|map| map.iter().filter_map(|(name, n)| Some((name.clone(), Value::as_u64(n)?))).collect());
        Self {
            name: s.step,
            state: s.state,
            started_at: s.started_at,
            finished_at: s.finished_at,
            counts: counts.unwrap_or_default(),
            error: s.error.clone().map(ProblemBody::stored),
        }
    }
}

/// Starts an import; of an imported customer, a re-sync. The first needs the role admin, a re-sync operator.
#[utoipa::path(
    tag = "imports",
    params(
        ("id" = Uuid, Path, description = "The customer."),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless."),
    ),
    request_body = ImportCreate,
    responses((status = 202, description = "The import, queued.", body = ImportOut,
        headers(("location", description = "Its address."))))
)]
#[post("/customers/{id}/import")]
pub async fn import_create(
    who: Authed<perm::ImportStart>,
    state: web::Data<State>,
    id: web::Path<Uuid>,
    key: Key,
    new: Valid<ImportCreate>,
) -> ApiResult<HttpResponse> {
    let idempotency = key.of(&new.bytes);
    let customer = *id;
    let comparison = new.body.comparison_baseline.map(Into::into);
    let outcome = imports::start(&state.app, &who, customer.into(), comparison, idempotency, |import| {
        Stored::json(202, &ImportOut::from(import))
            .header("location", format!("/api/v1/customers/{customer}/imports/{}", import.id))
    })
    .await?;
    Ok(answer(outcome))
}

/// Lists a customer's imports, newest first.
#[utoipa::path(
    tag = "imports",
    params(("id" = Uuid, Path, description = "The customer."), PageQuery),
    responses((status = 200, description = "One page of imports.", body = ImportPage))
)]
#[get("/customers/{id}/imports")]
pub async fn import_list(
    who: Authed<perm::CustomerRead>,
    state: web::Data<State>,
    id: web::Path<Uuid>,
    query: web::Query<PageQuery>,
) -> ApiResult<web::Json<ImportPage>> {
    let limit = page::limit(query.limit)?.into();
    let found = imports::list(&state.app, &who, (*id).into(), limit, query.cursor.as_deref()).await?;
    Ok(web::Json(ImportPage {
        items: found.items.iter().map(Into::into).collect(),
        next_cursor: found.next_cursor,
    }))
}

/// Reads an import: its state, and every step as far as it has come.
#[utoipa::path(
    tag = "imports",
    params(
        ("id" = Uuid, Path, description = "The customer."),
        ("import_id" = Uuid, Path, description = "The import."),
    ),
    responses((status = 200, description = "The import.", body = ImportOut))
)]
#[get("/customers/{id}/imports/{import_id}")]
pub async fn import_fetch(
    who: Authed<perm::CustomerRead>,
    state: web::Data<State>,
    path: web::Path<(Uuid, Uuid)>,
) -> ApiResult<web::Json<ImportOut>> {
    let (customer, import) = path.into_inner();
    let found = imports::fetch(&state.app, &who, customer.into(), import.into()).await?;
    Ok(web::Json((&found).into()))
}
