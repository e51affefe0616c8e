//! Routes of a baseline's versions: history, comparison, edits, updates from its source, and who uses which.

use super::{
    dto::{BaselineOut, BaselinePolicyChange, SkippedFileOut},
    routes::{baseline_out, origin_of},
    version_dto::{
        BaselineComparisonOut, BaselineCustomerList, BaselineCustomerOut, BaselineFromSnapshot,
        BaselineUpdateFromSource, BaselineUpdateOut, BaselineVersionCreate, BaselineVersionDetailOut,
        BaselineVersionList, BaselineVersionOut, DownloadedFile, PolicyChangesOut, UpdateEffectOut,
    },
};
use crate::{
    auth::{extract::Authed, perm},
    http::{
        body::{FILES_BODY_LIMIT, Valid},
        etag::{IfMatch, etag},
        idempotency::{Key, answer},
        text::header_token,
    },
    problem::{ApiError, ApiResult},
    reports::same,
    snapshots::convert::noted_policies,
    state::State,
};
use actix_web::{HttpResponse, get, post, put, web};
use policytab_app::{
    baseline_edits::{self as edits, Asked, Content, PolicyEdit},
    baseline_followers, baseline_gold, baseline_sources, baseline_versions as versions, baselines,
    exports::{self, Export},
    idempotency::{Stored, replay},
};
use policytab_domain::{changes::Changes, problem::Problem};
use policytab_store::{Baseline, BaselineVersion};
use uuid::Uuid;

fn version_out(version: &BaselineVersion) -> BaselineVersionOut {
    let BaselineVersion { number, source, policy_count, created_at, created_by_name, note } = version;
    BaselineVersionOut {
        number: *number,
        source: origin_of(source),
        policies: (*policy_count).into(),
        created_at: *created_at,
        created_by: Some(created_by_name.clone()).filter(|name| !name.is_empty()),
        note: note.clone(),
    }
}

fn changes_out(changes: &Changes) -> ApiResult<PolicyChangesOut> {
    Ok(PolicyChangesOut {
        added: same(&changes.added)?,
        removed: same(&changes.removed)?,
        changed: same(&changes.changed)?,
        unchanged: changes.unchanged,
    })
}

/// Lists the versions of a baseline.
#[utoipa::path(
    tag = "baselines",
    params(("id" = Uuid, Path, description = "The baseline.")),
    responses((status = 200, description = "Its versions.", body = BaselineVersionList))
)]
#[get("/baselines/{id}/versions")]
pub async fn baseline_version_list(
    who: Authed<perm::BaselineRead>,
    state: web::Data<State>,
    id: web::Path<Uuid>,
) -> ApiResult<web::Json<BaselineVersionList>> {
    let found = versions::list(&state.app, &who, (*id).into()).await?;
    Ok(web::Json(BaselineVersionList { items: found.iter().map(version_out).collect() }))
}

/// Reads a version of a baseline with its policies.
#[utoipa::path(
    tag = "baselines",
    params(
        ("id" = Uuid, Path, description = "The baseline."),
        ("number" = i32, Path, description = "The version, from 1."),
    ),
    responses((status = 200, description = "The version.", body = BaselineVersionDetailOut))
)]
#[get("/baselines/{id}/versions/{number}")]
pub async fn baseline_version_fetch(
    who: Authed<perm::BaselineRead>,
    state: web::Data<State>,
    path: web::Path<(Uuid, i32)>,
) -> ApiResult<web::Json<BaselineVersionDetailOut>> {
    let (id, number) = path.into_inner();
    let (version, documents) = versions::fetch(&state.app, &who, id.into(), Some(number)).await?;
    let policy_items = noted_policies(&version.source, &documents);
    Ok(web::Json(BaselineVersionDetailOut { version: version_out(&version), policy_items }))
}

/// Compares two versions of a baseline by meaning.
#[utoipa::path(
    tag = "baselines",
    params(
        ("id" = Uuid, Path, description = "The baseline."),
        ("number" = i32, Path, description = "The version that is compared with, the earlier one as a rule."),
        ("other" = i32, Path, description = "The version that is compared."),
    ),
    responses((status = 200, description = "What changed.", body = BaselineComparisonOut))
)]
#[get("/baselines/{id}/versions/{number}/compare/{other}")]
pub async fn baseline_version_compare(
    who: Authed<perm::BaselineRead>,
    state: web::Data<State>,
    path: web::Path<(Uuid, i32, i32)>,
) -> ApiResult<web::Json<BaselineComparisonOut>> {
    let (id, before, after) = path.into_inner();
    let (before, after, changes) = versions::compare(&state.app, &who, id.into(), before, after).await?;
    Ok(web::Json(BaselineComparisonOut {
        before: version_out(&before),
        after: version_out(&after),
        changes: changes_out(&changes)?,
    }))
}

