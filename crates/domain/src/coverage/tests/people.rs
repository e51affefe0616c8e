//! Memberships: what is known is exact, what is not is conditional.

use super::*;

#[test]
fn an_inclusion_and_an_exclusion_of_unread_groups_meet() {
    let goal = normal(everyone(json!({"users": {"includeGroups": [STAFF]}})), json!(["mfa"]));
    let live = normal(
        everyone(json!({"users": {"includeGroups": [STAFF], "excludeGroups": [GLASS]}})),
        json!(["mfa"]),
    );
    let gap = gap(&[live], &goal);
    assert_eq!(gap.regions.len(), 1);
    assert!(gap.regions[0].text.contains("Break glass"), "{:?}", gap.regions);
    assert_eq!(gap.conditions.len(), 1);
}

#[test]
fn groups_that_were_read_and_share_nobody_leave_nothing_open() {
    let goal = normal(everyone(json!({"users": {"includeGroups": [STAFF]}})), json!(["mfa"]));
    let live = normal(
        everyone(json!({"users": {"includeGroups": [STAFF], "excludeGroups": [GLASS]}})),
        json!(["mfa"]),
    );
    let mut facts = Facts { guests: Some(BTreeSet::new()), ..Facts::default() };
    for (group, user) in [(STAFF, 1), (GLASS, 2)] {
        let members = Members { ids: vec![Uuid::from_u128(user)], head_count: 1, complete: true };
        facts.memberships.insert((NameKind::Group, group.to_owned()), members);
    }
    assert!(gap_with(std::slice::from_ref(&live), &goal, &facts).is_closed());
    let both = Members { ids: vec![Uuid::from_u128(1), Uuid::from_u128(2)], head_count: 2, complete: true };
    facts.memberships.insert((NameKind::Group, STAFF.to_owned()), both);
    assert_eq!(gap_with(&[live], &goal, &facts).exposure.people, Some(1));
}
