//! Imports on the wire.

use crate::{
    enums::{ImportStateSchema, ImportStepSchema, StepStateSchema, ZeroPoliciesSchema},
    problem::ProblemBody,
};
use chrono::{DateTime, Utc};
use policytab_domain::import::{ComparisonBaseline, ImportState, ImportStep, StepState, ZeroPolicies};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// What to compare with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ComparisonBaselineBody {
    /// The customer's own imported snapshot: recommended, the default.
    ImportedSnapshot,
    /// A workspace baseline.
    WorkspaceBaseline {
        /// Which one.
        baseline_id: Uuid,
        /// The version to stay with, from 1; left out, the latest, whichever that is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(minimum = 1)]
        version: Option<i32>,
    },
}

impl From<ComparisonBaseline> for ComparisonBaselineBody {
    fn from(value: ComparisonBaseline) -> Self {
        match value {
            ComparisonBaseline::ImportedSnapshot => Self::ImportedSnapshot,
            ComparisonBaseline::WorkspaceBaseline { baseline_id, version } => {
                Self::WorkspaceBaseline { baseline_id: baseline_id.as_uuid(), version }
            }
        }
    }
}

impl From<ComparisonBaselineBody> for ComparisonBaseline {
    fn from(value: ComparisonBaselineBody) -> Self {
        match value {
            ComparisonBaselineBody::ImportedSnapshot => Self::ImportedSnapshot,
            ComparisonBaselineBody::WorkspaceBaseline { baseline_id, version } => {
                Self::WorkspaceBaseline { baseline_id: baseline_id.into(), version }
            }
        }
    }
}

/// Starts an import.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportCreate {
    /// What to compare with; when left out, what the customer is compared with now, which is the imported snapshot
    /// before the first import.
    #[serde(default)]
    pub comparison_baseline: Option<ComparisonBaselineBody>,
}

/// An import.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportOut {
    /// Its id.
    pub id: Uuid,
    /// Whose.
    pub customer_id: Uuid,
    /// Its state.
    #[schema(value_type = ImportStateSchema)]
    pub state: ImportState,
    /// What it compares with.
    pub comparison_baseline: ComparisonBaselineBody,
    /// Every step, in order. Kept for the last five imports of a customer; none for those before.
    pub steps: Vec<ImportStepOut>,
    /// Why it failed.
    pub error: Option<ProblemBody>,
    /// The snapshot it made.
    pub snapshot_id: Option<Uuid>,
    /// Why it found no policies, where it found none.
    #[schema(value_type = Option<ZeroPoliciesSchema>)]
    pub zero_policies: Option<ZeroPolicies>,
    /// How often a worker began it: more than one after a worker died.
    pub attempts: i32,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When a worker first took it.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
}

/// A step of an import.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportStepOut {
    /// Which.
    #[schema(value_type = ImportStepSchema)]
    pub name: ImportStep,
    /// Its state.
    #[schema(value_type = StepStateSchema)]
    pub state: StepState,
    /// When it began.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// What it counted, for instance `policies`.
    pub counts: BTreeMap<String, u64>,
    /// Why it failed.
    pub error: Option<ProblemBody>,
}

/// One page of imports.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportPage {
    /// The imports, newest first.
    pub items: Vec<ImportOut>,
    /// Give this back as `cursor` for the next page; null on the last one.
    pub next_cursor: Option<String>,
}

impl Validate for ComparisonBaselineBody {
    /// Whether the baseline exists is the store's to tell.
    fn validate(&self) -> Result<(), validator::ValidationErrors> {
        Ok(())
    }
}