/// Adds a version to a baseline: other policies, or an earlier version again. Customers that follow the latest get their
/// reports anew.
#[utoipa::path(
    tag = "baselines",
    params(
        ("id" = Uuid, Path, description = "The baseline."),
        ("If-Match" = Option<String>, Header, description = "The ETag that the change is based on."),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless."),
    ),
    request_body = BaselineVersionCreate,
    responses((status = 201, description = "The baseline with its new version.", body = BaselineOut,
        headers(("etag", description = "Its version."))))
)]
#[post("/baselines/{id}/versions")]
pub async fn baseline_version_create(
    who: Authed<perm::BaselineWrite>,
    state: web::Data<State>,
    id: web::Path<Uuid>,
    expected: IfMatch,
    key: Key,
    new: Valid<BaselineVersionCreate, FILES_BODY_LIMIT>,
) -> ApiResult<HttpResponse> {
    let idempotency = key.of(&new.bytes);
    let BaselineVersionCreate { policies, restore, note } = new.body;
    let id = (*id).into();
    let asked = Asked { note: &note, expected_version: expected.0, idempotency };
    let outcome = match (policies, restore) {
        (Some(policies), None) => {
            let text = serde_json::to_vec(&policies).map_err(ApiError::internal)?;
            let reading = baselines::read(vec![("policies".to_owned(), text)]).await?;
            if let Some(skipped) = reading.skipped.first() {
                return Err(Problem::invalid("policies", format!("one of them {}", skipped.reason)).into());
            }
            edits::add(&state.app, &who, id, Content::Edited(&reading), asked, created).await?
        }
        (None, Some(number)) => {
            edits::add(&state.app, &who, id, Content::Restored(number), asked, created).await?
        }
        _ => return Err(Problem::invalid("policies", "give either policies or restore").into()),
    };
    Ok(answer(outcome))
}

fn created(baseline: &Baseline, customers: i64) -> Stored {
    Stored::json(201, &baseline_out(baseline, customers)).header("etag", format!("\"{}\"", baseline.version))
}

/// Changes a policy of a baseline, or what is said of it: makes a new version. What is said is carried over to later
/// versions.
#[utoipa::path(
    tag = "baselines",
    params(
        ("id" = Uuid, Path, description = "The baseline."),
        ("key" = String, Path, description = "The policy's key in the baseline."),
        ("If-Match" = Option<String>, Header, description = "The ETag that the change is based on."),
    ),
    request_body = BaselinePolicyChange,
    responses((status = 200, description = "The baseline with its new version.", body = BaselineOut,
        headers(("etag", description = "Its version."))))
)]
#[put("/baselines/{id}/policies/{key}")]
pub async fn baseline_policy_put(
    who: Authed<perm::BaselineWrite>,
    state: web::Data<State>,
    path: web::Path<(Uuid, String)>,
    expected: IfMatch,
    change: Valid<BaselinePolicyChange, FILES_BODY_LIMIT>,
) -> ApiResult<HttpResponse> {
    let (id, key) = path.into_inner();
    let BaselinePolicyChange { policy, notes, note } = change.body;
    let asked = Asked { note: &note, expected_version: expected.0, idempotency: None };
    let edit = PolicyEdit { policy, notes: notes.into() };
    let (made, customers) = edits::edit(&state.app, &who, id.into(), &key, edit, asked).await?;
    Ok(HttpResponse::Ok().insert_header(etag(made.version)).json(baseline_out(&made, customers)))
}

/// Makes a baseline of what a customer has.
#[utoipa::path(
    tag = "baselines",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless.")),
    request_body = BaselineFromSnapshot,
    responses((status = 201, description = "The baseline.", body = BaselineOut,
        headers(("etag", description = "Its version."))))
)]
#[post("/baselines/import/snapshot")]
pub async fn baseline_from_snapshot(
    who: Authed<perm::BaselineWrite>,
    state: web::Data<State>,
    key: Key,
    new: Valid<BaselineFromSnapshot>,
) -> ApiResult<HttpResponse> {
    let idempotency = key.of(&new.bytes);
    let BaselineFromSnapshot { name, customer_id, snapshot_id } = new.body;
    let snapshot = snapshot_id.map(Into::into);
    let render = |made: &Baseline| created(made, 0);
    let outcome = baseline_gold::from_snapshot(
        &state.app,
        &who,
        &name,
        customer_id.into(),
        snapshot,
        idempotency,
        render,
    )
    .await?;
    Ok(answer(outcome))
}

