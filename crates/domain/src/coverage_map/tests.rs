//! Cells say what holds, never more.

use super::*;
use crate::names::Names;

fn policy(name: &str, users: Value, more: Value, controls: &[&str]) -> Value {
    let mut conditions = json!({"users": users, "applications": {"includeApplications": ["All"]}});
    for (name, value) in more.as_object().expect("an object") {
        conditions[name] = value.clone();
    }
    json!({
        "displayName": name, "state": "enabled", "conditions": conditions,
        "grantControls": {"operator": "OR", "builtInControls": controls},
    })
}

fn map(policies: &[Value]) -> CoverageMap {
    coverage_map(&PolicySet::of_bodies(policies, Names::new()), &Facts::default())
}

fn at<'m>(map: &'m CoverageMap, row: &str, column: &str) -> &'m MapCell {
    let row = map.personas.iter().position(|persona| persona.key == row).expect("a row");
    let column = map.columns.iter().position(|one| one.key == column).expect("a column");
    map.cells[row][column].as_ref().expect("a cell")
}

#[test]
fn each_cell_tells_the_strongest_control_that_holds_in_all_of_it() {
    let all = json!({"includeUsers": ["All"]});
    let map = map(&[
        policy("MFA", all.clone(), json!({}), &["mfa"]),
        policy("Legacy", all.clone(), json!({"clientAppTypes": ["exchangeActiveSync", "other"]}), &["block"]),
        policy("Windows", all, json!({"platforms": {"includePlatforms": ["windows"]}}), &["compliantDevice"]),
    ]);
    for (row, column, enforced) in [
        ("members", "all_apps", Enforced::Mfa),
        ("guests", "other_clients", Enforced::Blocked),
        ("members", "windows", Enforced::MfaAndDevice),
        ("administrators", "macos", Enforced::Mfa),
        ("workloads", "all_apps", Enforced::Nothing),
        ("members", "register_device", Enforced::Nothing),
    ] {
        assert_eq!(at(&map, row, column).enforced, enforced, "{row} {column}");
    }
    let windows = at(&map, "members", "windows");
    let named: Vec<&str> =
        windows.policies.iter().map(|at| map.policies[*at].display_name.as_str()).collect();
    assert_eq!(named, ["MFA", "Legacy", "Windows"]);
    assert_eq!((windows.mfa, &windows.open), (1.0, &None));
}

#[test]
fn a_part_says_how_much_and_who_is_left() {
    let role = "62e90394-69f5-4237-9190-012177145e10";
    let map = map(&[policy("Admins", json!({"includeRoles": [role]}), json!({}), &["mfa"])]);
    let admins = at(&map, "administrators", "all_apps");
    assert_eq!(admins.enforced, Enforced::Part);
    assert!(admins.mfa > 0.0 && admins.mfa < 1.0, "{}", admins.mfa);
    assert!(admins.open.as_ref().is_some_and(|said| said.contains("without multifactor authentication")));
    // A guest may hold the role: who holds it was not read.
    let guests = at(&map, "guests", "all_apps");
    assert!(guests.mfa < 0.25, "{guests:?}");
}

#[test]
fn emergency_access_leaves_no_cell_open() {
    let glass = json!({"includeUsers": ["All"], "excludeGroups": ["0d1a4f3c-5be2-4b0e-8f3b-6a5c1d2e3f40"]});
    let bodies = ["mfa", "compliantDevice", "mfa"].map(|one| policy(one, glass.clone(), json!({}), &[one]));
    let mut names = Names::new();
    names.insert(crate::names::NameKind::Group, "0d1a4f3c-5be2-4b0e-8f3b-6a5c1d2e3f40", "Break glass", None);
    let set = PolicySet::of_bodies(&bodies, names);
    let map = coverage_map(&set, &Facts::default());
    assert_eq!(at(&map, "members", "all_apps").enforced, Enforced::MfaAndDevice);
}

#[test]
fn what_is_open_counts_however_small_a_part_it_is() {
    let excluding = |at: usize, condition: Value| {
        let mut body = policy(&format!("P{at}"), json!({"includeUsers": ["All"]}), json!({}), &["mfa"]);
        for (name, value) in condition.as_object().expect("an object") {
            body["conditions"][name] = value.clone();
        }
        body
    };
    // Open is only what every one of them leaves out.
    let person = "7c1d9f7e-2d53-4c0a-9c52-0d6a3b1f2e11";
    let app = "5f3c2b1a-9e8d-4c7b-8a69-1b2c3d4e5f60";
    let map = map(&[
        excluding(0, json!({"users": {"includeUsers": ["All"], "excludeUsers": [person]}})),
        excluding(1, json!({"applications": {"includeApplications": ["All"], "excludeApplications": [app]}})),
        excluding(
            2,
            json!({"platforms": {"includePlatforms": ["all"], "excludePlatforms": ["windowsPhone"]}}),
        ),
        excluding(3, json!({"clientAppTypes": ["browser", "mobileAppsAndDesktopClients", "other"]})),
        excluding(4, json!({"signInRiskLevels": ["low", "medium", "none"]})),
        excluding(5, json!({"userRiskLevels": ["low", "medium", "none"]})),
        excluding(6, json!({"locations": {"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]}})),
    ]);
    let members = at(&map, "members", "all_apps");
    assert!(members.open.is_some(), "{members:?}");
    assert_eq!(members.enforced, Enforced::Part);
    assert!(members.mfa < 1.0, "{}", members.mfa);
}

#[test]
fn what_was_not_decided_is_never_called_enforced() {
    let some = |at: usize, names: &[&str]| -> Vec<String> {
        let chosen = names.iter().enumerate().filter(|(bit, _)| at >> bit & 1 == 1);
        let chosen: Vec<String> = chosen.map(|(_, name)| (*name).to_owned()).collect();
        if chosen.is_empty() { vec![names[0].to_owned()] } else { chosen }
    };
    // Parts of five dimensions each, mixed so that they meet in as many ways as possible.
    let policies: Vec<Value> = (1..=200_usize)
        .map(|one| {
            let at = one.wrapping_mul(0x9E37_79B9) >> 4;
            let group = |seed: usize| format!("g-{}", (at >> seed) % 400);
            let mut body = policy(
                "Half",
                json!({"includeGroups": [group(0), group(3)], "excludeGroups": [group(7)]}),
                json!({
                    "clientAppTypes": some(at >> 2, &["browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "other"]),
                    "platforms": {"includePlatforms": some(at >> 5, &["android", "iOS", "windows", "macOS", "linux"])},
                    "signInRiskLevels": some(at >> 9, &["low", "medium", "high", "none"]),
                    "userRiskLevels": some(at >> 13, &["low", "medium", "high", "none"]),
                }),
                &["block"],
            );
            body["conditions"]["applications"]["excludeApplications"] = json!([format!("a-{}", at % 200)]);
            body
        })
        .collect();
    let map = map(&policies);
    let members = at(&map, "members", "all_apps");
    assert_eq!((members.enforced, members.blocked, members.mfa), (Enforced::NotDecided, 0.0, 0.0));
    // The budget is spent by then.
    let cells = map.cells[0].iter().flatten();
    assert!(cells.clone().all(|cell| cell.enforced != Enforced::Blocked));
}

#[test]
fn without_policies_nothing_is_enforced_anywhere() {
    let map = map(&[]);
    let cells = map.cells.iter().flatten().flatten();
    assert!(cells.clone().count() > 60);
    assert!(cells.clone().all(|cell| cell.enforced == Enforced::Nothing && cell.policies.is_empty()));
}
