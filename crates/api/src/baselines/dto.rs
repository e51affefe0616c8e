//! The baseline library on the wire.

use crate::{reports::dto::SeverityName, snapshots::dto::PolicyOut};
use chrono::{DateTime, Utc};
use policytab_domain::{
    policy_notes::{IntendedState, PolicyNotes},
    severity::Severity,
};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// A new workspace baseline from policy objects.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BaselineCreate {
    /// Its name, unique in the MSP without regard to case.
    #[validate(custom(function = "crate::http::text::display_name"))]
    #[schema(min_length = 1, max_length = 120)]
    pub name: String,
    /// Graph `conditionalAccessPolicy` objects.
    #[validate(length(min = 1, max = 1000, message = "between 1 and 1000 policies"))]
    #[schema(value_type = Vec<Object>, min_items = 1, max_items = 1000)]
    pub policies: Vec<Value>,
}

/// Changes to a baseline.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BaselineUpdate {
    /// The new name.
    #[validate(custom(function = "crate::http::text::display_name"))]
    #[schema(min_length = 1, max_length = 120)]
    pub name: String,
}

/// Files to make a baseline from.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BaselineImportFiles {
    /// The baseline's name.
    #[validate(custom(function = "crate::http::text::display_name"))]
    #[schema(min_length = 1, max_length = 120)]
    pub name: String,
    /// The files: policy exports, create bodies, arrays, pages; others are skipped and named.
    #[validate(length(min = 1, max = 2000, message = "between 1 and 2000 files"))]
    #[schema(min_items = 1, max_items = 2000)]
    pub files: Vec<BaselineFile>,
    /// Only tell what would be found and skipped; store nothing.
    #[serde(default)]
    pub preview: bool,
}

/// One file: its text, or its bytes in base64 (for encodings other than UTF-8).
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BaselineFile {
    /// Its path, for messages.
    #[schema(max_length = 500)]
    pub path: String,
    /// Its text.
    #[serde(default)]
    pub content: Option<String>,
    /// Its bytes in base64 (RFC 4648 section 4, padded).
    #[serde(default)]
    #[schema(
        content_encoding = "base64",
        pattern = r"^\s*([A-Za-z0-9+/]{4})*([A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?\s*$"
    )]
    pub content_base64: Option<String>,
}

/// A folder of a public GitHub repository to make a baseline from.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BaselineImportGithub {
    /// The baseline's name.
    #[validate(custom(function = "crate::http::text::display_name"))]
    #[schema(min_length = 1, max_length = 120)]
    pub name: String,
    /// The repository's address, `https://github.com/owner/name`; a `/tree/branch/folder` part is understood.
    #[validate(length(min = 1, max = 500, message = "between 1 and 500 characters"))]
    #[schema(
        min_length = 1,
        max_length = 500,
        example = "https://github.com/j0eyv/ConditionalAccessBaseline"
    )]
    pub url: String,
    /// Branch, tag or commit; the default branch when left out.
    #[serde(default, rename = "ref")]
    #[validate(length(max = 200, message = "at most 200 characters"))]
    #[schema(max_length = 200)]
    pub git_ref: Option<String>,
    /// A token that may read a private repository. It is sealed, used for this source only, and never shown again.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password, write_only, max_length = 500, pattern = "^[!-~]*$")]
    pub token: Option<SecretString>,
    /// Only files below this folder.
    #[serde(default)]
    #[validate(length(max = 500, message = "at most 500 characters"))]
    #[schema(max_length = 500)]
    pub folder: Option<String>,
    /// Only tell what would be found and skipped; store nothing.
    #[serde(default)]
    pub preview: bool,
}

/// A file that was left out.
#[derive(Debug, Serialize, ToSchema)]
pub struct SkippedFileOut {
    /// Which file.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// Where a baseline came from.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum BaselineSourceBody {
    /// Uploaded files or objects.
    Files {
        /// How many files.
        files: usize,
    },
    /// A GitHub repository at one commit.
    Github {
        /// `https://github.com/owner/name`
        url: String,
        /// What was asked for.
        #[serde(rename = "ref")]
        git_ref: String,
        /// The commit that was read.
        commit: String,
        /// The folder, empty for the whole repository.
        folder: String,
    },
    /// What a customer had.
    Snapshot {
        /// Which customer.
        customer_id: Uuid,
        /// Its name of then.
        customer: String,
        /// Which snapshot.
        snapshot_id: Uuid,
        /// When that was taken.
        taken_at: DateTime<Utc>,
    },
    /// Policies that were changed here.
    Edited {},
    /// The product's own reference baseline.
    BuiltIn {
        /// The product's version that it came with.
        product: String,
        /// Grows with every change of its content.
        content: u32,
    },
}

/// A workspace baseline.
#[derive(Debug, Serialize, ToSchema)]
pub struct BaselineOut {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Where it came from.
    pub source: BaselineSourceBody,
    /// How many policies.
    pub policies: i64,
    /// The number of its current version, from 1.
    pub current_version: i32,
    /// Whether it is the product's own, which nobody changes or deletes.
    pub built_in: bool,
    /// Whether there is a source at GitHub that can be looked at: its own, or that of the version that was edited here.
    pub has_source: bool,
    /// Whether its source has a newer commit, as of the last look; null where nobody looked yet, or there is no source.
    pub update_available: Option<bool>,
    /// When its source was last looked at.
    pub source_checked_at: Option<DateTime<Utc>>,
    /// Why the source could not be read at the last look.
    pub source_problem: Option<String>,
    /// How many customers are compared with it.
    pub customers: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Grows with every change; the ETag holds the same number.
    pub version: i64,
}

