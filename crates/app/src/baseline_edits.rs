//! New versions of a workspace baseline: edits, roll backs, what was read at the source.
//!
//! Invariant: a version is never changed. Whatever changes a baseline's policies adds one, and every customer that
//! follows the latest gets its report anew (`baseline_followers::renew_outdated`).

use crate::{
    Actor, App, AppError, AppResult,
    analysis::stored_set,
    audit, baseline_sources,
    baselines::{self, Source},
    idempotency::{self, Idempotency, Outcome, Stored},
};
use policytab_domain::{
    ids::BaselineId,
    policy_notes::PolicyNotes,
    policy_set::PolicySet,
    problem::{Problem, ProblemCode},
    reader::Reading,
    snapshot::DocumentKind,
};
use policytab_store::{
    Baseline, BaselinePatch, CanonicalDocument, NewVersion, ReadWrite, StoredDocument, TenantTx,
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};

/// Where the policies of a new version come from.
#[derive(Debug)]
pub enum Content<'c> {
    /// An earlier version, as it was.
    Restored(i32),
    /// Other policies; what they refer to stays, and what was said of those that stay.
    Edited(&'c Reading),
    /// What was read anew at its source, and the origin of that.
    Updated(&'c Reading, Value),
}

/// How a change is asked for.
#[derive(Debug, Default)]
pub struct Asked<'a> {
    /// Why, in the words of who asks.
    pub note: &'a str,
    /// The version that it is based on, from `If-Match`.
    pub expected_version: Option<i64>,
    /// The key that makes it happen once.
    pub idempotency: Option<Idempotency>,
}

/// Adds a version; refused where it would hold exactly what the current one holds. `render` makes the answer of the
/// baseline and the number of customers that are compared with it.
pub async fn add(
    app: &App,
    actor: &Actor,
    id: BaselineId,
    content: Content<'_>,
    asked: Asked<'_>,
    render: impl FnOnce(&Baseline, i64) -> Stored + Send,
) -> AppResult<Outcome> {
    let Asked { note, expected_version, idempotency } = asked;
    let read = match &content {
        Content::Restored(_) => None,
        Content::Edited(reading) => {
            Some((baselines::checked(reading)?, baselines::source(reading, edited())?))
        }
        Content::Updated(reading, origin) => {
            Some((baselines::checked(reading)?, baselines::source(reading, origin.clone())?))
        }
    };
    app.store
        .write(&actor.scope, async move |tx| {
            if let Some(before) = idempotency::claim(app, tx, actor, idempotency.as_ref()).await? {
                return Ok(before);
            }
            let (source, documents) = match (&content, read) {
                (Content::Restored(number), _) => {
                    let version = tx.baseline_version(id, Some(*number)).await?;
                    let documents = tx.baseline_documents(id, Some(*number)).await?;
                    (version.source, documents.into_iter().map(CanonicalDocument::from).collect())
                }
                (content, Some((mut documents, source))) => {
                    let before = tx.baseline_version(id, None).await?;
                    let mut source: Source = serde_json::from_value(source).map_err(AppError::internal)?;
                    if matches!(content, Content::Edited(_)) {
                        let stays = tx.baseline_documents(id, None).await?;
                        keep_objects(&mut documents, stays);
                        keep_names(&mut source, &before.source);
                    }
                    keep_notes(&mut source, &before.source, &documents);
                    (serde_json::to_value(source).map_err(AppError::internal)?, documents)
                }
                (_, None) => unreachable!("what was read is at hand"),
            };
            let (made, customers) = insert(tx, actor, id, source, documents, note, expected_version).await?;
            idempotency::finish(app, tx, actor, idempotency.as_ref(), render(&made, customers)).await
        })
        .await
}

async fn insert(
    tx: &mut TenantTx<ReadWrite>,
    actor: &Actor,
    id: BaselineId,
    source: Value,
    documents: Vec<CanonicalDocument>,
    note: &str,
    expected_version: Option<i64>,
) -> AppResult<(Baseline, i64)> {
    let before = tx.baseline_fetch(id).await?;
    changeable(&before)?;
    let current = tx.baseline_documents(id, None).await?;
    let same = |a: &[CanonicalDocument], b: &[StoredDocument]| {
        let ours: HashSet<_> = a.iter().map(|d| (d.kind.as_str(), d.sha256)).collect();
        let theirs: HashSet<_> = b.iter().map(|d| (d.kind.as_str(), d.sha256)).collect();
        ours == theirs
    };
    if same(&documents, &current) && notes_of(&source) == notes_of(&before.source) {
        return Err(Problem::new(ProblemCode::Conflict, "This is what the current version holds.")
            .reason("unchanged")
            .into());
    }
    let content =
        NewVersion { source, documents, created_by_name: actor.name.clone(), note: note.trim().to_owned() };
    let patch = BaselinePatch { content: Some(content), ..BaselinePatch::default() };
    let after = tx.baseline_update(id, &patch, expected_version).await?;
    let details =
        json!({"name": after.display_name, "number": after.current_version, "policies": after.policy_count});
    audit::write(tx, actor, "baseline.version", ("baseline", id.as_uuid()), details).await?;
    let usage = tx.baseline_usage(&[id]).await?;
    Ok((after, usage.get(&id).copied().unwrap_or(0)))
}

