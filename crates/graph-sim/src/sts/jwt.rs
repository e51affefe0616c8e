//! Access tokens. Graph's are version 1.0 tokens with a nonce in the header, whose signature nobody outside
//! Microsoft can check; the emulator's look the same and carry a keyed digest in the signature's place, so
//! that only its own pass.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::tenant::{App, Tenant};

/// Microsoft's own tenant, which app-only requests without a tenant have ended up in.
pub(crate) const MICROSOFT_TENANT: &str = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";

/// What a token says, once it has been found to be one of ours.
#[derive(Clone, Debug)]
pub(crate) struct Claims {
    pub(crate) tenant: Uuid,
    pub(crate) app_id: String,
    /// Object id of the service principal; absent when the app has none in the tenant.
    pub(crate) object_id: Option<String>,
    pub(crate) roles: Vec<String>,
    pub(crate) expires: i64,
    pub(crate) not_before: i64,
}

/// A token for the app in its tenant. `roles` is left out when nothing was consented to.
pub(crate) fn issue(key: &[u8], tenant: &Tenant, app: &App, now: DateTime<Utc>, lifetime_s: i64) -> String {
    let mut claims = common_claims(&app.client_id.to_string(), &tenant.id.to_string(), now, lifetime_s);
    claims["app_displayname"] = json!(app.display_name);
    claims["oid"] = json!(app.service_principal_id.to_string());
    claims["sub"] = claims["oid"].clone();
    if !app.granted.is_empty() {
        claims["roles"] = app.granted.iter().cloned().collect();
    }
    sign(key, &claims)
}

/// The token of 2018: Microsoft's tenant, no service principal, no roles.
pub(crate) fn issue_microsoft(key: &[u8], client_id: &str, now: DateTime<Utc>, lifetime_s: i64) -> String {
    sign(key, &common_claims(client_id, MICROSOFT_TENANT, now, lifetime_s))
}

fn common_claims(client_id: &str, tenant: &str, now: DateTime<Utc>, lifetime_s: i64) -> Value {
    let issuer = format!("https://sts.windows.net/{tenant}/");
    let starts = now.timestamp() - 300;
    json!({
        "aud": "https://graph.microsoft.com",
        "iss": issuer,
        "iat": starts,
        "nbf": starts,
        "exp": now.timestamp() + lifetime_s,
        "aio": random(24),
        "appid": client_id,
        "appidacr": "1",
        "idp": issuer,
        "idtyp": "app",
        "rh": format!("1.{}.", random(30)),
        "tenant_region_scope": "EU",
        "tid": tenant,
        "uti": random(16),
        "ver": "1.0",
        "wids": ["0997a1d0-0d1d-4acb-b408-d5ca73121e90"],
        "xms_idrel": "7 26",
        "xms_tcdt": 1_557_821_267,
        "xms_tdbr": "EU",
    })
}

fn random(bytes: usize) -> String {
    let mut raw = Vec::with_capacity(bytes + 16);
    while raw.len() < bytes {
        raw.extend_from_slice(Uuid::new_v4().as_bytes());
    }
    raw.truncate(bytes);
    URL_SAFE_NO_PAD.encode(raw)
}

fn sign(key: &[u8], claims: &Value) -> String {
    let header = json!({
        "typ": "JWT",
        "nonce": random(32),
        "alg": "RS256",
        "x5t": "Zm9yLXNob3ctb25seS0tLS0tLS0",
        "kid": "Zm9yLXNob3ctb25seS0tLS0tLS0",
    });
    let input = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header.to_string()),
        URL_SAFE_NO_PAD.encode(claims.to_string())
    );
    let signature = signature(key, &input);
    format!("{input}.{signature}")
}

/// 256 bytes, as long as an RS256 signature.
fn signature(key: &[u8], input: &str) -> String {
    let mut bytes = Vec::with_capacity(256);
    for counter in 0u8..8 {
        let mut hash = Sha256::new();
        hash.update(key);
        hash.update([counter]);
        hash.update(input.as_bytes());
        bytes.extend_from_slice(&hash.finalize());
    }
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The claims of a token of this emulator; `None` for anything else. Says nothing about its lifetime.
pub(crate) fn read(key: &[u8], token: &str) -> Option<Claims> {
    let (input, seal) = token.rsplit_once('.')?;
    if signature(key, input) != seal {
        return None;
    }
    let (_, payload) = input.split_once('.')?;
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
    let roles = claims["roles"]
        .as_array()
        .map(|roles| roles.iter().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>());
    Some(Claims {
        tenant: Uuid::try_parse(claims["tid"].as_str()?).ok()?,
        app_id: claims["appid"].as_str()?.to_owned(),
        object_id: claims["oid"].as_str().map(str::to_owned),
        roles: roles.unwrap_or_default(),
        expires: claims["exp"].as_i64()?,
        not_before: claims["nbf"].as_i64()?,
    })
}
