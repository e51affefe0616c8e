//! Who a policy is about: people, guests, workload identities, agents.

use super::{Compiler, NOBODY};
use crate::{
    evaluate::{
        condition::{Exclude, Guests, Include, Pair, People},
        tags::Kind,
        texts::{excludes, item, only},
    },
    normal::{Field, Item, NormalPolicy},
};

impl Compiler<'_> {
    pub(super) fn people(&mut self, policy: &NormalPolicy, uncertain: &mut Vec<String>) -> Option<People> {
        let mut include = Include::default();
        let mut texts = self.add(&mut include, policy, Kind::User, &Field::IncludeUsers);
        texts.extend(self.add(&mut include, policy, Kind::Group, &Field::IncludeGroups));
        texts.extend(self.add(&mut include, policy, Kind::Role, &Field::IncludeRoles));
        let include_guests =
            self.guests(policy, &Field::IncludeGuests, &Field::IncludeGuestTenants, uncertain);
        if !include_guests.types.is_empty() {
            texts.push(include_guests.text.clone());
        }
        include.text = only(&texts, NOBODY);
        let exclude_guests =
            self.guests(policy, &Field::ExcludeGuests, &Field::ExcludeGuestTenants, uncertain);
        let mut exclude = Exclude::default();
        let mut all = None;
        for (kind, field) in [
            (Kind::User, Field::ExcludeUsers),
            (Kind::Group, Field::ExcludeGroups),
            (Kind::Role, Field::ExcludeRoles),
        ] {
            let (some, every) = self.exclude(policy, kind, &field);
            exclude.items.extend(some.items);
            all = all.or(every);
        }
        let says_nothing = texts.is_empty() && exclude.items.is_empty() && exclude_guests.types.is_empty();
        if let Some(text) = all {
            // Whoever is in is out again.
            include = Include { text, ..Include::default() };
            return Some(People { include, ..People::default() });
        }
        let exclude_guests = Guests { text: excludes(&exclude_guests.text), ..exclude_guests };
        (!says_nothing).then_some(People { include, include_guests, exclude, exclude_guests })
    }

    fn guests(
        &mut self,
        policy: &NormalPolicy,
        types: &Field,
        tenants: &Field,
        uncertain: &mut Vec<String>,
    ) -> Guests {
        let kinds = policy.set(types);
        let words: Vec<String> = kinds.iter().map(|one| item(types, one, self.names)).collect();
        let from = policy.set(tenants);
        if from.iter().any(|tenant| tenant.id().starts_with("membershipKind")) {
            uncertain.push(tenants.path().to_owned());
        }
        let every = crate::policy::GuestType::KNOWN.len() - 1;
        let mut text =
            if words.len() == every { "guests and external users".to_owned() } else { words.join(", ") };
        if !from.is_empty() {
            let from: Vec<&str> = from.iter().map(Item::id).collect();
            text.push_str(&format!(" of tenant {}", from.join(", ")));
        }
        Guests {
            types: kinds.iter().map(|one| self.tags.intern(Kind::GuestType, one.id())).collect(),
            tenants: (!from.is_empty())
                .then(|| from.iter().map(|one| self.tags.intern(Kind::Tenant, one.id())).collect()),
            text,
        }
    }

    /// Workload identities or agents, with their filter; `None` where the policy names none.
    pub(super) fn identities(
        &mut self,
        policy: &NormalPolicy,
        kind: Kind,
        include: &Field,
        exclude: &Field,
        filter: Option<&Field>,
    ) -> Option<Pair> {
        let mut pair = Pair::default();
        let mut texts = self.add(&mut pair.include, policy, kind, include);
        (pair.exclude, pair.exclude_all) = self.exclude(policy, kind, exclude);
        if let Some(field) = filter {
            self.filter(&mut pair, &mut texts, policy, field);
        }
        pair.include.text = only(&texts, NOBODY);
        (!texts.is_empty() || !pair.exclude.items.is_empty() || pair.exclude_all.is_some()).then_some(pair)
    }
}
