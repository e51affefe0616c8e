//! API tokens on the wire. The token itself is shown once, when it is made.

use crate::{enums::RoleSchema, http::told::Told};
use chrono::{DateTime, Utc};
use policytab_domain::role::Role;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// A new API token.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiTokenCreate {
    /// What it is for.
    #[validate(custom(function = "crate::http::text::display_name"))]
    #[schema(min_length = 1, max_length = 120)]
    pub name: String,
    /// Its role, no higher than the maker's.
    #[schema(value_type = RoleSchema)]
    pub role: Role,
    /// Days until it expires, 1 to 366; 90 when left out.
    #[serde(default = "ninety")]
    #[validate(range(min = 1, max = 366, message = "between 1 and 366 days"))]
    #[schema(minimum = 1, maximum = 366, default = 90)]
    pub expires_in_days: u32,
}

fn ninety() -> u32 {
    90
}

/// A token just made.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApiTokenCreated {
    /// What the list shows.
    #[serde(flatten)]
    pub api_token: ApiTokenOut,
    /// The token: send it as `Authorization: Bearer …`. It is not shown again.
    #[schema(value_type = String, format = Password, read_only)]
    pub token: Told,
}

/// An API token.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApiTokenOut {
    /// Its id.
    pub id: Uuid,
    /// What it is for.
    pub name: String,
    /// Its role.
    #[schema(value_type = RoleSchema)]
    pub role: Role,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it expires.
    pub expires_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// One page of API tokens.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApiTokenPage {
    /// Newest first.
    pub items: Vec<ApiTokenOut>,
    /// Give this back as `cursor` for the next page; null on the last one.
    pub next_cursor: Option<String>,
}
