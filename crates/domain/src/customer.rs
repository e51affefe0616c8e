//! The life of a customer: pending, connected, imported.

use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// Where a customer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CustomerStatus {
    /// Added, not connected.
    Pending,
    /// Credentials verified and stored.
    Connected,
    /// The first snapshot is taken.
    Imported,
}

/// What a person does next with a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NextStep {
    /// Connect the tenant.
    Connect,
    /// Import it.
    Import,
    /// Nothing is missing: look at the summary.
    Summary,
}

impl CustomerStatus {
    /// Every status in the order of the flow.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Connected, Self::Imported];

    /// The name on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Connected => "connected",
            Self::Imported => "imported",
        }
    }

    /// The step that follows.
    pub const fn next_step(self) -> NextStep {
        match self {
            Self::Pending => NextStep::Connect,
            Self::Connected => NextStep::Import,
            Self::Imported => NextStep::Summary,
        }
    }
}

impl FromStr for CustomerStatus {
    type Err = UnknownStatus;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or_else(|| UnknownStatus(text.to_owned()))
    }
}

/// The text is not a status.
#[derive(Debug, Clone, thiserror::Error)]
#[error("unknown status {0:?}")]
pub struct UnknownStatus(pub String);
