//! Every error the product answers with: one table of codes, their titles and remedies.
//!
//! A code has one meaning, is never renamed and never reused. The HTTP status belongs to the API crate; a failed
//! import stores the same code and reason, so that Connect, import history and API speak one language.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

macro_rules! codes {
    ($($(#[$doc:meta])+ $variant:ident = $code:literal, $title:literal, $remedy:literal, retryable: $retry:literal;)+) => {
        /// A stable, machine-readable error code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum ProblemCode { $($(#[$doc])+ $variant,)+ }

        impl ProblemCode {
            /// Every code, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The code on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }
            /// One short sentence for people: what happened.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)+ }
            }
            /// One sentence: what to do now, where the reason doesn't tell better. Empty where nothing can be done.
            pub const fn remedy(self) -> &'static str {
                match self { $(Self::$variant => $remedy,)+ }
            }
            /// Whether the same request can succeed later without a change.
            pub const fn retryable(self) -> bool {
                match self { $(Self::$variant => $retry,)+ }
            }
        }
    };
}

codes! {
    /// Entra refused the credentials; `reason` tells why.
    GraphTokenFailed = "graph_token_failed", "Entra refused the credentials",
        "Check the client id and the client secret in the customer's app registration.", retryable: false;
    /// No tenant could be learned from the credentials alone.
    TenantNotDetected = "tenant_not_detected", "The tenant could not be detected from the credentials",
        "Enter the directory (tenant) id or a verified domain of the customer.", retryable: false;
    /// The hint is neither a tenant id nor a domain that Entra knows.
    TenantHintInvalid = "tenant_hint_invalid", "Entra knows no tenant by this id or domain",
        "Copy the directory (tenant) id from the app registration's overview, or enter a verified domain; check the cloud too.", retryable: false;
    /// The new credentials belong to another tenant than the one this customer is.
    TenantMismatch = "tenant_mismatch", "These credentials belong to another tenant",
        "Use an app registration of this customer's own tenant, or add another customer for the other tenant.", retryable: false;
    /// Another customer of this MSP is this tenant.
    TenantAlreadyConnected = "tenant_already_connected", "This tenant is already connected",
        "Open the customer that is connected to this tenant.", retryable: false;
    /// There are no usable credentials yet.
    GraphCredentialsUnavailable = "graph_credentials_unavailable", "There are no usable Graph credentials",
        "Open Graph connection and save the credentials.", retryable: false;
    /// Graph refused a read for want of a permission.
    GraphPermissionMissing = "graph_permission_missing", "A Graph permission is missing",
        "Add the permission to the app registration (API permissions, application permissions) and grant admin consent.", retryable: false;
    /// Still throttled after the retries.
    GraphThrottled = "graph_throttled", "Microsoft Graph is throttling this tenant",
        "Wait a little and try again; other tools that read this tenant share the same limit.", retryable: true;
    /// Microsoft did not answer, or not in its protocol.
    GraphUnavailable = "graph_unavailable", "Microsoft did not answer as expected",
        "Try again in a few minutes.", retryable: true;
    /// An import of this customer is running.
    ImportInProgress = "import_in_progress", "An import is already running",
        "Wait for the running import to end.", retryable: true;
    /// This step does not come next.
    InvalidState = "invalid_state", "This step does not come next",
        "Follow the customer's next step.", retryable: false;
    /// The request's content is not valid; `errors` tells what.
    ValidationFailed = "validation_failed", "The request is not valid",
        "Correct the fields named in errors.", retryable: false;
    /// No valid credential.
    Unauthenticated = "unauthenticated", "Sign in first",
        "Sign in again, or send a valid token.", retryable: false;
    /// The role is too low; `required_role` names the one needed.
    Forbidden = "forbidden", "Your role does not allow this",
        "Ask an owner of your workspace for the role that is needed.", retryable: false;
    /// There is no such thing in this MSP.
    NotFound = "not_found", "Not found",
        "Check the address; it may have been deleted.", retryable: false;
    /// The method is not offered at this address.
    MethodNotAllowed = "method_not_allowed", "This method is not offered here",
        "See the API description for the methods of this address.", retryable: false;
    /// It collides with something that exists.
    Conflict = "conflict", "It conflicts with something that exists",
        "Choose another value, or change the existing one.", retryable: false;
    /// It was changed by somebody else meanwhile.
    PreconditionFailed = "precondition_failed", "It was changed meanwhile",
        "Load it again and repeat the change.", retryable: false;
    /// The body is larger than allowed.
    PayloadTooLarge = "payload_too_large", "The request is too large",
        "Send less at once.", retryable: false;
    /// The idempotency key was used for another request.
    IdempotencyConflict = "idempotency_conflict", "This idempotency key was used for another request",
        "Use a fresh key for a different request.", retryable: false;
    /// Too many requests.
    RateLimited = "rate_limited", "Too many requests",
        "Wait as long as Retry-After tells, then try again.", retryable: true;
    /// The service cannot answer just now.
    Unavailable = "unavailable", "The service can't answer right now",
        "Try again in a few seconds.", retryable: true;
    /// Our own fault; the log has it under the request id.
    Internal = "internal", "Something went wrong on our side",
        "Try again; if it stays, give the request id to your administrator.", retryable: true;
}

