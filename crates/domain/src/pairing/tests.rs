use super::*;
use crate::names::Names;
use serde_json::{Value, json};

fn policy(name: &str, users: Value, clients: Value, controls: Value) -> Value {
    json!({
        "displayName": name, "state": "enabled",
        "conditions": {"users": users, "applications": {"includeApplications": ["All"]}, "clientAppTypes": clients},
        "grantControls": {"operator": "OR", "builtInControls": controls},
    })
}

fn everyone() -> Value {
    json!({"includeUsers": ["All"]})
}

fn legacy(name: &str) -> Value {
    policy(name, everyone(), json!(["exchangeActiveSync", "other"]), json!(["block"]))
}

fn mfa(name: &str) -> Value {
    policy(name, everyone(), json!(["all"]), json!(["mfa"]))
}

fn pairs(baseline: &[Value], live: &[Value]) -> Vec<Option<usize>> {
    let baseline = PolicySet::of_bodies(baseline, Names::new());
    let live = PolicySet::of_bodies(live, Names::new());
    pair(&baseline, &live, &Bindings::same_tenant()).into_iter().map(|pair| pair.live).collect()
}

#[test]
fn meaning_counts_for_more_than_the_name() {
    let found = pairs(&[mfa("CA001"), legacy("CA002")], &[legacy("CA001"), mfa("CA002")]);
    assert_eq!(found, [Some(1), Some(0)]);
}

#[test]
fn of_two_that_mean_the_same_the_name_decides() {
    let found = pairs(&[mfa("Staff"), mfa("Guests too")], &[mfa("guests too"), mfa("staff")]);
    assert_eq!(found, [Some(1), Some(0)]);
}

#[test]
fn policies_with_nothing_in_common_stay_alone() {
    let risk = json!({
        "displayName": "Terms", "state": "enabled",
        "conditions": {"users": {"includeUsers": ["GuestsOrExternalUsers"]}, "applications": {"includeApplications": ["Office365"]}},
        "grantControls": {"operator": "OR", "termsOfUse": ["7b1f4c9e-0000-4000-8000-000000000001"]},
    });
    assert_eq!(pairs(&[legacy("a"), mfa("b")], &[risk]), [None, None]);
    assert_eq!(pairs(&[mfa("a")], &[]), [None]);
    assert_eq!(pairs(&[], &[mfa("a")]), []);
}

#[test]
fn the_id_decides_where_both_have_it() {
    let with_id = |mut body: Value, id: &str| {
        body["id"] = json!(id);
        body
    };
    let (one, two) = ("7b1f4c9e-0000-4000-8000-000000000001", "7b1f4c9e-0000-4000-8000-000000000002");
    let found = pairs(
        &[with_id(mfa("a"), one), with_id(legacy("b"), two)],
        &[with_id(mfa("a"), two), with_id(legacy("b"), &one.to_uppercase())],
    );
    assert_eq!(found, [Some(1), Some(0)]);
}

#[test]
fn an_enforced_policy_is_preferred_to_one_that_only_reports() {
    let mut reporting = mfa("MFA");
    reporting["state"] = json!("enabledForReportingButNotEnforced");
    assert_eq!(pairs(&[mfa("MFA")], &[reporting, mfa("MFA")]), [Some(1)]);
}
