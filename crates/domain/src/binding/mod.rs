//! Which object of the live tenant each reference of a baseline means.
//!
//! Invariant: a reference is never taken for an object that it may not mean. What can't be told stays unbound, with
//! the reason, and is neither equal to anything nor silently left out: an unbound exclusion leaves nobody out, an
//! unbound inclusion takes in a set of its own that nobody is known to be in. What a person said always wins.

mod apply;
mod choice;
mod emergency;
mod location;
mod similar;
mod suggest;
mod view;

pub(crate) use similar::is_emergency;

pub use choice::{BindingChoice, BindingFileError, parse_choices};
pub use view::{BindingState, BindingUse, BindingView, UsedBy};

use crate::{
    facts::Facts,
    json::fold_id,
    names::{NameKind, Names},
    normal::{NormalPolicy, Reference},
    policy_set::PolicySet,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A kind and an id.
type Key = (NameKind, String);

/// An object of the live tenant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LiveObject {
    /// What it is. A group of a baseline may be bound to users.
    pub kind: NameKind,
    /// Its id.
    pub id: String,
    /// Its name, where one is known.
    pub name: Option<String>,
}

/// What a suggestion rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The live tenant knows the id.
    Id,
    /// Kind and name are the same.
    Name,
    /// It holds the same, whatever it is called.
    Content,
    /// It plays the same role: emergency access.
    EmergencyAccess,
    /// The name is similar.
    SimilarName,
}

/// How far a suggestion can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// It takes effect.
    High,
    /// It takes effect, and the report lists it as an assumption.
    Assumed,
    /// It is only proposed.
    Low,
}

/// A proposal for what a reference means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// The objects, one as a rule; the accounts of emergency access may be several.
    pub live: Vec<LiveObject>,
    /// What it rests on.
    pub basis: Basis,
    /// How far it can be trusted.
    pub confidence: Confidence,
    /// The same for people: a sentence without its full stop.
    pub reason: String,
}

/// What a reference means in the live tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Bound {
    /// As a suggestion says that takes effect.
    Suggested(Suggestion),
    /// As a person said.
    Confirmed(Vec<LiveObject>),
    /// A person said that it means nothing here.
    Refused,
    /// It can't be told; the reason.
    Not(String),
}

/// All that is known of one reference.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Entry {
    /// Its name in the baseline.
    name: Option<String>,
    used_by: Vec<UsedBy>,
    bound: Option<Bound>,
    /// Proposals that don't take effect, the best first.
    alternatives: Vec<Suggestion>,
}

/// What the references of a baseline mean in the live tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bindings {
    entries: BTreeMap<Key, Entry>,
    /// The live tenant's objects, as its policies mean them.
    here: BTreeMap<Key, Reference>,
}

impl Bindings {
    /// For a baseline of the same tenant: every id means itself.
    pub fn same_tenant() -> Self {
        Self::default()
    }

    /// For a baseline from elsewhere, when nothing is known of the tenant beside its policies.
    pub fn by_name(baseline: &PolicySet, live: &PolicySet) -> Self {
        Self::suggest(baseline, live, &Facts::default())
    }

    /// For a baseline from elsewhere: a suggestion for every reference that is not the same everywhere. Ids that
    /// the live tenant knows, equal names of the same kind and named locations with the same content take effect, and
    /// so does what stands for emergency access, as an assumption; whatever is only similar waits for a person.
    pub fn suggest(baseline: &PolicySet, live: &PolicySet, facts: &Facts) -> Self {
        suggest::suggest(baseline, live, facts)
    }

    /// Says what a reference means, as a person confirmed it.
    pub fn confirm(&mut self, kind: NameKind, id: &str, live_id: &str) {
        self.confirm_all(kind, id, &[live_id]);
    }

    /// The same for a reference that stands for several objects: a group of the baseline for the tenant's emergency
    /// access accounts.
    pub fn confirm_all(&mut self, kind: NameKind, id: &str, live_ids: &[&str]) {
        let live = live_ids.iter().map(|live| self.object(kind, live)).collect();
        self.entries.entry((kind, fold_id(id))).or_default().bound = Some(Bound::Confirmed(live));
    }

    /// Says that a reference means nothing in this tenant, as a person decided it: it stays unbound.
    pub fn refuse(&mut self, kind: NameKind, id: &str) {
        self.entries.entry((kind, fold_id(id))).or_default().bound = Some(Bound::Refused);
    }

