//! Which policies a membership brings somebody under, so that combinations of memberships that no policy tells apart are
//! one.

use super::{
    cell::{Atoms, insert},
    people::{Guest, Home, Key},
};
use crate::{
    normal::{Field, Item, NormalPolicy},
    policy::{Evolvable, GuestType},
};
use foldhash::HashMap;

/// For each key and kind of guest, the policies that take it in and those that leave it out.
pub(super) struct Effects {
    everyone: Atoms,
    keys: Vec<[Atoms; 2]>,
    guests: HashMap<GuestType, [Atoms; 2]>,
}

impl Effects {
    pub(super) fn of<'p>(
        policies: impl Iterator<Item = &'p NormalPolicy> + Clone,
        places: &[(Field, bool)],
        keys: usize,
        at: &HashMap<Key, usize>,
        types: impl Iterator<Item = GuestType>,
    ) -> Self {
        let none = Atoms::none(policies.clone().count());
        let pair = || [none.clone(), none.clone()];
        let mut effects = Self {
            everyone: none.clone(),
            keys: (0..keys).map(|_| pair()).collect(),
            guests: types.map(|kind| (kind, pair())).collect(),
        };
        for (policy, normal) in policies.enumerate() {
            if normal.has_word(&Field::IncludeUsers, "All") {
                insert(&mut effects.everyone.0, policy);
            }
            for (field, excludes) in places {
                for item in normal.set(field) {
                    let Item::Object(object) = item else { continue };
                    if let Some(key) = at.get(&(object.kind, object.id.clone())) {
                        insert(&mut effects.keys[*key][usize::from(*excludes)].0, policy);
                    }
                }
            }
            for (side, types, tenants) in [
                (0, Field::IncludeGuests, Field::IncludeGuestTenants),
                (1, Field::ExcludeGuests, Field::ExcludeGuestTenants),
            ] {
                // A list of tenants reaches nobody from elsewhere.
                let listed = if normal.set(&tenants).is_empty() { Some(normal.set(&types)) } else { None };
                for (kind, sides) in &mut effects.guests {
                    if listed.is_some_and(|listed| listed.iter().any(|one| one.is(kind.as_str()))) {
                        insert(&mut sides[side].0, policy);
                    }
                }
            }
        }
        effects
    }

    /// The policies that somebody is under; guests from a tenant that policies name are not asked about.
    pub(super) fn on(&self, guest: &Guest, keys: &[usize]) -> Atoms {
        let mut under = self.everyone.clone();
        let guest = guest.as_ref().filter(|(_, home)| *home == Home::Elsewhere);
        let guest = guest.and_then(|(kind, _)| self.guests.get(kind));
        let sides = || keys.iter().map(|key| &self.keys[*key]).chain(guest);
        sides().for_each(|[taken, _]| under.add(taken));
        sides().for_each(|[_, left]| under.remove(left));
        under
    }
}
