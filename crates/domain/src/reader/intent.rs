//! Policies written as what they are for: names in place of ids, and short words in place of Graph's objects.
//!
//! The form is that of Teuftis/ConditionalAccessBaseline-Hardened at GitHub: `manifest.json` beside folders of
//! `policies`, `groups` and `namedLocations`. A policy has `include`, `exclude`, `applications`, `conditions`, `grant` and
//! `session`. What its words mean is read from the translation that the repository ships with (`docs/translate.js`).
//!
//! Invariant: nothing is lost. A word that this version does not know is carried into the Graph form where Graph would
//! have it, so that the policy is shown as one whose meaning is not fully known.

use crate::json::{at, member, text};
use serde_json::{Map, Value, json};

/// Apps by the short names that intents have for them.
const APPS: [(&str, &str); 8] = [
    ("all", "All"),
    ("azureManagement", "797f4846-ba00-4fd7-ba43-dac1f8f63013"),
    ("intuneEnrollment", "d4ebce55-015a-49b5-a083-c84d1797ae8c"),
    ("exchangeOnline", "00000002-0000-0ff1-ce00-000000000000"),
    ("sharePointOnline", "00000003-0000-0ff1-ce00-000000000000"),
    ("teams", "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe"),
    ("microsoftAdminPortals", "MicrosoftAdminPortals"),
    ("office365", "Office365"),
];

/// The roles that intents call `privilegedAdmins`, by template id.
const PRIVILEGED: [&str; 15] = [
    "62e90394-69f5-4237-9190-012177145e10",
    "e8611ab8-c189-46e8-94e1-60213ab1f814",
    "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9",
    "194ae4cb-b126-40b2-bd5b-6091b380977d",
    "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
    "158c047a-c907-4556-b7ef-446551a6b5f7",
    "c4e39bd9-1100-46d3-8c65-fb160da0071f",
    "fe930be7-5e62-47db-91af-98c3a49a38b1",
    "729827e3-9c14-49f7-bb1b-9608f156bbb8",
    "29232cdf-9323-42fd-ade2-1d097af3e4de",
    "f28a1f50-f6e7-4571-818b-6a12f2af6b6c",
    "69091246-20e8-4a56-aa4d-066075b2a7a8",
    "3a2c62db-5318-420d-8d74-23affee5d9d5",
    "17315797-102d-40b4-93e0-432062caca18",
    "7be44c8a-adaf-4e2a-84d6-ab2649e08a13",
];

/// Built-in authentication strengths by the names that intents have for them.
const STRENGTHS: [(&str, &str); 3] = [
    ("mfa", "00000000-0000-0000-0000-000000000002"),
    ("passwordlessMfa", "00000000-0000-0000-0000-000000000003"),
    ("phishingResistantMfa", "00000000-0000-0000-0000-000000000004"),
];

/// Every kind of guest and external user, of whatever tenant.
fn all_guests() -> Value {
    json!({
        "guestOrExternalUserTypes":
            "internalGuest,b2bCollaborationGuest,b2bCollaborationMember,b2bDirectConnectUser,otherExternalUser,serviceProvider",
        "externalTenants": {
            "@odata.type": "#microsoft.graph.conditionalAccessAllExternalTenants",
            "membershipKind": "all",
        },
    })
}

/// Whether an object is an intent.
pub(super) fn is_intent(value: &Value) -> bool {
    let object = |name: &str| member(value, name).is_some_and(Value::is_object);
    object("include")
        && (object("grant") || object("session"))
        && text(value, "displayName").is_some()
        && at(value, &["conditions", "users"]).is_none()
}

/// Whether an object lists the files of a folder of intents.
pub(super) fn is_manifest(value: &Value) -> bool {
    text(value, "$schemaVersion").is_some() && member(value, "policies").is_some_and(Value::is_array)
}

/// The state that a manifest gives to the intents beside it.
pub(super) fn state_of_manifest(value: &Value) -> Option<String> {
    text(value, "deployState").map(str::to_owned)
}

/// The state that an intent gives itself.
pub(super) fn own_state(intent: &Value) -> Option<&str> {
    text(intent, "deploymentState").or_else(|| text(intent, "deployState"))
}

