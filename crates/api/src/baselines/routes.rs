//! Routes of the baseline library.

use super::dto::{
    BaselineCreate, BaselineDetailOut, BaselineImportFiles, BaselineImportGithub, BaselineOut, BaselinePage,
    BaselineSourceBody, BaselineUpdate, CoManagedBaselineOut,
};
use super::found::{BaselineImportOut, import_out};
use crate::{
    auth::{extract::Authed, perm},
    http::{
        body::{FILES_BODY_LIMIT, Valid},
        etag::{IfMatch, etag},
        idempotency::{Key, answer},
        page::{self, PageQuery},
        text::header_token,
    },
    problem::{ApiError, ApiResult},
    snapshots::convert::{noted_policies, policies},
    state::State,
};
use actix_web::{HttpResponse, delete, get, patch, post, web};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use policytab_app::{
    baseline_sources::{self, SourceHead},
    baselines::{self, Found},
    idempotency::Stored,
};
use policytab_domain::problem::Problem;
use policytab_store::Baseline;
use serde_json::Value;
use uuid::Uuid;

/// Where a version came from.
pub fn origin_of(source: &Value) -> BaselineSourceBody {
    let origin = source.get("origin").cloned().unwrap_or_default();
    serde_json::from_value(origin).unwrap_or(BaselineSourceBody::Files { files: 0 })
}

/// What the library shows of a baseline.
pub fn baseline_out(b: &Baseline, customers: i64) -> BaselineOut {
    let head: Option<SourceHead> = b.source_head.clone().and_then(|head| serde_json::from_value(head).ok());
    let source = origin_of(&b.source);
    let commit = baseline_sources::commit(&b.source);
    let newest = head.as_ref().and_then(|head| head.commit.as_deref());
    let update_available = commit.zip(newest).map(|(commit, newest)| commit != newest);
    BaselineOut {
        id: b.id.as_uuid(),
        name: b.display_name.clone(),
        source,
        policies: b.policy_count.into(),
        current_version: b.current_version,
        built_in: b.built_in,
        has_source: commit.is_some(),
        update_available,
        source_checked_at: b.source_checked_at,
        source_problem: head.and_then(|head| head.problem),
        customers,
        created_at: b.created_at,
        updated_at: b.updated_at,
        version: b.version,
    }
}

/// Lists the library by name.
#[utoipa::path(
    tag = "baselines",
    params(PageQuery),
    responses((status = 200, description = "One page of baselines.", body = BaselinePage))
)]
#[get("/baselines")]
pub async fn baseline_list(
    who: Authed<perm::BaselineRead>,
    state: web::Data<State>,
    query: web::Query<PageQuery>,
) -> ApiResult<web::Json<BaselinePage>> {
    let limit = page::limit(query.limit)?.into();
    let (found, usage) = baselines::list(&state.app, &who, limit, query.cursor.as_deref()).await?;
    let items = found.items.iter().map(|b| baseline_out(b, usage.get(&b.id).copied().unwrap_or(0))).collect();
    Ok(web::Json(BaselinePage { items, next_cursor: found.next_cursor }))
}

/// Makes a baseline from policy objects.
#[utoipa::path(
    tag = "baselines",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless.")),
    request_body = BaselineCreate,
    responses((status = 201, description = "The baseline.", body = BaselineOut))
)]
#[post("/baselines")]
pub async fn baseline_create(
    who: Authed<perm::BaselineWrite>,
    state: web::Data<State>,
    key: Key,
    new: Valid<BaselineCreate, FILES_BODY_LIMIT>,
) -> ApiResult<HttpResponse> {
    let idempotency = key.of(&new.bytes);
    let text = serde_json::to_vec(&new.body.policies).map_err(ApiError::internal)?;
    let reading = baselines::read(vec![("policies".to_owned(), text)]).await?;
    if let Some(skipped) = reading.skipped.first() {
        return Err(Problem::invalid("policies", format!("one of them {}", skipped.reason)).into());
    }
    let origin = source(&BaselineSourceBody::Files { files: 0 })?;
    let outcome = baselines::create(
        &state.app,
        &who,
        &new.body.name,
        Found { origin, reading: &reading, token: None },
        idempotency,
        |made| Stored::json(201, &baseline_out(made, 0)).header("etag", format!("\"{}\"", made.version)),
    )
    .await?;
    Ok(answer(outcome))
}

