//! An import: its states and its steps, in the order they are shown.

use crate::{customer::UnknownStatus, ids::BaselineId};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// State of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// Waits for a worker.
    Queued,
    /// A worker has it.
    Running,
    /// The snapshot is there.
    Succeeded,
    /// Nothing was changed; `error` tells why.
    Failed,
}

impl ImportState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Queued, Self::Running, Self::Succeeded, Self::Failed];

    /// The name on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }
}

impl FromStr for ImportState {
    type Err = UnknownStatus;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or_else(|| UnknownStatus(text.to_owned()))
    }
}

/// One step of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportStep {
    /// An access token for the tenant.
    Token,
    /// Who the tenant is.
    Organization,
    /// What it is licensed for.
    Licences,
    /// Its Conditional Access policies.
    Policies,
    /// Its named locations.
    NamedLocations,
    /// Its authentication strengths and contexts.
    AuthenticationStrengths,
    /// Groups, users, roles, apps and terms of use that policies name.
    ReferencedObjects,
    /// The snapshot put together and checked.
    Snapshot,
    /// The co-managed baseline seeded from it.
    CoManagedBaseline,
    /// The comparison with the chosen baseline.
    Comparison,
    /// The report written.
    Report,
}

impl ImportStep {
    /// Every step in order.
    pub const ALL: [Self; 11] = [
        Self::Token,
        Self::Organization,
        Self::Licences,
        Self::Policies,
        Self::NamedLocations,
        Self::AuthenticationStrengths,
        Self::ReferencedObjects,
        Self::Snapshot,
        Self::CoManagedBaseline,
        Self::Comparison,
        Self::Report,
    ];

    /// The name on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Organization => "organization",
            Self::Licences => "licences",
            Self::Policies => "policies",
            Self::NamedLocations => "named_locations",
            Self::AuthenticationStrengths => "authentication_strengths",
            Self::ReferencedObjects => "referenced_objects",
            Self::Snapshot => "snapshot",
            Self::CoManagedBaseline => "co_managed_baseline",
            Self::Comparison => "comparison",
            Self::Report => "report",
        }
    }
}

impl FromStr for ImportStep {
    type Err = UnknownStatus;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or_else(|| UnknownStatus(text.to_owned()))
    }
}

/// State of one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Not begun.
    Pending,
    /// Under way.
    Running,
    /// Done.
    Succeeded,
    /// Ended the import.
    Failed,
    /// Left out: there was nothing to do, or an optional permission is missing.
    Skipped,
}

impl StepState {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Pending, Self::Running, Self::Succeeded, Self::Failed, Self::Skipped];

    /// The name on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

impl FromStr for StepState {
    type Err = UnknownStatus;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or_else(|| UnknownStatus(text.to_owned()))
    }
}

/// What a customer is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ComparisonBaseline {
    /// Its own first snapshot (recommended, the default).
    ImportedSnapshot,
    /// A workspace baseline.
    WorkspaceBaseline {
        /// Which one.
        baseline_id: BaselineId,
        /// The version that was pinned, from 1; `None`: the latest, whichever that is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<i32>,
    },
}

/// Why an import found no policies. An empty list is an answer of Graph with the right permission: without
/// `Policy.Read.All` it answers 403, which is an error and never counted as zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ZeroPolicies {
    /// The tenant is licensed, and nobody made a policy.
    NoneExist,
    /// Security defaults are on, which excludes enabled policies.
    SecurityDefaultsOn,
    /// The tenant has no licence for Conditional Access (Entra ID P1).
    NotLicensed,
}

impl ZeroPolicies {
    /// The name on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoneExist => "none_exist",
            Self::SecurityDefaultsOn => "security_defaults_on",
            Self::NotLicensed => "not_licensed",
        }
    }
}

impl FromStr for ZeroPolicies {
    type Err = UnknownStatus;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::NoneExist, Self::SecurityDefaultsOn, Self::NotLicensed]
            .into_iter()
            .find(|s| s.as_str() == text)
            .ok_or_else(|| UnknownStatus(text.to_owned()))
    }
}
