//! The baseline-quality report: what a comparison baseline protects and the live policies don't, or do less well, and
//! which reference checks they don't meet.
//!
//! Invariants: whether something is a gap is decided by coverage alone, never by likeness; comparing a set with itself
//! finds no gap; the same input gives the same report, in the same order; every finding says against what it was found
//! and how its severity came about.

mod acceptance;
mod checks;
mod compare;
mod csv;
mod differences;
mod gaps;
mod goals;
mod html;
mod near;
mod sarif;
mod stored;
mod text;
mod told;

pub use self::csv::to_csv;
pub use acceptance::{Acceptance, AcceptanceEnd, FindingStatus, KeptAcceptance};
pub use checks::{CheckStatus, CheckView};
pub(crate) use compare::policy_ref;
pub use compare::{ComparisonInput, check, compare};
pub use html::{HtmlContext, to_html};
pub use sarif::to_sarif;
pub use text::to_text;

use crate::{diff::FieldDiff, ids::BaselineId, severity::Severity};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a report compares with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum BaselineSource {
    /// The tenant's own first snapshot.
    ImportedSnapshot,
    /// A baseline of the workspace, or a folder of files.
    #[serde(rename = "workspace_baseline")]
    Workspace {
        /// Its name.
        name: String,
        /// Which one; unset for files.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        baseline_id: Option<BaselineId>,
    },
    /// Nothing but the reference catalog.
    ReferenceCatalog,
}

impl BaselineSource {
    /// For people, as it stands in a sentence.
    pub fn describe(&self) -> String {
        match self {
            Self::ImportedSnapshot => "the imported snapshot".to_owned(),
            Self::Workspace { name, .. } => format!("the baseline \"{name}\""),
            Self::ReferenceCatalog => "the reference catalog".to_owned(),
        }
    }
}

/// How many open findings there are of each severity, and how many are accepted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Critical.
    pub critical: usize,
    /// High.
    pub high: usize,
    /// Medium.
    pub medium: usize,
    /// Low.
    pub low: usize,
    /// For information.
    pub info: usize,
    /// Accepted by somebody, of whatever severity.
    #[serde(default)]
    pub accepted: usize,
}

impl Summary {
    /// Counts findings.
    pub fn of(findings: &[Finding]) -> Self {
        let (open, accepted): (Vec<_>, Vec<_>) =
            findings.iter().partition(|finding| finding.status == FindingStatus::Open);
        let count = |severity| open.iter().filter(|finding| finding.severity == severity).count();
        Self {
            critical: count(Severity::Critical),
            high: count(Severity::High),
            medium: count(Severity::Medium),
            low: count(Severity::Low),
            info: count(Severity::Info),
            accepted: accepted.len(),
        }
    }

    /// Findings that are gaps: all but those for information.
    pub fn gaps(&self) -> usize {
        self.critical + self.high + self.medium + self.low
    }
}

/// What a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// Nothing of what a policy of the baseline protects is protected.
    Missing,
    /// A part of what a policy of the baseline protects is open, or a weaker control is enforced.
    Gap,
    /// It could not be worked out within bounds whether a policy of the baseline is covered.
    NotDecided,
    /// A reference check is not met.
    CheckNotMet,
    /// A reference check can't be assessed, for want of a licence or of something to read. It never counts as met.
    CheckNotAssessable,
    /// The live counterpart of a policy differs, and no sign-in loses protection by it.
    Changed,
    /// A live policy that the baseline does not have.
    Extra,
}

/// Which layer found it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingSource {
    /// The comparison with the comparison baseline.
    ComparisonBaseline,
    /// A check of the reference catalog.
    ReferenceCheck,
}

/// A policy as findings name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyRef {
    /// Its object id, where it has one.
    pub id: Option<String>,
    /// Its name.
    pub display_name: String,
    /// Its state as Graph spells it; empty where none was given.
    pub state: String,
}

