//! Snapshots on the wire: what was read, as it was read.

use crate::{
    customers::dto::PolicyCountsOut,
    enums::{DocumentKindSchema, ReferenceKindSchema, ReferenceStateSchema},
    reports::dto::{FieldDiffOut, PolicyRefOut},
};
use chrono::{DateTime, Utc};
use policytab_domain::snapshot::{DocumentKind, ReferenceKind, ReferenceState};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// A snapshot, as the list shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct SnapshotOut {
    /// Its id.
    pub id: Uuid,
    /// Whose.
    pub customer_id: Uuid,
    /// The import that took it.
    pub import_id: Uuid,
    /// When the reading began.
    pub taken_at: DateTime<Utc>,
    /// Policies by state.
    pub policies: PolicyCountsOut,
    /// Whether security defaults were on; null where unreadable.
    pub security_defaults: Option<bool>,
}

/// One page of snapshots.
#[derive(Debug, Serialize, ToSchema)]
pub struct SnapshotPage {
    /// The snapshots, newest first.
    pub items: Vec<SnapshotOut>,
    /// Give this back as `cursor` for the next page; null on the last one.
    pub next_cursor: Option<String>,
}

/// A whole snapshot.
#[derive(Debug, Serialize, ToSchema)]
pub struct SnapshotDetailOut {
    /// What the list shows.
    #[serde(flatten)]
    pub snapshot: SnapshotOut,
    /// The tenant's name at that time.
    pub tenant_display_name: String,
    /// What the tenant was licensed for.
    pub licences: Vec<LicenceOut>,
    /// Whether licences could be read.
    pub licences_readable: bool,
    /// Named locations, as Graph gave them.
    #[schema(value_type = Vec<Object>)]
    pub named_locations: Vec<Value>,
    /// Authentication strengths, as Graph gave them.
    #[schema(value_type = Vec<Object>)]
    pub authentication_strengths: Vec<Value>,
    /// Authentication contexts, as Graph gave them.
    #[schema(value_type = Vec<Object>)]
    pub authentication_contexts: Vec<Value>,
    /// Objects that policies refer to.
    pub references: Vec<ReferenceOut>,
    /// What could not be read, and what is missing for it.
    pub unread: Vec<UnreadOut>,
}

/// One capability that a licence gives.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LicenceOut {
    /// Its key, for instance `entra_id_p1`.
    pub capability: String,
    /// Its name, for instance `Entra ID P1`.
    pub name: String,
    /// Whether the tenant has it.
    pub licensed: bool,
    /// Through which products.
    pub through: Vec<String>,
    /// What it allows in Conditional Access.
    pub allows: String,
}

/// An object that at least one policy names.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReferenceOut {
    /// What it is.
    #[schema(value_type = ReferenceKindSchema)]
    pub kind: ReferenceKind,
    /// The id by which policies name it.
    pub id: String,
    /// Its name, where it was found.
    pub display_name: Option<String>,
    /// What became of looking it up.
    #[schema(value_type = ReferenceStateSchema)]
    pub state: ReferenceState,
    /// Head count of a group or role, where read.
    pub head_count: Option<u64>,
}

/// Something that could not be read.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnreadOut {
    /// What.
    pub what: String,
    /// The permission that would allow it.
    pub permission: Option<String>,
    /// In words.
    pub detail: String,
}

/// A policy, readable and raw.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyOut {
    /// Its id in the tenant; null where a baseline's policy carries none.
    pub id: Option<String>,
    /// Its display name; not unique.
    pub display_name: String,
    /// `enabled`, `disabled`, `enabledForReportingButNotEnforced`, or what else Graph gave.
    pub state: String,
    /// Only the beta endpoint lists it.
    pub beta_only: bool,
    /// What it does, as one sentence for people who don't administer Conditional Access.
    pub sentence: String,
    /// Whom it is for, in words with names.
    pub who: Vec<String>,
    /// For which resources.
    pub what: Vec<String>,
    /// Under which conditions.
    pub when: Vec<String>,
    /// What it asks.
    pub then: Vec<String>,
    /// What is odd about it.
    pub warnings: Vec<String>,
    /// The whole policy, as Graph gave it.
    #[schema(value_type = Object)]
    pub body: Value,
}

/// The policies of a snapshot or baseline.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyList {
    /// In Graph's order.
    pub items: Vec<PolicyOut>,
}

