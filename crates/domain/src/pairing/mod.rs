//! Which live policy is shown beside which policy of the baseline.
//!
//! Invariant: one to one, the most alike over all, not greedily one after the other; nothing is paired that has too
//! little in common. Pairing is for people: it decides what is shown together.

mod assignment;
mod similarity;

use crate::{binding::Bindings, json::is_guid, normal::NormalPolicy, policy_set::PolicySet};
use assignment::assign;
use similarity::{Profile, SAME, SAME_MEANING, Scorer};

/// The least likeness, of 1,000, at which two policies are shown together.
const THRESHOLD: i64 = 550;

/// What a pair with the same id gains: more than any likeness.
const BY_ID: i64 = 100 * SAME;

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
    pair_bound(&bindings.apply_all(baseline, &live.names), live)
}

/// The same for policies of a baseline in terms of the live tenant.
pub(crate) fn pair_bound(bound: &[NormalPolicy], live: &PolicySet) -> Vec<Pair> {
    let mut scorer = Scorer::default();
    let ours: Vec<(&NormalPolicy, Profile)> =
        bound.iter().map(|policy| (policy, scorer.profile(policy))).collect();
    let theirs: Vec<(&NormalPolicy, Profile)> =
        live.policies.iter().map(|policy| (&policy.normal, scorer.profile(&policy.normal))).collect();
    let alike: Vec<Vec<i64>> = ours
        .iter()
        .map(|(policy, profile)| {
            let mut score =
                |other: &(&NormalPolicy, Profile)| scorer.similarity((policy, profile), (other.0, &other.1));
            theirs.iter().map(&mut score).collect()
        })
        .collect();
    let by_id: Vec<Option<&str>> =
        bound.iter().map(|policy| policy.id.as_deref().filter(|id| is_guid(id))).collect();
    let gain = |row: usize, column: usize| {
        let (ours, theirs) = (&bound[row], theirs[column].0);
        if by_id[row].is_some() && by_id[row] == theirs.id.as_deref() {
            return BY_ID;
        }
        // What lies above the threshold is gained by a pair. Of two that are equally alike, the one that means the
        // same is the counterpart, else the one that is enforced.
        match alike[row][column] {
            0 => 0,
            alike => {
                let same = alike >= SAME_MEANING && ours.means_same(theirs);
                8 * (alike - THRESHOLD) + 4 * i64::from(same) + i64::from(theirs.enforced)
            }
        }
    };
    let gains: Vec<Vec<i64>> =
        (0..ours.len()).map(|row| (0..theirs.len()).map(|column| gain(row, column)).collect()).collect();
    assign(&gains)
        .into_iter()
        .zip(&alike)
        .enumerate()
        .map(|(baseline, (live, alike))| Pair {
            baseline,
            live,
            similarity: live.map_or(0, |live| alike[live]),
            nearest: (0..alike.len())
                .filter(|at| alike[*at] > 0)
                .max_by_key(|at| (alike[*at], std::cmp::Reverse(*at))),
        })
        .collect()
}

#[cfg(test)]
mod tests;
