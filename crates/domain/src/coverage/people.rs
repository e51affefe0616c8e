//! People as classes of membership: everyone with the same membership in the groups, roles, users and guest types
//! that any policy names is one atom.
//!
//! Invariants: no class stands for nobody, as far as memberships are known; where they are not, a hypothetical class
//! stands for "somebody who is a member of this one" (and for each pair of an inclusion and an exclusion), and says so.
//! The users of a tenant are never enumerated: only members of what policies name are looked at.

use super::{
    cell::{Atoms, insert},
    effects::Effects,
};
use crate::{
    facts::Facts,
    names::{NameKind, Names},
    normal::{Field, Item, NormalPolicy},
    policy::{Evolvable, GuestType},
};
use foldhash::{HashMap, HashMapExt as _, HashSet, HashSetExt as _};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Most hypothetical classes; beyond it pairs are left out.
const MOST_HYPOTHETICAL: usize = 4_000;
/// Most pairs of memberships that are looked at; beyond it they are left out.
const MOST_PAIRS: usize = 100_000;

/// A group, role or user that a policy names.
pub(crate) type Key = (NameKind, String);

/// From where a guest comes, as far as policies tell tenants apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Home {
    /// A tenant that policies name.
    Tenant(String),
    /// Any other.
    Elsewhere,
}

/// Of guests: of which kind, and from where.
pub(crate) type Guest = Option<(GuestType, Home)>;

/// How many people a class stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Heads {
    /// So many, read from the directory.
    Known(u64),
    /// Everybody whom no policy names; so many, where the directory's size is known.
    Rest(Option<u64>),
    /// Whether there is anybody is not known.
    Hypothetical,
}

/// People whom no policy tells apart.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Class {
    /// For guests: of which kind, and from where.
    pub(crate) guest: Guest,
    /// What they are members of, by place in [`People::keys`].
    pub(crate) keys: Vec<usize>,
    pub(crate) heads: Heads,
    /// One of them.
    pub(crate) sample: Option<Uuid>,
    /// Whether all of them are emergency access accounts.
    pub(crate) emergency: bool,
}

/// The people dimension.
#[derive(Debug, Clone)]
pub(crate) struct People {
    pub(crate) keys: Vec<Key>,
    pub(crate) classes: Vec<Class>,
    /// For each key its classes.
    pub(crate) of_key: Vec<Atoms>,
    at: HashMap<Key, usize>,
    /// Whether every pair of an inclusion and an exclusion that could not be read has its class.
    pub(crate) exact: bool,
}

/// Fields that name people, and whether they take them out.
const PLACES: [(Field, bool); 6] = [
    (Field::IncludeUsers, false),
    (Field::IncludeGroups, false),
    (Field::IncludeRoles, false),
    (Field::ExcludeUsers, true),
    (Field::ExcludeGroups, true),
    (Field::ExcludeRoles, true),
];

/// The kinds of guests, as policies name them.
pub(crate) fn guest_types() -> impl Iterator<Item = GuestType> {
    GuestType::KNOWN.iter().filter(|one| **one != GuestType::None).cloned()
}

