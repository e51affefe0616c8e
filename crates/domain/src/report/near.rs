//! The nearest misses: live policies that would have closed a gap, and what each lacks.

use super::{NearMiss, compare::policy_ref};
use crate::{
    coverage::Engine,
    diff::requirement::Requirement,
    evaluate::{Evaluator, Reason},
    names::NameKind,
    normal::{Field, Item, NormalPolicy},
    policy::PolicyState,
    policy_set::PolicySet,
    severity::classify,
    sign_in::SignIn,
};
use std::cell::OnceCell;

/// Most near misses that are named.
const MOST: usize = 3;

/// Looks for near misses in one set of live policies.
pub(super) struct Neighbours<'n> {
    live: &'n PolicySet,
    /// The live policies as if all of them were on, so that a policy that is off says what else it lacks.
    all_on: OnceCell<Evaluator>,
    /// What each of them is about.
    traits: OnceCell<Vec<Traits>>,
}

/// What a policy is about, as far as near misses go.
struct Traits {
    /// User actions, authentication contexts, apps.
    targets: [bool; 3],
    /// People, workload identities, agents.
    whom: [bool; 3],
    blocks: bool,
    /// Whether it is about authentication flows.
    flows: bool,
    loses: &'static str,
    /// Sorts of controls it asks for.
    sorts: Vec<u8>,
}

/// What came nearest.
#[derive(Default)]
pub(super) struct Near {
    pub(super) misses: Vec<NearMiss>,
    /// A lesser control of the same sort is enforced there.
    pub(super) weaker: bool,
    /// A report-only policy would close it.
    pub(super) report_only: bool,
    /// The first of them would close it if it were on.
    pub(super) only_off: bool,
    /// The first of them is for the same purpose, so that it can be extended.
    pub(super) same_purpose: bool,
}

impl<'n> Neighbours<'n> {
    pub(super) fn new(live: &'n PolicySet) -> Self {
        Self { live, all_on: OnceCell::new(), traits: OnceCell::new() }
    }

    /// The near misses of a goal at a sign-in that it leaves open.
    pub(super) fn of(
        &self,
        engine: &mut Engine<'_>,
        goal: usize,
        asked: &NormalPolicy,
        sign_in: &SignIn,
        counterpart: Option<usize>,
    ) -> Near {
        let decision = self.all_on.get_or_init(|| Evaluator::as_if_enabled(self.live)).evaluate(sign_in);
        let traits = self
            .traits
            .get_or_init(|| self.live.policies.iter().map(|policy| Traits::of(&policy.normal)).collect());
        let asked = &Traits::of(asked);
        let mut near = Near::default();
        // Rank, place, what it lacks.
        let mut found: Vec<(usize, usize, String)> = Vec::new();
        for applied in &decision.applied {
            let (normal, own) = (&self.live.policies[applied.index].normal, &traits[applied.index]);
            let gives = engine.gives_any(goal, applied.index);
            match (normal.state(), gives) {
                (PolicyState::ReportOnly, true) => {
                    near.report_only = true;
                    found.push((0, applied.index, "is report-only, so it enforces nothing".to_owned()));
                }
                (PolicyState::Disabled, true) => found.push((1, applied.index, "is off".to_owned())),
                (PolicyState::Enabled, false) if asked.same_sort(own) => {
                    near.weaker = true;
                    let lacks = "applies, but asks for less or for something else";
                    found.push((2, applied.index, lacks.to_owned()));
                }
                (PolicyState::ReportOnly | PolicyState::Disabled, false) if asked.same_sort(own) => {
                    let state = state_words(normal);
                    found.push((900, applied.index, format!("{state}asks for less or for something else")));
                }
                _ => {}
            }
        }
        for missed in &decision.not_applied {
            let (normal, own) = (&self.live.policies[missed.index].normal, &traits[missed.index]);
            if !asked.is_near(own) {
                continue;
            }
            let gives = engine.gives_any(goal, missed.index);
            if !gives && !asked.same_sort(own) {
                continue;
            }
            let state = state_words(normal);
            let known = if missed.reason == Reason::InvalidPolicy { 4 } else { 3 };
            let rank = (known + usize::from(!state.is_empty()) * 2) * 100
                + usize::from(!gives) * 1000
                + distance(missed.reason, missed.detail) * 10
                + usize::from(!asked.same_purpose(own));
            let detail = missed.detail;
            let verb = if detail.starts_with("only ") { "covers " } else { "" };
            let less = if gives { "" } else { ", and asks for less or for something else" };
            found.push((rank, missed.index, format!("{state}{verb}{detail}{less}")));
        }
        // Of policies that lack the same the one comes first that means the most similar thing.
        found.sort_by_key(|(rank, at, _)| (*rank, Some(*at) != counterpart, *at));
        if let Some((rank, at, _)) = found.first() {
            near.only_off = *rank == 1;
            near.same_purpose = asked.same_purpose(&traits[*at]);
        }
        near.misses = found
            .into_iter()
            .take(MOST)
            .map(|(_, at, lacks)| NearMiss { policy: policy_ref(&self.live.policies[at]), lacks })
            .collect();
        near
    }
}

