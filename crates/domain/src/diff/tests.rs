use super::*;
use crate::{arbitrary::any_policy, normal::normalise, policy::Policy};
use proptest::prelude::*;
use serde_json::json;

fn normal(body: &Value) -> NormalPolicy {
    normalise(&Policy::read(body).0, &Names::new())
}

fn diff(baseline: &Value, live: &Value) -> Vec<FieldDiff> {
    compare_policies(&normal(baseline), &normal(live), &Bindings::same_tenant(), &Names::new(), &Names::new())
}

fn base() -> Value {
    json!({
        "displayName": "MFA", "state": "enabled",
        "conditions": {"users": {"includeUsers": ["All"]}, "applications": {"includeApplications": ["All"]}},
        "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
    })
}

/// `base()` with some members replaced, given by their paths.
fn with(changes: &[(&str, Value)]) -> Value {
    let mut body = base();
    for (path, value) in changes {
        let mut place = &mut body;
        for name in path.split('.') {
            place = &mut place[name];
        }
        *place = value.clone();
    }
    body
}

/// The directions of what differs, by field; and the other way round they must be the opposite.
#[track_caller]
fn directions(baseline: &Value, live: &Value) -> Vec<(String, Direction)> {
    let there = diff(baseline, live);
    let back = diff(live, baseline);
    assert_eq!(there.len(), back.len());
    for (one, other) in there.iter().zip(&back) {
        let opposite = match one.direction {
            Direction::Weaker => Direction::Stronger,
            Direction::Stronger => Direction::Weaker,
            Direction::Different => Direction::Different,
        };
        assert_eq!((&other.field, other.direction), (&one.field, opposite));
    }
    there.into_iter().map(|field| (field.field, field.direction)).collect()
}

#[track_caller]
fn assert_weaker(changes: &[(&str, Value)], field: &str) {
    let found = directions(&base(), &with(changes));
    assert_eq!(found, [(field.to_owned(), Direction::Weaker)]);
}

