//! A second factor to sign in with: time-based one-time passwords (RFC 6238), and recovery codes for who has lost the
//! device.
//!
//! The secret is sealed by the vault, bound to MSP and person; recovery codes are kept as digests. A code is accepted of
//! the current half minute and the ones before and after it, and each only once (RFC 6238, section 5.2).

use crate::{Actor, App, AppError, AppResult, account, audit, guesses::Budget};
use chrono::{DateTime, Utc};
use policytab_domain::{
    ids::{MspId, UserId},
    problem::{Problem, ProblemCode},
    tenancy::MspScope,
};
use policytab_store::{ReadWrite, SecondFactor, TenantTx};
use policytab_vault::{SealContext, SealedFor};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use totp_rs::{Builder, Secret, Totp};
use zeroize::Zeroizing;

/// `reason` of problems that a second factor would solve.
pub const REQUIRED: &str = "second_factor_required";

/// Recovery codes that a person gets at once.
pub const RECOVERY_CODES: usize = 10;

/// Whose name authenticator apps show.
const ISSUER: &str = "Policytab";

/// What the sealed secret is for.
const PURPOSE: &str = "totp secret";

/// Random bytes of the shared secret: the length of an HMAC-SHA-1, as RFC 4226 section 4 recommends.
const SECRET_BYTES: usize = 20;

/// Random bytes of a recovery code: too many to find it by its digest. In base32 they are [`RECOVERY_LENGTH`] characters.
const RECOVERY_BYTES: usize = 10;
const RECOVERY_LENGTH: usize = 16;

/// How a person's second factor stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    /// Since when a code is asked for at sign-in; `None`: never.
    pub enabled_since: Option<DateTime<Utc>>,
    /// Recovery codes that are still good.
    pub recovery_codes_left: u32,
    /// The workspace requires a second factor.
    pub required: bool,
}

/// What an authenticator app needs, told once.
#[derive(Debug)]
pub struct Enrolment {
    /// The secret in base32, for typing.
    pub secret: SecretString,
    /// The same as an `otpauth:` address, for a QR code.
    pub uri: SecretString,
}

/// A code that fits and still has to be used up in the transaction of what it is for.
#[derive(Debug, Clone, Copy)]
pub enum Proof {
    /// One-time password of this time step, by the secret that was given out then.
    Step {
        /// When the enrolment was begun.
        begun_at: DateTime<Utc>,
        /// Half minutes since 1970.
        step: i64,
    },
    /// Digest of a recovery code. Whether it is a good one shows when it is used up.
    Recovery([u8; 32]),
}

impl Proof {
    /// The name in the audit trail.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Step { .. } => "totp",
            Self::Recovery(_) => "recovery_code",
        }
    }
}

/// What the sealed secret is bound to.
pub(crate) fn context(msp: MspId, user: UserId) -> SealContext {
    SealContext { msp, of: SealedFor::User(user), purpose: PURPOSE }
}

fn totp(secret: &[u8], email: &str) -> AppResult<Totp> {
    Builder::new()
        .with_secret(secret.to_vec())
        // A colon would end the issuer in the address.
        .with_account_name(email.replace(':', "_"))
        .with_issuer(Some(ISSUER))
        .build()
        .map_err(AppError::internal)
}

fn random<const N: usize>() -> AppResult<Zeroizing<[u8; N]>> {
    let mut bytes = Zeroizing::new([0; N]);
    getrandom::fill(bytes.as_mut()).map_err(AppError::internal)?;
    Ok(bytes)
}

/// A recovery code as it is compared: letters and digits, lower case.
fn digest(user: UserId, code: &str) -> [u8; 32] {
    Sha256::digest(format!("recovery code:{user}:{code}").as_bytes()).into()
}

/// Fresh recovery codes in groups of four, with their digests.
fn fresh_codes(user: UserId) -> AppResult<(Vec<SecretString>, Vec<[u8; 32]>)> {
    let mut codes = Vec::with_capacity(RECOVERY_CODES);
    let mut digests = Vec::with_capacity(RECOVERY_CODES);
    for _ in 0..RECOVERY_CODES {
        let bytes = random::<RECOVERY_BYTES>()?;
        let plain = Zeroizing::new(Secret::from(bytes.as_slice()).to_base32().to_lowercase());
        let groups: Vec<&str> =
            (0..RECOVERY_LENGTH).step_by(4).filter_map(|at| plain.get(at..at + 4)).collect();
        digests.push(digest(user, &plain));
        codes.push(groups.join("-").into());
    }
    Ok((codes, digests))
}

