//! Small readers over `serde_json` that every part of the analysis shares.
//!
//! Invariant: none of them panics, whatever the value is. Member names are matched without regard to case, because
//! the Graph PowerShell SDK exports the same resource with a capital first letter.

use serde_json::{Map, Value};

/// A member of an object, by name without regard to case. An exact match wins. `null` is absent.
pub(crate) fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let map = value.as_object()?;
    map.get(name).or_else(|| folded(map, name)).filter(|found| !found.is_null())
}

fn folded<'a>(map: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    map.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, found)| found)
}

/// A member of a member of …: `path` is walked from the outside in.
pub(crate) fn at<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(value, |inner, name| member(inner, name))
}

/// The text of a member, where it is a string.
pub(crate) fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    member(value, name).and_then(Value::as_str)
}

/// The strings of a value: of an array its strings, of a lone string itself, else nothing.
pub(crate) fn strings(value: Option<&Value>) -> impl Iterator<Item = &str> {
    let many: &[Value] = match value {
        Some(Value::Array(items)) => items,
        Some(one @ Value::String(_)) => std::slice::from_ref(one),
        _ => &[],
    };
    many.iter().filter_map(Value::as_str)
}

/// Whether a member name is an annotation of the protocol and no property: `@odata.type`, `x@odata.context`,
/// `#microsoft.graph.restore`.
pub(crate) fn is_annotation(name: &str) -> bool {
    name.contains("@odata.") || name.starts_with("#microsoft.graph.")
}

/// Whether a text is a GUID in its usual form, 8-4-4-4-12 hexadecimal digits.
pub(crate) fn is_guid(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::try_parse(text).is_ok()
}

/// An id as it is compared: GUIDs in lower case, anything else as it is.
pub(crate) fn fold_id(id: &str) -> String {
    if is_guid(id) { id.to_ascii_lowercase() } else { id.to_owned() }
}

/// Whether a value says anything: null, an empty list and an object of such say nothing.
pub(crate) fn is_set(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(map) => map.iter().any(|(name, inner)| !is_annotation(name) && is_set(inner)),
        _ => true,
    }
}

/// A value without annotations and without members that say nothing: what is left is what it says.
pub(crate) fn meaning_of(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map.iter().filter(|(name, inner)| !is_annotation(name) && is_set(inner));
            Value::Object(kept.map(|(name, inner)| (name.clone(), meaning_of(inner))).collect())
        }
        Value::Array(items) => items.iter().map(meaning_of).collect(),
        other => other.clone(),
    }
}
