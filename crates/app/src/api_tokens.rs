//! API tokens: a role no higher than the maker's, an expiry, shown once.

use crate::{
    Actor, App, AppError, AppResult, audit,
    idempotency::{self, Idempotency, Outcome, Stored},
    tokens,
};
use chrono::{TimeDelta, Utc};
use policytab_domain::{ids::ApiTokenId, role::Role, tenancy::MspScope};
use policytab_store::{ApiToken, ApiTokenHit, NewApiToken, Page};
use secrecy::SecretString;

/// Makes a token.
pub async fn create(
    app: &App,
    actor: &Actor,
    name: &str,
    role: Role,
    days: u32,
    idempotency: Option<Idempotency>,
    render: impl FnOnce(&ApiToken, &SecretString) -> Stored + Send,
) -> AppResult<Outcome> {
    actor.need(role)?;
    let token = tokens::fresh(tokens::API_TOKEN_PREFIX);
    let new = NewApiToken {
        name: name.trim().to_owned(),
        role,
        digest: tokens::digest(&token),
        created_by: actor.user_id,
        created_by_name: actor.name.clone(),
        expires_at: Utc::now() + TimeDelta::days(days.into()),
    };
    app.store
        .write(&actor.scope, async move |tx| {
            if let Some(before) = idempotency::claim(app, tx, actor, idempotency.as_ref()).await? {
                return Ok(before);
            }
            audit::still(tx, actor).await?;
            let made = tx.api_token_insert(&new).await?;
            let details =
                serde_json::json!({"name": made.name, "role": made.role, "expires_at": made.expires_at});
            audit::write(tx, actor, "api_token.create", ("api_token", made.id.as_uuid()), details).await?;
            idempotency::finish(app, tx, actor, idempotency.as_ref(), render(&made, &token)).await
        })
        .await
}

/// One page of tokens, newest first.
pub async fn list(app: &App, actor: &Actor, limit: i64, cursor: Option<&str>) -> AppResult<Page<ApiToken>> {
    app.store.read(&actor.scope, async |tx| Ok(tx.api_token_list(cursor, limit).await?)).await
}

/// Ends a token at once.
pub async fn revoke(app: &App, actor: &Actor, id: ApiTokenId) -> AppResult<()> {
    app.store
        .write(&actor.scope, async |tx| {
            tx.api_token_revoke(id).await?;
            audit::write(tx, actor, "api_token.revoke", ("api_token", id.as_uuid()), serde_json::json!({}))
                .await
        })
        .await
}

/// Finds a presented token, if it is neither revoked nor expired.
pub async fn verify(app: &App, token: &SecretString) -> AppResult<Option<ApiTokenHit>> {
    Ok(app.store.api_token_lookup(&tokens::digest(token)).await?)
}

/// Notes that a token was used. That it can't be noted is no reason to refuse what the token was sent for.
pub async fn note_use(app: &App, scope: &MspScope, id: ApiTokenId) {
    let noted = app.store.write(scope, async |tx| Ok::<_, AppError>(tx.api_token_touch(id).await?)).await;
    if let Err(error) = noted {
        tracing::warn!(%error, api_token.id = %id, "the use of an API token can't be noted");
    }
}
