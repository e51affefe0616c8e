//! The wire shape: which members of a policy are always there, which are null when unset, which are absent.
//!
//! Taken from a statistic over several hundred public policy exports: collections inside a present object are
//! `[]`, unset complex members are null, newer members are absent when unset. Policies come in partial
//! (hand-written templates, requests) or decorated (exports with annotations on every member); one normaliser
//! serves the demo fleet, loaded folders and writes.

use serde_json::{Map, Value, json};

const USER_LISTS: &[&str] =
    &["includeUsers", "excludeUsers", "includeGroups", "excludeGroups", "includeRoles", "excludeRoles"];
const APPLICATION_LISTS: &[&str] = &[
    "includeApplications",
    "excludeApplications",
    "includeUserActions",
    "includeAuthenticationContextClassReferences",
];
const SESSION_MEMBERS: &[&str] = &[
    "applicationEnforcedRestrictions",
    "cloudAppSecurity",
    "disableResilienceDefaults",
    "persistentBrowser",
    "signInFrequency",
    "secureSignInSession",
];

/// Lists of enumeration members, by path below the policy. Requests and templates may spell them in any case.
const ENUMERATIONS: &[(&str, &[&str])] = &[
    (
        "/conditions/clientAppTypes",
        &["all", "browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "easSupported", "other"],
    ),
    ("/conditions/platforms/includePlatforms", PLATFORMS),
    ("/conditions/platforms/excludePlatforms", PLATFORMS),
    ("/conditions/userRiskLevels", RISKS),
    ("/conditions/signInRiskLevels", RISKS),
    ("/conditions/servicePrincipalRiskLevels", RISKS),
    (
        "/grantControls/builtInControls",
        &[
            "block",
            "mfa",
            "compliantDevice",
            "domainJoinedDevice",
            "approvedApplication",
            "compliantApplication",
            "passwordChange",
            "riskRemediation",
        ],
    ),
];
const PLATFORMS: &[&str] = &["android", "iOS", "windows", "windowsPhone", "macOS", "all", "linux"];
const RISKS: &[&str] = &["low", "medium", "high", "hidden", "none"];

/// Spells the members as the service does; leaves what is no member. `false` when there was such a one.
pub(super) fn spell(policy: &mut Value) -> bool {
    let mut known = true;
    for (path, members) in ENUMERATIONS {
        for item in policy.pointer_mut(path).and_then(Value::as_array_mut).into_iter().flatten() {
            let text = item.as_str().unwrap_or_default();
            match members.iter().find(|member| member.eq_ignore_ascii_case(text)) {
                Some(member) => *item = json!(member),
                None => known = false,
            }
        }
    }
    known
}

/// What a live tenant would deliver of values that are no members: the sentinel. For policies from outside.
pub(crate) fn settle(policy: &mut Value) {
    for (path, members) in ENUMERATIONS {
        for item in policy.pointer_mut(path).and_then(Value::as_array_mut).into_iter().flatten() {
            if !item.as_str().is_some_and(|text| members.contains(&text)) {
                *item = json!("unknownFutureValue");
            }
        }
    }
}

/// Sets of flags are one string with commas on the wire; templates are found that write lists.
fn join_flags(object: &mut Map<String, Value>, name: &str) {
    if let Some(items) = object.get(name).and_then(Value::as_array) {
        let flags: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
        let joined = json!(flags.join(","));
        object.insert(name.to_owned(), joined);
    }
}

/// A policy in the shape in which the service delivers it. Server-made members (`id`, dates) are taken as
/// given.
pub(crate) fn policy(given: &Value) -> Value {
    let given = plain(given);
    let conditions = conditions(member(&given, "conditions"));
    let grant = grant_controls(member(&given, "grantControls"));
    let session = session_controls(member(&given, "sessionControls"));
    let mut policy = json!({
        "id": member(&given, "id"),
        "templateId": member(&given, "templateId"),
        "displayName": member(&given, "displayName"),
        "createdDateTime": member(&given, "createdDateTime"),
        "modifiedDateTime": member(&given, "modifiedDateTime"),
        "deletedDateTime": null,
        "state": member(&given, "state"),
        "partialEnablementStrategy": null,
        "conditions": conditions,
        "grantControls": grant,
        "sessionControls": session,
    });
    if let Some(text) = member(&given, "description").as_str() {
        policy["description"] = json!(text);
    }
    spell(&mut policy);
    policy
}

/// A member whatever the case of its name: hand-written templates are found with `GrantControls`.
fn member<'a>(object: &'a Value, name: &str) -> &'a Value {
    let exact = &object[name];
    if !exact.is_null() {
        return exact;
    }
    object
        .as_object()
        .and_then(|object| object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)))
        .map_or(&Value::Null, |(_, value)| value)
}

