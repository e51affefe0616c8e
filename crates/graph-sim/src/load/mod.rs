//! Folders of policy JSON as tenants: exports, templates, baselines, in whatever encoding and completeness
//! they are published. Whatever is recognised becomes part of the tenant; the rest is reported with a reason.

pub(crate) mod assemble;
mod decode;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::{DemoTenant, SimError};
use crate::tenant::Tenant;

/// Folders deeper than this are not read, so that a link in a circle ends.
const DEPTH: usize = 16;

/// A file, or a part of one, that did not become part of the tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// Path below the folder.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// What became of a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadReport {
    /// The tenant and its credentials.
    pub tenant: DemoTenant,
    /// Files read.
    pub files: usize,
    /// Policies.
    pub policies: usize,
    /// Named locations, those made up for references among them.
    pub named_locations: usize,
    /// Groups, those made up for references among them.
    pub groups: usize,
    /// Custom authentication strengths.
    pub authentication_strengths: usize,
    /// What was left out.
    pub skipped: Vec<Skipped>,
}

/// One JSON object of a folder.
struct Item {
    /// Path below the folder, and the position in the file where there are several.
    place: String,
    value: Value,
}

/// Reads a folder into a tenant of that name.
pub(crate) fn folder(path: &Path, name: &str, now: DateTime<Utc>) -> Result<(Tenant, LoadReport), SimError> {
    let refused = |reason: String| SimError::Folder { folder: path.display().to_string(), reason };
    if !path.is_dir() {
        return Err(refused("there is no such folder".to_owned()));
    }
    let mut files = Vec::new();
    walk(path, 0, &mut files);
    files.sort();
    let mut items = Vec::new();
    let mut skipped = Vec::new();
    for file in &files {
        let place = file.strip_prefix(path).unwrap_or(file).display().to_string().replace('\\', "/");
        match read(file) {
            Ok(value) => spread(&place, value, &mut items),
            Err(reason) => skipped.push(Skipped { path: place, reason }),
        }
    }
    let (tenant, mut report) = assemble::tenant(name, items, now);
    report.files = files.len();
    skipped.append(&mut report.skipped);
    report.skipped = skipped;
    if report.policies + report.named_locations + report.groups + report.authentication_strengths == 0 {
        return Err(refused("nothing in it is Conditional Access data".to_owned()));
    }
    Ok((tenant, report))
}

fn walk(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            if depth < DEPTH {
                walk(&path, depth + 1, files);
            }
        } else if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
            files.push(path);
        }
    }
}

fn read(file: &Path) -> Result<Value, String> {
    let bytes = std::fs::read(file).map_err(|error| format!("cannot be read: {error}"))?;
    let text = decode::text(&bytes).ok_or("is no text in a known encoding")?;
    serde_json::from_str(&text).map_err(|error| format!("is no JSON: {error}"))
}

/// An object, an array of objects, or a Graph list.
fn spread(place: &str, value: Value, items: &mut Vec<Item>) {
    let list = match value {
        Value::Array(list) => list,
        Value::Object(mut object) if object.get("value").is_some_and(Value::is_array) => {
            match object.remove("value") {
                Some(Value::Array(list)) => list,
                _ => Vec::new(),
            }
        }
        single => {
            items.push(Item { place: place.to_owned(), value: single });
            return;
        }
    };
    let numbered = list.into_iter().enumerate();
    items.extend(numbered.map(|(number, value)| Item { place: format!("{place}#{number}"), value }));
}

/// Names that were used once, to tell copies apart.
#[derive(Default)]
struct Seen(BTreeSet<String>);

impl Seen {
    /// `true` the first time.
    fn first(&mut self, id: &str) -> bool {
        self.0.insert(id.to_ascii_lowercase())
    }
}
