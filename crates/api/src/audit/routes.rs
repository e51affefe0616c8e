//! Routes of the audit log.

use super::dto::{AuditOut, AuditPage};
use crate::{
    auth::{dto::ActorKindName, extract::Authed, perm},
    http::page::{self, PageQuery},
    problem::ApiResult,
    state::State,
};
use actix_web::{get, web};
use policytab_store::AuditRow;
use serde_json::Value;

/// Lists the audit log, newest first.
#[utoipa::path(
    tag = "audit",
    params(PageQuery),
    responses((status = 200, description = "One page of the audit log.", body = AuditPage))
)]
#[get("/audit")]
pub async fn audit_list(
    who: Authed<perm::AuditRead>,
    state: web::Data<State>,
    query: web::Query<PageQuery>,
) -> ApiResult<web::Json<AuditPage>> {
    let limit = page::limit(query.limit)?.into();
    let found = policytab_app::audit::list(&state.app, &who, limit, query.cursor.as_deref()).await?;
    Ok(web::Json(AuditPage {
        items: found.items.into_iter().map(out).collect(),
        next_cursor: found.next_cursor,
    }))
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
