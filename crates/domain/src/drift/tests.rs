use super::*;
use crate::facts::Members;
use uuid::Uuid;

const LEFT_OUT: &str = "6a0e2f5c-2f4d-4d0f-8a3b-0f6f3c1d9e01";
const OFFICE: &str = "6a0e2f5c-2f4d-4d0f-8a3b-0f6f3c1d9e02";

fn names(range: &str, trusted: bool) -> Names {
    let mut names = Names::new();
    names.insert(NameKind::Group, LEFT_OUT, "Left out", None);
    let body = json!({"isTrusted": trusted, "ipRanges": [{"cidrAddress": range}]});
    names.insert(NameKind::NamedLocation, OFFICE, "Office", Some(body));
    names
}

fn policy(conditions: Value) -> Value {
    let mut body = json!({
        "id": "6a0e2f5c-2f4d-4d0f-8a3b-0f6f3c1d9e10", "displayName": "MFA", "state": "enabled",
        "conditions": {"users": {"includeUsers": ["All"]}, "applications": {"includeApplications": ["All"]}},
        "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
    });
    for (name, value) in conditions.as_object().expect("an object") {
        body["conditions"][name] = value.clone();
    }
    body
}

fn facts(members: &[u128]) -> Facts {
    let mut facts = Facts { people: Some(20), guests: Some(BTreeSet::new()), ..Facts::default() };
    let ids: Vec<Uuid> = members.iter().map(|id| Uuid::from_u128(*id)).collect();
    let members = Members { head_count: ids.len() as u64, ids, complete: true };
    facts.memberships.insert((NameKind::Group, LEFT_OUT.to_owned()), members);
    facts
}

fn drift(before: (&Value, Names, &[u128]), after: (&Value, Names, &[u128])) -> Drift {
    let set = |(body, names, _): &(&Value, Names, &[u128])| PolicySet::of_bodies([*body], names.clone());
    let (was, is) = (set(&before), set(&after));
    compare((&was, &facts(before.2)), (&is, &facts(after.2)))
}

fn usual() -> Names {
    names("198.51.100.0/24", true)
}

#[test]
fn nothing_drifts_from_itself() {
    let one = policy(json!({"users": {"includeUsers": ["All"], "excludeGroups": [LEFT_OUT]},
        "locations": {"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]}}));
    let drift = drift((&one, usual(), &[1]), (&one, usual(), &[1]));
    assert_eq!((drift.direction, drift.lost, drift.gained), (DriftDirection::Neutral, vec![], vec![]));
}

#[test]
fn an_exclusion_weakens_and_its_removal_strengthens() {
    let (without, with) =
        (policy(json!({})), policy(json!({"users": {"includeUsers": ["All"], "excludeGroups": [LEFT_OUT]}})));
    let one = drift((&without, usual(), &[1]), (&with, usual(), &[1]));
    assert_eq!(one.direction, DriftDirection::Weakens);
    assert_eq!(one.lost[0].regions[0].text, "members of Left out · all apps");
    let other = drift((&with, usual(), &[1]), (&without, usual(), &[1]));
    assert_eq!(other.direction, DriftDirection::Strengthens);
    assert!(other.gained[0].witness_text.as_ref().is_some_and(|text| text.contains("Left out")));
}

#[test]
fn somebody_who_was_put_into_an_excluded_group_lost_protection() {
    let one = policy(json!({"users": {"includeUsers": ["All"], "excludeGroups": [LEFT_OUT]}}));
    let drift = drift((&one, usual(), &[1]), (&one, usual(), &[1, 2]));
    assert_eq!(drift.direction, DriftDirection::Weakens);
    let user = drift.lost[0].witness.clone().and_then(|sign_in| sign_in.user).expect("a user");
    assert_eq!(user.id, Some(Uuid::from_u128(2).to_string()));
}

#[test]
fn a_larger_trusted_place_weakens_what_leaves_it_out() {
    let one = policy(json!({"locations": {"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]}}));
    let larger = drift((&one, usual(), &[]), (&one, names("198.51.100.0/23", true), &[]));
    assert_eq!(larger.direction, DriftDirection::Weakens);
    let untrusted = drift((&one, usual(), &[]), (&one, names("198.51.100.0/24", false), &[]));
    assert_eq!(untrusted.direction, DriftDirection::Strengthens);
}

#[test]
fn what_only_looks_different_is_neutral_and_a_swap_is_both() {
    let all = policy(json!({}));
    let mut off = all.clone();
    off["state"] = json!("disabled");
    assert_eq!(drift((&all, usual(), &[]), (&off, usual(), &[])).direction, DriftDirection::Weakens);
    let every =
        json!({"clientAppTypes": ["browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "other"]});
    assert_eq!(
        drift((&all, usual(), &[]), (&policy(every), usual(), &[])).direction,
        DriftDirection::Neutral
    );
    let (windows, mac) = (json!(["windows"]), json!(["macOS"]));
    let on = |platforms: Value| policy(json!({"platforms": {"includePlatforms": platforms}}));
    let swapped = drift((&on(windows), usual(), &[]), (&on(mac), usual(), &[]));
    assert_eq!(swapped.direction, DriftDirection::Both);
}
