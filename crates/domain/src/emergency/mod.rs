//! Emergency access: the accounts that must get in when Conditional Access itself locks everybody out.
//!
//! Invariants: what people refused is never listed, what they confirmed always is; recognition is by what the enforced
//! policies leave out, and a name only supports it. A group that is large, or whose members were not read and whose name
//! says nothing, is never recognised by itself, because what is recognised no longer counts as a gap.

mod held;
mod telling;

pub use held::Held;

use crate::{
    facts::Facts,
    json::fold_id,
    names::NameKind,
    normal::{Field, Item, NormalPolicy},
    policy_set::{PolicySet, SetPolicy},
    sign_in::SignInUser,
    wellknown::{DIRECTORY_SYNC_ROLE_ID, GLOBAL_ADMINISTRATOR_ROLE_ID},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What "nearly all" policies is: four of five. One policy made in a hurry must not hide the account that the others
/// leave out, and half of the policies is what an exception for service accounts reaches.
pub const NEARLY_ALL: (usize, usize) = (4, 5);
/// With fewer policies than these, what they all leave out may still be anything.
pub const ENOUGH_POLICIES: usize = 3;
/// The share of policies that is enough where the name says so as well.
pub const ENOUGH_WITH_A_NAME: (usize, usize) = (1, 2);
/// A group with more members is not recognised without a person's word, whatever leaves it out.
pub const MOST_MEMBERS_RECOGNISED: u64 = 10;
/// More accounts than these are too many: Microsoft's Zero Trust Assessment (test 21835) passes two to four.
pub const MOST_ACCOUNTS: u64 = 4;
/// Fewer accounts than these are too few: the same test, and Microsoft's page on emergency access accounts.
pub const FEWEST_ACCOUNTS: u64 = 2;

/// How sure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// A person said so.
    Confirmed,
    /// Nearly all policies leave it out.
    Recognised,
    /// It looks like it; a person should confirm or refuse it.
    Candidate,
}

/// A user or a group for emergency access.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EmergencyObject {
    /// User or group.
    pub kind: NameKind,
    /// Its object id.
    pub id: String,
    /// Its name, where it is known.
    pub name: Option<String>,
    /// How sure it is.
    pub standing: Standing,
    /// Whether the name says it.
    pub telling_name: bool,
    /// How many of the policies that concern everyone leave it out.
    pub excluded_from: usize,
    /// How many policies concern everyone.
    pub of: usize,
    /// How many accounts it is: one for a user, the head count of a group where that was read.
    pub members: Option<u64>,
    /// The enforced policies that still reach it.
    pub held: Held,
}

impl EmergencyObject {
    /// Its name, else its kind and id.
    pub fn label(&self) -> String {
        self.name.clone().unwrap_or_else(|| format!("{} {}", self.kind.noun(), self.id))
    }
}

/// Emergency access as it is set up in a tenant.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EmergencyAccess {
    /// Users and groups, the surest first, then by kind and id.
    pub objects: Vec<EmergencyObject>,
}

impl EmergencyAccess {
    /// Finds the emergency access of a tenant.
    pub fn recognise(live: &PolicySet, facts: &Facts) -> Self {
        let enforced: Vec<&SetPolicy> = live.policies.iter().filter(|p| p.normal.enforced).collect();
        let for_everyone: Vec<&SetPolicy> =
            enforced.iter().copied().filter(|p| concerns_everyone(&p.normal)).collect();
        let choices = Choices::of(facts);
        let mut found = choices.confirmed.clone();
        for policy in &for_everyone {
            for field in [Field::ExcludeUsers, Field::ExcludeGroups] {
                found.extend(policy.normal.set(&field).iter().filter_map(|item| match item {
                    Item::Object(object) => Some((object.kind, object.id.clone())),
                    Item::Word(_) => None,
                }));
            }
        }
        let mut objects: Vec<EmergencyObject> = found
            .into_iter()
            .filter(|key| !choices.refused.contains(key))
            .filter_map(|key| {
                let confirmed = choices.confirmed.contains(&key);
                object(key, confirmed, &for_everyone, &enforced, live, facts)
            })
            .collect();
        doubt_the_silent(&mut objects, facts);
        objects.sort_by(|a, b| (a.standing, a.kind, &a.id).cmp(&(b.standing, b.kind, &b.id)));
        Self { objects }
    }

    /// What counts as emergency access: confirmed or recognised, no mere candidates.
    pub fn counted(&self) -> impl Iterator<Item = &EmergencyObject> {
        self.objects.iter().filter(|object| object.standing != Standing::Candidate)
    }

    /// Kind and id of what counts as emergency access.
    pub fn object_ids(&self) -> BTreeSet<(NameKind, String)> {
        self.counted().map(|object| (object.kind, object.id.clone())).collect()
    }

    /// Whether a person is an emergency access account, by their id or one of their groups.
    pub fn is_emergency(&self, user: &SignInUser) -> bool {
        self.counted().any(|object| {
            let is = |id: &String| id.eq_ignore_ascii_case(&object.id);
            match object.kind {
                NameKind::User => user.id.as_ref().is_some_and(is),
                _ => user.groups.iter().any(is),
            }
        })
    }

