//! Signing in and staying signed in.
//!
//! A refresh token is used once: each use gives the next one of its family. When an old one comes back, somebody has
//! copied it, and the whole family ends.

use crate::{Actor, ActorKind, App, AppError, AppResult, audit, tokens};
use chrono::{DateTime, TimeDelta, Utc};
use policytab_domain::{
    ids::{MspId, UserId},
    problem::{Problem, ProblemCode},
    role::Role,
    tenancy::MspScope,
};
use policytab_store::{Msp, NewRefreshToken, RefreshRotation, User};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use std::time::Duration;

/// Days that a refresh token lives when it isn't used.
pub const REFRESH_DAYS: i64 = 14;

/// Attempts per address (email) and hour, and per caller's network address and hour. The first protects a person's
/// password, the second the service.
const ATTEMPTS_PER_ACCOUNT: u32 = 20;
const ATTEMPTS_PER_IP: u32 = 200;
const WINDOW: Duration = Duration::from_secs(3600);

/// A session begun or continued.
#[derive(Debug)]
pub struct Session {
    /// Who.
    pub user_id: UserId,
    /// Of which MSP.
    pub msp_id: MspId,
    /// The MSP's name.
    pub msp_name: String,
    /// With which role.
    pub role: Role,
    /// Name.
    pub name: String,
    /// Address.
    pub email: String,
    /// The next refresh token.
    pub refresh_token: SecretString,
}

/// Where a request came from, for the audit trail.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// Network address.
    pub ip: Option<String>,
    /// Request id.
    pub request_id: Option<String>,
}

/// The same answer for an unknown address and a wrong password.
fn refused() -> AppError {
    Problem::new(ProblemCode::Unauthenticated, "The email or the password is wrong.")
        .remedy("Check both and try again, or ask an owner of your workspace for a new password.")
        .into()
}

/// Email and password against the stored hash.
pub async fn login(app: &App, email: &str, password: SecretString, origin: &Origin) -> AppResult<Session> {
    let email = email.trim().to_lowercase();
    let account = key("account", &email);
    let network = origin.ip.as_deref().map(|ip| key("ip", &network(ip)));
    if let Some(network) = &network {
        allowed(app, network, ATTEMPTS_PER_IP).await?;
    }
    allowed(app, &account, ATTEMPTS_PER_ACCOUNT).await?;
    if password.expose_secret().len() > 1024 {
        return Err(refused());
    }
    let candidates = app.store.login_candidates(&email).await?;
    // The address may be known to several MSPs; the password tells which one is meant.
    let alone = candidates.len() == 1;
    let mut found = None;
    if candidates.is_empty() {
        app.passwords.verify(password, None).await?;
    } else {
        for candidate in candidates {
            let hash = candidate.password_hash.clone();
            if app.passwords.verify(password.clone(), hash).await? {
                found = Some(candidate);
                break;
            }
        }
    }
    let candidate = found.ok_or_else(refused)?;
    // Whoever owns another workspace could give this address a password of their own there, and wipe the count with it.
    if alone {
        app.store.login_attempts_reset(&account).await?;
    }
    if let Some(network) = &network {
        app.store.login_attempts_reset(network).await?;
    }
    begin(app, candidate.msp_id, candidate.user_id, origin).await
}

#[expect(clippy::disallowed_methods, reason = "the person's password was verified for this MSP")]
async fn begin(app: &App, msp_id: MspId, user_id: UserId, origin: &Origin) -> AppResult<Session> {
    let scope = MspScope::assume_verified(msp_id);
    let refresh_token = tokens::fresh("");
    let new = NewRefreshToken { user_id, digest: tokens::digest(&refresh_token), expires_at: expiry() };
    let (user, msp) = app
        .store
        .write(&scope, async |tx| {
            let user = tx.user_fetch(user_id).await?;
            tx.refresh_insert(&new).await?;
            tx.user_signed_in(user_id).await?;
            let actor = person(scope, &user, origin);
            audit::write(tx, &actor, "session.login", ("user", user_id.as_uuid()), serde_json::json!({}))
                .await?;
            Ok::<_, AppError>((user, tx.msp_fetch().await?))
        })
        .await?;
    Ok(session(msp, user, refresh_token))
}

