//! Versions of a workspace baseline: who made which, what changed from one to another, what its source has by now.
//!
//! Invariant: a version is never changed. Whatever changes a baseline's policies adds one, and every customer that
//! follows the latest gets its report anew (`renew_outdated`).

use crate::{
    Actor, App, AppError, AppResult,
    analysis::{Analysis, Baseline as Compared, Ground, stored_set},
    anew::{self, Change},
    audit,
    baselines::{self, Source},
    idempotency::{self, Idempotency, Outcome, Stored},
};
use chrono::{TimeDelta, Utc};
use policytab_domain::{
    changes::{Changes, policy_changes},
    ids::{BaselineId, CustomerId, SnapshotId},
    import::ComparisonBaseline,
    policy_notes::PolicyNotes,
    policy_set::PolicySet,
    problem::{Problem, ProblemCode},
    reader::Reading,
    snapshot::DocumentKind,
    tenancy::MspScope,
};
use policytab_store::{
    Baseline, BaselinePatch, BaselineVersion, CanonicalDocument, CustomerUse, NewBaseline, NewVersion,
    ReadWrite, StoredDocument, TenantTx,
};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};

/// How old the last look at a source may be before a worker looks again.
const LOOK_AGAIN: TimeDelta = TimeDelta::hours(6);

/// Customers whose reports a preview makes at the most.
const MOST_PREVIEWED: usize = 50;

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