/// One row of the report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Stable from run to run as long as it is about the same policies.
    pub id: String,
    /// The facts behind it: another when one of them is another.
    #[serde(default)]
    pub fingerprint: String,
    /// How bad it is.
    pub severity: Severity,
    /// The arithmetic behind the severity.
    pub severity_reason: String,
    /// What it is.
    pub kind: FindingKind,
    /// Which layer found it.
    pub source: FindingSource,
    /// One line.
    pub title: String,
    /// The policy of the baseline it is about.
    pub baseline_policy: Option<PolicyRef>,
    /// The live policies it is about.
    pub live_policies: Vec<PolicyRef>,
    /// The check, for findings of the reference catalog.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<String>,
    /// The share of sign-ins that is open, from 0 to 1, where it was computed.
    pub share: Option<f64>,
    /// Which sign-ins are open, in words, the largest part first, each with what is missing there.
    pub regions: Vec<String>,
    /// One sign-in that is open, as What If takes it.
    pub witness: Option<Value>,
    /// The same as a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witness_text: Option<String>,
    /// How many people are exposed, where every exposed group's head count is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people_exposed: Option<u64>,
    /// Why the finding holds only under conditions, one sentence each; empty when it is exact.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<String>,
    /// Why it is so, in sentences.
    pub cause: String,
    /// The live policies that come nearest to closing it, and what each lacks; the nearest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub near_misses: Vec<NearMiss>,
    /// What to do, in sentences.
    pub remedy: String,
    /// How much users notice of the remedy: `low`, `medium`, `high`; where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_impact: Option<String>,
    /// How much work the remedy is: `low`, `medium`, `high`; where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effort: Option<String>,
    /// References into published frameworks: name, version and id.
    pub frameworks: Vec<String>,
    /// Names of the licences that the policy needs and the tenant lacks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_licensed: Vec<String>,
    /// The fields that differ.
    pub diff: Vec<FieldDiff>,
    /// Whether somebody has accepted it; who keeps acceptances says so with [`Report::stand`].
    #[serde(default)]
    pub status: FindingStatus,
    /// The acceptance that holds, or the one that has ended by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acceptance: Option<Acceptance>,
}

impl Finding {
    /// A finding that says nothing yet.
    pub(crate) fn of(source: FindingSource) -> Self {
        Self {
            id: String::new(),
            fingerprint: String::new(),
            severity: Severity::Info,
            severity_reason: String::new(),
            kind: FindingKind::Changed,
            source,
            title: String::new(),
            baseline_policy: None,
            live_policies: Vec::new(),
            check: None,
            share: None,
            regions: Vec::new(),
            witness: None,
            witness_text: None,
            people_exposed: None,
            conditions: Vec::new(),
            cause: String::new(),
            near_misses: Vec::new(),
            remedy: String::new(),
            user_impact: None,
            effort: None,
            frameworks: Vec::new(),
            not_licensed: Vec::new(),
            diff: Vec::new(),
            status: FindingStatus::Open,
            acceptance: None,
        }
    }
}

/// A live policy that would have closed a gap, had it not been for one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NearMiss {
    /// Which.
    pub policy: PolicyRef,
    /// What it lacks, as a phrase with the policy as its subject.
    pub lacks: String,
}

/// A policy of the baseline beside its live counterpart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PairView {
    /// The policy of the baseline.
    pub baseline_policy: PolicyRef,
    /// The live policy that means the most similar thing, if there is one.
    pub live_policy: Option<PolicyRef>,
    /// Likeness in percent; 0 without a counterpart.
    pub similarity: u8,
    /// The fields that differ; empty where the two mean the same.
    pub diff: Vec<FieldDiff>,
}

/// The report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// What it compares with.
    pub compared_with: BaselineSource,
    /// Counts.
    pub summary: Summary,
    /// The findings: by severity, then share, then name.
    pub findings: Vec<Finding>,
    /// Each policy of the baseline beside its counterpart, in the baseline's order.
    pub pairs: Vec<PairView>,
    /// Every reference check and what became of it, in the catalog's order.
    #[serde(default)]
    pub checks: Vec<CheckView>,
    /// What a reader has to know first, in sentences.
    pub notice: Option<String>,
}

#[cfg(test)]
mod tests;
