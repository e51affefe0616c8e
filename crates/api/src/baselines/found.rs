//! What an import finds, on the wire.

use super::dto::{BaselineOut, SkippedFileOut};
use crate::reports::dto::FieldDiffOut;
use policytab_domain::{
    dangers::dangers,
    names::Names,
    reader::{ReadObject, Reading, Versions},
};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What an import of files found.
#[derive(Debug, Serialize, ToSchema)]
pub struct BaselineImportOut {
    /// The new baseline; null for a preview.
    pub baseline: Option<BaselineOut>,
    /// Policies, in the order of the files.
    pub policies: Vec<FoundPolicyOut>,
    /// The folders that hold them, by path: a repository may ship several sets, or one set twice.
    pub folders: Vec<FoundFolderOut>,
    /// What else was found that policies refer to.
    pub objects: FoundObjectsOut,
    /// Files that were left out, and why.
    pub skipped: Vec<SkippedFileOut>,
    /// Policies that mean the same as an earlier one.
    pub duplicates: Vec<DuplicatePolicyOut>,
    /// Names that more than one meaning goes by: several versions of one policy, mostly.
    pub versions: Vec<FoundVersionsOut>,
}

/// What was found beside policies, by name.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundObjectsOut {
    /// Named locations.
    pub named_locations: Vec<String>,
    /// Groups.
    pub groups: Vec<String>,
    /// Authentication strengths.
    pub authentication_strengths: Vec<String>,
    /// How many other names of objects came along: of users, groups and apps.
    pub names: usize,
    /// Whether a `MigrationTable.json` of an export was among the files.
    pub migration_table: bool,
}

/// Policies that share a name and mean different things.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundVersionsOut {
    /// The shared name.
    pub display_name: String,
    /// One for each meaning, in the order of the files.
    pub versions: Vec<FoundVersionOut>,
}

/// One of several policies of a name.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundVersionOut {
    /// Which file.
    pub path: String,
    /// Which policy of the file, from 0.
    pub index: usize,
    /// How it differs from the first of its name: `baseline` is what the first says, `live` what this one does. Empty for
    /// the first.
    pub diff: Vec<FieldDiffOut>,
}

/// A folder that holds policies itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundFolderOut {
    /// Its path; empty for the outermost one.
    pub path: String,
    /// How many policies.
    pub policies: usize,
    /// How many of them mean the same as one of an earlier file.
    pub duplicates: usize,
}

/// A policy found in a file.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundPolicyOut {
    /// Which file.
    pub path: String,
    /// Which policy of the file, from 0.
    pub index: usize,
    /// Its display name.
    pub display_name: String,
    /// Its state.
    pub state: String,
    /// What is odd about it.
    pub warnings: Vec<String>,
}

/// A policy that means the same as an earlier one.
#[derive(Debug, Serialize, ToSchema)]
pub struct DuplicatePolicyOut {
    /// Which file.
    pub path: String,
    /// The file of the earlier one.
    pub same_as: String,
}

fn folders(reading: &Reading) -> Vec<FoundFolderOut> {
    let folder = |path: &str| path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let mut found: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for policy in &reading.policies {
        found.entry(folder(&policy.path)).or_default().0 += 1;
    }
    for duplicate in &reading.duplicates {
        found.entry(folder(&duplicate.path)).or_default().1 += 1;
    }
    found
        .into_iter()
        .map(|(path, (policies, duplicates))| FoundFolderOut { path, policies, duplicates })
        .collect()
}

/// What a reading found, for the caller to look at.
pub fn import_out(reading: &Reading, baseline: Option<BaselineOut>) -> BaselineImportOut {
    let names = Names::of_reading(reading);
    BaselineImportOut {
        baseline,
        policies: reading
            .policies
            .iter()
            .map(|p| FoundPolicyOut {
                path: p.path.clone(),
                index: p.index,
                display_name: p.policy.name().to_owned(),
                state: p.raw.get("state").and_then(Value::as_str).unwrap_or_default().to_owned(),
                warnings: dangers(&p.policy, &p.raw, &names)
                    .into_iter()
                    .chain(p.warnings.iter().map(ToString::to_string))
                    .collect(),
            })
            .collect(),
        folders: folders(reading),
        skipped: reading
            .skipped
            .iter()
            .map(|s| SkippedFileOut { path: s.path.clone(), reason: s.reason.clone() })
            .collect(),
        duplicates: reading
            .duplicates
            .iter()
            .map(|d| DuplicatePolicyOut { path: d.path.clone(), same_as: d.same_as.clone() })
            .collect(),
        objects: objects(reading),
        versions: reading.versions().into_iter().map(versions).collect(),
    }
}

fn objects(reading: &Reading) -> FoundObjectsOut {
    let names = |objects: &[ReadObject]| {
        let mut names: Vec<String> = objects.iter().map(|object| object.display_name.clone()).collect();
        names.sort();
        names
    };
    FoundObjectsOut {
        named_locations: names(&reading.named_locations),
        groups: names(&reading.groups),
        authentication_strengths: names(&reading.authentication_strengths),
        names: reading.names.len(),
        migration_table: reading.migration_table,
    }
}

fn versions(found: Versions) -> FoundVersionsOut {
    let versions = found.versions.into_iter().map(|version| FoundVersionOut {
        path: version.place.path,
        index: version.place.index,
        diff: version.diff.into_iter().map(FieldDiffOut::from).collect(),
    });
    FoundVersionsOut { display_name: found.display_name, versions: versions.collect() }
}