/// A field in which two policies agree.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = FieldSame)]
pub struct FieldSameOut {
    /// Graph's path, for instance `conditions.users.excludeGroups`.
    pub field: String,
    /// The field in words.
    pub label: String,
    /// The values of both, with names.
    pub value: Value,
}

/// Two policies of one snapshot, side by side.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PolicyComparison)]
pub struct PolicyComparisonOut {
    /// The policy that is compared with.
    pub first: PolicyOut,
    /// The policy that is compared.
    pub second: PolicyOut,
    /// Where they differ: `baseline` is what the first says, `live` what the second says, and weaker or stronger is
    /// the second, field by field.
    pub diff: Vec<FieldDiffOut>,
    /// Where they agree.
    pub same: Vec<FieldSameOut>,
}

/// What changed from one snapshot of a customer to another.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SnapshotComparison)]
pub struct ComparisonOut {
    /// The snapshot that is compared with.
    pub before: SnapshotOut,
    /// The snapshot that is compared.
    pub after: SnapshotOut,
    /// What the change does to protection.
    pub direction: DriftDirectionName,
    /// What was protected and is not any more, by policy of the first snapshot; the largest share first.
    pub lost: Vec<ShiftOut>,
    /// What is protected and was not, by policy of the second snapshot; the largest share first.
    pub gained: Vec<ShiftOut>,
    /// Security defaults, where they were switched on or off; null where they were not.
    pub security_defaults: Option<bool>,
    /// Policies that only the second one has.
    pub added: Vec<PolicyRefOut>,
    /// Policies that only the first one has.
    pub removed: Vec<PolicyRefOut>,
    /// Policies that both have and that mean something else or are called something else.
    pub changed: Vec<ChangedPolicyOut>,
    /// How many policies mean the same in both.
    pub unchanged: usize,
    /// Named locations, authentication strengths and authentication contexts that are not the same in both.
    pub objects: Vec<ChangedObjectOut>,
}

/// What a change does to protection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DriftDirection)]
pub enum DriftDirectionName {
    /// Sign-ins lost protection.
    Weakens,
    /// Sign-ins gained protection.
    Strengthens,
    /// Some lost, others gained.
    Both,
    /// No sign-in is protected otherwise than before.
    Neutral,
}

/// Sign-ins in words, and what is not guaranteed for them.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = DriftRegion)]
pub struct RegionOut {
    /// For instance `guests · all apps · from untrusted locations`.
    pub text: String,
    /// Its share of the policy's sign-ins, 0 to 1.
    pub share: f64,
    /// The controls that are not guaranteed here, in words.
    pub missing: Vec<String>,
}

/// Sign-ins that lost or gained what one policy asks for.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = DriftShift)]
pub struct ShiftOut {
    /// The policy that asked for it (of what was lost), or asks for it now (of what was gained).
    pub policy: PolicyRefOut,
    /// The share of that policy's sign-ins, 0 to 1.
    pub share: f64,
    /// Which sign-ins, in words, the largest part first.
    pub regions: Vec<RegionOut>,
    /// One of them, as What If takes it.
    #[schema(value_type = Option<Object>)]
    pub witness: Option<Value>,
    /// The same as a sentence.
    pub witness_text: Option<String>,
    /// Whether only emergency access accounts are concerned.
    pub only_emergency: bool,
    /// Why it holds only under conditions; empty when it is exact.
    pub conditions: Vec<String>,
    /// Set when it could not be worked out within bounds.
    pub not_decided: Option<String>,
}

/// A policy that changed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ChangedPolicy)]
pub struct ChangedPolicyOut {
    /// As it was.
    pub before: PolicyRefOut,
    /// As it is.
    pub after: PolicyRefOut,
    /// Field by field: `baseline` is what was, `live` what is. Empty where only the name is another.
    pub diff: Vec<FieldDiffOut>,
}

/// What happened to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ObjectChange)]
pub enum ObjectChangeName {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It holds something else, or is called something else.
    Changed,
}

/// An object that changed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ChangedObject)]
pub struct ChangedObjectOut {
    /// What it is.
    #[schema(value_type = DocumentKindSchema)]
    pub kind: DocumentKind,
    /// Its id.
    pub id: String,
    /// Its name.
    pub display_name: String,
    /// What happened to it.
    pub change: ObjectChangeName,
    /// The whole object as it was; null where it is new.
    #[schema(value_type = Option<Object>)]
    pub before: Option<Value>,
    /// The whole object as it is; null where it is gone.
    #[schema(value_type = Option<Object>)]
    pub after: Option<Value>,
}
