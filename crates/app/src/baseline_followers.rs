//! The customers that are compared with a baseline, and their reports when it has another version.

use crate::{
    Actor, App, AppError, AppResult,
    anew::{self, Change},
};
use policytab_domain::{
    ids::{BaselineId, CustomerId},
    tenancy::MspScope,
};
use policytab_store::CustomerUse;

/// The customers that are compared with a baseline, by name.
pub async fn customers(app: &App, actor: &Actor, id: BaselineId) -> AppResult<Vec<CustomerUse>> {
    app.store.read(&actor.scope, async |tx| Ok(tx.baseline_customers(id).await?)).await
}

/// Makes reports anew that rest on another version than they should; how many.
pub async fn renew_outdated(app: &App) -> AppResult<usize> {
    let mut renewed = 0;
    for (msp, customer) in app.store.reports_outdated().await? {
        #[expect(clippy::disallowed_methods, reason = "a report that is outdated names its MSP")]
        let actor = Actor::system(MspScope::assume_verified(msp), "worker");
        match renew(app, &actor, customer).await {
            Ok(done) => renewed += usize::from(done),
            // One customer that is being imported, or is broken, must not keep the others waiting.
            Err(error) => {
                tracing::info!(%error, msp.id = %msp, customer.id = %customer, "a report was not made anew");
            }
        }
    }
    Ok(renewed)
}

/// `false` where another node was faster.
async fn renew(app: &App, actor: &Actor, id: CustomerId) -> AppResult<bool> {
    let outdated =
        app.store.read(&actor.scope, async |tx| Ok::<_, AppError>(tx.report_outdated(id).await?)).await?;
    if outdated {
        anew::change(app, actor, id, Change::NewerBaseline, None).await?;
    }
    Ok(outdated)
}
