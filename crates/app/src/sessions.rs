//! Signing in and staying signed in.
//!
//! A refresh token is used once: each use gives the next one of its family. When an old one comes back, somebody has
//! copied it, and the whole family ends.

use crate::{
    Actor, ActorKind, App, AppError, AppResult, audit,
    devices::Device,
    guesses::{Account, Budget},
    second_factor::{self, Proof},
    tokens,
};
use chrono::{TimeDelta, Utc};
use policytab_domain::{
    ids::{MspId, UserId},
    problem::{Problem, ProblemCode},
    role::Role,
    tenancy::MspScope,
};
use policytab_store::{
    LoginCandidate, Msp, NewRefreshToken, ReadWrite, RefreshRotation, SeenFrom, Standing, StoreError,
    TenantTx, User,
};
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

/// Days that a refresh token lives when it isn't used.
pub const REFRESH_DAYS: i64 = 14;

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
    /// The session's id: the family of its refresh tokens.
    pub id: Uuid,
    /// The workspace requires a second factor and the person has none yet: the session is good for enrolling one only.
    pub enrol_first: bool,
    /// The next refresh token.
    pub refresh_token: SecretString,
    /// What the device should keep for the next sign-in; none when a session goes on.
    pub device: Option<SecretString>,
}

/// Where a request came from, for the audit trail and the list of sessions.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// Network address.
    pub ip: Option<String>,
    /// Request id.
    pub request_id: Option<String>,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
}

impl Origin {
    fn seen(&self) -> SeenFrom {
        let plain = |text: &str| text.chars().filter(|c| !c.is_control()).take(300).collect();
        SeenFrom { ip: self.ip.clone(), user_agent: self.user_agent.as_deref().map(plain) }
    }
}

/// The same answer for an unknown address, a wrong password and a wrong code.
fn refused() -> AppError {
    Problem::new(ProblemCode::Unauthenticated, "The email, the password or the code is wrong.")
        .remedy("Check all of them and try again, or ask an owner of your workspace for help.")
        .into()
}

/// What somebody signs in with.
#[derive(Debug)]
pub struct SignIn {
    /// Address.
    pub email: String,
    /// Password.
    pub password: SecretString,
    /// Of the second factor, where the person has one.
    pub code: Option<SecretString>,
    /// The device's cookie, if it brought one.
    pub device: Option<SecretString>,
}

/// Email and password against the stored hash, and the code of a second factor where the person has one. Each attempt
/// counts, also one with the right password and no code. As many hashes are computed for an address that nobody has as for
/// one that people of two workspaces have.
pub async fn login(app: &App, sign_in: SignIn, origin: &Origin) -> AppResult<Session> {
    let SignIn { email, password, code, device } = sign_in;
    let email = email.trim().to_lowercase();
    let account = Account::of(&email);
    let device = device.and_then(|cookie| Device::open(app, &account, &cookie));
    let network = origin.ip.as_deref().map(Budget::network);
    if let Some(network) = &network {
        network.take(app).await?;
    }
    let strangers = account.strangers();
    // Where the strangers' attempts are used up, a device has its own people's left.
    let all = match &device {
        None => strangers.take(app).await.map(|()| true)?,
        Some(device) => {
            account.device(device.id()).take(app).await?;
            strangers.take_if_left(app).await?
        }
    };
    if password.expose_secret().len() > 1024 {
        return Err(refused());
    }
    // The address may be known to several MSPs; the password tells which one is meant.
    let candidates = app.store.login_candidates(&email).await?;
    let known = |candidate: &LoginCandidate| device.as_ref().is_some_and(|device| device.knows(candidate));
    let asked = candidates
        .iter()
        .map(|candidate| candidate.password_hash.clone().filter(|_| all || known(candidate)))
        .collect();
    let fits = app.passwords.verify_each(password, asked).await?;
    let right: Vec<_> =
        candidates.into_iter().zip(fits).filter_map(|(one, fits)| fits.then_some(one)).collect();
    // Whom the device knows comes first, then who was changed last: that the password fits somebody else's person as well
    // shows nowhere.
    let candidate = right.iter().find(|one| known(one)).or(right.first()).ok_or_else(refused)?;
    // Behind one address many people sign in; that limit is for those who try passwords. Their own account gives them no more.
    if let Some(network) = &network {
        network.give_back(app).await?;
    }
    let own = device.as_ref().filter(|_| known(candidate));
    if own.is_some() && all {
        strangers.give_back(app).await?;
    }
    let with_code = code.is_some();
    let mut session = match entered(app, candidate, code, origin).await {
        Ok(session) => session,
        Err(error) => {
            if with_code && is_refusal(&error) {
                note_refusal(app, candidate, origin).await?;
            }
            return Err(error);
        }
    };
    // Never more than the one attempt: whoever owns another workspace can give this address a password of their own there.
    match own {
        Some(device) => account.device(device.id()).forget(app).await?,
        None => strangers.give_back(app).await?,
    }
    session.device = Device::cookie(device.as_ref(), app, &account, candidate);
    Ok(session)
}

