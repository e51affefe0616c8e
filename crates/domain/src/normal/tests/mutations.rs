//! Whatever is taken out of a policy or changed in it shows, save for what is known to mean nothing.

use super::*;

const A: &str = "7b1f4c9e-0000-4000-8000-00000000000a";
const B: &str = "7b1f4c9e-0000-4000-8000-00000000000b";

fn guests() -> Value {
    json!({"guestOrExternalUserTypes": "internalGuest,serviceProvider",
        "externalTenants": {"membershipKind": "enumerated", "members": [A, B]}})
}

fn filter(attribute: &str) -> Value {
    json!({"mode": "exclude", "rule": format!("{attribute} -eq \"x\"")})
}

/// Policies that say something in every member that the model knows; what one of them can't say beside the rest,
/// another one says.
fn policies() -> Vec<Value> {
    let people = json!({
        "state": "enabled",
        "conditions": {
            "users": {"includeUsers": [A, B], "excludeUsers": [A, B], "includeGroups": [A, B], "excludeGroups": [A, B],
                "includeRoles": [A, B], "excludeRoles": [A, B],
                "includeGuestsOrExternalUsers": guests(), "excludeGuestsOrExternalUsers": guests()},
            "applications": {"includeApplications": [A, B], "excludeApplications": [A, B],
                "applicationFilter": filter("CustomSecurityAttribute.a_b")},
            "clientAppTypes": ["browser", "other"],
            "platforms": {"includePlatforms": ["iOS", "macOS"], "excludePlatforms": ["android", "linux"]},
            "locations": {"includeLocations": [A, B], "excludeLocations": ["AllTrusted", B]},
            "userRiskLevels": ["high", "medium"], "signInRiskLevels": ["high", "low"],
            "insiderRiskLevels": "moderate,elevated",
            "devices": {"deviceFilter": filter("device.model"), "includeDevices": ["x", "y"],
                "excludeDevices": ["Compliant", "DomainJoined"], "includeDeviceStates": ["a", "b"],
                "excludeDeviceStates": ["Compliant", "DomainJoined"]},
            "authenticationFlows": {"transferMethods": "deviceCodeFlow,authenticationTransfer"},
            "times": {"x": 1}, "clients": {"x": 1}, "novelty": {"x": ["y", "z"]},
        },
        "grantControls": {"operator": "AND", "builtInControls": ["compliantDevice", "passwordChange"],
            "customAuthenticationFactors": [A, B], "termsOfUse": [A, B],
            "authenticationStrength": {"id": A, "displayName": "Keys", "allowedCombinations": ["fido2", "deviceBasedPush"],
                "combinationConfigurations": [{"appliesToCombinations": ["fido2"], "allowedAAGUIDs": [A, B]}]}},
        "sessionControls": {
            "applicationEnforcedRestrictions": {"isEnabled": true},
            "cloudAppSecurity": {"isEnabled": true, "cloudAppSecurityType": "monitorOnly"},
            "persistentBrowser": {"isEnabled": true, "mode": "never"},
            "signInFrequency": {"isEnabled": true, "value": 4, "type": "days", "frequencyInterval": "timeBased",
                "authenticationType": "secondaryAuthentication"},
            "secureSignInSession": {"isEnabled": true}, "disableResilienceDefaults": true,
            "continuousAccessEvaluation": {"mode": "strictLocation"},
            "globalSecureAccessFilteringProfile": {"isEnabled": true, "profileId": A},
            "blockSensitiveActions": {"x": 1}, "novelty": true,
        },
        "novelty": "x",
    });
    let others = json!({
        "state": "enabledForReportingButNotEnforced",
        "conditions": {
            "applications": {"includeUserActions": ["urn:user:registerdevice", "urn:user:registersecurityinfo"],
                "includeAuthenticationContextClassReferences": ["c1", "c2"],
                "globalSecureAccess": {"includeTrafficProfiles": "m365,internet"}},
            "clientApplications": {"includeServicePrincipals": [A, B], "excludeServicePrincipals": [A, B],
                "servicePrincipalFilter": filter("CustomSecurityAttribute.a_b"),
                "includeAgentIdServicePrincipals": [A, B], "excludeAgentIdServicePrincipals": [A, B],
                "agentIdServicePrincipalFilter": filter("CustomSecurityAttribute.a_c")},
            "servicePrincipalRiskLevels": ["high", "low"], "agentIdRiskLevels": "medium,high",
            "agents": {"includeAgentUsers": [A, B], "excludeAgentUsers": [A, B], "agentFilter": filter("x.y")},
            "agentContext": {"includeAgentContexts": ["a", "b"], "excludeAgentContexts": ["c", "d"]},
            "deviceStates": {"includeStates": ["a", "b"], "excludeStates": ["Compliant", "DomainJoined"]},
        },
        "grantControls": {"operator": "OR", "builtInControls": ["mfa", "compliantDevice", "approvedApplication"]},
        "sessionControls": {"networkAccessSecurity": {"isEnabled": true, "policyId": A},
            "signInFrequency": {"isEnabled": true, "frequencyInterval": "everyTime"}},
    });
    vec![people, others]
}

