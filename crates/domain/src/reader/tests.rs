use super::*;
use proptest::prelude::*;
use serde_json::json;

fn policy(name: &str) -> Value {
    json!({
        "displayName": name, "state": "enabled",
        "conditions": {"users": {"includeUsers": ["All"]}, "applications": {"includeApplications": ["All"]}},
        "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
    })
}

fn read(value: &Value) -> FileReading {
    read_bytes("file.json", value.to_string().as_bytes())
}

#[test]
fn every_container_gives_the_same_policies() {
    let page =
        json!({"@odata.context": "https://graph.microsoft.com/x", "value": [policy("a"), policy("b")]});
    let export = json!({"tenant": "t", "policies": {"value": [policy("a"), policy("b")]}, "version": 1});
    let lines = format!("{}\n{}\n", policy("a"), policy("b"));
    let readings = [
        read(&json!([policy("a"), policy("b")])),
        read(&page),
        read(&export),
        read_bytes("x", lines.as_bytes()),
    ];
    for reading in readings {
        let names: Vec<_> = reading.policies.iter().map(|p| (p.index, p.policy.name().to_owned())).collect();
        assert_eq!(names, [(0, "a".to_owned()), (1, "b".to_owned())]);
        assert!(reading.skipped.is_empty());
    }
}

#[test]
fn a_template_is_a_policy_that_is_enabled() {
    let mut details = policy("");
    details.as_object_mut().expect("an object").remove("state");
    let reading = read(&json!({"id": "t-1", "name": "Block legacy authentication", "details": details}));
    let read = &reading.policies[0];
    assert_eq!(read.policy.name(), "Block legacy authentication");
    assert!(read.policy.is_enforced());
    assert_eq!(read.policy.template_id.as_deref(), Some("t-1"));
    assert!(read.warnings[0].message.contains("template"));
}

#[test]
fn what_the_api_gave_is_read_again() {
    let page = json!({"items": [
        {"id": "p-1", "display_name": "a", "state": "enabled", "who": ["All users"], "body": policy("a")},
    ]});
    assert_eq!(read(&page).policies[0].policy.name(), "a");
    let place = json!({"displayName": "Offices", "ipRanges": [{"cidrAddress": "192.0.2.0/24"}], "id": "L"});
    let snapshot = json!({
        "taken_at": "2026-01-01T00:00:00Z", "named_locations": [place],
        "documents": [
            {"kind": "policy", "object_id": "p-1", "display_name": "a", "body": policy("a")},
            {"kind": "named_location", "object_id": "L", "display_name": "Offices", "body": place},
        ],
        "references": [{"kind": "group", "id": "G", "display_name": "Sales", "state": "resolved"},
            {"kind": "user", "id": "U", "display_name": null, "state": "deleted"}],
    });
    let reading = read(&snapshot);
    assert_eq!((reading.policies.len(), reading.named_locations.len()), (1, 2));
    let names: Vec<_> = reading.names.iter().map(|name| (name.kind, name.display_name.as_str())).collect();
    assert_eq!(names, [(NameKind::Group, "Sales")]);
}

#[test]
fn what_is_no_policy_is_told_apart_and_named() {
    let reading = read(&json!([
        {"displayName": "Offices", "ipRanges": [{"cidrAddress": "192.0.2.0/24"}], "id": "L"},
        {"displayName": "Break glass", "id": "G", "securityEnabled": true},
        {"displayName": "Keys only", "id": "S", "allowedCombinations": ["fido2"]},
        {"displayName": "App", "id": "O", "appId": "A"},
        {"@odata.type": "#microsoft.graph.windows10CompliancePolicy", "displayName": "Compliance"},
        {"a": 1, "b": 2},
        "text",
    ]));
    assert_eq!(reading.named_locations[0].display_name, "Offices");
    assert_eq!(reading.groups[0].id.as_deref(), Some("G"));
    assert_eq!(reading.authentication_strengths.len(), 1);
    assert_eq!(reading.names.len(), 2);
    let reasons: Vec<_> = reading.skipped.iter().map(|skipped| skipped.reason.as_str()).collect();
    assert_eq!(reasons.len(), 3);
    assert!(reasons[0].contains("windows10CompliancePolicy"));
    assert!(reasons[1].contains("has the members a, b"));
    assert!(reasons[2].contains("a text"));
}

