//! The workspace's baseline library, and the co-managed baseline of a customer.

use crate::{
    Actor, App, AppError, AppResult,
    analysis::stored_names,
    audit,
    baseline_edits::changeable,
    built_in,
    idempotency::{self, Idempotency, Outcome, Stored},
    keys,
};
use policytab_archive::{Limits, is_archive, read_bytes};
use policytab_domain::{
    canonical::{canonicalise, names_nul},
    ids::{BaselineId, CustomerId, MspId},
    names::Names,
    normal::normal_digest,
    policy_notes::PolicyNotes,
    problem::{Problem, ProblemCode},
    reader::{ReadObject, ReadPolicy, Reading, Skipped, read_many},
    snapshot::DocumentKind,
};
use policytab_github_client::{Address, AddressError, Download};
use policytab_store::{
    Baseline, BaselinePatch, CanonicalDocument, CoManagedBaseline, NewBaseline, NewVersion, Page,
    StoredDocument,
};
use policytab_vault::{KeyRing, SealContext, SealedFor, VaultError};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Policies of a baseline at the most: four times what a tenant may hold, and comparing costs baseline × live.
const MAX_POLICIES: usize = 1000;

/// Where a baseline came from, and the names of objects that its policies refer to: an export brings them along, and
/// nothing else could tell them.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Source {
    /// For people: `{kind: files | github, …}`.
    pub origin: Value,
    /// Where it came from before it was edited here, which can still be looked at: an origin at GitHub.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream: Option<Value>,
    /// Names by kind and id.
    #[serde(default)]
    pub names: Vec<SourceName>,
    /// What the MSP says of its policies, by key in the set.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub policies: BTreeMap<String, PolicyNotes>,
}

/// The name of an object that a baseline's policies refer to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SourceName {
    /// What it is: `group`, …
    pub kind: String,
    /// Its id in the tenant it was exported from.
    pub id: String,
    /// Its name.
    pub display_name: String,
}

/// Documents of a reading, ready to be stored. Policies that mean the same as an earlier one are left out.
pub fn documents(reading: &Reading) -> Vec<CanonicalDocument> {
    let doubled: HashSet<(&str, usize)> =
        reading.duplicates.iter().map(|d| (d.path.as_str(), d.index)).collect();
    let policies =
        reading.policies.iter().filter(|p| !doubled.contains(&(p.path.as_str(), p.index))).map(policy);
    let locations = reading.named_locations.iter().map(|o| object(DocumentKind::NamedLocation, o));
    let strengths =
        reading.authentication_strengths.iter().map(|o| object(DocumentKind::AuthenticationStrength, o));
    policies.chain(locations).chain(strengths).collect()
}

pub(crate) fn policy(read: &ReadPolicy) -> CanonicalDocument {
    let canonical = canonicalise(&read.raw);
    let id = read.raw.get("id").and_then(Value::as_str).map(str::to_lowercase);
    CanonicalDocument {
        kind: DocumentKind::Policy,
        object_id: id.unwrap_or_else(|| format!("{}#{}", read.path, read.index)),
        display_name: read.policy.name().to_owned(),
        beta_only: false,
        sha256: canonical.sha256,
        normal_sha256: Some(normal_digest(&read.policy)),
        bytes: canonical.bytes,
    }
}

fn object(kind: DocumentKind, read: &ReadObject) -> CanonicalDocument {
    let canonical = canonicalise(&read.body);
    CanonicalDocument {
        kind,
        object_id: read.id.clone().unwrap_or_else(|| read.path.clone()),
        display_name: read.display_name.clone(),
        beta_only: false,
        sha256: canonical.sha256,
        normal_sha256: None,
        bytes: canonical.bytes,
    }
}

/// What was read as documents, or why it makes no baseline.
pub(crate) fn checked(reading: &Reading) -> AppResult<Vec<CanonicalDocument>> {
    if reading.policies.is_empty() {
        let first = reading.skipped.first().map(|s| format!(" (for instance, {} {})", s.path, s.reason));
        return Err(Problem::invalid(
            "policies",
            format!("no Conditional Access policy was found{}", first.unwrap_or_default()),
        )
        .into());
    }
    if reading.policies.len() > MAX_POLICIES {
        return Err(
            Problem::invalid("policies", format!("at most {MAX_POLICIES} policies make a baseline")).into()
        );
    }
    let documents = documents(reading);
    // PostgreSQL's text can't hold it; no name or condition needs it.
    if let Some(bad) = documents.iter().find(|d| names_nul(&d.bytes)) {
        let name = bad.display_name.replace('\0', " ");
        return Err(Problem::invalid("policies", format!("\"{name}\" holds the character U+0000")).into());
    }
    Ok(documents)
}

