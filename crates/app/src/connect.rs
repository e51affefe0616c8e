//! Connecting a customer: verify first, store after.
//!
//! Nothing is stored unless everything holds: the tenant is known for certain, the secret gave a token, the token has
//! the required roles, and `/organization` names the same tenant. No call to Microsoft happens inside a transaction.

use crate::{Actor, App, AppError, AppResult, audit};
use chrono::{DateTime, Utc};
use policytab_domain::{
    cloud::Cloud,
    ids::{CustomerId, EntraTenantId, MspId},
    permission::{self, PermissionCheck},
    problem::{Problem, ProblemCode, TokenReason},
    snapshot::TenantFacts,
};
use policytab_graph_client::{AppToken, Credentials, GraphError, SecretInfo};
use policytab_store::{Connection, ConnectionCheck, Customer, NewConnection};
use policytab_vault::{SealContext, SealedFor, VaultError};
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

/// What the sealed client secret is for.
const PURPOSE: &str = "graph client secret";

/// What an admin pasted.
#[derive(Debug)]
pub struct ConnectInput {
    /// Application (client) id.
    pub client_id: Uuid,
    /// The client secret's value.
    pub client_secret: SecretString,
    /// Tenant id or verified domain.
    pub tenant_hint: Option<String>,
}

/// What verified credentials turned out to be.
struct Verified {
    tenant: TenantFacts,
    permissions: PermissionCheck,
    secret: Option<SecretInfo>,
    /// The secret's expiry may be readable, but was not this time.
    secret_unread: bool,
    app_display_name: Option<String>,
}

impl Verified {
    /// When the secret expires; what was known before, where it could not be read this time.
    fn secret_expires_at(&self, before: Option<&Connection>) -> Option<DateTime<Utc>> {
        match &self.secret {
            Some(secret) => Some(secret.expires_at),
            None if self.secret_unread => before.and_then(|c| c.secret_expires_at),
            None => None,
        }
    }
}

/// The ETag that the change is based on is an old one.
fn stale() -> Problem {
    Problem::new(ProblemCode::PreconditionFailed, "It was changed since the version in If-Match.")
}

/// What a customer's sealed client secret is bound to: moved to another row, it does not open.
pub(crate) fn context(msp: MspId, customer: CustomerId) -> SealContext {
    SealContext { msp, of: SealedFor::Customer(customer), purpose: PURPOSE }
}

/// A customer with its connection, if it has one.
pub async fn fetch(app: &App, actor: &Actor, id: CustomerId) -> AppResult<(Customer, Option<Connection>)> {
    app.store
        .read(&actor.scope, async |tx| {
            let customer = tx.customer_lookup(id).await?;
            Ok((tx.customer_fetch(id).await?, tx.connection_fetch(&customer).await?))
        })
        .await
}

/// Verifies credentials and stores them in place of those before. Also rotates: the old secret stays in use until the
/// new one has proven good.
pub async fn put(
    app: &App,
    actor: &Actor,
    id: CustomerId,
    input: ConnectInput,
    expected_version: Option<i64>,
) -> AppResult<(Customer, Option<Connection>)> {
    check_secret(&input.client_secret)?;
    let before = crate::customers::fetch(app, actor, id).await?;
    if expected_version.is_some_and(|v| v != before.version) {
        return Err(stale().into());
    }
    app.keyring.ring().map_err(keyless)?;
    let credentials = Credentials { client_id: input.client_id, client_secret: input.client_secret };
    let hint = input.tenant_hint.as_deref().map(str::trim).filter(|h| !h.is_empty());
    let token = first_token(app, actor, &before, hint, &credentials).await?;
    let verified = verify(app, before.cloud, &token, &credentials).await?;

    let sealed =
        app.keyring.seal(&context(actor.scope.msp_id(), id), &credentials.client_secret).map_err(keyless)?;
    let new = NewConnection {
        client_id: input.client_id,
        sealed_secret: sealed,
        tenant: verified.tenant.clone(),
        permissions: verified.permissions.clone(),
        app_display_name: verified.app_display_name.clone(),
        secret_expires_at: verified.secret_expires_at(None),
    };
    app.store
        .write(&actor.scope, async |tx| {
            let (customer, now) = tx.customer_lock(id).await?;
            // Verifying took a while; somebody else may have saved meanwhile.
            if expected_version.is_some_and(|v| v != now.version) {
                return Err(stale().into());
            }
            let rotated = tx.connection_fetch(&customer).await?.is_some();
            let connection = tx.connection_put(&customer, &new).await?;
            let action = if rotated { "connection.rotate" } else { "connection.create" };
            let details = serde_json::json!({
                "client_id": new.client_id,
                "tenant_id": new.tenant.tenant_id,
                "secret_expires_at": new.secret_expires_at,
            });
            audit::write(tx, actor, action, ("customer", id.as_uuid()), details).await?;
            Ok((tx.customer_fetch(id).await?, Some(connection)))
        })
        .await
}

