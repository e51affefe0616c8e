//! References and their bindings as people see them.

use super::{Basis, Bound, Confidence, Entry, Key, LiveObject, Suggestion};
use crate::{
    names::NameKind,
    normal::{Field, Item, NormalValue, Reference, Role},
    policy_set::SetPolicy,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Standing of a binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BindingState {
    /// A person said what it means.
    Confirmed,
    /// Nobody said so, and it takes effect.
    Suggested,
    /// Nothing is sure enough to be taken for it.
    Unbound,
    /// A person said that it means nothing here.
    Refused,
}

/// What a policy names an object for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BindingUse {
    /// It is covered.
    Include,
    /// It is left out.
    Exclude,
    /// It is asked for, or holds for the session.
    Control,
}

/// A policy of the baseline that names an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct UsedBy {
    /// The policy's key in the baseline.
    pub policy: String,
    /// The policy's name.
    pub display_name: String,
    /// What for.
    #[serde(rename = "use")]
    pub used_for: BindingUse,
}

/// One reference of a baseline and what it means in the live tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BindingView {
    /// What it is.
    pub kind: NameKind,
    /// The id or the placeholder by which the baseline names it.
    pub reference: String,
    /// Its name in the baseline, where one is known.
    pub name: Option<String>,
    /// The policies that name it, in the baseline's order.
    pub used_by: Vec<UsedBy>,
    /// Its standing.
    pub state: BindingState,
    /// What it means here; empty where it is unbound or refused.
    pub live: Vec<LiveObject>,
    /// What a suggestion rests on.
    pub basis: Option<Basis>,
    /// Whether it takes effect as an assumption that a person should look at.
    pub assumption: bool,
    /// Why it means that, or why it means nothing.
    pub reason: String,
    /// What else it may mean, the best first; three at most.
    pub alternatives: Vec<Suggestion>,
}

pub(super) fn views(entries: &BTreeMap<Key, Entry>) -> Vec<BindingView> {
    let mut views: Vec<BindingView> =
        entries.iter().map(|((kind, id), entry)| view(*kind, id, entry)).collect();
    views.sort_by_cached_key(|view| {
        let label = view.name.as_deref().unwrap_or(&view.reference).to_lowercase();
        (view.kind, label, view.reference.clone())
    });
    views
}

fn view(kind: NameKind, id: &str, entry: &Entry) -> BindingView {
    let (state, live, basis, assumption, reason) = match &entry.bound {
        Some(Bound::Confirmed(live)) => {
            (BindingState::Confirmed, live.clone(), None, false, "confirmed".to_owned())
        }
        Some(Bound::Suggested(suggestion)) => (
            BindingState::Suggested,
            suggestion.live.clone(),
            Some(suggestion.basis),
            suggestion.confidence == Confidence::Assumed,
            suggestion.reason.clone(),
        ),
        Some(Bound::Refused) => {
            (BindingState::Refused, Vec::new(), None, false, "left unbound on purpose".to_owned())
        }
        Some(Bound::Not(reason)) => (BindingState::Unbound, Vec::new(), None, false, reason.clone()),
        None => (BindingState::Unbound, Vec::new(), None, false, String::new()),
    };
    BindingView {
        kind,
        reference: id.to_owned(),
        name: entry.name.clone(),
        used_by: entry.used_by.clone(),
        state,
        live,
        basis,
        assumption,
        reason,
        alternatives: entry.alternatives.clone(),
    }
}

/// Every object that a policy names, with what for.
pub(super) fn uses(policy: &SetPolicy) -> impl Iterator<Item = (&Reference, UsedBy)> {
    policy.normal.fields.iter().flat_map(|(field, value)| {
        let used_by = UsedBy {
            policy: policy.key.clone(),
            display_name: policy.normal.display_name.clone(),
            used_for: used_for(field),
        };
        let (set, one) = match value {
            NormalValue::Set(items) => (Some(items), None),
            NormalValue::Object(reference) => (None, Some(reference)),
            _ => (None, None),
        };
        let of_set = set.into_iter().flatten().filter_map(|item| match item {
            Item::Object(reference) => Some(reference),
            Item::Word(_) => None,
        });
        of_set.chain(one).map(move |reference| (reference, used_by.clone()))
    })
}

fn used_for(field: &Field) -> BindingUse {
    match field.role() {
        Role::Exclude(_) => BindingUse::Exclude,
        Role::Grant | Role::Session => BindingUse::Control,
        _ => BindingUse::Include,
    }
}
