//! The small dimensions: client apps, platforms, risks, flows. Their atoms are Graph's words.

use super::cell::Atoms;
use crate::normal::{Field, NormalPolicy};

/// A dimension whose atoms are words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scale {
    /// The words, as Graph spells them.
    pub(crate) words: Vec<String>,
}

/// A word that stands for a platform that is none of the known ones.
pub(crate) const UNKNOWN_PLATFORM: &str = "unknown";
/// A word that stands for no risk or no flow.
pub(crate) const NONE: &str = "none";

impl Scale {
    /// These words, and what else policies say in a field (a level that Graph may add, or `hidden`).
    pub(crate) fn of<'p>(
        words: &[&str],
        fields: &[Field],
        policies: impl Iterator<Item = &'p NormalPolicy>,
        ignore: &[&str],
    ) -> Self {
        let mut words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        for policy in policies {
            for field in fields {
                for item in policy.set(field) {
                    let word = item.id();
                    if !ignore.contains(&word) && !words.iter().any(|known| known == word) {
                        words.push(word.to_owned());
                    }
                }
            }
        }
        Self { words }
    }

    pub(crate) fn all(&self) -> Atoms {
        Atoms::all(self.words.len())
    }

    pub(crate) fn where_word(&self, wanted: impl Fn(&str) -> bool) -> Atoms {
        let found = self.words.iter().enumerate().filter(|(_, word)| wanted(word)).map(|(at, _)| at);
        Atoms::of(self.words.len(), found)
    }

    /// The words that a policy lists; all of them where it lists none.
    pub(crate) fn narrowed(&self, policy: &NormalPolicy, field: &Field) -> Atoms {
        let listed = policy.set(field);
        if listed.is_empty() {
            return self.all();
        }
        self.where_word(|word| listed.iter().any(|item| item.is(word)))
    }

    /// Client apps: `easSupported` is the older word for Exchange ActiveSync.
    pub(crate) fn clients(&self, policy: &NormalPolicy) -> Atoms {
        let listed = policy.set(&Field::ClientAppTypes);
        if listed.is_empty() || listed.iter().any(|item| item.is("all")) {
            return self.all();
        }
        self.where_word(|word| {
            listed
                .iter()
                .any(|item| item.is(word) || (item.is("easSupported") && word == "exchangeActiveSync"))
        })
    }

    /// Platforms: an unknown one is matched by `all` only.
    pub(crate) fn platforms(&self, policy: &NormalPolicy) -> Atoms {
        if !policy.fields.contains_key(&Field::IncludePlatforms) {
            return self.all();
        }
        let listed = |field: &Field, word: &str| {
            policy.set(field).iter().any(|item| item.is("all") || (item.is(word) && word != UNKNOWN_PLATFORM))
        };
        self.where_word(|word| {
            listed(&Field::IncludePlatforms, word) && !listed(&Field::ExcludePlatforms, word)
        })
    }
}
