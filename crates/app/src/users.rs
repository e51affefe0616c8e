//! People of an MSP.

use crate::{
    Actor, App, AppError, AppResult, audit,
    idempotency::{self, Idempotency, Outcome, Stored},
};
use policytab_domain::{ids::UserId, role::Role};
use policytab_store::{NewUser, Page, User, UserPatch};
use secrecy::SecretString;
use std::collections::HashSet;

/// A person to add.
#[derive(Debug)]
pub struct Person {
    /// Address to sign in with.
    pub email: String,
    /// Name.
    pub display_name: String,
    /// Role.
    pub role: Role,
    /// First password.
    pub password: SecretString,
}

/// Adds a person.
pub async fn create(
    app: &App,
    actor: &Actor,
    person: Person,
    idempotency: Option<Idempotency>,
    render: impl FnOnce(&User) -> Stored + Send,
) -> AppResult<Outcome> {
    let new = prepare(app, person).await?;
    app.store
        .write(&actor.scope, async move |tx| {
            if let Some(before) = idempotency::claim(app, tx, actor, idempotency.as_ref()).await? {
                return Ok(before);
            }
            audit::still(tx, actor).await?;
            let user = tx.user_insert(&new).await?;
            let details = serde_json::json!({"email": user.email, "role": user.role});
            audit::write(tx, actor, "user.create", ("user", user.id.as_uuid()), details).await?;
            idempotency::finish(app, tx, actor, idempotency.as_ref(), render(&user)).await
        })
        .await
}

/// Checks and hashes what a new person brings.
pub async fn prepare(app: &App, person: Person) -> AppResult<NewUser> {
    let password_hash =
        app.passwords.accept("password", person.password, &person.email, &person.display_name).await?;
    Ok(NewUser {
        email: person.email.trim().to_lowercase(),
        display_name: person.display_name.trim().to_owned(),
        role: person.role,
        password_hash: Some(password_hash),
    })
}

/// A person, and whether they have a second factor.
pub type Listed = (User, bool);

/// One page of people, by address.
pub async fn list(app: &App, actor: &Actor, limit: i64, cursor: Option<&str>) -> AppResult<Page<Listed>> {
    app.store
        .read(&actor.scope, async |tx| {
            let holders: HashSet<UserId> = tx.second_factor_holders().await?.into_iter().collect();
            Ok(tx.user_list(cursor, limit).await?.map(|user| {
                let holds = holders.contains(&user.id);
                (user, holds)
            }))
        })
        .await
}

/// Changes a person; a new password or role ends their sessions, a lower role the API tokens that they made above it.
pub async fn update(
    app: &App,
    actor: &Actor,
    id: UserId,
    display_name: Option<String>,
    role: Option<Role>,
    password: Option<SecretString>,
    expected_version: Option<i64>,
) -> AppResult<Listed> {
    let password_hash = match password {
        Some(password) => {
            let user =
                app.store.read(&actor.scope, async |tx| Ok::<_, AppError>(tx.user_fetch(id).await?)).await?;
            let name = display_name.as_deref().unwrap_or(&user.display_name);
            Some(app.passwords.accept("password", password, &user.email, name).await?)
        }
        None => None,
    };
    let changed_password = password_hash.is_some();
    let patch = UserPatch { display_name: display_name.map(|n| n.trim().to_owned()), role, email: None };
    app.store
        .write(&actor.scope, async |tx| {
            audit::still(tx, actor).await?;
            let before = tx.user_fetch(id).await?;
            let mut after = tx.user_update(id, &patch, expected_version).await?;
            if let Some(hash) = &password_hash {
                // Ends the person's sessions too.
                tx.password_set(id, hash).await?;
                after = tx.user_fetch(id).await?;
            } else if after.role != before.role {
                tx.refresh_user_end(id).await?;
            }
            // Nobody's token may more than they do.
            let revoked = tx.api_tokens_revoke_of(id, Some(after.role)).await?;
            let details = serde_json::json!({
                "email": after.email,
                "role": {"from": before.role, "to": after.role},
                "password_changed": changed_password,
                "revoked_api_tokens": revoked,
            });
            let holds = tx.second_factor_holders().await?.contains(&id);
            audit::write(tx, actor, "user.update", ("user", id.as_uuid()), details).await?;
            Ok((after, holds))
        })
        .await
}

/// Removes a person, ends their sessions and the API tokens that they made. The last owner stays.
pub async fn delete(app: &App, actor: &Actor, id: UserId) -> AppResult<()> {
    app.store
        .write(&actor.scope, async |tx| {
            audit::still(tx, actor).await?;
            let before = tx.user_fetch(id).await?;
            let revoked = tx.api_tokens_revoke_of(id, None).await?;
            tx.user_delete(id).await?;
            let details = serde_json::json!({
                "email": before.email,
                "role": before.role,
                "revoked_api_tokens": revoked,
            });
            audit::write(tx, actor, "user.delete", ("user", id.as_uuid()), details).await
        })
        .await
}
