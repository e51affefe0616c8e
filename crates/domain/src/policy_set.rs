//! A set of policies with the names of what they refer to: one side of a comparison.
//!
//! Invariant: every policy has a key that is unique in its set and stays the same from run to run: its id, else its
//! name, with a number where that is not enough.

use crate::{
    json::is_guid,
    names::Names,
    normal::{NormalPolicy, normalise},
    policy::Policy,
    policy_notes::PolicyNotes,
    reader::Reading,
    snapshot::{DocumentKind, SnapshotContent},
};
use serde_json::Value;
use std::collections::BTreeMap;

/// One policy of a set.
#[derive(Debug, Clone, PartialEq)]
pub struct SetPolicy {
    /// Unique in its set, stable from run to run.
    pub key: String,
    /// The policy as it was read.
    pub policy: Policy,
    /// What it means.
    pub normal: NormalPolicy,
    /// What is said of it beside; of live policies nothing is.
    pub notes: PolicyNotes,
}

/// Policies and names.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PolicySet {
    /// The policies in their order.
    pub policies: Vec<SetPolicy>,
    /// Names of what they refer to.
    pub names: Names,
}

impl PolicySet {
    /// Makes a set of policies that were read.
    pub fn new(policies: impl IntoIterator<Item = Policy>, names: Names) -> Self {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        let policies = policies
            .into_iter()
            .map(|policy| {
                let base = match policy.id.as_deref() {
                    Some(id) if is_guid(id) => id.to_ascii_lowercase(),
                    _ => format!("name:{}", policy.name()),
                };
                let count = seen.entry(base.clone()).or_default();
                *count += 1;
                let key = if *count == 1 { base } else { format!("{base}#{count}") };
                let normal = normalise(&policy, &names);
                SetPolicy { key, policy, normal, notes: PolicyNotes::default() }
            })
            .collect();
        Self { policies, names }
    }

    /// Adds what is said of its policies, by key; an intended state counts from then on.
    #[must_use]
    pub fn with_notes(mut self, notes: &BTreeMap<String, PolicyNotes>) -> Self {
        for one in &mut self.policies {
            let Some(said) = notes.get(&one.key) else { continue };
            if let Some(intended) = said.intended_state {
                one.policy.state = Some(intended.state());
                one.normal = normalise(&one.policy, &self.names);
            }
            one.notes = said.clone();
        }
        self
    }

    /// Makes a set of policies as Graph gave them.
    pub fn of_bodies<'a>(bodies: impl IntoIterator<Item = &'a Value>, names: Names) -> Self {
        Self::new(bodies.into_iter().map(|body| Policy::read(body).0), names)
    }

    /// The policies of a snapshot.
    pub fn of_snapshot(content: &SnapshotContent) -> Self {
        let bodies = content.of_kind(DocumentKind::Policy).map(|document| &document.body);
        Self::of_bodies(bodies, Names::of_snapshot(content))
    }

    /// The policies of a folder of exports.
    pub fn of_reading(reading: &Reading) -> Self {
        let policies = reading.policies.iter().map(|read| read.policy.clone());
        Self::new(policies, Names::of_reading(reading))
    }

    /// How many of them are enforced.
    pub fn enforced(&self) -> usize {
        self.policies.iter().filter(|policy| policy.normal.enforced).count()
    }
}
