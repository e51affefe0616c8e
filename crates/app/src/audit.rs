//! The audit trail: written in the transaction of what it tells.

use crate::{Actor, ActorKind, App, AppResult};
use policytab_domain::problem::{Problem, ProblemCode};
use policytab_store::{AuditEntry, AuditFilter, AuditRow, Page, ReadWrite, StoreError, TenantTx};
use serde_json::{Value, json};
use uuid::Uuid;

/// Makes sure that a person who acts still exists and still has the role that their access token tells: it is believed
/// for a quarter of an hour, in which people are removed and demoted. Changes are not for them any more.
pub(crate) async fn still(tx: &mut TenantTx<ReadWrite>, actor: &Actor) -> AppResult<()> {
    let Some(id) = actor.user_id else { return Ok(()) };
    let gone = |detail: &str| Problem::new(ProblemCode::Unauthenticated, detail);
    match tx.user_fetch(id).await {
        Ok(user) if user.role.covers(actor.role) => Ok(()),
        Ok(_) => Err(gone("Your role has changed since you signed in.").into()),
        Err(StoreError::NotFound { .. }) => Err(gone("You are no longer a person of this workspace.").into()),
        Err(error) => Err(error.into()),
    }
}

/// Appends to the trail. `details` never holds a secret.
pub(crate) async fn write(
    tx: &mut TenantTx<ReadWrite>,
    actor: &Actor,
    action: &'static str,
    subject: (&'static str, Uuid),
    mut details: Value,
) -> AppResult<()> {
    // What changes the actor's own row is checked before it does: see users.
    if actor.user_id.is_none_or(|id| id.as_uuid() != subject.1) {
        still(tx, actor).await?;
    }
    // An outside issuer names people as it likes; the column holds ids of ours.
    if actor.kind == ActorKind::External
        && let Value::Object(map) = &mut details
    {
        map.insert("external_subject".to_owned(), json!(actor.id));
    }
    tx.audit(&AuditEntry {
        actor_kind: actor.kind.as_str(),
        actor_id: Uuid::parse_str(&actor.id).ok().filter(|_| actor.kind != ActorKind::External),
        actor_name: actor.name.clone(),
        action,
        subject_kind: subject.0,
        subject_id: Some(subject.1),
        ip: actor.ip.clone(),
        request_id: actor.request_id.clone(),
        details,
    })
    .await?;
    Ok(())
}

/// One page of the trail, newest first.
pub async fn list(
    app: &App,
    actor: &Actor,
    filter: &AuditFilter,
    limit: i64,
    cursor: Option<&str>,
) -> AppResult<Page<AuditRow>> {
    app.store.read(&actor.scope, async |tx| Ok(tx.audit_list(filter, cursor, limit).await?)).await
}

/// Rows of one export at the most; whoever needs more narrows the time.
pub const MOST_EXPORTED: usize = 50_000;

/// All that a filter lets through, newest first, up to [`MOST_EXPORTED`].
pub async fn export(app: &App, actor: &Actor, filter: &AuditFilter) -> AppResult<Vec<AuditRow>> {
    const BATCH: i64 = 2_000;
    let mut rows: Vec<AuditRow> = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let page = list(app, actor, filter, BATCH, cursor.as_deref()).await?;
        rows.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() || rows.len() >= MOST_EXPORTED {
            rows.truncate(MOST_EXPORTED);
            return Ok(rows);
        }
    }
}
