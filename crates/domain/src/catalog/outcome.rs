//! The whole catalog held against one tenant.

use super::{
    check::{Check, RoleSet},
    checks,
    verdict::{Subject, Verdict},
};
use crate::{
    coverage::{Engine, Gap},
    normal::NormalPolicy,
};
use std::collections::BTreeMap;

/// One check and what became of it.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The check.
    pub check: &'static Check,
    /// What became of it.
    pub verdict: Verdict,
    /// The gap of each goal, in the order of [`Check::goals`]; none where the check is judged.
    pub gaps: Vec<Gap>,
}

/// A check with what was found of it, and the engine that found it.
pub struct Decided<'d, 'e> {
    /// The check.
    pub check: &'static Check,
    /// What became of it.
    pub verdict: Verdict,
    /// Its goals; none where it is judged.
    pub goals: &'d [NormalPolicy],
    /// The gap of each goal.
    pub gaps: &'d [Gap],
    /// The engine, to ask about near misses.
    pub engine: &'d mut Engine<'e>,
    /// The place of the first goal in the engine.
    pub first: usize,
}

/// Holds a tenant against every check, and makes something of each, in the order of [`checks`].
///
/// Checks with the same list of administrators share a space: what only other goals name would cut every class of
/// people into more than their regions need.
pub fn decide_with<T>(subject: &Subject<'_>, mut each: impl FnMut(Decided<'_, '_>) -> T) -> Vec<T> {
    let emergency = subject.emergency.object_ids();
    let mut made: BTreeMap<usize, T> = BTreeMap::new();
    // The engines share what one may do.
    let mut work = u64::MAX;
    for set in [None, Some(RoleSet::Cisa), Some(RoleSet::Template), Some(RoleSet::Privileged)] {
        let own: Vec<(usize, &'static Check, Vec<NormalPolicy>)> = checks()
            .iter()
            .enumerate()
            .filter(|(_, check)| check.role_set == set)
            .map(|(at, check)| (at, check, check.normal_goals()))
            .collect();
        let flat: Vec<&NormalPolicy> = own.iter().flat_map(|(.., goals)| goals).collect();
        let live = subject.live.policies.iter().map(|policy| &policy.normal);
        let mut engine =
            Engine::new(live, &flat, &subject.live.names, subject.facts, &emergency).with_work(work);
        let mut first = 0;
        for (at, check, goals) in &own {
            let gaps: Vec<Gap> = (first..first + goals.len()).map(|goal| engine.gap(goal)).collect();
            let verdict = check.judge(subject).unwrap_or_else(|| check.verdict_of_gaps(&gaps, subject));
            let decided = Decided { check, verdict, goals, gaps: &gaps, engine: &mut engine, first };
            made.insert(*at, each(decided));
            first += goals.len();
        }
        work = engine.work_left();
    }
    made.into_values().collect()
}

/// Holds a tenant against every check.
pub fn decide(subject: &Subject<'_>) -> Vec<Outcome> {
    decide_with(subject, |decided| Outcome {
        check: decided.check,
        verdict: decided.verdict,
        gaps: decided.gaps.to_vec(),
    })
}