impl People {
    /// The classes that tell these policies apart. `emergency` are accounts and groups for emergency access.
    pub(crate) fn of<'p>(
        policies: impl Iterator<Item = &'p NormalPolicy> + Clone,
        names: &Names,
        facts: &Facts,
        emergency: &BTreeSet<Key>,
    ) -> Self {
        let mut uses: BTreeMap<Key, (bool, bool)> = BTreeMap::new();
        let mut tenants: BTreeSet<String> = BTreeSet::new();
        for policy in policies.clone() {
            for (field, excludes) in &PLACES {
                for item in policy.set(field) {
                    let Item::Object(object) = item else { continue };
                    // Nobody is a deleted object, or a member of one.
                    if names.is_deleted(object.kind, &object.id) {
                        continue;
                    }
                    let used = uses.entry((object.kind, object.id.clone())).or_default();
                    if *excludes { used.1 = true } else { used.0 = true }
                }
            }
            for field in [Field::IncludeGuestTenants, Field::ExcludeGuestTenants] {
                tenants.extend(policy.set(&field).iter().map(|item| item.id().to_owned()));
            }
        }
        let keys: Vec<Key> = uses.keys().cloned().collect();
        let at: HashMap<Key, usize> = keys.iter().cloned().enumerate().map(|(at, key)| (key, at)).collect();
        let unknown: Vec<bool> = keys.iter().map(|key| is_unknown(key, facts)).collect();
        let mut builder = Builder {
            keys: &keys,
            at: &at,
            facts,
            emergency,
            of_user: HashMap::new(),
            classes: Vec::new(),
            exact: true,
        };
        builder.known();
        let effects = Effects::of(policies, &PLACES, keys.len(), &at, guest_types());
        builder.hypothetical(&uses, &unknown, &tenants, &effects);
        builder.rest();
        let (classes, exact) = (builder.classes, builder.exact);
        let mut of_key = vec![Atoms::none(classes.len()); keys.len()];
        for (at, class) in classes.iter().enumerate() {
            class.keys.iter().for_each(|key| insert(&mut of_key[*key].0, at));
        }
        Self { keys, classes, of_key, at, exact }
    }

    /// Whom a policy covers.
    pub(crate) fn covered(&self, policy: &NormalPolicy) -> Atoms {
        let size = self.classes.len();
        let mut who =
            if policy.has_word(&Field::IncludeUsers, "All") { Atoms::all(size) } else { Atoms::none(size) };
        if policy.has_word(&Field::ExcludeUsers, "All") {
            return Atoms::none(size);
        }
        let mut out = Atoms::none(size);
        for (field, excludes) in &PLACES {
            for item in policy.set(field) {
                let Item::Object(object) = item else { continue };
                let Some(key) = self.at.get(&(object.kind, object.id.clone())) else { continue };
                let side = if *excludes { &mut out } else { &mut who };
                side.add(&self.of_key[*key]);
            }
        }
        who.add(&self.guests(policy, &Field::IncludeGuests, &Field::IncludeGuestTenants));
        out.add(&self.guests(policy, &Field::ExcludeGuests, &Field::ExcludeGuestTenants));
        who.remove(&out);
        who
    }

    fn guests(&self, policy: &NormalPolicy, types: &Field, tenants: &Field) -> Atoms {
        let types = policy.set(types);
        if types.is_empty() {
            return Atoms::none(self.classes.len());
        }
        let tenants = policy.set(tenants);
        let matches = |class: &Class| {
            class.guest.as_ref().is_some_and(|(kind, home)| {
                types.iter().any(|one| one.is(kind.as_str()))
                    && (tenants.is_empty()
                        || matches!(home, Home::Tenant(id) if tenants.iter().any(|one| one.id() == id)))
            })
        };
        let members = self.classes.iter().enumerate().filter(|(_, class)| matches(class));
        Atoms::of(self.classes.len(), members.map(|(at, _)| at))
    }

    /// How much each class weighs in a share: its head count, as far as it is known.
    pub(crate) fn weights(&self) -> Vec<f64> {
        let named: f64 = self
            .classes
            .iter()
            .map(|class| match class.heads {
                Heads::Known(count) => count as f64,
                Heads::Hypothetical => 1.0,
                Heads::Rest(_) => 0.0,
            })
            .sum();
        self.classes
            .iter()
            .map(|class| match class.heads {
                Heads::Known(count) => count as f64,
                // Somebody in two places at once is rarer than somebody in one.
                Heads::Hypothetical if class.keys.len() > 1 => 0.05,
                Heads::Hypothetical => 1.0,
                Heads::Rest(Some(count)) => (count as f64).max(1.0),
                // As many as all who are named together, and not fewer than a small company.
                Heads::Rest(None) => named.max(50.0),
            })
            .collect()
    }
}

/// Whether it can't be told who is meant: a membership that was not read, or a placeholder for a user.
fn is_unknown((kind, id): &Key, facts: &Facts) -> bool {
    match kind {
        NameKind::User => Uuid::try_parse(id).is_err(),
        _ => facts.members(*kind, id).is_none_or(|members| !members.complete),
    }
}

