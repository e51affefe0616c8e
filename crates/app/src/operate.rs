//! What operators do on the server itself: workspaces, passwords, the audit trail. Keys: see [`crate::rotation`].

use crate::{App, AppResult, tokens, users};
use policytab_domain::{ids::MspId, problem::Problem, role::Role, tenancy::MspScope};
use policytab_store::{AuditVerdict, NewUser};
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

/// Gives a person a new password and ends their sessions.
#[expect(clippy::disallowed_methods, reason = "an operator with the server's own settings names the person")]
pub async fn set_password(
    app: &App,
    email: &str,
    msp: Option<MspId>,
    password: SecretString,
) -> AppResult<()> {
    crate::passwords::check_new(&password)?;
    let mut found = app.store.login_candidates(&email.to_lowercase()).await?;
    found.retain(|c| msp.is_none_or(|id| id == c.msp_id));
    let [candidate] = found.as_slice() else {
        let what = if found.is_empty() {
            "nobody signs in with it"
        } else {
            "it belongs to several workspaces: name one"
        };
        return Err(Problem::invalid("email", what).into());
    };
    let hash = app.passwords.hash(password).await?;
    let scope = MspScope::assume_verified(candidate.msp_id);
    let user = candidate.user_id;
    app.store.write(&scope, async |tx| Ok(tx.password_set(user, &hash).await?)).await
}

/// Checks the chain of every workspace's audit trail.
#[expect(clippy::disallowed_methods, reason = "an operator's command over all workspaces")]
pub async fn verify_audit(app: &App) -> AppResult<Vec<(MspId, AuditVerdict)>> {
    let mut verdicts = Vec::new();
    for msp in app.store.msp_list().await? {
        let verdict = app.store.audit_verify(&MspScope::assume_verified(msp.id)).await?;
        verdicts.push((msp.id, verdict));
    }
    Ok(verdicts)
}
