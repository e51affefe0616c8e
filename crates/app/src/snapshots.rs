//! Snapshots: what was read, as it was read.

use crate::{Actor, App, AppError, AppResult};
use policytab_domain::{
    binding::Bindings,
    changes::{Changes, changes},
    diff::{FieldDiff, FieldSame, common_fields, compare_policies},
    drift::{self, Drift},
    facts::Facts,
    ids::{CustomerId, SnapshotId},
    names::Names,
    normal::normalise,
    policy::Policy,
    policy_set::PolicySet,
    problem::Problem,
    snapshot::{Document, DocumentKind, SnapshotContent},
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
#[derive(Debug)]
pub struct Comparison {
    /// The snapshot that is compared with.
    pub before: Snapshot,
    /// The snapshot that is compared.
    pub after: Snapshot,
    /// What is not what it was.
    pub changes: Changes,
    /// What that does to sign-ins.
    pub drift: Drift,
}

/// Compares two snapshots of a customer. What people say of emergency access holds for both.
pub async fn compare(
    app: &App,
    actor: &Actor,
    id: CustomerId,
    before: SnapshotId,
    after: SnapshotId,
) -> AppResult<Comparison> {
    let (was, is, emergency) = app
        .store
        .read(&actor.scope, async |tx| {
            let customer = tx.customer_lookup(id).await?;
            let row = tx.snapshot_fetch(&customer, before).await?;
            let was = (row, tx.snapshot_content(&customer, before).await?);
            let row = tx.snapshot_fetch(&customer, after).await?;
            let is = (row, tx.snapshot_content(&customer, after).await?);
            Ok::<_, AppError>((was, is, tx.emergency_choices(&customer).await?))
        })
        .await?;
    let found = tokio::task::spawn_blocking(move || {
        let read = |content: &SnapshotContent| {
            let facts = Facts { emergency: emergency.clone(), ..Facts::of_snapshot(content) };
            (PolicySet::of_snapshot(content), facts)
        };
        let ((ours, known), (theirs, known_now)) = (read(&was.1), read(&is.1));
        let drift = drift::compare((&ours, &known), (&theirs, &known_now));
        Comparison { changes: changes(&was.1, &is.1), drift, before: was.0, after: is.0 }
    });
    found.await.map_err(AppError::internal)
}

/// Two policies of a snapshot, and where they differ.
#[derive(Debug)]
pub struct PolicyComparison {
    /// The policy that is compared with.
    pub first: Document,
    /// The policy that is compared.
    pub second: Document,
    /// The names of what both refer to.
    pub names: Names,
    /// Where they differ; `baseline` is the first one's side.
    pub diff: Vec<FieldDiff>,
    /// Where they agree.
    pub same: Vec<FieldSame>,
}

/// Compares two policies of one snapshot by meaning. Ids are compared without regard to case, as Graph does.
pub async fn compare_two(
    app: &App,
    actor: &Actor,
    id: CustomerId,
    snapshot: SnapshotId,
    policies: [&str; 2],
) -> AppResult<PolicyComparison> {
    let (_, content) = fetch(app, actor, id, snapshot).await?;
    let found = |id: &str| {
        content
            .of_kind(DocumentKind::Policy)
            .find(|document| document.object_id.eq_ignore_ascii_case(id))
            .cloned()
            .ok_or_else(|| Problem::not_found("policy"))
    };
    let (first, second) = (found(policies[0])?, found(policies[1])?);
    let names = Names::of_snapshot(&content);
    let normal = |document: &Document| normalise(&Policy::read(&document.body).0, &names);
    let (one, other) = (normal(&first), normal(&second));
    Ok(PolicyComparison {
        diff: compare_policies(&one, &other, &Bindings::same_tenant(), &names, &names),
        same: common_fields(&one, &other, &names),
        names,
        first,
        second,
    })
}
