//! Snapshots: what was read, as it was read.

use crate::{Actor, App, AppError, AppResult};
use policytab_domain::{
    changes::{Changes, changes},
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

/// Two snapshots of a customer, and what changed from the first to the second.
pub async fn compare(
    app: &App,
    actor: &Actor,
    id: CustomerId,
    before: SnapshotId,
    after: SnapshotId,
) -> AppResult<(Snapshot, Snapshot, Changes)> {
    let (was, is) = app
        .store
        .read(&actor.scope, async |tx| {
            let customer = tx.customer_lookup(id).await?;
            let row = tx.snapshot_fetch(&customer, before).await?;
            let was = (row, tx.snapshot_content(&customer, before).await?);
            let row = tx.snapshot_fetch(&customer, after).await?;
            Ok::<_, AppError>((was, (row, tx.snapshot_content(&customer, after).await?)))
        })
        .await?;
    let found = tokio::task::spawn_blocking(move || {
        let found = changes(&was.1, &is.1);
        (was.0, is.0, found)
    });
    found.await.map_err(AppError::internal)
}
