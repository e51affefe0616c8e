//! Text that Entra compares without regard to case.

use std::{
    cmp::Ordering,
    hash::{Hash, Hasher},
};

/// A literal of a rule. Equal to another in a different case; the spelling is kept for showing.
#[derive(Debug, Clone)]
pub struct Text {
    spelt: String,
    folded: String,
}

impl Text {
    /// Takes a text as it is spelt.
    pub fn new(spelt: &str) -> Self {
        Self { spelt: spelt.to_owned(), folded: fold(spelt) }
    }

    /// As it was spelt.
    pub fn as_str(&self) -> &str {
        &self.spelt
    }

    /// As it is compared.
    pub fn folded(&self) -> &str {
        &self.folded
    }
}

/// Folds case letter by letter, without regard to the letters around (a Greek final sigma would depend on them), so
/// that a part of a text folds to a part of the folded text.
pub(super) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars().flat_map(char::to_lowercase).collect()
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.folded == other.folded
    }
}
impl Eq for Text {}
impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Text {
    fn cmp(&self, other: &Self) -> Ordering {
        self.folded.cmp(&other.folded)
    }
}
impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.folded.hash(state);
    }
}
