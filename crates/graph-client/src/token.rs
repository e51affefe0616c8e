//! App-only tokens: asked for, read, believed.
//!
//! Invariant: a token counts for a tenant only if its own `tid` says so, and for an app only if its `appid` does. The
//! claims are read for that and for diagnosis; they prove nothing to anybody else, which is Graph's to check.

use crate::{GraphError, characters, client::Inner, endpoint::TOKEN, entra, hosts::Hosts, http::Failure};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use policytab_domain::{
    cloud::Cloud,
    ids::EntraTenantId,
    problem::{TokenReason, Upstream},
};
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use tokio::time::Instant;
use uuid::Uuid;

/// An app registration's client id and one of its secrets.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Application (client) id.
    pub client_id: Uuid,
    /// The secret's value.
    pub client_secret: SecretString,
}

/// An app-only access token for Graph, with what its claims tell. `Debug` leaves the token itself out.
#[derive(Debug, Clone)]
pub struct AppToken {
    /// `tid`: the tenant that issued it.
    pub tenant_id: EntraTenantId,
    /// `roles`: the granted application permissions; empty where consent was never given.
    pub roles: Vec<String>,
    /// `app_displayname`: the app registration's name.
    pub app_display_name: Option<String>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// `oid`, `appid` and `idtyp` as far as they prove whose the token is.
    pub(crate) proof: Proof,
    pub(crate) bearer: SecretString,
}

/// What tells a customer's own token from one that Entra issued for want of a better tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Proof {
    pub(crate) client_id: Option<Uuid>,
    pub(crate) has_service_principal: bool,
    pub(crate) is_app: bool,
}

#[derive(Deserialize)]
struct Granted {
    access_token: SecretString,
    expires_in: Option<Value>,
}

/// Claims of an app-only token (Microsoft Entra access token claims reference). Graph's are of version 1.0 whatever
/// endpoint was asked: `appid`, not `azp`.
#[derive(Deserialize)]
struct Claims {
    tid: Uuid,
    oid: Option<Uuid>,
    appid: Option<Uuid>,
    azp: Option<Uuid>,
    idtyp: Option<String>,
    app_displayname: Option<String>,
    roles: Option<Vec<String>>,
    exp: Option<i64>,
}

impl AppToken {
    fn read(granted: Granted) -> Option<Self> {
        let payload =
            granted.access_token.expose_secret().split('.').nth(1)?.trim_end_matches('=').to_owned();
        let mut payload = URL_SAFE_NO_PAD.decode(payload).ok()?;
        characters::mend(&mut payload);
        let claims: Claims = serde_json::from_slice(&payload).ok()?;
        // Seconds as a number or, from older endpoints, as text.
        let lifetime = match &granted.expires_in {
            Some(Value::Number(seconds)) => seconds.as_i64(),
            Some(Value::String(seconds)) => seconds.parse().ok(),
            _ => None,
        };
        let lifetime = lifetime.and_then(TimeDelta::try_seconds).map(|lifetime| Utc::now() + lifetime);
        let expires_at = lifetime.or_else(|| DateTime::from_timestamp(claims.exp?, 0))?;
        Some(Self {
            tenant_id: EntraTenantId::from_uuid(claims.tid),
            roles: claims.roles.unwrap_or_default(),
            app_display_name: claims.app_displayname.filter(|name| !name.is_empty()),
            expires_at,
            proof: Proof {
                client_id: claims.appid.or(claims.azp),
                has_service_principal: claims.oid.is_some(),
                is_app: claims.idtyp.as_deref() == Some("app"),
            },
            bearer: granted.access_token,
        })
    }
}

/// Asks for a token at one authority: a tenant id, or `organizations`. The answer is not yet believed.
pub(crate) async fn ask(
    inner: &Inner,
    cloud: Cloud,
    authority: &str,
    credentials: &Credentials,
    deadline: Instant,
) -> Result<Value, GraphError> {
    let hosts = Hosts::of(cloud, &inner.config)?;
    let mut url = hosts.login.clone();
    url.set_path(&TOKEN.with(authority));
    let client_id = credentials.client_id.to_string();
    let request = || {
        inner.http.secret_request(Method::POST, url.clone(), cloud == Cloud::Emulator).form(&[
            ("grant_type", "client_credentials"),
            ("client_id", client_id.as_str()),
            ("client_secret", credentials.client_secret.expose_secret()),
            ("scope", hosts.scope),
        ])
    };
    entra::call(inner, &TOKEN, deadline, request).await.map_err(refused)
}

