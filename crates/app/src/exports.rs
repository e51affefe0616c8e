//! Baselines and snapshots as a zip of Graph JSON that this and other tools read back.
//!
//! Each object is a file of its own in a folder of its kind; `MigrationTable.json` brings the names of groups and users
//! along, in the form that exports of Intune management tools have; `PolicyNotes.json` what is said of policies, by key.

use crate::{
    Actor, App, AppError, AppResult, baseline_edits::notes_of, baseline_versions, snapshots, stored_names,
};
use policytab_archive::write_zip;
use policytab_domain::{
    ids::{BaselineId, CustomerId, SnapshotId},
    names::{NameKind, Names},
    policy_notes::PolicyNotes,
    reader::NOTES,
    snapshot::DocumentKind,
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};
use uuid::Uuid;

/// A zip and what to call it.
#[derive(Debug)]
pub struct Export {
    /// For people, without an ending.
    pub name: String,
    /// The zip.
    pub zip: Vec<u8>,
}

/// A version of a baseline; the current one when none is named.
pub async fn baseline(app: &App, actor: &Actor, id: BaselineId, number: Option<i32>) -> AppResult<Export> {
    let (version, documents) = baseline_versions::fetch(app, actor, id, number).await?;
    let (_, names) = stored_names(&version.source, &documents);
    let baseline =
        app.store.read(&actor.scope, async |tx| Ok::<_, AppError>(tx.baseline_fetch(id).await?)).await?;
    let objects = documents.into_iter().map(|document| {
        // The store holds canonical JSON that this program wrote.
        let body = serde_json::from_slice(&document.body).unwrap_or_default();
        (document.kind, document.display_name, body)
    });
    let name = format!("{} version {}", baseline.display_name, version.number);
    let said = notes_of(&version.source);
    packed(name, objects.collect(), names, &said).await
}

/// A snapshot of a customer.
pub async fn snapshot(app: &App, actor: &Actor, customer: CustomerId, id: SnapshotId) -> AppResult<Export> {
    let (taken, content) = snapshots::fetch(app, actor, customer, id).await?;
    let names = Names::of_snapshot(&content);
    let objects =
        content.documents.into_iter().map(|document| (document.kind, document.display_name, document.body));
    let name = format!("{} {}", content.tenant.display_name, taken.taken_at.format("%Y-%m-%d"));
    packed(name, objects.collect(), names, &BTreeMap::new()).await
}

async fn packed(
    name: String,
    objects: Vec<(DocumentKind, String, Value)>,
    names: Names,
    notes: &BTreeMap<String, PolicyNotes>,
) -> AppResult<Export> {
    let notes = (!notes.is_empty()).then(|| ("PolicyNotes.json".to_owned(), pretty(&json!({NOTES: notes}))));
    let zip = tokio::task::spawn_blocking(move || write_zip(files(objects, &names).into_iter().chain(notes)))
        .await
        .map_err(AppError::internal)?
        .map_err(AppError::internal)?;
    Ok(Export { name: file_name(&name), zip })
}

fn files(objects: Vec<(DocumentKind, String, Value)>, names: &Names) -> Vec<(String, Vec<u8>)> {
    let mut taken: HashSet<String> = HashSet::new();
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for (kind, name, body) in objects {
        let folder = match kind {
            DocumentKind::Policy => "ConditionalAccess",
            DocumentKind::NamedLocation => "NamedLocations",
            DocumentKind::AuthenticationStrength => "AuthenticationStrengths",
            DocumentKind::AuthenticationContext => "AuthenticationContexts",
        };
        let base = format!("{folder}/{}", file_name(&name));
        let mut path = format!("{base}.json");
        let mut number = 1;
        while !taken.insert(path.to_lowercase()) {
            number += 1;
            path = format!("{base} ({number}).json");
        }
        files.push((path, pretty(&body)));
    }
    let rows: Vec<Value> = names
        .entries()
        .filter_map(|(kind, id, entry)| {
            let kind = match kind {
                NameKind::Group => "Group",
                NameKind::User => "User",
                _ => return None,
            };
            Some(json!({"Id": id, "DisplayName": entry.name.as_ref()?, "Type": kind}))
        })
        .collect();
    if !rows.is_empty() {
        // The tenant's id marks the file as what it is; that of nobody, since the names are what is wanted of it.
        let table = json!({"TenantId": Uuid::nil(), "Organization": "", "Objects": rows});
        files.push(("MigrationTable.json".to_owned(), pretty(&table)));
    }
    files
}

fn pretty(body: &Value) -> Vec<u8> {
    // A value that was read is written.
    serde_json::to_vec_pretty(body).unwrap_or_default()
}

/// Longest file name in bytes, without its number and ending: file systems take 255 of them, however many characters
/// that are.
const LONGEST: usize = 200;

/// A name that every file system takes.
fn file_name(text: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || " -_.()".contains(c) { c } else { '_' };
    let mut name: String = text.trim().chars().map(plain).take(100).collect();
    name.truncate(name.floor_char_boundary(LONGEST));
    let name = name.trim_matches(['.', ' ']);
    if name.is_empty() { "unnamed".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_file_names() {
        assert_eq!(file_name("CA001: Block / legacy?"), "CA001_ Block _ legacy_");
        assert_eq!(file_name("../.."), "_");
        assert_eq!(file_name(" … "), "_");
        assert_eq!(file_name(".."), "unnamed");
        assert_eq!(file_name(&"a".repeat(300)), "a".repeat(100));
        assert_eq!(file_name(&"𝕏".repeat(300)), "𝕏".repeat(50));
        assert_eq!(file_name(&format!("a{}", "字".repeat(100))).len(), 199);
    }

    #[test]
    fn two_objects_of_one_name_are_two_files() {
        let policy = || (DocumentKind::Policy, "P".to_owned(), json!({"displayName": "P"}));
        let paths: Vec<String> =
            files(vec![policy(), policy()], &Names::new()).into_iter().map(|(path, _)| path).collect();
        assert_eq!(paths, ["ConditionalAccess/P.json", "ConditionalAccess/P (2).json"]);
    }
}