/// What follows a password that fits.
async fn entered(
    app: &App,
    candidate: &LoginCandidate,
    code: Option<SecretString>,
    origin: &Origin,
) -> AppResult<Session> {
    let proof = demanded(app, candidate.msp_id, candidate.user_id, code).await?;
    begin(app, candidate, proof, origin).await
}

/// Whether this is [`refused`], and not the answer that tells that a code is needed.
fn is_refusal(error: &AppError) -> bool {
    matches!(error, AppError::Problem(problem)
        if problem.code == ProblemCode::Unauthenticated && problem.reason.is_none())
}

/// Puts on record that somebody knows the password and not the code: of all attempts that fail the one that people
/// should hear of.
#[expect(clippy::disallowed_methods, reason = "the person's password was verified for this MSP")]
async fn note_refusal(app: &App, candidate: &LoginCandidate, origin: &Origin) -> AppResult<()> {
    let mut actor = Actor::system(MspScope::assume_verified(candidate.msp_id), "sign-in");
    (actor.ip, actor.request_id) = (origin.ip.clone(), origin.request_id.clone());
    let subject = ("user", candidate.user_id.as_uuid());
    let details = serde_json::json!({"email": candidate.email});
    app.store
        .write(&actor.scope, async |tx| {
            audit::write(tx, &actor, "session.code_refused", subject, details).await
        })
        .await
}

/// What proves the second factor of a person who has one.
#[expect(clippy::disallowed_methods, reason = "the person's password was verified for this MSP")]
async fn demanded(
    app: &App,
    msp_id: MspId,
    user_id: UserId,
    code: Option<SecretString>,
) -> AppResult<Option<Proof>> {
    let scope = MspScope::assume_verified(msp_id);
    let Some(factor) = second_factor::confirmed(app, &scope, user_id).await? else { return Ok(None) };
    let Some(code) = code.filter(|code| !code.expose_secret().trim().is_empty()) else {
        return Err(Problem::new(
            ProblemCode::Unauthenticated,
            "This account has a second factor: a code is needed as well.",
        )
        .reason(second_factor::REQUIRED)
        .remedy("Enter the code that your authenticator app shows, or a recovery code.")
        .into());
    };
    second_factor::prove(app, msp_id, user_id, &factor, &code)?.ok_or_else(refused).map(Some)
}