/// Verifies the stored credentials once more and notes what it found.
pub async fn test(app: &App, actor: &Actor, id: CustomerId) -> AppResult<(Customer, Option<Connection>)> {
    let Stored { cloud, tenant, credentials, connection: tested } = stored(app, actor, id).await?;
    let found = match app.graph.token(cloud, tenant, &credentials).await {
        Ok(token) => verify(app, cloud, &token, &credentials).await,
        Err(error) => Err(error.into()),
    };
    // A fault of ours is no fact about the customer: it is not noted.
    let failed = match &found {
        Err(AppError::Problem(problem)) => Some((**problem).clone()),
        _ => None,
    };
    let check = match &found {
        Ok(v) => Some(ConnectionCheck {
            permissions: v.permissions.clone(),
            app_display_name: v.app_display_name.clone(),
            secret_expires_at: v.secret_expires_at(Some(&tested)),
        }),
        Err(_) => None,
    };
    let after = app
        .store
        .write(&actor.scope, async |tx| {
            let (customer, _) = tx.customer_lock(id).await?;
            // What was tested may have been replaced meanwhile: its result says nothing of what is there now.
            let now = tx.connection_fetch(&customer).await?;
            if now.as_ref().map(|c| c.version) != Some(tested.version) {
                return Ok((tx.customer_fetch(id).await?, now));
            }
            if let Some(check) = &check {
                tx.connection_verified(&customer, check).await?;
            }
            if check.is_some() || failed.is_some() {
                tx.customer_error_set(&customer, failed.as_ref()).await?;
            }
            let details = serde_json::json!({"outcome": failed.as_ref().map_or("ok", |p| p.code.as_str())});
            audit::write(tx, actor, "connection.test", ("customer", id.as_uuid()), details).await?;
            Ok::<_, AppError>((tx.customer_fetch(id).await?, tx.connection_fetch(&customer).await?))
        })
        .await?;
    found.map(|_| after)
}

/// Deletes the connection with its secret.
pub async fn delete(app: &App, actor: &Actor, id: CustomerId) -> AppResult<()> {
    app.store
        .write(&actor.scope, async |tx| {
            let (customer, _) = tx.customer_lock(id).await?;
            tx.connection_delete(&customer).await?;
            audit::write(tx, actor, "connection.delete", ("customer", id.as_uuid()), serde_json::json!({}))
                .await
        })
        .await
}

/// The stored credentials of a customer, opened.
pub(crate) struct Stored {
    pub(crate) cloud: Cloud,
    pub(crate) tenant: EntraTenantId,
    pub(crate) credentials: Credentials,
    /// The row that they are of.
    pub(crate) connection: Connection,
}

/// Opens the stored credentials of a customer.
pub(crate) async fn stored(app: &App, actor: &Actor, id: CustomerId) -> AppResult<Stored> {
    let (customer, connection, sealed) = app
        .store
        .read(&actor.scope, async |tx| {
            let customer = tx.customer_lookup(id).await?;
            Ok::<_, AppError>((
                tx.customer_fetch(id).await?,
                tx.connection_fetch(&customer).await?,
                tx.connection_secret(&customer).await?,
            ))
        })
        .await?;
    let (Some(connection), Some(sealed)) = (connection, sealed) else {
        return Err(unavailable("This customer is not connected yet.").into());
    };
    let client_secret = open(app, actor.scope.msp_id(), id, &sealed)?;
    let credentials = Credentials { client_id: connection.client_id, client_secret };
    Ok(Stored { cloud: customer.cloud, tenant: connection.tenant_id, credentials, connection })
}

/// Opens a customer's client secret.
pub(crate) fn open(app: &App, msp: MspId, id: CustomerId, sealed: &[u8]) -> AppResult<SecretString> {
    app.keyring.open(&context(msp, id), sealed).map_err(|error| match error {
        VaultError::Unusable => keyless(error),
        error => {
            tracing::error!(%error, customer.id = %id, "a stored client secret can't be opened");
            unavailable("The stored client secret can't be decrypted with this server's keys.")
                .remedy(
                    "Enter the client secret again under Graph connection, or restore the server's key file.",
                )
                .into()
        }
    })
}

/// Without its master key the server neither seals nor opens anything.
fn keyless(error: VaultError) -> AppError {
    match error {
        VaultError::Unusable => {
            unavailable("The server's master key is missing, or is not the one that the stored secrets need.")
                .reason("master_key")
                .remedy(
                    "Whoever runs the server must restore its key file. Nothing that is stored has changed.",
                )
                .into()
        }
        error => AppError::internal(error),
    }
}