pub(crate) fn notes_of(source: &Value) -> BTreeMap<String, PolicyNotes> {
    serde_json::from_value::<Source>(source.clone()).map(|source| source.policies).unwrap_or_default()
}

fn edited() -> Value {
    json!({"kind": "edited"})
}

/// What policies refer to stays where it is not among what was given.
fn keep_objects(documents: &mut Vec<CanonicalDocument>, before: Vec<StoredDocument>) {
    let given: HashSet<(DocumentKind, String)> =
        documents.iter().map(|one| (one.kind, one.object_id.clone())).collect();
    let stays = before.into_iter().filter(|one| {
        one.kind != DocumentKind::Policy && !given.contains(&(one.kind, one.object_id.clone()))
    });
    documents.extend(stays.map(CanonicalDocument::from));
}

/// The names of what policies refer to, and the source that can still be looked at.
fn keep_names(source: &mut Source, before: &Value) {
    source.upstream = baseline_sources::github(before).cloned();
    let Ok(earlier) = serde_json::from_value::<Source>(before.clone()) else { return };
    let known: HashSet<(String, String)> =
        source.names.iter().map(|name| (name.kind.clone(), name.id.clone())).collect();
    let stays =
        earlier.names.into_iter().filter(|name| !known.contains(&(name.kind.clone(), name.id.clone())));
    source.names.extend(stays);
}

/// What was said of the policies that a version still has.
pub(crate) fn keep_notes(source: &mut Source, before: &Value, documents: &[CanonicalDocument]) {
    let keys: HashSet<String> = set(documents).policies.into_iter().map(|policy| policy.key).collect();
    for (key, notes) in notes_of(before) {
        if keys.contains(&key) {
            source.policies.insert(key, notes);
        }
    }
}

/// The policies, for their keys.
fn set(documents: &[CanonicalDocument]) -> PolicySet {
    let stored: Vec<StoredDocument> = documents.iter().cloned().map(StoredDocument::from).collect();
    stored_set(&Value::Null, &stored)
}

/// A change of one policy of a baseline.
#[derive(Debug)]
pub struct PolicyEdit {
    /// What it is to be; it stays as it is when `None`.
    pub policy: Option<Value>,
    /// What is said of it from now on.
    pub notes: PolicyNotes,
}

/// Changes one policy, by its key: makes a new version.
pub async fn edit(
    app: &App,
    actor: &Actor,
    id: BaselineId,
    key: &str,
    edit: PolicyEdit,
    asked: Asked<'_>,
) -> AppResult<(Baseline, i64)> {
    let PolicyEdit { policy, notes } = edit;
    let read = match policy {
        None => None,
        Some(policy) => {
            let text = serde_json::to_vec(&policy).map_err(AppError::internal)?;
            let reading = baselines::read(vec![("policy".to_owned(), text)]).await?;
            let documents = baselines::checked(&reading)?;
            match documents.as_slice() {
                [one] if one.kind == DocumentKind::Policy => Some(one.clone()),
                _ => return Err(Problem::invalid("policy", "must be one policy").into()),
            }
        }
    };
    app.store
        .write(&actor.scope, async |tx| {
            let version = tx.baseline_version(id, None).await?;
            let mut documents: Vec<CanonicalDocument> =
                tx.baseline_documents(id, None).await?.into_iter().map(CanonicalDocument::from).collect();
            let place = set(&documents)
                .policies
                .iter()
                .position(|policy| policy.key == key)
                .ok_or_else(|| Problem::not_found("policy"))?;
            let document = documents
                .iter_mut()
                .filter(|document| document.kind == DocumentKind::Policy)
                .nth(place)
                .ok_or_else(|| Problem::not_found("policy"))?;
            if let Some(made) = &read {
                *document = made.clone();
            }
            // Another name may be another key.
            let keys = set(&documents).policies;
            let upstream = baseline_sources::github(&version.source).cloned();
            let mut source: Source = serde_json::from_value(version.source).map_err(AppError::internal)?;
            source.policies.remove(key);
            if !notes.is_empty()
                && let Some(policy) = keys.get(place)
            {
                source.policies.insert(policy.key.clone(), notes.clone());
            }
            if read.is_some() {
                source.upstream = upstream;
                source.origin = edited();
            }
            let source = serde_json::to_value(source).map_err(AppError::internal)?;
            insert(tx, actor, id, source, documents, asked.note, asked.expected_version).await
        })
        .await
}

/// Refuses to change the product's own baseline.
pub(crate) fn changeable(baseline: &Baseline) -> Result<(), Problem> {
    if baseline.built_in {
        return Err(Problem::new(ProblemCode::InvalidState, "The built-in baseline is part of the product.")
            .remedy(
                "Export it and import the files as a baseline of your own, or make one from a customer.",
            ));
    }
    Ok(())
}
