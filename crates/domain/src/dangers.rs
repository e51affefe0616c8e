//! What of a policy, as it is written, would do harm in a tenant that takes it over: told before it is.
//!
//! Publishers remove what is their own before they publish, and a block without its locations is a block of everybody.

use crate::{
    diff::requirement::Requirement,
    json::member,
    names::Names,
    normal::{Field, NARROWING, NormalPolicy, normalise},
    policy::Policy,
};
use serde_json::Value;

/// The dangers of a policy, one sentence each. `raw` is the policy as it was read.
pub fn dangers(policy: &Policy, raw: &Value) -> Vec<String> {
    let normal = normalise(policy, &Names::new());
    // Of what is not understood nothing is said.
    if !normal.uncertainties.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    if blocks_everything(&normal) {
        let but = if leaves_anybody_out(&normal) { " but those whom it excludes" } else { "" };
        let why = if locations_removed(raw) { ": its locations were removed before publishing" } else { "" };
        found.push(format!("As written, this policy blocks everyone{but} everywhere{why}."));
    }
    if asks_everyone(&normal) && !leaves_anybody_out(&normal) {
        found.push(
            "As written, this policy leaves nobody out: emergency access accounts would be held to it too."
                .to_owned(),
        );
    }
    found
}

/// Blocks, for all users and all apps, under no condition.
fn blocks_everything(policy: &NormalPolicy) -> bool {
    let beside = [Field::ApplicationFilter, Field::ExcludeApplications, Field::IncludeServicePrincipals];
    asks_everyone(policy)
        && Requirement::of(policy).is_some_and(|requirement| requirement.is_block())
        && NARROWING.iter().chain(&beside).all(|field| !policy.fields.contains_key(field))
}

/// Is for all users and all apps, and asks for some control before access.
fn asks_everyone(policy: &NormalPolicy) -> bool {
    policy.has_word(&Field::IncludeUsers, "All")
        && policy.has_word(&Field::IncludeApplications, "All")
        && policy.fields.contains_key(&Field::GrantControls)
}

fn leaves_anybody_out(policy: &NormalPolicy) -> bool {
    [Field::ExcludeUsers, Field::ExcludeGroups, Field::ExcludeRoles, Field::ExcludeGuests]
        .iter()
        .any(|field| policy.fields.contains_key(field))
}

/// Whether the policy once said something of locations: all of them without an exception say nothing.
fn locations_removed(raw: &Value) -> bool {
    member(raw, "conditions")
        .and_then(|conditions| member(conditions, "locations"))
        .is_some_and(|locations| locations.as_object().is_some_and(|map| !map.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(more: &Value, users: &Value) -> Vec<String> {
        let mut conditions = json!({"users": users, "applications": {"includeApplications": ["All"]}});
        for (name, value) in more.as_object().expect("an object") {
            conditions[name] = value.clone();
        }
        let raw = json!({
            "displayName": "P", "state": "enabled", "conditions": conditions,
            "grantControls": {"operator": "OR", "builtInControls": ["block"]},
        });
        dangers(&Policy::read(&raw).0, &raw)
    }

    #[test]
    fn a_block_without_its_locations_is_told() {
        let excluded = json!({"includeUsers": ["All"], "excludeGroups": ["<Break glass>"]});
        let removed = json!({"locations": {"includeLocations": ["All"], "excludeLocations": []}});
        assert_eq!(
            of(&removed, &excluded),
            [
                "As written, this policy blocks everyone but those whom it excludes everywhere: its locations were removed before publishing."
            ]
        );
        let kept = json!({"locations": {"includeLocations": ["All"], "excludeLocations": ["<Allowed>"]}});
        assert_eq!(of(&kept, &excluded), Vec::<String>::new());
        let flow = json!({"authenticationFlows": {"transferMethods": "deviceCodeFlow"}});
        assert_eq!(of(&flow, &excluded), Vec::<String>::new());
        let one = json!({"includeGroups": ["<Some>"]});
        assert_eq!(of(&removed, &one), Vec::<String>::new());
    }

    #[test]
    fn a_policy_that_leaves_nobody_out_is_told() {
        let said = of(&json!({}), &json!({"includeUsers": ["All"]}));
        assert_eq!(said[0], "As written, this policy blocks everyone everywhere.");
        assert!(said[1].contains("leaves nobody out"));
    }
}
