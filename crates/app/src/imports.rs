//! Imports: start one, look at them. A worker runs them: see [`crate::import_run`].

use crate::{
    Actor, App, AppResult, audit,
    connect::{self, unavailable},
    idempotency::{self, Idempotency, Outcome, Stored},
};
use policytab_domain::{
    customer::CustomerStatus,
    ids::{CustomerId, ImportId},
    import::ComparisonBaseline,
    role::Role,
};
use policytab_store::{Import, Page};

/// Asks for an import. The first one is an admin's; a re-sync of an imported customer is an operator's, as long as it
/// does not change what the customer is compared with.
pub async fn start(
    app: &App,
    actor: &Actor,
    id: CustomerId,
    comparison: Option<ComparisonBaseline>,
    idempotency: Option<Idempotency>,
    render: impl FnOnce(&Import) -> Stored + Send,
) -> AppResult<Outcome> {
    app.store
        .write(&actor.scope, async move |tx| {
            if let Some(before) = idempotency::claim(app, tx, actor, idempotency.as_ref()).await? {
                return Ok(before);
            }
            let (customer, before) = tx.customer_lock(id).await?;
            let comparison = comparison.unwrap_or(before.comparison_baseline);
            if before.status != CustomerStatus::Imported || comparison != before.comparison_baseline {
                actor.need(Role::Admin)?;
            }
            let Some(sealed) = tx.connection_secret(&customer).await? else {
                return Err(unavailable("This customer is not connected yet.").into());
            };
            // Better now than as a failed import a moment later.
            connect::open(app, actor.scope.msp_id(), id, &sealed)?;
            let import = tx.import_insert(&customer, comparison, actor.user_id).await?;
            let details = serde_json::json!({"import_id": import.id, "comparison_baseline": comparison});
            audit::write(tx, actor, "import.start", ("customer", id.as_uuid()), details).await?;
            idempotency::finish(app, tx, actor, idempotency.as_ref(), render(&import)).await
        })
        .await
}

/// One page of a customer's imports, newest first.
pub async fn list(
    app: &App,
    actor: &Actor,
    id: CustomerId,
    limit: i64,
    cursor: Option<&str>,
) -> AppResult<Page<Import>> {
    app.store
        .read(&actor.scope, async |tx| {
            let customer = tx.customer_lookup(id).await?;
            Ok(tx.import_list(&customer, cursor, limit).await?)
        })
        .await
}

/// One import of a customer.
pub async fn fetch(app: &App, actor: &Actor, id: CustomerId, import: ImportId) -> AppResult<Import> {
    app.store
        .read(&actor.scope, async |tx| {
            let customer = tx.customer_lookup(id).await?;
            Ok(tx.import_fetch(&customer, import).await?)
        })
        .await
}