#[test]
fn unreadable_files_are_named_and_stop_nothing() {
    let good = policy("a").to_string();
    let deep = "[".repeat(100_000);
    let files: [(&str, &[u8]); 5] = [
        ("broken.json", b"{\"displayName\": "),
        ("empty.json", b" \n"),
        ("deep.json", deep.as_bytes()),
        ("garbage.bin", &[0x00, 0xFF, 0xC3, 0x28]),
        ("good.json", good.as_bytes()),
    ];
    let reading = read_many(files);
    assert_eq!(reading.policies.len(), 1);
    let skipped: Vec<_> = reading.skipped.iter().map(|s| s.path.as_str()).collect();
    assert_eq!(skipped, ["broken.json", "empty.json", "deep.json", "garbage.bin"]);
}

#[test]
fn copies_and_versions_of_a_policy_are_pointed_out() {
    let mut copy = policy("a renamed");
    copy["id"] = json!("11111111-1111-4111-8111-111111111111");
    let mut version = policy("a");
    version["state"] = json!("disabled");
    let [first, copy, version] = [policy("a"), copy, version].map(|p| p.to_string());
    let reading = read_many([
        ("1.json", first.as_bytes()),
        ("2.json", copy.as_bytes()),
        ("3.json", version.as_bytes()),
    ]);
    assert_eq!(reading.duplicates.len(), 1);
    assert_eq!(
        (reading.duplicates[0].path.as_str(), reading.duplicates[0].same_as.as_str()),
        ("2.json", "1.json")
    );
    assert_eq!(reading.same_names.len(), 1);
    let places: Vec<_> = reading.same_names[0].places.iter().map(|p| p.path.as_str()).collect();
    assert_eq!(places, ["1.json", "3.json"]);
}

proptest! {
    #[test]
    fn no_bytes_can_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let reading = read_bytes("any", &bytes);
        prop_assert!(!reading.is_empty() || !reading.skipped.is_empty());
    }

    #[test]
    fn a_damaged_export_comes_out_or_is_named(
        policy in crate::arbitrary::any_policy(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = json!({"value": [policy]}).to_string().into_bytes();
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        for bytes in [bytes.as_slice(), &bytes[..cut.index(bytes.len())]] {
            let reading = read_bytes("damaged", bytes);
            prop_assert!(!reading.is_empty() || !reading.skipped.is_empty());
            for read in &reading.policies {
                crate::normal::normal_digest(&read.policy);
            }
        }
    }
}

/// Files of one folder, by path.
fn read_folder(files: &[(&str, Value)]) -> Reading {
    let texts: Vec<(&str, String)> = files.iter().map(|(path, body)| (*path, body.to_string())).collect();
    read_many(texts.iter().map(|(path, text)| (*path, text.as_bytes())))
}

fn intent(more: &Value) -> Value {
    let mut intent = json!({
        "id": "X1", "displayName": "X1 - Require MFA", "include": {"users": "all"},
        "exclude": {"groups": ["Glass"], "guestsAndExternals": true},
        "applications": {"include": "all"}, "conditions": {"clientAppTypes": ["all"]},
        "grant": {"operator": "OR", "builtInControls": ["mfa"]},
    });
    for (name, value) in more.as_object().expect("an object") {
        intent[name] = value.clone();
    }
    intent
}