#[test]
fn less_of_it_is_weaker() {
    assert_weaker(&[("state", json!("enabledForReportingButNotEnforced"))], "state");
    assert_weaker(&[("state", json!("disabled"))], "state");
    let group = "7b1f4c9e-0000-4000-8000-000000000001";
    assert_weaker(&[("conditions.users.excludeGroups", json!([group]))], "conditions.users.excludeGroups");
    assert_weaker(
        &[("conditions.applications.excludeApplications", json!(["Office365"]))],
        "conditions.applications.excludeApplications",
    );
    assert_weaker(
        &[("conditions.applications.includeApplications", json!(["Office365"]))],
        "conditions.applications.includeApplications",
    );
    assert_weaker(&[("conditions.clientAppTypes", json!(["browser"]))], "conditions.clientAppTypes");
    assert_weaker(&[("conditions.signInRiskLevels", json!(["high"]))], "conditions.signInRiskLevels");
    assert_weaker(
        &[("conditions.locations", json!({"includeLocations": ["AllTrusted"]}))],
        "conditions.locations.includeLocations",
    );
    assert_weaker(
        &[("conditions.locations", json!({"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]}))],
        "conditions.locations.excludeLocations",
    );
    assert_weaker(
        &[("conditions.devices", json!({"deviceFilter": {"mode": "exclude", "rule": "x -eq 1"}}))],
        "conditions.devices.deviceFilter",
    );
    assert_weaker(&[("grantControls.builtInControls", json!(["mfa", "compliantDevice"]))], "grantControls");
    assert_weaker(&[("grantControls", json!(null))], "grantControls");
    assert_weaker(
        &[("sessionControls", json!({"persistentBrowser": {"isEnabled": true, "mode": "always"}}))],
        "sessionControls.persistentBrowser",
    );
    assert_weaker(
        &[("sessionControls", json!({"continuousAccessEvaluation": {"mode": "disabled"}}))],
        "sessionControls.continuousAccessEvaluation",
    );
}

#[test]
fn a_policy_for_fewer_people_is_weaker_in_every_field_that_says_so() {
    let live =
        with(&[("conditions.users", json!({"includeRoles": ["62e90394-69f5-4237-9190-012177145e10"]}))]);
    let found = directions(&base(), &live);
    assert_eq!(
        found,
        [
            ("conditions.users.includeUsers".to_owned(), Direction::Weaker),
            ("conditions.users.includeRoles".to_owned(), Direction::Weaker),
        ]
    );
}

#[test]
fn controls_compare_as_what_they_ask_for() {
    let grant = |operator: &str, controls: Value, strength: Value| {
        with(&[(
            "grantControls",
            json!({"operator": operator, "builtInControls": controls, "authenticationStrength": strength}),
        )])
    };
    let direction = |a: &Value, b: &Value| directions(a, b).first().map(|(_, direction)| *direction);
    let mfa = base();
    let both = grant("AND", json!(["mfa", "compliantDevice"]), json!(null));
    let either = grant("OR", json!(["mfa", "compliantDevice"]), json!(null));
    let device = grant("OR", json!(["compliantDevice"]), json!(null));
    let block = grant("OR", json!(["block"]), json!(null));
    let keys = grant("OR", json!([]), json!({"id": "00000000-0000-0000-0000-000000000004"}));
    let own = grant(
        "OR",
        json!([]),
        json!({"id": "7b1f4c9e-0000-4000-8000-000000000002", "displayName": "Keys",
        "allowedCombinations": ["fido2"]}),
    );
    assert_eq!(direction(&both, &mfa), Some(Direction::Weaker));
    assert_eq!(direction(&both, &either), Some(Direction::Weaker));
    assert_eq!(direction(&keys, &mfa), Some(Direction::Weaker));
    assert_eq!(
        direction(&own, &keys),
        Some(Direction::Weaker),
        "a custom strength may be stricter than a built-in one"
    );
    assert_eq!(direction(&block, &both), Some(Direction::Weaker));
    assert_eq!(direction(&mfa, &device), Some(Direction::Different));
}

#[test]
fn a_longer_sign_in_frequency_is_weaker() {
    let every = |control: Value| with(&[("sessionControls", json!({"signInFrequency": control}))]);
    let hours = |value: i64, unit: &str| {
        every(json!({"isEnabled": true, "value": value, "type": unit, "frequencyInterval": "timeBased"}))
    };
    let always = every(json!({"isEnabled": true, "frequencyInterval": "everyTime"}));
    let weaker = [("sessionControls.signInFrequency".to_owned(), Direction::Weaker)];
    assert_eq!(directions(&hours(4, "hours"), &hours(1, "days")), weaker);
    assert_eq!(directions(&always, &hours(1, "hours")), weaker);
    assert_eq!(directions(&hours(90, "days"), &base()), weaker);
    assert_eq!(directions(&hours(24, "hours"), &hours(1, "days")), []);
}

#[test]
fn values_are_shown_in_words_and_names() {
    let mut names = Names::new();
    let group = "7b1f4c9e-0000-4000-8000-000000000001";
    names.insert(crate::names::NameKind::Group, group, "Break glass", None);
    let read = |body: &Value| normalise(&Policy::read(body).0, &names);
    let live = with(&[
        ("state", json!("enabledForReportingButNotEnforced")),
        ("conditions.users.excludeGroups", json!([group, "7b1f4c9e-0000-4000-8000-000000000002"])),
        ("grantControls", json!({"operator": "OR", "builtInControls": ["mfa", "compliantDevice"]})),
    ]);
    let found = compare_policies(&read(&base()), &read(&live), &Bindings::same_tenant(), &names, &names);
    let shown: Vec<_> = found.iter().map(|f| (f.label.as_str(), &f.baseline, &f.live)).collect();
    assert_eq!(
        shown,
        [
            ("State", &json!("On"), &json!("Report-only")),
            (
                "Excluded groups",
                &Value::Null,
                &json!(["Break glass", "group 7b1f4c9e-0000-4000-8000-000000000002"])
            ),
            (
                "Access controls",
                &json!("Multifactor authentication"),
                &json!("Multifactor authentication or Require device to be marked as compliant")
            ),
        ]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(policytab_test_support::cases(200)))]

    #[test]
    fn a_policy_does_not_differ_from_itself(body in any_policy()) {
        prop_assert_eq!(diff(&body, &body), []);
    }

    #[test]
    fn the_other_way_round_is_the_opposite(a in any_policy(), b in any_policy()) {
        directions(&a, &b);
    }

    #[test]
    fn only_policies_that_mean_the_same_or_ask_for_the_same_show_nothing(a in any_policy(), b in any_policy()) {
        let (first, second) = (normal(&a), normal(&b));
        if diff(&a, &b).is_empty() {
            let without_grant = |policy: &NormalPolicy| {
                let mut fields = policy.fields.clone();
                fields.retain(|field, _| !matches!(field, Field::GrantControls | Field::GrantOperator));
                fields
            };
            prop_assert_eq!(without_grant(&first), without_grant(&second));
        }
    }
}

#[test]
fn what_differs_and_what_agrees_is_all_that_either_says() {
    let one = normal(&with(&[(
        "grantControls",
        json!({"operator": "OR", "builtInControls": ["mfa", "compliantDevice"]}),
    )]));
    let other = normal(&with(&[
        ("state", json!("disabled")),
        ("grantControls", json!({"operator": "AND", "builtInControls": ["mfa", "compliantDevice"]})),
        ("sessionControls", json!({"persistentBrowser": {"isEnabled": true, "mode": "never"}})),
    ]));
    let names = Names::new();
    let common = common_fields(&one, &other, &names);
    let fields = |list: Vec<&str>| list.into_iter().map(str::to_owned).collect::<BTreeSet<String>>();
    assert_eq!(
        fields(common.iter().map(|each| each.field.as_str()).collect()),
        fields(vec![
            "conditions.users.includeUsers",
            "conditions.applications.includeApplications",
            "grantControls"
        ])
    );
    assert_eq!(
        common.iter().find(|each| each.label == "Included users").map(|each| &each.value),
        Some(&json!(["All users"]))
    );
    let differing = compare_policies(&one, &other, &Bindings::same_tenant(), &names, &names);
    assert_eq!(
        fields(differing.iter().map(|each| each.field.as_str()).collect()),
        fields(vec!["state", "grantControls.operator", "sessionControls.persistentBrowser"])
    );
    assert_eq!(
        common_fields(&one, &one, &names).len(),
        one.fields.len() - 1,
        "the operator is told with the controls"
    );
}

proptest! {
    #[test]
    fn no_field_both_differs_and_agrees(one in any_policy(), other in any_policy()) {
        let (one, other) = (normal(&one), normal(&other));
        let names = Names::new();
        let common = common_fields(&one, &other, &names);
        let differing = compare_policies(&one, &other, &Bindings::same_tenant(), &names, &names);
        for same in &common {
            prop_assert!(differing.iter().all(|each| each.field != same.field), "{}", same.field);
        }
    }
}