/// Reads an answer of the token endpoint; nothing if there is no token in it, or one of another app.
pub(crate) fn read(answer: Value, credentials: &Credentials) -> Option<AppToken> {
    let token = serde_json::from_value(answer).ok().and_then(AppToken::read)?;
    token.proof.client_id.is_none_or(|issued_for| issued_for == credentials.client_id).then_some(token)
}

/// Asks for a token of one tenant, and believes only one that is of this tenant.
pub(crate) async fn of_tenant(
    inner: &Inner,
    cloud: Cloud,
    tenant: EntraTenantId,
    credentials: &Credentials,
    deadline: Instant,
) -> Result<AppToken, GraphError> {
    let answer = ask(inner, cloud, &tenant.to_string(), credentials, deadline).await?;
    let token = read(answer, credentials).ok_or(GraphError::Unavailable {
        what: TOKEN.what,
        detail: "the token can't be read",
        upstream: None,
    })?;
    if token.tenant_id != tenant {
        return Err(GraphError::TenantMismatch { expected: tenant, found: token.tenant_id });
    }
    Ok(token)
}

fn refused(failure: Failure) -> GraphError {
    match failure {
        Failure::Refused { upstream } | Failure::Unauthorized { upstream } => {
            GraphError::TokenFailed { reason: reason(&upstream), upstream }
        }
        other => other.into_error(&TOKEN),
    }
}

/// What Entra's number means for somebody who connects a tenant (Microsoft Entra error reference; statuses and codes
/// vary from number to number, so the number alone decides).
fn reason(upstream: &Upstream) -> TokenReason {
    match upstream.aadsts {
        Some(7_000_215) => TokenReason::InvalidSecret,
        Some(7_000_222) => TokenReason::ExpiredSecret,
        // The app is unknown to the tenant, or known without an enterprise application in it.
        Some(700_016 | 7_000_229) => TokenReason::AppNotFound,
        Some(7_000_112) => TokenReason::AppDisabled,
        Some(90002 | 900_023 | 900_021 | 5_000_224) => TokenReason::TenantNotFound,
        Some(53003) => TokenReason::BlockedByPolicy,
        _ => TokenReason::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn token(claims: &Value, expires_in: Value) -> Option<AppToken> {
        let payload = URL_SAFE_NO_PAD.encode(claims.to_string());
        let body = json!({"access_token": format!("e30.{payload}.sig"), "expires_in": expires_in});
        AppToken::read(serde_json::from_value(body).unwrap())
    }

    #[test]
    fn claims_are_read_and_absent_roles_are_no_roles() {
        let tid = Uuid::from_u128(7);
        let read = token(&json!({"tid": tid, "appid": tid, "idtyp": "app"}), json!("3599")).unwrap();
        assert_eq!(read.tenant_id.as_uuid(), tid);
        assert!(read.roles.is_empty());
        assert_eq!(read.app_display_name, None);
        assert!(!read.proof.has_service_principal && read.proof.is_app);
        assert!(read.expires_at > Utc::now() + TimeDelta::seconds(3500));
    }

    #[test]
    fn a_token_without_tenant_or_end_is_not_readable() {
        assert!(token(&json!({"oid": Uuid::nil()}), json!(3599)).is_none());
        assert!(token(&json!({"tid": "not a guid"}), json!(3599)).is_none());
        assert!(token(&json!({"tid": Uuid::nil()}), Value::Null).is_none());
        assert!(token(&json!({"tid": Uuid::nil()}), json!(i64::MAX)).is_none());
        let opaque: Granted =
            serde_json::from_value(json!({"access_token": "opaque", "expires_in": 1})).unwrap();
        assert!(AppToken::read(opaque).is_none());
    }

    #[test]
    fn the_token_is_not_in_debug_output() {
        let read = token(&json!({"tid": Uuid::nil()}), json!(3599)).unwrap();
        assert!(!format!("{read:?}").contains("sig"));
    }

    #[test]
    fn every_known_number_has_its_reason() {
        let reason_of = |aadsts| reason(&Upstream { aadsts, ..Upstream::default() });
        for (number, expected) in [
            (7_000_215, TokenReason::InvalidSecret),
            (7_000_222, TokenReason::ExpiredSecret),
            (700_016, TokenReason::AppNotFound),
            (7_000_229, TokenReason::AppNotFound),
            (7_000_112, TokenReason::AppDisabled),
            (90002, TokenReason::TenantNotFound),
            (900_023, TokenReason::TenantNotFound),
            (900_021, TokenReason::TenantNotFound),
            (5_000_224, TokenReason::TenantNotFound),
            (53003, TokenReason::BlockedByPolicy),
            (700_229, TokenReason::Other),
        ] {
            assert_eq!(reason_of(Some(number)), expected, "{number}");
        }
        assert_eq!(reason_of(None), TokenReason::Other);
    }
}