#[test]
fn an_intent_is_read_as_the_policy_it_stands_for() {
    let guests = "internalGuest,b2bCollaborationGuest,b2bCollaborationMember,b2bDirectConnectUser,otherExternalUser,serviceProvider";
    let graph = json!({
        "displayName": "X1 - Require MFA", "state": "enabled",
        "conditions": {
            "clientAppTypes": ["all"],
            "users": {"includeUsers": ["All"], "excludeGroups": ["Glass"], "excludeGuestsOrExternalUsers": {
                "guestOrExternalUserTypes": guests, "externalTenants": {"membershipKind": "all"}}},
            "applications": {"includeApplications": ["All"]},
        },
        "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
    });
    let meaning = |value: &Value| crate::normal::normal_digest(&read(value).policies[0].policy);
    assert_eq!(meaning(&intent(&json!({}))), meaning(&graph));

    let admin = intent(&json!({
        "include": {"roles": "privilegedAdmins"}, "exclude": {},
        "applications": {"include": ["azureManagement", "office365"], "lookup": "servicePrincipal"},
        "conditions": {
            "platforms": {"include": ["all"], "exclude": ["linux"]},
            "locations": {"include": ["All"], "exclude": ["Offices"]},
            "authenticationFlows": ["deviceCodeFlow", "authenticationTransfer"],
            "deviceFilter": {"mode": "exclude", "rule": "device.isCompliant -eq True"},
            "insiderRiskLevels": ["elevated"],
        },
        "grant": {"authenticationStrength": "phishingResistantMfa"},
        "session": {
            "signInFrequency": {"value": 4, "type": "hours"}, "persistentBrowser": "never",
            "continuousAccessEvaluation": "strict", "tokenProtectionEnforced": true,
        },
    }));
    let found = read(&admin);
    let (policy, body) = (&found.policies[0].policy, &found.policies[0].raw);
    assert_eq!(policy.uncertainties(), Vec::<String>::new());
    let users = &body["conditions"]["users"];
    assert_eq!(users["includeRoles"].as_array().map(Vec::len), Some(15));
    for (path, value) in [
        ("/conditions/applications/includeApplications/1", json!("Office365")),
        ("/conditions/platforms/excludePlatforms", json!(["linux"])),
        ("/conditions/locations/excludeLocations", json!(["Offices"])),
        ("/conditions/authenticationFlows/transferMethods", json!("deviceCodeFlow,authenticationTransfer")),
        ("/conditions/devices/deviceFilter/mode", json!("exclude")),
        ("/grantControls/authenticationStrength/id", json!("00000000-0000-0000-0000-000000000004")),
        ("/sessionControls/signInFrequency/isEnabled", json!(true)),
        ("/sessionControls/persistentBrowser/mode", json!("never")),
        ("/sessionControls/continuousAccessEvaluation/mode", json!("strictLocation")),
        ("/sessionControls/secureSignInSession/isEnabled", json!(true)),
    ] {
        assert_eq!(body.pointer(path), Some(&value), "{path}");
    }
}

#[test]
fn words_of_an_intent_that_are_not_known_are_shown() {
    let odd =
        intent(&json!({"conditions": {"moonPhase": ["full"]}, "include": {"users": "all", "pets": "all"}}));
    let found = read(&odd);
    let uncertain = found.policies[0].policy.uncertainties();
    assert_eq!(uncertain, ["conditions.moonPhase", "conditions.users.pets"]);
    let agents = intent(&json!({
        "include": {"agentIds": "all"}, "conditions": {"agentIdRiskLevels": ["high"]},
        "grant": {"builtInControls": ["block"]},
    }));
    let found = read(&agents);
    assert_eq!(found.policies[0].policy.uncertainties(), Vec::<String>::new());
    assert!(found.policies[0].warnings.iter().any(|warning| warning.message.contains("from agents")));
}

