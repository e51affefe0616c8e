use super::*;
use crate::sign_in::SignInDevice;
use serde_json::{Value, json};

mod classes;
mod properties;

fn rule(text: &str) -> Expr {
    parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn device(attributes: Value) -> DeviceProperties {
    attributes.as_object().expect("an object").iter().collect()
}

fn matches(text: &str, attributes: Value) -> bool {
    rule(text).matches(&device(attributes))
}

#[test]
fn every_operator_does_what_it_says_in_any_case() {
    let surface = json!({"model": "Surface Pro 9"});
    for (text, expected) in [
        ("device.model -eq \"surface pro 9\"", true),
        ("device.MODEL -EQ 'Surface Pro'", false),
        ("Device.Model -ne \"Surface Pro 9\"", false),
        ("device.model -startsWith \"surface\"", true),
        ("device.model -notStartsWith \"surface\"", false),
        ("device.model -endsWith \"PRO 9\"", true),
        ("device.model -notEndsWith \"8\"", true),
        ("device.model -contains \"face\"", true),
        ("device.model -notContains \"face\"", false),
        ("device.model -in [\"Latitude\", 'Surface Pro 9']", true),
        ("device.model -notIn [\"Latitude\"]", true),
        ("device.model eq \"Surface Pro 9\"", true),
        ("device.model -eq null", false),
        ("device.model -ne null", true),
    ] {
        assert_eq!(matches(text, surface.clone()), expected, "{text}");
    }
}

#[test]
fn an_unregistered_device_meets_negative_operators_only() {
    let nothing = DeviceProperties::unregistered();
    for operator in ["eq", "startsWith", "endsWith", "contains"] {
        assert!(!rule(&format!("device.model -{operator} \"a\"")).matches(&nothing), "{operator}");
    }
    for operator in ["ne", "notStartsWith", "notEndsWith", "notContains"] {
        assert!(rule(&format!("device.model -{operator} \"a\"")).matches(&nothing), "{operator}");
    }
    assert!(!rule("device.isCompliant -eq False").matches(&nothing));
    assert!(rule("device.trustType -notIn [\"ServerAD\"]").matches(&nothing));
    assert!(rule("device.trustType -eq null").matches(&nothing));
}

#[test]
fn not_binds_closer_than_and_and_and_closer_than_or() {
    let text = "-not device.model -eq \"a\" -and device.model -eq \"b\" -or device.model -eq \"a\"";
    assert!(matches(text, json!({"model": "a"})));
    assert!(matches(text, json!({"model": "b"})));
    assert!(!matches("-not (device.model -eq \"a\" -or device.model -eq \"b\")", json!({"model": "b"})));
    assert!(matches("NOT not device.model -eq 'b'", json!({"model": "b"})));
}

#[test]
fn flags_are_true_or_false_with_or_without_quotes() {
    for text in ["device.isCompliant -eq True", "(device.isCompliant -eq \"true\")"] {
        assert!(matches(text, json!({"isCompliant": true})), "{text}");
        assert!(matches(text, json!({"isCompliant": "True"})), "{text}");
        assert!(!matches(text, json!({"isCompliant": false})), "{text}");
    }
}

#[test]
fn a_collection_contains_whole_members_only() {
    let label = json!({"systemLabels": ["M365Managed", "MultiUser"], "physicalIds": ["[ZTDId]:1"]});
    assert!(matches("device.systemLabels -contains \"m365managed\"", label.clone()));
    assert!(!matches("device.systemLabels -contains \"M365\"", label.clone()));
    assert!(matches("device.devicePhysicalIDs -contains \"[ZTDId]:1\"", label.clone()));
    assert!(matches("device.systemLabels -notContains \"AzureResource\"", label));
}

#[test]
fn an_unknown_attribute_is_kept() {
    let text = "device.shoeSize -eq \"42\"";
    assert!(!rule(text).comparisons()[0].attribute.is_known());
    assert!(matches(text, json!({"ShoeSize": "42"})));
    assert!(matches("device.extensionAttribute15 -eq \"SAW\"", json!({"extensionattribute15": "saw"})));
    assert!(
        Attribute::new("EXTENSIONATTRIBUTE7").is_known()
            && !Attribute::new("extensionAttribute16").is_known()
    );
}

#[test]
fn what_means_the_same_is_the_same() {
    let first = rule("device.isCompliant -eq True -or device.trustType -eq \"ServerAD\"");
    for other in [
        "device.trustType  -EQ  'serverad' -OR (device.IsCompliant -eq \"True\")",
        "-not (device.isCompliant -ne True -and device.trustType -notIn [\"ServerAD\"])",
        "device.isCompliant -in ['true'] or device.trusttype eq \"ServerAD\"",
    ] {
        assert_eq!(rule(other), first, "{other}");
        assert_eq!(rule(other).canonical(), first.canonical(), "{other}");
    }
    assert_eq!(first.to_string(), "device.isCompliant -eq \"True\" -or device.trustType -eq \"ServerAD\"");
    assert_ne!(rule("device.isCompliant -eq True -and device.trustType -eq \"ServerAD\""), first);
}

#[test]
fn quotes_may_stand_in_quotes() {
    for text in [
        "device.model -eq \"13`\" laptop\"",
        "device.model -eq '13\" laptop'",
        "device.model -eq \"13\"\" laptop\"",
    ] {
        assert!(matches(text, json!({"model": "13\" laptop"})), "{text}");
    }
}

#[test]
fn what_is_no_rule_is_told_where_and_why() {
    for (text, position, part) in [
        ("", 0, "attribute"),
        ("model -eq \"a\"", 0, "attribute"),
        ("user.model -eq \"a\"", 0, "attribute"),
        ("device.model", 12, "operator"),
        ("device.model -like \"a\"", 13, "operator"),
        ("device.model -eq a", 17, "quotes"),
        ("device.model -eq", 16, "quotes"),
        ("device.model -startsWith null", 25, "quotes"),
        ("device.model -in \"a\"", 17, "list"),
        ("device.model -in []", 18, "quotes"),
        ("device.model -in [\"a\" \"b\"]", 22, "comma"),
        ("device.model -eq \"a", 17, "never closed"),
        ("(device.model -eq \"a\"", 21, "closing"),
        ("device.model -eq \"a\")", 20, "never opened"),
        ("device.model -eq \"a\" device.model -eq \"b\"", 21, "-and"),
        ("device.model -eq \"a\" -and", 25, "attribute"),
    ] {
        let error = parse(text).expect_err(text);
        assert!(error.message.contains(part), "{text}: {error}");
        assert_eq!(error.position, position, "{text}: {error}");
    }
}

#[test]
fn hostile_rules_end_fast() {
    let long = format!("device.model -eq \"{}\"", "a".repeat(100_000));
    let deep = format!("{}device.model -eq \"a\"{}", "(".repeat(1000), ")".repeat(1000));
    let deeper = "(".repeat(100_000);
    let nots = format!("{} device.model -eq \"a\"", "-not (".repeat(500));
    for text in [&long, &deep, &deeper, &nots] {
        assert!(parse(text).is_err());
    }
    assert!(parse(&format!("{}device.model -eq \"a\"{}", "(".repeat(64), ")".repeat(64))).is_ok());
}

#[test]
fn a_sign_in_states_a_device() {
    let of = |device: Value| {
        DeviceProperties::of(&serde_json::from_value::<SignInDevice>(device).expect("a device"))
    };
    assert!(of(json!({})).is_unregistered());
    assert!(of(json!({"joined": false})).is_unregistered());
    assert_eq!(
        of(json!({"compliant": true, "joined": true})),
        device(json!({"isCompliant": true, "trustType": "ServerAD"}))
    );
    assert_eq!(of(json!({"joined": "AzureAD"})), device(json!({"TRUSTTYPE": "azuread"})));
    let own = json!({"compliant": true, "properties": {"IsCompliant": false, "model": "X"}});
    assert_eq!(of(own), device(json!({"isCompliant": false, "model": "x"})));
}
