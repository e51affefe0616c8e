//! The reference catalog in a report: each check decided, and a finding for each that is not met or can't be assessed.

use super::{
    Finding, FindingKind, FindingSource, PolicyRef,
    compare::policy_ref,
    gaps::{emergency_too, near_sentences, region_text},
    near::Neighbours,
};
use crate::{
    catalog::{Check, Decided, Missing, Subject, Verdict, decide_with},
    coverage::{Engine, Gap},
    emergency::EmergencyAccess,
    facts::Facts,
    normal::{Field, NormalPolicy},
    policy_set::PolicySet,
    severity::{Circumstances, Family, Severity, assess},
};
use serde::{Deserialize, Serialize};

/// What became of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckStatus {
    /// Met.
    Met,
    /// Not met; there is a finding.
    NotMet,
    /// It can't be told; never a pass.
    NotAssessable,
}

/// One check of the reference catalog and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckView {
    /// The check.
    pub id: String,
    /// The family of checks that frameworks share.
    pub family: String,
    /// For people.
    pub title: String,
    /// What became of it.
    pub status: CheckStatus,
    /// How it is met, why it is not, or why it can't be told.
    pub detail: String,
    /// References into published frameworks: name, version and id.
    pub frameworks: Vec<String>,
    /// The finding, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding_id: Option<String>,
}

/// Decides every check of the catalog.
pub(super) fn held(
    live: &PolicySet,
    facts: &Facts,
    emergency: &EmergencyAccess,
    near: &Neighbours<'_>,
) -> (Vec<CheckView>, Vec<Finding>) {
    let subject = Subject { live, facts, emergency };
    let decided = decide_with(&subject, |decided| {
        let Decided { check, verdict, goals, gaps, engine, first } = decided;
        let finding = Held { engine, subject, near }.finding(check, &verdict, gaps, first, goals);
        let (status, detail) = match verdict {
            Verdict::Met { how } => (CheckStatus::Met, how),
            Verdict::NotMet { cause, .. } => (CheckStatus::NotMet, cause),
            Verdict::NotAssessable { why, .. } => (CheckStatus::NotAssessable, why),
        };
        let view = CheckView {
            id: check.id.to_owned(),
            family: check.family.to_owned(),
            title: check.title.to_owned(),
            status,
            detail,
            frameworks: check.framework_texts(),
            finding_id: finding.as_ref().map(|finding| finding.id.clone()),
        };
        (view, finding)
    });
    let (views, findings): (Vec<_>, Vec<_>) = decided.into_iter().unzip();
    (views, findings.into_iter().flatten().collect())
}

/// How the base of a severity is told.
const OWN_SEVERITY: &str = "the severity of this check";

/// A check's title tells how it should be: alone it would say the opposite of what was found.
fn not_met(check: &Check) -> String {
    format!("Not met: {}", check.title)
}

/// What a check is held against, and with what.
struct Held<'h, 'e> {
    engine: &'h mut Engine<'e>,
    subject: Subject<'h>,
    near: &'h Neighbours<'h>,
}

impl Held<'_, '_> {
    fn finding(
        &mut self,
        check: &Check,
        verdict: &Verdict,
        gaps: &[Gap],
        first: usize,
        goals: &[NormalPolicy],
    ) -> Option<Finding> {
        let base = Finding {
            id: hex::encode(&crate::canonical::digest(format!("check\n{}", check.id).as_bytes())[..12]),
            check: Some(check.id.to_owned()),
            remedy: check.remedy_text(),
            user_impact: Some(check.impact.as_str().to_owned()),
            effort: Some(check.effort.as_str().to_owned()),
            frameworks: check.framework_texts(),
            ..Finding::of(FindingSource::ReferenceCheck)
        };
        match verdict {
            Verdict::Met { .. } => None,
            Verdict::NotAssessable { why, missing } => Some(Finding {
                kind: FindingKind::CheckNotAssessable,
                severity: Severity::Info,
                severity_reason: "info: not assessed, which is no pass".to_owned(),
                title: format!("Not assessable: {}", check.title),
                cause: why.clone(),
                not_licensed: match missing {
                    Missing::Licence(licence) => vec![licence.name().to_owned()],
                    _ => Vec::new(),
                },
                ..base
            }),
            Verdict::NotMet { cause, policies, share } => {
                let open = gaps
                    .iter()
                    .zip(goals)
                    .enumerate()
                    .filter(|(_, (gap, _))| !gap.is_closed() && !gap.exposure.only_emergency)
                    .max_by(|a, b| a.1.0.share.total_cmp(&b.1.0.share).then_with(|| b.0.cmp(&a.0)));
                Some(match open {
                    Some((at, (gap, goal))) => self.open(check, gap, goal, first + at, base),
                    None => Finding {
                        kind: FindingKind::CheckNotMet,
                        severity: check.severity,
                        severity_reason: format!("{}: {OWN_SEVERITY}", check.severity.as_str()),
                        title: not_met(check),
                        cause: format!("{cause} {}", check.why).trim().to_owned(),
                        live_policies: self.refs(policies),
                        share: *share,
                        ..base
                    },
                })
            }
        }
    }

    /// A check that is decided by coverage, and a gap in it.
    fn open(
        &mut self,
        check: &Check,
        gap: &Gap,
        goal: &NormalPolicy,
        place: usize,
        base: Finding,
    ) -> Finding {
        let near = gap
            .witness
            .as_ref()
            .map(|witness| self.near.of(self.engine, place, goal, &witness.sign_in, None))
            .unwrap_or_default();
        let family = Family {
            base: check.severity,
            loses: OWN_SEVERITY,
            // Who a check is about is part of its base, unless it is about everyone.
            for_whom_told: !goal.has_word(&Field::IncludeUsers, "All"),
            for_what_told: true,
        };
        let circumstances = Circumstances {
            all_apps: true,
            weaker: near.weaker,
            report_only: near.report_only,
            ..Circumstances::default()
        };
        let assessment = assess(&family, gap, &circumstances);
        let mut said = vec![check.why.to_owned()];
        said.extend(near_sentences(&near));
        said.extend(emergency_too(gap));
        Finding {
            kind: FindingKind::CheckNotMet,
            severity: assessment.severity,
            severity_reason: assessment.reason,
            title: not_met(check),
            live_policies: near.misses.iter().map(|miss| miss.policy.clone()).collect(),
            share: gap.not_decided.is_none().then_some(gap.share),
            regions: gap.regions.iter().map(region_text).collect(),
            witness: gap.witness.as_ref().and_then(|witness| serde_json::to_value(&witness.sign_in).ok()),
            witness_text: gap.witness.as_ref().map(|witness| witness.sentence.clone()),
            people_exposed: gap.exposure.people.filter(|people| *people > 0),
            conditions: gap.conditions.clone(),
            cause: said.join(" "),
            near_misses: near.misses,
            ..base
        }
    }

    fn refs(&self, keys: &[String]) -> Vec<PolicyRef> {
        let policies = &self.subject.live.policies;
        keys.iter()
            .filter_map(|key| policies.iter().find(|policy| policy.key == *key))
            .map(policy_ref)
            .collect()
    }
}