/// Why Entra refused the credentials (`reason` of `graph_token_failed`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenReason {
    /// The secret is wrong.
    InvalidSecret,
    /// The secret has expired.
    ExpiredSecret,
    /// No such app in that tenant.
    AppNotFound,
    /// The app is disabled.
    AppDisabled,
    /// No such tenant.
    TenantNotFound,
    /// A token came without the needed roles.
    AdminConsentMissing,
    /// A Conditional Access policy for workload identities blocked the app.
    BlockedByPolicy,
    /// Anything else; `upstream` has Entra's code.
    Other,
}

impl TokenReason {
    /// Every reason.
    pub const ALL: [Self; 8] = [
        Self::InvalidSecret,
        Self::ExpiredSecret,
        Self::AppNotFound,
        Self::AppDisabled,
        Self::TenantNotFound,
        Self::AdminConsentMissing,
        Self::BlockedByPolicy,
        Self::Other,
    ];

    /// The reason on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidSecret => "invalid_secret",
            Self::ExpiredSecret => "expired_secret",
            Self::AppNotFound => "app_not_found",
            Self::AppDisabled => "app_disabled",
            Self::TenantNotFound => "tenant_not_found",
            Self::AdminConsentMissing => "admin_consent_missing",
            Self::BlockedByPolicy => "blocked_by_policy",
            Self::Other => "other",
        }
    }

    /// What to do now.
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::InvalidSecret => {
                "Paste the secret's Value, not its Secret ID; if the value is lost, create a new client secret."
            }
            Self::ExpiredSecret => "Create a new client secret in the app registration and paste its Value.",
            Self::AppNotFound => {
                "Check the application (client) id, and that the app was registered in this very tenant."
            }
            Self::AppDisabled => {
                "Enable sign-in for the app under Enterprise applications, Properties, in the customer's tenant."
            }
            Self::TenantNotFound => "Check the tenant id or domain, and that the right cloud is chosen.",
            Self::AdminConsentMissing => {
                "Grant admin consent for the listed application permissions as Privileged Role Administrator or Global Administrator; it can take a few minutes to spread."
            }
            Self::BlockedByPolicy => {
                "Exclude this app from the tenant's Conditional Access policies for workload identities, or allow this server's address there."
            }
            Self::Other => {
                "See Entra's own code in the details and its description in Microsoft's error reference."
            }
        }
    }
}

/// What the other side said, as far as it is safe and useful to show.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Upstream {
    /// `entra`, `graph` or `github`.
    pub service: String,
    /// Its HTTP status, where it answered at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Its error code, for instance `AccessDenied` or `invalid_client`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Entra's number, for instance `7000215`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aadsts: Option<u32>,
    /// Its id of the request, for Microsoft's support.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

/// A problem as a value: what the API renders as RFC 9457 and an import stores. Holds nothing internal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// Which of the table.
    pub code: ProblemCode,
    /// What is particular about this occurrence, in one sentence.
    pub detail: String,
    /// A finer code under `code`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What to do now.
    pub remedy: String,
    /// Field → message, for validation.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub errors: BTreeMap<String, String>,
    /// Permissions that were not granted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing_permissions: Vec<String>,
    /// What the other side said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream: Option<Box<Upstream>>,
    /// Seconds to wait before another try.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// Further typed members: `required_role`, `customer_id`, `customer_name`, `import_id`, …
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extra: BTreeMap<String, Value>,
}

impl Problem {
    /// A problem with the table's remedy.
    pub fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            reason: None,
            remedy: code.remedy().to_owned(),
            errors: BTreeMap::new(),
            missing_permissions: Vec::new(),
            upstream: None,
            retry_after: None,
            extra: BTreeMap::new(),
        }
    }

    /// Entra refused the credentials, with the reason and its remedy.
    pub fn token_failed(reason: TokenReason, detail: impl Into<String>) -> Self {
        let mut problem = Self::new(ProblemCode::GraphTokenFailed, detail);
        problem.reason = Some(reason.as_str().to_owned());
        problem.remedy = reason.remedy().to_owned();
        problem
    }

    /// One invalid field.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        let mut problem = Self::new(ProblemCode::ValidationFailed, format!("{field}: {message}"));
        problem.errors.insert(field.to_owned(), message);
        problem
    }

    /// No such thing in this MSP; `what` is its noun.
    pub fn not_found(what: &str) -> Self {
        Self::new(ProblemCode::NotFound, format!("There is no such {what}."))
    }

    /// Sets the finer code.
    #[must_use]
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// Replaces the remedy.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = remedy.into();
        self
    }

    /// Adds what the other side said.
    #[must_use]
    pub fn upstream(mut self, upstream: Upstream) -> Self {
        self.upstream = Some(Box::new(upstream));
        self
    }

    /// Adds a typed member.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.extra.insert(name.to_owned(), value.into());
        self
    }
}
