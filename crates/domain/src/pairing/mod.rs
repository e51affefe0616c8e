//! Which live policy is shown beside which policy of the baseline.
//!
//! Invariant: one to one, the most alike over all, not greedily one after the other; nothing is paired that has too
//! little in common. Pairing is for people: it decides what is shown together.

mod assignment;
mod similarity;

use crate::{binding::Bindings, json::is_guid, normal::NormalPolicy, policy_set::PolicySet};
use assignment::assign;
use similarity::{Profile, SAME, Scorer};

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
    /// The place of the live policy that is most like it, counterpart or not; `None` where none has its purpose.
    pub nearest: Option<usize>,
}

/// Pairs every policy of the baseline with at most one live policy. An id that both have decides first.
pub fn pair(baseline: &PolicySet, live: &PolicySet, bindings: &Bindings) -> Vec<Pair> {
    let bound: Vec<NormalPolicy> =
        baseline.policies.iter().map(|policy| bindings.apply(&policy.normal, &live.names)).collect();
    let mut scorer = Scorer::default();
    let ours: Vec<(&NormalPolicy, Profile)> =
        bound.iter().map(|policy| (policy, scorer.profile(policy))).collect();
    let theirs: Vec<(&NormalPolicy, Profile)> =
        live.policies.iter().map(|policy| (&policy.normal, scorer.profile(&policy.normal))).collect();
    let scores: Vec<Vec<i64>> = ours
        .iter()
        .map(|(policy, profile)| {
            let mut score = |other: &(&NormalPolicy, Profile)| match scorer
                .similarity((policy, profile), (other.0, &other.1))
            {
                _ if policy.id.as_deref().is_some_and(is_guid) && policy.id == other.0.id => 20 * SAME,
                0 => 0,
                // Of two that are equally alike, the one that is enforced is the counterpart.
                alike => 2 * alike + i64::from(other.0.enforced),
            };
            theirs.iter().map(&mut score).collect()
        })
        .collect();
    // What lies above the threshold is gained by a pair; the rest gains nothing.
    let gains: Vec<Vec<i64>> =
        scores.iter().map(|row| row.iter().map(|score| score - 2 * THRESHOLD).collect()).collect();
    assign(&gains)
        .into_iter()
        .enumerate()
        .map(|(baseline, live)| {
            let row = &scores[baseline];
            let nearest =
                (0..row.len()).filter(|at| row[*at] > 0).max_by_key(|at| (row[*at], std::cmp::Reverse(*at)));
            let similarity = live.map_or(0, |live| (row[live] / 2).min(SAME));
            Pair { baseline, live, similarity, nearest }
        })
        .collect()
}

#[cfg(test)]
mod tests;
