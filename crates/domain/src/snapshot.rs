//! What a snapshot holds: everything Conditional Access is made of, as Graph gave it.
//!
//! Bodies stay raw JSON so that nothing is lost; what the product reasons with is read from them by the analysis.

use crate::ids::EntraTenantId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Kinds of documents in a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// `conditionalAccessPolicy`
    Policy,
    /// `namedLocation`
    NamedLocation,
    /// `authenticationStrengthPolicy`
    AuthenticationStrength,
    /// `authenticationContextClassReference`
    AuthenticationContext,
}

impl DocumentKind {
    /// Every kind.
    pub const ALL: [Self; 4] =
        [Self::Policy, Self::NamedLocation, Self::AuthenticationStrength, Self::AuthenticationContext];

    /// The name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Policy => "policy",
            Self::NamedLocation => "named_location",
            Self::AuthenticationStrength => "authentication_strength",
            Self::AuthenticationContext => "authentication_context",
        }
    }
}

/// One object as Graph gave it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// What it is.
    pub kind: DocumentKind,
    /// Its id in the tenant (a GUID; `c1`… for authentication contexts).
    pub object_id: String,
    /// `displayName`, empty when absent. Names are not unique.
    pub display_name: String,
    /// The whole object.
    pub body: Value,
    /// Only the beta endpoint listed it: v1.0 silently leaves out policies with beta-only features.
    #[serde(default)]
    pub beta_only: bool,
}

/// Kinds of directory objects that policies refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReferenceKind {
    /// A security or Microsoft 365 group.
    Group,
    /// A user.
    User,
    /// A directory role, by its template id.
    Role,
    /// An application, by its client id (`appId`).
    Application,
    /// A service principal, by its object id (workload identity policies).
    ServicePrincipal,
    /// Terms of use.
    TermsOfUse,
}

/// What became of looking a reference up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReferenceState {
    /// Found.
    Resolved,
    /// The directory does not know it any more: a dangling id, kept and marked.
    Deleted,
    /// It could not be read for want of a permission (terms of use, mostly).
    Unreadable,
}

/// An object that at least one policy names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// What it is.
    pub kind: ReferenceKind,
    /// The id by which policies name it.
    pub id: String,
    /// Its display name, where it was found.
    pub display_name: Option<String>,
    /// What became of looking it up.
    pub state: ReferenceState,
}

/// The flattened membership of a referenced group or role: ids only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// Group or role.
    pub kind: ReferenceKind,
    /// The group's object id, or the role's template id.
    pub id: String,
    /// User object ids, nested groups flattened, sorted.
    pub members: Vec<Uuid>,
    /// Head count of users; equals `members.len()` when `complete`.
    pub head_count: u64,
    /// False where the members could not be read to the end.
    pub complete: bool,
}

/// Who the tenant is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantFacts {
    /// The directory id.
    pub tenant_id: EntraTenantId,
    /// Its display name.
    pub display_name: String,
    /// The default verified domain.
    pub default_domain: Option<String>,
    /// All verified domains.
    pub verified_domains: Vec<String>,
}

/// One subscribed SKU, as far as licences are read from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubscribedSku {
    /// The SKU's GUID: the key, since its string ids are inconsistent.
    pub sku_id: Uuid,
    /// For people.
    pub sku_part_number: String,
    /// `Enabled`, `Warning`, `Suspended`, `Deleted`, `LockedOut`.
    pub capability_status: String,
    /// Units bought and enabled.
    pub enabled_units: i64,
    /// Units assigned.
    pub consumed_units: i64,
    /// Plan id → provisioning status (`Success`, `Disabled`, …).
    pub service_plans: BTreeMap<Uuid, String>,
}

/// Something that could not be read, and what is missing for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// What: `authentication_contexts`, `terms_of_use`, `memberships`, `security_defaults`, `licences`, …
    pub what: String,
    /// The permission that would allow it, where one is known.
    pub permission: Option<String>,
    /// For people, one sentence.
    pub detail: String,
}

/// Everything that one import read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SnapshotContent {
    /// When the reading began.
    pub taken_at: DateTime<Utc>,
    /// Who the tenant is.
    pub tenant: TenantFacts,
    /// Policies, named locations, strengths, contexts: in Graph's order within a kind.
    pub documents: Vec<Document>,
    /// Whether security defaults are on; `None` where unreadable.
    pub security_defaults: Option<bool>,
    /// Subscribed SKUs; `None` where unreadable.
    pub skus: Option<Vec<SubscribedSku>>,
    /// Every object that a policy names.
    pub references: Vec<Reference>,
    /// Memberships of the referenced groups and roles.
    pub memberships: Vec<Membership>,
    /// What could not be read.
    pub unread: Vec<Unread>,
}

impl SnapshotContent {
    /// The documents of one kind.
    pub fn of_kind(&self, kind: DocumentKind) -> impl Iterator<Item = &Document> {
        self.documents.iter().filter(move |d| d.kind == kind)
    }
}