/// Hypothetical classes that are wanted.
struct Wanted<'w> {
    effects: &'w Effects,
    /// What there is already: who, told apart by policies and by what a finding says of them.
    seen: HashSet<(bool, bool, bool, Atoms)>,
    classes: BTreeSet<(Guest, Vec<usize>)>,
    exact: bool,
}

impl Wanted<'_> {
    /// Remembers somebody; false where there is somebody already whom nothing tells apart.
    fn note(&mut self, builder: &Builder<'_>, guest: &Guest, keys: &[usize]) -> bool {
        let role = keys.iter().any(|key| builder.keys[*key].0 == NameKind::Role);
        let emergency = builder.is_emergency(keys, None);
        self.seen.insert((guest.is_some(), role, emergency, self.effects.on(guest, keys)))
    }

    fn take(&mut self, builder: &Builder<'_>, guest: Guest, keys: Vec<usize>) {
        self.note(builder, &guest, &keys);
        self.classes.insert((guest, keys));
    }

    /// Takes a combination in, unless no policy tells it from one that is there.
    fn consider(&mut self, builder: &Builder<'_>, guest: Guest, keys: Vec<usize>) {
        if self.classes.len() >= MOST_HYPOTHETICAL {
            self.exact = false;
        } else if self.note(builder, &guest, &keys) {
            self.classes.insert((guest, keys));
        }
    }
}

struct Builder<'b> {
    keys: &'b [Key],
    at: &'b HashMap<Key, usize>,
    facts: &'b Facts,
    emergency: &'b BTreeSet<Key>,
    /// What each person who was read is a member of.
    of_user: HashMap<Uuid, Vec<usize>>,
    classes: Vec<Class>,
    exact: bool,
}