/// Where a version comes from, with the names that came along.
pub(crate) fn source(reading: &Reading, origin: Value) -> AppResult<Value> {
    let kind = |kind: &policytab_domain::names::NameKind| {
        serde_json::to_value(kind).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
    };
    let groups = reading.groups.iter().filter_map(|g| {
        let id = g.id.clone()?;
        Some(SourceName { kind: "group".to_owned(), id, display_name: g.display_name.clone() })
    });
    let names = reading
        .names
        .iter()
        .map(|n| SourceName { kind: kind(&n.kind), id: n.id.clone(), display_name: n.display_name.clone() })
        .chain(groups)
        .collect();
    let policies = reading.notes.clone();
    let source = serde_json::to_value(Source { origin, names, policies, upstream: None })
        .map_err(AppError::internal)?;
    if names_nul(source.to_string().as_bytes()) {
        let detail = "a name or a note that came along with them holds the character U+0000";
        return Err(Problem::invalid("policies", detail).into());
    }
    Ok(source)
}

/// What was read, and where.
#[derive(Debug)]
pub struct Found<'a> {
    /// For people: `{kind: files | github, …}`.
    pub origin: Value,
    /// The policies.
    pub reading: &'a Reading,
    /// The token that a private source needs; kept sealed for the next look at it.
    pub token: Option<&'a SecretString>,
}

/// Adds a baseline made of what was read.
pub async fn create(
    app: &App,
    actor: &Actor,
    name: &str,
    found: Found<'_>,
    idempotency: Option<Idempotency>,
    render: impl FnOnce(&Baseline) -> Stored + Send,
) -> AppResult<Outcome> {
    let Found { origin, reading, token } = found;
    let documents = checked(reading)?;
    let new = NewBaseline {
        display_name: name.trim().to_owned(),
        description: String::new(),
        first: NewVersion {
            source: source(reading, origin)?,
            documents,
            created_by_name: actor.name.clone(),
            note: String::new(),
        },
        built_in: false,
    };
    app.store
        .write(&actor.scope, async move |tx| {
            if let Some(before) = idempotency::claim(app, tx, actor, idempotency.as_ref()).await? {
                return Ok(before);
            }
            let made = tx.baseline_insert(&new).await?;
            if let Some(token) = token {
                let context = token_context(actor.scope.msp_id(), made.id);
                let sealed = app.keyring.seal(&context, token).map_err(keys::failed)?;
                tx.baseline_token_set(made.id, &sealed).await?;
            }
            let details = serde_json::json!({"name": made.display_name, "policies": made.policy_count});
            audit::write(tx, actor, "baseline.create", ("baseline", made.id.as_uuid()), details).await?;
            idempotency::finish(app, tx, actor, idempotency.as_ref(), render(&made)).await
        })
        .await
}

/// Reads files, given as path and bytes, on a thread that serves nobody: twenty mebibytes take a while. Archives among
/// them are unpacked.
pub async fn read(files: Vec<(String, Vec<u8>)>) -> AppResult<Reading> {
    tokio::task::spawn_blocking(move || {
        let (files, skipped) = opened(files)?;
        let mut reading = read_many(files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())));
        reading.skipped.extend(skipped);
        Ok(reading)
    })
    .await
    .map_err(AppError::internal)?
}

type Files = Vec<(String, Vec<u8>)>;

/// Archives of one upload.
const MOST_ARCHIVES: usize = 10;

