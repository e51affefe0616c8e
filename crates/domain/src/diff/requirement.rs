//! What grant controls ask for, as a formula, and when one formula asks for no less than another.
//!
//! A set joined by AND is as many clauses of one control; joined by OR it is one clause. A formula implies another
//! when each clause of the other is implied by one of its own, control by control. That is exact, since no control
//! is the negation of another.

use crate::{
    names::NameKind,
    normal::{Field, Item, NormalPolicy, NormalValue, Reference},
    wellknown::built_in_strength,
};
use serde_json::Value;
use std::collections::BTreeSet;

/// The grant controls of a policy as a conjunction of clauses, each a disjunction of controls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Requirement<'p> {
    clauses: Vec<Vec<&'p Item>>,
}

impl<'p> Requirement<'p> {
    /// What a policy asks for; `None` where the way its controls are joined is not known.
    pub(crate) fn of(policy: &'p NormalPolicy) -> Option<Self> {
        let controls: Vec<&Item> = policy.set(&Field::GrantControls).iter().collect();
        let clauses = match policy.fields.get(&Field::GrantOperator) {
            None => controls.into_iter().map(|control| vec![control]).collect(),
            Some(NormalValue::Word(word)) if word == "AND" => {
                controls.into_iter().map(|control| vec![control]).collect()
            }
            Some(NormalValue::Word(word)) if word == "OR" => vec![controls],
            Some(_) => return None,
        };
        Some(Self { clauses })
    }

    /// Whether nothing is asked for.
    pub(crate) fn is_empty(&self) -> bool {
        self.clauses.is_empty()
    }

    /// Whether access is blocked.
    pub(crate) fn is_block(&self) -> bool {
        self.clauses.iter().any(|clause| clause.iter().all(|control| control.is("block")))
    }

    /// Whether who meets this meets `other` as well.
    pub(crate) fn implies(&self, other: &Requirement<'_>) -> bool {
        other.clauses.iter().all(|theirs| self.clauses.iter().any(|ours| clause_implies(ours, theirs)))
    }

    /// The clauses, all of which are asked for; of each one control is enough.
    pub(crate) fn clauses(&self) -> &[Vec<&'p Item>] {
        &self.clauses
    }
}

/// Whether who meets one clause meets the other as well.
pub(crate) fn clause_implies(stronger: &[&Item], weaker: &[&Item]) -> bool {
    stronger.iter().all(|control| weaker.iter().any(|other| control_implies(control, other)))
}

/// Whether one control asks for no less than another.
fn control_implies(stronger: &Item, weaker: &Item) -> bool {
    if stronger == weaker || stronger.is("block") {
        return true;
    }
    match (stronger, weaker) {
        (Item::Object(a), Item::Object(b))
            if a.kind == NameKind::AuthenticationStrength && b.kind == NameKind::AuthenticationStrength =>
        {
            match (Allowed::of(a), Allowed::of(b)) {
                (Some(a), Some(b)) => {
                    a.combinations.is_subset(&b.combinations)
                        && (b.configurations.is_empty() || a.configurations == b.configurations)
                }
                _ => false,
            }
        }
        _ => false,
    }
}

/// What an authentication strength allows.
struct Allowed {
    combinations: BTreeSet<String>,
    /// Canonical text of each narrower demand.
    configurations: BTreeSet<String>,
}

impl Allowed {
    fn of(strength: &Reference) -> Option<Self> {
        if let Some(built_in) = built_in_strength(&strength.id) {
            let combinations = built_in.allowed_combinations.iter().map(|one| (*one).to_owned()).collect();
            return Some(Self { combinations, configurations: BTreeSet::new() });
        }
        let content: Value = serde_json::from_str(strength.content.as_deref()?).ok()?;
        let combinations: BTreeSet<String> = content["allowedCombinations"]
            .as_array()?
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect();
        let configurations = content["combinationConfigurations"]
            .as_array()
            .into_iter()
            .flatten()
            .map(Value::to_string)
            .collect();
        (!combinations.is_empty()).then_some(Self { combinations, configurations })
    }
}
