//! Access tokens of one configured outside issuer: its JWKS address, issuer, audience and claim names.

use super::claims::LEEWAY;
use chrono::Utc;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, jwk::JwkSet};
use policytab_domain::role::Role;
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, MapAccess, Visitor},
};
use serde_json::{Map, Value};
use std::{
    collections::HashMap,
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::RwLock;
use url::Url;
use uuid::Uuid;

/// How an outside issuer is trusted.
#[derive(Debug, Clone)]
pub struct OutsideConfig {
    /// Where its public keys are published.
    pub jwks_url: Url,
    /// `iss`
    pub issuer: String,
    /// `aud`
    pub audience: String,
    /// The claim that holds the MSP's id.
    pub msp_claim: String,
    /// The claim that holds the role: a text, or an array in which the highest known role counts.
    pub role_claim: String,
}

/// Signature algorithms that are believed from outside; none of them symmetric.
const ALGORITHMS: [Algorithm; 8] = [
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::EdDSA,
];

/// How long fetched keys are believed, and how soon after a fetch an unknown key id may cause another.
const KEYS_FRESH: Duration = Duration::from_secs(600);
const KEYS_RETRY: Duration = Duration::from_secs(30);

/// What fetching them may take: time in all, and bytes of the answer. A set of keys has some kilobytes.
const KEYS_WITHIN: Duration = Duration::from_secs(5);
const KEYS_SIZE: usize = 1024 * 1024;

/// Why keys could not be fetched.
#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    #[error("the answer has more than {KEYS_SIZE} bytes")]
    TooLarge,
    #[error("the answer is no set of keys: {0}")]
    NoKeys(#[from] serde_json::Error),
}

/// Who an outside token says is asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutsideSubject {
    /// `sub`, as the issuer names the person.
    pub id: String,
    /// The MSP.
    pub msp_id: Uuid,
    /// The role.
    pub role: Role,
    /// A name for the audit trail.
    pub name: String,
    /// The address, where the token has one.
    pub email: Option<String>,
}

#[derive(Default)]
struct Keys {
    by_kid: HashMap<String, (Algorithm, Arc<DecodingKey>)>,
    fetched: Option<Instant>,
}

/// One outside issuer.
pub struct OutsideIssuer {
    config: OutsideConfig,
    http: reqwest::Client,
    keys: RwLock<Keys>,
}

impl fmt::Debug for OutsideIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutsideIssuer").field("config", &self.config).finish_non_exhaustive()
    }
}

impl OutsideIssuer {
    /// Prepares to trust an issuer; its keys are fetched when the first token comes.
    pub fn new(config: OutsideConfig) -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder()
            .timeout(KEYS_WITHIN)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self { config, http, keys: RwLock::default() })
    }

    /// Believes a token, or `None`.
    pub async fn verify(&self, kid: &str, token: &str) -> Option<OutsideSubject> {
        let (algorithm, key) = self.key(kid).await?;
        let mut validation = Validation::new(algorithm);
        validation.leeway = LEEWAY;
        validation.validate_nbf = true;
        validation.set_audience(&[&self.config.audience]);
        validation.set_issuer(&[&self.config.issuer]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        let claims = jsonwebtoken::decode::<UniqueClaims>(token, &key, &validation).ok()?.claims.0;
        // The library does not look at `iat`, and passes over an `nbf` that is no number.
        let latest = Utc::now().timestamp() + LEEWAY.cast_signed();
        let begun =
            |name: &str| claims.get(name).is_none_or(|at| at.as_f64().is_some_and(|at| at <= latest as f64));
        if !begun("iat") || !begun("nbf") {
            return None;
        }
        self.subject(&claims)
    }

    fn subject(&self, claims: &Map<String, Value>) -> Option<OutsideSubject> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
        let role = match claims.get(&self.config.role_claim)? {
            Value::String(role) => role.parse().ok(),
            Value::Array(roles) => {
                roles.iter().filter_map(Value::as_str).filter_map(|r| r.parse::<Role>().ok()).max()
            }
            _ => None,
        }?;
        let id = text("sub").filter(|s| !s.is_empty() && s.len() <= 200)?;
        let email = text("email");
        let name = text("name").or_else(|| email.clone()).unwrap_or_else(|| id.clone());
        Some(OutsideSubject {
            msp_id: Uuid::parse_str(&text(&self.config.msp_claim)?).ok()?,
            role,
            name: name.chars().take(200).collect(),
            email,
            id,
        })
    }

    /// The key of this id, fetched again when it isn't known and the last fetch is not too recent.
    async fn key(&self, kid: &str) -> Option<(Algorithm, Arc<DecodingKey>)> {
        {
            let keys = self.keys.read().await;
            let fresh = |limit: Duration| keys.fetched.is_some_and(|at| at.elapsed() < limit);
            match keys.by_kid.get(kid) {
                Some(found) if fresh(KEYS_FRESH) => return Some(found.clone()),
                None if fresh(KEYS_RETRY) => return None,
                _ => {}
            }
        }
        let mut keys = self.keys.write().await;
        if keys.fetched.is_none_or(|at| at.elapsed() >= KEYS_RETRY) {
            match self.fetch().await {
                Ok(by_kid) => keys.by_kid = by_kid,
                Err(error) => tracing::warn!(%error, "the outside issuer's keys can't be fetched"),
            }
            keys.fetched = Some(Instant::now());
        }
        keys.by_kid.get(kid).cloned()
    }

    async fn fetch(&self) -> Result<HashMap<String, (Algorithm, Arc<DecodingKey>)>, FetchError> {
        let mut answer = self.http.get(self.config.jwks_url.clone()).send().await?.error_for_status()?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            if body.len() + chunk.len() > KEYS_SIZE {
                return Err(FetchError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        let set: JwkSet = serde_json::from_slice(&body)?;
        let usable = set.keys.iter().filter_map(|jwk| {
            let kid = jwk.common.key_id.clone()?;
            let algorithm = match jwk.common.key_algorithm {
                Some(named) => named.to_string().parse().ok()?,
                None => default_algorithm(jwk)?,
            };
            if !ALGORITHMS.contains(&algorithm) {
                return None;
            }
            Some((kid, (algorithm, Arc::new(DecodingKey::from_jwk(jwk).ok()?))))
        });
        Ok(usable.collect())
    }
}

/// The usual algorithm of a key that doesn't name one: each key is pinned to one algorithm either way.
fn default_algorithm(jwk: &jsonwebtoken::jwk::Jwk) -> Option<Algorithm> {
    use jsonwebtoken::jwk::{AlgorithmParameters as P, EllipticCurve as C};
    match &jwk.algorithm {
        P::RSA(_) => Some(Algorithm::RS256),
        P::EllipticCurve(ec) if ec.curve == C::P256 => Some(Algorithm::ES256),
        P::EllipticCurve(ec) if ec.curve == C::P384 => Some(Algorithm::ES384),
        P::OctetKeyPair(_) => Some(Algorithm::EdDSA),
        _ => None,
    }
}

/// Claims in which no name appears twice: two readers could otherwise believe different values.
struct UniqueClaims(Map<String, Value>);

impl<'de> Deserialize<'de> for UniqueClaims {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Unique;
        impl<'de> Visitor<'de> for Unique {
            type Value = UniqueClaims;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<UniqueClaims, A::Error> {
                let mut map = Map::new();
                while let Some((name, value)) = access.next_entry::<String, Value>()? {
                    if map.insert(name, value).is_some() {
                        return Err(A::Error::custom("a claim appears twice"));
                    }
                }
                Ok(UniqueClaims(map))
            }
        }
        deserializer.deserialize_map(Unique)
    }
}