impl Builder<'_> {
    /// Classes of people who were read: one for each distinct membership.
    fn known(&mut self) {
        let mut of_user: HashMap<Uuid, Vec<usize>> = HashMap::new();
        for (at, (kind, id)) in self.keys.iter().enumerate() {
            if *kind == NameKind::User {
                if let Ok(user) = Uuid::try_parse(id) {
                    of_user.entry(user).or_default().push(at);
                }
            } else if let Some(members) = self.facts.members(*kind, id) {
                for user in &members.ids {
                    of_user.entry(*user).or_default().push(at);
                }
            }
        }
        let mut classes: BTreeMap<(bool, Vec<usize>, bool), (u64, Uuid)> = BTreeMap::new();
        for (&user, keys) in &of_user {
            let guest = self.facts.guests.as_ref().is_some_and(|guests| guests.contains(&user));
            let (keys, emergency) = (keys.clone(), self.is_emergency(keys, Some(user)));
            let class = classes.entry((guest, keys, emergency)).or_insert((0, user));
            class.0 += 1;
            class.1 = class.1.min(user);
        }
        self.of_user = of_user;
        for ((guest, keys, emergency), (count, sample)) in classes {
            // The directory tells guests from members; most guests are of the collaboration kind.
            let guest = guest.then_some((GuestType::B2bCollaborationGuest, Home::Elsewhere));
            self.classes.push(Class {
                guest,
                keys,
                heads: Heads::Known(count),
                sample: Some(sample),
                emergency,
            });
        }
    }

    fn is_emergency(&self, keys: &[usize], user: Option<Uuid>) -> bool {
        keys.iter().any(|key| self.emergency.contains(&self.keys[*key]))
            || user.is_some_and(|user| {
                self.emergency.contains(&(NameKind::User, user.to_string()))
                    || self.emergency.iter().any(|(kind, id)| {
                        let members = self.facts.members(*kind, id);
                        members.is_some_and(|members| members.ids.binary_search(&user).is_ok())
                    })
            })
    }

    /// Classes for what is not known: guests of each kind, members of unread groups and roles.
    fn hypothetical(
        &mut self,
        uses: &BTreeMap<Key, (bool, bool)>,
        unknown: &[bool],
        tenants: &BTreeSet<String>,
        effects: &Effects,
    ) {
        let has_members = |key: &Key| {
            key.0 == NameKind::User
                || self.facts.members(key.0, &key.1).is_none_or(|members| members.head_count > 0)
        };
        let used = |excludes: bool| -> Vec<usize> {
            let wanted = |(include, exclude): &(bool, bool)| if excludes { *exclude } else { *include };
            uses.iter()
                .filter(|(key, uses)| wanted(uses) && has_members(key))
                .map(|(key, _)| self.at[key])
                .collect()
        };
        let (included, excluded) = (used(false), used(true));
        let mut wanted = Wanted { effects, seen: HashSet::new(), classes: BTreeSet::new(), exact: true };
        wanted.note(self, &None, &[]);
        for (key, unknown) in unknown.iter().enumerate() {
            if *unknown && has_members(&self.keys[key]) {
                wanted.take(self, None, vec![key]);
            }
        }
        for kind in guest_types() {
            // An internal guest has an account here and comes from no other tenant.
            let external = kind != GuestType::InternalGuest;
            let homes = tenants.iter().filter(|_| external).filter(|id| !id.contains(' ') && *id != "none");
            for home in homes.map(|id| Home::Tenant(id.clone())).chain([Home::Elsewhere]) {
                wanted.take(self, Some((kind.clone(), home)), Vec::new());
            }
        }
        let mut pairs = 0;
        'pairs: for include in &included {
            for exclude in &excluded {
                if pairs == MOST_PAIRS || wanted.classes.len() >= MOST_HYPOTHETICAL {
                    wanted.exact = false;
                    break 'pairs;
                }
                pairs += 1;
                // Of two memberships that were both read, the directory says who has them.
                if include != exclude
                    && (unknown[*include] || unknown[*exclude])
                    && let Some(keys) = self.both(*include, *exclude)
                {
                    wanted.consider(self, None, keys);
                }
            }
        }
        for guest in guest_types() {
            for key in included.iter().chain(&excluded) {
                let (kind, id) = &self.keys[*key];
                // A group whose members are known and none of them a guest has no guests in it.
                let none = self.facts.guests.is_some() && !unknown[*key];
                let in_groups = matches!(kind, NameKind::Group) || self.facts.members(*kind, id).is_none();
                if !none && in_groups && *kind != NameKind::User {
                    wanted.consider(self, Some((guest.clone(), Home::Elsewhere)), vec![*key]);
                }
            }
        }
        self.exact &= wanted.exact;
        let wanted = wanted.classes;
        let present: BTreeSet<(Option<GuestType>, Vec<usize>)> =
            self.classes.iter().map(|class| (class.guest.clone().map(|g| g.0), class.keys.clone())).collect();
        for (guest, keys) in wanted {
            if !present.contains(&(guest.clone().map(|g| g.0), keys.clone())) {
                let emergency = self.is_emergency(&keys, None);
                self.classes.push(Class { guest, keys, heads: Heads::Hypothetical, sample: None, emergency });
            }
        }
    }

    /// Somebody with two memberships, and what else is known of them; nobody is two users.
    fn both(&self, one: usize, other: usize) -> Option<Vec<usize>> {
        let user = |key: usize| (self.keys[key].0 == NameKind::User).then_some(&self.keys[key].1);
        let known = match (user(one), user(other)) {
            (Some(_), Some(_)) => return None,
            (Some(id), None) | (None, Some(id)) => Uuid::try_parse(id).ok(),
            (None, None) => None,
        };
        let known = known.and_then(|user| self.of_user.get(&user)).into_iter().flatten().copied();
        let mut keys: Vec<usize> = known.chain([one, other]).collect();
        keys.sort_unstable();
        keys.dedup();
        Some(keys)
    }

    /// Everybody else, who are the first class.
    fn rest(&mut self) {
        let named: u64 = self
            .classes
            .iter()
            .map(|class| if let Heads::Known(count) = class.heads { count } else { 0 })
            .sum();
        let rest = self.facts.people.map(|people| people.saturating_sub(named));
        let class =
            Class { guest: None, keys: Vec::new(), heads: Heads::Rest(rest), sample: None, emergency: false };
        self.classes.insert(0, class);
    }
}
