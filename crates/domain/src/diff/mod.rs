//! The semantic difference between two policies, field by field.
//!
//! Invariants: a policy does not differ from itself; what has no meaning does not show; a direction is given only
//! where it is plain, and always seen from the baseline: *weaker* means that the live policy protects less.

mod direction;
pub(crate) mod requirement;

use crate::{
    binding::Bindings,
    names::Names,
    normal::{Field, Item, NormalPolicy, NormalValue, Reference},
    words::{display_reference, display_value},
};
use direction::Sides;
pub(crate) use direction::strictness;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;

/// What a difference does to protection, seen from the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The live policy protects less here.
    Weaker,
    /// It can't be told plainly.
    Different,
    /// The live policy protects more here.
    Stronger,
}

/// One field that differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldDiff {
    /// The dotted Graph path.
    pub field: String,
    /// For people.
    pub label: String,
    /// What the baseline says: a list of texts for sets, a text for single values, `null` for nothing.
    pub baseline: Value,
    /// What the live policy says, in the same form.
    pub live: Value,
    /// What the difference does to protection.
    pub direction: Direction,
    /// Why references of the baseline could not be compared, one sentence each. Where there are any, the field may
    /// differ less than it seems.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unresolved: Vec<String>,
}

/// One field in which two policies agree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldSame {
    /// The dotted Graph path.
    pub field: String,
    /// For people.
    pub label: String,
    /// What both say, in the form of a difference's sides.
    pub value: Value,
}

/// What two policies of one tenant have in common, field by field: together with [`compare_policies`] all that either
/// says.
pub fn common_fields(one: &NormalPolicy, other: &NormalPolicy, names: &Names) -> Vec<FieldSame> {
    let joined = one.fields.get(&Field::GrantControls) == other.fields.get(&Field::GrantControls);
    one.fields
        .iter()
        .filter(|(field, value)| other.fields.get(field) == Some(value))
        // The operator is told with the controls.
        .filter(|(field, _)| **field != Field::GrantOperator || !joined)
        .map(|(field, _)| FieldSame {
            field: field.path().to_owned(),
            label: field.label().to_owned(),
            value: shown(field, one, names),
        })
        .collect()
}

/// Compares two policies. `baseline` is taken as it was read; `bindings` say what its references mean here.
pub fn compare_policies(
    baseline: &NormalPolicy,
    live: &NormalPolicy,
    bindings: &Bindings,
    baseline_names: &Names,
    live_names: &Names,
) -> Vec<FieldDiff> {
    compare_bound(&bindings.apply(baseline, live_names), live, bindings, baseline_names, live_names)
}

/// The same for a policy of the baseline in terms of the live tenant.
pub(crate) fn compare_bound(
    bound: &NormalPolicy,
    live: &NormalPolicy,
    bindings: &Bindings,
    baseline_names: &Names,
    live_names: &Names,
) -> Vec<FieldDiff> {
    let sides = Sides { baseline: bound, live };
    let fields: BTreeSet<&Field> = bound.fields.keys().chain(live.fields.keys()).collect();
    let mut diffs = Vec::new();
    for field in fields {
        // The operator is told with the controls.
        if *field == Field::GrantOperator
            && bound.fields.get(&Field::GrantControls) != live.fields.get(&Field::GrantControls)
        {
            continue;
        }
        let (ours, theirs) = (bound.fields.get(field), live.fields.get(field));
        let unresolved = unresolved(ours, theirs, bindings);
        if ours == theirs && unresolved.is_empty() {
            continue;
        }
        let direction = match sides.direction(field) {
            Some(direction) if unresolved.is_empty() => direction,
            // Whatever the reference means, the live policy covers everything, or leaves no more out.
            Some(Direction::Stronger) if sides.is_stronger_anyhow(field) => Direction::Stronger,
            // What can't be told may be the very object that is here; nothing is plain then.
            _ if !unresolved.is_empty() => Direction::Different,
            _ => continue,
        };
        diffs.push(FieldDiff {
            field: field.path().to_owned(),
            label: field.label().to_owned(),
            baseline: shown(field, bound, baseline_names),
            live: shown(field, live, live_names),
            direction,
            unresolved,
        });
    }
    diffs
}

/// A field's value for people; several controls say how they are joined.
fn shown(field: &Field, policy: &NormalPolicy, names: &Names) -> Value {
    let value = policy.fields.get(field);
    match (field, value, policy.fields.get(&Field::GrantOperator)) {
        (Field::GrantControls, Some(NormalValue::Set(controls)), Some(NormalValue::Word(operator))) => {
            let words: Vec<String> = crate::words::display_set(field, controls, names);
            Value::from(words.join(if operator == "AND" { " and " } else { " or " }))
        }
        (Field::GrantControls, Some(NormalValue::Set(controls)), _) => {
            Value::from(crate::words::display_set(field, controls, names).join(", "))
        }
        _ => display_value(field, value, names),
    }
}

/// Why references that only the baseline has can't be compared.
fn unresolved(ours: Option<&NormalValue>, theirs: Option<&NormalValue>, bindings: &Bindings) -> Vec<String> {
    let here: BTreeSet<&Reference> = references(theirs).collect();
    references(ours)
        .filter(|reference| !here.contains(reference))
        .filter_map(|reference| bindings.unresolved(reference).map(str::to_owned))
        .collect()
}

fn references(value: Option<&NormalValue>) -> impl Iterator<Item = &Reference> {
    let (set, one) = match value {
        Some(NormalValue::Set(items)) => (Some(items), None),
        Some(NormalValue::Object(reference)) => (None, Some(reference)),
        _ => (None, None),
    };
    let of_set = set.into_iter().flatten().filter_map(|item| match item {
        Item::Object(reference) => Some(reference),
        Item::Word(_) => None,
    });
    of_set.chain(one)
}

/// The references of a policy that can't be told, for people.
pub(crate) fn unresolved_names(policy: &NormalPolicy, bindings: &Bindings, names: &Names) -> Vec<String> {
    let mut shown: Vec<String> = policy
        .references()
        .filter(|reference| bindings.unresolved(reference).is_some())
        .map(|reference| display_reference(reference, names))
        .collect();
    shown.sort();
    shown.dedup();
    shown
}

#[cfg(test)]
mod tests;