/// Without annotations. `@odata.type` stays only where the declared type is abstract: external tenants.
fn plain(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let kept = object.iter().filter(|(key, _)| {
                let polymorphic = *key == "@odata.type" && object.contains_key("membershipKind");
                polymorphic || !(key.contains("@odata.") || key.starts_with('#'))
            });
            Value::Object(kept.map(|(key, value)| (key.clone(), plain(value))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(plain).collect()),
        other => other.clone(),
    }
}

fn with_lists(object: &Value, lists: &[&str]) -> Map<String, Value> {
    let mut filled = object.as_object().cloned().unwrap_or_default();
    for list in lists {
        if filled.get(*list).is_none_or(|value| !value.is_array()) {
            filled.insert((*list).to_owned(), json!([]));
        }
    }
    filled
}

fn conditions(given: &Value) -> Value {
    let mut conditions = given.as_object().cloned().unwrap_or_default();
    for list in ["userRiskLevels", "signInRiskLevels"] {
        if !conditions.get(list).is_some_and(Value::is_array) {
            conditions.insert(list.to_owned(), json!([]));
        }
    }
    // Never empty on the wire; an empty or missing list means every client.
    if conditions.get("clientAppTypes").and_then(Value::as_array).is_none_or(Vec::is_empty) {
        conditions.insert("clientAppTypes".to_owned(), json!(["all"]));
    }
    // Templates are found with `"locations": []`, which the service delivers as null.
    for complex in ["platforms", "locations", "times", "deviceStates", "devices", "clientApplications"] {
        if !conditions.get(complex).is_some_and(Value::is_object) {
            conditions.insert(complex.to_owned(), Value::Null);
        }
    }
    let pairs = [
        ("platforms", &["includePlatforms", "excludePlatforms"]),
        ("locations", &["includeLocations", "excludeLocations"]),
        ("clientApplications", &["includeServicePrincipals", "excludeServicePrincipals"]),
    ];
    for (name, lists) in pairs {
        if conditions[name].is_object() {
            let filled = with_lists(&conditions[name], lists);
            conditions.insert(name.to_owned(), Value::Object(filled));
        }
    }
    for absent in ["authenticationFlows", "insiderRiskLevels", "agentIdRiskLevels", "agentContext", "agents"]
    {
        if conditions.get(absent).is_some_and(Value::is_null) {
            conditions.remove(absent);
        }
    }
    for flags in ["insiderRiskLevels", "agentIdRiskLevels"] {
        join_flags(&mut conditions, flags);
    }
    if let Some(flows) = conditions.get_mut("authenticationFlows").and_then(Value::as_object_mut) {
        join_flags(flows, "transferMethods");
    }
    let mut applications =
        with_lists(&conditions.remove("applications").unwrap_or_default(), APPLICATION_LISTS);
    applications.entry("applicationFilter").or_insert(Value::Null);
    conditions.insert("applications".to_owned(), Value::Object(applications));
    conditions
        .insert("users".to_owned(), users(conditions.get("users"), conditions.get("clientApplications")));
    Value::Object(conditions)
}

fn users(given: Option<&Value>, workload: Option<&Value>) -> Value {
    let given = given.unwrap_or(&Value::Null);
    if given.is_null() && workload.is_some_and(Value::is_object) {
        return Value::Null;
    }
    let mut users = with_lists(given, USER_LISTS);
    for guests in ["includeGuestsOrExternalUsers", "excludeGuestsOrExternalUsers"] {
        let value = users.entry(guests).or_insert(Value::Null);
        if let Some(guests) = value.as_object_mut() {
            join_flags(guests, "guestOrExternalUserTypes");
        }
        if let Some(tenants) = value.get_mut("externalTenants").and_then(Value::as_object_mut) {
            let kind = match tenants.get("membershipKind").and_then(Value::as_str) {
                Some("enumerated") => "#microsoft.graph.conditionalAccessEnumeratedExternalTenants",
                _ => "#microsoft.graph.conditionalAccessAllExternalTenants",
            };
            tenants.entry("@odata.type").or_insert_with(|| json!(kind));
        }
    }
    Value::Object(users)
}

