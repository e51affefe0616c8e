//! The workspace on the wire.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// A workspace's settings.
#[derive(Debug, Serialize, ToSchema)]
pub struct WorkspaceOut {
    /// `msp_id`
    pub id: Uuid,
    /// Its name.
    pub display_name: String,
    /// Whether people need a second factor. API tokens and people of an outside issuer do not.
    pub require_second_factor: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Grows with every change; the ETag holds the same number.
    pub version: i64,
}

/// Changes to a workspace; what is left out stays.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkspaceUpdate {
    /// Name.
    #[serde(default)]
    #[validate(custom(function = "crate::http::text::display_name"))]
    #[schema(min_length = 1, max_length = 120)]
    pub display_name: Option<String>,
    /// Whether people need a second factor. Who has none may only set one up, from the moment this is on.
    #[serde(default)]
    pub require_second_factor: Option<bool>,
}

/// The confirmation that a workspace is to be deleted.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkspaceDelete {
    /// The workspace's name, letter by letter.
    #[validate(length(max = 120, message = "at most 120 characters"))]
    #[schema(max_length = 120)]
    pub display_name: String,
}
