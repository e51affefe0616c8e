//! Drift with its direction: which sign-ins lost or gained protection between two states of a tenant.
//!
//! Every policy that was enforced is a goal that the later state is held against, and the other way round. Groups,
//! roles and named locations that are no longer what they were are two different things here, so that somebody who was
//! put into an excluded group, or an address that became trusted, shows as well as a changed policy.
//!
//! Invariant: a state has no drift against itself, and `weakens` is said only where a sign-in lost something.

use crate::{
    canonical::canonical_bytes,
    coverage::{Engine, Gap, Region},
    emergency::EmergencyAccess,
    facts::Facts,
    json::{meaning_of, member},
    names::{NameEntry, NameKind, Names},
    normal::{Field, Item, NormalPolicy, NormalValue, Reference},
    policy_set::PolicySet,
    report::{PolicyRef, policy_ref},
    sign_in::SignIn,
    snapshot::ReferenceState,
    wellknown::MFA_TRUSTED_IPS_LOCATION_ID,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What a change does to protection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DriftDirection {
    /// Sign-ins lost protection.
    Weakens,
    /// Sign-ins gained protection.
    Strengthens,
    /// Some lost, others gained.
    Both,
    /// No sign-in is protected otherwise than before.
    Neutral,
}

/// Sign-ins that lost or gained what one policy asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shift {
    /// The policy that asked for it (of what was lost), or asks for it now (of what was gained).
    pub policy: PolicyRef,
    /// The share of that policy's sign-ins, from 0 to 1.
    pub share: f64,
    /// Which sign-ins, in words, the largest part first.
    pub regions: Vec<Region>,
    /// One of them, as What If takes it.
    pub witness: Option<SignIn>,
    /// The same as a sentence.
    pub witness_text: Option<String>,
    /// Whether only emergency access accounts are concerned.
    pub only_emergency: bool,
    /// Why it holds only under conditions.
    pub conditions: Vec<String>,
    /// Set when it could not be worked out within bounds.
    pub not_decided: Option<String>,
}

/// Drift from one state to another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Drift {
    /// What it does to protection.
    pub direction: DriftDirection,
    /// What was protected and is not any more, by policy of the earlier state.
    pub lost: Vec<Shift>,
    /// What is protected and was not, by policy of the later state.
    pub gained: Vec<Shift>,
    /// Security defaults, where they were switched on or off.
    pub security_defaults: Option<bool>,
}

/// Holds a later state against an earlier one.
pub fn compare(before: (&PolicySet, &Facts), after: (&PolicySet, &Facts)) -> Drift {
    let joined = Joined::of(before, after);
    let was: Vec<NormalPolicy> =
        before.0.policies.iter().map(|policy| joined.earlier(&policy.normal)).collect();
    let is: Vec<&NormalPolicy> = after.0.policies.iter().map(|policy| &policy.normal).collect();
    let was: Vec<&NormalPolicy> = was.iter().collect();
    let lost = shifts(&was, before.0, &is, &joined);
    let gained = shifts(&is, after.0, &was, &joined);
    let direction = match (counts(&lost), counts(&gained)) {
        (true, true) => DriftDirection::Both,
        (true, false) => DriftDirection::Weakens,
        (false, true) => DriftDirection::Strengthens,
        (false, false) => DriftDirection::Neutral,
    };
    let defaults = (before.1.security_defaults, after.1.security_defaults);
    let security_defaults =
        if let (Some(was), Some(is)) = defaults { (was != is).then_some(is) } else { None };
    Drift { direction, lost, gained, security_defaults }
}

/// Whether there is anything that was found for certain.
fn counts(shifts: &[Shift]) -> bool {
    shifts.iter().any(|shift| !shift.regions.is_empty())
}

/// What the enforced policies of one state protect and those of the other don't.
fn shifts(asks: &[&NormalPolicy], of: &PolicySet, gives: &[&NormalPolicy], joined: &Joined) -> Vec<Shift> {
    let asking: Vec<usize> = (0..asks.len()).filter(|at| asks[*at].enforced).collect();
    let goals: Vec<&NormalPolicy> = asking.iter().map(|at| asks[*at]).collect();
    let mut engine =
        Engine::new(gives.iter().copied(), &goals, &joined.names, &joined.facts, &joined.emergency);
    let mut out: Vec<Shift> = Vec::new();
    for (goal, at) in asking.into_iter().enumerate() {
        let gap = engine.gap(goal);
        if !gap.is_closed() {
            out.push(shift(gap, policy_ref(&of.policies[at])));
        }
    }
    out.sort_by(|a, b| {
        b.share.total_cmp(&a.share).then_with(|| a.policy.display_name.cmp(&b.policy.display_name))
    });
    out
}

fn shift(gap: Gap, policy: PolicyRef) -> Shift {
    let (witness, witness_text) = gap.witness.map(|one| (one.sign_in, one.sentence)).unzip();
    Shift {
        policy,
        share: gap.share,
        regions: gap.regions,
        witness,
        witness_text,
        only_emergency: gap.exposure.only_emergency,
        conditions: gap.conditions,
        not_decided: gap.not_decided,
    }
}

