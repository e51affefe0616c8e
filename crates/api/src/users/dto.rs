//! People of the MSP on the wire.

use crate::enums::RoleSchema;
use chrono::{DateTime, Utc};
use policytab_domain::role::Role;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// A new person.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserCreate {
    /// Address to sign in with.
    #[validate(
        email(message = "not an email address"),
        length(max = 254, message = "at most 254 characters")
    )]
    #[schema(format = Email, max_length = 254)]
    pub email: String,
    /// Name.
    #[validate(custom(function = "crate::http::text::display_name"))]
    #[schema(min_length = 1, max_length = 120)]
    pub display_name: String,
    /// Role.
    #[schema(value_type = RoleSchema)]
    pub role: Role,
    /// First password, 12 to 200 characters.
    #[schema(value_type = String, format = Password, write_only = true, min_length = 12, max_length = 200)]
    pub password: SecretString,
}

/// Changes to a person; what is left out stays.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserUpdate {
    /// Name.
    #[serde(default)]
    #[validate(custom(function = "crate::http::text::display_name"))]
    #[schema(min_length = 1, max_length = 120)]
    pub display_name: Option<String>,
    /// Role.
    #[serde(default)]
    #[schema(value_type = Option<RoleSchema>)]
    pub role: Option<Role>,
    /// New password, 12 to 200 characters; ends the person's sessions.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password, write_only = true, min_length = 12, max_length = 200)]
    pub password: Option<SecretString>,
}

/// A person.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserOut {
    /// Their id.
    pub id: Uuid,
    /// Address to sign in with.
    pub email: String,
    /// Name.
    pub display_name: String,
    /// Role.
    #[schema(value_type = RoleSchema)]
    pub role: Role,
    /// Last sign-in.
    pub last_login_at: Option<DateTime<Utc>>,
    /// Whether they sign in with a second factor.
    pub second_factor: bool,
    /// When they were added.
    pub created_at: DateTime<Utc>,
    /// Grows with every change; the ETag holds the same number.
    pub version: i64,
}

/// One page of people.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserPage {
    /// By email.
    pub items: Vec<UserOut>,
    /// Give this back as `cursor` for the next page; null on the last one.
    pub next_cursor: Option<String>,
}
