use super::*;
use crate::{names::Names, policy_set::PolicySet};
use serde_json::{Value, json};

mod conditions;
mod controls;
mod properties;

/// All users, all resources, MFA; `over` is merged into it.
fn policy(over: Value) -> Value {
    let mut base = json!({
        "id": "11111111-1111-4111-8111-111111111111", "displayName": "P", "state": "enabled",
        "conditions": {"users": {"includeUsers": ["All"]}, "applications": {"includeApplications": ["All"]}},
        "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
    });
    merge(&mut base, over);
    base
}

/// The same with other conditions.
fn when(conditions: Value) -> Value {
    policy(json!({ "conditions": conditions }))
}

fn merge(base: &mut Value, over: Value) {
    match (base, over) {
        (Value::Object(base), Value::Object(over)) => {
            over.into_iter().for_each(|(name, value)| merge(base.entry(name).or_insert(Value::Null), value));
        }
        (base, over) => *base = over,
    }
}

fn names() -> Names {
    let mut names = Names::new();
    names.insert(crate::names::NameKind::Group, "g-1", "Emergency access", None);
    let office = json!({"displayName": "Office", "isTrusted": true});
    names.insert(crate::names::NameKind::NamedLocation, "l-office", "Office", Some(office));
    names
}

fn decide(policies: &[Value], sign_in: Value) -> Value {
    let set = PolicySet::of_bodies(policies, names());
    let sign_in = serde_json::from_value(sign_in).expect("a sign-in");
    serde_json::to_value(Evaluator::new(&set).evaluate(&sign_in)).expect("JSON")
}

/// `applied`, or reason and detail.
fn outcome(policy: &Value, sign_in: &Value) -> String {
    let decision = decide(std::slice::from_ref(policy), sign_in.clone());
    match &decision["not_applied"][0] {
        Value::Null => "applied".to_owned(),
        miss => {
            format!("{}: {}", miss["reason"].as_str().unwrap_or("?"), miss["detail"].as_str().unwrap_or("?"))
        }
    }
}

/// Every row: conditions, sign-in, outcome.
fn table(rows: impl IntoIterator<Item = (Value, Value, &'static str)>) {
    for (conditions, sign_in, expected) in rows {
        assert_eq!(outcome(&when(conditions.clone()), &sign_in), expected, "{conditions} at {sign_in}");
    }
}

#[test]
fn an_answer_looks_as_documented() {
    let policies = [
        policy(json!({})),
        policy(json!({"id": null, "displayName": "Off", "state": "disabled"})),
        policy(json!({"displayName": "Watch", "state": "enabledForReportingButNotEnforced"})),
    ];
    let reference = |name: &str, state: &str| {
        let id = (name != "Off").then_some("11111111-1111-4111-8111-111111111111");
        json!({"id": id, "display_name": name, "state": state})
    };
    let watch = reference("Watch", "enabledForReportingButNotEnforced");
    assert_eq!(
        decide(&policies, json!({"user": {"id": "u"}, "application": "a"})),
        json!({
            "decision": "grant",
            "requirements": [{"any_of": ["mfa"]}],
            "session": {},
            "applied": [{"policy": reference("P", "enabled")}],
            "not_applied": [
                {"policy": reference("Off", "disabled"), "reason": "policyNotEnabled", "detail": "is off"},
                {"policy": watch, "reason": "policyNotEnabled", "detail": "is report-only"},
            ],
            "report_only": [{"policy": watch}],
        })
    );
    let nothing = decide(&[], json!({}));
    assert_eq!(nothing["decision"], "grant");
}
