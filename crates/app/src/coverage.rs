//! The coverage map of a customer: what is enforced for whom and where.

use crate::{
    Actor, App, AppError, AppResult,
    analysis::{Compared, Ground},
    anew,
};
use chrono::{DateTime, Utc};
use policytab_domain::{
    coverage_map::{CoverageMap, coverage_map},
    ids::{CustomerId, SnapshotId},
    import::ComparisonBaseline,
};

/// The map, and the snapshot that it rests on.
#[derive(Debug)]
pub struct View {
    /// The snapshot.
    pub snapshot: SnapshotId,
    /// When it was taken.
    pub taken_at: DateTime<Utc>,
    /// The map.
    pub map: CoverageMap,
}

/// Makes the map of a snapshot; of the newest when none is named. Nothing is kept of it.
pub async fn fetch(app: &App, actor: &Actor, id: CustomerId, wanted: Option<SnapshotId>) -> AppResult<View> {
    let (snapshot, content, ground) = app
        .store
        .read(&actor.scope, async |tx| {
            let proof = tx.customer_lookup(id).await?;
            let newest = tx.customer_fetch(id).await?.last_snapshot_id.ok_or_else(anew::before_import)?;
            let snapshot = wanted.unwrap_or(newest);
            let content = tx.snapshot_content(&proof, snapshot).await?;
            // What it is compared with plays no part.
            let ground = Ground::load(tx, &proof, ComparisonBaseline::ImportedSnapshot).await?;
            Ok::<_, AppError>((snapshot, content, ground))
        })
        .await?;
    let taken_at = content.taken_at;
    let map = tokio::task::spawn_blocking(move || {
        let Compared { live, facts, .. } = Compared::of(&content, ground);
        coverage_map(&live, &facts)
    })
    .await
    .map_err(AppError::internal)?;
    Ok(View { snapshot, taken_at, map })
}
