//! The audit log on the wire.

use crate::auth::dto::ActorKindName;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Who did what, when, from where.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditOut {
    /// Counts up by one in the MSP.
    pub seq: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Kind of credential.
    pub actor_kind: ActorKindName,
    /// Its id.
    pub actor_id: String,
    /// Its name at that time.
    pub actor_name: String,
    /// What, for instance `customer.create`.
    pub action: String,
    /// Kind of the thing it was done to.
    pub subject_kind: String,
    /// Its id.
    pub subject_id: String,
    /// Further facts; never a secret.
    #[schema(value_type = Object)]
    pub details: Value,
    /// Address the request came from.
    pub ip: Option<String>,
    /// The request's id, as in the log and in error answers.
    pub request_id: Option<String>,
}

/// One page of the audit log.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditPage {
    /// Newest first.
    pub items: Vec<AuditOut>,
    /// Give this back as `cursor` for the next page; null on the last one.
    pub next_cursor: Option<String>,
}