/// A person's second factor, if a code of it is asked for.
pub(crate) async fn confirmed(app: &App, scope: &MspScope, user: UserId) -> AppResult<Option<SecondFactor>> {
    let found = app.store.read(scope, async |tx| Ok::<_, AppError>(tx.second_factor(user).await?)).await?;
    Ok(found.filter(|factor| factor.confirmed_at.is_some()))
}

/// What a code proves, `None` when nothing.
pub(crate) fn prove(
    app: &App,
    msp: MspId,
    user: UserId,
    factor: &SecondFactor,
    code: &SecretString,
) -> AppResult<Option<Proof>> {
    let plain: Zeroizing<String> = Zeroizing::new(
        code.expose_secret()
            .chars()
            .take(64)
            .filter(|c| !c.is_whitespace() && *c != '-')
            .flat_map(char::to_lowercase)
            .collect(),
    );
    if plain.len() == RECOVERY_LENGTH {
        return Ok(Some(Proof::Recovery(digest(user, &plain))));
    }
    let secret = app.keyring.open_bytes(&context(msp, user), &factor.sealed).map_err(|error| {
        tracing::error!(%error, user.id = %user, "the secret of a second factor can't be opened");
        Problem::new(ProblemCode::Unavailable, "Codes of authenticator apps can't be checked at the moment.")
            .remedy("Use a recovery code, or ask your administrator to look after the server's key file.")
    })?;
    let secret = Zeroizing::new(secret);
    let now = u64::try_from(Utc::now().timestamp()).map_err(AppError::internal)?;
    let step = totp(&secret, "")?.check(&plain, now);
    Ok(step.map(|step| Proof::Step { begun_at: factor.begun_at, step: step.cast_signed() }))
}

/// Uses a proof up; `false` when it was used before, or never was one.
pub(crate) async fn spend(tx: &mut TenantTx<ReadWrite>, user: UserId, proof: &Proof) -> AppResult<bool> {
    Ok(match proof {
        Proof::Step { begun_at, step } => tx.second_factor_step(user, *begun_at, *step).await?,
        Proof::Recovery(digest) => tx.recovery_code_use(user, digest).await?,
    })
}

/// How one's own second factor stands.
pub async fn state(app: &App, actor: &Actor) -> AppResult<State> {
    let user = actor.person()?;
    app.store
        .read(&actor.scope, async |tx| {
            let factor = tx.second_factor(user).await?.filter(|f| f.confirmed_at.is_some());
            Ok(State {
                enabled_since: factor.as_ref().and_then(|f| f.confirmed_at),
                recovery_codes_left: factor
                    .map_or(0, |f| u32::try_from(f.recovery_codes_left).unwrap_or_default()),
                required: tx.msp_fetch().await?.require_second_factor,
            })
        })
        .await
}

/// Begins an enrolment: a fresh secret, in the place of one that was begun and never confirmed.
pub async fn begin(app: &App, actor: &Actor, password: SecretString) -> AppResult<Enrolment> {
    let user = actor.person()?;
    let person = account::verified(app, actor, "password", password).await?;
    let secret = random::<SECRET_BYTES>()?;
    let totp = totp(secret.as_slice(), &person.email)?;
    let sealed = app
        .keyring
        .seal_bytes(&context(actor.scope.msp_id(), user), secret.as_slice())
        .map_err(AppError::internal)?;
    app.store
        .write(&actor.scope, async |tx| {
            audit::still(tx, actor).await?;
            tx.second_factor_begin(user, &sealed).await?;
            audit::write(tx, actor, "second_factor.begin", ("user", user.as_uuid()), serde_json::json!({}))
                .await
        })
        .await?;
    Ok(Enrolment {
        secret: totp.secret().to_base32().into(),
        uri: totp.to_url().map_err(AppError::internal)?.into(),
    })
}

/// Confirms an enrolment by a code of the app, ends the person's other sessions, and gives the recovery codes.
pub async fn confirm(app: &App, actor: &Actor, code: SecretString) -> AppResult<Vec<SecretString>> {
    let user = actor.person()?;
    // As at sign-in: six digits are soon tried out.
    Budget::person(user).take(app).await?;
    let begun = app
        .store
        .read(&actor.scope, async |tx| Ok::<_, AppError>(tx.second_factor(user).await?))
        .await?
        .filter(|factor| factor.confirmed_at.is_none())
        .ok_or_else(|| {
            Problem::new(ProblemCode::InvalidState, "No enrolment waits for a code.")
                .remedy("Begin again, and scan the new QR code.")
        })?;
    let step = match prove(app, actor.scope.msp_id(), user, &begun, &code)? {
        Some(Proof::Step { step, .. }) => step,
        Some(Proof::Recovery(_)) | None => return Err(wrong_code().into()),
    };
    let (codes, digests) = fresh_codes(user)?;
    app.store
        .write(&actor.scope, async |tx| {
            audit::still(tx, actor).await?;
            tx.sign_in_lock(user).await?;
            if !tx.second_factor_confirm(user, begun.begun_at).await?
                || !tx.second_factor_step(user, begun.begun_at, step).await?
            {
                return Err(wrong_code().into());
            }
            tx.recovery_codes_set(user, &digests).await?;
            // They began with a password alone.
            let ended = tx.refresh_user_end_except(user, actor.session).await?;
            let details = serde_json::json!({"ended_sessions": ended});
            audit::write(tx, actor, "second_factor.enable", ("user", user.as_uuid()), details).await
        })
        .await?;
    Ok(codes)
}

