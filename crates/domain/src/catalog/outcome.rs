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

/// Holds a tenant against every check, in the order of [`checks`].
///
/// Checks with the same list of administrators share a space: what only other goals name would cut every class of
/// people into more than their regions need.
pub fn decide(subject: &Subject<'_>) -> Vec<Outcome> {
    let emergency = subject.emergency.object_ids();
    let mut gaps: BTreeMap<&str, Vec<Gap>> = BTreeMap::new();
    for set in [None, Some(RoleSet::Cisa), Some(RoleSet::Template), Some(RoleSet::Privileged)] {
        let goals: Vec<(&str, NormalPolicy)> = checks()
            .iter()
            .filter(|check| check.role_set == set)
            .flat_map(|check| check.normal_goals().into_iter().map(|goal| (check.id, goal)))
            .collect();
        let flat: Vec<&NormalPolicy> = goals.iter().map(|(_, goal)| goal).collect();
        let live = subject.live.policies.iter().map(|policy| &policy.normal);
        let mut engine = Engine::new(live, &flat, &subject.live.names, subject.facts, &emergency);
        for (at, (id, _)) in goals.iter().enumerate() {
            gaps.entry(id).or_default().push(engine.gap(at));
        }
    }
    checks()
        .iter()
        .map(|check| {
            let gaps = gaps.remove(check.id).unwrap_or_default();
            let verdict = check.judge(subject).unwrap_or_else(|| check.verdict_of_gaps(&gaps, subject));
            Outcome { check, verdict, gaps }
        })
        .collect()
}
