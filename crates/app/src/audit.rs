//! The audit trail: written in the transaction of what it tells.

use crate::{Actor, ActorKind, App, AppResult};
use policytab_domain::problem::{Problem, ProblemCode};
use policytab_store::{
    AuditEntry, AuditFilter, AuditRow, AuditVerdict, Page, ReadWrite, StoreError, TenantTx,
};
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
    details: Value,
) -> AppResult<()> {
    // What changes the actor's own row is checked before it does: see users.
    if actor.user_id.is_none_or(|id| id.as_uuid() != subject.1) {
        still(tx, actor).await?;
    }
    append(tx, actor, action, subject, details).await
}

/// Appends without asking whether the actor is still there: for what has just removed them.
pub(crate) async fn append(
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
pub async fn list(
    app: &App,
    actor: &Actor,
    filter: &AuditFilter,
    limit: i64,
    cursor: Option<&str>,
) -> AppResult<Page<AuditRow>> {
    app.store.read(&actor.scope, async |tx| Ok(tx.audit_list(filter, cursor, limit).await?)).await
}

/// Checks the chain of the actor's MSP.
pub async fn verify(app: &App, actor: &Actor) -> AppResult<AuditVerdict> {
    Ok(app.store.audit_verify(&actor.scope).await?)
}

/// Puts on record that somebody looked at what is known of a credential. The look itself changes nothing, so it is written by
/// itself, before anything is shown: what can't be recorded is not shown.
pub async fn viewed(
    app: &App,
    actor: &Actor,
    action: &'static str,
    subject: (&'static str, Uuid),
    details: Value,
) -> AppResult<()> {
    app.store.write(&actor.scope, async move |tx| write(tx, actor, action, subject, details).await).await
}
