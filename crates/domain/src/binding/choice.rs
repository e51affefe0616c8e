//! What people said of references, as a file: `{"bindings": [{"kind": "group", "reference": "…", "live": "…"}]}`.
//!
//! Invariant: a file is taken whole or not at all, and what is wrong with it is said with the entry it is about.

use crate::{json::fold_id, names::NameKind};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// What a person said of one reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BindingChoice {
    /// What it is.
    pub kind: NameKind,
    /// The id, the placeholder or the name by which the baseline knows it.
    pub reference: String,
    /// The ids of the live objects that it means; empty where it means nothing here.
    pub live: Vec<String>,
}

/// Why a file of bindings can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BindingFileError(String);

const EXPECTED: &str = "expected {\"bindings\": [{\"kind\", \"reference\", \"live\"}]}";

/// Reads a file of bindings, in any encoding in which policies are read.
pub fn parse_choices(bytes: &[u8]) -> Result<Vec<BindingChoice>, BindingFileError> {
    let (text, _) = crate::reader::decode(bytes);
    let file: Value =
        serde_json::from_str(&text).map_err(|error| BindingFileError(format!("is not JSON: {error}")))?;
    let map = file.as_object().ok_or_else(|| BindingFileError(format!("holds no object; {EXPECTED}")))?;
    if let Some(other) = map.keys().find(|name| *name != "bindings") {
        return Err(BindingFileError(format!("has the member \"{other}\", which is not known; {EXPECTED}")));
    }
    let Some(Value::Array(items)) = map.get("bindings") else {
        return Err(BindingFileError(format!("has no list \"bindings\"; {EXPECTED}")));
    };
    let mut choices = Vec::new();
    let mut seen: BTreeMap<(NameKind, String), usize> = BTreeMap::new();
    for (at, item) in items.iter().enumerate() {
        let choice = entry(item).map_err(|what| BindingFileError(named(at, item, &what)))?;
        if let Some(first) = seen.insert((choice.kind, fold_id(&choice.reference)), at) {
            let what = format!("is there twice, first as entry {}", first + 1);
            return Err(BindingFileError(named(at, item, &what)));
        }
        choices.push(choice);
    }
    Ok(choices)
}

fn named(at: usize, item: &Value, what: &str) -> String {
    match item.get("reference").and_then(Value::as_str) {
        Some(reference) => format!("entry {} (\"{reference}\"): {what}", at + 1),
        None => format!("entry {}: {what}", at + 1),
    }
}

fn entry(item: &Value) -> Result<BindingChoice, String> {
    let map = item.as_object().ok_or("is no object")?;
    if let Some(other) = map.keys().find(|name| !["kind", "reference", "live"].contains(&name.as_str())) {
        return Err(format!("has the member \"{other}\", which is not known"));
    }
    let text = |name: &str| match map.get(name) {
        Some(Value::String(text)) if !text.trim().is_empty() => Ok(text.trim().to_owned()),
        Some(Value::String(_)) | None => Err(format!("has no \"{name}\"")),
        Some(_) => Err(format!("\"{name}\" is no text")),
    };
    let kind = text("kind")?;
    let kind = serde_json::from_value(Value::from(kind.as_str())).map_err(|_| {
        format!(
            "\"{kind}\" is no kind of reference; kinds are {}",
            NameKind::ALL.map(NameKind::as_str).join(", ")
        )
    })?;
    let reference = text("reference")?;
    let live = match map.get("live") {
        Some(Value::Null) => Vec::new(),
        Some(Value::String(id)) if !id.trim().is_empty() => vec![id.trim().to_owned()],
        Some(Value::Array(ids)) if !ids.is_empty() => ids
            .iter()
            .map(|id| id.as_str().map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned))
            .collect::<Option<_>>()
            .ok_or("\"live\" holds something that is no id")?,
        Some(_) => return Err("\"live\" is neither an id, a list of ids, nor null".to_owned()),
        None => return Err("has no \"live\"; null leaves the reference unbound".to_owned()),
    };
    Ok(BindingChoice { kind, reference, live })
}
