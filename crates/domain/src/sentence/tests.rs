use super::*;
use crate::{
    names::NameKind,
    normal::normalise,
    policy::{GuestType, Policy},
};
use serde_json::{Value, json};

const EMERGENCY: &str = "6a0e2f5c-2f4d-4d0f-8a3b-0f6f3c1d9e01";
const SALES: &str = "6a0e2f5c-2f4d-4d0f-8a3b-0f6f3c1d9e02";
const ADA: &str = "6a0e2f5c-2f4d-4d0f-8a3b-0f6f3c1d9e03";
const OFFICE: &str = "6a0e2f5c-2f4d-4d0f-8a3b-0f6f3c1d9e04";
const TERMS: &str = "6a0e2f5c-2f4d-4d0f-8a3b-0f6f3c1d9e05";

fn names() -> Names {
    let mut names = Names::new();
    names.insert(NameKind::Group, EMERGENCY, "Emergency access", None);
    names.insert(NameKind::Group, SALES, "Sales", None);
    names.insert(NameKind::User, ADA, "Ada", None);
    names.insert(NameKind::NamedLocation, OFFICE, "Head office", None);
    names.insert(NameKind::TermsOfUse, TERMS, "Guest rules", None);
    names
}

/// A policy for all users and all apps that asks for multifactor authentication, with members replaced.
fn told(changes: &Value) -> String {
    let mut body = json!({
        "displayName": "A policy", "state": "enabled",
        "conditions": {"users": {"includeUsers": ["All"]}, "applications": {"includeApplications": ["All"]}},
        "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
    });
    merge(&mut body, changes);
    let names = names();
    sentence(&normalise(&Policy::read(&body).0, &names), &names)
}

