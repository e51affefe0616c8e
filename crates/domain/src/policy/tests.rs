use super::*;
use serde_json::json;

fn paths(warnings: &[Warning]) -> Vec<&str> {
    warnings.iter().map(|warning| warning.path.as_str()).collect()
}

#[test]
fn what_is_not_known_is_kept_where_it_stood() {
    let body = json!({
        "displayName": "X", "state": "enabled", "novelty": 1,
        "conditions": {
            "users": {"includeUsers": ["All"]}, "applications": {"includeApplications": ["All"]},
            "weather": {"is": "rain"}, "clientAppTypes": ["All", "gameConsole"],
        },
        "grantControls": {"builtInControls": ["mfa", "retinaScan"], "operator": "or"},
    });
    let (policy, warnings) = Policy::read(&body);
    let unmodelled: Vec<String> = policy.unmodelled().into_iter().map(|(path, _)| path).collect();
    assert_eq!(unmodelled, ["conditions.weather", "novelty"]);
    assert_eq!(
        policy.uncertainties(),
        ["conditions.clientAppTypes", "conditions.weather", "grantControls.builtInControls"]
    );
    assert!(paths(&warnings).contains(&"conditions.weather"));
    assert_eq!(Policy::read(&policy.to_graph()).0, policy);
}

#[test]
fn a_member_of_an_odd_shape_fails_nothing_and_is_not_lost() {
    let body = json!({
        "displayName": 7, "state": "enabled",
        "conditions": {
            "users": {"includeUsers": "All", "excludeGroups": [1, "a"]},
            "applications": "All",
            "authenticationFlows": {"transferMethods": ["deviceCodeFlow", "authenticationTransfer"]},
            "insiderRiskLevels": "moderate, elevated",
        },
    });
    let (policy, warnings) = Policy::read(&body);
    let conditions = policy.conditions.clone().expect("conditions are there");
    assert_eq!(conditions.users.as_ref().expect("users").include_users, ["All"]);
    assert_eq!(conditions.users.as_ref().expect("users").exclude_groups, ["a"]);
    assert_eq!(
        conditions.authentication_flows.as_ref().expect("flows").transfer_methods.0,
        [TransferMethod::DeviceCodeFlow, TransferMethod::AuthenticationTransfer]
    );
    assert_eq!(conditions.insider_risk_levels.0, [InsiderRiskLevel::Moderate, InsiderRiskLevel::Elevated]);
    for path in ["displayName", "conditions.users.includeUsers", "conditions.users.excludeGroups"] {
        assert!(paths(&warnings).contains(&path), "{path} is warned of in {warnings:?}");
    }
    assert_eq!(policy.unmodelled["displayName"], json!(7));
    assert_eq!(policy.uncertainties(), ["conditions.applications", "conditions.users.excludeGroups"]);
    assert_eq!(Policy::read(&policy.to_graph()).0, policy);
}

#[test]
fn null_absent_and_empty_are_alike_and_case_does_not_matter() {
    let sparse =
        json!({"displayName": "X", "state": "Enabled", "conditions": {"clientAppTypes": ["BROWSER"]}});
    let filled = json!({
        "DisplayName": "X", "State": "enabled", "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#x",
        "Conditions": {"ClientAppTypes": ["browser"], "Users": null, "UserRiskLevels": []},
        "GrantControls": null, "SessionControls": null,
    });
    assert_eq!(Policy::read(&sparse).0, Policy::read(&filled).0);
}

#[test]
fn an_empty_list_or_text_in_place_of_an_object_says_nothing() {
    let sparse =
        json!({"displayName": "X", "state": "enabled", "conditions": {"users": {"includeUsers": ["All"]}}});
    let odd = json!({
        "displayName": "X", "state": "enabled", "sessionControls": [],
        "conditions": {"users": {"includeUsers": ["All", null]}, "locations": [], "platforms": ""},
    });
    let (policy, warnings) = Policy::read(&odd);
    assert_eq!(policy, Policy::read(&sparse).0);
    assert_eq!(warnings, Policy::read(&sparse).1);
    assert_eq!(policy.uncertainties(), [""; 0]);
}

#[test]
fn an_unknown_word_anywhere_is_told() {
    let tenants =
        json!({"guestOrExternalUserTypes": "internalGuest", "externalTenants": {"membershipKind": "some"}});
    let filter = json!({"mode": "perhaps", "rule": "x -eq 1"});
    let body = json!({
        "displayName": "X", "state": "enabled",
        "conditions": {
            "users": {"excludeGuestsOrExternalUsers": tenants},
            "applications": {"applicationFilter": filter, "globalSecureAccess": {"includeTrafficProfiles": "all,m365"}},
            "devices": {"deviceFilter": filter},
            "clientApplications": {"servicePrincipalFilter": filter, "agentIdServicePrincipalFilter": filter},
            "agents": {"agentFilter": filter},
        },
        "sessionControls": {
            "signInFrequency": {"isEnabled": true, "value": 1, "type": "moons", "frequencyInterval": "rarely",
                "authenticationType": "third"},
            "persistentBrowser": {"isEnabled": true, "mode": "often"},
            "cloudAppSecurity": {"isEnabled": true, "cloudAppSecurityType": "hide"},
            "continuousAccessEvaluation": {"mode": "lax"},
        },
    });
    assert_eq!(
        Policy::read(&body).0.uncertainties(),
        [
            "conditions.agents.agentFilter.mode",
            "conditions.applications.applicationFilter.mode",
            "conditions.applications.globalSecureAccess",
            "conditions.clientApplications.agentIdServicePrincipalFilter.mode",
            "conditions.clientApplications.servicePrincipalFilter.mode",
            "conditions.devices.deviceFilter.mode",
            "conditions.users.excludeGuestsOrExternalUsers",
            "sessionControls.cloudAppSecurity.cloudAppSecurityType",
            "sessionControls.continuousAccessEvaluation.mode",
            "sessionControls.persistentBrowser.mode",
            "sessionControls.signInFrequency",
        ]
    );
}

#[test]
fn a_strength_may_be_named_by_a_link() {
    let link = "https://graph.microsoft.com/v1.0/policies/authenticationStrengthPolicies/\
                00000000-0000-0000-0000-000000000004";
    let (policy, _) = Policy::read(&json!({"grantControls": {"authenticationStrength@odata.bind": link}}));
    let strength = policy.grant_controls.and_then(|grant| grant.authentication_strength).expect("a strength");
    assert_eq!(strength.id.as_deref(), Some("00000000-0000-0000-0000-000000000004"));
}
