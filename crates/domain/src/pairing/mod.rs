//! Which live policy is shown beside which policy of the baseline.
//!
//! Invariant: one to one, the most alike over all, not greedily one after the other; nothing is paired that has too
//! little in common. Pairing is for people: it decides what is shown together.

mod assignment;
mod similarity;

use crate::{binding::Bindings, json::is_guid, policy_set::PolicySet};
use assignment::assign;
use similarity::{SAME, similarity};

/// The least likeness, of 1,000, at which two policies are shown together.
const THRESHOLD: i64 = 550;

/// A policy of the baseline and its counterpart, by their places in the two sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// The place in the baseline.
    pub baseline: usize,
    /// The place in the live set, where there is a counterpart.
    pub live: Option<usize>,
    /// Likeness from 0 to 1,000; 0 without a counterpart.
    pub similarity: i64,
}

/// Pairs every policy of the baseline with at most one live policy. An id that both have decides first.
pub fn pair(baseline: &PolicySet, live: &PolicySet, bindings: &Bindings) -> Vec<Pair> {
    let scores: Vec<Vec<i64>> = baseline
        .policies
        .iter()
        .map(|ours| {
            let bound = bindings.apply(&ours.normal, &live.names);
            let score = |theirs: &crate::policy_set::SetPolicy| {
                let same_id = bound.id.as_deref().is_some_and(is_guid) && bound.id == theirs.normal.id;
                if same_id {
                    return 10 * SAME;
                }
                // Of two that are equally alike, the one that is enforced is the counterpart.
                let enforced = i64::from(theirs.normal.enforced);
                match similarity(&bound, &theirs.normal) {
                    0 => 0,
                    alike => 2 * alike + enforced,
                }
            };
            live.policies.iter().map(score).collect()
        })
        .collect();
    // What lies above the threshold is gained by a pair; the rest gains nothing.
    let gain = |score: i64| score - 2 * THRESHOLD;
    let gains: Vec<Vec<i64>> =
        scores.iter().map(|row| row.iter().map(|score| gain(*score)).collect()).collect();
    assign(&gains)
        .into_iter()
        .enumerate()
        .map(|(baseline, live)| {
            let similarity = live.map_or(0, |live| (scores[baseline][live] / 2).min(SAME));
            Pair { baseline, live, similarity }
        })
        .collect()
}

/// The live policy that is most like a policy of the baseline, paired or not; `None` where none has anything in
/// common with it.
pub fn nearest(baseline: &crate::normal::NormalPolicy, live: &PolicySet) -> Option<usize> {
    let scored =
        live.policies.iter().enumerate().map(|(at, theirs)| (similarity(baseline, &theirs.normal), at));
    scored
        .filter(|(score, _)| *score > 0)
        .max_by_key(|(score, at)| (*score, std::cmp::Reverse(*at)))
        .map(|(_, at)| at)
}
