//! Which object of the live tenant each reference of a baseline means.
//!
//! Invariant: a reference is never taken for an object that it may not mean. What can't be told stays unbound, with
//! the reason, and is neither equal to anything nor silently left out.

use crate::{
    canonical::canonical_bytes,
    json::{fold_id, is_guid, meaning_of},
    names::{NameEntry, NameKind, Names},
    normal::{NormalPolicy, Reference},
    policy_set::PolicySet,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What a reference of the baseline means in the live tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Bound {
    /// The live object with this id.
    To(String),
    /// It can't be told; the reason.
    Not(String),
}

/// What the references of a baseline mean in the live tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bindings {
    bound: BTreeMap<(NameKind, String), Bound>,
}

impl Bindings {
    /// For a baseline of the same tenant: every id means itself.
    pub fn same_tenant() -> Self {
        Self::default()
    }

    /// For a baseline from elsewhere. Bound by id where it is the same everywhere or the live side knows it; else by
    /// name and kind, for named locations by what they hold as well.
    pub fn by_name(baseline: &PolicySet, live: &PolicySet) -> Self {
        let known: BTreeSet<(NameKind, &str)> = live
            .policies
            .iter()
            .flat_map(|policy| policy.normal.references())
            .map(|reference| (reference.kind, reference.id.as_str()))
            .collect();
        let mut bound = BTreeMap::new();
        for reference in baseline.policies.iter().flat_map(|policy| policy.normal.references()) {
            let key = (reference.kind, reference.id.clone());
            if reference.content.is_some() || bound.contains_key(&key) {
                continue;
            }
            let here = known.contains(&(reference.kind, reference.id.as_str()))
                || live.names.entry(reference.kind, &reference.id).is_some();
            // Ids of authentication contexts are counted up in every tenant, and mean something else in each.
            let counted = reference.kind == NameKind::AuthenticationContext;
            if reference.is_global() || (here && !counted) {
                continue;
            }
            let found = find(reference, &baseline.names, &live.names);
            bound.insert(key, found);
        }
        Self { bound }
    }

    /// Says what a reference means, as a person confirmed it.
    pub fn confirm(&mut self, kind: NameKind, id: &str, live_id: &str) {
        self.bound.insert((kind, fold_id(id)), Bound::To(fold_id(live_id)));
    }

    /// The policy with its references replaced by what they mean in the live tenant.
    pub fn apply(&self, policy: &NormalPolicy, live: &Names) -> NormalPolicy {
        policy.map_references(|reference| match self.of(reference) {
            Some(Bound::To(id)) => Reference::new(reference.kind, id, live),
            _ => reference.clone(),
        })
    }

    /// Why a reference can't be compared, where it can't.
    pub fn unresolved(&self, reference: &Reference) -> Option<&str> {
        match self.of(reference) {
            Some(Bound::Not(reason)) => Some(reason),
            _ => None,
        }
    }

    fn of(&self, reference: &Reference) -> Option<&Bound> {
        if reference.content.is_some() {
            return None;
        }
        self.bound.get(&(reference.kind, reference.id.clone()))
    }
}

fn find(reference: &Reference, there: &Names, here: &Names) -> Bound {
    let noun = reference.kind.noun();
    let Some(name) = &reference.name else {
        return Bound::Not(if is_guid(&reference.id) {
            format!("{noun} {} is of another tenant, and its name is not known", reference.id)
        } else {
            format!("{noun} \"{}\" is a placeholder", reference.id)
        });
    };
    let same_name: Vec<(&str, &NameEntry)> = here
        .entries()
        .filter(|(kind, ..)| *kind == reference.kind)
        .filter(|(.., entry)| entry.name.as_deref().is_some_and(|own| fold_name(own) == fold_name(name)))
        .map(|(_, id, entry)| (id, entry))
        .collect();
    match same_name.as_slice() {
        [] => Bound::Not(format!("no {noun} here is called \"{name}\"")),
        [(id, entry)] => {
            let theirs = there.entry(reference.kind, &reference.id).and_then(|known| known.body.as_ref());
            match (theirs, &entry.body) {
                (Some(theirs), Some(ours))
                    if reference.kind == NameKind::NamedLocation && held(theirs) != held(ours) =>
                {
                    Bound::Not(format!("{noun} \"{name}\" holds something else here than in the baseline"))
                }
                _ => Bound::To((*id).to_owned()),
            }
        }
        several => Bound::Not(format!("{} objects here are a {noun} called \"{name}\"", several.len())),
    }
}

fn fold_name(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// What a named location holds, as canonical bytes: without ids, dates and annotations.
fn held(location: &Value) -> Vec<u8> {
    let mut meaning = meaning_of(location);
    if let Some(map) = meaning.as_object_mut() {
        for volatile in ["id", "displayName", "createdDateTime", "modifiedDateTime", "deletedDateTime"] {
            map.remove(volatile);
        }
    }
    canonical_bytes(&meaning)
}
