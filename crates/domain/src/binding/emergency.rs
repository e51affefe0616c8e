//! Which objects of the live tenant stand for emergency access, as far as a binding needs to know it.
//!
//! The one place in which bindings learn this: [`candidates`].

use super::{Key, similar::is_emergency};
use crate::{
    facts::Facts,
    names::NameKind,
    normal::{Field, Item, NormalPolicy},
    policy::PolicyState,
    policy_set::PolicySet,
};
use std::collections::BTreeMap;

/// A group with more people than this leaves out more than emergency access accounts.
const HANDFUL: u64 = 10;

/// More accounts than this, each excluded by itself, are no pair of emergency access accounts.
const ACCOUNTS: usize = 4;

/// Objects that stand for emergency access in the live tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Candidates {
    /// Groups and users, in order.
    pub(super) objects: Vec<Key>,
    /// Whether they are one answer: one group, or a few accounts. Else a person has to choose among them.
    pub(super) plain: bool,
    /// Why, as a sentence without its full stop.
    pub(super) reason: String,
}

/// What a person confirmed, else the groups and users that at least two of three enforced policies for all users
/// exclude (of report-only ones where none is enforced): those with a telling name where there are any, else those that are excluded most.
pub(super) fn candidates(live: &PolicySet, facts: &Facts) -> Candidates {
    let told: Vec<Key> = facts.emergency.confirmed.iter().cloned().collect();
    if !told.is_empty() {
        return judged(told, "confirmed as this tenant's emergency access".to_owned());
    }
    let in_state = |state: &PolicyState| -> Vec<&NormalPolicy> {
        let policies = live.policies.iter().map(|policy| &policy.normal);
        let of_all = policies.filter(|policy| policy.has_word(&Field::IncludeUsers, "All"));
        of_all.filter(|policy| policy.state() == *state).collect()
    };
    let (mut of_all, mut said) = (in_state(&PolicyState::Enabled), "enforced");
    // A tenant that still tries its policies out has nothing else to tell it by.
    if of_all.is_empty() {
        (of_all, said) = (in_state(&PolicyState::ReportOnly), "report-only");
    }
    let mut counts: BTreeMap<Key, usize> = BTreeMap::new();
    for policy in &of_all {
        for item in policy.set(&Field::ExcludeGroups).iter().chain(policy.set(&Field::ExcludeUsers)) {
            if let Item::Object(object) = item {
                *counts.entry((object.kind, object.id.clone())).or_default() += 1;
            }
        }
    }
    let named = |key: &Key| is_emergency(live.names.name(key.0, &key.1).unwrap_or(&key.1));
    counts.retain(|key, count| {
        let enough = *count * 3 >= of_all.len() * 2 && (*count > 1 || named(key));
        enough && may_be(key, live, facts)
    });
    let speaking: Vec<Key> = counts.keys().filter(|key| named(key)).cloned().collect();
    let most = counts.values().max().copied().unwrap_or_default();
    let objects = if speaking.is_empty() {
        counts.iter().filter(|(_, count)| **count == most).map(|(key, _)| key.clone()).collect()
    } else {
        speaking
    };
    let times = objects.iter().filter_map(|key| counts.get(key)).min().copied().unwrap_or_default();
    judged(objects, format!("excluded by {times} of {} {said} policies for all users", of_all.len()))
}

fn may_be(key: &Key, live: &PolicySet, facts: &Facts) -> bool {
    let few = facts.members(key.0, &key.1).is_none_or(|members| members.head_count <= HANDFUL);
    few && !live.names.is_deleted(key.0, &key.1) && !facts.emergency.refused.contains(key)
}

fn judged(objects: Vec<Key>, reason: String) -> Candidates {
    let groups = objects.iter().filter(|(kind, _)| *kind == NameKind::Group).count();
    let plain = match (groups, objects.len()) {
        (1, 1) => true,
        (0, accounts) => (1..=ACCOUNTS).contains(&accounts),
        _ => false,
    };
    Candidates { objects, plain, reason }
}