#[expect(clippy::disallowed_methods, reason = "the person's password was verified for this MSP")]
async fn begin(
    app: &App,
    verified: &LoginCandidate,
    proof: Option<Proof>,
    origin: &Origin,
) -> AppResult<Session> {
    let user_id = verified.user_id;
    let scope = MspScope::assume_verified(verified.msp_id);
    let refresh_token = tokens::fresh("");
    let new = new_token(user_id, &refresh_token, origin);
    app.store
        .write(&scope, async |tx| {
            // Verifying took a while. Who has changed the password or set up a second factor meanwhile has ended all sessions
            // of before, and must not find one more of them.
            if !tx.sign_in_lock(user_id).await?
                || !same(&tx.password_hash(user_id).await?, &verified.password_hash)
            {
                return Err(refused());
            }
            let proven = match &proof {
                Some(proof) => second_factor::spend(tx, user_id, proof).await?,
                None => tx.second_factor(user_id).await?.is_none_or(|factor| factor.confirmed_at.is_none()),
            };
            if !proven {
                return Err(refused());
            }
            let user = tx.user_fetch(user_id).await?;
            let family = tx.refresh_insert(&new).await?;
            tx.user_signed_in(user_id).await?;
            let actor = person(scope, &user, origin);
            let details = serde_json::json!({"second_factor": proof.as_ref().map(Proof::as_str)});
            let session = session(tx, user, family, refresh_token).await?;
            audit::write(tx, &actor, "session.login", ("user", user_id.as_uuid()), details).await?;
            Ok(session)
        })
        .await
}

/// Whether two hashes of passwords are one.
fn same(one: &Option<SecretString>, other: &Option<SecretString>) -> bool {
    one.as_ref().map(|hash| hash.expose_secret()) == other.as_ref().map(|hash| hash.expose_secret())
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
    let new = new_token(hit.user_id, &next, origin);
    // Ok(None) commits: the end of a family must last even though the caller is refused.
    let found = app
        .store
        .write(&scope, async |tx| match tx.refresh_rotate(hit.token_id, &new).await? {
            RefreshRotation::Rotated { user_id, family_id } => {
                let user = tx.user_fetch(user_id).await?;
                Ok::<_, AppError>(Some(session(tx, user, family_id, next).await?))
            }
            RefreshRotation::Reused { .. } => {
                let user = tx.user_fetch(hit.user_id).await?;
                let actor = person(scope, &user, origin);
                let details = serde_json::json!({"family_id": hit.family_id});
                audit::write(tx, &actor, "session.reuse_detected", ("user", hit.user_id.as_uuid()), details)
                    .await?;
                Ok(None)
            }
            RefreshRotation::Ended => Ok(None),
        })
        .await?;
    found.ok_or_else(ended)
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

/// How the credentials of a person with this session stand; `None` when they are worth nothing any more.
pub async fn standing(
    app: &App,
    scope: &MspScope,
    user: UserId,
    session: Option<Uuid>,
) -> AppResult<Option<Standing>> {
    app.store.read(scope, async |tx| Ok(tx.standing(user, session).await?)).await
}

/// The MSP's name, for `/me`.
pub async fn msp_name(app: &App, scope: &MspScope) -> AppResult<String> {
    app.store.read(scope, async |tx| Ok(tx.msp_fetch().await?.display_name)).await
}

fn new_token(user_id: UserId, token: &SecretString, origin: &Origin) -> NewRefreshToken {
    NewRefreshToken {
        user_id,
        digest: tokens::digest(token),
        expires_at: Utc::now() + TimeDelta::days(REFRESH_DAYS),
        from: origin.seen(),
    }
}

async fn session(
    tx: &mut TenantTx<ReadWrite>,
    user: User,
    id: Uuid,
    refresh_token: SecretString,
) -> AppResult<Session> {
    let msp: Msp = tx.msp_fetch().await?;
    let standing = tx.standing(user.id, Some(id)).await?.ok_or(StoreError::NotFound { what: "session" })?;
    Ok(Session {
        id,
        enrol_first: standing.second_factor_required && !standing.second_factor,
        user_id: user.id,
        msp_id: msp.id,
        msp_name: msp.display_name,
        role: user.role,
        name: user.display_name,
        email: user.email,
        refresh_token,
        device: None,
    })
}

fn person(scope: MspScope, user: &User, origin: &Origin) -> Actor {
    Actor {
        scope,
        kind: ActorKind::User,
        id: user.id.to_string(),
        user_id: Some(user.id),
        session: None,
        name: user.display_name.clone(),
        email: Some(user.email.clone()),
        role: user.role,
        ip: origin.ip.clone(),
        request_id: origin.request_id.clone(),
    }
}
