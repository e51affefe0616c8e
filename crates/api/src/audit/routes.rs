//! Routes of the audit log.

use super::{
    dto::{AuditExportQuery, AuditOut, AuditPage, AuditQuery, AuditVerification},
    export,
};
use crate::{
    auth::{dto::ActorKindName, extract::Authed, perm},
    baselines::version_dto::DownloadedFile,
    http::page,
    problem::ApiResult,
    state::State,
};
use actix_web::{HttpResponse, get, web};
use chrono::{DateTime, Utc};
use policytab_domain::problem::Problem;
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

/// Checks the chain of hashes from its first entry to its end: each entry holds the hash of the one before.
#[utoipa::path(
    tag = "audit",
    responses((status = 200, description = "What was found.", body = AuditVerification))
)]
#[get("/audit/verification")]
pub async fn audit_verify(
    who: Authed<perm::AuditVerify>,
    state: web::Data<State>,
) -> ApiResult<web::Json<AuditVerification>> {
    let verdict = policytab_app::audit::verify(&state.app, &who).await?;
    Ok(web::Json(AuditVerification {
        intact: verdict.first_bad.is_none(),
        checked: verdict.rows,
        first_bad: verdict.first_bad,
    }))
}

/// The audit log as a table (CSV), newest first. An answer that breaks off is not the whole.
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
    // The first entries before the answer begins: what fails at once is told as such.
    let first = export::page(&state, &who, &filter, None).await?;
    let who = who.actor();
    Ok(HttpResponse::Ok()
        .content_type("application/octet-stream")
        .insert_header(("content-disposition", "attachment; filename=\"audit-log.csv\""))
        .streaming(export::stream(state, who, filter, first)))
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
