//! Conditional Access templates of CIPP: a policy that names locations and authentication contexts by their names, with
//! these objects beside its conditions, in `LocationInfo` and `AuthContextInfo` (CIPP-API, `New-CIPPCATemplate.ps1`).

use crate::json::{strings, text};
use serde_json::{Map, Value};

/// A template taken apart.
pub(super) struct Taken {
    /// The policy without what stands beside it; authentication contexts by id.
    pub(super) policy: Value,
    /// Named locations, without ids.
    pub(super) locations: Vec<Value>,
    /// Authentication contexts: id and name.
    pub(super) contexts: Vec<(String, String)>,
}

/// Takes a template apart; nothing where an object is none.
pub(super) fn take_apart(value: &Value) -> Option<Taken> {
    let mut policy = value.as_object()?.clone();
    let locations = objects(&mut policy, "LocationInfo");
    let contexts = objects(&mut policy, "AuthContextInfo");
    if policy.len() == value.as_object()?.len() {
        return None;
    }
    let contexts: Vec<(String, String)> = contexts
        .iter()
        .filter_map(|one| Some((text(one, "id")?.to_owned(), text(one, "displayName")?.to_owned())))
        .collect();
    let mut policy = Value::Object(policy);
    let named = "/conditions/applications/includeAuthenticationContextClassReferences";
    if let Some(list) = policy.pointer_mut(named) {
        let id = |name: &str| {
            let known = contexts.iter().find(|(_, own)| own == name);
            Value::from(known.map_or(name, |(id, _)| id.as_str()))
        };
        *list = strings(Some(list)).map(id).collect();
    }
    Some(Taken { policy, locations, contexts })
}

/// The objects of a member, which is taken out. PowerShell writes a list of one as the one.
fn objects(policy: &mut Map<String, Value>, name: &str) -> Vec<Value> {
    match policy.remove(name) {
        Some(Value::Array(many)) => many.into_iter().filter(Value::is_object).collect(),
        Some(one @ Value::Object(_)) => vec![one],
        _ => Vec::new(),
    }
}
