//! The audit log on the wire.

use crate::auth::dto::ActorKindName;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

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

/// Which entries.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// How many at the most, 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before, with the same filters.
    pub cursor: Option<String>,
    /// Words, each of which must be in what was done, by whom, in its details, its address or its request id.
    #[param(max_length = 200)]
    pub search: Option<String>,
    /// Not before.
    pub since: Option<DateTime<Utc>>,
    /// Before.
    pub until: Option<DateTime<Utc>>,
}

/// Which entries an export holds.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditExportQuery {
    /// Words, each of which must be in what was done, by whom, in its details, its address or its request id.
    #[param(max_length = 200)]
    pub search: Option<String>,
    /// Not before.
    pub since: Option<DateTime<Utc>>,
    /// Before.
    pub until: Option<DateTime<Utc>>,
}

/// What checking the chain of hashes found.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditVerification {
    /// Whether every entry is there, unchanged and in its place.
    pub intact: bool,
    /// Entries that were checked, up to and with the one that does not fit.
    pub checked: u64,
    /// Number of the first entry that does not fit: changed, missing, or cut off at the end; null when all do.
    pub first_bad: Option<i64>,
}

/// One page of the audit log.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditPage {
    /// Newest first.
    pub items: Vec<AuditOut>,
    /// Give this back as `cursor` for the next page; null on the last one.
    pub next_cursor: Option<String>,
}
