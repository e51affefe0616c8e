//! Versions of baselines on the wire.

use super::dto::{BaselineOut, BaselinePolicyOut, BaselineSourceBody, SkippedFileOut};
use crate::{reports::dto::PolicyRefOut, snapshots::dto::ChangedPolicyOut};
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{
    ToSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type, schema::SchemaType},
};
use uuid::Uuid;
use validator::Validate;

/// A version of a baseline.
#[derive(Debug, Serialize, ToSchema)]
pub struct BaselineVersionOut {
    /// From 1.
    pub number: i32,
    /// Where it came from.
    pub source: BaselineSourceBody,
    /// How many policies.
    pub policies: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Who made it, by the name of then; null: it came with the product.
    pub created_by: Option<String>,
    /// Why, in their words; empty where nothing was said.
    pub note: String,
}

/// The versions of a baseline.
#[derive(Debug, Serialize, ToSchema)]
pub struct BaselineVersionList {
    /// The newest first.
    pub items: Vec<BaselineVersionOut>,
}

/// A version of a baseline with its policies.
#[derive(Debug, Serialize, ToSchema)]
pub struct BaselineVersionDetailOut {
    /// What the list shows.
    #[serde(flatten)]
    pub version: BaselineVersionOut,
    /// Its policies.
    pub policy_items: Vec<BaselinePolicyOut>,
}

/// A new version: other policies, or an earlier version again.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BaselineVersionCreate {
    /// All policies of the new version, as Graph `conditionalAccessPolicy` objects. Either this or `restore`.
    #[serde(default)]
    #[validate(length(min = 1, max = 1000, message = "between 1 and 1000 policies"))]
    #[schema(value_type = Option<Vec<Object>>, min_items = 1, max_items = 1000)]
    pub policies: Option<Vec<Value>>,
    /// The number of the version that is to hold again.
    #[serde(default)]
    #[schema(minimum = 1)]
    pub restore: Option<i32>,
    /// Why.
    #[serde(default)]
    #[validate(length(max = 500, message = "at most 500 characters"))]
    #[schema(max_length = 500)]
    pub note: String,
}

/// What changed from one version of a baseline to another, by meaning.
#[derive(Debug, Serialize, ToSchema)]
pub struct BaselineComparisonOut {
    /// The version that is compared with.
    pub before: BaselineVersionOut,
    /// The version that is compared.
    pub after: BaselineVersionOut,
    /// The changes.
    #[serde(flatten)]
    pub changes: PolicyChangesOut,
}

/// What changed between two lists of policies.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyChangesOut {
    /// Policies that only the second one has.
    pub added: Vec<PolicyRefOut>,
    /// Policies that only the first one has.
    pub removed: Vec<PolicyRefOut>,
    /// Policies that both have and that mean something else or are called something else.
    pub changed: Vec<ChangedPolicyOut>,
    /// How many policies mean the same in both.
    pub unchanged: usize,
}

/// A baseline of what a customer has.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BaselineFromSnapshot {
    /// Its name, unique in the MSP without regard to case.
    #[validate(custom(function = "crate::http::text::display_name"))]
    #[schema(min_length = 1, max_length = 120)]
    pub name: String,
    /// Which customer.
    pub customer_id: Uuid,
    /// Which of its snapshots; the newest when left out.
    #[serde(default)]
    pub snapshot_id: Option<Uuid>,
}

/// Reads a baseline's source anew.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BaselineUpdateFromSource {
    /// Only tell what would change; store nothing.
    #[serde(default)]
    pub preview: bool,
    /// Another token for a private source. It takes the place of the one that is kept as soon as the source could be read
    /// with it, also for a preview; sealed and never shown again.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password, write_only, max_length = 500, pattern = "^[!-~]*$")]
    pub token: Option<SecretString>,
    /// Why, in the words of who takes it over.
    #[serde(default)]
    #[validate(length(max = 500, message = "at most 500 characters"))]
    #[schema(max_length = 500)]
    pub note: String,
}

/// What an update brings.
#[derive(Debug, Serialize, ToSchema)]
pub struct BaselineUpdateOut {
    /// The baseline with its new version; null for a preview, or when there is nothing new.
    pub baseline: Option<BaselineOut>,
    /// The commit that the version before is of.
    pub from: String,
    /// The newest commit.
    pub to: String,
    /// What changes.
    #[serde(flatten)]
    pub changes: PolicyChangesOut,
    /// Files that are left out, and why.
    pub skipped: Vec<SkippedFileOut>,
    /// What it does to the reports of the customers that follow the latest version; fifty at the most.
    pub customers: Vec<UpdateEffectOut>,
}

/// The bytes of a file. They are called an octet stream on the wire, which generated clients know how to keep.
#[derive(Debug)]
pub struct DownloadedFile;

impl utoipa::PartialSchema for DownloadedFile {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))
            .description(Some("The bytes of a file."))
            .build()
            .into()
    }
}

impl ToSchema for DownloadedFile {}

/// Findings by severity.
#[derive(Debug, Serialize, ToSchema)]
pub struct FindingCounts {
    /// Critical.
    pub critical: i32,
    /// High.
    pub high: i32,
    /// Medium.
    pub medium: i32,
    /// Low.
    pub low: i32,
    /// For information.
    pub info: i32,
}

impl From<[i32; 5]> for FindingCounts {
    fn from([critical, high, medium, low, info]: [i32; 5]) -> Self {
        Self { critical, high, medium, low, info }
    }
}

/// What a version would do to a customer's report; accepted findings are counted too.
#[derive(Debug, Serialize, ToSchema)]
pub struct UpdateEffectOut {
    /// Which customer.
    pub customer_id: Uuid,
    /// Its name.
    pub display_name: String,
    /// Findings as they are.
    pub before: FindingCounts,
    /// Findings as they would be.
    pub after: FindingCounts,
}

/// A customer that is compared with a baseline.
#[derive(Debug, Serialize, ToSchema)]
pub struct BaselineCustomerOut {
    /// Which customer.
    pub id: Uuid,
    /// Its name.
    pub display_name: String,
    /// The version it stays with; null: it follows the latest.
    pub pinned: Option<i32>,
    /// The version that its newest report rests on; null before the first import.
    pub compared: Option<i32>,
}

/// The customers that are compared with a baseline.
#[derive(Debug, Serialize, ToSchema)]
pub struct BaselineCustomerList {
    /// By name.
    pub items: Vec<BaselineCustomerOut>,
}