/// There are no usable credentials.
pub(crate) fn unavailable(detail: &str) -> Problem {
    Problem::new(ProblemCode::GraphCredentialsUnavailable, detail)
}

/// Catches the classic mistake before any call: the portal shows the secret's id, a GUID, beside its value.
fn check_secret(secret: &SecretString) -> Result<(), Problem> {
    let text = secret.expose_secret();
    if text.trim().is_empty() {
        return Err(Problem::invalid("client_secret", "must not be empty"));
    }
    if text.len() > 512 {
        return Err(Problem::invalid("client_secret", "at most 512 characters"));
    }
    if Uuid::try_parse(text.trim()).is_ok() {
        return Err(Problem::invalid(
            "client_secret",
            "this looks like the secret's id (a GUID); paste its value instead",
        )
        .reason("secret_id_instead_of_value"));
    }
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(Problem::invalid("client_secret", "must not contain blanks or line breaks"));
    }
    Ok(())
}

/// A token for the tenant that the hint names, that this customer is known to be, or that the credentials tell.
async fn first_token(
    app: &App,
    actor: &Actor,
    customer: &Customer,
    hint: Option<&str>,
    credentials: &Credentials,
) -> AppResult<AppToken> {
    let known = customer.tenant.as_ref().map(|t| t.id);
    let hinted = match hint {
        Some(hint) => Some(app.graph.tenant_resolve(customer.cloud, hint).await?),
        None => None,
    };
    if let (Some(known), Some(hinted)) = (known, hinted)
        && known != hinted
    {
        return Err(mismatch(known, hinted).into());
    }
    if let Some(tenant) = hinted.or(known) {
        not_taken(app, actor, customer, tenant).await?;
        return Ok(app.graph.token(customer.cloud, tenant, credentials).await?);
    }
    let token = app.graph.tenant_detect(customer.cloud, credentials).await?;
    not_taken(app, actor, customer, token.tenant_id).await?;
    Ok(token)
}

fn mismatch(known: EntraTenantId, found: EntraTenantId) -> Problem {
    Problem::new(
        ProblemCode::TenantMismatch,
        format!("This customer is the tenant {known}; {found} is another one."),
    )
}

/// Fails early when another customer of this MSP is the tenant; the store makes sure once more when it writes.
async fn not_taken(app: &App, actor: &Actor, customer: &Customer, tenant: EntraTenantId) -> AppResult<()> {
    let owner = app
        .store
        .read(&actor.scope, async |tx| Ok::<_, AppError>(tx.tenant_owner(tenant, customer.cloud).await?))
        .await?;
    match owner.filter(|(id, _)| *id != customer.id) {
        Some((customer_id, display_name)) => {
            Err(policytab_store::StoreError::TenantTaken { customer_id, display_name }.into())
        }
        None => Ok(()),
    }
}

/// Holds a token against the permission table and the directory.
async fn verify(app: &App, cloud: Cloud, token: &AppToken, credentials: &Credentials) -> AppResult<Verified> {
    let permissions = permission::check(&token.roles);
    if !permissions.missing_required.is_empty() {
        let mut problem = Problem::token_failed(
            TokenReason::AdminConsentMissing,
            format!(
                "The credentials are right, but these application permissions are not granted: {}.",
                permissions.missing_required.join(", ")
            ),
        );
        problem.missing_permissions = permissions.missing_required;
        return Err(problem.into());
    }
    let tenant = app.graph.organization(cloud, token).await?;
    if tenant.tenant_id != token.tenant_id {
        return Err(mismatch(token.tenant_id, tenant.tenant_id).into());
    }
    // Only some permission sets may read the app itself; not knowing the expiry is no reason to fail.
    let mut secret_unread = false;
    let secret = match app.graph.secret_expiry(cloud, token, credentials).await {
        Ok(info) => info,
        Err(error @ (GraphError::Throttled { .. } | GraphError::Unavailable { .. })) => {
            tracing::warn!(%error, "the secret's expiry can't be read");
            secret_unread = true;
            None
        }
        Err(_) => None,
    };
    let app_display_name =
        token.app_display_name.clone().or_else(|| secret.as_ref().and_then(|s| s.app_display_name.clone()));
    Ok(Verified { tenant, permissions, secret, secret_unread, app_display_name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guid_is_never_sent_as_a_secret() {
        let problem = check_secret(&"6a1f0f0e-3c1b-4a53-9d51-0a0f6b1f2c3d".into()).unwrap_err();
        assert_eq!(problem.code, ProblemCode::ValidationFailed);
        assert_eq!(problem.reason.as_deref(), Some("secret_id_instead_of_value"));
        assert!(check_secret(&"abc8Q~longer.secret_value-of.forty.chars".into()).is_ok());
        assert!(check_secret(&"two words".into()).is_err());
    }
}
