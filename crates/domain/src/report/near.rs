//! The nearest misses: live policies that would have closed a gap, and what each lacks.

use super::{NearMiss, compare::policy_ref};
use std::cell::OnceCell;

use crate::{
    coverage::Engine,
    diff::requirement::Requirement,
    evaluate::{Evaluator, Reason},
    names::NameKind,
    normal::{Field, Item, NormalPolicy},
    policy::PolicyState,
    policy_set::PolicySet,
    sign_in::SignIn,
};

/// Most near misses that are named.
const MOST: usize = 3;

/// Looks for near misses in one set of live policies.
pub(super) struct Neighbours<'n> {
    live: &'n PolicySet,
    /// The live policies as if all of them were on, so that a policy that is off says what else it lacks.
    all_on: OnceCell<Evaluator>,
}

/// What came nearest.
#[derive(Default)]
pub(super) struct Near {
    pub(super) misses: Vec<NearMiss>,
    /// A lesser control of the same sort is enforced there.
    pub(super) weaker: bool,
    /// A report-only policy would close it.
    pub(super) report_only: bool,
}

impl<'n> Neighbours<'n> {
    pub(super) fn new(live: &'n PolicySet) -> Self {
        Self { live, all_on: OnceCell::new() }
    }

    /// The near misses of a goal at a sign-in that it leaves open.
    pub(super) fn of(
        &self,
        engine: &mut Engine<'_>,
        goal: usize,
        asked: &NormalPolicy,
        sign_in: &SignIn,
    ) -> Near {
        let decision = self.all_on.get_or_init(|| Evaluator::as_if_enabled(self.live)).evaluate(sign_in);
        let mut near = Near::default();
        // Rank, place, what it lacks.
        let mut found: Vec<(usize, usize, String)> = Vec::new();
        for applied in &decision.applied {
            let normal = &self.live.policies[applied.index].normal;
            let gives = engine.gives_any(goal, applied.index);
            match (normal.state(), gives) {
                (PolicyState::ReportOnly, true) => {
                    near.report_only = true;
                    found.push((0, applied.index, "is report-only, so it enforces nothing".to_owned()));
                }
                (PolicyState::Disabled, true) => found.push((1, applied.index, "is off".to_owned())),
                (PolicyState::Enabled, false) if same_sort(asked, normal) => {
                    near.weaker = true;
                    found.push((2, applied.index, "applies, and asks for less".to_owned()));
                }
                _ => {}
            }
        }
        for missed in &decision.not_applied {
            let policy = &self.live.policies[missed.index];
            if !engine.gives_any(goal, missed.index) {
                continue;
            }
            // A policy that blocks something else is no near miss of one that asks for a control.
            if blocks(&policy.normal) && !blocks(asked) {
                continue;
            }
            let state = match policy.normal.state() {
                PolicyState::Enabled => "",
                PolicyState::ReportOnly => "is report-only, and ",
                _ => "is off, and ",
            };
            let rank = if missed.reason == Reason::InvalidPolicy { 4 } else { 3 }
                + usize::from(!state.is_empty()) * 2;
            let rank = rank * 100 + distance(missed.reason);
            let detail = missed.detail;
            let verb = if detail.starts_with("only ") { "covers " } else { "" };
            found.push((rank, missed.index, format!("{state}{verb}{detail}")));
        }
        found.sort();
        near.misses = found
            .into_iter()
            .take(MOST)
            .map(|(_, at, lacks)| NearMiss { policy: policy_ref(&self.live.policies[at]), lacks })
            .collect();
        near
    }
}

/// A policy that fails late has more in common with the sign-in than one that is for other people.
fn distance(reason: Reason) -> usize {
    match reason {
        Reason::Users | Reason::WorkloadIdentities | Reason::AgentIdentities => 2,
        Reason::Application | Reason::UserActions | Reason::AuthenticationContext => 3,
        _ => 1,
    }
}

fn blocks(policy: &NormalPolicy) -> bool {
    Requirement::of(policy).is_some_and(|requirement| requirement.is_block())
}

/// Whether two policies ask for controls of the same sort: sign-in methods, devices, apps, session limits.
fn same_sort(asked: &NormalPolicy, given: &NormalPolicy) -> bool {
    let sorts = |policy: &NormalPolicy| -> Vec<u8> {
        let grants: Vec<u8> = match Requirement::of(policy) {
            Some(_) => policy.set(&Field::GrantControls).iter().map(sort).collect(),
            None => Vec::new(),
        };
        let session = policy.fields.keys().filter(|field| field.role() == crate::normal::Role::Session);
        grants.into_iter().chain(session.filter_map(session_sort)).collect()
    };
    let asked = sorts(asked);
    sorts(given).iter().any(|sort| *sort != 0 && asked.contains(sort))
}

fn sort(item: &Item) -> u8 {
    match item {
        Item::Object(object) if object.kind == NameKind::AuthenticationStrength => 1,
        Item::Object(_) => 0,
        Item::Word(word) => match word.as_str() {
            "compliantDevice" | "domainJoinedDevice" => 2,
            "approvedApplication" | "compliantApplication" => 3,
            "passwordChange" | "riskRemediation" => 4,
            _ => 0,
        },
    }
}

fn session_sort(field: &Field) -> Option<u8> {
    match field {
        Field::SignInFrequency => Some(10),
        Field::CloudAppSecurity | Field::AppEnforcedRestrictions => Some(11),
        Field::ContinuousAccessEvaluation => Some(12),
        _ => None,
    }
}
