//! Findings that people live with: part of no comparison, and shown beside the finding in every export.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Why a finding stays as it is, who answers for it, and until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acceptance {
    /// The reason, in the person's words.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Until when, as it should stand there; unset for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// Accepted findings by the finding's id.
pub type Accepted = BTreeMap<String, Acceptance>;

impl Acceptance {
    /// For people.
    pub fn sentence(&self) -> String {
        let until = self.until.as_ref().map(|until| format!(" until {until}")).unwrap_or_default();
        format!("Accepted by {}{until}: {}", self.owner, self.reason)
    }
}
