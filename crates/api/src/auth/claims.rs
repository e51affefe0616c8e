//! Access tokens of our own: made after a sign-in, believed for fifteen minutes.

use super::keys::SigningKeys;
use chrono::{DateTime, Utc};
use jsonwebtoken::{Header, Validation};
use policytab_domain::role::Role;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Seconds that an access token lives.
pub const ACCESS_TOKEN_SECONDS: i64 = 15 * 60;

/// Differences between clocks, of nodes or of an outside issuer, that are forgiven, in seconds.
pub(super) const LEEWAY: u64 = 30;

/// Longest token that is looked at, in bytes. Ours have about 700 and never more than 3,000; an outside issuer that lists
/// a person's groups needs more. See [`super::extract`], which looks at the length before anything else.
pub const MAX_TOKEN: usize = 8 * 1024;

/// `aud` of our own tokens.
pub const AUDIENCE: &str = "policytab-api";

/// What an access token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    /// Issuer: this deployment's public address.
    pub iss: String,
    /// [`AUDIENCE`]
    pub aud: String,
    /// The user.
    pub sub: Uuid,
    /// The MSP.
    pub msp_id: Uuid,
    /// The role.
    pub role: Role,
    /// The user's name, for the audit trail.
    pub name: String,
    /// The user's address.
    pub email: String,
    /// Issued at, seconds.
    pub iat: i64,
    /// Not before, seconds.
    pub nbf: i64,
    /// Expires at, seconds.
    pub exp: i64,
    /// The token's own id.
    pub jti: Uuid,
    /// The session that it belongs to: when that ends, the token does. Absent in tokens of an older version, and in those
    /// that no sign-in has made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<Uuid>,
}

/// Who a token is made for.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The user.
    pub user_id: Uuid,
    /// The MSP.
    pub msp_id: Uuid,
    /// The role.
    pub role: Role,
    /// Name.
    pub name: String,
    /// Address.
    pub email: String,
    /// The session, where a sign-in began one.
    pub session_id: Option<Uuid>,
}

/// Signs an access token.
pub fn sign(
    keys: &SigningKeys,
    issuer: &str,
    subject: &Subject,
    now: DateTime<Utc>,
) -> jsonwebtoken::errors::Result<String> {
    let claims = AccessClaims {
        iss: issuer.to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: subject.user_id,
        msp_id: subject.msp_id,
        role: subject.role,
        name: subject.name.clone(),
        email: subject.email.clone(),
        iat: now.timestamp(),
        nbf: now.timestamp(),
        exp: now.timestamp() + ACCESS_TOKEN_SECONDS,
        jti: Uuid::now_v7(),
        sid: subject.session_id,
    };
    let mut header = Header::new(SigningKeys::ALGORITHM);
    header.kid = Some(keys.kid().to_owned());
    jsonwebtoken::encode(&header, &claims, keys.encoding())
}

/// Believes a token of our own, or `None`: the caller learns no more than that.
pub fn verify(keys: &SigningKeys, issuer: &str, kid: &str, token: &str) -> Option<AccessClaims> {
    let mut validation = Validation::new(SigningKeys::ALGORITHM);
    validation.leeway = LEEWAY;
    validation.validate_nbf = true;
    validation.set_audience(&[AUDIENCE]);
    validation.set_issuer(&[issuer]);
    validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
    let claims = jsonwebtoken::decode::<AccessClaims>(token, keys.decoding(kid)?, &validation).ok()?.claims;
    // The library does not look at `iat`: a token from the future was made by nobody.
    (claims.iat <= Utc::now().timestamp() + LEEWAY.cast_signed()).then_some(claims)
}

/// Whether claims that were verified before still hold by the clock.
pub fn current(claims: &AccessClaims, now: DateTime<Utc>) -> bool {
    let leeway = LEEWAY.cast_signed();
    claims.nbf <= now.timestamp() + leeway && now.timestamp() < claims.exp + leeway
}

/// The key id that a token names, if its header is one that we would look at: no key or address of a key brought
/// along, no critical extension that we don't know, no type other than JWT.
pub fn plain_kid(token: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Plain {
        kid: String,
        #[serde(default)]
        typ: Option<String>,
        jku: Option<serde::de::IgnoredAny>,
        jwk: Option<serde::de::IgnoredAny>,
        x5u: Option<serde::de::IgnoredAny>,
        x5c: Option<serde::de::IgnoredAny>,
        crit: Option<serde::de::IgnoredAny>,
        zip: Option<serde::de::IgnoredAny>,
    }
    let head = token.split('.').next()?;
    let bytes = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, head).ok()?;
    let header: Plain = serde_json::from_slice(&bytes).ok()?;
    let typ_known =
        header.typ.as_deref().is_none_or(|t| ["jwt", "at+jwt"].contains(&t.to_ascii_lowercase().as_str()));
    let brings_keys =
        header.jku.is_some() || header.jwk.is_some() || header.x5u.is_some() || header.x5c.is_some();
    (typ_known && !brings_keys && header.crit.is_none() && header.zip.is_none()).then_some(header.kid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    use proptest::prelude::*;

    /// A header as attackers write them: known members and unknown ones, of any kind.
    fn header() -> impl Strategy<Value = String> {
        let member = prop_oneof![
            4 => prop::sample::select(vec!["kid", "alg", "typ", "jku", "jwk", "x5u", "x5c", "crit", "zip", "kid\\u0000"])
                .prop_map(str::to_owned),
            1 => "[a-z]{1,6}",
        ];
        let value = prop_oneof![
            4 => "[ -~&&[^\"\\\\]]{0,12}".prop_map(|text| format!("\"{text}\"")),
            1 => Just("\"JWT\"".to_owned()),
            1 => prop::sample::select(vec!["null", "1e300", "[]", "{}", "true", "[[[[[[]]]]]]"]).prop_map(str::to_owned),
        ];
        prop::collection::vec((member, value), 0..6).prop_map(|members| {
            let members: Vec<_> = members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
            format!("{{{}}}", members.join(","))
        })
    }

    proptest! {
        #[test]
        fn hostile_headers_bring_no_keys(header in header(), rest in "[A-Za-z0-9_.-]{0,40}") {
            let token = format!("{}.{rest}", URL_SAFE_NO_PAD.encode(&header));
            if plain_kid(&token).is_some() {
                let read: serde_json::Value = serde_json::from_str(&header).expect("JSON");
                prop_assert!(read["kid"].is_string());
                for name in ["jku", "jwk", "x5u", "x5c", "crit", "zip"] {
                    prop_assert!(read[name].is_null(), "{}", header);
                }
            }
        }

        #[test]
        fn hostile_tokens_never_panic(text in "\\PC{0,200}", bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = plain_kid(&text);
            prop_assert_eq!(plain_kid(&format!("{}..", URL_SAFE_NO_PAD.encode(bytes))), None);
        }
    }
}
