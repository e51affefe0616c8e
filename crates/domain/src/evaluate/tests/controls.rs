use super::*;

fn granting(grant: Value) -> Value {
    let mut body = policy(json!({"grantControls": null}));
    merge(&mut body, json!({ "grantControls": grant }));
    body
}

fn requirements(policies: &[Value]) -> Vec<String> {
    let decision = decide(policies, json!({}));
    assert_eq!(decision["decision"], "grant");
    let clauses = decision["requirements"].as_array().expect("a list").iter();
    let words =
        |clause: &Value| -> Vec<String> { serde_json::from_value(clause["any_of"].clone()).expect("words") };
    clauses.map(|clause| words(clause).join(" or ")).collect()
}

#[test]
fn requirements_of_several_policies_are_joined_and_the_weaker_dropped() {
    let mfa = granting(json!({"operator": "OR", "builtInControls": ["mfa"]}));
    let either = granting(json!({"operator": "OR", "builtInControls": ["compliantDevice", "mfa"]}));
    let both = granting(json!({"operator": "AND", "builtInControls": ["passwordChange", "mfa"]}));
    let strong = granting(json!({
        "operator": "OR", "builtInControls": [],
        "authenticationStrength": {"id": "00000000-0000-0000-0000-000000000004"},
    }));
    let terms = granting(
        json!({"operator": "AND", "termsOfUse": ["t-1"], "customAuthenticationFactors": ["f"], "builtInControls": ["domainJoinedDevice"]}),
    );
    assert_eq!(requirements(&[mfa.clone(), mfa.clone()]), ["mfa"]);
    assert_eq!(requirements(std::slice::from_ref(&either)), ["mfa or compliantDevice"]);
    assert_eq!(requirements(&[either.clone(), mfa.clone()]), ["mfa"]);
    assert_eq!(requirements(&[both, either]), ["mfa", "passwordChange"]);
    assert_eq!(requirements(&[mfa.clone(), strong]), ["authenticationStrength:Phishing-resistant MFA"]);
    assert_eq!(
        requirements(&[terms, mfa]),
        ["mfa", "domainJoinedDevice", "termsOfUse:t-1", "customAuthenticationFactor:f"]
    );
}

/// Custom strengths are what they allow, whatever their ids and names are.
#[test]
fn of_two_strengths_that_allow_the_same_either_order_shows_the_same_one() {
    let strength = |members: Value| {
        let mut strength = json!({"allowedCombinations": ["fido2"], "policyType": "custom"});
        merge(&mut strength, members);
        granting(json!({"operator": "OR", "builtInControls": [], "authenticationStrength": strength}))
    };
    let keys = strength(json!({"id": "7b1f4c9e-0000-4000-8000-000000000000", "displayName": "Keys"}));
    let fido = strength(json!({"id": "7b1f4c9e-0000-4000-8000-000000000001", "displayName": "FIDO"}));
    let nameless = strength(json!({}));
    for (others, shown) in [([&keys, &fido], "FIDO"), ([&keys, &nameless], "Keys")] {
        for [one, other] in [others, [others[1], others[0]]] {
            let shown = format!("authenticationStrength:{shown}");
            assert_eq!(requirements(&[one.clone(), other.clone()]), [shown]);
        }
    }
}

#[test]
fn block_ends_it() {
    let mut block = granting(json!({"operator": "OR", "builtInControls": ["block"]}));
    let decision = decide(&[policy(json!({})), block.clone()], json!({}));
    assert_eq!(decision["decision"], "block");
    assert_eq!(decision["requirements"], json!([]));
    assert_eq!(decision["applied"].as_array().map(Vec::len), Some(2));
    block["state"] = json!("enabledForReportingButNotEnforced");
    assert_eq!(decide(&[block], json!({}))["decision"], "grant");
}

#[test]
fn the_strictest_of_each_session_control_holds() {
    let session = |controls: Value| policy(json!({"grantControls": null, "sessionControls": controls}));
    let hours = |value: i64| json!({"signInFrequency": {"isEnabled": true, "value": value, "type": "hours"}});
    let always = session(json!({"persistentBrowser": {"isEnabled": true, "mode": "always"}}));
    let never = session(json!({"persistentBrowser": {"isEnabled": true, "mode": "never"}}));
    let every = session(json!({"signInFrequency": {"isEnabled": true, "frequencyInterval": "everyTime"}}));
    let secondary = session(json!({
        "signInFrequency": {"isEnabled": true, "value": 2, "type": "hours", "authenticationType": "secondaryAuthentication"},
    }));
    let of = |policies: &[Value]| decide(policies, json!({}))["session"].clone();
    assert_eq!(
        of(&[session(hours(12)), session(hours(4)), always.clone()]),
        json!({"sign_in_frequency": {"hours": 4}, "persistent_browser": "always"})
    );
    assert_eq!(of(&[always, never]), json!({"persistent_browser": "never"}));
    assert_eq!(of(&[every, secondary.clone()]), json!({"sign_in_frequency": "everyTime"}));
    assert_eq!(
        of(&[session(hours(12)), secondary]),
        json!({"sign_in_frequency": {"hours": 12}, "sign_in_frequency_secondary": {"hours": 2}})
    );
    let cloud =
        |kind: &str| session(json!({"cloudAppSecurity": {"isEnabled": true, "cloudAppSecurityType": kind}}));
    assert_eq!(
        of(&[cloud("monitorOnly"), cloud("blockDownloads")]),
        json!({"cloud_app_security": "blockDownloads"})
    );
    assert_eq!(
        of(&[cloud("mcasConfigured"), cloud("monitorOnly")]),
        json!({"cloud_app_security": ["mcasConfigured", "monitorOnly"]})
    );
    let on = session(json!({
        "applicationEnforcedRestrictions": {"isEnabled": true}, "secureSignInSession": {"isEnabled": true},
        "disableResilienceDefaults": true, "continuousAccessEvaluation": {"mode": "disabled"},
    }));
    assert_eq!(
        of(&[on]),
        json!({
            "application_enforced_restrictions": true, "secure_sign_in_session": true,
            "continuous_access_evaluation": "disabled", "disable_resilience_defaults": true,
        })
    );
}
