//! Sign-in errors: the number, OAuth's word for it, the HTTP status and the text.
//!
//! Statuses and texts seen on the live service are given as seen (public issue reports); where none is known
//! the status follows from the OAuth word: `invalid_client` is 401, everything else 400.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::call::{Call, Reply};
use crate::time;

/// A refusal before it gets its trailer of ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StsError {
    pub(crate) code: u32,
    pub(crate) text: String,
}

impl StsError {
    pub(crate) fn new(code: u32, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }

    fn word(&self) -> &'static str {
        match self.code {
            7000215 | 7000216 | 7000218 | 7000222 | 7000229 | 700027 => "invalid_client",
            700016 | 7000112 => "unauthorized_client",
            90002 => "invalid_tenant",
            70011 | 1002012 => "invalid_scope",
            500011 => "invalid_resource",
            53003 => "access_denied",
            50196 => "invalid_grant",
            70003 => "unsupported_grant_type",
            90055 => "temporarily_unavailable",
            _ => "invalid_request",
        }
    }

    fn status(&self) -> u16 {
        match (self.code, self.word()) {
            (90055, _) => 429,
            (_, "invalid_client") => 401,
            _ => 400,
        }
    }

    pub(crate) fn reply(&self, call: &Call, now: DateTime<Utc>) -> Reply {
        let trace = Uuid::new_v4().to_string();
        let correlation =
            call.header("client-request-id").map_or_else(|| Uuid::new_v4().to_string(), str::to_owned);
        let timestamp = time::sign_in_error(now);
        let mut body = json!({
            "error": self.word(),
            "error_description": format!(
                "AADSTS{}: {} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}",
                self.code, self.text
            ),
            "error_codes": [self.code],
            "timestamp": timestamp,
            "trace_id": trace,
            "correlation_id": correlation,
        });
        if has_help_page(self.code) {
            body["error_uri"] = json!(format!("{}/error?code={}", call.origin, self.code));
        }
        if self.code == 53003 {
            body["suberror"] = Value::from("message_only");
        }
        Reply::json(self.status(), body).with("x-ms-request-id", trace)
    }
}

fn has_help_page(code: u32) -> bool {
    matches!(code, 7000215 | 7000222 | 700016 | 90002 | 500011 | 700027 | 50059 | 53003)
}

/// The refusal with this number as a tenant would get it: for forced faults.
pub(crate) fn forced(code: u32, tenant: &str, client: &str) -> StsError {
    let text = match code {
        50059 => NO_TENANT.to_owned(),
        50194 => format!(
            "Application '{client}'(Policytab) is not configured as a multi-tenant application. Usage of the \
             /common endpoint is not supported for such applications created after '10/15/2018'. Use a \
             tenant-specific endpoint or configure the application to be multi-tenant."
        ),
        50196 => {
            "The server terminated an operation because it encountered a client request loop. Please contact \
                  your app vendor."
                .to_owned()
        }
        53003 => {
            "Access has been blocked by Conditional Access policies. The access policy does not allow token \
                  issuance."
                .to_owned()
        }
        5000224 => {
            "We are sorry, this resource is not available. If you are seeing this message by mistake, please \
                    contact Microsoft support."
                .to_owned()
        }
        90002 => return tenant_not_found(tenant),
        90038 | 900382 => format!("Tenant '{tenant}' request is being redirected to the National Cloud."),
        90055 => "Server is busy: there are too many requests for this tenant. Try again later.".to_owned(),
        700016 => return app_not_found(client, tenant),
        700027 => "Client assertion failed signature validation.".to_owned(),
        7000112 => format!("Application '{client}'(Policytab) is disabled."),
        7000215 => return wrong_secret(client),
        7000222 => return expired_secret(client),
        7000229 => return missing_service_principal(client, tenant),
        9001023 => return grant_not_supported(),
        9002313 => "Invalid request. Request is malformed or invalid.".to_owned(),
        _ => "The request could not be processed.".to_owned(),
    };
    StsError::new(code, text)
}

pub(crate) const NO_TENANT: &str =
    "No tenant-identifying information found in either the request or implied by any provided credentials.";

pub(crate) fn tenant_not_found(tenant: &str) -> StsError {
    StsError::new(
        90002,
        format!(
            "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the \
             correct cloud. Check with your subscription administrator, this may happen if there are no active \
             subscriptions for the tenant."
        ),
    )
}

pub(crate) fn tenant_malformed(tenant: &str) -> StsError {
    StsError::new(
        900023,
        format!(
            "Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid external domain."
        ),
    )
}

pub(crate) fn app_not_found(client: &str, directory: &str) -> StsError {
    StsError::new(
        700016,
        format!(
            "Application with identifier '{client}' was not found in the directory '{directory}'. This can happen if \
             the application has not been installed by the administrator of the tenant or consented to by any user \
             in the tenant. You may have sent your authentication request to the wrong tenant."
        ),
    )
}

pub(crate) fn missing_service_principal(client: &str, tenant: &str) -> StsError {
    StsError::new(
        7000229,
        format!(
            "The client application {client} is missing service principal in the tenant {tenant}. See instructions \
             here: https://go.microsoft.com/fwlink/?linkid=2225119"
        ),
    )
}

pub(crate) fn wrong_secret(client: &str) -> StsError {
    StsError::new(
        7000215,
        format!(
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, \
             not the client secret ID, for a secret added to app '{client}'."
        ),
    )
}

pub(crate) fn expired_secret(client: &str) -> StsError {
    StsError::new(
        7000222,
        format!(
            "The provided client secret keys for app '{client}' are expired. Visit the Azure portal to create new \
             keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added \
             security: https://aka.ms/certCreds."
        ),
    )
}

pub(crate) fn grant_not_supported() -> StsError {
    StsError::new(
        9001023,
        "The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or \
         tenant-specific endpoint.",
    )
}