/// Makes a baseline from files, or tells what would be found in them.
#[utoipa::path(
    tag = "baselines",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless.")),
    request_body = BaselineImportFiles,
    responses(
        (status = 200, description = "A preview: nothing was stored.", body = BaselineImportOut),
        (status = 201, description = "The baseline, and what was found and skipped.", body = BaselineImportOut),
    )
)]
#[post("/baselines/import/files")]
pub async fn baseline_import_files(
    who: Authed<perm::BaselineWrite>,
    state: web::Data<State>,
    key: Key,
    new: Valid<BaselineImportFiles, FILES_BODY_LIMIT>,
) -> ApiResult<HttpResponse> {
    let idempotency = key.of(&new.bytes);
    let files = decoded(&new.body)?;
    let count = files.len();
    let reading = baselines::read(files).await?;
    if new.body.preview {
        return Ok(HttpResponse::Ok().json(import_out(&reading, None)));
    }
    let origin = source(&BaselineSourceBody::Files { files: count })?;
    let outcome = baselines::create(
        &state.app,
        &who,
        &new.body.name,
        Found { origin, reading: &reading, token: None },
        idempotency,
        |made| {
            Stored::json(201, &import_out(&reading, Some(baseline_out(made, 0))))
                .header("etag", format!("\"{}\"", made.version))
        },
    )
    .await?;
    Ok(answer(outcome))
}

/// Makes a baseline from a folder of a public GitHub repository, or tells what would be found there.
#[utoipa::path(
    tag = "baselines",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless.")),
    request_body = BaselineImportGithub,
    responses(
        (status = 200, description = "A preview: nothing was stored.", body = BaselineImportOut),
        (status = 201, description = "The baseline, and what was found and skipped.", body = BaselineImportOut),
    )
)]
#[post("/baselines/import/github")]
pub async fn baseline_import_github(
    who: Authed<perm::BaselineWrite>,
    state: web::Data<State>,
    key: Key,
    new: Valid<BaselineImportGithub>,
) -> ApiResult<HttpResponse> {
    let idempotency = key.of(&new.bytes);
    let BaselineImportGithub { name, url, git_ref, folder, token, preview } = new.body;
    let token = header_token("token", token)?;
    let (address, commit, reading) =
        baselines::read_github(&state.app, &url, git_ref.as_deref(), folder.as_deref(), token.as_ref())
            .await?;
    if preview {
        return Ok(HttpResponse::Ok().json(import_out(&reading, None)));
    }
    let origin = source(&BaselineSourceBody::Github {
        url: address.url(),
        git_ref: address.git_ref.unwrap_or_else(|| "HEAD".to_owned()),
        commit,
        folder: address.folder,
    })?;
    let outcome = baselines::create(
        &state.app,
        &who,
        &name,
        Found { origin, reading: &reading, token: token.as_ref() },
        idempotency,
        |made| {
            Stored::json(201, &import_out(&reading, Some(baseline_out(made, 0))))
                .header("etag", format!("\"{}\"", made.version))
        },
    )
    .await?;
    Ok(answer(outcome))
}

/// The files' bytes, or which file is not given as it should.
fn decoded(new: &BaselineImportFiles) -> Result<Vec<(String, Vec<u8>)>, Problem> {
    new.files
        .iter()
        .enumerate()
        .map(|(index, file)| {
            let wrong = |message: &str| Problem::invalid(&format!("files[{index}]"), message);
            let bytes = match (&file.content, &file.content_base64) {
                (Some(text), None) => text.clone().into_bytes(),
                (None, Some(encoded)) => {
                    STANDARD.decode(encoded.trim()).map_err(|_| wrong("content_base64 is not base64"))?
                }
                _ => return Err(wrong("give either content or content_base64")),
            };
            Ok((file.path.clone(), bytes))
        })
        .collect()
}