/// The files with those in archives; what is left out of these.
fn opened(files: Files) -> AppResult<(Files, Vec<Skipped>)> {
    let (mut out, mut skipped) = (Vec::new(), Vec::new());
    // What one archive uses up is not there for the next.
    let (mut limits, mut archives) = (Limits::default(), 0);
    for (path, bytes) in files {
        if !is_archive(&bytes) {
            out.push((path, bytes));
            continue;
        }
        archives += 1;
        if archives > MOST_ARCHIVES {
            return Err(Problem::invalid("files", format!("at most {MOST_ARCHIVES} archives at once")).into());
        }
        let unpacked = read_bytes(&bytes, limits)
            .map_err(|error| Problem::invalid("files", format!("{path}: {error}")))?;
        limits.files -= unpacked.files.len();
        limits.kept -= unpacked.files.iter().map(|(_, bytes)| bytes.len() as u64).sum::<u64>();
        out.extend(unpacked.files.into_iter().map(|(inner, bytes)| (format!("{path}/{inner}"), bytes)));
        skipped.extend(
            unpacked
                .skipped
                .into_iter()
                .map(|one| Skipped { path: format!("{path}/{}", one.path), reason: one.reason }),
        );
    }
    Ok((out, skipped))
}

/// The newest commit of a branch, a tag or the default branch.
pub(crate) async fn github_head(
    app: &App,
    url: &str,
    git_ref: Option<&str>,
    token: Option<&SecretString>,
) -> AppResult<String> {
    let address = Address::parse(url, git_ref, None, app.github.enterprise())
        .map_err(|error| Problem::invalid("url", error.to_string()))?;
    Ok(app.github.head(&address, token).await.map_err(|error| error.problem())?)
}

/// Downloads a folder of a repository and reads it. Gives the address as it was understood and the commit.
pub async fn read_github(
    app: &App,
    url: &str,
    git_ref: Option<&str>,
    folder: Option<&str>,
    token: Option<&SecretString>,
) -> AppResult<(Address, String, Reading)> {
    let address = Address::parse(url, git_ref, folder, app.github.enterprise()).map_err(|error| {
        let field = match error {
            AddressError::Repository => "url",
            AddressError::Ref => "ref",
            AddressError::Folder => "folder",
        };
        Problem::invalid(field, error.to_string())
    })?;
    let download = app.github.download(&address, token).await.map_err(|error| {
        tracing::info!(%error, owner = address.owner, repository = address.name, "a download failed");
        error.problem()
    })?;
    let Download { commit, address, files, skipped } = download;
    // What came out of one archive is not opened again, whatever it begins with.
    let found = tokio::task::spawn_blocking(move || {
        read_many(files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())))
    });
    let mut reading = found.await.map_err(AppError::internal)?;
    reading.skipped.extend(skipped.into_iter().map(|one| Skipped { path: one.path, reason: one.reason }));
    Ok((address, commit, reading))
}

/// What the sealed token of a source is for.
const TOKEN_PURPOSE: &str = "github token";

/// What the sealed token of a baseline's source is bound to.
pub(crate) fn token_context(msp: MspId, baseline: BaselineId) -> SealContext {
    SealContext { msp, of: SealedFor::Baseline(baseline), purpose: TOKEN_PURPOSE }
}

/// Opens the token of a baseline's source. One that was sealed before tokens were bound to their baseline opens too: a
/// rotation binds it.
pub(crate) fn token_open(
    ring: &KeyRing,
    msp: MspId,
    baseline: BaselineId,
    sealed: &[u8],
) -> Result<SecretString, VaultError> {
    match ring.open(&token_context(msp, baseline), sealed) {
        Err(VaultError::DoesNotOpen) => {
            ring.open(&SealContext { msp, of: SealedFor::Msp, purpose: TOKEN_PURPOSE }, sealed)
        }
        opened => opened,
    }
}

/// The same token as it should be sealed: under the active key, bound to its baseline. `None` when it is.
pub(crate) fn token_reseal(
    ring: &KeyRing,
    msp: MspId,
    baseline: BaselineId,
    sealed: &[u8],
) -> Result<Option<Vec<u8>>, VaultError> {
    let context = token_context(msp, baseline);
    match ring.open(&context, sealed) {
        Ok(_) => ring.rewrap(&context, sealed),
        Err(VaultError::DoesNotOpen) => {
            ring.seal(&context, &token_open(ring, msp, baseline, sealed)?).map(Some)
        }
        Err(error) => Err(error),
    }
}

