//! What of a policy, as it is written, would do harm in a tenant that takes it over: told before it is.
//!
//! Publishers remove what is their own before they publish, and a block without its locations is a block of everybody.

use crate::{
    binding::is_emergency,
    diff::requirement::Requirement,
    json::{is_guid, member},
    names::{NameKind, Names},
    normal::{Field, Item, NARROWING, NormalPolicy, Reference, normalise},
    policy::Policy,
    wellknown::{ADMIN_PORTALS, AZURE_MANAGEMENT_APP_ID, bundle_of},
};
use serde_json::Value;

/// The dangers of a policy, one sentence each. `raw` is the policy as it was read, `names` are those that came with it.
pub fn dangers(policy: &Policy, raw: &Value, names: &Names) -> Vec<String> {
    let normal = normalise(policy, names);
    // Of what is not understood nothing is said.
    if !normal.uncertainties.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let blocks = Requirement::of(&normal).is_some_and(|requirement| requirement.is_block());
    let but = if leaves_out(&normal).next().is_some() { " but those whom it excludes" } else { "" };
    if blocks && is_everything(&normal) && is_unconditional(&normal) {
        let why = if locations_removed(raw) { ": its locations were removed before publishing" } else { "" };
        found.push(format!("As written, this policy blocks everyone{but} everywhere{why}."));
    } else if blocks && is_everything(&normal) {
        found.extend(only_unknown_places(&normal, names, but));
    } else if blocks && is_unconditional(&normal) {
        found.extend(portals_closed(&normal));
    }
    if is_everything(&normal) && normal.fields.contains_key(&Field::GrantControls) {
        found.extend(emergency_held(&normal));
    }
    found.extend(for_nobody_yet(&normal, names));
    found
}

/// Is for all users and all apps.
fn is_everything(policy: &NormalPolicy) -> bool {
    policy.has_word(&Field::IncludeUsers, "All") && policy.has_word(&Field::IncludeApplications, "All")
}

fn is_unconditional(policy: &NormalPolicy) -> bool {
    let beside = [Field::ApplicationFilter, Field::ExcludeApplications, Field::IncludeServicePrincipals];
    NARROWING.iter().chain(&beside).all(|field| !policy.fields.contains_key(field))
}

/// Whom a policy leaves out.
fn leaves_out(policy: &NormalPolicy) -> impl Iterator<Item = &Item> {
    const FIELDS: [Field; 4] =
        [Field::ExcludeUsers, Field::ExcludeGroups, Field::ExcludeRoles, Field::ExcludeGuests];
    FIELDS.iter().flat_map(|field| policy.set(field))
}

/// Nobody is left out, or nobody who seems to be for emergencies.
fn emergency_held(policy: &NormalPolicy) -> Option<String> {
    let held = "emergency access accounts would be held to it too";
    let mut out = leaves_out(policy).peekable();
    if out.peek().is_none() {
        return Some(format!("As written, this policy leaves nobody out: {held}."));
    }
    // Who is excluded as a user is somebody in particular, whatever the account is called.
    let by_account = |item: &Item| matches!(item, Item::Object(object) if object.kind == NameKind::User || is_emergency(label(object)));
    // An id without a name may be anybody.
    let unknown = |item: &Item| matches!(item, Item::Object(object) if object.kind == NameKind::Group && object.name.is_none() && is_guid(&object.id));
    (!out.any(|item| by_account(item) || unknown(item))).then(|| {
        format!("As written, this policy leaves out nobody who seems to be for emergency access: {held}.")
    })
}

/// A block of all but some places of which nothing is known but what they are called.
fn only_unknown_places(policy: &NormalPolicy, names: &Names, but: &str) -> Option<String> {
    let others = NARROWING
        .iter()
        .filter(|field| **field != Field::IncludeLocations && **field != Field::ExcludeLocations);
    let only_places = others.clone().all(|field| !policy.fields.contains_key(field));
    let out = policy.set(&Field::ExcludeLocations);
    if !only_places || !policy.has_word(&Field::IncludeLocations, "All") || out.is_empty() {
        return None;
    }
    let unknown: Option<Vec<&str>> = out
        .iter()
        .map(|item| match item {
            Item::Object(place) if is_placeholder(place, names) => Some(label(place)),
            _ => None,
        })
        .collect();
    let unknown = unknown?.join("\", \"");
    Some(format!(
        "As written, this policy blocks everyone{but} everywhere until it is said which place \"{unknown}\" is."
    ))
}

