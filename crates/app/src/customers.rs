//! Customers: add, rename, delete, list.

use crate::{
    Actor, App, AppResult, audit,
    idempotency::{self, Idempotency, Outcome, Stored},
};
use policytab_domain::{
    cloud::Cloud,
    ids::CustomerId,
    problem::{Problem, ProblemCode},
};
use policytab_store::{Customer, CustomerFilter, CustomerPatch, FleetCounts, NewCustomer, Page};

/// Adds a customer.
pub async fn create(
    app: &App,
    actor: &Actor,
    display_name: &str,
    cloud: Cloud,
    idempotency: Option<Idempotency>,
    render: impl FnOnce(&Customer) -> Stored + Send,
) -> AppResult<Outcome> {
    if !app.graph.cloud_enabled(cloud) {
        return Err(
            Problem::invalid("cloud", format!("the cloud {cloud} is not enabled on this server")).into()
        );
    }
    let new = NewCustomer { display_name: display_name.trim().to_owned(), cloud };
    app.store
        .write(&actor.scope, async move |tx| {
            if let Some(before) = idempotency::claim(app, tx, actor, idempotency.as_ref()).await? {
                return Ok(before);
            }
            let customer = tx.customer_insert(&new).await?;
            let details = serde_json::json!({"display_name": customer.display_name, "cloud": customer.cloud});
            audit::write(tx, actor, "customer.create", ("customer", customer.id.as_uuid()), details).await?;
            idempotency::finish(app, tx, actor, idempotency.as_ref(), render(&customer)).await
        })
        .await
}

/// One page of customers.
pub async fn list(app: &App, actor: &Actor, filter: &CustomerFilter) -> AppResult<Page<Customer>> {
    app.store.read(&actor.scope, async |tx| Ok(tx.customer_list(filter).await?)).await
}

/// One customer.
pub async fn fetch(app: &App, actor: &Actor, id: CustomerId) -> AppResult<Customer> {
    app.store.read(&actor.scope, async |tx| Ok(tx.customer_fetch(id).await?)).await
}

/// Renames a customer.
pub async fn rename(
    app: &App,
    actor: &Actor,
    id: CustomerId,
    display_name: &str,
    expected_version: Option<i64>,
) -> AppResult<Customer> {
    let patch =
        CustomerPatch { display_name: Some(display_name.trim().to_owned()), ..CustomerPatch::default() };
    app.store
        .write(&actor.scope, async |tx| {
            let (customer, before) = tx.customer_lock(id).await?;
            let after = tx.customer_update(&customer, &patch, expected_version).await?;
            let details = serde_json::json!({"from": before.display_name, "to": after.display_name});
            audit::write(tx, actor, "customer.rename", ("customer", id.as_uuid()), details).await?;
            Ok(after)
        })
        .await
}

/// Deletes a customer with everything below it; the audit trail stays. An import under way ends without
/// an effect.
pub async fn delete(
    app: &App,
    actor: &Actor,
    id: CustomerId,
    expected_version: Option<i64>,
) -> AppResult<()> {
    app.store
        .write(&actor.scope, async |tx| {
            let customer = tx.customer_lookup(id).await?;
            let before = tx.customer_fetch(id).await?;
            if expected_version.is_some_and(|v| v != before.version) {
                return Err(Problem::new(
                    ProblemCode::PreconditionFailed,
                    "It was changed since the version in If-Match.",
                )
                .into());
            }
            tx.customer_delete(&customer).await?;
            let details = serde_json::json!({
                "display_name": before.display_name,
                "tenant_id": before.tenant.map(|t| t.id),
            });
            audit::write(tx, actor, "customer.delete", ("customer", id.as_uuid()), details).await
        })
        .await
}

/// Counts for the dashboard.
pub async fn fleet(app: &App, actor: &Actor) -> AppResult<FleetCounts> {
    app.store.read(&actor.scope, async |tx| Ok(tx.fleet_counts().await?)).await
}
