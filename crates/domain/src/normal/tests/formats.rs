//! One policy in every format in which tools export it: it equals itself.

use super::*;
use crate::reader::read_bytes;

/// The policy as a create body: only what it says.
fn create_body() -> Value {
    json!({
        "displayName": "Admins", "state": "enabled",
        "conditions": {
            "users": {
                "includeRoles": ["62e90394-69f5-4237-9190-012177145e10"],
                "excludeGroups": ["7b1f4c9e-0000-4000-8000-00000000000a"],
                "excludeGuestsOrExternalUsers": {
                    "guestOrExternalUserTypes": "internalGuest,serviceProvider",
                    "externalTenants": {"@odata.type": "#microsoft.graph.conditionalAccessAllExternalTenants", "membershipKind": "all"},
                },
            },
            "applications": {"includeApplications": ["All"]},
            "insiderRiskLevels": "moderate,elevated",
            "devices": {"deviceFilter": {"mode": "exclude", "rule": "device.isCompliant -eq True"}},
        },
        "grantControls": {"operator": "AND", "builtInControls": ["compliantDevice"],
            "authenticationStrength": {"id": "00000000-0000-0000-0000-000000000004"}},
        "sessionControls": {"signInFrequency": {"isEnabled": true, "frequencyInterval": "timeBased", "value": 4, "type": "hours"}},
    })
}

/// As Graph lists it: ids, dates, and null or empty for all that is not said.
fn listed() -> Value {
    let mut body = create_body();
    body["id"] = json!("D290F1EE-6C54-4B01-90E6-D701748F0851");
    body["createdDateTime"] = json!("2025-01-01T08:00:00Z");
    for name in ["modifiedDateTime", "deletedDateTime", "templateId", "partialEnablementStrategy"] {
        body[name] = Value::Null;
    }
    let conditions = &mut body["conditions"];
    for name in
        ["platforms", "locations", "clientApplications", "times", "deviceStates", "authenticationFlows"]
    {
        conditions[name] = Value::Null;
    }
    for name in ["userRiskLevels", "signInRiskLevels", "servicePrincipalRiskLevels"] {
        conditions[name] = json!([]);
    }
    conditions["clientAppTypes"] = json!(["all"]);
    for name in ["includeUsers", "excludeUsers", "includeGroups", "excludeRoles"] {
        conditions["users"][name] = json!([]);
    }
    conditions["users"]["includeGuestsOrExternalUsers"] = Value::Null;
    for name in ["excludeApplications", "includeUserActions", "includeAuthenticationContextClassReferences"] {
        conditions["applications"][name] = json!([]);
    }
    conditions["applications"]["applicationFilter"] = Value::Null;
    let grant = &mut body["grantControls"];
    grant["customAuthenticationFactors"] = json!([]);
    grant["termsOfUse"] = json!([]);
    grant["authenticationStrength@odata.context"] = json!("https://graph.microsoft.com/v1.0/$metadata#x");
    grant["authenticationStrength"] = json!({
        "id": "00000000-0000-0000-0000-000000000004", "displayName": "Phishing-resistant MFA",
        "policyType": "builtIn", "requirementsSatisfied": "mfa", "combinationConfigurations": [],
        "createdDateTime": "2021-12-01T00:00:00Z", "modifiedDateTime": "2021-12-01T08:00:00Z",
        "allowedCombinations": ["windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor"],
    });
    let session = &mut body["sessionControls"];
    for name in ["cloudAppSecurity", "persistentBrowser", "secureSignInSession", "disableResilienceDefaults"]
    {
        session[name] = Value::Null;
    }
    session["applicationEnforcedRestrictions"] = json!({"isEnabled": false});
    session["signInFrequency"]["authenticationType"] = json!("primaryAndSecondaryAuthentication");
    body
}

/// As a management tool saves what Graph gives with full metadata: a type beside every member.
fn annotated(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut out = serde_json::Map::new();
            out.insert("@odata.type".to_owned(), json!("#microsoft.graph.conditionalAccessThing"));
            out.insert(
                "#microsoft.graph.restore".to_owned(),
                json!({"title": "restore", "target": "https://x"}),
            );
            for (name, inner) in map.iter().filter(|(name, _)| !name.contains('@')) {
                out.insert(format!("{name}@odata.type"), json!("#Collection(String)"));
                out.insert(name.clone(), annotated(inner));
            }
            Value::Object(out)
        }
        other => other.clone(),
    }
}

/// As PowerShell writes the objects of the Graph SDK: names with a capital, a bag in every object, flags too.
fn capitalised(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let capital = |name: &str| name[..1].to_uppercase() + &name[1..];
            let inner = map.iter().filter(|(name, _)| !name.contains('@'));
            let mut out: serde_json::Map<_, _> =
                inner.map(|(name, inner)| (capital(name), capitalised(inner))).collect();
            out.insert("AdditionalProperties".to_owned(), json!({}));
            Value::Object(out)
        }
        other => other.clone(),
    }
}

fn utf16(text: &str) -> Vec<u8> {
    let text = text.replace('\n', "\r\n");
    [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
}

#[test]
fn a_policy_equals_itself_in_every_export() {
    let mut details = create_body();
    for name in ["displayName", "state"] {
        details.as_object_mut().expect("an object").remove(name);
    }
    let page = json!({"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#x", "value": [listed()]});
    let template = json!({"id": "t", "name": "Admins", "description": "…", "scenarios": "protectAdmins", "details": details});
    let pretty = |value: &Value| serde_json::to_string_pretty(value).expect("it is JSON");
    let marked = |text: String| [&[0xEF, 0xBB, 0xBF], text.as_bytes()].concat();
    let exports = [
        ("create body", pretty(&create_body()).into_bytes()),
        ("page of a list", pretty(&page).into_bytes()),
        ("array", pretty(&json!([listed()])).into_bytes()),
        ("full metadata, UTF-16", utf16(&pretty(&annotated(&listed())))),
        ("PowerShell, BOM", marked(pretty(&capitalised(&listed())).replace('\n', "\r\n"))),
        ("template", pretty(&template).into_bytes()),
        ("wrapped", pretty(&json!({"items": [{"display_name": "Admins", "body": listed()}]})).into_bytes()),
    ];
    let wanted = normal(&create_body());
    assert_eq!(wanted.uncertainties, [""; 0]);
    for (format, bytes) in exports {
        let reading = read_bytes(format, &bytes);
        assert_eq!((reading.policies.len(), reading.skipped.len()), (1, 0), "{format}");
        let found = normalise(&reading.policies[0].policy, &Names::new());
        assert_eq!(found.fields, wanted.fields, "{format}");
        assert_eq!(found.digest(), wanted.digest(), "{format}");
        assert_eq!(found.display_name, "Admins", "{format}");
        assert_eq!(found.uncertainties, [""; 0], "{format}");
    }
}