/// The Graph policy that an intent stands for, and what of it can't be said so.
pub(super) fn graph_of(intent: &Value) -> (Value, Vec<&'static str>) {
    let mut remarks = Vec::new();
    let mut body = Map::new();
    for name in ["displayName", "description"] {
        if let Some(value) = member(intent, name) {
            body.insert(name.to_owned(), value.clone());
        }
    }
    body.insert("state".to_owned(), own_state(intent).unwrap_or("enabled").into());
    let mut conditions = conditions(member(intent, "conditions"));
    let agents = people(intent, &mut conditions);
    if agents
        && member(intent, "exclude").is_some_and(|out| out.as_object().is_some_and(|map| !map.is_empty()))
    {
        remarks.push("excludes groups from agents, which Graph has no word for: they are left out");
    }
    conditions.insert("applications".to_owned(), applications(member(intent, "applications")));
    body.insert("conditions".to_owned(), Value::Object(conditions));
    if let Some(grant) = member(intent, "grant").and_then(Value::as_object) {
        body.insert("grantControls".to_owned(), grant_controls(grant));
    }
    if let Some(session) = member(intent, "session").and_then(Value::as_object) {
        body.insert("sessionControls".to_owned(), session_controls(session));
    }
    (Value::Object(body), remarks)
}

/// The Graph form of a named location: ranges as plain texts become objects.
pub(super) fn location(value: &Value) -> Value {
    let Some(map) = value.as_object() else { return value.clone() };
    let plain = |ranges: &Value| ranges.as_array().is_some_and(|all| all.iter().any(Value::is_string));
    if text(value, "type").is_none() && !member(value, "ipRanges").is_some_and(plain) {
        return value.clone();
    }
    let mut body = Map::new();
    for (name, value) in map {
        match (name.as_str(), value) {
            ("type", Value::String(kind)) => {
                let kind = if kind == "country" { "country" } else { "ip" };
                let kind = format!("#microsoft.graph.{kind}NamedLocation");
                body.insert("@odata.type".to_owned(), kind.into());
            }
            ("ipRanges", Value::Array(ranges)) => {
                body.insert(name.clone(), ranges.iter().map(range).collect());
            }
            _ => {
                body.insert(name.clone(), value.clone());
            }
        }
    }
    Value::Object(body)
}

fn range(range: &Value) -> Value {
    let Some(text) = range.as_str() else { return range.clone() };
    let kind = if text.contains(':') { "6" } else { "4" };
    json!({"@odata.type": format!("#microsoft.graph.iPv{kind}CidrRange"), "cidrAddress": text})
}

/// Whom it is for; whether these are agents.
fn people(intent: &Value, conditions: &mut Map<String, Value>) -> bool {
    let mut users = Map::new();
    let mut agents = false;
    for (name, value) in member(intent, "include").and_then(Value::as_object).into_iter().flatten() {
        let (name, value) = match (name.as_str(), value.as_str()) {
            ("users", Some("all")) => ("includeUsers", json!(["All"])),
            ("users", Some("none")) => ("includeUsers", json!(["None"])),
            ("users", Some("guestsAndExternals")) => ("includeGuestsOrExternalUsers", all_guests()),
            ("users", _) => ("includeUsers", value.clone()),
            ("groups", _) => ("includeGroups", value.clone()),
            ("roles", Some("privilegedAdmins")) => ("includeRoles", json!(PRIVILEGED)),
            ("roles", _) => ("includeRoles", value.clone()),
            ("agentIds", Some("all")) => {
                agents = true;
                let apps = json!({"includeAgentIdServicePrincipals": ["All"]});
                conditions.insert("clientApplications".to_owned(), apps);
                ("includeUsers", json!(["None"]))
            }
            (other, _) => (other, value.clone()),
        };
        users.insert(name.to_owned(), value);
    }
    let excluded = member(intent, "exclude").and_then(Value::as_object).filter(|_| !agents);
    for (name, value) in excluded.into_iter().flatten() {
        let (name, value) = match (name.as_str(), value) {
            ("guestsAndExternals", Value::Bool(true)) => ("excludeGuestsOrExternalUsers", all_guests()),
            ("guestsAndExternals", Value::Bool(false)) => continue,
            ("users", _) => ("excludeUsers", value.clone()),
            ("groups", _) => ("excludeGroups", value.clone()),
            ("roles", Value::String(word)) if word == "privilegedAdmins" => {
                ("excludeRoles", json!(PRIVILEGED))
            }
            ("roles", _) => ("excludeRoles", value.clone()),
            (other, _) => (other, value.clone()),
        };
        users.insert(name.to_owned(), value);
    }
    conditions.insert("users".to_owned(), Value::Object(users));
    agents
}