/// A workspace baseline with its policies.
#[derive(Debug, Serialize, ToSchema)]
pub struct BaselineDetailOut {
    /// What the list shows.
    #[serde(flatten)]
    pub baseline: BaselineOut,
    /// Its policies.
    pub policy_items: Vec<BaselinePolicyOut>,
}

/// A policy of a baseline with what the MSP says of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct BaselinePolicyOut {
    /// The policy.
    #[serde(flatten)]
    pub policy: PolicyOut,
    /// Names it in its baseline: its id, else `name:` and its name.
    pub key: String,
    /// What is said of it.
    pub notes: PolicyNotesBody,
}

/// What an MSP says of a policy of its baseline.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyNotesBody {
    /// The state that it is meant to have in the end, which counts instead of its own; null: its own.
    #[serde(default)]
    pub intended_state: Option<IntendedStateName>,
    /// How bad it is when all of it is missing for all whom it is about; null: as the product's own table has it.
    #[serde(default)]
    pub severity: Option<SeverityName>,
    /// References into frameworks: name, version and id.
    #[serde(default)]
    #[validate(length(max = 20, message = "at most 20 references"), custom(function = "references"))]
    #[schema(max_items = 20)]
    pub frameworks: Vec<String>,
    /// For people.
    #[serde(default)]
    #[validate(length(max = 2000, message = "at most 2000 characters"))]
    #[schema(max_length = 2000)]
    pub note: String,
}

/// States that a policy can be meant to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = IntendedState)]
pub enum IntendedStateName {
    /// Enforced.
    #[serde(rename = "enabled")]
    Enabled,
    /// Report-only.
    #[serde(rename = "enabledForReportingButNotEnforced")]
    ReportOnly,
    /// Off.
    #[serde(rename = "disabled")]
    Disabled,
}

fn references(list: &[String]) -> Result<(), validator::ValidationError> {
    list.iter().try_for_each(|one| crate::http::text::display_name(one))
}

impl From<PolicyNotes> for PolicyNotesBody {
    fn from(notes: PolicyNotes) -> Self {
        let PolicyNotes { intended_state, severity, frameworks, note } = notes;
        Self {
            intended_state: intended_state.map(|state| match state {
                IntendedState::Enabled => IntendedStateName::Enabled,
                IntendedState::ReportOnly => IntendedStateName::ReportOnly,
                IntendedState::Disabled => IntendedStateName::Disabled,
            }),
            severity: severity.map(|severity| match severity {
                Severity::Critical => SeverityName::Critical,
                Severity::High => SeverityName::High,
                Severity::Medium => SeverityName::Medium,
                Severity::Low => SeverityName::Low,
                Severity::Info => SeverityName::Info,
            }),
            frameworks,
            note,
        }
    }
}

impl From<PolicyNotesBody> for PolicyNotes {
    fn from(body: PolicyNotesBody) -> Self {
        let PolicyNotesBody { intended_state, severity, frameworks, note } = body;
        Self {
            intended_state: intended_state.map(|state| match state {
                IntendedStateName::Enabled => IntendedState::Enabled,
                IntendedStateName::ReportOnly => IntendedState::ReportOnly,
                IntendedStateName::Disabled => IntendedState::Disabled,
            }),
            severity: severity.map(|severity| match severity {
                SeverityName::Critical => Severity::Critical,
                SeverityName::High => Severity::High,
                SeverityName::Medium => Severity::Medium,
                SeverityName::Low => Severity::Low,
                SeverityName::Info => Severity::Info,
            }),
            frameworks,
            note: note.trim().to_owned(),
        }
    }
}

/// Changes a policy of a baseline, or what is said of it.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BaselinePolicyChange {
    /// The policy as it is to be, a Graph `conditionalAccessPolicy` object; left out, it stays as it is.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub policy: Option<Value>,
    /// What is said of it from now on.
    #[serde(default)]
    #[validate(nested)]
    pub notes: PolicyNotesBody,
    /// Why, for the list of versions.
    #[serde(default)]
    #[validate(length(max = 500, message = "at most 500 characters"))]
    #[schema(max_length = 500)]
    pub note: String,
}

/// One page of baselines.
#[derive(Debug, Serialize, ToSchema)]
pub struct BaselinePage {
    /// By name.
    pub items: Vec<BaselineOut>,
    /// Give this back as `cursor` for the next page; null on the last one.
    pub next_cursor: Option<String>,
}

/// A customer's co-managed baseline.
#[derive(Debug, Serialize, ToSchema)]
pub struct CoManagedBaselineOut {
    /// Whose.
    pub customer_id: Uuid,
    /// The snapshot it was seeded from.
    pub seeded_from: Uuid,
    /// When.
    pub seeded_at: DateTime<Utc>,
    /// Grows with every change.
    pub version: i64,
    /// Its policies.
    pub policy_items: Vec<PolicyOut>,
}