    /// Takes over what people said of references, each named by its id, its placeholder or its name. Returns a
    /// sentence for each that the baseline doesn't hold; such a choice has no effect.
    pub fn take_choices(&mut self, choices: &[BindingChoice]) -> Vec<String> {
        let mut unused = Vec::new();
        for choice in choices {
            let keys = self.find(choice.kind, &choice.reference);
            if keys.is_empty() {
                unused.push(format!(
                    "the baseline names no {} \"{}\" that needs a binding",
                    choice.kind.noun(),
                    choice.reference
                ));
            }
            for (kind, id) in keys {
                let live: Vec<&str> = choice.live.iter().map(String::as_str).collect();
                match live.as_slice() {
                    [] => self.refuse(kind, &id),
                    live => self.confirm_all(kind, &id, live),
                }
            }
        }
        unused
    }

    /// Every reference that needs a binding, with what is known of it: by kind, then by name.
    pub fn references(&self) -> Vec<BindingView> {
        view::views(&self.entries)
    }

    /// What was taken for granted without a person's word and without certainty, one sentence each.
    pub fn assumptions(&self) -> Vec<String> {
        let entries = self.entries.iter();
        entries
            .filter_map(|((kind, id), entry)| match &entry.bound {
                Some(Bound::Suggested(suggestion)) if suggestion.confidence == Confidence::Assumed => {
                    let called = entry.name.as_deref().unwrap_or(id);
                    let live: Vec<&str> = suggestion.live.iter().map(LiveObject::label).collect();
                    Some(format!(
                        "{} \"{called}\" is taken for \"{}\": {}.",
                        kind.noun(),
                        live.join("\", \""),
                        suggestion.reason
                    ))
                }
                _ => None,
            })
            .collect()
    }

    /// The policy with its references replaced by what they mean in the live tenant.
    pub fn apply(&self, policy: &NormalPolicy, live: &Names) -> NormalPolicy {
        apply::apply(self, policy, live)
    }

    /// Every policy of a baseline so, in its order.
    pub(crate) fn apply_all(&self, baseline: &PolicySet, live: &Names) -> Vec<NormalPolicy> {
        baseline.policies.iter().map(|policy| self.apply(&policy.normal, live)).collect()
    }

    /// Why a reference of the baseline can't be compared, where it can't.
    pub fn unresolved(&self, reference: &Reference) -> Option<&str> {
        match self.bound(reference)? {
            Bound::Not(reason) => Some(reason),
            Bound::Refused => Some("it was left unbound: it means nothing in this tenant"),
            Bound::Suggested(_) | Bound::Confirmed(_) => None,
        }
    }

    /// The live objects that a reference of the baseline means; empty where it means itself or can't be told.
    fn targets(&self, reference: &Reference) -> &[LiveObject] {
        match self.bound(reference) {
            Some(Bound::Suggested(suggestion)) => &suggestion.live,
            Some(Bound::Confirmed(live)) => live,
            _ => &[],
        }
    }

    fn bound(&self, reference: &Reference) -> Option<&Bound> {
        // A strength whose content is known is what it allows, and needs no binding.
        if reference.content.is_some() {
            return None;
        }
        self.entries.get(&(reference.kind, reference.id.clone()))?.bound.as_ref()
    }

    /// An object of the live tenant by its id. Where a group is looked for and the id is that of a user (or the other
    /// way round), it is the user.
    fn object(&self, kind: NameKind, id: &str) -> LiveObject {
        let id = fold_id(id);
        let other = match kind {
            NameKind::Group => NameKind::User,
            NameKind::User => NameKind::Group,
            same => same,
        };
        for kind in [kind, other] {
            if let Some(found) = self.here.get(&(kind, id.clone())) {
                return LiveObject::of(found);
            }
        }
        LiveObject { kind, id, name: None }
    }

    fn find(&self, kind: NameKind, text: &str) -> BTreeSet<Key> {
        let id = fold_id(text.trim());
        let by_id = self.entries.keys().filter(|key| key.0 == kind && key.1 == id);
        let found: BTreeSet<Key> = by_id.cloned().collect();
        if !found.is_empty() {
            return found;
        }
        let name = similar::fold_name(text);
        let called = |entry: &Entry| entry.name.as_deref().is_some_and(|own| similar::fold_name(own) == name);
        self.entries
            .iter()
            .filter(|(key, entry)| key.0 == kind && called(entry))
            .map(|(key, _)| key.clone())
            .collect()
    }
}

impl LiveObject {
    fn of(reference: &Reference) -> Self {
        Self { kind: reference.kind, id: reference.id.clone(), name: reference.name.clone() }
    }

    /// Its name, else its id.
    pub fn label(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.id)
    }
}

#[cfg(test)]
mod tests;
