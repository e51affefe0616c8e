//! The audit trail: written in the transaction of what it tells.

use crate::{Actor, ActorKind, App, AppResult};
use policytab_store::{AuditEntry, AuditRow, Page, ReadWrite, TenantTx};
use serde_json::{Value, json};
use uuid::Uuid;

/// Appends to the trail. `details` never holds a secret.
pub(crate) async fn write(
    tx: &mut TenantTx<ReadWrite>,
    actor: &Actor,
    action: &'static str,
    subject: (&'static str, Uuid),
    mut details: Value,
) -> AppResult<()> {
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
pub async fn list(app: &App, actor: &Actor, limit: i64, cursor: Option<&str>) -> AppResult<Page<AuditRow>> {
    app.store.read(&actor.scope, async |tx| Ok(tx.audit_list(cursor, limit).await?)).await
}
