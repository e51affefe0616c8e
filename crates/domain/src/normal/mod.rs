//! The semantic normal form: what a policy means, without how it happens to be written.
//!
//! Invariants: reading the normal form again gives the same normal form; two policies have the same normal form when
//! they differ only in ids, dates, annotations, order, case, null against absent against empty, or in what Entra
//! takes as the same (all four client app types and none, `mfa` and the built-in strength, the old and the new word
//! for guests, a session control that is switched off, an operator with nothing to join); any other change shows.
//! The name is no part of the meaning. What the model does not know is part of it, since it may matter.

mod build;
mod field;
mod grant;
mod graph;
mod session;
mod value;

pub(crate) use build::squeeze;
pub(crate) use field::NARROWING;
pub use field::{Dimension, Field, Role};
pub use value::{Frequency, Item, NormalValue, Reference};

use crate::{
    canonical::{Sha256Digest, canonical_bytes, digest},
    names::Names,
    policy::{Policy, PolicyState},
};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What one policy means.
#[derive(Debug, Clone, PartialEq)]
pub struct NormalPolicy {
    /// The policy's object id; no part of the meaning.
    pub id: Option<String>,
    /// The policy's name; no part of the meaning.
    pub display_name: String,
    /// Whether sign-ins are held to it.
    pub enforced: bool,
    /// The fields that say something.
    pub fields: BTreeMap<Field, NormalValue>,
    /// Paths of what this version can't understand. A policy with any can't be relied on to protect.
    pub uncertainties: Vec<String>,
}

/// Brings a policy into normal form, with names where `names` has them.
pub fn normalise(policy: &Policy, names: &Names) -> NormalPolicy {
    build::build(policy, names)
}

/// The digest of a policy's meaning: equal for policies with the same normal form, whatever their names and ids.
pub fn normal_digest(policy: &Policy) -> Sha256Digest {
    normalise(policy, &Names::new()).digest()
}

impl NormalPolicy {
    /// The digest of the meaning.
    pub fn digest(&self) -> Sha256Digest {
        digest(&canonical_bytes(&self.to_digestible()))
    }

    /// The meaning as one JSON object, from dotted path to value.
    fn to_digestible(&self) -> Value {
        let members: Map<String, Value> = self
            .fields
            .iter()
            .map(|(field, value)| (field.path().to_owned(), value.to_digestible()))
            .collect();
        Value::Object(members)
    }

    /// Whether two policies mean the same.
    pub fn means_same(&self, other: &Self) -> bool {
        self.fields == other.fields
    }

    /// A field's set; empty where it says nothing.
    pub fn set(&self, field: &Field) -> &BTreeSet<Item> {
        static NOTHING: BTreeSet<Item> = BTreeSet::new();
        self.fields.get(field).and_then(NormalValue::as_set).unwrap_or(&NOTHING)
    }

    /// Whether a field's set holds a word.
    pub fn has_word(&self, field: &Field, word: &str) -> bool {
        self.set(field).iter().any(|item| item.is(word))
    }

    /// The state as Graph spells it; empty where none was given.
    pub fn state(&self) -> PolicyState {
        match self.fields.get(&Field::State) {
            Some(NormalValue::Word(word)) => crate::policy::Evolvable::parse(word),
            _ => PolicyState::Unknown(String::new()),
        }
    }

    /// Every object that the policy names.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        self.fields.values().flat_map(|value| {
            let (set, one) = match value {
                NormalValue::Set(items) => (Some(items), None),
                NormalValue::Object(reference) => (None, Some(reference)),
                _ => (None, None),
            };
            let of_set = set.into_iter().flatten().filter_map(|item| match item {
                Item::Object(reference) => Some(reference),
                Item::Word(_) => None,
            });
            of_set.chain(one)
        })
    }

    /// The same policy with every reference replaced by what `bind` makes of it.
    #[must_use]
    pub fn map_references(&self, mut bind: impl FnMut(&Reference) -> Reference) -> Self {
        let fields = self
            .fields
            .iter()
            .map(|(field, value)| {
                let value = match value {
                    NormalValue::Set(items) => NormalValue::Set(
                        items
                            .iter()
                            .map(|item| match item {
                                Item::Object(reference) => Item::Object(bind(reference)),
                                word => word.clone(),
                            })
                            .collect(),
                    ),
                    NormalValue::Object(reference) => NormalValue::Object(bind(reference)),
                    other => other.clone(),
                };
                (field.clone(), value)
            })
            .collect();
        Self { fields, ..self.clone() }
    }
}

#[cfg(test)]
mod tests;
