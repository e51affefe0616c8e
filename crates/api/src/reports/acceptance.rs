//! Acceptances of findings on the wire.

use crate::http::text;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

/// An acceptance of a finding.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Acceptance)]
pub struct AcceptanceOut {
    /// Why the finding may stay.
    pub reason: String,
    /// Who answers for that.
    pub owner: String,
    /// Until when.
    pub expires_at: DateTime<Utc>,
    /// Who accepted it.
    pub accepted_by: String,
    /// When.
    pub accepted_at: DateTime<Utc>,
    /// Why it holds no more; null while it holds.
    pub ended: Option<AcceptanceEndName>,
}

/// Why an acceptance ended by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AcceptanceEnd)]
pub enum AcceptanceEndName {
    /// Its time was over.
    Expired,
    /// The facts behind the finding are others now.
    FactsChanged,
}

/// Accepts a finding.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AcceptanceTerms)]
pub struct AcceptanceBody {
    /// Why the finding may stay.
    #[validate(custom(function = "reason"))]
    #[schema(
        min_length = 1,
        max_length = 2000,
        example = "Replaced by the new MDM in March; sign-ins are watched."
    )]
    pub reason: String,
    /// Who answers for that: a person or a team, of the MSP or of the customer.
    #[validate(custom(function = "owner"))]
    #[schema(min_length = 1, max_length = 200, example = "IT lead of Contoso")]
    pub owner: String,
    /// Until when: in the future, at most two years ahead.
    pub expires_at: DateTime<Utc>,
}

fn reason(value: &str) -> Result<(), ValidationError> {
    text::prose(value, 2000)
}

fn owner(value: &str) -> Result<(), ValidationError> {
    text::prose(value, 200)
}
