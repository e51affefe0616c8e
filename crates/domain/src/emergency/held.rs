//! Which enforced policies still reach an emergency access account.

use super::includes_global_administrators;
use crate::{
    facts::Facts,
    names::NameKind,
    normal::{Field, Item, NormalPolicy, Reference},
    policy_set::SetPolicy,
};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use uuid::Uuid;

/// Keys of the enforced policies that still reach an account, in the order of the set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// They block.
    pub blocked_by: Vec<String>,
    /// They ask for multifactor authentication.
    pub asked_by: Vec<String>,
}

impl Held {
    pub(super) fn of(kind: NameKind, id: &str, enforced: &[&SetPolicy], facts: &Facts) -> Self {
        let mut held = Self::default();
        for policy in enforced {
            if !reaches(&policy.normal, kind, id, facts) || leaves_out(&policy.normal, kind, id, facts) {
                continue;
            }
            let controls = policy.normal.set(&Field::GrantControls);
            if controls.iter().any(|control| control.is("block")) {
                held.blocked_by.push(policy.key.clone());
            } else if controls.iter().any(|control| {
                matches!(control, Item::Object(object) if object.kind == NameKind::AuthenticationStrength)
            }) {
                held.asked_by.push(policy.key.clone());
            }
        }
        held
    }
}

/// Whether a policy's includes take the account in. Emergency access accounts are Global Administrators.
fn reaches(policy: &NormalPolicy, kind: NameKind, id: &str, facts: &Facts) -> bool {
    policy.has_word(&Field::IncludeUsers, "All")
        || includes_global_administrators(policy)
        || names(policy, [Field::IncludeUsers, Field::IncludeGroups, Field::IncludeRoles], kind, id, facts)
}

/// Whether a policy's excludes take out all of the account or group.
pub(super) fn leaves_out(policy: &NormalPolicy, kind: NameKind, id: &str, facts: &Facts) -> bool {
    names(policy, [Field::ExcludeUsers, Field::ExcludeGroups, Field::ExcludeRoles], kind, id, facts)
}

/// Whether the lists name the object itself, or together hold all of its members, where those are known.
fn names(policy: &NormalPolicy, fields: [Field; 3], kind: NameKind, id: &str, facts: &Facts) -> bool {
    let listed = || fields.iter().flat_map(|field| policy.set(field)).filter_map(object_of);
    if listed().any(|object| object.kind == kind && object.id == id) {
        return true;
    }
    let Some(own) = members_of(kind, id, facts).filter(|own| !own.is_empty()) else { return false };
    let mut users: Vec<Uuid> = Vec::new();
    let mut groups: Vec<&[Uuid]> = Vec::new();
    for object in listed() {
        match facts.members(object.kind, &object.id) {
            Some(members) => groups.push(&members.ids),
            None => users.extend(Uuid::try_parse(&object.id)),
        }
    }
    let held =
        |one: &Uuid| users.contains(one) || groups.iter().any(|group| group.binary_search(one).is_ok());
    own.iter().all(held)
}

fn object_of(item: &Item) -> Option<&Reference> {
    match item {
        Item::Object(object) => Some(object),
        Item::Word(_) => None,
    }
}

/// The accounts of an object, where all of them are known.
pub(super) fn members_of<'f>(kind: NameKind, id: &str, facts: &'f Facts) -> Option<Cow<'f, [Uuid]>> {
    match kind {
        NameKind::User => Uuid::try_parse(id).ok().map(|one| Cow::Owned(vec![one])),
        _ => facts
            .members(kind, id)
            .filter(|members| members.complete)
            .map(|members| Cow::Borrowed(members.ids.as_slice())),
    }
}