fn grant_controls(given: &Value) -> Value {
    if !given.is_object() {
        return Value::Null;
    }
    let mut grant = with_lists(given, &["builtInControls", "customAuthenticationFactors", "termsOfUse"]);
    grant.entry("operator").or_insert_with(|| json!("OR"));
    let strength = grant.remove("authenticationStrength").unwrap_or_default();
    // Only the reference is kept; what it refers to is put in when the policy is shown.
    let reference = match strength["id"].as_str() {
        Some(id) => json!({ "id": id }),
        None => Value::Null,
    };
    grant.insert("authenticationStrength".to_owned(), reference);
    Value::Object(grant)
}

fn session_controls(given: &Value) -> Value {
    let Some(object) = given.as_object() else { return Value::Null };
    if object.values().all(Value::is_null) {
        return Value::Null;
    }
    let mut session = object.clone();
    for name in SESSION_MEMBERS {
        session.entry(*name).or_insert(Value::Null);
    }
    if let Some(frequency) = session.get_mut("signInFrequency").and_then(Value::as_object_mut) {
        frequency.entry("authenticationType").or_insert_with(|| json!("primaryAndSecondaryAuthentication"));
        frequency.entry("frequencyInterval").or_insert_with(|| json!("timeBased"));
        frequency.entry("value").or_insert(Value::Null);
        frequency.entry("type").or_insert(Value::Null);
    }
    Value::Object(session)
}

/// An authentication strength in the wire shape.
pub(crate) fn strength(given: &Value, id: &str, now: &str) -> Value {
    let given = plain(given);
    let text = |name: &str, default: &str| given[name].as_str().unwrap_or(default).to_owned();
    let list = |name: &str| if given[name].is_array() { given[name].clone() } else { json!([]) };
    json!({
        "id": id,
        "createdDateTime": text("createdDateTime", now),
        "modifiedDateTime": text("modifiedDateTime", now),
        "displayName": text("displayName", id),
        "description": text("description", ""),
        "policyType": text("policyType", "custom"),
        "requirementsSatisfied": text("requirementsSatisfied", "mfa"),
        "allowedCombinations": list("allowedCombinations"),
        "combinationConfigurations": list("combinationConfigurations"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_template_gets_the_full_shape() {
        let policy = policy(&json!({
            "displayName": "x", "state": "enabled",
            "conditions": {
                "locations": [],
                "clientAppTypes": [],
                "authenticationFlows": { "transferMethods": ["deviceCodeFlow"] },
                "users": { "includeUsers": ["All"] },
            },
            "GrantControls": { "builtInControls": ["mfa"] },
        }));
        assert_eq!(policy["conditions"]["clientAppTypes"], json!(["all"]));
        assert_eq!(policy["conditions"]["locations"], Value::Null);
        assert_eq!(policy["conditions"]["users"]["excludeGroups"], json!([]));
        assert_eq!(policy["conditions"]["applications"]["includeApplications"], json!([]));
        assert_eq!(policy["grantControls"]["operator"], "OR");
        assert_eq!(policy["sessionControls"], Value::Null);
        assert_eq!(policy["conditions"]["authenticationFlows"]["transferMethods"], "deviceCodeFlow");
        assert!(policy["conditions"].get("insiderRiskLevels").is_none());
    }

    #[test]
    fn normalising_twice_is_once() {
        let once = policy(&json!({
            "id": "1", "displayName": "x", "state": "disabled",
            "conditions": { "users": { "includeGuestsOrExternalUsers": {
                "guestOrExternalUserTypes": "internalGuest",
                "externalTenants": { "membershipKind": "enumerated", "members": ["t"] } } } },
            "sessionControls": { "signInFrequency": { "isEnabled": true, "frequencyInterval": "everyTime" } },
        }));
        assert_eq!(policy(&once), once);
        let tenants = &once["conditions"]["users"]["includeGuestsOrExternalUsers"]["externalTenants"];
        assert_eq!(tenants["@odata.type"], "#microsoft.graph.conditionalAccessEnumeratedExternalTenants");
    }
}
