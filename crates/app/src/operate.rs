//! What operators do on the server itself: workspaces, passwords, keys, the audit trail.

use crate::{App, AppError, AppResult, baselines, connect, tokens, users};
use policytab_domain::{
    ids::{CustomerId, MspId},
    problem::Problem,
    role::Role,
    tenancy::MspScope,
};
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

/// What a rotation did.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rotated {
    /// Secrets sealed again.
    pub rewrapped: u64,
    /// Secrets that the active key had sealed already.
    pub current: u64,
    /// Secrets that no key of the ring opens.
    pub unreadable: u64,
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

/// Seals every stored secret again with the active master key, a page at a time while everything runs. A secret that
/// is changed meanwhile was sealed with the active key by that change.
#[expect(clippy::disallowed_methods, reason = "an operator's command over all workspaces")]
pub async fn rotate_keys(app: &App) -> AppResult<Rotated> {
    let mut rotated = Rotated::default();
    for msp in app.store.msp_list().await? {
        let scope = MspScope::assume_verified(msp.id);
        rotate_tokens(app, &scope, &mut rotated).await?;
        let mut after: Option<CustomerId> = None;
        loop {
            let page =
                app.store.read(&scope, async |tx| Ok::<_, AppError>(tx.sealed_page(after).await?)).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.customer_id);
            for secret in page {
                let context = connect::context(msp.id, secret.customer_id);
                match app.keyring.rewrap(&context, &secret.sealed) {
                    Err(error) => {
                        // One that is damaged must not keep the others from being sealed again.
                        tracing::error!(%error, msp.id = %msp.id, customer.id = %secret.customer_id, "a secret can't be opened");
                        rotated.unreadable += 1;
                    }
                    Ok(None) => rotated.current += 1,
                    Ok(Some(sealed)) => {
                        let replaced = app
                            .store
                            .write(&scope, async |tx| {
                                Ok::<_, AppError>(
                                    tx.sealed_replace(secret.customer_id, &secret.sealed, &sealed).await?,
                                )
                            })
                            .await?;
                        rotated.rewrapped += u64::from(replaced);
                    }
                }
            }
        }
    }
    Ok(rotated)
}

/// The tokens of baselines' sources: few, so that one transaction holds them all.
async fn rotate_tokens(app: &App, scope: &MspScope, rotated: &mut Rotated) -> AppResult<()> {
    let context = baselines::token_context(scope.msp_id());
    let (mut rewrapped, mut current, mut unreadable) = (0, 0, 0);
    app.store
        .write(scope, async |tx| {
            for (id, sealed) in tx.baseline_tokens().await? {
                match app.keyring.rewrap(&context, &sealed) {
                    Err(error) => {
                        tracing::error!(%error, baseline.id = %id, "a token can't be opened");
                        unreadable += 1;
                    }
                    Ok(None) => current += 1,
                    Ok(Some(sealed)) => {
                        tx.baseline_token_set(id, &sealed).await?;
                        rewrapped += 1;
                    }
                }
            }
            Ok::<_, AppError>(())
        })
        .await?;
    rotated.rewrapped += rewrapped;
    rotated.current += current;
    rotated.unreadable += unreadable;
    Ok(())
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
