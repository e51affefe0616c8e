//! Signing in, on the wire.

use crate::{
    enums::{CloudSchema, RoleSchema},
    http::told::Told,
};
use policytab_domain::{cloud::Cloud, role::Role};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Email and password, and the code of a second factor.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LoginIn {
    /// Address.
    #[validate(length(min = 1, max = 254, message = "between 1 and 254 characters"))]
    #[schema(format = Email, max_length = 254)]
    pub email: String,
    /// Password.
    #[schema(value_type = String, format = Password, write_only = true, max_length = 200)]
    pub password: SecretString,
    /// Of the authenticator app, or a recovery code; only where the person has a second factor.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password, write_only = true, max_length = 64)]
    pub code: Option<SecretString>,
}

/// A session: the access token in the body, the refresh token in an HttpOnly cookie.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionOut {
    /// JWT for the `Authorization` header.
    #[schema(value_type = String, format = Password, read_only)]
    pub access_token: Told,
    /// Always `Bearer`.
    pub token_type: String,
    /// Seconds until it expires.
    pub expires_in: u64,
    /// Who signed in.
    pub user: MeOut,
}

/// Who is asking.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeOut {
    /// What kind of credential it is.
    pub kind: ActorKindName,
    /// Id of the person or token, as its issuer names it.
    pub id: String,
    /// Name.
    pub display_name: String,
    /// Address, for people of this workspace.
    pub email: Option<String>,
    /// Role.
    #[schema(value_type = RoleSchema)]
    pub role: Role,
    /// The workspace requires a second factor and this person has none: until it is set up, everything but `/me` and
    /// `/me/second-factor` is refused.
    pub second_factor_required: bool,
    /// The workspace.
    pub msp: MspOut,
    /// The clouds that customers can live in on this server.
    #[schema(value_type = Vec<CloudSchema>)]
    pub clouds: Vec<Cloud>,
}

/// Kinds of credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ActorKind)]
pub enum ActorKindName {
    /// A person of this workspace.
    User,
    /// An API token.
    ApiToken,
    /// A person of the configured outside issuer.
    External,
    /// The service itself, for instance a worker.
    System,
}

/// A workspace.
#[derive(Debug, Serialize, ToSchema)]
pub struct MspOut {
    /// `msp_id`
    pub id: Uuid,
    /// Its name.
    pub name: String,
}
