//! One's own account: the password and the sessions. Who changes what protects it proves once more who they are.

use crate::{
    Actor, App, AppError, AppResult, audit,
    guesses::Budget,
    second_factor::{self, Proof},
};
use policytab_domain::{ids::UserId, problem::Problem};
use policytab_store::{LiveSession, ReadWrite, TenantTx, User};
use secrecy::SecretString;
use uuid::Uuid;

/// The person, whose password this is. Counted: whoever has come by an access token must not find the password out here. Apart
/// from attempts to sign in: strangers' must not keep people from changing their password.
pub(crate) async fn verified(
    app: &App,
    actor: &Actor,
    field: &'static str,
    password: SecretString,
) -> AppResult<User> {
    let id = actor.person()?;
    let (user, hash) = app
        .store
        .read(&actor.scope, async |tx| {
            Ok::<_, AppError>((tx.user_fetch(id).await?, tx.password_hash(id).await?))
        })
        .await?;
    Budget::person(id).take(app).await?;
    if app.passwords.verify(password, hash).await? {
        Ok(user)
    } else {
        Err(Problem::invalid(field, "is not your password").into())
    }
}

/// What proves the person's second factor; `None` where they have none.
pub(crate) async fn coded(app: &App, actor: &Actor, code: Option<SecretString>) -> AppResult<Option<Proof>> {
    let id = actor.person()?;
    let Some(factor) = second_factor::confirmed(app, &actor.scope, id).await? else { return Ok(None) };
    let Some(code) = code else {
        let problem = Problem::invalid("code", "is needed: of your authenticator app, or a recovery code");
        return Err(problem.reason(second_factor::REQUIRED).into());
    };
    let proof = second_factor::prove(app, actor.scope.msp_id(), id, &factor, &code)?;
    Ok(Some(proof.ok_or_else(second_factor::wrong_code)?))
}

/// Uses a proof up, or fails. Locks the person, which everything comes after that changes how they sign in.
pub(crate) async fn spent(
    tx: &mut TenantTx<ReadWrite>,
    user: UserId,
    proof: Option<&Proof>,
) -> AppResult<()> {
    tx.sign_in_lock(user).await?;
    match proof {
        Some(proof) if !second_factor::spend(tx, user, proof).await? => {
            Err(second_factor::wrong_code().into())
        }
        Some(_) | None => Ok(()),
    }
}

/// Changes one's own password and ends one's other sessions.
pub async fn change_password(
    app: &App,
    actor: &Actor,
    current: SecretString,
    new: SecretString,
    code: Option<SecretString>,
) -> AppResult<()> {
    let user = verified(app, actor, "current_password", current).await?;
    let proof = coded(app, actor, code).await?;
    let hash = app.passwords.accept("new_password", new, &user.email, &user.display_name).await?;
    app.store
        .write(&actor.scope, async |tx| {
            audit::still(tx, actor).await?;
            spent(tx, user.id, proof.as_ref()).await?;
            tx.password_set_except(user.id, &hash, actor.session).await?;
            let subject = ("user", user.id.as_uuid());
            audit::write(tx, actor, "user.password_change", subject, serde_json::json!({})).await
        })
        .await
}

/// One's own sessions that go on, newest first.
pub async fn session_list(app: &App, actor: &Actor) -> AppResult<Vec<LiveSession>> {
    let user = actor.person()?;
    app.store.read(&actor.scope, async |tx| Ok(tx.session_list(user).await?)).await
}

/// Ends one of one's own sessions.
pub async fn session_end(app: &App, actor: &Actor, id: Uuid) -> AppResult<()> {
    let user = actor.person()?;
    app.store
        .write(&actor.scope, async |tx| {
            audit::still(tx, actor).await?;
            tx.session_end(user, id).await?;
            let details = serde_json::json!({"session_id": id});
            audit::append(tx, actor, "session.revoke", ("user", user.as_uuid()), details).await
        })
        .await
}

/// Ends all of one's own sessions but the one that asks.
pub async fn session_end_others(app: &App, actor: &Actor) -> AppResult<()> {
    end_all(app, actor, actor.person()?, actor.session).await
}

/// Ends all sessions of a person.
pub async fn session_end_of(app: &App, actor: &Actor, user: UserId) -> AppResult<()> {
    end_all(app, actor, user, None).await
}

async fn end_all(app: &App, actor: &Actor, user: UserId, except: Option<Uuid>) -> AppResult<()> {
    app.store
        .write(&actor.scope, async |tx| {
            audit::still(tx, actor).await?;
            let email = tx.user_fetch(user).await?.email;
            let ended = tx.refresh_user_end_except(user, except).await?;
            let details = serde_json::json!({"email": email, "ended_sessions": ended});
            audit::append(tx, actor, "session.revoke_all", ("user", user.as_uuid()), details).await
        })
        .await
}
