use super::*;
use serde_json::json;

fn normal(body: &Value) -> NormalPolicy {
    normalise(&Policy::read(body).0, &Names::new())
}

fn policy() -> Value {
    json!({
        "displayName": "MFA for everyone", "state": "enabled",
        "conditions": {
            "users": {"includeUsers": ["All"], "excludeGroups": ["7B1F4C9E-0000-4000-8000-00000000000A"]},
            "applications": {"includeApplications": ["All"]},
            "clientAppTypes": ["all"],
        },
        "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
    })
}

/// `policy()` with one member replaced.
fn with(path: &str, value: Value) -> Value {
    let mut body = policy();
    let mut place = &mut body;
    for name in path.split('.') {
        place = &mut place[name];
    }
    *place = value;
    body
}

#[track_caller]
fn assert_same(body: &Value) {
    assert_eq!(normal(body).fields, normal(&policy()).fields);
    assert_eq!(normal(body).digest(), normal(&policy()).digest());
}

#[track_caller]
fn assert_differs(body: &Value) {
    assert_ne!(normal(body).fields, normal(&policy()).fields);
    assert_ne!(normal(body).digest(), normal(&policy()).digest());
}

#[test]
fn what_is_no_meaning_does_not_show() {
    assert_same(&with("id", json!("d290f1ee-6c54-4b01-90e6-d701748f0851")));
    assert_same(&with("displayName", json!("Another name")));
    assert_same(&with("modifiedDateTime", json!("2026-01-01T00:00:00Z")));
    assert_same(&with("templateId", json!("a4072ac0-722b-4991-981b-7f9755daef14")));
    assert_same(&with("partialEnablementStrategy", json!("x")));
    assert_same(&with("conditions.users.excludeGroups", json!(["7b1f4c9e-0000-4000-8000-00000000000a"])));
    let nulls = json!({
        "platforms": null, "locations": null, "devices": null, "clientApplications": null, "times": null,
        "signInRiskLevels": [], "userRiskLevels": [], "servicePrincipalRiskLevels": [],
        "users": {"includeUsers": ["all"], "excludeGroups": ["7B1F4C9E-0000-4000-8000-00000000000A"],
                  "includeGroups": [], "includeGuestsOrExternalUsers": null},
        "applications": {"includeApplications": ["all"], "applicationFilter": null, "includeUserActions": []},
        "clientAppTypes": [],
    });
    assert_same(&with("conditions", nulls));
}

#[test]
fn what_entra_takes_as_the_same_is_the_same() {
    let four = json!(["other", "browser", "exchangeActiveSync", "mobileAppsAndDesktopClients"]);
    assert_same(&with("conditions.clientAppTypes", four));
    assert_same(&with("conditions.locations", json!({"includeLocations": ["All"], "excludeLocations": []})));
    assert_same(&with("conditions.platforms", json!({"includePlatforms": ["all"]})));
    assert_same(&with("conditions.devices", json!({"deviceFilter": {"mode": "include", "rule": " "}})));
    assert_same(&with("conditions.authenticationFlows", json!({"transferMethods": "none"})));
    assert_same(&with("grantControls.operator", json!("AND")));
    assert_same(&with(
        "grantControls",
        json!({"operator": "OR", "builtInControls": [], "authenticationStrength": {
            "id": "00000000-0000-0000-0000-000000000002", "displayName": "Multifactor authentication",
            "createdDateTime": "2021-12-01T08:00:00Z", "allowedCombinations": ["fido2"],
        }}),
    ));
    let off = json!({
        "signInFrequency": {"isEnabled": false, "value": 4, "type": "hours"},
        "persistentBrowser": {"isEnabled": false, "mode": "never"},
        "applicationEnforcedRestrictions": {"isEnabled": false}, "disableResilienceDefaults": false,
        "cloudAppSecurity": null,
    });
    assert_same(&with("sessionControls", off));
    assert_same(&with("conditions.users.includeGroups", json!(["7b1f4c9e-0000-4000-8000-00000000000b"])));
}