/// A block of the portals in which a tenant is put right, for administrators too.
fn portals_closed(policy: &NormalPolicy) -> Option<String> {
    let portal = |item: &Item| {
        item.is(ADMIN_PORTALS)
            || matches!(item, Item::Object(app) if app.id == AZURE_MANAGEMENT_APP_ID || bundle_of(&app.id) == Some(ADMIN_PORTALS))
    };
    let closed = policy.has_word(&Field::IncludeUsers, "All")
        && policy.set(&Field::IncludeApplications).iter().any(portal)
        && policy.set(&Field::ExcludeRoles).is_empty()
        && policy.set(&Field::ExcludeGroups).is_empty()
        && policy.set(&Field::ExcludeUsers).is_empty();
    closed.then(|| {
        "As written, this policy closes the admin portals to everyone, administrators too: nobody could take it back there."
            .to_owned()
    })
}

/// A policy for groups or users that are only named by placeholders protects nobody.
fn for_nobody_yet(policy: &NormalPolicy, names: &Names) -> Option<String> {
    const FIELDS: [Field; 4] =
        [Field::IncludeUsers, Field::IncludeGroups, Field::IncludeRoles, Field::IncludeGuests];
    let mut included = FIELDS.iter().flat_map(|field| policy.set(field)).peekable();
    included.peek()?;
    let unknown: Option<Vec<&str>> = included
        .map(|item| match item {
            Item::Object(object) if is_placeholder(object, names) => Some(label(object)),
            _ => None,
        })
        .collect();
    let unknown = unknown?.join("\", \"");
    Some(format!("This policy is for nobody until it is said who \"{unknown}\" is in a tenant."))
}

/// Whether all that is known of an object is a text in place of its id.
fn is_placeholder(object: &Reference, names: &Names) -> bool {
    !is_guid(&object.id)
        && !object.is_global()
        && names.entry(object.kind, &object.id).is_none_or(|entry| entry.body.is_none())
}

fn label(object: &Reference) -> &str {
    object.name.as_deref().unwrap_or(&object.id)
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
        told(&json!(["All"]), more, users)
    }

    fn told(apps: &Value, more: &Value, users: &Value) -> Vec<String> {
        let mut conditions = json!({"users": users, "applications": {"includeApplications": apps}});
        for (name, value) in more.as_object().expect("an object") {
            conditions[name] = value.clone();
        }
        let raw = json!({
            "displayName": "P", "state": "enabled", "conditions": conditions,
            "grantControls": {"operator": "OR", "builtInControls": ["block"]},
        });
        dangers(&Policy::read(&raw).0, &raw, &Names::new())
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
        let place = "7d0dd6f6-5d3b-4c0b-9c3e-0e2a1f0d7c11";
        let kept = json!({"locations": {"includeLocations": ["All"], "excludeLocations": [place]}});
        assert_eq!(of(&kept, &excluded), Vec::<String>::new());
        let unknown = json!({"locations": {"includeLocations": ["All"], "excludeLocations": ["<Allowed>"]}});
        assert!(of(&unknown, &excluded)[0].ends_with("until it is said which place \"<Allowed>\" is."));
        let flow = json!({"authenticationFlows": {"transferMethods": "deviceCodeFlow"}});
        assert_eq!(of(&flow, &excluded), Vec::<String>::new());
        let one = json!({"includeGroups": ["0d1a4f3c-5be2-4b0e-8f3b-6a5c1d2e3f40"]});
        assert_eq!(of(&removed, &one), Vec::<String>::new());
    }

    #[test]
    fn only_an_exclusion_for_emergencies_counts_as_one() {
        let out = |who: &str| json!({"includeUsers": ["All"], "excludeGroups": [who]});
        let place = json!({"signInRiskLevels": ["high"]});
        assert_eq!(of(&place, &out("CA-BreakGlass")), Vec::<String>::new());
        assert!(of(&place, &out("<Travellers>"))[0].contains("nobody who seems to be for emergency access"));
        // Who it is can't be told of an id.
        assert_eq!(of(&place, &out("0d1a4f3c-5be2-4b0e-8f3b-6a5c1d2e3f40")), Vec::<String>::new());
    }

    #[test]
    fn closed_portals_are_told_and_so_is_a_policy_for_nobody() {
        let everyone = json!({"includeUsers": ["All"]});
        let portals = json!(["MicrosoftAdminPortals"]);
        assert!(told(&portals, &json!({}), &everyone)[0].contains("closes the admin portals"));
        let but = json!({"includeUsers": ["All"], "excludeRoles": ["62e90394-69f5-4237-9190-012177145e10"]});
        assert_eq!(told(&portals, &json!({}), &but), Vec::<String>::new());
        let some = json!({"includeGroups": ["<Pilot>"]});
        assert_eq!(
            of(&json!({}), &some),
            ["This policy is for nobody until it is said who \"<Pilot>\" is in a tenant."]
        );
    }

    #[test]
    fn a_policy_that_leaves_nobody_out_is_told() {
        let said = of(&json!({}), &json!({"includeUsers": ["All"]}));
        assert_eq!(said[0], "As written, this policy blocks everyone everywhere.");
        assert!(said[1].contains("leaves nobody out"));
    }
}
