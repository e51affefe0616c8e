//! The Graph connection on the wire. The client secret goes in and never comes out.

use crate::customers::dto::TenantOut;
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Credentials of the customer's single-tenant app registration.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectionPut {
    /// Application (client) id.
    #[validate(custom(function = "crate::http::text::guid"))]
    #[schema(format = Uuid, example = "6a1f0f0e-3c1b-4a53-9d51-0a0f6b1f2c3d")]
    pub client_id: String,
    /// The client secret's Value (not its Secret ID).
    #[schema(value_type = String, format = Password, write_only = true, min_length = 1, max_length = 512)]
    pub client_secret: SecretString,
    /// Directory (tenant) id or any verified domain; needed only where detection fails.
    #[serde(default)]
    #[validate(length(max = 253, message = "at most 253 characters"))]
    #[schema(max_length = 253, example = "contoso.onmicrosoft.com")]
    pub tenant_hint: Option<String>,
}

/// A customer's Graph connection, or what is needed to make it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConnectionOut {
    /// Whether credentials are stored.
    pub connected: bool,
    /// Application (client) id in use.
    pub client_id: Option<Uuid>,
    /// The app registration's display name, where the token told it.
    pub app_display_name: Option<String>,
    /// The tenant that the credentials were proven to belong to.
    pub tenant: Option<TenantOut>,
    /// Every permission that is asked for, and whether it is granted.
    pub permissions: Vec<PermissionOut>,
    /// Granted and not needed: worth removing.
    pub surplus_permissions: Vec<String>,
    /// When the client secret expires, where that was readable.
    pub secret_expires_at: Option<DateTime<Utc>>,
    /// When the credentials were last proven to work.
    pub verified_at: Option<DateTime<Utc>>,
    /// When they were saved.
    pub updated_at: Option<DateTime<Utc>>,
    /// What to do in the Entra admin center.
    pub setup: SetupOut,
}

/// One application permission.
#[derive(Debug, Serialize, ToSchema)]
pub struct PermissionOut {
    /// Its name, for instance `Policy.Read.All`.
    pub name: String,
    /// Its app role id on Microsoft Graph.
    pub app_role_id: Uuid,
    /// Nothing can be imported without it.
    pub required: bool,
    /// Whether it is granted; null before the connection is made.
    pub granted: Option<bool>,
    /// Why it is asked for.
    pub purpose: String,
    /// What does not work without it.
    pub without: String,
}

/// Values and a script for setting the app registration up.
#[derive(Debug, Serialize, ToSchema)]
pub struct SetupOut {
    /// A name for the app registration.
    pub app_name: String,
    /// The Entra admin center of the customer's cloud.
    pub portal_url: String,
    /// Microsoft Graph's own application id.
    pub graph_app_id: Uuid,
    /// A script for Azure Cloud Shell (Bash) that does the whole procedure.
    pub cloud_shell_script: String,
}