/// Two states in one space. What is no longer what it was has a name of its own in the earlier one.
struct Joined {
    names: Names,
    facts: Facts,
    emergency: BTreeSet<(NameKind, String)>,
    /// Groups, roles and named locations of the earlier state that changed since.
    renamed: BTreeMap<(NameKind, String), String>,
    /// Ids of what was trusted, where that changed.
    trusted: Option<BTreeSet<String>>,
}

/// What the earlier one of two things is called.
fn earlier_id(id: &str) -> String {
    format!("earlier:{id}")
}

impl Joined {
    fn of(before: (&PolicySet, &Facts), after: (&PolicySet, &Facts)) -> Self {
        let mut names = after.0.names.clone();
        let mut facts = after.1.clone();
        let mut renamed = BTreeMap::new();
        for (key, was) in &before.1.memberships {
            match after.1.memberships.get(key) {
                Some(is) if is == was => {}
                Some(_) => {
                    let id = earlier_id(&key.1);
                    let name = before.0.names.name(key.0, &key.1).unwrap_or(&key.1);
                    names.insert(key.0, &id, &format!("{name} (before)"), None);
                    facts.memberships.insert((key.0, id.clone()), was.clone());
                    renamed.insert(key.clone(), id);
                }
                // Nobody names it any more, so its members were not read again.
                None => drop(facts.memberships.insert(key.clone(), was.clone())),
            }
        }
        for (kind, id, was) in before.0.names.entries() {
            let is = after.0.names.entry(kind, id);
            match is {
                None => names.add(kind, id, was.clone()),
                Some(is) if kind == NameKind::NamedLocation && held(is) != held(was) => {
                    let own = earlier_id(id);
                    let name = was.name.as_deref().unwrap_or(id);
                    // Trust is asked of what is there now; the earlier policies name what they trusted.
                    let mut body = was.body.clone().unwrap_or(Value::Null);
                    if body.is_object() {
                        body["isTrusted"] = json!(false);
                    }
                    let entry = NameEntry {
                        name: Some(format!("{name} (before)")),
                        state: ReferenceState::Resolved,
                        body: Some(body),
                    };
                    names.add(kind, &own, entry);
                    renamed.insert((kind, id.to_owned()), own);
                }
                Some(_) => {}
            }
        }
        // A location that is gone is trusted no more, whatever the earlier policies took it for.
        let (was, is) = (trusted(&before.0.names), trusted(&after.0.names));
        let touched = was.iter().any(|id| renamed.contains_key(&(NameKind::NamedLocation, id.clone())));
        for gone in was.difference(&is) {
            untrust(&mut names, gone);
        }
        let emergency = EmergencyAccess::recognise(after.0, after.1).object_ids();
        if let (Some(people), Some(earlier)) = (&mut facts.guests, &before.1.guests) {
            people.extend(earlier);
        }
        Self { names, facts, emergency, renamed, trusted: (was != is || touched).then_some(was) }
    }

    /// A policy of the earlier state in terms of the joined one.
    fn earlier(&self, policy: &NormalPolicy) -> NormalPolicy {
        let mut policy = policy.map_references(|reference| {
            match self.renamed.get(&(reference.kind, reference.id.clone())) {
                Some(id) => Reference::new(reference.kind, id, &self.names),
                None => reference.clone(),
            }
        });
        let Some(trusted) = &self.trusted else { return policy };
        for field in [Field::IncludeLocations, Field::ExcludeLocations] {
            if let Some(NormalValue::Set(items)) = policy.fields.get_mut(&field)
                && items.remove(&Item::word("AllTrusted"))
            {
                let ids = trusted.iter().map(String::as_str).chain([MFA_TRUSTED_IPS_LOCATION_ID]);
                items.extend(ids.map(|id| {
                    let key = (NameKind::NamedLocation, id.to_owned());
                    let id = self.renamed.get(&key).map_or(id, String::as_str);
                    Item::Object(Reference::new(NameKind::NamedLocation, id, &self.names))
                }));
            }
        }
        policy
    }
}

fn trusted(names: &Names) -> BTreeSet<String> {
    let is_trusted = |entry: &NameEntry| {
        entry.body.as_ref().and_then(|body| member(body, "isTrusted")).and_then(Value::as_bool) == Some(true)
    };
    names
        .entries()
        .filter(|(kind, _, entry)| *kind == NameKind::NamedLocation && is_trusted(entry))
        .map(|(_, id, _)| id.to_owned())
        .collect()
}

fn untrust(names: &mut Names, id: &str) {
    if let Some(entry) = names.entry(NameKind::NamedLocation, id) {
        let mut entry = entry.clone();
        if let Some(Value::Object(body)) = &mut entry.body {
            body.insert("isTrusted".to_owned(), json!(false));
        }
        names.add(NameKind::NamedLocation, id, entry);
    }
}

/// What a named location holds, without names and dates.
fn held(entry: &NameEntry) -> Option<Vec<u8>> {
    let mut meaning = meaning_of(entry.body.as_ref()?);
    if let Some(map) = meaning.as_object_mut() {
        for volatile in ["id", "displayName", "createdDateTime", "modifiedDateTime", "deletedDateTime"] {
            map.remove(volatile);
        }
    }
    Some(canonical_bytes(&meaning))
}

#[cfg(test)]
mod tests;
