use super::*;
use std::collections::BTreeSet;

fn classes(rules: &[&str]) -> Classes {
    let rules: Vec<Expr> = rules.iter().map(|text| rule(text)).collect();
    Classes::of(&rules.iter().map(Some).collect::<Vec<_>>())
}

fn vectors(classes: &Classes) -> BTreeSet<Vec<bool>> {
    classes.classes.iter().map(|class| class.holds.clone()).collect()
}

/// Every vector that one of these devices has.
fn brute_force(rules: &[&str], devices: impl Iterator<Item = DeviceProperties>) -> BTreeSet<Vec<bool>> {
    let rules: Vec<Expr> = rules.iter().map(|text| rule(text)).collect();
    devices.map(|device| rules.iter().map(|rule| rule.matches(&device)).collect()).collect()
}

#[test]
fn the_unregistered_device_comes_first() {
    let found = classes(&["device.isCompliant -ne True", "device.trustType -eq \"ServerAD\""]);
    assert!(found.exact);
    assert_eq!(found.classes[0].holds, [true, false]);
    assert!(found.classes[0].properties.is_empty());
    let holds: Vec<_> = found.classes.iter().map(|class| class.holds.clone()).collect();
    assert_eq!(holds, [[true, false], [false, false], [true, true], [false, true]]);
    assert_eq!(json!(found.classes[3].properties), json!({"isCompliant": true, "trustType": "ServerAD"}));
    let none = Classes::of(&[]);
    assert_eq!((none.classes.len(), none.exact), (1, true));
}

#[test]
fn what_no_device_can_be_is_no_class() {
    let found = classes(&[
        "device.trustType -eq \"AzureAD\"",
        "device.trustType -eq \"ServerAD\"",
        "device.trustType -in [\"AzureAD\", \"ServerAD\"]",
    ]);
    assert_eq!(vectors(&found).len(), 3);
    let same = classes(&["device.isCompliant -eq True", "device.isCompliant -ne True"]);
    assert_eq!(vectors(&same), BTreeSet::from([vec![true, false], vec![false, true]]));
}

#[test]
fn no_vector_is_missed_over_all_short_texts() {
    let mut texts = vec![String::new()];
    let mut last = texts.clone();
    for _ in 0..6 {
        last = last.iter().flat_map(|text| ["a", "b", "-"].map(|letter| format!("{text}{letter}"))).collect();
        texts.extend(last.clone());
    }
    let sets: [&[&str]; 5] = [
        &[
            "device.model -startsWith \"ab\"",
            "device.model -endsWith \"ba\"",
            "device.model -contains \"bb\"",
        ],
        &["device.model -eq \"aba\"", "device.model -startsWith \"ab\"", "device.model -endsWith \"ba\""],
        &["device.model -startsWith \"a\"", "device.model -startsWith \"ab\"", "device.model -eq \"ab\""],
        &["device.model -contains \"ab\"", "device.model -contains \"ba\"", "device.model -contains \"aba\""],
        &["device.model -notContains \"a\" -and device.model -ne null", "device.model -endsWith \"\""],
    ];
    for rules in sets {
        let devices = texts.iter().map(|text| device(json!({"model": text})));
        let all = brute_force(rules, devices.chain([DeviceProperties::unregistered()]));
        let found = classes(rules);
        assert!(found.exact, "{rules:?}");
        assert_eq!(vectors(&found), all, "{rules:?}");
    }
}

#[test]
fn no_vector_is_missed_over_several_attributes() {
    let rules = [
        "device.isCompliant -eq True -or device.trustType -eq \"ServerAD\"",
        "device.isCompliant -ne True -and device.deviceOwnership -ne \"Company\"",
        "device.systemLabels -contains \"A\" -and device.systemLabels -notContains \"B\"",
    ];
    let mut devices = Vec::new();
    for compliant in [Value::Null, json!(true), json!(false)] {
        for trust in [Value::Null, json!("AzureAD"), json!("ServerAD"), json!("Workplace")] {
            for owner in [Value::Null, json!("Company"), json!("Personal")] {
                for labels in [Value::Null, json!(["A"]), json!(["B"]), json!(["A", "B"]), json!(["C"])] {
                    devices.push(device(json!({
                        "isCompliant": compliant, "trustType": trust, "deviceOwnership": owner, "systemLabels": labels,
                    })));
                }
            }
        }
    }
    let found = classes(&rules);
    assert!(found.exact);
    assert_eq!(vectors(&found), brute_force(&rules, devices.into_iter()));
}

#[test]
fn a_rule_that_cannot_be_parsed_is_free() {
    let compliant = rule("device.isCompliant -eq True");
    let found = Classes::of(&[None, Some(&compliant), None]);
    assert!(found.exact);
    assert_eq!(vectors(&found).len(), 8);
    assert_eq!(found.classes[0].holds, [false, false, false]);
}

#[test]
fn too_much_is_said_to_be_too_much() {
    let free = vec![None; 20];
    let found = Classes::of(&free);
    assert!(!found.exact && found.classes.len() == 22);
    let many: Vec<Expr> = (1..=16).map(|n| rule(&format!("device.attribute{n} -eq \"x\""))).collect();
    let found = Classes::of(&many.iter().map(Some).collect::<Vec<_>>());
    assert!(!found.exact);
    // Nothing, each rule alone, each two of them.
    assert_eq!(found.classes.len(), 1 + 16 + 16 * 15 / 2);
    let parts: Vec<Expr> = (0..14).map(|n| rule(&format!("device.model -contains \"{n}x\""))).collect();
    let found = Classes::of(&parts.iter().map(Some).collect::<Vec<_>>());
    assert!(!found.exact && found.classes.len() >= 15);
}
