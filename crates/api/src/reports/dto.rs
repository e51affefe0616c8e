//! The baseline-quality report on the wire.

use super::acceptance::AcceptanceOut;
use crate::{enums::ZeroPoliciesSchema, imports::dto::ComparisonBaselineBody};
use chrono::{DateTime, Utc};
use policytab_domain::{
    diff::{Direction, FieldDiff},
    import::ZeroPolicies,
    report::FindingStatus,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// A baseline-quality report.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportOut {
    /// Its id.
    pub id: Uuid,
    /// Whose.
    pub customer_id: Uuid,
    /// The snapshot that was compared.
    pub snapshot_id: Uuid,
    /// When that snapshot was taken.
    pub snapshot_taken_at: DateTime<Utc>,
    /// When the report was made.
    pub created_at: DateTime<Utc>,
    /// What was compared with.
    pub comparison_baseline: ComparisonBaselineBody,
    /// Its name, for people.
    pub comparison_baseline_name: String,
    /// Findings of the whole report: the open ones by severity, and how many are accepted.
    pub summary: ReportSummaryOut,
    /// Findings by rank: severity, share of sign-ins lost, name. Filtered as asked for.
    pub findings: Vec<FindingOut>,
    /// Each baseline policy beside the live policy that means the most similar thing.
    pub pairs: Vec<PairOut>,
    /// Every check of the reference catalog and what became of it.
    pub checks: Vec<CheckOut>,
    /// What a reader must know first, for instance why there is nothing to find.
    pub notice: Option<String>,
    /// Why the snapshot holds no policies, where it holds none.
    #[schema(value_type = Option<ZeroPoliciesSchema>)]
    pub zero_policies: Option<ZeroPolicies>,
}

/// Findings in numbers.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = ReportSummary)]
pub struct ReportSummaryOut {
    /// Open critical findings.
    pub critical: i64,
    /// Open high findings.
    pub high: i64,
    /// Open medium findings.
    pub medium: i64,
    /// Open low findings.
    pub low: i64,
    /// Information.
    pub info: i64,
    /// Accepted findings, of whatever severity.
    pub accepted: i64,
}

/// Severities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Severity)]
pub enum SeverityName {
    /// Critical
    Critical,
    /// High
    High,
    /// Medium
    Medium,
    /// Low
    Low,
    /// Information
    Info,
}

/// What kind of finding it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FindingKind)]
pub enum FindingKindName {
    /// Nothing of what a policy of the baseline protects is protected.
    Missing,
    /// A part of what a policy of the baseline protects is open, or a weaker control is enforced.
    Gap,
    /// It could not be worked out within bounds whether a policy of the baseline is covered.
    NotDecided,
    /// A reference check is not met.
    CheckNotMet,
    /// A reference check can't be assessed; it never counts as met.
    CheckNotAssessable,
    /// The live counterpart differs, and no sign-in loses protection by it.
    Changed,
    /// A live policy that the baseline does not have.
    Extra,
}

/// Against what a finding was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FindingSource)]
pub enum FindingSourceName {
    /// The comparison baseline.
    ComparisonBaseline,
    /// A check of the reference catalog.
    ReferenceCheck,
}

/// One row of the report.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FindingOut {
    /// Stable from report to report while the facts behind it stay.
    pub id: String,
    /// How bad.
    pub severity: SeverityName,
    /// Why it is that bad: the table's arithmetic in words.
    pub severity_reason: String,
    /// What kind.
    pub kind: FindingKindName,
    /// Against what.
    pub source: FindingSourceName,
    /// One line for the list.
    pub title: String,
    /// The baseline policy, where there is one.
    pub baseline_policy: Option<PolicyRefOut>,
    /// The live policies it is about.
    pub live_policies: Vec<PolicyRefOut>,
    /// The check of the reference catalog, for findings of it.
    #[serde(default)]
    pub check: Option<String>,
    /// Share of the sign-ins asked about that is open, 0 to 1; null where not computed.
    pub share: Option<f64>,
    /// The open sign-ins as readable regions, the largest first; empty where not computed.
    pub regions: Vec<String>,
    /// One open sign-in, as What If takes it; null where not computed.
    pub witness: Option<Value>,
    /// The same as a sentence.
    #[serde(default)]
    pub witness_text: Option<String>,
    /// How many people are exposed, where every head count is known.
    #[serde(default)]
    pub people_exposed: Option<u64>,
    /// Why the finding holds only under conditions; empty when it is exact.
    #[serde(default)]
    pub conditions: Vec<String>,
    /// Why it is so.
    pub cause: String,
    /// The live policies that come nearest to closing it, the nearest first.
    #[serde(default)]
    pub near_misses: Vec<NearMissOut>,
    /// What to do.
    pub remedy: String,
    /// How much users notice of the remedy: `low`, `medium`, `high`; null where not known.
    #[serde(default)]
    pub user_impact: Option<String>,
    /// How much work the remedy is: `low`, `medium`, `high`; null where not known.
    #[serde(default)]
    pub effort: Option<String>,
    /// References into published frameworks: name, version and id.
    pub frameworks: Vec<String>,
    /// Licences that the baseline's policy needs and the tenant lacks.
    #[serde(default)]
    pub not_licensed: Vec<String>,
    /// Field by field, baseline against live.
    pub diff: Vec<FieldDiffOut>,
    /// The facts behind it: another value when one of them is another.
    pub fingerprint: String,
    /// Where it stands.
    pub status: FindingStatusName,
    /// The acceptance that holds, or the one that has ended by itself; null where there is neither.
    #[serde(default)]
    pub acceptance: Option<AcceptanceOut>,
}