/// Where the policies of a new version come from.
#[derive(Debug)]
pub enum Content<'c> {
    /// An earlier version, as it was.
    Restored(i32),
    /// What was read, and from where.
    Read(&'c Reading, Value),
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
        Content::Read(reading, origin) => {
            Some((baselines::checked(reading)?, baselines::source(reading, origin.clone())?))
        }
        Content::Restored(_) => None,
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
                (Content::Read(..), Some((documents, source))) => {
                    // What was said of a policy holds for it in the next version too.
                    let before = tx.baseline_version(id, None).await?;
                    (carried(&before.source, source, &documents)?, documents)
                }
                (Content::Read(..), None) => unreachable!("what was read is at hand"),
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

fn notes_of(source: &Value) -> BTreeMap<String, PolicyNotes> {
    serde_json::from_value::<Source>(source.clone()).map(|source| source.policies).unwrap_or_default()
}

/// A new version's source with what was said of the policies that it still has.
fn carried(before: &Value, after: Value, documents: &[CanonicalDocument]) -> AppResult<Value> {
    let mut source: Source = serde_json::from_value(after).map_err(AppError::internal)?;
    let stored: Vec<StoredDocument> = documents.iter().cloned().map(StoredDocument::from).collect();
    let keys: HashSet<String> =
        stored_set(&Value::Null, &stored).policies.into_iter().map(|policy| policy.key).collect();
    for (key, notes) in notes_of(before) {
        if keys.contains(&key) {
            source.policies.entry(key).or_insert(notes);
        }
    }
    serde_json::to_value(source).map_err(AppError::internal)
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
            let stored = |documents: &[CanonicalDocument]| -> Vec<StoredDocument> {
                documents.iter().cloned().map(StoredDocument::from).collect()
            };
            let set = stored_set(&Value::Null, &stored(&documents));
            let place = set
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
            let keys = stored_set(&Value::Null, &stored(&documents)).policies;
            let mut source: Source = serde_json::from_value(version.source).map_err(AppError::internal)?;
            source.policies.remove(key);
            if !notes.is_empty()
                && let Some(policy) = keys.get(place)
            {
                source.policies.insert(policy.key.clone(), notes.clone());
            }
            if read.is_some() {
                source.origin = json!({"kind": "edited"});
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
            let documents = content.documents.iter().map(crate::analysis::canonical).collect();
            let origin = json!({
                "kind": "snapshot",
                "customer_id": customer,
                "customer": seen.display_name,
                "snapshot_id": snapshot,
                "taken_at": taken.taken_at,
            });
            let source = Source { origin, names: baselines::names_of(&content), policies: BTreeMap::new() };
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

/// The customers that are compared with a baseline, by name.
pub async fn customers(app: &App, actor: &Actor, id: BaselineId) -> AppResult<Vec<CustomerUse>> {
    app.store.read(&actor.scope, async |tx| Ok(tx.baseline_customers(id).await?)).await
}

/// Makes reports anew that rest on another version than they should; how many.
pub async fn renew_outdated(app: &App) -> AppResult<usize> {
    let mut renewed = 0;
    for (msp, customer) in app.store.reports_outdated().await? {
        #[expect(clippy::disallowed_methods, reason = "a report that is outdated names its MSP")]
        let actor = Actor::system(MspScope::assume_verified(msp), "worker");
        // Another node may have been faster.
        if !is_outdated(app, &actor, customer).await? {
            continue;
        }
        match anew::change(app, &actor, customer, Change::NewerBaseline, None).await {
            Ok(_) => renewed += 1,
            // One customer that is being imported, or is broken, must not keep the others waiting.
            Err(error) => {
                tracing::info!(%error, msp.id = %msp, customer.id = %customer, "a report was not made anew");
            }
        }
    }
    Ok(renewed)
}

async fn is_outdated(app: &App, actor: &Actor, id: CustomerId) -> AppResult<bool> {
    app.store
        .read(&actor.scope, async |tx| {
            let Ok(proof) = tx.customer_lookup(id).await else { return Ok(false) };
            let choice = tx.customer_fetch(id).await?.comparison_baseline;
            let wanted = Ground::load(tx, &proof, choice).await?.baseline.exactly();
            Ok(tx.report_latest(&proof).await?.is_some_and(|report| report.comparison_baseline != wanted))
        })
        .await
}

/// What a baseline's source has by now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceHead {
    /// The newest commit; `None` where it could not be read.
    pub commit: Option<String>,
    /// Why not, in words.
    pub problem: Option<String>,
}

/// What a GitHub source is, as it was stored.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct GithubOrigin {
    url: String,
    #[serde(rename = "ref")]
    git_ref: String,
    folder: String,
    pub(crate) commit: String,
}

/// The GitHub source of a baseline.
pub(crate) fn github_origin(source: &Value) -> Option<GithubOrigin> {
    let origin = source.get("origin")?;
    (origin.get("kind")? == "github").then(|| serde_json::from_value(origin.clone()).ok())?
}

/// The token that a private source needs, if one was given.
async fn source_token(app: &App, actor: &Actor, id: BaselineId) -> AppResult<Option<SecretString>> {
    let sealed =
        app.store.read(&actor.scope, async |tx| Ok::<_, AppError>(tx.baseline_token(id).await?)).await?;
    let context = baselines::token_context(actor.scope.msp_id());
    sealed.map(|sealed| app.keyring.open(&context, &sealed)).transpose().map_err(AppError::internal)
}

/// What an update would bring.
#[derive(Debug)]
pub struct Update {
    /// The commit that the current version is of.
    pub from: String,
    /// The newest commit.
    pub to: String,
    /// What was read at it.
    pub reading: Reading,
    /// What it would change.
    pub changes: Changes,
    /// What it would do to the reports of the customers that follow the latest version.
    pub customers: Vec<Effect>,
    /// Where it comes from.
    pub origin: Value,
}

/// What another version would do to a customer's report: findings by severity, critical first, of all kinds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// Which customer.
    pub customer: CustomerId,
    /// Its name.
    pub display_name: String,
    /// Findings as they are: critical, high, medium, low, info.
    pub before: [i32; 5],
    /// Findings as they would be.
    pub after: [i32; 5],
}

