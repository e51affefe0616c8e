//! The values of the normal form.

use crate::{
    canonical::canonical_bytes,
    json::meaning_of,
    names::{NameKind, Names, is_global},
    policy::{Evolvable, FilterMode},
};
use serde_json::{Value, json};
use std::{
    cmp::Ordering,
    collections::BTreeSet,
    hash::{Hash, Hasher},
};

/// An object that a policy names. Two references are equal when they mean the same object; the name plays no part.
#[derive(Debug, Clone)]
pub struct Reference {
    /// What it is.
    pub kind: NameKind,
    /// The id by which the policy names it, GUIDs in lower case, or the placeholder that stands there.
    pub id: String,
    /// Its name, where one is known.
    pub name: Option<String>,
    /// For custom authentication strengths: what they allow, as canonical JSON. It takes the place of the id, which
    /// differs from tenant to tenant.
    pub content: Option<String>,
}

impl Reference {
    /// Refers to an object by id, with its name where that is known.
    pub fn new(kind: NameKind, id: &str, names: &Names) -> Self {
        let id = crate::json::fold_id(id);
        let name = names.name(kind, &id).map(str::to_owned);
        Self { kind, id, name, content: None }
    }

    /// The same for an object of a tenant's own list: a custom strength is what it allows, as in the policies that
    /// name it.
    pub(crate) fn live(kind: NameKind, id: &str, names: &Names) -> Self {
        match kind {
            NameKind::AuthenticationStrength => super::grant::strength_reference(id, names),
            _ => Self::new(kind, id, names),
        }
    }

    /// Whether it means the same object in every tenant.
    pub fn is_global(&self) -> bool {
        is_global(self.kind, &self.id)
    }

    /// What it means: kind, and content or id.
    fn identity(&self) -> (NameKind, bool, &str) {
        (self.kind, self.content.is_some(), self.content.as_deref().unwrap_or(&self.id))
    }
}

impl PartialEq for Reference {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}
impl Eq for Reference {}
impl PartialOrd for Reference {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Reference {
    fn cmp(&self, other: &Self) -> Ordering {
        self.identity().cmp(&other.identity())
    }
}
impl Hash for Reference {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.identity().hash(state);
    }
}

/// One element of a set: a word of Graph's (`All`, `browser`, `block`) or an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Item {
    /// A word of Graph's, as Graph spells it.
    Word(String),
    /// An object.
    Object(Reference),
}

impl Item {
    /// A word.
    pub fn word(text: &str) -> Self {
        Self::Word(text.to_owned())
    }

    /// Whether this is the given word.
    pub fn is(&self, word: &str) -> bool {
        matches!(self, Self::Word(text) if text == word)
    }

    /// As it stands in Graph.
    pub fn id(&self) -> &str {
        match self {
            Self::Word(text) => text,
            Self::Object(reference) => &reference.id,
        }
    }

    fn to_digestible(&self) -> Value {
        match self {
            Self::Word(text) => json!(text),
            Self::Object(reference) => match &reference.content {
                Some(content) => json!({"content": content}),
                None => json!({"id": reference.id}),
            },
        }
    }
}

/// How often a sign-in is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frequency {
    /// Every time.
    EveryTime,
    /// After so many hours; days are counted as 24.
    Hours(i64),
    /// Switched on without saying how often.
    Unspecified,
}

/// The value of a field. A field that says nothing has no value at all.
#[derive(Debug, Clone, PartialEq)]
pub enum NormalValue {
    /// A set; never empty.
    Set(BTreeSet<Item>),
    /// One word.
    Word(String),
    /// A rule over attributes, with runs of blanks outside quotes made one.
    Rule(FilterMode, String),
    /// How often a sign-in is asked for.
    Frequency(Frequency),
    /// One object.
    Object(Reference),
    /// A value of unknown shape, in canonical form.
    Json(Value),
}

impl NormalValue {
    /// The set, where it is one.
    pub fn as_set(&self) -> Option<&BTreeSet<Item>> {
        match self {
            Self::Set(items) => Some(items),
            _ => None,
        }
    }

    /// A value of unknown shape: canonical, so that order and annotations don't show.
    pub(super) fn json(value: &Value) -> Self {
        Self::Json(serde_json::from_slice(&canonical_bytes(&meaning_of(value))).unwrap_or(Value::Null))
    }

    /// What the digest is made of: no names, no ids of custom strengths.
    pub(crate) fn to_digestible(&self) -> Value {
        match self {
            Self::Set(items) => items.iter().map(Item::to_digestible).collect(),
            Self::Word(text) => json!(text),
            Self::Rule(mode, rule) => json!({"mode": mode.as_str(), "rule": rule}),
            Self::Frequency(Frequency::EveryTime) => json!("everyTime"),
            Self::Frequency(Frequency::Hours(hours)) => json!(hours),
            Self::Frequency(Frequency::Unspecified) => json!(true),
            Self::Object(reference) => json!({"id": reference.id}),
            Self::Json(value) => json!({"json": value}),
        }
    }
}
