//! Snapshots: what was read, as it was read.

use crate::{Actor, App, AppError, AppResult};
use policytab_domain::{
    ids::{CustomerId, SnapshotId},
    snapshot::SnapshotContent,
};
use policytab_store::{Page, Snapshot};

/// One page of a customer's snapshots, newest first.
pub async fn list(
    app: &App,
    actor: &Actor,
    id: CustomerId,
    limit: i64,
    cursor: Option<&str>,
) -> AppResult<Page<Snapshot>> {
    app.store
        .read(&actor.scope, async |tx| {
            let customer = tx.customer_lookup(id).await?;
            Ok(tx.snapshot_list(&customer, cursor, limit).await?)
        })
        .await
}

/// One snapshot with everything in it.
pub async fn fetch(
    app: &App,
    actor: &Actor,
    id: CustomerId,
    snapshot: SnapshotId,
) -> AppResult<(Snapshot, SnapshotContent)> {
    app.store
        .read(&actor.scope, async |tx| {
            let customer = tx.customer_lookup(id).await?;
            let row = tx.snapshot_fetch(&customer, snapshot).await?;
            Ok::<_, AppError>((row, tx.snapshot_content(&customer, snapshot).await?))
        })
        .await
}
