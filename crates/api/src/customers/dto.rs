//! Customers on the wire.

use crate::{
    enums::{CloudSchema, CustomerStatusSchema, NextStepSchema, ZeroPoliciesSchema},
    imports::dto::ComparisonBaselineBody,
    problem::ProblemBody,
};
use chrono::{DateTime, Utc};
use policytab_domain::{
    cloud::Cloud,
    customer::{CustomerStatus, NextStep},
    import::ZeroPolicies,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

/// A new customer.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerCreate {
    /// Internal label, unique in the MSP without regard to case; surrounding blanks are dropped.
    #[validate(custom(function = "crate::http::text::display_name"))]
    #[schema(min_length = 1, max_length = 120, example = "Contoso Ltd.")]
    pub display_name: String,
    /// Where the tenant lives; `global` when left out.
    #[serde(default = "global")]
    #[schema(value_type = CloudSchema, default = "global")]
    pub cloud: Cloud,
}

fn global() -> Cloud {
    Cloud::Global
}

/// Changes to a customer.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerUpdate {
    /// The new label.
    #[validate(custom(function = "crate::http::text::display_name"))]
    #[schema(min_length = 1, max_length = 120)]
    pub display_name: String,
}

/// A customer.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerOut {
    /// Its id.
    pub id: Uuid,
    /// Internal label.
    pub display_name: String,
    /// Where the tenant lives.
    #[schema(value_type = CloudSchema)]
    pub cloud: Cloud,
    /// Where it stands.
    #[schema(value_type = CustomerStatusSchema)]
    pub status: CustomerStatus,
    /// What to do next.
    #[schema(value_type = NextStepSchema)]
    pub next_step: NextStep,
    /// Its Entra tenant, once it was connected.
    pub tenant: Option<TenantOut>,
    /// Counts of the last snapshot and report; null before the first import.
    pub counts: Option<CountsOut>,
    /// What the tenant is licensed for, as far as Conditional Access asks; null before the first import.
    pub licences: Option<LicenceSummaryOut>,
    /// Why the last snapshot holds no policies, where it holds none.
    #[schema(value_type = Option<ZeroPoliciesSchema>)]
    pub zero_policies: Option<ZeroPolicies>,
    /// What it is compared with; null before the first import was asked for.
    pub comparison_baseline: Option<ComparisonBaselineBody>,
    /// Whether usable credentials are stored.
    pub connected: bool,
    /// When the client secret expires, where that was readable.
    pub secret_expires_at: Option<DateTime<Utc>>,
    /// The import that is queued or running now.
    pub running_import_id: Option<Uuid>,
    /// When the last snapshot was taken.
    pub last_snapshot_at: Option<DateTime<Utc>>,
    /// Why the last import or test failed; null after a success.
    pub last_error: Option<ProblemBody>,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// Grows with every change made by people; the ETag holds the same number.
    pub version: i64,
}

/// An Entra tenant.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TenantOut {
    /// Directory (tenant) id.
    pub tenant_id: Uuid,
    /// The organization's name in Entra.
    pub display_name: Option<String>,
    /// The default verified domain.
    pub default_domain: Option<String>,
}

/// Live counts.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CountsOut {
    /// Policies by state.
    pub policies: PolicyCountsOut,
    /// Findings by severity.
    pub findings: FindingCountsOut,
}

/// Policies by state.
#[derive(Debug, Clone, Copy, Default, Serialize, ToSchema)]
pub struct PolicyCountsOut {
    /// All of them.
    pub total: i64,
    /// `enabled`
    pub enabled: i64,
    /// `enabledForReportingButNotEnforced`
    pub report_only: i64,
    /// `disabled`
    pub disabled: i64,
}

/// Findings by severity.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
pub struct FindingCountsOut {
    /// Critical findings.
    pub critical: i64,
    /// High findings.
    pub high: i64,
    /// Medium findings.
    pub medium: i64,
    /// Low findings.
    pub low: i64,
    /// Information.
    pub info: i64,
}

/// The licences that decide what Conditional Access can do.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LicenceSummaryOut {
    /// Entra ID P1: Conditional Access at all.
    pub entra_id_p1: bool,
    /// Entra ID P2: risk conditions.
    pub entra_id_p2: bool,
    /// Intune: compliant devices, app protection.
    pub intune: bool,
    /// Workload ID Premium: policies for workload identities.
    pub workload_id: bool,
}

/// A customer in the list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListedCustomerOut {
    /// The customer.
    #[serde(flatten)]
    pub customer: CustomerOut,
    /// How many critical and high findings its last reports had, ten at the most, the oldest first.
    pub trend: Vec<i64>,
}

/// One page of customers.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerPage {
    /// The customers.
    pub items: Vec<ListedCustomerOut>,
    /// Give this back as `cursor` for the next page; null on the last one.
    pub next_cursor: Option<String>,
}

/// What to list, and in which order.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CustomerQuery {
    /// Part of the display name, the tenant's name or its default domain, without regard to case; or the tenant id.
    #[param(max_length = 200)]
    pub search: Option<String>,
    /// Only customers of this status.
    #[param(value_type = Option<CustomerStatusSchema>)]
    pub status: Option<CustomerStatus>,
    /// Order: by name, age, last snapshot, or worst findings first; a leading minus reverses it.
    #[param(inline)]
    pub sort: Option<CustomerSort>,
    /// How many at the most, 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Orders of the customer list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum CustomerSort {
    /// By display name.
    #[serde(rename = "name")]
    Name,
    /// By display name, last first.
    #[serde(rename = "-name")]
    NameDesc,
    /// Oldest first.
    #[serde(rename = "created_at")]
    Created,
    /// Newest first.
    #[serde(rename = "-created_at")]
    CreatedDesc,
    /// Longest without a snapshot first.
    #[serde(rename = "last_snapshot_at")]
    LastSnapshot,
    /// Latest snapshot first.
    #[serde(rename = "-last_snapshot_at")]
    LastSnapshotDesc,
    /// Fewest and mildest findings first.
    #[serde(rename = "severity")]
    Severity,
    /// Worst findings first.
    #[serde(rename = "-severity")]
    SeverityDesc,
}
