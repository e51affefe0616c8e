//! What became of a check.

use crate::{emergency::EmergencyAccess, facts::Facts, licence::Licence, policy_set::PolicySet};
use serde::Serialize;

/// What checks are held against.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The policies of the tenant.
    pub live: &'a PolicySet,
    /// What is known beside them.
    pub facts: &'a Facts,
    /// Its emergency access.
    pub emergency: &'a EmergencyAccess,
}

/// What became of a check. Only `Met` is a pass.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// Met.
    Met {
        /// How, and what to know of it, in a sentence or two.
        how: String,
    },
    /// Not met.
    NotMet {
        /// Why, in a sentence or two.
        cause: String,
        /// Keys of the live policies concerned, in the order of the set.
        policies: Vec<String>,
        /// The share of the region that is open, from 0 to 1, where that is known.
        share: Option<f64>,
    },
    /// It can't be told.
    NotAssessable {
        /// Why, in a sentence.
        why: String,
        /// What is missing.
        missing: Missing,
    },
}

/// What is missing to decide a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// A licence, without which the tenant can't enforce what the check asks for.
    Licence(Licence),
    /// It was not read, for want of a permission or because the policies came without it.
    Facts,
    /// The work would have grown beyond bounds.
    Decision,
}

impl Verdict {
    pub(super) fn met(how: impl Into<String>) -> Self {
        Self::Met { how: how.into() }
    }

    pub(super) fn not_met(cause: impl Into<String>, policies: Vec<String>) -> Self {
        Self::NotMet { cause: cause.into(), policies, share: None }
    }

    pub(super) fn unknown(why: impl Into<String>) -> Self {
        Self::NotAssessable { why: why.into(), missing: Missing::Facts }
    }

    /// Whether it is a pass.
    pub const fn is_met(&self) -> bool {
        matches!(self, Self::Met { .. })
    }
}
