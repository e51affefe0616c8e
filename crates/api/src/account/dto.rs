//! One's own account on the wire.

use crate::http::told::Told;
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// How one's second factor stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct SecondFactorOut {
    /// Since when a code is asked for at sign-in; null: never.
    pub enabled_since: Option<DateTime<Utc>>,
    /// Recovery codes that are still good.
    #[schema(minimum = 0, maximum = 10)]
    pub recovery_codes_left: u32,
    /// Whether the workspace requires a second factor.
    pub required: bool,
}

/// One's own password.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordIn {
    /// Password.
    #[schema(value_type = String, format = Password, write_only = true, max_length = 200)]
    pub password: SecretString,
}

/// What an authenticator app needs; told this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct EnrolmentOut {
    /// The secret in base32, for typing it into the app.
    #[schema(value_type = String, format = Password, read_only)]
    pub secret: Told,
    /// The same as an `otpauth://totp/` address, for a QR code.
    #[schema(value_type = String, format = Password, read_only)]
    pub otpauth_uri: Told,
}

/// A code of the authenticator app.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeIn {
    /// Six digits.
    #[schema(value_type = String, format = Password, write_only = true, max_length = 64)]
    pub code: SecretString,
}

/// Fresh recovery codes; told this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecoveryCodesOut {
    /// Ten codes, each good once. Those of before are worth nothing any more.
    #[schema(value_type = Vec<String>, read_only)]
    pub recovery_codes: Vec<Told>,
}

/// One's own password, and a code.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProofIn {
    /// Password.
    #[schema(value_type = String, format = Password, write_only = true, max_length = 200)]
    pub password: SecretString,
    /// Of the authenticator app, or a recovery code.
    #[schema(value_type = String, format = Password, write_only = true, max_length = 64)]
    pub code: SecretString,
}

/// A change of one's own password.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The password until now.
    #[schema(value_type = String, format = Password, write_only = true, max_length = 200)]
    pub current_password: SecretString,
    /// The password from now on: 12 to 200 characters, none that is common or easy to guess.
    #[schema(value_type = String, format = Password, write_only = true, min_length = 12, max_length = 200)]
    pub new_password: SecretString,
    /// Of the authenticator app, or a recovery code; where a second factor is set up.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password, write_only = true, max_length = 64)]
    pub code: Option<SecretString>,
}

/// A session.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnSessionOut {
    /// Its id.
    pub id: Uuid,
    /// When one signed in.
    pub created_at: DateTime<Utc>,
    /// When it was last continued, to a quarter of an hour.
    pub last_used_at: DateTime<Utc>,
    /// Network address from which it was last continued.
    pub ip: Option<String>,
    /// The browser from which it was last continued, in short: `Firefox on Windows`.
    pub user_agent: Option<String>,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// One's own sessions.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnSessionList {
    /// Those that go on, the one used last first.
    pub items: Vec<OwnSessionOut>,
}
