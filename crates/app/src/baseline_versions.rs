//! Versions of a workspace baseline: who made which, and what changed from one to another.

use crate::{Actor, App, AppError, AppResult, analysis::stored_set};
use policytab_domain::{
    changes::{Changes, policy_changes},
    ids::BaselineId,
};
use policytab_store::{BaselineVersion, StoredDocument};

/// The versions of a baseline, the newest first.
pub async fn list(app: &App, actor: &Actor, id: BaselineId) -> AppResult<Vec<BaselineVersion>> {
    app.store.read(&actor.scope, async |tx| Ok(tx.baseline_versions(id).await?)).await
}

/// One version with what it holds.
pub async fn fetch(
    app: &App,
    actor: &Actor,
    id: BaselineId,
    number: Option<i32>,
) -> AppResult<(BaselineVersion, Vec<StoredDocument>)> {
    app.store
        .read(&actor.scope, async |tx| {
            let version = tx.baseline_version(id, number).await?;
            let documents = tx.baseline_documents(id, Some(version.number)).await?;
            Ok((version, documents))
        })
        .await
}

/// What changed from one version to another, by meaning.
pub async fn compare(
    app: &App,
    actor: &Actor,
    id: BaselineId,
    before: i32,
    after: i32,
) -> AppResult<(BaselineVersion, BaselineVersion, Changes)> {
    let was = fetch(app, actor, id, Some(before)).await?;
    let is = fetch(app, actor, id, Some(after)).await?;
    tokio::task::spawn_blocking(move || {
        let set = |(version, documents): &(BaselineVersion, Vec<StoredDocument>)| {
            stored_set(&version.source, documents)
        };
        let changes = policy_changes(&set(&was), &set(&is));
        (was.0, is.0, changes)
    })
    .await
    .map_err(AppError::internal)
}