#[test]
fn a_manifest_gives_the_policies_beside_it_their_state() {
    let manifest = |state: &str| json!({"$schemaVersion": "1.0", "deployState": state, "order": ["groups"], "policies": ["X1.json"]});
    let named = |name: &str| intent(&json!({"displayName": name}));
    let reading = read_folder(&[
        ("a/manifest.json", manifest("enabledForReportingButNotEnforced")),
        ("a/policies/X1.json", named("of a")),
        ("a/b/manifest.json", manifest("disabled")),
        ("a/b/policies/X1.json", named("of b")),
        ("a/policies/X2.json", intent(&json!({"displayName": "own", "deployState": "disabled"}))),
        ("c/X1.json", named("of none")),
        ("a/groups/Glass.json", json!({"displayName": "Glass", "mailNickname": "glass", "tier": "required"})),
        (
            "a/namedLocations/O.json",
            json!({"displayName": "Offices", "type": "ip", "isTrusted": true,
            "ipRanges": ["192.0.2.0/24", "2001:db8::/32"]}),
        ),
        (
            "a/namedLocations/C.json",
            json!({"displayName": "Countries", "type": "country",
            "countriesAndRegions": ["CA"], "includeUnknownCountriesAndRegions": false}),
        ),
    ]);
    let states: Vec<_> = reading
        .policies
        .iter()
        .map(|read| (read.policy.name(), read.raw["state"].as_str().unwrap_or_default()))
        .collect();
    assert_eq!(
        states,
        [
            ("of a", "enabledForReportingButNotEnforced"),
            ("of b", "disabled"),
            ("own", "disabled"),
            ("of none", "enabled"),
        ]
    );
    let told = |at: usize| reading.policies[at].warnings[0].message.clone();
    assert!(told(0).contains("the manifest gives") && told(3).contains("without a state"));
    assert_eq!(reading.groups[0].id.as_deref(), Some("Glass"));
    let range = &reading.named_locations[0].body["ipRanges"][1];
    assert_eq!(range["@odata.type"], "#microsoft.graph.iPv6CidrRange");
    assert_eq!(reading.named_locations[1].body["@odata.type"], "#microsoft.graph.countryNamedLocation");
    assert_eq!(reading.skipped.len(), 2, "{:?}", reading.skipped);
    // A location goes by its name where policies refer to it so.
    let names = crate::names::Names::of_reading(&reading);
    assert!(names.entry(NameKind::NamedLocation, "Offices").is_some_and(|entry| entry.body.is_some()));
}

#[test]
fn a_template_of_cipp_is_taken_apart() {
    let mut template = policy("MFA outside");
    template["conditions"]["locations"] =
        json!({"includeLocations": ["All"], "excludeLocations": ["Offices"]});
    template["conditions"]["applications"] =
        json!({"includeAuthenticationContextClassReferences": ["Payments", "c9"]});
    template["LocationInfo"] = json!({"displayName": "Offices", "isTrusted": true,
        "@odata.type": "#microsoft.graph.ipNamedLocation", "ipRanges": [{"cidrAddress": "192.0.2.0/24"}]});
    template["AuthContextInfo"] = json!([{"id": "c1", "displayName": "Payments", "isAvailable": true}]);
    let plain = read(&template);
    let row = json!({"PartitionKey": "CATemplate", "RowKey": "r", "GUID": "g", "JSON": template.to_string()});
    for reading in
        [&plain, &read(&row), &read(&json!([row])), &read(&json!({"RawJSON": template.to_string()}))]
    {
        assert_eq!(reading.policies[0].policy.uncertainties(), Vec::<String>::new());
        let apps = &reading.policies[0].raw["conditions"]["applications"];
        assert_eq!(apps["includeAuthenticationContextClassReferences"], json!(["c1", "c9"]));
        assert_eq!(reading.named_locations[0].id.as_deref(), Some("Offices"));
        assert_eq!(reading.names[0].display_name, "Payments");
        assert!(reading.skipped.is_empty(), "{:?}", reading.skipped);
    }
    let other = read(&json!({"PartitionKey": "IntuneTemplate", "JSON": "{\"a\": 1}"}));
    assert!(other.skipped[0].reason.starts_with("holds in JSON what"), "{:?}", other.skipped);
}

#[test]
fn versions_of_a_policy_are_told_apart_by_what_they_mean() {
    let mut weaker = policy("a");
    weaker["conditions"]["users"]["excludeGroups"] = json!(["<Travellers>"]);
    let reading = read_folder(&[("1.json", policy("a")), ("old/1.json", weaker), ("2.json", policy("b"))]);
    let versions = reading.versions();
    assert_eq!(versions.len(), 1);
    let [first, second] = versions[0].versions.as_slice() else { panic!("two of them") };
    assert_eq!((first.place.path.as_str(), first.diff.len()), ("1.json", 0));
    assert_eq!(second.diff[0].field, "conditions.users.excludeGroups");
}
