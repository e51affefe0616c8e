//! The coverage map on the wire.

use crate::{evaluate::sign_in::SignInBody, reports::dto::PolicyRefOut};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Which map.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CoverageQuery {
    /// Of which snapshot; the newest when left out.
    #[serde(default)]
    pub snapshot_id: Option<Uuid>,
}

/// What is enforced for whom and where, cell by cell, decided exactly.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CoverageMap)]
pub struct CoverageOut {
    /// The snapshot that it rests on.
    pub snapshot_id: Uuid,
    /// When that was taken.
    pub taken_at: DateTime<Utc>,
    /// The rows.
    pub personas: Vec<PersonaOut>,
    /// The columns.
    pub columns: Vec<ColumnOut>,
    /// Row by row, in the order of `personas` and `columns`; null where a column says nothing of a row.
    pub cells: Vec<Vec<Option<CellOut>>>,
    /// The snapshot's policies.
    pub policies: Vec<PolicyRefOut>,
}

/// A row of the map.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = CoveragePersona)]
pub struct PersonaOut {
    /// Stays the same: `members`, `administrators`, `guests`, `workloads`.
    pub key: String,
    /// For people.
    pub label: String,
}

/// A column of the map.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = CoverageColumn)]
pub struct ColumnOut {
    /// By what it tells sign-ins apart.
    pub group: ColumnGroupName,
    /// Stays the same.
    pub key: String,
    /// For people.
    pub label: String,
}

/// By what columns tell sign-ins apart.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CoverageColumnGroup)]
pub enum ColumnGroupName {
    /// What is signed in to.
    Apps,
    /// With which client.
    Clients,
    /// On which platform.
    Platforms,
    /// From where.
    Locations,
    /// At which risk, by which flow.
    Signals,
}

/// The strongest control that holds in all of a cell; emergency access aside.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CoverageEnforced)]
pub enum EnforcedName {
    /// Nobody gets in.
    Blocked,
    /// Phishing-resistant multifactor authentication.
    PhishingResistant,
    /// Multifactor authentication and a managed device.
    MfaAndDevice,
    /// Multifactor authentication.
    Mfa,
    /// A managed device: compliant, or hybrid joined.
    Device,
    /// Nothing in all of it, but something in a part.
    Part,
    /// Nothing.
    Nothing,
    /// It could not be worked out within bounds.
    NotDecided,
}

/// One cell of the map.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = CoverageCell)]
pub struct CellOut {
    /// The strongest control that holds everywhere in it.
    pub enforced: EnforcedName,
    /// The share that is blocked, from 0 to 1.
    #[schema(minimum = 0, maximum = 1)]
    pub blocked: f64,
    /// The share in which phishing-resistant multifactor authentication is enforced, or more.
    #[schema(minimum = 0, maximum = 1)]
    pub phishing_resistant: f64,
    /// The share in which multifactor authentication is enforced, or more.
    #[schema(minimum = 0, maximum = 1)]
    pub mfa: f64,
    /// The share in which a managed device is asked for, or access is blocked.
    #[schema(minimum = 0, maximum = 1)]
    pub device: f64,
    /// One sign-in without multifactor authentication, as a sentence; of workload identities, one that is not blocked.
    pub open: Option<String>,
    /// The same as What If takes it.
    pub witness: Option<SignInBody>,
    /// The enforced policies that apply to some sign-in of the cell, by place in `policies`, from 0.
    pub policies: Vec<usize>,
}
