//! What the references of a customer's comparison baseline mean in its tenant.

use crate::{
    Actor, App, AppError, AppResult,
    analysis::{Compared, Ground},
    anew::{self, Change},
};
use policytab_domain::{
    binding::{BindingChoice, BindingView},
    ids::CustomerId,
};
use policytab_store::Customer;

/// The references with what is suggested and what people said.
pub async fn fetch(app: &App, actor: &Actor, id: CustomerId) -> AppResult<(Customer, Vec<BindingView>)> {
    let (customer, content, ground) = app
        .store
        .read(&actor.scope, async |tx| {
            let proof = tx.customer_lookup(id).await?;
            let customer = tx.customer_fetch(id).await?;
            let snapshot = customer.last_snapshot_id.ok_or_else(anew::before_import)?;
            let content = tx.snapshot_content(&proof, snapshot).await?;
            let ground = Ground::load(tx, &proof, customer.comparison_baseline).await?;
            Ok::<_, AppError>((customer, content, ground))
        })
        .await?;
    let views = tokio::task::spawn_blocking(move || Compared::of(&content, ground).bindings.references())
        .await
        .map_err(AppError::internal)?;
    Ok((customer, views))
}

/// Says what references mean, in place of what was said before; the report is made anew.
pub async fn confirm(
    app: &App,
    actor: &Actor,
    id: CustomerId,
    confirmed: Vec<BindingChoice>,
    expected_version: Option<i64>,
) -> AppResult<(Customer, Vec<BindingView>)> {
    anew::change(app, actor, id, Change::Bindings(confirmed), expected_version).await?;
    fetch(app, actor, id).await
}
