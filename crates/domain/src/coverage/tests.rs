use super::*;
use crate::{
    facts::{Facts, Members},
    names::{NameKind, Names},
    normal::{NormalPolicy, normalise},
    policy::Policy,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

mod agreement;
mod bounds;
mod changes;
mod counts;
mod people;
mod promise;
mod tenants;

pub(super) const STAFF: &str = "6a0e2f5c-2f4d-4d0f-8a3b-0f6f3c1d9e01";
pub(super) const GLASS: &str = "6a0e2f5c-2f4d-4d0f-8a3b-0f6f3c1d9e02";

pub(super) fn names() -> Names {
    let mut names = Names::new();
    names.insert(NameKind::Group, STAFF, "Staff", None);
    names.insert(NameKind::Group, GLASS, "Break glass", None);
    names
}

pub(super) fn normal(conditions: Value, controls: Value) -> NormalPolicy {
    let body = json!({
        "displayName": "P", "state": "enabled", "conditions": conditions,
        "grantControls": {"operator": "OR", "builtInControls": controls},
    });
    normalise(&Policy::read(&body).0, &names())
}

/// Everyone, every app; more conditions beside.
pub(super) fn everyone(more: Value) -> Value {
    let mut conditions =
        json!({"users": {"includeUsers": ["All"]}, "applications": {"includeApplications": ["All"]}});
    for (name, value) in more.as_object().expect("an object") {
        conditions[name] = value.clone();
    }
    conditions
}

pub(super) fn gap_with(live: &[NormalPolicy], goal: &NormalPolicy, facts: &Facts) -> Gap {
    let names = names();
    let emergency: BTreeSet<_> = facts.emergency.confirmed.clone();
    Engine::new(live, &[goal], &names, facts, &emergency).gap(0)
}

pub(super) fn gap(live: &[NormalPolicy], goal: &NormalPolicy) -> Gap {
    gap_with(live, goal, &Facts::default())
}

fn texts(gap: &Gap) -> Vec<&str> {
    gap.regions.iter().map(|region| region.text.as_str()).collect()
}

#[test]
fn a_set_compared_with_itself_leaves_nothing_open() {
    let policy = normal(
        everyone(json!({"users": {"includeUsers": ["All"], "excludeGroups": [GLASS]}})),
        json!(["mfa"]),
    );
    assert!(gap(std::slice::from_ref(&policy), &policy).is_closed());
}

#[test]
fn nothing_enforced_leaves_everything_open() {
    let goal = normal(everyone(json!({})), json!(["mfa"]));
    let gap = gap(&[], &goal);
    assert_eq!(texts(&gap), ["everyone · all apps"]);
    assert!((gap.share - 1.0).abs() < 1e-9);
    let witness = gap.witness.expect("a witness");
    assert_eq!(
        witness.sentence,
        "A person in none of the named groups and roles in a browser on Windows signs in to Exchange Online without multifactor authentication."
    );
}

#[test]
fn seven_policies_together_are_as_good_as_one() {
    let goal = normal(everyone(json!({})), json!(["mfa"]));
    let platforms = ["android", "iOS", "windows", "windowsPhone", "macOS", "linux"];
    let mut live: Vec<_> = platforms
        .iter()
        .map(|one| normal(everyone(json!({"platforms": {"includePlatforms": [one]}})), json!(["mfa"])))
        .collect();
    assert_eq!(texts(&gap(&live, &goal)), ["everyone · all apps · on an unknown platform"]);
    live.push(normal(
        everyone(json!({"platforms": {"includePlatforms": ["all"], "excludePlatforms": platforms}})),
        json!(["block"]),
    ));
    assert!(gap(&live, &goal).is_closed());
}

#[test]
fn who_is_left_out_is_named() {
    let goal = normal(everyone(json!({})), json!(["mfa"]));
    let live = normal(
        everyone(
            json!({"users": {"includeUsers": ["All"], "excludeGroups": [STAFF], "excludeGuestsOrExternalUsers": {"guestOrExternalUserTypes": "b2bCollaborationGuest"}}}),
        ),
        json!(["mfa"]),
    );
    let gap = gap(&[live], &goal);
    assert_eq!(texts(&gap), ["members of Staff and B2B collaboration guest users · all apps"]);
    assert!(gap.exposure.guests && !gap.exposure.everyone);
}

#[test]
fn a_weaker_strength_is_a_gap_and_a_stronger_one_is_none() {
    let strong = json!({"operator": "OR", "authenticationStrength": {"id": crate::wellknown::PHISHING_RESISTANT_STRENGTH_ID}});
    let of = |grant: &Value| {
        let body = json!({"displayName": "S", "state": "enabled", "conditions": everyone(json!({})), "grantControls": grant});
        normalise(&Policy::read(&body).0, &names())
    };
    let (strong, mfa) = (of(&strong), normal(everyone(json!({})), json!(["mfa"])));
    assert!(gap(std::slice::from_ref(&strong), &mfa).is_closed());
    let gap = gap(&[mfa], &strong);
    assert_eq!(gap.regions[0].missing, ["Phishing-resistant MFA"]);
}

#[test]
fn known_members_are_counted_and_emergency_accounts_told_apart() {
    let goal = normal(everyone(json!({})), json!(["mfa"]));
    let live = normal(
        everyone(json!({"users": {"includeUsers": ["All"], "excludeGroups": [GLASS]}})),
        json!(["mfa"]),
    );
    let mut facts = Facts { people: Some(100), ..Facts::default() };
    let members =
        Members { ids: vec![Uuid::from_u128(1), Uuid::from_u128(2)], head_count: 2, complete: true };
    facts.memberships.insert((NameKind::Group, GLASS.to_owned()), members);
    facts.guests = Some(BTreeSet::new());
    facts.emergency.confirmed.insert((NameKind::Group, GLASS.to_owned()));
    let gap = gap_with(&[live], &goal, &facts);
    assert_eq!(gap.exposure.people, Some(2));
    assert!(gap.exposure.only_emergency);
    assert!(gap.conditions.is_empty(), "{:?}", gap.conditions);
    assert!(gap.share < 0.03);
}

#[test]
fn where_others_are_open_too_emergency_access_is_not_counted() {
    let goal = normal(everyone(json!({})), json!(["mfa"]));
    let users = json!({"users": {"includeUsers": ["All"], "excludeGroups": [GLASS, STAFF]}});
    let live = normal(everyone(users), json!(["mfa"]));
    let mut facts = Facts { people: Some(100), guests: Some(BTreeSet::new()), ..Facts::default() };
    for (group, ids) in [(GLASS, 1..3_u128), (STAFF, 10..15)] {
        let ids: Vec<Uuid> = ids.map(Uuid::from_u128).collect();
        let members = Members { head_count: ids.len() as u64, ids, complete: true };
        facts.memberships.insert((NameKind::Group, group.to_owned()), members);
    }
    facts.emergency.confirmed.insert((NameKind::Group, GLASS.to_owned()));
    let gap = gap_with(&[live], &goal, &facts);
    assert_eq!(texts(&gap), ["members of Staff · all apps"]);
    assert!(gap.emergency_too && !gap.exposure.only_emergency);
    assert_eq!(gap.exposure.people, Some(5));
    // Of 98 people, and of some guests that there might be.
    assert!(gap.share > 0.04 && gap.share < 5.0 / 98.0, "{}", gap.share);
    let user = gap.witness.and_then(|witness| witness.sign_in.user).expect("a person");
    assert_eq!(user.groups, [STAFF]);
}

#[test]
fn report_only_protects_nobody_and_an_unknown_condition_neither() {
    let goal = normal(everyone(json!({})), json!(["mfa"]));
    let mut live = goal.clone();
    live.enforced = false;
    assert!(!gap(&[live], &goal).is_closed());
    let odd = normal(everyone(json!({"weather": "rain"})), json!(["mfa"]));
    assert!(!gap(std::slice::from_ref(&odd), &goal).is_closed());
    assert!(gap(std::slice::from_ref(&odd), &odd).is_closed());
}