/// One page of the library by name, with the number of customers that each is compared with.
pub async fn list(
    app: &App,
    actor: &Actor,
    limit: i64,
    cursor: Option<&str>,
) -> AppResult<(Page<Baseline>, HashMap<BaselineId, i64>)> {
    built_in::ensure(app, &actor.scope).await?;
    app.store
        .read(&actor.scope, async |tx| {
            let page = tx.baseline_list(cursor, limit).await?;
            let ids: Vec<_> = page.items.iter().map(|b| b.id).collect();
            let usage = tx.baseline_usage(&ids).await?;
            Ok((page, usage))
        })
        .await
}

/// One baseline with its documents and the number of customers that are compared with it.
pub async fn fetch(
    app: &App,
    actor: &Actor,
    id: BaselineId,
) -> AppResult<(Baseline, Vec<StoredDocument>, i64)> {
    app.store
        .read(&actor.scope, async |tx| {
            let baseline = tx.baseline_fetch(id).await?;
            let documents = tx.baseline_documents(id, None).await?;
            let usage = tx.baseline_usage(&[id]).await?;
            Ok((baseline, documents, usage.get(&id).copied().unwrap_or(0)))
        })
        .await
}

/// Renames a baseline.
pub async fn rename(
    app: &App,
    actor: &Actor,
    id: BaselineId,
    name: &str,
    expected_version: Option<i64>,
) -> AppResult<(Baseline, i64)> {
    let patch = BaselinePatch { display_name: Some(name.trim().to_owned()), ..BaselinePatch::default() };
    app.store
        .write(&actor.scope, async |tx| {
            changeable(&tx.baseline_fetch(id).await?)?;
            let after = tx.baseline_update(id, &patch, expected_version).await?;
            let details = serde_json::json!({"name": after.display_name});
            audit::write(tx, actor, "baseline.rename", ("baseline", id.as_uuid()), details).await?;
            let usage = tx.baseline_usage(&[id]).await?;
            Ok((after, usage.get(&id).copied().unwrap_or(0)))
        })
        .await
}

/// Deletes a baseline; refused while a customer is compared with it.
pub async fn delete(app: &App, actor: &Actor, id: BaselineId) -> AppResult<()> {
    app.store
        .write(&actor.scope, async |tx| {
            let before = tx.baseline_fetch(id).await?;
            changeable(&before)?;
            tx.baseline_delete(id).await?;
            let details = serde_json::json!({"name": before.display_name});
            audit::write(tx, actor, "baseline.delete", ("baseline", id.as_uuid()), details).await
        })
        .await
}

/// A customer's own agreed state: its policies, and the names of the snapshot that it was seeded from.
pub async fn co_managed(
    app: &App,
    actor: &Actor,
    id: CustomerId,
) -> AppResult<(CoManagedBaseline, Vec<(String, Value)>, Names)> {
    app.store
        .read(&actor.scope, async |tx| {
            let customer = tx.customer_lookup(id).await?;
            let (seeded, documents) = tx.co_managed_fetch(&customer).await?.ok_or_else(|| {
                Problem::new(
                    ProblemCode::NotFound,
                    "There is no co-managed baseline before the customer is imported.",
                )
            })?;
            let content = tx.snapshot_content(&customer, seeded.snapshot_id).await?;
            let (policies, _) = stored_names(&Value::Null, &documents);
            Ok::<_, AppError>((seeded, policies, Names::of_snapshot(&content)))
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use policytab_archive::write_zip;

    #[test]
    fn archives_of_one_upload_share_what_is_kept() {
        let large = |at: usize| {
            let files = (0..7).map(|n| (format!("{at}-{n}.json"), noise(1024 * 1024, at * 10 + n)));
            (format!("{at}.zip"), write_zip(files).expect("a zip"))
        };
        let refused = |files: Files| opened(files).expect_err("too much").problem().detail;
        assert!(refused((0..3).map(large).collect()).contains("larger than"), "three times seven MiB");
        let small = write_zip([("a.json".to_owned(), b"{}".to_vec())]).expect("a zip");
        let many: Files = (0..=MOST_ARCHIVES).map(|at| (format!("{at}.zip"), small.clone())).collect();
        assert!(refused(many).contains("at most 10 archives"));
    }

    fn noise(size: usize, seed: usize) -> Vec<u8> {
        let mut state = seed as u64 + 1;
        (0..size)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                state as u8
            })
            .collect()
    }
}
