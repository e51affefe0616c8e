//! The source of a baseline: what it has by now, and what taking that over would do.

use crate::{
    Actor, App, AppError, AppResult,
    analysis::{Analysis, Baseline as Compared, Ground, open_findings, stored_set},
    audit,
    baseline_edits::keep_notes,
    baseline_followers, baseline_versions,
    baselines::{self, Source},
    keys,
};
use chrono::{TimeDelta, Utc};
use policytab_domain::{
    changes::{Changes, policy_changes},
    ids::{BaselineId, CustomerId},
    import::ComparisonBaseline,
    problem::{Problem, ProblemCode},
    reader::Reading,
    tenancy::MspScope,
};
use policytab_store::StoredDocument;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How old the last look at a source may be before a worker looks again.
const LOOK_AGAIN: TimeDelta = TimeDelta::hours(6);

/// Customers whose reports a preview makes at the most.
const MOST_PREVIEWED: usize = 50;

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
struct GithubOrigin {
    url: String,
    #[serde(rename = "ref")]
    git_ref: String,
    folder: String,
    commit: String,
}

impl GithubOrigin {
    /// What was asked for, where it was not the default branch.
    fn wanted(&self) -> Option<&str> {
        (self.git_ref != "HEAD").then_some(self.git_ref.as_str())
    }
}

/// The origin at GitHub of a version, or of what it was before it was edited here.
pub(crate) fn github(source: &Value) -> Option<&Value> {
    ["origin", "upstream"]
        .iter()
        .filter_map(|name| source.get(name))
        .find(|origin| origin["kind"] == "github")
}

/// The commit that a version is of, or was before it was edited here; `None` where there is no source to look at.
pub fn commit(source: &Value) -> Option<&str> {
    github(source)?.get("commit")?.as_str()
}

fn github_origin(source: &Value) -> Option<GithubOrigin> {
    serde_json::from_value(github(source)?.clone()).ok()
}

/// The token that a private source needs, if one was given.
async fn source_token(app: &App, actor: &Actor, id: BaselineId) -> AppResult<Option<SecretString>> {
    let sealed =
        app.store.read(&actor.scope, async |tx| Ok::<_, AppError>(tx.baseline_token(id).await?)).await?;
    let Some(sealed) = sealed else { return Ok(None) };
    let ring = app.keyring.ring().map_err(keys::failed)?;
    let opened = baselines::token_open(&ring, actor.scope.msp_id(), id, &sealed).map_err(|error| {
        tracing::error!(%error, msp.id = %actor.scope.msp_id(), baseline.id = %id, "the token of a source can't be opened");
        Problem::invalid("token", "is needed again: the one that is kept can't be opened")
    })?;
    Ok(Some(opened))
}

async fn keep_token(app: &App, actor: &Actor, id: BaselineId, token: &SecretString) -> AppResult<()> {
    let context = baselines::token_context(actor.scope.msp_id(), id);
    let sealed = app.keyring.seal(&context, token).map_err(keys::failed)?;
    app.store
        .write(&actor.scope, async |tx| {
            tx.baseline_token_set(id, &sealed).await?;
            audit::write(tx, actor, "baseline.source_token", ("baseline", id.as_uuid()), json!({})).await
        })
        .await
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

/// Reads a baseline's source anew and tells what would change. Another token takes the place of the one that is kept,
/// once the source could be read with it.
pub async fn update(
    app: &App,
    actor: &Actor,
    id: BaselineId,
    other: Option<&SecretString>,
) -> AppResult<Update> {
    let (version, documents) = baseline_versions::fetch(app, actor, id, None).await?;
    let Some(origin) = github_origin(&version.source) else {
        return Err(Problem::new(ProblemCode::InvalidState, "This baseline has no source to look at.")
            .remedy("Import the new files as another baseline, or as a new version.")
            .into());
    };
    let kept = match other {
        Some(_) => None,
        None => source_token(app, actor, id).await?,
    };
    let token = other.or(kept.as_ref());
    let found = baselines::read_github(app, &origin.url, origin.wanted(), Some(&origin.folder), token).await;
    let (address, commit, reading) = match found {
        Ok(found) => found,
        Err(error) => {
            seen(app, actor, id, &SourceHead { commit: None, problem: Some(error.problem().detail) }).await?;
            return Err(error);
        }
    };
    seen(app, actor, id, &SourceHead { commit: Some(commit.clone()), problem: None }).await?;
    if let Some(other) = other {
        keep_token(app, actor, id, other).await?;
    }
    let made = baselines::checked(&reading)?;
    let origin_now = json!({
        "kind": "github", "url": address.url(), "ref": origin.git_ref, "commit": commit, "folder": address.folder,
    });
    let source = baselines::source(&reading, origin_now.clone())?;
    let mut source: Source = serde_json::from_value(source).map_err(AppError::internal)?;
    // Else what is said of a policy would show as if it were to change.
    keep_notes(&mut source, &version.source, &made);
    let source = serde_json::to_value(source).map_err(AppError::internal)?;
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
    let followers = baseline_followers::customers(app, actor, id).await?;
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
        let after =
            tokio::task::spawn_blocking(move || open_findings(&Analysis::of(&content, ground).report))
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
        match look(app, &actor, id).await {
            Ok(()) => looked += 1,
            // One that was deleted, or whose token does not open, must not keep the others waiting.
            Err(error) => {
                tracing::warn!(%error, msp.id = %msp, baseline.id = %id, "a source can't be looked at");
            }
        }
    }
    Ok(looked)
}

async fn look(app: &App, actor: &Actor, id: BaselineId) -> AppResult<()> {
    let (version, _) = baseline_versions::fetch(app, actor, id, None).await?;
    let Some(origin) = github_origin(&version.source) else { return Ok(()) };
    let found = match source_token(app, actor, id).await {
        Ok(token) => baselines::github_head(app, &origin.url, origin.wanted(), token.as_ref()).await,
        // Not the source's fault, and it passes: what was seen last stays.
        Err(error) if error.problem().code == ProblemCode::Unavailable => return Err(error),
        Err(error) => Err(error),
    };
    let head = match found {
        Ok(commit) => SourceHead { commit: Some(commit), problem: None },
        Err(error) => SourceHead { commit: None, problem: Some(error.problem().detail) },
    };
    seen(app, actor, id, &head).await
}
