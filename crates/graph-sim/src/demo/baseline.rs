//! The demo repository: a small workspace baseline such as an MSP might publish.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::github::Repository;

pub(crate) fn repository() -> Repository {
    let mut files = BTreeMap::new();
    files.insert(
        "README.md".to_owned(),
        "# Northlight baseline\n\nSix Conditional Access policies that every customer gets.\nGroups are named in angle \
         brackets.\n"
            .to_owned(),
    );
    files.insert("LICENSE".to_owned(), "MIT License\n\nCopyright (c) 2026 Northlight IT\n".to_owned());
    for (file, policy) in policies() {
        let text = serde_json::to_string_pretty(&policy).unwrap_or_default();
        files.insert(format!("policies/{file}.json"), text);
    }
    let location = json!({
        "@odata.type": "#microsoft.graph.countryNamedLocation",
        "displayName": "Countries of work",
        "countriesAndRegions": ["NL", "BE"],
        "includeUnknownCountriesAndRegions": false,
        "countryLookupMethod": "clientIpAddress",
    });
    files.insert(
        "named-locations/countries-of-work.json".to_owned(),
        serde_json::to_string_pretty(&location).unwrap_or_default(),
    );
    Repository {
        refs: vec!["main".to_owned(), "v1.2.0".to_owned()],
        ..Repository::of("northlight-it", "conditional-access-baseline", files)
    }
}

fn policies() -> Vec<(&'static str, Value)> {
    let all = json!({ "includeUsers": ["All"], "excludeGroups": ["<Emergency access>"] });
    let apps = json!({ "includeApplications": ["All"] });
    let admins = json!({
        "includeRoles": [
            "62e90394-69f5-4237-9190-012177145e10", "194ae4cb-b126-40b2-bd5b-6091b380977d",
            "e8611ab8-c189-46e8-94e1-60213ab1f814", "29232cdf-9323-42fd-ade2-1d097af3e4de",
        ],
        "excludeGroups": ["<Emergency access>"],
    });
    let one = |name: &str, conditions: Value, grant: Value, session: Value| {
        json!({
            "displayName": name, "state": "enabled", "conditions": conditions, "grantControls": grant,
            "sessionControls": session,
        })
    };
    let grant = |controls: &[&str]| json!({ "operator": "OR", "builtInControls": controls });
    vec![
        (
            "NL100-mfa",
            one(
                "NL100 MFA for all users",
                json!({ "users": all, "applications": apps, "clientAppTypes": ["all"] }),
                grant(&["mfa"]),
                Value::Null,
            ),
        ),
        (
            "NL110-legacy",
            one(
                "NL110 Block legacy authentication",
                json!({ "users": all, "applications": apps, "clientAppTypes": ["exchangeActiveSync", "other"] }),
                grant(&["block"]),
                Value::Null,
            ),
        ),
        (
            "NL200-admins",
            one(
                "NL200 Phishing-resistant MFA for administrators",
                json!({ "users": admins, "applications": apps, "clientAppTypes": ["all"] }),
                json!({
                    "operator": "OR",
                    "builtInControls": [],
                    "authenticationStrength": { "id": "00000000-0000-0000-0000-000000000004" },
                }),
                Value::Null,
            ),
        ),
        (
            "NL210-admin-sessions",
            one(
                "NL210 Short sessions for administrators",
                json!({ "users": admins, "applications": apps, "clientAppTypes": ["all"] }),
                Value::Null,
                json!({
                    "signInFrequency": {
                        "isEnabled": true,
                        "type": "hours",
                        "value": 10,
                        "authenticationType": "primaryAndSecondaryAuthentication",
                        "frequencyInterval": "timeBased",
                    },
                    "persistentBrowser": { "isEnabled": true, "mode": "never" },
                }),
            ),
        ),
        (
            "NL300-device-code",
            one(
                "NL300 Block device code flow",
                json!({
                    "users": all,
                    "applications": apps,
                    "clientAppTypes": ["all"],
                    "authenticationFlows": { "transferMethods": "deviceCodeFlow" },
                }),
                grant(&["block"]),
                Value::Null,
            ),
        ),
        (
            "NL400-computers",
            one(
                "NL400 Compliant computers for Office 365",
                json!({
                    "users": all,
                    "applications": { "includeApplications": ["Office365"] },
                    "platforms": { "includePlatforms": ["windows", "macOS"] },
                    "clientAppTypes": ["all"],
                }),
                grant(&["compliantDevice", "domainJoinedDevice"]),
                Value::Null,
            ),
        ),
    ]
}
