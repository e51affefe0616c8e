//! One check: what it asks, why, how it is decided, and what to do.

use super::{
    framework::{Mapping, cis, cisa, maester, template, zero_trust},
    verdict::{Missing, Subject, Verdict},
};
use crate::{
    coverage::Gap,
    licence::Licence,
    names::Names,
    normal::{NormalPolicy, normalise},
    policy::Policy,
    severity::Severity,
    wellknown::{BUILT_IN_ROLES, HIGHLY_PRIVILEGED_ROLES, TEMPLATE_ADMIN_ROLES},
};
use serde::Serialize;

/// How much users notice, or how much work it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
}

impl Level {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// Who counts as an administrator. Frameworks differ, so each check on administrators says whose list it uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RoleSet {
    /// The eight roles that CISA's baseline calls highly privileged.
    Cisa,
    /// The fourteen roles of Microsoft's policy templates.
    Template,
    /// Every built-in role that Microsoft labels as privileged.
    Privileged,
}

impl RoleSet {
    /// For people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cisa => "the eight highly privileged roles of CISA's baseline",
            Self::Template => "the fourteen administrator roles of Microsoft's templates",
            Self::Privileged => "every role that Microsoft labels as privileged",
        }
    }

    /// Template ids of the roles.
    pub fn roles(self) -> Vec<&'static str> {
        match self {
            Self::Cisa => HIGHLY_PRIVILEGED_ROLES.to_vec(),
            Self::Template => TEMPLATE_ADMIN_ROLES.to_vec(),
            Self::Privileged => {
                BUILT_IN_ROLES.iter().filter(|role| role.privileged).map(|role| role.template_id).collect()
            }
        }
    }
}