/// A live policy that would have closed a gap, had it not been for one thing.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = NearMiss)]
pub struct NearMissOut {
    /// Which.
    pub policy: PolicyRefOut,
    /// What it lacks, as a phrase with the policy as its subject.
    pub lacks: String,
}

/// What became of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CheckStatus)]
pub enum CheckStatusName {
    /// Met.
    Met,
    /// Not met; there is a finding.
    NotMet,
    /// It can't be told; never a pass.
    NotAssessable,
}

/// A check of the reference catalog and what became of it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = CheckResult)]
pub struct CheckOut {
    /// The check.
    pub id: String,
    /// The family of checks that frameworks share.
    pub family: String,
    /// For people.
    pub title: String,
    /// What became of it.
    pub status: CheckStatusName,
    /// How it is met, why it is not, or why it can't be told.
    pub detail: String,
    /// References into published frameworks: name, version and id.
    pub frameworks: Vec<String>,
    /// The finding, where there is one.
    #[serde(default)]
    pub finding_id: Option<String>,
}

/// A policy by id and name.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = PolicyRef)]
pub struct PolicyRefOut {
    /// Its id; null for a policy of a baseline that carries none.
    pub id: Option<String>,
    /// Its display name.
    pub display_name: String,
    /// Its state as Graph spells it; empty where none was given.
    pub state: String,
}

/// Whether the live side protects less or more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DiffDirection)]
pub enum DiffDirectionName {
    /// Live protects less.
    Weaker,
    /// Live protects more.
    Stronger,
    /// Neither is plain.
    Different,
}

/// One field that differs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = FieldDiff)]
pub struct FieldDiffOut {
    /// Graph's path, for instance `conditions.users.excludeGroups`.
    pub field: String,
    /// The field in words.
    pub label: String,
    /// The baseline's values, with names.
    pub baseline: Value,
    /// The live values, with names.
    pub live: Value,
    /// Which way it differs.
    pub direction: DiffDirectionName,
    /// References of the baseline that could not be compared: the field may differ less than it seems.
    #[serde(default)]
    pub unresolved: Vec<String>,
}

impl From<FieldDiff> for FieldDiffOut {
    fn from(diff: FieldDiff) -> Self {
        Self {
            field: diff.field,
            label: diff.label,
            baseline: diff.baseline,
            live: diff.live,
            direction: match diff.direction {
                Direction::Weaker => DiffDirectionName::Weaker,
                Direction::Stronger => DiffDirectionName::Stronger,
                Direction::Different => DiffDirectionName::Different,
            },
            unresolved: diff.unresolved,
        }
    }
}

/// A baseline policy beside a live one.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = PolicyPair)]
pub struct PairOut {
    /// The baseline's.
    pub baseline_policy: PolicyRefOut,
    /// The live one; null for a baseline policy without a counterpart.
    pub live_policy: Option<PolicyRefOut>,
    /// Likeness in percent.
    pub similarity: u8,
    /// Where they differ.
    pub diff: Vec<FieldDiffOut>,
}

/// Which findings.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReportQuery {
    /// Only these severities, separated by commas.
    #[param(
        example = "critical,high",
        pattern = "^((critical|high|medium|low|info)(,(critical|high|medium|low|info))*)?$"
    )]
    pub severity: Option<String>,
    /// Only these kinds, separated by commas.
    #[param(
        example = "missing,changed",
        pattern = "^((missing|gap|not_decided|check_not_met|check_not_assessable|changed|extra)(,(missing|gap|not_decided|check_not_met|check_not_assessable|changed|extra))*)?$"
    )]
    pub kind: Option<String>,
    /// Only findings of this standing.
    #[param(inline)]
    pub status: Option<FindingStatusName>,
    /// Only findings against this.
    #[param(inline)]
    pub source: Option<FindingSourceName>,
    /// Only findings that refer to this framework, or to this id of one: whole words, without regard to case.
    #[param(example = "CISA SCuBA")]
    pub framework: Option<String>,
}

/// Standing of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FindingStatus)]
pub enum FindingStatusName {
    /// Nobody accepted it, or the acceptance has ended.
    Open,
    /// Somebody accepted it, for a while.
    Accepted,
}

impl From<FindingStatus> for FindingStatusName {
    fn from(status: FindingStatus) -> Self {
        match status {
            FindingStatus::Open => Self::Open,
            FindingStatus::Accepted => Self::Accepted,
        }
    }
}
