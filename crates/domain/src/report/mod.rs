//! The baseline-quality report: what a comparison baseline protects and the live policies don't, or do less well.
//!
//! Invariants: comparing a set with itself finds nothing; a policy of the baseline that is not enforced requires
//! nothing; the same input gives the same report, in the same order; every finding says against what it was found.

mod acceptance;
mod compare;
mod csv;
mod findings;
mod html;

pub use self::csv::to_csv;
pub use acceptance::{Acceptance, AcceptanceEnd, FindingStatus, KeptAcceptance};
pub use compare::{ComparisonInput, compare, compare_with};
pub use html::{HtmlContext, to_html};

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
}

impl BaselineSource {
    /// For people, as it stands in a sentence.
    pub fn describe(&self) -> String {
        match self {
            Self::ImportedSnapshot => "the imported snapshot".to_owned(),
            Self::Workspace { name, .. } => format!("the baseline \"{name}\""),
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
    /// The baseline has a policy without a live counterpart.
    Missing,
    /// The live counterpart differs.
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
    /// The share of sign-ins lost, from 0 to 1, where it was computed.
    pub share: Option<f64>,
    /// Which sign-ins, in words, where it was computed.
    pub regions: Vec<String>,
    /// One sign-in that shows it, where it was computed.
    pub witness: Option<Value>,
    /// Why it is so, in sentences.
    pub cause: String,
    /// What to do, in sentences.
    pub remedy: String,
    /// References into published frameworks.
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
    /// What a reader has to know first, in sentences.
    pub notice: Option<String>,
}

#[cfg(test)]
mod tests;
