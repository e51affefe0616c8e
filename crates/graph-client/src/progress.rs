//! How an import tells where it is.

use policytab_domain::import::ImportStep;
use std::collections::BTreeMap;

/// What happened to a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepEvent {
    /// It began.
    Started,
    /// It is done.
    Succeeded {
        /// What was counted: `policies` → 30.
        counts: BTreeMap<String, u64>,
    },
    /// It was left out, or an optional permission is missing for it.
    Skipped {
        /// Why, one sentence for people.
        reason: String,
    },
}

/// Hears of the steps of an import while it runs. Steps overlap; each begins once and ends at most once. Called from
/// within the import, so it must not wait for anything.
pub trait Progress: Send + Sync {
    /// Something happened to a step.
    fn step(&self, step: ImportStep, event: StepEvent);
}

/// Nobody listens.
impl Progress for () {
    fn step(&self, _: ImportStep, _: StepEvent) {}
}

pub(crate) fn counts<const N: usize>(counted: [(&str, usize); N]) -> StepEvent {
    StepEvent::Succeeded {
        counts: counted.into_iter().map(|(name, count)| (name.to_owned(), count as u64)).collect(),
    }
}