/// How a check is decided.
#[derive(Debug, Clone)]
pub enum Decide {
    /// By coverage. Each entry is a way to meet the check: a list of goals that must all be closed.
    Covered(Vec<Vec<Policy>>),
    /// By looking at policies and facts.
    Judged(fn(&Subject<'_>) -> Verdict),
}

/// One reference check.
#[derive(Debug, Clone)]
pub struct Check {
    /// Stable, unique.
    pub id: &'static str,
    /// The family of checks that frameworks share.
    pub family: &'static str,
    /// For people.
    pub title: &'static str,
    /// What it asks, in a sentence or two.
    pub asks: &'static str,
    /// What it defends against.
    pub why: &'static str,
    /// The severity before anything is known of who is exposed.
    pub severity: Severity,
    /// How much users notice of the remedy.
    pub impact: Level,
    /// How much work the remedy is.
    pub effort: Level,
    /// What the tenant needs to enforce it, where it needs anything. All but Entra ID P1 need P1 besides.
    pub licence: Option<Licence>,
    /// Whom it means by administrators.
    pub role_set: Option<RoleSet>,
    /// Where frameworks ask for the same.
    pub frameworks: Vec<Mapping>,
    /// What to do, step by step.
    pub remedy: Vec<&'static str>,
    /// How it is decided.
    pub decide: Decide,
}

const NEW_POLICY: &str =
    "In the Entra admin center, open Entra ID > Conditional Access > Policies and select New policy.";
const LEAVE_OUT: &str = "Under Users > Exclude, choose the group of emergency access accounts.";
const REPORT_ONLY: &str =
    "Create it as Report-only, read its results in the sign-in logs for a week, then set it to On.";
const PILOT: &str = "Report-only does not exist for user actions: try it with a pilot group, then include everyone it is for.";

pub(super) fn check(id: &'static str, family: &'static str, title: &'static str) -> Check {
    Check {
        id,
        family,
        title,
        asks: "",
        why: "",
        severity: Severity::Medium,
        impact: Level::Low,
        effort: Level::Low,
        licence: None,
        role_set: None,
        frameworks: Vec::new(),
        remedy: Vec::new(),
        decide: Decide::Covered(Vec::new()),
    }
}

impl Check {
    /// What to do, as one text.
    pub fn remedy_text(&self) -> String {
        self.remedy.join(" ")
    }

    /// Where frameworks ask for the same: name, version and id of each.
    pub fn framework_texts(&self) -> Vec<String> {
        self.frameworks.iter().map(ToString::to_string).collect()
    }
}

/// How a check is written down.
impl Check {
    pub(super) fn asks(self, asks: &'static str) -> Self {
        Self { asks, ..self }
    }
    pub(super) fn why(self, why: &'static str) -> Self {
        Self { why, ..self }
    }
    pub(super) fn weight(self, severity: Severity, impact: Level, effort: Level) -> Self {
        Self { severity, impact, effort, ..self }
    }
    pub(super) fn licence(self, licence: Licence) -> Self {
        Self { licence: Some(licence), ..self }
    }
    pub(super) fn role_set(self, set: RoleSet) -> Self {
        Self { role_set: Some(set), ..self }
    }
    fn maps(mut self, mappings: impl IntoIterator<Item = Mapping>) -> Self {
        self.frameworks.extend(mappings);
        self
    }
    pub(super) fn cisa(self, id: &'static str) -> Self {
        self.maps(cisa(id))
    }
    pub(super) fn cis(self, id: &'static str) -> Self {
        self.maps([cis(id)])
    }
    pub(super) fn template(self, title: &'static str) -> Self {
        self.maps([template(title)])
    }
    pub(super) fn maester(self, id: &'static str) -> Self {
        self.maps([maester(id)])
    }
    pub(super) fn zero_trust(self, id: &'static str) -> Self {
        self.maps([zero_trust(id)])
    }
    /// The steps between a new policy and switching it on.
    pub(super) fn policy<const N: usize>(mut self, steps: [&'static str; N]) -> Self {
        self.remedy = [NEW_POLICY].into_iter().chain(steps).chain([LEAVE_OUT, REPORT_ONLY]).collect();
        self
    }
    /// The same for a user action.
    pub(super) fn action_policy<const N: usize>(mut self, steps: [&'static str; N]) -> Self {
        self.remedy = [NEW_POLICY].into_iter().chain(steps).chain([LEAVE_OUT, PILOT]).collect();
        self
    }
    /// The same where no users are concerned.
    pub(super) fn workload_policy<const N: usize>(mut self, steps: [&'static str; N]) -> Self {
        self.remedy = [NEW_POLICY].into_iter().chain(steps).chain([REPORT_ONLY]).collect();
        self
    }
    pub(super) fn steps<const N: usize>(mut self, steps: [&'static str; N]) -> Self {
        self.remedy = steps.to_vec();
        self
    }
    pub(super) fn covered<const N: usize>(self, goals: [Policy; N]) -> Self {
        self.covered_either(vec![goals.to_vec()])
    }
    pub(super) fn covered_either(self, mut ways: Vec<Vec<Policy>>) -> Self {
        for goal in ways.iter_mut().flatten() {
            goal.display_name = Some(self.title.to_owned());
        }
        Self { decide: Decide::Covered(ways), ..self }
    }
    pub(super) fn judged(self, judge: fn(&Subject<'_>) -> Verdict) -> Self {
        Self { decide: Decide::Judged(judge), ..self }
    }
}

/// How a check is decided.
impl Check {
    /// The goals for the coverage engine, in the order in which [`Self::verdict_of_gaps`] takes their gaps; none where
    /// the check is judged.
    pub fn goals(&self) -> Vec<&Policy> {
        match &self.decide {
            Decide::Covered(ways) => ways.iter().flatten().collect(),
            Decide::Judged(_) => Vec::new(),
        }
    }

    /// The same in normal form.
    pub fn normal_goals(&self) -> Vec<NormalPolicy> {
        self.goals().into_iter().map(|goal| normalise(goal, &Names::new())).collect()
    }

    /// The verdict of a check that is judged without the coverage engine.
    pub fn judge(&self, subject: &Subject<'_>) -> Option<Verdict> {
        let Decide::Judged(judge) = self.decide else { return None };
        Some(self.unlicensed(subject).unwrap_or_else(|| judge(subject)))
    }

    /// The verdict of a check that is decided by coverage, from one gap per goal in the order of [`Self::goals`].
    pub fn verdict_of_gaps(&self, gaps: &[Gap], subject: &Subject<'_>) -> Verdict {
        let Decide::Covered(ways) = &self.decide else {
            return Verdict::unknown("this check is not decided by coverage");
        };
        let mut rest = gaps;
        let mut verdicts = Vec::with_capacity(ways.len());
        for way in ways {
            let Some((own, others)) = rest.split_at_checked(way.len()) else {
                return Verdict::NotAssessable {
                    why: "a goal of this check was not decided".to_owned(),
                    missing: Missing::Decision,
                };
            };
            rest = others;
            verdicts.push(super::decided::of_gaps(own));
        }
        let verdict = super::decided::best(verdicts);
        match self.unlicensed(subject) {
            // Policies stay and are enforced when P1 ends, so what they do still counts; see `licence::NEEDS`.
            Some(_) if verdict.is_met() && self.licence == Some(Licence::EntraIdP1) => verdict,
            Some(unlicensed) => unlicensed,
            None => super::decided::with_licence_note(verdict, self.licence, subject),
        }
    }

    fn unlicensed(&self, subject: &Subject<'_>) -> Option<Verdict> {
        let (Some(needed), Some(licences)) = (self.licence, &subject.facts.licences) else { return None };
        let missing = [Licence::EntraIdP1, needed].into_iter().find(|one| !licences.of(*one).licensed)?;
        // Where P1 is missing besides, the rarer licence says more.
        let missing = if licences.of(needed).licensed { missing } else { needed };
        Some(Verdict::NotAssessable {
            why: format!("Not licensed: {} is needed to enforce this.", missing.name()),
            missing: Missing::Licence(missing),
        })
    }
}
