//! What an MSP says of a policy of its baseline, beside the policy itself.

use crate::{policy::PolicyState, severity::Severity};
use serde::{Deserialize, Serialize};

/// The state that a policy is meant to have in the end; a published baseline often ships switched off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum IntendedState {
    /// Enforced.
    #[serde(rename = "enabled")]
    Enabled,
    /// Report-only.
    #[serde(rename = "enabledForReportingButNotEnforced")]
    ReportOnly,
    /// Off.
    #[serde(rename = "disabled")]
    Disabled,
}

impl IntendedState {
    /// As a policy says it.
    pub const fn state(self) -> PolicyState {
        match self {
            Self::Enabled => PolicyState::Enabled,
            Self::ReportOnly => PolicyState::ReportOnly,
            Self::Disabled => PolicyState::Disabled,
        }
    }
}

/// What is said of one policy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyNotes {
    /// The state that counts; the policy's own when nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intended_state: Option<IntendedState>,
    /// How bad it is when all of it is missing for all whom it is about; the table's when nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// References into frameworks: name, version and id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub frameworks: Vec<String>,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

impl PolicyNotes {
    /// Whether it is no longer than what the API takes: 2,000 characters of note, 20 references of 120 each.
    pub fn is_bounded(&self) -> bool {
        self.note.chars().count() <= 2000
            && self.frameworks.len() <= 20
            && self.frameworks.iter().all(|one| one.chars().count() <= 120)
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