#[test]
fn a_change_of_meaning_shows() {
    for (path, value) in [
        ("state", json!("enabledForReportingButNotEnforced")),
        ("conditions.users.excludeGroups", json!([])),
        ("conditions.users.excludeUsers", json!(["GuestsOrExternalUsers"])),
        ("conditions.users.includeUsers", json!(["None"])),
        ("conditions.applications.excludeApplications", json!(["Office365"])),
        ("conditions.applications.includeApplications", json!(["Office365"])),
        ("conditions.clientAppTypes", json!(["browser"])),
        ("conditions.platforms", json!({"includePlatforms": ["all"], "excludePlatforms": ["iOS"]})),
        ("conditions.locations", json!({"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]})),
        ("conditions.locations", json!({"excludeLocations": ["AllTrusted"]})),
        ("conditions.signInRiskLevels", json!(["none"])),
        ("conditions.insiderRiskLevels", json!("elevated")),
        ("conditions.agentIdRiskLevels", json!("high")),
        ("conditions.authenticationFlows", json!({"transferMethods": "deviceCodeFlow"})),
        ("conditions.times", json!({"all": true})),
        ("conditions.novelty", json!("x")),
        (
            "conditions.devices",
            json!({"deviceFilter": {"mode": "include", "rule": "device.isCompliant -eq True"}}),
        ),
        ("grantControls.builtInControls", json!(["mfa", "compliantDevice"])),
        ("grantControls.builtInControls", json!(["retinaScan"])),
        ("grantControls.termsOfUse", json!(["7b1f4c9e-0000-4000-8000-00000000000c"])),
        ("grantControls.authenticationStrength", json!({"id": "7b1f4c9e-0000-4000-8000-00000000000d"})),
        ("sessionControls", json!({"continuousAccessEvaluation": {"mode": "disabled"}})),
        (
            "sessionControls",
            json!({"signInFrequency": {"isEnabled": true, "frequencyInterval": "everyTime"}}),
        ),
        ("sessionControls", json!({"disableResilienceDefaults": true})),
        ("novelty", json!(1)),
    ] {
        assert_differs(&with(path, value));
    }
    let and =
        with("grantControls", json!({"operator": "AND", "builtInControls": ["mfa", "compliantDevice"]}));
    let or = with("grantControls", json!({"operator": "OR", "builtInControls": ["mfa", "compliantDevice"]}));
    assert_ne!(normal(&and).digest(), normal(&or).digest());
}

#[test]
fn both_forms_of_guests_are_one() {
    let old = with("conditions.users", json!({"includeUsers": ["GuestsOrExternalUsers"]}));
    let every = "internalGuest,b2bCollaborationGuest,b2bCollaborationMember,b2bDirectConnectUser,\
                 otherExternalUser,serviceProvider";
    let tenants = json!({"@odata.type": "#microsoft.graph.conditionalAccessAllExternalTenants", "membershipKind": "all"});
    let new = |types: &str, tenants: Value| {
        let guests = json!({"guestOrExternalUserTypes": types, "externalTenants": tenants});
        with("conditions.users", json!({"includeUsers": [], "includeGuestsOrExternalUsers": guests}))
    };
    assert_eq!(normal(&old).digest(), normal(&new(every, tenants.clone())).digest());
    assert_eq!(normal(&old).digest(), normal(&new(every, json!(null))).digest());
    assert_ne!(normal(&old).digest(), normal(&new("internalGuest", tenants)).digest());
    let some = json!({"membershipKind": "enumerated", "members": ["7b1f4c9e-0000-4000-8000-00000000000e"]});
    assert_ne!(normal(&old).digest(), normal(&new(every, some)).digest());
}

#[test]
fn days_are_hours_and_a_rule_is_its_words() {
    let frequency = |value: i64, unit: &str| {
        let control =
            json!({"isEnabled": true, "value": value, "type": unit, "frequencyInterval": "timeBased"});
        normal(&with("sessionControls", json!({"signInFrequency": control}))).digest()
    };
    assert_eq!(frequency(1, "days"), frequency(24, "hours"));
    assert_ne!(frequency(1, "days"), frequency(1, "hours"));
    let rule = |text: &str| {
        let filter = json!({"deviceFilter": {"mode": "exclude", "rule": text}});
        normal(&with("conditions.devices", filter)).digest()
    };
    assert_eq!(rule("device.model -eq  \"A  B\""), rule(" device.model\n-eq \"A  B\" "));
    assert_ne!(rule("device.model -eq \"A  B\""), rule("device.model -eq \"A B\""));
}

#[test]
fn a_custom_strength_is_what_it_allows_not_its_id() {
    let strength = |id: &str, combinations: Value| {
        let strength = json!({"id": id, "displayName": "Keys", "allowedCombinations": combinations});
        normal(&with("grantControls", json!({"operator": "OR", "authenticationStrength": strength}))).digest()
    };
    let here = "7b1f4c9e-0000-4000-8000-0000000000aa";
    let there = "7b1f4c9e-0000-4000-8000-0000000000bb";
    assert_eq!(
        strength(here, json!(["fido2", "deviceBasedPush"])),
        strength(there, json!(["deviceBasedPush", "fido2"]))
    );
    assert_ne!(strength(here, json!(["fido2"])), strength(here, json!(["fido2", "deviceBasedPush"])));
}

#[test]
fn of_two_built_in_strengths_one_says_all() {
    let both = |operator: &str| {
        let strength = json!({"id": "00000000-0000-0000-0000-000000000004"});
        let grant =
            json!({"operator": operator, "builtInControls": ["mfa"], "authenticationStrength": strength});
        normal(&with("grantControls", grant))
    };
    let controls =
        |n: &NormalPolicy| n.set(&Field::GrantControls).iter().map(|c| c.id().to_owned()).collect::<Vec<_>>();
    assert_eq!(controls(&both("AND")), ["00000000-0000-0000-0000-000000000004"]);
    assert_eq!(controls(&both("OR")), ["00000000-0000-0000-0000-000000000002"]);
}

#[test]
fn the_normal_form_of_a_rich_policy() {
    let body = json!({
        "id": "D290F1EE-6C54-4B01-90E6-D701748F0851", "displayName": "Admins", "state": "enabled",
        "conditions": {
            "users": {"includeRoles": ["62e90394-69f5-4237-9190-012177145e10"], "excludeUsers": ["GuestsOrExternalUsers"]},
            "applications": {"includeApplications": ["797f4846-ba00-4fd7-ba43-dac1f8f63013", "MicrosoftAdminPortals"]},
            "locations": {"includeLocations": ["all"], "excludeLocations": ["alltrusted"]},
            "insiderRiskLevels": "moderate,elevated",
        },
        "grantControls": {"operator": "and", "builtInControls": ["compliantDevice", "mfa"]},
        "sessionControls": {"signInFrequency": {"isEnabled": true, "frequencyInterval": "everyTime", "value": null}},
    });
    // Sorted, since the order of a map depends on features that other crates switch on.
    insta::with_settings!({sort_maps => true}, { insta::assert_json_snapshot!(normal(&body).to_graph()) });
}

mod formats;
mod mutations;
mod properties;
