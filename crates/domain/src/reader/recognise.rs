//! What a JSON object is: a policy, something policies refer to, or something else, by the members it has.

use super::{
    NOTES,
    intent::{is_intent, is_manifest},
};
use crate::{
    json::{is_guid, member, text},
    names::NameKind,
};
use serde::Deserialize as _;
use serde_json::Value;

/// What an object was recognised as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Recognised {
    Policy,
    /// A Graph template: name outside, conditions and controls in `details`.
    Template,
    /// A policy by what it is for, in a tool's own words.
    Intent,
    /// The list of the files of a folder of intents.
    Manifest,
    /// A row of a table that holds the object as JSON in the member of this name.
    Packed(&'static str),
    NamedLocation,
    Group,
    AuthenticationStrength,
    /// Any other object that policies may name.
    Named(NamedKind),
    /// `MigrationTable.json` of an Intune management export: names of the objects of its tenant.
    MigrationTable,
    /// What this product's exports say of policies.
    Notes,
    /// An object in an answer of this product's own API: the object as Graph gave it, in `body`.
    Wrapped,
    /// An object that policies name, in an answer of this product's own API.
    Reference(NameKind),
    /// None of these; the reason why.
    Other(String),
}

/// Kinds of objects that are read for their names only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NamedKind {
    User,
    ServicePrincipal,
    AuthenticationContext,
    TermsOfUse,
}

pub(super) fn recognise(value: &Value) -> Recognised {
    let Some(map) = value.as_object() else {
        return Recognised::Other(format!("holds {}, not an object", describe(value)));
    };
    let has = |name: &str| map.keys().any(|key| key.eq_ignore_ascii_case(name));
    let kind = text(value, "@odata.type").unwrap_or_default();
    let context = text(value, "@odata.context").unwrap_or_default();
    let is_kind = |name: &str| kind.ends_with(&format!(".{name}"));

    if is_kind("conditionalAccessPolicy")
        || (member(value, "conditions").is_some_and(Value::is_object)
            && (has("grantControls") || has("sessionControls") || has("state")))
    {
        return Recognised::Policy;
    }
    if member(value, "details")
        .is_some_and(|details| member(details, "conditions").is_some_and(Value::is_object))
    {
        return Recognised::Template;
    }
    if is_intent(value) {
        return Recognised::Intent;
    }
    if is_manifest(value) {
        return Recognised::Manifest;
    }
    for name in ["JSON", "RawJSON"] {
        if text(value, name).is_some_and(|inner| inner.trim_start().starts_with('{')) {
            return Recognised::Packed(name);
        }
    }
    if kind.to_ascii_lowercase().ends_with("namedlocation")
        || has("ipRanges")
        || has("countriesAndRegions")
        || has("compliantNetworkType")
    {
        return Recognised::NamedLocation;
    }
    if is_kind("authenticationStrengthPolicy") || (has("allowedCombinations") && has("displayName")) {
        return Recognised::AuthenticationStrength;
    }
    if is_kind("group")
        || context.contains("#groups")
        || (has("displayName") && (has("securityEnabled") || has("groupTypes")))
    {
        return Recognised::Group;
    }
    if member(value, NOTES).is_some_and(Value::is_object) {
        return Recognised::Notes;
    }
    if has("Objects") && has("TenantId") {
        return Recognised::MigrationTable;
    }
    if is_kind("user") || has("userPrincipalName") {
        return Recognised::Named(NamedKind::User);
    }
    if has("displayName") && has("mailNickname") {
        return Recognised::Group;
    }
    if is_kind("servicePrincipal") || (has("appId") && has("displayName")) {
        return Recognised::Named(NamedKind::ServicePrincipal);
    }
    if is_kind("authenticationContextClassReference") || (has("isAvailable") && has("displayName")) {
        return Recognised::Named(NamedKind::AuthenticationContext);
    }
    if is_kind("agreement") || has("isViewingBeforeAcceptanceRequired") {
        return Recognised::Named(NamedKind::TermsOfUse);
    }
    if has("display_name") && member(value, "body").is_some_and(is_read) {
        return Recognised::Wrapped;
    }
    if has("display_name")
        && has("id")
        && let Some(kind) = member(value, "kind").and_then(|kind| NameKind::deserialize(kind).ok())
    {
        return Recognised::Reference(kind);
    }
    Recognised::Other(reason(value, kind, context))
}

/// Whether an object is one of those that Graph gives and that are read.
fn is_read(value: &Value) -> bool {
    !matches!(recognise(value), Recognised::Other(_) | Recognised::Wrapped | Recognised::Reference(_))
}

/// Why an object is none of what is read, in words a person can check against the file.
fn reason(value: &Value, kind: &str, context: &str) -> String {
    const NEITHER: &str = "not a Conditional Access policy nor an object that policies name";
    if !kind.is_empty() {
        return format!("is a {}, {NEITHER}", kind.trim_start_matches('#'));
    }
    if let Some((_, fragment)) = context.split_once('#') {
        let resource = fragment.split(['(', '$']).next().unwrap_or_default().trim_end_matches('/');
        return format!("is an object of {resource}, {NEITHER}");
    }
    let mut names: Vec<&str> =
        value.as_object().into_iter().flat_map(|map| map.keys()).map(String::as_str).collect();
    names.sort_unstable();
    match names.as_slice() {
        [] => "is an empty object".to_owned(),
        [few @ .., _] if few.len() < 5 => format!("has the members {}: {NEITHER}", names.join(", ")),
        _ => format!("has the members {}, …: {NEITHER}", names[..5].join(", ")),
    }
}

pub(super) fn describe(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// The id of an object, folded; `None` for placeholders, which identify nothing.
pub(super) fn object_id(value: &Value) -> Option<String> {
    let id = text(value, "id")?;
    (!id.is_empty()).then(|| if is_guid(id) { id.to_ascii_lowercase() } else { id.to_owned() })
}