    /// Whether a user or group is emergency access, or has no other members than such accounts.
    pub fn covers(&self, kind: NameKind, id: &str, facts: &Facts) -> bool {
        self.counted().any(|object| {
            object.kind == kind && object.id == id
                || held::members_of(kind, id, facts).is_some_and(|people| {
                    let own = held::members_of(object.kind, &object.id, facts).unwrap_or_default();
                    !people.is_empty() && people.iter().all(|one| own.contains(one))
                })
        })
    }

    /// How many accounts there are; `None` where the members of a group were not read.
    pub fn accounts(&self, facts: &Facts) -> Option<u64> {
        let mut users: BTreeSet<String> = BTreeSet::new();
        let mut unseen = 0;
        for object in self.counted() {
            if object.kind == NameKind::User {
                users.insert(object.id.clone());
                continue;
            }
            let members = facts.members(NameKind::Group, &object.id)?;
            users.extend(members.ids.iter().map(ToString::to_string));
            unseen += members.head_count.saturating_sub(members.ids.len() as u64);
        }
        Some(users.len() as u64 + unseen)
    }
}

/// Whether a policy reaches every user. Policies for workloads, guests, a group or a role say nothing of what is left
/// out everywhere; one for an authentication context reaches only who enters a protected place.
fn concerns_everyone(policy: &NormalPolicy) -> bool {
    policy.has_word(&Field::IncludeUsers, "All")
        && policy.set(&Field::IncludeAuthenticationContexts).is_empty()
}

/// What people said, with ids as policies have them.
struct Choices {
    confirmed: BTreeSet<(NameKind, String)>,
    refused: BTreeSet<(NameKind, String)>,
}

impl Choices {
    fn of(facts: &Facts) -> Self {
        let fold = |set: &BTreeSet<(NameKind, String)>| {
            set.iter()
                .filter(|(kind, _)| matches!(kind, NameKind::User | NameKind::Group))
                .map(|(kind, id)| (*kind, fold_id(id)))
                .collect()
        };
        Self { confirmed: fold(&facts.emergency.confirmed), refused: fold(&facts.emergency.refused) }
    }
}

fn object(
    (kind, id): (NameKind, String),
    confirmed: bool,
    for_everyone: &[&SetPolicy],
    enforced: &[&SetPolicy],
    live: &PolicySet,
    facts: &Facts,
) -> Option<EmergencyObject> {
    let name = live.names.name(kind, &id).map(str::to_owned);
    // A placeholder of a published baseline speaks for itself.
    let telling_name = telling::says_emergency(name.as_deref().unwrap_or(&id));
    let excluded_from =
        for_everyone.iter().filter(|policy| held::leaves_out(&policy.normal, kind, &id, facts)).count();
    let of = for_everyone.len();
    let members = match kind {
        NameKind::User => Some(1),
        _ => facts.members(kind, &id).map(|members| members.head_count),
    };
    let share_is = |(part, whole): (usize, usize)| excluded_from * whole >= of * part && excluded_from > 0;
    let small = members.is_none_or(|count| count <= MOST_MEMBERS_RECOGNISED);
    let deleted = live.names.is_deleted(kind, &id);
    let standing = if confirmed {
        Standing::Confirmed
    } else if deleted || is_synchronisation(kind, &id, name.as_deref(), facts) {
        return None;
    } else if small && of >= ENOUGH_POLICIES && share_is(NEARLY_ALL) && (telling_name || members.is_some())
        || small && telling_name && of > 1 && share_is(ENOUGH_WITH_A_NAME)
    {
        Standing::Recognised
    } else if share_is(NEARLY_ALL) || telling_name && excluded_from > 0 {
        Standing::Candidate
    } else {
        return None;
    };
    let held = Held::of(kind, &id, enforced, facts);
    Some(EmergencyObject { kind, id, name, standing, telling_name, excluded_from, of, members, held })
}

/// Where people or a name say what the emergency access is, something else that is left out everywhere is more likely
/// an exception made for convenience, unless it is the same accounts under another id.
fn doubt_the_silent(objects: &mut [EmergencyObject], facts: &Facts) {
    let said: Vec<EmergencyObject> = objects
        .iter()
        .filter(|object| {
            object.standing == Standing::Confirmed
                || object.standing == Standing::Recognised && object.telling_name
        })
        .cloned()
        .collect();
    if said.is_empty() {
        return;
    }
    let said = EmergencyAccess { objects: said };
    for object in objects {
        if object.standing == Standing::Recognised
            && !object.telling_name
            && !said.covers(object.kind, &object.id, facts)
        {
            object.standing = Standing::Candidate;
        }
    }
}

/// The accounts of directory synchronisation are left out everywhere too, and for another reason.
fn is_synchronisation(kind: NameKind, id: &str, name: Option<&str>, facts: &Facts) -> bool {
    let by_role = facts.members(NameKind::Role, DIRECTORY_SYNC_ROLE_ID).is_some_and(|members| {
        held::members_of(kind, id, facts)
            .is_some_and(|own| !own.is_empty() && own.iter().all(|one| members.ids.contains(one)))
    });
    by_role || name.is_some_and(telling::says_synchronisation)
}

/// Whether a policy names the role that emergency access accounts hold.
fn includes_global_administrators(policy: &NormalPolicy) -> bool {
    policy.set(&Field::IncludeRoles).iter().any(|item| item.id() == GLOBAL_ADMINISTRATOR_ROLE_ID)
}

#[cfg(test)]
mod tests;
