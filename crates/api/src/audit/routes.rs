//! Routes of the audit log.

use super::dto::{AuditExportQuery, AuditOut, AuditPage, AuditQuery};
use crate::{
    auth::{dto::ActorKindName, extract::Authed, perm},
    baselines::version_dto::DownloadedFile,
    http::page,
    problem::{ApiError, ApiResult},
    state::State,
};
use actix_web::{HttpResponse, get, web};
use chrono::{DateTime, Utc};
use policytab_domain::{problem::Problem, table::table};
use policytab_store::{AuditFilter, AuditRow};
use serde_json::Value;

/// Lists the audit log, newest first.
#[utoipa::path(
    tag = "audit",
    params(AuditQuery),
    responses((status = 200, description = "One page of the audit log.", body = AuditPage))
)]
#[get("/audit")]
pub async fn audit_list(
    who: Authed<perm::AuditRead>,
    state: web::Data<State>,
    query: web::Query<AuditQuery>,
) -> ApiResult<web::Json<AuditPage>> {
    let AuditQuery { limit, cursor, search, since, until } = query.into_inner();
    let limit = page::limit(limit)?.into();
    let filter = filter(search, since, until)?;
    let found = policytab_app::audit::list(&state.app, &who, &filter, limit, cursor.as_deref()).await?;
    Ok(web::Json(AuditPage {
        items: found.items.into_iter().map(out).collect(),
        next_cursor: found.next_cursor,
    }))
}

/// The audit log as a table (CSV), newest first; 50,000 entries at the most.
#[utoipa::path(
    tag = "audit",
    params(AuditExportQuery),
    responses((status = 200, description = "A table.", content_type = "application/octet-stream", body = DownloadedFile))
)]
#[get("/audit/export")]
pub async fn audit_export(
    who: Authed<perm::AuditRead>,
    state: web::Data<State>,
    query: web::Query<AuditExportQuery>,
) -> ApiResult<HttpResponse> {
    let AuditExportQuery { search, since, until } = query.into_inner();
    let filter = filter(search, since, until)?;
    let rows = policytab_app::audit::export(&state.app, &who, &filter).await?;
    let table = web::block(move || csv(rows)).await.map_err(ApiError::internal)?;
    Ok(HttpResponse::Ok()
        .content_type("application/octet-stream")
        .insert_header(("content-disposition", "attachment; filename=\"audit-log.csv\""))
        .body(table))
}

fn filter(
    search: Option<String>,
    since: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
) -> Result<AuditFilter, Problem> {
    match &search {
        Some(text) if text.chars().count() > 200 => {
            Err(Problem::invalid("search", "must have 200 characters at the most"))
        }
        Some(text) if text.contains('\0') => Err(Problem::invalid("search", "holds the character U+0000")),
        _ => Ok(AuditFilter { search, since, until }),
    }
}

/// One row for each entry, under a row of headings; no cell can be taken for a formula.
fn csv(rows: Vec<AuditRow>) -> String {
    let headings = [
        "number",
        "at",
        "actor",
        "actor_kind",
        "action",
        "subject_kind",
        "subject",
        "details",
        "from",
        "request",
    ];
    let rows = rows.into_iter().map(|row| {
        [
            row.seq.to_string(),
            row.at.to_rfc3339(),
            row.actor_name,
            row.actor_kind,
            row.action,
            row.subject_kind,
            row.subject_id.map(|id| id.to_string()).unwrap_or_default(),
            row.details,
            row.ip.unwrap_or_default(),
            row.request_id.unwrap_or_default(),
        ]
    });
    table(headings.map(str::to_owned), rows)
}

fn out(row: AuditRow) -> AuditOut {
    let entry = row;
    // The store wrote it as JSON.
    let details: Value = serde_json::from_str(&entry.details).unwrap_or_default();
    let outside = details.get("external_subject").and_then(|v| v.as_str()).map(str::to_owned);
    AuditOut {
        seq: entry.seq,
        at: entry.at,
        actor_kind: match entry.actor_kind.as_str() {
            "user" => ActorKindName::User,
            "api_token" => ActorKindName::ApiToken,
            "external" => ActorKindName::External,
            _ => ActorKindName::System,
        },
        actor_id: entry.actor_id.map(|id| id.to_string()).or(outside).unwrap_or_default(),
        actor_name: entry.actor_name,
        action: entry.action,
        subject_kind: entry.subject_kind,
        subject_id: entry.subject_id.map(|id| id.to_string()).unwrap_or_default(),
        details,
        ip: entry.ip,
        request_id: entry.request_id,
    }
}