/// Reads a baseline's source anew: tells what would change, for the customers that follow it as well, or makes the new
/// version.
#[utoipa::path(
    tag = "baselines",
    params(
        ("id" = Uuid, Path, description = "The baseline."),
        ("If-Match" = Option<String>, Header, description = "The ETag that the change is based on."),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless."),
    ),
    request_body = BaselineUpdateFromSource,
    responses((status = 200, description = "What changes.", body = BaselineUpdateOut))
)]
#[post("/baselines/{id}/update")]
pub async fn baseline_update_from_source(
    who: Authed<perm::BaselineWrite>,
    state: web::Data<State>,
    id: web::Path<Uuid>,
    expected: IfMatch,
    key: Key,
    wanted: Valid<BaselineUpdateFromSource>,
) -> ApiResult<HttpResponse> {
    let idempotency = key.of(&wanted.bytes);
    if let Some(before) = replay(&state.app, &who, idempotency.as_ref()).await? {
        return Ok(answer(before));
    }
    let id = (*id).into();
    let token = header_token("token", wanted.body.token.clone())?;
    let found = baseline_sources::update(&state.app, &who, id, token.as_ref()).await?;
    let mut out = BaselineUpdateOut {
        baseline: None,
        from: found.from.clone(),
        to: found.to.clone(),
        changes: changes_out(&found.changes)?,
        skipped: found
            .reading
            .skipped
            .iter()
            .map(|s| SkippedFileOut { path: s.path.clone(), reason: s.reason.clone() })
            .collect(),
        customers: found
            .customers
            .iter()
            .map(|effect| UpdateEffectOut {
                customer_id: effect.customer.as_uuid(),
                display_name: effect.display_name.clone(),
                before: effect.before.into(),
                after: effect.after.into(),
            })
            .collect(),
    };
    if wanted.body.preview || found.from == found.to {
        return Ok(HttpResponse::Ok().json(out));
    }
    let asked = Asked { note: &wanted.body.note, expected_version: expected.0, idempotency };
    let content = Content::Updated(&found.reading, found.origin.clone());
    let outcome = edits::add(&state.app, &who, id, content, asked, |made, customers| {
        out.baseline = Some(baseline_out(made, customers));
        Stored::json(200, &out)
    })
    .await?;
    Ok(answer(outcome))
}

/// A version of a baseline as a zip of Graph JSON, which this and other tools read.
#[utoipa::path(
    tag = "baselines",
    params(
        ("id" = Uuid, Path, description = "The baseline."),
        ("number" = i32, Path, description = "The version, from 1."),
    ),
    responses((status = 200, description = "A zip.", content_type = "application/octet-stream", body = DownloadedFile))
)]
#[get("/baselines/{id}/versions/{number}/export")]
pub async fn baseline_version_export(
    who: Authed<perm::BaselineExport>,
    state: web::Data<State>,
    path: web::Path<(Uuid, i32)>,
) -> ApiResult<HttpResponse> {
    let (id, number) = path.into_inner();
    Ok(zip(exports::baseline(&state.app, &who, id.into(), Some(number)).await?))
}

/// An export as a download.
pub fn zip(export: Export) -> HttpResponse {
    let plain: String = export.name.chars().filter(|c| c.is_ascii() && *c != '"').collect();
    HttpResponse::Ok()
        .content_type("application/octet-stream")
        .insert_header(("content-disposition", format!("attachment; filename=\"{plain}.zip\"")))
        .body(export.zip)
}

/// Lists the customers that are compared with a baseline.
#[utoipa::path(
    tag = "baselines",
    params(("id" = Uuid, Path, description = "The baseline.")),
    responses((status = 200, description = "The customers.", body = BaselineCustomerList))
)]
#[get("/baselines/{id}/customers")]
pub async fn baseline_customer_list(
    who: Authed<perm::BaselineRead>,
    state: web::Data<State>,
    id: web::Path<Uuid>,
) -> ApiResult<web::Json<BaselineCustomerList>> {
    let found = baseline_followers::customers(&state.app, &who, (*id).into()).await?;
    let items = found
        .into_iter()
        .map(|one| BaselineCustomerOut {
            id: one.id.as_uuid(),
            display_name: one.display_name,
            pinned: one.pinned,
            compared: one.compared,
        })
        .collect();
    Ok(web::Json(BaselineCustomerList { items }))
}
