//! Baselines of what a customer has, for others to be held against.

use crate::{
    Actor, App, AppError, AppResult,
    analysis::canonical,
    anew, audit,
    baselines::{Source, SourceName},
    idempotency::{self, Idempotency, Outcome, Stored},
};
use policytab_domain::{
    ids::{CustomerId, SnapshotId},
    problem::Problem,
    snapshot::{DocumentKind, SnapshotContent},
};
use policytab_store::{Baseline, NewBaseline, NewVersion};
use serde_json::json;

/// Makes a baseline of a customer's snapshot; the newest when none is named.
pub async fn from_snapshot(
    app: &App,
    actor: &Actor,
    name: &str,
    customer: CustomerId,
    snapshot: Option<SnapshotId>,
    idempotency: Option<Idempotency>,
    render: impl FnOnce(&Baseline) -> Stored + Send,
) -> AppResult<Outcome> {
    app.store
        .write(&actor.scope, async move |tx| {
            if let Some(before) = idempotency::claim(app, tx, actor, idempotency.as_ref()).await? {
                return Ok(before);
            }
            let proof = tx.customer_lookup(customer).await?;
            let seen = tx.customer_fetch(customer).await?;
            let snapshot = snapshot.or(seen.last_snapshot_id).ok_or_else(anew::before_import)?;
            let taken = tx.snapshot_fetch(&proof, snapshot).await?;
            let content = tx.snapshot_content(&proof, snapshot).await?;
            if content.of_kind(DocumentKind::Policy).next().is_none() {
                return Err(Problem::invalid("snapshot_id", "this snapshot holds no policy").into());
            }
            let documents = content.documents.iter().map(canonical).collect();
            let origin = json!({
                "kind": "snapshot",
                "customer_id": customer,
                "customer": seen.display_name,
                "snapshot_id": snapshot,
                "taken_at": taken.taken_at,
            });
            let source = Source { origin, names: names_of(&content), ..Source::default() };
            let new = NewBaseline {
                display_name: name.trim().to_owned(),
                description: String::new(),
                first: NewVersion {
                    source: serde_json::to_value(source).map_err(AppError::internal)?,
                    documents,
                    created_by_name: actor.name.clone(),
                    note: String::new(),
                },
                built_in: false,
            };
            let made = tx.baseline_insert(&new).await?;
            let details =
                json!({"name": made.display_name, "customer_id": customer, "snapshot_id": snapshot});
            audit::write(tx, actor, "baseline.create", ("baseline", made.id.as_uuid()), details).await?;
            idempotency::finish(app, tx, actor, idempotency.as_ref(), render(&made)).await
        })
        .await
}

/// Names of what a snapshot's policies refer to: a baseline of it is for other tenants, which know none of its ids.
fn names_of(content: &SnapshotContent) -> Vec<SourceName> {
    content
        .references
        .iter()
        .filter_map(|reference| {
            let kind = serde_json::to_value(reference.kind).ok()?.as_str()?.to_owned();
            Some(SourceName { kind, id: reference.id.clone(), display_name: reference.display_name.clone()? })
        })
        .collect()
}