/// Reads a baseline's source anew and tells what would change.
pub async fn update(app: &App, actor: &Actor, id: BaselineId) -> AppResult<Update> {
    let (version, documents) = fetch(app, actor, id, None).await?;
    let Some(origin) = github_origin(&version.source) else {
        return Err(Problem::new(ProblemCode::InvalidState, "This baseline has no source to look at.")
            .remedy("Import the new files as another baseline, or as a new version.")
            .into());
    };
    let git_ref = (origin.git_ref != "HEAD").then_some(origin.git_ref.as_str());
    let token = source_token(app, actor, id).await?;
    let found = baselines::read_github(app, &origin.url, git_ref, Some(&origin.folder), token.as_ref()).await;
    let (address, commit, reading) = match found {
        Ok(found) => found,
        Err(error) => {
            seen(app, actor, id, &SourceHead { commit: None, problem: Some(error.problem().detail) }).await?;
            return Err(error);
        }
    };
    seen(app, actor, id, &SourceHead { commit: Some(commit.clone()), problem: None }).await?;
    let made = baselines::checked(&reading)?;
    let origin_now = json!({
        "kind": "github", "url": address.url(), "ref": origin.git_ref, "commit": commit, "folder": address.folder,
    });
    let source = baselines::source(&reading, origin_now.clone())?;
    let next: Vec<StoredDocument> = made.into_iter().map(StoredDocument::from).collect();
    let (was, is) = (stored_set(&version.source, &documents), stored_set(&source, &next));
    let changes = policy_changes(&was, &is);
    let customers = effects(app, actor, id, &source, &next).await?;
    Ok(Update { from: origin.commit, to: commit, reading, changes, customers, origin: origin_now })
}

async fn effects(
    app: &App,
    actor: &Actor,
    id: BaselineId,
    source: &Value,
    documents: &[StoredDocument],
) -> AppResult<Vec<Effect>> {
    let followers = customers(app, actor, id).await?;
    let followers = followers.into_iter().filter(|one| one.pinned.is_none() && one.imported);
    let mut effects = Vec::new();
    for follower in followers.take(MOST_PREVIEWED) {
        let loaded = app
            .store
            .read(&actor.scope, async |tx| {
                let proof = tx.customer_lookup(follower.id).await?;
                let seen = tx.customer_fetch(follower.id).await?;
                let Some(snapshot) = seen.last_snapshot_id else { return Ok::<_, AppError>(None) };
                let choice = ComparisonBaseline::WorkspaceBaseline { baseline_id: id, version: None };
                let ground = Ground::load(tx, &proof, choice).await?;
                let content = tx.snapshot_content(&proof, snapshot).await?;
                let report = tx.report_latest(&proof).await?;
                Ok(report.map(|report| (content, ground, report.summary)))
            })
            .await?;
        let Some((content, mut ground, before)) = loaded else { continue };
        if let Compared::Workspace { source: theirs, documents: stored, .. } = &mut ground.baseline {
            theirs.clone_from(source);
            *stored = documents.to_vec();
        }
        let after = tokio::task::spawn_blocking(move || {
            crate::analysis::open_findings(&Analysis::of(&content, ground).report)
        })
        .await
        .map_err(AppError::internal)?;
        effects.push(Effect { customer: follower.id, display_name: follower.display_name, before, after });
    }
    Ok(effects)
}

async fn seen(app: &App, actor: &Actor, id: BaselineId, head: &SourceHead) -> AppResult<()> {
    let head = serde_json::to_value(head).map_err(AppError::internal)?;
    app.store.write(&actor.scope, async |tx| Ok(tx.baseline_source_seen(id, &head).await?)).await
}

/// Looks at the sources that nobody looked at for some hours; how many.
pub async fn look_at_sources(app: &App) -> AppResult<usize> {
    let due = app.store.sources_unchecked(Utc::now() - LOOK_AGAIN).await?;
    let mut looked = 0;
    for (msp, id) in due {
        #[expect(clippy::disallowed_methods, reason = "a source that is due names its MSP")]
        let actor = Actor::system(MspScope::assume_verified(msp), "worker");
        let (version, _) = fetch(app, &actor, id, None).await?;
        let Some(origin) = github_origin(&version.source) else { continue };
        let git_ref = (origin.git_ref != "HEAD").then_some(origin.git_ref.as_str());
        let token = source_token(app, &actor, id).await?;
        let head = match baselines::github_head(app, &origin.url, git_ref, token.as_ref()).await {
            Ok(commit) => SourceHead { commit: Some(commit), problem: None },
            Err(error) => SourceHead { commit: None, problem: Some(error.problem().detail) },
        };
        seen(app, &actor, id, &head).await?;
        looked += 1;
    }
    Ok(looked)
}

/// A baseline's policies as a set.
pub fn set_of(version: &BaselineVersion, documents: &[StoredDocument]) -> PolicySet {
    stored_set(&version.source, documents)
}