fn applications(said: Option<&Value>) -> Value {
    let mut out = Map::new();
    for (name, value) in said.and_then(Value::as_object).into_iter().flatten() {
        let (name, value) = match name.as_str() {
            "include" => ("includeApplications", apps(value)),
            "exclude" => ("excludeApplications", apps(value)),
            "userActions" => ("includeUserActions", value.clone()),
            // How a deployment finds the apps that are named.
            "lookup" => continue,
            other => (other, value.clone()),
        };
        out.insert(name.to_owned(), value);
    }
    Value::Object(out)
}

fn apps(value: &Value) -> Value {
    let one = |value: &Value| match value.as_str() {
        Some(word) => find(&APPS, word).unwrap_or(word).into(),
        None => value.clone(),
    };
    match value {
        Value::Array(many) => many.iter().map(one).collect(),
        single => json!([one(single)]),
    }
}

/// Conditions have Graph's names but for these.
fn conditions(said: Option<&Value>) -> Map<String, Value> {
    let mut out = Map::new();
    for (name, value) in said.and_then(Value::as_object).into_iter().flatten() {
        let (name, value) = match (name.as_str(), value) {
            ("platforms", Value::Object(map)) => (name.as_str(), sides(map, "Platforms")),
            ("locations", Value::Object(map)) => (name.as_str(), sides(map, "Locations")),
            ("deviceFilter", _) => ("devices", json!({"deviceFilter": value})),
            ("authenticationFlows", Value::Array(flows)) => {
                let flows: Vec<&str> = flows.iter().filter_map(Value::as_str).collect();
                (name.as_str(), json!({"transferMethods": flows.join(",")}))
            }
            // A set of levels is one text at Graph.
            ("agentIdRiskLevels" | "insiderRiskLevels", Value::Array(levels)) => {
                let levels: Vec<&str> = levels.iter().filter_map(Value::as_str).collect();
                (name.as_str(), levels.join(",").into())
            }
            _ => (name.as_str(), value.clone()),
        };
        out.insert(name.to_owned(), value);
    }
    out
}

/// `include` and `exclude` as Graph names them.
fn sides(map: &Map<String, Value>, what: &str) -> Value {
    let renamed = map.iter().map(|(name, value)| {
        let graph =
            if name == "include" || name == "exclude" { format!("{name}{what}") } else { name.clone() };
        (graph, value.clone())
    });
    Value::Object(renamed.collect())
}

fn grant_controls(said: &Map<String, Value>) -> Value {
    let mut out = said.clone();
    out.entry("operator").or_insert_with(|| "OR".into());
    if let Some(Value::String(name)) = said.get("authenticationStrength") {
        let id = find(&STRENGTHS, name).unwrap_or(name);
        out.insert("authenticationStrength".to_owned(), json!({"id": id}));
    }
    Value::Object(out)
}

fn session_controls(said: &Map<String, Value>) -> Value {
    let mut out = Map::new();
    for (name, value) in said {
        let (name, value) = match (name.as_str(), value) {
            ("signInFrequency", Value::Object(map)) => {
                let mut map = map.clone();
                map.insert("isEnabled".to_owned(), true.into());
                map.entry("frequencyInterval").or_insert_with(|| "timeBased".into());
                (name.as_str(), Value::Object(map))
            }
            ("persistentBrowser", Value::String(mode)) => {
                (name.as_str(), json!({"isEnabled": true, "mode": mode}))
            }
            ("continuousAccessEvaluation", Value::String(mode)) => {
                let mode = match mode.as_str() {
                    "strict" => "strictLocation",
                    // Not strict is what Graph calls off.
                    "standard" => "disabled",
                    other => other,
                };
                (name.as_str(), json!({"mode": mode}))
            }
            ("applicationEnforcedRestrictions", Value::Bool(on)) => (name.as_str(), json!({"isEnabled": on})),
            ("tokenProtectionEnforced", Value::Bool(on)) => ("secureSignInSession", json!({"isEnabled": on})),
            _ => (name.as_str(), value.clone()),
        };
        out.insert(name.to_owned(), value);
    }
    Value::Object(out)
}

fn find<'t>(table: &[(&str, &'t str)], word: &str) -> Option<&'t str> {
    table.iter().find(|(name, _)| *name == word).map(|(_, graph)| *graph)
}