/// What comes before the rest of what a policy lacks that enforces nothing.
fn state_words(policy: &NormalPolicy) -> &'static str {
    match policy.state() {
        PolicyState::Enabled => "",
        PolicyState::ReportOnly => "is report-only, and ",
        _ => "is off, and ",
    }
}

impl Traits {
    fn of(policy: &NormalPolicy) -> Self {
        let any = |fields: &[Field]| fields.iter().any(|field| policy.fields.contains_key(field));
        let requirement = Requirement::of(policy);
        let grants = requirement.iter().flat_map(|_| policy.set(&Field::GrantControls)).map(sort);
        let session = policy.fields.keys().filter(|field| field.role() == crate::normal::Role::Session);
        Self {
            targets: [
                any(&[Field::IncludeUserActions]),
                any(&[Field::IncludeAuthenticationContexts]),
                any(&[Field::IncludeApplications, Field::ApplicationFilter, Field::IncludeTraffic]),
            ],
            whom: [
                any(&[Field::IncludeUsers, Field::IncludeGroups, Field::IncludeRoles, Field::IncludeGuests]),
                any(&[Field::IncludeServicePrincipals, Field::ServicePrincipalFilter]),
                any(&[
                    Field::IncludeAgentIdentities,
                    Field::IncludeAgentUsers,
                    Field::AgentIdentityFilter,
                    Field::AgentFilter,
                ]),
            ],
            blocks: requirement.as_ref().is_some_and(Requirement::is_block),
            flows: any(&[Field::TransferMethods]),
            loses: classify(policy).loses,
            sorts: grants.chain(session.filter_map(session_sort)).filter(|sort| *sort != 0).collect(),
        }
    }

    /// Whether two policies are for the same purpose.
    fn same_purpose(&self, given: &Self) -> bool {
        self.loses == given.loses || (self.flows && given.flows)
    }

    /// Whether a policy that does not apply can be a near miss at all. Blocking guarantees everything, but a policy that
    /// blocks for another purpose is near nothing; nor is one for user actions near one for apps.
    fn is_near(&self, given: &Self) -> bool {
        let alike = |ours: [bool; 3], theirs: [bool; 3]| {
            ours.iter().zip(theirs).any(|(ours, theirs)| *ours && theirs)
        };
        alike(self.targets, given.targets)
            && alike(self.whom, given.whom)
            && (!given.blocks || (self.blocks && self.same_purpose(given)))
    }

    /// Whether two policies ask for controls of the same sort: sign-in methods, devices, apps, session limits.
    fn same_sort(&self, given: &Self) -> bool {
        given.sorts.iter().any(|sort| self.sorts.contains(sort))
    }
}

/// A policy that fails late has more in common with the sign-in than one that is for other people.
fn distance(reason: Reason, detail: &str) -> usize {
    match reason {
        _ if detail.starts_with("excludes ") => 0,
        Reason::Users | Reason::WorkloadIdentities | Reason::AgentIdentities => 2,
        Reason::Application | Reason::UserActions | Reason::AuthenticationContext => 3,
        _ => 1,
    }
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