fn merge(into: &mut Value, changes: &Value) {
    match (into, changes) {
        (Value::Object(into), Value::Object(changes)) => {
            for (key, value) in changes {
                merge(into.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (into, value) => *into = value.clone(),
    }
}

#[track_caller]
fn says(changes: Value, expected: &str) {
    assert_eq!(told(&changes), expected);
}

#[test]
fn the_plainest_policy() {
    says(
        json!({"conditions": {"users": {"excludeGroups": [EMERGENCY]}}}),
        "Everyone except members of Emergency access must use multifactor authentication to sign in to any app.",
    );
}

#[test]
fn only_what_is_on_is_told_as_a_fact() {
    says(
        json!({"state": "enabledForReportingButNotEnforced"}),
        "Report-only, so nothing is enforced. If it were on: everyone would have to use multifactor authentication to \
         sign in to any app.",
    );
    says(
        json!({"state": "disabled", "grantControls": {"builtInControls": ["block"]}}),
        "Off. If it were on: everyone would not be allowed to sign in to any app.",
    );
    assert!(told(&json!({"state": "sometimes"})).starts_with(
        "Its state \"sometimes\" is not known to this version. If it were on: everyone would have to"
    ));
    assert!(told(&json!({"state": null})).starts_with("It has no state. If it were on: "));
}

#[test]
fn a_block_is_not_a_demand() {
    says(
        json!({
            "conditions": {"clientAppTypes": ["exchangeActiveSync", "other"]},
            "grantControls": {"builtInControls": ["block"]},
        }),
        "Everyone may not sign in to any app with a legacy client, which can't do modern authentication.",
    );
    says(
        json!({
            "grantControls": {"builtInControls": ["block", "compliantDevice"]},
            "sessionControls": {"persistentBrowser": {"isEnabled": true, "mode": "never"}},
        }),
        "Everyone may not sign in to any app (beside the block it names: Require device to be marked as compliant) \
         (beside the block it says: the browser does not stay signed in).",
    );
}

#[test]
fn a_policy_of_session_controls_alone_asks_for_nothing_before() {
    let hours = json!({"signInFrequency": {"isEnabled": true, "type": "hours", "value": 4},
        "persistentBrowser": {"isEnabled": true, "mode": "never"}});
    says(
        json!({"grantControls": null, "sessionControls": hours}),
        "When everyone wants to sign in to any app, they have to sign in again every 4 hours and the browser does not \
         stay signed in.",
    );
    says(json!({"grantControls": null}), "Everyone may sign in to any app: nothing is asked for.");
}

#[test]
fn each_session_control_has_words() {
    let with = |controls: Value| told(&json!({"sessionControls": controls}));
    for (controls, words) in [
        (
            json!({"signInFrequency": {"isEnabled": true, "frequencyInterval": "everyTime"}}),
            "sign in again every time",
        ),
        (
            json!({"signInFrequency": {"isEnabled": true, "type": "days", "value": 7}}),
            "sign in again every 7 days",
        ),
        (
            json!({"signInFrequency": {"isEnabled": true, "type": "hours", "value": 1}}),
            "sign in again every hour",
        ),
        (
            json!({"signInFrequency": {"isEnabled": true, "type": "days", "value": 1,
                "authenticationType": "secondaryAuthentication"}}),
            "give the second factor again every day",
        ),
        (json!({"persistentBrowser": {"isEnabled": true, "mode": "always"}}), "the browser stays signed in"),
        (
            json!({"applicationEnforcedRestrictions": {"isEnabled": true}}),
            "the app may limit what can be done",
        ),
        (
            json!({"cloudAppSecurity": {"isEnabled": true, "cloudAppSecurityType": "blockDownloads"}}),
            "downloads are blocked",
        ),
        (json!({"cloudAppSecurity": {"isEnabled": true, "cloudAppSecurityType": "newThing"}}), "newThing"),
        (json!({"secureSignInSession": {"isEnabled": true}}), "only works on the device it began on"),
        (json!({"disableResilienceDefaults": true}), "not extended while Entra has an outage"),
        (json!({"continuousAccessEvaluation": {"mode": "strictLocation"}}), "access ends at once"),
        (
            json!({"continuousAccessEvaluation": {"mode": "other"}}),
            "Continuous access evaluation is \"other\"",
        ),
        (
            json!({"blockSensitiveActions": {"isEnabled": true}}),
            "Block sensitive actions is {\"isEnabled\":true}",
        ),
        (json!({"tomorrow": {"isEnabled": true}}), "sessionControls.tomorrow is {\"isEnabled\":true}"),
    ] {
        let text = with(controls);
        assert!(text.contains(&format!("; {words}")) || text.contains(words), "{words}: {text}");
    }
}

#[test]
fn several_controls_are_joined_as_the_policy_joins_them() {
    says(
        json!({"grantControls": {"operator": "OR", "builtInControls": ["compliantDevice", "mfa", "domainJoinedDevice"]}}),
        "Everyone must use multifactor authentication, use a device that is marked as compliant or use a Microsoft \
         Entra hybrid joined device to sign in to any app.",
    );
    says(
        json!({"grantControls": {"operator": "AND", "builtInControls": ["passwordChange", "mfa"], "termsOfUse": [TERMS]}}),
        "Everyone must use multifactor authentication, change their password and accept the terms of use Guest rules \
         to sign in to any app.",
    );
    let strength =
        |id: &str| json!({"grantControls": {"builtInControls": [], "authenticationStrength": {"id": id}}});
    assert!(
        told(&strength("00000000-0000-0000-0000-000000000004"))
            .contains("use phishing-resistant multifactor")
    );
    assert!(told(&strength("6a0e2f5c-2f4d-4d0f-8a3b-0f6f3c1d9e77")).contains(
        "authenticate as the strength authentication strength 6a0e2f5c-2f4d-4d0f-8a3b-0f6f3c1d9e77 asks"
    ));
}

#[test]
fn whom_it_is_for() {
    let users = |users: Value| told(&json!({"conditions": {"users": users}}));
    assert!(users(json!({"includeUsers": [ADA]})).starts_with("Ada must"));
    assert!(
        users(json!({"includeUsers": [], "includeGroups": [SALES, EMERGENCY], "excludeUsers": [ADA]}))
            .starts_with("Members of Emergency access or Sales except Ada must")
    );
    assert!(
        users(json!({"includeUsers": [], "includeRoles": ["62e90394-69f5-4237-9190-012177145e10"]}))
            .starts_with("Holders of the role Global Administrator must")
    );
    assert!(
        users(json!({"includeUsers": ["GuestsOrExternalUsers"]}))
            .starts_with("Guests and external users must")
    );
    assert!(users(json!({"includeUsers": ["None"], "excludeUsers": [ADA]})).starts_with(
        "It applies to nobody (it says to leave out Ada; to look for: sign in to any app; to use"
    ));
    let kinds = json!({"guestOrExternalUserTypes": "b2bCollaborationGuest,fromMars",
        "externalTenants": {"membershipKind": "enumerated", "members": ["a1"]}});
    let text = users(json!({"includeUsers": [], "includeGuestsOrExternalUsers": kinds}));
    assert!(text.contains("fromMars") && text.contains("B2B collaboration guest users"), "{text}");
    assert!(text.contains("of the tenant a1"), "{text}");
    assert_eq!(GuestType::KNOWN.len() - 1, 6, "all kinds are told as one; the count must follow Graph's");
}

#[test]
fn workload_and_agent_identities_are_subjects_too() {
    let body = json!({"conditions": {"users": null,
        "clientApplications": {"includeServicePrincipals": ["ServicePrincipalsInMyTenant"]},
        "servicePrincipalRiskLevels": ["high", "low", "medium"]},
        "grantControls": {"builtInControls": ["block"]}});
    says(
        body,
        "All workload identities that the tenant owns may not sign in to any app when the service principal risk is \
         high, medium or low.",
    );
    let agents = json!({"conditions": {"users": null, "clientApplications": {"includeAgentIdServicePrincipals": ["All"]}}});
    assert!(told(&agents).starts_with("All agent identities must"));
}

#[test]
fn what_it_covers() {
    let apps = |apps: Value| told(&json!({"conditions": {"applications": apps}}));
    assert!(
        apps(json!({"includeApplications": ["Office365", "MicrosoftAdminPortals"]}))
            .contains("to sign in to Microsoft Admin Portals or Office 365.")
    );
    assert!(
        apps(json!({"excludeApplications": ["00000002-0000-0ff1-ce00-000000000000"]}))
            .contains("to sign in to any app except ")
    );
    assert!(
        apps(json!({"includeApplications": [], "includeUserActions": ["urn:user:registersecurityinfo"]}))
            .contains("to register security information.")
    );
    assert!(
        apps(json!({"includeApplications": [], "includeUserActions": ["urn:user:flies"]}))
            .contains("perform the user action \"urn:user:flies\"")
    );
    assert!(
        apps(json!({"includeApplications": [], "includeAuthenticationContextClassReferences": ["c7"]}))
            .contains("to reach what the authentication context authentication context c7 protects.")
    );
    assert!(apps(json!({"includeApplications": []})).starts_with(
        "It applies to everyone, but covers nothing they could do (it says to use multifactor authentication)."
    ));
}

#[test]
fn when_it_applies() {
    let when = |conditions: Value| told(&json!({"conditions": conditions}));
    for (conditions, end) in [
        (
            json!({"clientAppTypes": ["browser", "mobileAppsAndDesktopClients"]}),
            "in a browser or with a mobile or desktop app.",
        ),
        (
            json!({"clientAppTypes": ["browser", "glasses"]}),
            "in a browser or with the client app type \"glasses\".",
        ),
        (
            json!({"platforms": {"includePlatforms": ["all"], "excludePlatforms": ["windows", "iOS"]}}),
            "on any platform except iOS and Windows.",
        ),
        (
            json!({"locations": {"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]}}),
            "from any location except a trusted location.",
        ),
        (json!({"locations": {"includeLocations": [OFFICE]}}), "from Head office."),
        (json!({"userRiskLevels": ["medium", "high"]}), "when the user risk is high or medium."),
        (json!({"signInRiskLevels": ["high", "purple"]}), "when the sign-in risk is high or \"purple\"."),
        (
            json!({"authenticationFlows": {"transferMethods": "deviceCodeFlow,authenticationTransfer"}}),
            "by authentication transfer or device code flow.",
        ),
        (
            json!({"devices": {"deviceFilter": {"mode": "exclude", "rule": "device.isCompliant -eq True"}}}),
            "on devices other than those for which device.isCompliant -eq True.",
        ),
        (
            json!({"devices": {"deviceFilter": {"mode": "include", "rule": "device.isCompliant -eq True"}}}),
            "on devices for which device.isCompliant -eq True.",
        ),
    ] {
        let text = when(conditions);
        let first = text.split(". Not understood").next().unwrap_or_default();
        assert_eq!(
            format!("{}.", first.trim_end_matches('.')),
            format!("Everyone must use multifactor authentication to sign in to any app {end}")
        );
    }
}

#[test]
fn what_is_not_known_is_named() {
    let text = told(&json!({
        "conditions": {"weather": "rain", "userRiskLevels": ["purple"]},
        "grantControls": {"builtInControls": ["mfa", "retinaScan"], "operator": "XOR"},
    }));
    for part in [
        "under the condition conditions.weather \"rain\"",
        "\"purple\"",
        "satisfy the control \"retinaScan\"",
        "XOR",
        "Not understood by this version: ",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn long_lists_of_objects_are_counted_and_words_are_not() {
    let groups: Vec<String> = (0..9).map(|n| format!("6a0e2f5c-2f4d-4d0f-8a3b-0f6f3c1d9f0{n}")).collect();
    let text = told(&json!({"conditions": {"users": {"includeUsers": [], "includeGroups": groups}}}));
    assert!(text.contains("or 5 more groups must"), "{text}");
    let five = json!({"conditions": {"users": {"includeUsers": [], "includeGroups": groups[..5]}}});
    assert!(!told(&five).contains("more"), "one more is named, not counted");
}
