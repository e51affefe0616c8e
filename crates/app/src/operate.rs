//! What operators do on the server itself: workspaces, passwords, the audit trail. Keys: see [`crate::rotation`].

use crate::{Actor, App, AppResult, audit, guesses::Account, second_factor, tokens, users};
use policytab_domain::{ids::MspId, problem::Problem, role::Role, tenancy::MspScope};
use policytab_store::{AuditVerdict, LoginCandidate, NewUser};
use secrecy::SecretString;

/// The first workspace and its owner.
#[derive(Debug)]
pub struct FirstOwner {
    /// The workspace's name.
    pub name: String,
    /// The owner's address.
    pub email: String,
    /// The owner's password.
    pub password: SecretString,
}

/// A password that nobody has to remember.
pub fn fresh_password() -> SecretString {
    tokens::fresh("")
}

/// Makes a workspace with its owner.
pub async fn create_msp(app: &App, name: &str, email: &str, password: SecretString) -> AppResult<MspId> {
    let (name, owner) = prepare_msp(app, name, email, password).await?;
    let (msp, _) = app.store.msp_create(name, &owner).await?;
    Ok(msp.id)
}

async fn prepare_msp<'n>(
    app: &App,
    name: &'n str,
    email: &str,
    password: SecretString,
) -> AppResult<(&'n str, NewUser)> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 120 {
        return Err(Problem::invalid("name", "must have between 1 and 120 characters").into());
    }
    let person = users::Person {
        email: email.to_owned(),
        display_name: "Owner".to_owned(),
        role: Role::Owner,
        password,
    };
    Ok((name, users::prepare(app, person).await?))
}

/// Makes the first workspace where there is none; says how where none is wanted.
pub async fn first_owner(app: &App, wanted: Option<FirstOwner>) -> AppResult<()> {
    if app.store.msp_count().await? > 0 {
        return Ok(());
    }
    match wanted {
        Some(first) => {
            let (name, owner) = prepare_msp(app, &first.name, &first.email, first.password).await?;
            if let Some((msp, _)) = app.store.msp_create_first(name, &owner).await? {
                tracing::info!(msp.id = %msp.id, "made the first workspace");
            }
        }
        None => tracing::warn!("there is no workspace yet: make one with `policytab admin create-msp`"),
    }
    Ok(())
}

/// Whether anybody signs in with this address.
pub async fn has_user(app: &App, email: &str) -> AppResult<bool> {
    Ok(!app.store.login_candidates(&email.to_lowercase()).await?.is_empty())
}

/// The person who signs in with an address, in the workspace named where there are several.
async fn named(app: &App, email: &str, msp: Option<MspId>) -> AppResult<LoginCandidate> {
    let mut found = app.store.login_candidates(&email.to_lowercase()).await?;
    found.retain(|c| msp.is_none_or(|id| id == c.msp_id));
    match (found.pop(), found.is_empty()) {
        (Some(candidate), true) => Ok(candidate),
        (None, _) => Err(Problem::invalid("email", "nobody signs in with it").into()),
        (Some(_), false) => {
            Err(Problem::invalid("email", "it belongs to several workspaces: name one").into())
        }
    }
}

/// How operators appear in the audit trail.
fn operator(scope: MspScope) -> Actor {
    Actor::system(scope, "policytab admin")
}

/// Gives a person a new password, ends their sessions, and lets them in where strangers have used up the attempts at their account.
#[expect(clippy::disallowed_methods, reason = "an operator with the server's own settings names the person")]
pub async fn set_password(
    app: &App,
    email: &str,
    msp: Option<MspId>,
    password: SecretString,
) -> AppResult<()> {
    let person = named(app, email, msp).await?;
    let scope = MspScope::assume_verified(person.msp_id);
    let hash = app.passwords.accept("password", password, &person.email, &person.display_name).await?;
    app.store
        .write(&scope, async |tx| {
            tx.password_set(person.user_id, &hash).await?;
            let subject = ("user", person.user_id.as_uuid());
            audit::write(tx, &operator(scope), "user.password_set", subject, serde_json::json!({})).await
        })
        .await?;
    Account::of(email.trim()).strangers().forget(app).await
}

/// Removes a person's second factor and ends their sessions, for who has lost device and recovery codes.
#[expect(clippy::disallowed_methods, reason = "an operator with the server's own settings names the person")]
pub async fn reset_second_factor(app: &App, email: &str, msp: Option<MspId>) -> AppResult<()> {
    let person = named(app, email, msp).await?;
    let scope = MspScope::assume_verified(person.msp_id);
    second_factor::reset(app, &operator(scope), person.user_id).await
}

/// Checks the chain of every workspace's audit trail.
#[expect(clippy::disallowed_methods, reason = "an operator's command over all workspaces")]
pub async fn verify_audit(app: &App) -> AppResult<Vec<(MspId, AuditVerdict)>> {
    let mut verdicts = Vec::new();
    for msp in app.store.msp_list().await? {
        let verdict = app.store.audit_verify(&MspScope::assume_verified(msp.id())).await?;
        verdicts.push((msp.id(), verdict));
    }
    Ok(verdicts)
}