/// Removes one's own second factor.
pub async fn remove(app: &App, actor: &Actor, password: SecretString, code: SecretString) -> AppResult<()> {
    let user = actor.person()?;
    account::verified(app, actor, "password", password).await?;
    let proof = account::coded(app, actor, Some(code)).await?.ok_or_else(none)?;
    app.store
        .write(&actor.scope, async |tx| {
            audit::still(tx, actor).await?;
            account::spent(tx, user, Some(&proof)).await?;
            tx.second_factor_delete(user).await?;
            let details = serde_json::json!({"by": proof.as_str()});
            audit::write(tx, actor, "second_factor.remove", ("user", user.as_uuid()), details).await
        })
        .await
}

/// Puts new recovery codes in the place of all that there were.
pub async fn renew_codes(
    app: &App,
    actor: &Actor,
    password: SecretString,
    code: SecretString,
) -> AppResult<Vec<SecretString>> {
    let user = actor.person()?;
    account::verified(app, actor, "password", password).await?;
    let proof = account::coded(app, actor, Some(code)).await?.ok_or_else(none)?;
    let (codes, digests) = fresh_codes(user)?;
    app.store
        .write(&actor.scope, async |tx| {
            audit::still(tx, actor).await?;
            account::spent(tx, user, Some(&proof)).await?;
            tx.recovery_codes_set(user, &digests).await?;
            let details = serde_json::json!({"by": proof.as_str()});
            audit::write(tx, actor, "second_factor.renew_codes", ("user", user.as_uuid()), details).await
        })
        .await?;
    Ok(codes)
}

/// Removes another person's second factor and ends their sessions: they have lost it, or somebody else has it.
pub async fn reset(app: &App, actor: &Actor, user: UserId) -> AppResult<()> {
    if actor.user_id == Some(user) {
        let problem =
            Problem::new(ProblemCode::InvalidState, "One's own second factor is not removed in this way.")
                .remedy("Remove it under My account, with your password and a code.");
        return Err(problem.into());
    }
    app.store
        .write(&actor.scope, async |tx| {
            let person = tx.user_fetch(user).await?;
            tx.sign_in_lock(user).await?;
            if !tx.second_factor_delete(user).await? {
                return Ok(());
            }
            tx.refresh_user_end(user).await?;
            let details = serde_json::json!({"email": person.email});
            audit::write(tx, actor, "second_factor.reset", ("user", user.as_uuid()), details).await
        })
        .await
}

/// The problem of a code that does not fit.
pub(crate) fn wrong_code() -> Problem {
    Problem::invalid("code", "is wrong, or was used already")
}

fn none() -> Problem {
    Problem::new(ProblemCode::InvalidState, "You have no second factor.").remedy("Set one up first.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_time_passwords_are_those_of_the_standard() {
        // RFC 6238, appendix B, SHA-1: the last six of its eight digits.
        let secret = b"12345678901234567890";
        for (time, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
        {
            let totp = totp(secret, "someone@example.com").unwrap();
            assert_eq!(totp.check(code, time), Some(time / 30));
            // One step off is forgiven, two are not.
            assert_eq!(totp.check(code, time + 30), Some(time / 30));
            assert_eq!(totp.check(code, time + 60), None);
        }
    }

    #[test]
    fn recovery_codes_have_eighty_random_bits() {
        let user = UserId::from_uuid(uuid::Uuid::from_u128(7));
        let (codes, digests) = fresh_codes(user).unwrap();
        assert_eq!((codes.len(), digests.len()), (RECOVERY_CODES, RECOVERY_CODES));
        for (code, expected) in codes.iter().zip(&digests) {
            let code = code.expose_secret();
            assert_eq!(code.split('-').map(str::len).collect::<Vec<_>>(), [4; 4]);
            assert_eq!(digest(user, &code.replace('-', "")), *expected);
        }
        let distinct: std::collections::HashSet<_> = digests.iter().collect();
        assert_eq!(distinct.len(), RECOVERY_CODES);
    }
}