fn source(body: &BaselineSourceBody) -> ApiResult<Value> {
    serde_json::to_value(body).map_err(ApiError::internal)
}

/// Reads a baseline with its policies.
#[utoipa::path(
    tag = "baselines",
    params(("id" = Uuid, Path, description = "The baseline.")),
    responses((status = 200, description = "The baseline.", body = BaselineDetailOut,
        headers(("etag", description = "Its version."))))
)]
#[get("/baselines/{id}")]
pub async fn baseline_fetch(
    who: Authed<perm::BaselineRead>,
    state: web::Data<State>,
    id: web::Path<Uuid>,
) -> ApiResult<HttpResponse> {
    let (baseline, documents, customers) = baselines::fetch(&state.app, &who, (*id).into()).await?;
    let policy_items = noted_policies(&baseline.source, &documents);
    let body = BaselineDetailOut { baseline: baseline_out(&baseline, customers), policy_items };
    Ok(HttpResponse::Ok().insert_header(etag(baseline.version)).json(body))
}

/// Renames a baseline.
#[utoipa::path(
    tag = "baselines",
    params(
        ("id" = Uuid, Path, description = "The baseline."),
        ("If-Match" = Option<String>, Header, description = "The ETag that the change is based on."),
    ),
    request_body = BaselineUpdate,
    responses((status = 200, description = "The baseline, renamed.", body = BaselineOut,
        headers(("etag", description = "Its version."))))
)]
#[patch("/baselines/{id}")]
pub async fn baseline_update(
    who: Authed<perm::BaselineWrite>,
    state: web::Data<State>,
    id: web::Path<Uuid>,
    expected: IfMatch,
    change: Valid<BaselineUpdate>,
) -> ApiResult<HttpResponse> {
    let (baseline, customers) =
        baselines::rename(&state.app, &who, (*id).into(), &change.body.name, expected.0).await?;
    Ok(HttpResponse::Ok().insert_header(etag(baseline.version)).json(baseline_out(&baseline, customers)))
}

/// Deletes a baseline; refused while a customer is compared with it.
#[utoipa::path(
    tag = "baselines",
    params(("id" = Uuid, Path, description = "The baseline.")),
    responses((status = 204, description = "It is gone."))
)]
#[delete("/baselines/{id}")]
pub async fn baseline_delete(
    who: Authed<perm::BaselineWrite>,
    state: web::Data<State>,
    id: web::Path<Uuid>,
) -> ApiResult<HttpResponse> {
    baselines::delete(&state.app, &who, (*id).into()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Reads a customer's co-managed baseline: its own agreed state.
#[utoipa::path(
    tag = "baselines",
    params(("id" = Uuid, Path, description = "The customer.")),
    responses((status = 200, description = "The co-managed baseline.", body = CoManagedBaselineOut))
)]
#[get("/customers/{id}/co-managed-baseline")]
pub async fn co_managed_baseline_fetch(
    who: Authed<perm::BaselineRead>,
    state: web::Data<State>,
    id: web::Path<Uuid>,
) -> ApiResult<web::Json<CoManagedBaselineOut>> {
    let (seeded, documents, names) = baselines::co_managed(&state.app, &who, (*id).into()).await?;
    let bodies = documents.into_iter().map(|(id, body)| (Some(id), false, body));
    Ok(web::Json(CoManagedBaselineOut {
        customer_id: *id,
        seeded_from: seeded.snapshot_id.as_uuid(),
        seeded_at: seeded.created_at,
        version: seeded.version,
        policy_items: policies(bodies, &names),
    }))
}
