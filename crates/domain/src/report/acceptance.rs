//! Findings that people live with for a while: accepted with a reason, an owner and an end.
//!
//! Invariant: an acceptance holds for the facts that it was given for, and until its end. A finding whose fingerprint is
//! another one, or whose acceptance has run out, is open again and says which of the two it was.

use super::{Finding, Report, Summary};
use crate::canonical::{canonical_bytes, digest};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Standing of a finding.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingStatus {
    /// Somebody has to look at it.
    #[default]
    Open,
    /// Somebody has, and takes the risk until the acceptance ends.
    Accepted,
}

impl FindingStatus {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
        }
    }
}

/// Why an acceptance ended without anybody ending it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AcceptanceEnd {
    /// Its time was over.
    Expired,
    /// The facts behind the finding are others now.
    FactsChanged,
}

impl AcceptanceEnd {
    /// The name on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::FactsChanged => "facts_changed",
        }
    }
}

/// An acceptance as a finding shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acceptance {
    /// Why the finding may stay.
    pub reason: String,
    /// Who answers for that.
    pub owner: String,
    /// Until when.
    pub expires_at: DateTime<Utc>,
    /// Who accepted it.
    pub accepted_by: String,
    /// When.
    pub accepted_at: DateTime<Utc>,
    /// Why it holds no more, where it doesn't.
    pub ended: Option<AcceptanceEnd>,
}

/// The newest acceptance of a finding, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAcceptance {
    /// The finding's id.
    pub finding_id: String,
    /// The facts that it was given for.
    pub fingerprint: String,
    /// What it says; `ended` as it was noted.
    pub acceptance: Acceptance,
}

impl KeptAcceptance {
    /// Why it does not hold for a finding with this fingerprint at this moment; `None` while it holds.
    pub fn ended(&self, fingerprint: Option<&str>, now: DateTime<Utc>) -> Option<AcceptanceEnd> {
        self.acceptance
            .ended
            .or_else(|| (self.acceptance.expires_at <= now).then_some(AcceptanceEnd::Expired))
            .or_else(|| {
                fingerprint
                    .is_some_and(|facts| facts != self.fingerprint)
                    .then_some(AcceptanceEnd::FactsChanged)
            })
    }
}

impl Report {
    /// Says of every finding where it stands, and counts again.
    pub fn stand(&mut self, kept: &[KeptAcceptance], now: DateTime<Utc>) {
        for finding in &mut self.findings {
            let kept = kept.iter().find(|kept| kept.finding_id == finding.id);
            finding.acceptance = kept.map(|kept| Acceptance {
                ended: kept.ended(Some(&finding.fingerprint), now),
                ..kept.acceptance.clone()
            });
            finding.status = match &finding.acceptance {
                Some(acceptance) if acceptance.ended.is_none() => FindingStatus::Accepted,
                _ => FindingStatus::Open,
            };
        }
        self.summary = Summary::of(&self.findings);
    }
}

/// A finding's acceptance in words; empty where there is none.
pub(super) fn acceptance_words(finding: &Finding) -> String {
    let Some(acceptance) = &finding.acceptance else { return String::new() };
    let Acceptance { reason, owner, accepted_by, .. } = acceptance;
    let day = |at: DateTime<Utc>| at.format("%Y-%m-%d").to_string();
    let (until, since) = (day(acceptance.expires_at), day(acceptance.accepted_at));
    let ended = match acceptance.ended {
        None => "",
        Some(AcceptanceEnd::Expired) => " (it has run out)",
        Some(AcceptanceEnd::FactsChanged) => " (it has ended: the facts have changed)",
    };
    format!("accepted until {until}{ended} by {accepted_by} on {since}, owner {owner}: {reason}")
}

/// The facts behind a finding, as one short text: another when one of them is another.
pub(super) fn fingerprint(finding: &Finding) -> String {
    let facts = serde_json::json!({
        "severity": finding.severity,
        "kind": finding.kind,
        "regions": finding.regions,
        "near_misses": finding.near_misses,
        "live_policies": finding.live_policies,
        "conditions": finding.conditions,
        "people": finding.people_exposed,
        "not_licensed": finding.not_licensed,
        "diff": finding.diff,
    });
    hex::encode(&digest(&canonical_bytes(&facts))[..12])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        binding::Bindings,
        facts::Facts,
        names::Names,
        policy_set::PolicySet,
        report::{BaselineSource, ComparisonInput, compare},
    };
    use chrono::TimeDelta;

    fn report() -> Report {
        let policy = serde_json::json!({
            "displayName": "MFA", "state": "enabled",
            "conditions": {"users": {"includeUsers": ["All"]}, "applications": {"includeApplications": ["All"]}},
            "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
        });
        let baseline = PolicySet::of_bodies([&policy], Names::new());
        compare(&ComparisonInput {
            live: &PolicySet::default(),
            facts: &Facts::default(),
            baseline: &baseline,
            baseline_source: BaselineSource::Workspace { name: "House".to_owned(), baseline_id: None },
            bindings: &Bindings::same_tenant(),
            with_checks: false,
        })
    }

    fn kept(report: &Report, now: DateTime<Utc>) -> KeptAcceptance {
        KeptAcceptance {
            finding_id: report.findings[0].id.clone(),
            fingerprint: report.findings[0].fingerprint.clone(),
            acceptance: Acceptance {
                reason: "Moves next month".to_owned(),
                owner: "Ada".to_owned(),
                expires_at: now + TimeDelta::days(30),
                accepted_by: "An Operator".to_owned(),
                accepted_at: now,
                ended: None,
            },
        }
    }

    fn status(report: &Report) -> (FindingStatus, Option<AcceptanceEnd>) {
        let finding = &report.findings[0];
        (finding.status, finding.acceptance.as_ref().and_then(|acceptance| acceptance.ended))
    }

    #[test]
    fn an_accepted_finding_counts_as_accepted_and_as_nothing_else() {
        let (mut report, now) = (report(), DateTime::UNIX_EPOCH);
        let before = report.summary;
        assert_eq!((before.gaps(), before.accepted), (1, 0));
        report.stand(&[kept(&report, now)], now);
        assert_eq!(status(&report), (FindingStatus::Accepted, None));
        assert_eq!((report.summary.gaps(), report.summary.accepted), (0, 1));
        report.stand(&[], now);
        assert_eq!(report.summary, before);
    }

    #[test]
    fn an_acceptance_ends_with_its_time_and_with_its_facts() {
        let (mut report, now) = (report(), DateTime::UNIX_EPOCH);
        let one = kept(&report, now);
        report.stand(std::slice::from_ref(&one), one.acceptance.expires_at);
        assert_eq!(status(&report), (FindingStatus::Open, Some(AcceptanceEnd::Expired)));
        report.stand(&[KeptAcceptance { fingerprint: "of old".to_owned(), ..one }], now);
        assert_eq!(status(&report), (FindingStatus::Open, Some(AcceptanceEnd::FactsChanged)));
        assert_eq!((report.summary.gaps(), report.summary.accepted), (1, 0));
    }
}
