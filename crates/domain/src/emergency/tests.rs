use super::*;
use crate::{
    arbitrary::any_policy,
    facts::{EmergencyChoices, Members},
    names::Names,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

const BREAK_GLASS: &str = "7b1f4c9e-0000-4000-8000-000000000001";
const SERVICE: &str = "7b1f4c9e-0000-4000-8000-000000000002";
const PERSON: &str = "7b1f4c9e-0000-4000-8000-00000000000a";

fn policy(name: &str, controls: &[&str], excluded: &[&str]) -> Value {
    json!({
        "displayName": name, "state": "enabled",
        "conditions": {
            "users": {"includeUsers": ["All"], "excludeGroups": excluded},
            "applications": {"includeApplications": ["All"]},
        },
        "grantControls": {"operator": "OR", "builtInControls": controls},
    })
}

fn recognise(bodies: &[Value], names: Names, facts: &Facts) -> EmergencyAccess {
    EmergencyAccess::recognise(&PolicySet::of_bodies(bodies, names), facts)
}

fn named(id: &str, name: &str) -> Names {
    let mut names = Names::new();
    names.insert(NameKind::Group, id, name, None);
    names
}

fn with_members(id: &str, ids: &[&str], head_count: u64) -> Facts {
    let ids: Vec<Uuid> = ids.iter().map(|id| Uuid::parse_str(id).expect("a GUID")).collect();
    let complete = ids.len() as u64 == head_count;
    let members = Members { ids, head_count, complete };
    Facts { memberships: [((NameKind::Group, id.to_owned()), members)].into(), ..Facts::default() }
}

fn standing(access: &EmergencyAccess, id: &str) -> Option<Standing> {
    access.objects.iter().find(|object| object.id == id).map(|object| object.standing)
}

fn five(with_the_last: bool) -> Vec<Value> {
    let mut bodies: Vec<Value> = (0..4).map(|n| policy(&format!("P{n}"), &["mfa"], &[BREAK_GLASS])).collect();
    bodies.push(policy("Block", &["block"], if with_the_last { &[BREAK_GLASS] } else { &[] }));
    bodies
}

#[test]
fn what_nearly_all_policies_leave_out_is_recognised_and_the_rest_is_named() {
    let access = recognise(&five(false), Names::new(), &with_members(BREAK_GLASS, &[PERSON], 1));
    let object = &access.objects[0];
    assert_eq!((object.standing, object.excluded_from, object.of), (Standing::Recognised, 4, 5));
    assert_eq!(object.held.blocked_by, ["name:Block"]);
    assert!(object.held.asked_by.is_empty());
    assert_eq!(access.object_ids(), [(NameKind::Group, BREAK_GLASS.to_owned())].into());
    let member = SignInUser { groups: vec![BREAK_GLASS.to_uppercase()], ..SignInUser::default() };
    assert!(access.is_emergency(&member) && !access.is_emergency(&SignInUser::default()));
}

#[test]
fn half_is_enough_only_with_a_telling_name() {
    let mut bodies = five(false);
    bodies.extend((0..3).map(|n| policy(&format!("Q{n}"), &["mfa"], &[])));
    assert_eq!(standing(&recognise(&bodies, Names::new(), &Facts::default()), BREAK_GLASS), None);
    let named = named(BREAK_GLASS, "CA-BreakGlass-Exclude");
    let access = recognise(&bodies, named, &Facts::default());
    assert_eq!(standing(&access, BREAK_GLASS), Some(Standing::Recognised));
    assert_eq!(access.objects[0].held.asked_by.len(), 3);
}

#[test]
fn an_exclusion_of_the_only_policy_is_a_candidate() {
    let bodies = [policy("P", &["mfa"], &[BREAK_GLASS])];
    let access = recognise(&bodies, named(BREAK_GLASS, "Break glass"), &Facts::default());
    assert_eq!(standing(&access, BREAK_GLASS), Some(Standing::Candidate));
    assert!(access.object_ids().is_empty());
}

#[test]
fn policies_that_do_not_concern_everyone_do_not_count() {
    let mut bodies = five(true);
    for users in [json!({"includeGroups": [SERVICE]}), json!({"includeUsers": ["GuestsOrExternalUsers"]})] {
        let mut body = policy("Other", &["mfa"], &[]);
        body["conditions"]["users"] = users;
        bodies.extend(vec![body; 5]);
    }
    let mut report_only = policy("Off", &["mfa"], &[]);
    report_only["state"] = json!("enabledForReportingButNotEnforced");
    bodies.push(report_only);
    let access = recognise(&bodies, Names::new(), &Facts::default());
    assert_eq!((access.objects[0].excluded_from, access.objects[0].of), (5, 5));
}

#[test]
fn a_silent_group_of_unknown_members_or_beside_a_telling_one_is_a_candidate() {
    let facts = Facts::default();
    assert_eq!(
        standing(&recognise(&five(true), Names::new(), &facts), BREAK_GLASS),
        Some(Standing::Candidate)
    );
    let bodies: Vec<Value> =
        (0..4).map(|n| policy(&format!("P{n}"), &["mfa"], &[SERVICE, "<EmergencyAccess>"])).collect();
    let facts = with_members(SERVICE, &[PERSON], 1);
    let access = recognise(&bodies, Names::new(), &facts);
    assert_eq!(standing(&access, "<EmergencyAccess>"), Some(Standing::Recognised));
    assert_eq!(standing(&access, SERVICE), Some(Standing::Candidate));
}

#[test]
fn a_large_group_is_never_recognised_without_a_word() {
    let mut facts = with_members(BREAK_GLASS, &[], 200);
    let names = || named(BREAK_GLASS, "Emergency exclusions");
    assert_eq!(standing(&recognise(&five(true), names(), &facts), BREAK_GLASS), Some(Standing::Candidate));
    facts.emergency.confirmed.insert((NameKind::Group, BREAK_GLASS.to_uppercase()));
    assert_eq!(standing(&recognise(&five(true), names(), &facts), BREAK_GLASS), Some(Standing::Confirmed));
}

#[test]
fn people_decide() {
    let key = (NameKind::Group, BREAK_GLASS.to_owned());
    let refused = EmergencyChoices { refused: [key.clone()].into(), ..EmergencyChoices::default() };
    let facts = Facts { emergency: refused, ..Facts::default() };
    assert!(recognise(&five(true), Names::new(), &facts).objects.is_empty());
    let confirmed = EmergencyChoices { confirmed: [key].into(), ..EmergencyChoices::default() };
    let facts = Facts { emergency: confirmed, ..Facts::default() };
    assert_eq!(standing(&recognise(&[], Names::new(), &facts), BREAK_GLASS), Some(Standing::Confirmed));
}

#[test]
fn a_user_is_left_out_by_a_group_that_holds_them() {
    let mut bodies = five(true);
    bodies[0]["conditions"]["users"] = json!({"includeUsers": ["All"], "excludeUsers": [PERSON]});
    let facts = with_members(BREAK_GLASS, &[PERSON], 1);
    let access = recognise(&bodies, Names::new(), &facts);
    assert_eq!(standing(&access, PERSON), Some(Standing::Recognised));
    assert_eq!(standing(&access, BREAK_GLASS), Some(Standing::Recognised));
    assert!(access.objects.iter().all(|object| object.excluded_from == 5));
    assert_eq!(access.accounts(&facts), Some(1), "one person, named twice");
    assert!(access.covers(NameKind::User, PERSON, &facts));
    assert_eq!(access.accounts(&Facts::default()), None);
}

#[test]
fn directory_synchronisation_is_something_else() {
    let names = named(BREAK_GLASS, "On-Premises Directory Synchronization Service Account");
    assert!(recognise(&five(true), names, &Facts::default()).objects.is_empty());
}

proptest! {
    #[test]
    fn never_panics_and_holds_to_what_people_said(
        bodies in prop::collection::vec(any_policy(), 0..8),
        confirmed in any::<bool>(),
        refused in any::<bool>(),
    ) {
        let id = "7b1f4c9e-0000-4000-8000-000000000001".to_owned();
        let mut facts = with_members(&id, &[PERSON], 1);
        for kind in [NameKind::User, NameKind::Group] {
            if confirmed { facts.emergency.confirmed.insert((kind, id.clone())); }
            if refused { facts.emergency.refused.insert((kind, id.clone())); }
        }
        let access = recognise(&bodies, Names::new(), &facts);
        let found = standing(&access, &id);
        if refused {
            prop_assert_eq!(found, None);
        } else if confirmed {
            prop_assert_eq!(found, Some(Standing::Confirmed));
        }
        for object in &access.objects {
            prop_assert!(object.excluded_from <= object.of);
            prop_assert!(object.standing == Standing::Confirmed || object.excluded_from > 0);
        }
    }
}