/// The next access and refresh token of a session.
#[expect(clippy::disallowed_methods, reason = "the refresh token's digest was found in this MSP")]
pub async fn refresh(app: &App, token: &SecretString, origin: &Origin) -> AppResult<Session> {
    let ended = || {
        AppError::from(Problem::new(ProblemCode::Unauthenticated, "The session has ended; sign in again."))
    };
    let hit = app.store.refresh_token_lookup(&tokens::digest(token)).await?.ok_or_else(ended)?;
    let scope = MspScope::assume_verified(hit.msp_id);
    let next = tokens::fresh("");
    // Ok(None) commits: the end of a family must last even though the caller is refused.
    let user = app
        .store
        .write(&scope, async |tx| {
            match tx.refresh_rotate(hit.token_id, tokens::digest(&next), expiry()).await? {
                RefreshRotation::Rotated { user_id, .. } => {
                    Ok::<_, AppError>(Some((tx.user_fetch(user_id).await?, tx.msp_fetch().await?)))
                }
                RefreshRotation::Reused { .. } => {
                    let user = tx.user_fetch(hit.user_id).await?;
                    let actor = person(scope, &user, origin);
                    let details = serde_json::json!({"family_id": hit.family_id});
                    audit::write(
                        tx,
                        &actor,
                        "session.reuse_detected",
                        ("user", hit.user_id.as_uuid()),
                        details,
                    )
                    .await?;
                    Ok(None)
                }
                RefreshRotation::Ended => Ok(None),
            }
        })
        .await?;
    let (user, msp) = user.ok_or_else(ended)?;
    Ok(session(msp, user, next))
}

/// Ends a session. An unknown token is no error: there is nothing left to end.
#[expect(clippy::disallowed_methods, reason = "the refresh token's digest was found in this MSP")]
pub async fn logout(app: &App, token: &SecretString, origin: &Origin) -> AppResult<()> {
    let Some(hit) = app.store.refresh_token_lookup(&tokens::digest(token)).await? else { return Ok(()) };
    let scope = MspScope::assume_verified(hit.msp_id);
    app.store
        .write(&scope, async |tx| {
            tx.refresh_family_end(hit.family_id).await?;
            let user = tx.user_fetch(hit.user_id).await?;
            let actor = person(scope, &user, origin);
            audit::write(tx, &actor, "session.logout", ("user", hit.user_id.as_uuid()), serde_json::json!({}))
                .await
        })
        .await
}

/// The MSP's name, for `/me`.
pub async fn msp_name(app: &App, scope: &MspScope) -> AppResult<String> {
    app.store.read(scope, async |tx| Ok(tx.msp_fetch().await?.display_name)).await
}

fn expiry() -> DateTime<Utc> {
    Utc::now() + TimeDelta::days(REFRESH_DAYS)
}

fn session(msp: Msp, user: User, refresh_token: SecretString) -> Session {
    Session {
        user_id: user.id,
        msp_id: msp.id,
        msp_name: msp.display_name,
        role: user.role,
        name: user.display_name,
        email: user.email,
        refresh_token,
    }
}

fn person(scope: MspScope, user: &User, origin: &Origin) -> Actor {
    Actor {
        scope,
        kind: ActorKind::User,
        id: user.id.to_string(),
        user_id: Some(user.id),
        name: user.display_name.clone(),
        email: Some(user.email.clone()),
        role: user.role,
        ip: origin.ip.clone(),
        request_id: origin.request_id.clone(),
    }
}

/// The part of a network address that one caller has to themselves: of IPv6 the first 64 bits.
fn network(ip: &str) -> String {
    match ip.parse() {
        Ok(std::net::IpAddr::V6(v6)) => {
            v6.segments()[..4].iter().map(|s| format!("{s:x}")).collect::<Vec<_>>().join(":")
        }
        _ => ip.to_owned(),
    }
}

fn key(kind: &str, value: &str) -> [u8; 32] {
    Sha256::digest(format!("{kind}:{value}").as_bytes()).into()
}

async fn allowed(app: &App, key: &[u8; 32], limit: u32) -> AppResult<()> {
    let attempt = app.store.login_attempt(key, WINDOW, limit).await?;
    if attempt.allowed {
        return Ok(());
    }
    let mut problem = Problem::new(ProblemCode::RateLimited, "There were too many attempts to sign in.");
    problem.retry_after = Some(attempt.retry_after.as_secs().max(1));
    Err(problem.into())
}
