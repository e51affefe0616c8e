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