/// What may be taken out without a change of meaning, and why.
const SILENT: [(&str, &str); 10] = [
    // A setting beside it switches a control on.
    ("sessionControls.cloudAppSecurity.isEnabled", "null"),
    ("sessionControls.persistentBrowser.isEnabled", "null"),
    ("sessionControls.signInFrequency.isEnabled", "null"),
    ("sessionControls.globalSecureAccessFilteringProfile.isEnabled", "null"),
    ("sessionControls.networkAccessSecurity.isEnabled", "null"),
    // A number of days or hours is a frequency based on time, which is the default.
    ("sessionControls.signInFrequency.frequencyInterval", "null"),
    // Both are the operator of a file that has none.
    ("grantControls.operator", "null"),
    // A custom strength is what it allows.
    ("grantControls.authenticationStrength.id", "null"),
    ("grantControls.authenticationStrength.id", "another"),
    // A list of tenants says by itself that they are listed.
    ("externalTenants.membershipKind", "null"),
];

/// Every policy in which one leaf is changed: taken out, or with another value of its sort in its place.
fn mutants(value: &Value, path: &str, out: &mut Vec<(String, &'static str, Value)>) {
    match value {
        Value::Object(map) => {
            for (name, inner) in map {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                let mut found = vec![(path.clone(), "null", Value::Null)];
                mutants(inner, &path, &mut found);
                for (place, how, changed) in found {
                    let mut whole = value.clone();
                    whole[name] = changed;
                    out.push((place, how, whole));
                }
            }
        }
        Value::Array(items) => {
            for at in 0..items.len() {
                let mut fewer = items.clone();
                fewer.remove(at);
                out.push((path.to_owned(), "one fewer", Value::Array(fewer)));
            }
            let mut more = items.clone();
            more.push(json!("7b1f4c9e-0000-4000-8000-00000000000c"));
            out.push((path.to_owned(), "one more", Value::Array(more)));
        }
        Value::String(text) if text.contains(',') => {
            let (first, rest) = text.split_once(',').expect("a comma");
            out.push((path.to_owned(), "one fewer", json!(first)));
            out.push((path.to_owned(), "one fewer", json!(rest)));
        }
        Value::String(text) => out.push((path.to_owned(), "another", json!(format!("{text}2")))),
        Value::Bool(flag) => out.push((path.to_owned(), "another", json!(!flag))),
        Value::Number(number) => {
            out.push((path.to_owned(), "another", json!(number.as_i64().unwrap_or(0) + 1)))
        }
        Value::Null => {}
    }
}

#[test]
fn every_change_shows() {
    let mut unseen = Vec::new();
    let mut tried = 0;
    for body in policies() {
        let before = normal(&body).digest();
        let mut changed = Vec::new();
        mutants(&body, "", &mut changed);
        for (path, how, mutant) in changed {
            tried += 1;
            let silent = SILENT.iter().any(|(place, way)| path.ends_with(place) && *way == how);
            if normal(&mutant).digest() == before && !silent {
                unseen.push(format!("{path}: {how}"));
            }
        }
    }
    assert_eq!(unseen, [""; 0]);
    assert!(tried > 250, "{tried} changes");
}
