//! Customers: what they are, proof of existence, reading.

use crate::{
    error::{OrNotFound as _, StoreError},
    schema::customers,
    tx::{Mode, TenantTx},
};
use chrono::{DateTime, Utc};
use diesel::{OptionalExtension as _, prelude::*};
use diesel_async::RunQueryDsl;
use policytab_domain::{
    cloud::Cloud,
    customer::CustomerStatus,
    ids::{CustomerId, EntraTenantId, ImportId, SnapshotId},
    import::{ComparisonBaseline, ZeroPolicies},
    problem::Problem,
};
use serde_json::Value;
use uuid::Uuid;

/// Proof that a customer exists in the scope of the transaction that looked it up. What belongs to a customer is
/// addressed by this. Good for that transaction only.
#[derive(Debug, Clone, Copy)]
pub struct CustomerRef {
    id: CustomerId,
}

impl CustomerRef {
    /// The customer's id.
    pub const fn id(&self) -> CustomerId {
        self.id
    }
    /// For who has just seen the row in this transaction.
    pub(crate) const fn proven(id: CustomerId) -> Self {
        Self { id }
    }
    pub(crate) fn uuid(&self) -> Uuid {
        self.id.as_uuid()
    }
}

/// The tenant that a customer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// The directory id.
    pub id: EntraTenantId,
    /// Its display name.
    pub display_name: Option<String>,
    /// The default verified domain.
    pub default_domain: Option<String>,
}

/// The dashboard's numbers, as of the last import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CustomerCounts {
    /// Policies that are on.
    pub policies_enabled: i32,
    /// Policies in report-only mode.
    pub policies_report_only: i32,
    /// Policies that are off.
    pub policies_disabled: i32,
    /// Findings: critical, high, medium, low, info.
    pub findings: [i32; 5],
}

/// A customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Customer {
    /// Its id.
    pub id: CustomerId,
    /// Unique in the MSP without regard to case.
    pub display_name: String,
    /// Which Microsoft cloud.
    pub cloud: Cloud,
    /// Where it stands.
    pub status: CustomerStatus,
    /// Known from the first connection on.
    pub tenant: Option<Tenant>,
    /// What it is compared with.
    pub comparison_baseline: ComparisonBaseline,
    /// The dashboard's numbers.
    pub counts: CustomerCounts,
    /// How many critical and high findings the last reports had, ten at the most, the oldest first.
    pub findings_trend: Vec<i64>,
    /// Summary of the licences at the last import, as the import wrote it.
    pub licences: Option<Value>,
    /// Why the last import found no policies, if it found none.
    pub zero_policies: Option<ZeroPolicies>,
    /// The newest snapshot.
    pub last_snapshot_id: Option<SnapshotId>,
    /// When that was taken.
    pub last_snapshot_at: Option<DateTime<Utc>>,
    /// What went wrong last, until it went right.
    pub last_error: Option<Problem>,
    /// Whether credentials are stored.
    pub connected: bool,
    /// When the client secret expires, where that was readable.
    pub secret_expires_at: Option<DateTime<Utc>>,
    /// The import that is queued or running.
    pub running_import_id: Option<ImportId>,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// Counts edits, connections and imports: the entity tag.
    pub version: i64,
}

/// A customer to add.
#[derive(Debug, Clone)]
pub struct NewCustomer {
    /// 1 to 120 characters.
    pub display_name: String,
    /// Which Microsoft cloud.
    pub cloud: Cloud,
}

/// What people may change of a customer; `None` leaves it.
#[derive(Debug, Clone, Default)]
pub struct CustomerPatch {
    /// A new name.
    pub display_name: Option<String>,
    /// Another comparison baseline.
    pub comparison_baseline: Option<ComparisonBaseline>,
}

/// What an import that succeeded writes onto the customer.
#[derive(Debug, Clone)]
pub struct ImportedFacts {
    /// The snapshot.
    pub snapshot_id: SnapshotId,
    /// When it was taken.
    pub taken_at: DateTime<Utc>,
    /// The tenant's display name as read.
    pub tenant_display_name: String,
    /// Its default domain as read.
    pub tenant_default_domain: Option<String>,
    /// Policies by state, findings by severity.
    pub counts: CustomerCounts,
    /// Summary of the licences; `None` where unreadable.
    pub licences: Option<Value>,
    /// Why there are no policies, if there are none.
    pub zero_policies: Option<ZeroPolicies>,
    /// What the import was asked to compare with.
    pub comparison_baseline: ComparisonBaseline,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = customers, check_for_backend(diesel::pg::Pg))]
pub(crate) struct CustomerRow {
    pub(crate) id: Uuid,
    display_name: String,
    pub(crate) name_key: String,
    cloud: String,
    status: String,
    tenant_id: Option<Uuid>,
    tenant_name: Option<String>,
    tenant_domain: Option<String>,
    comparison_baseline_id: Option<Uuid>,
    comparison_baseline_version: Option<i32>,
    policies_enabled: i32,
    policies_report_only: i32,
    policies_disabled: i32,
    findings_critical: i32,
    findings_high: i32,
    findings_medium: i32,
    findings_low: i32,
    findings_info: i32,
    findings_trend: Vec<i64>,
    pub(crate) severity_rank: i64,
    licences: Option<Value>,
    zero_policies: Option<String>,
    last_snapshot_id: Option<Uuid>,
    pub(crate) last_snapshot_at: Option<DateTime<Utc>>,
    last_error: Option<Value>,
    connected: bool,
    secret_expires_at: Option<DateTime<Utc>>,
    running_import_id: Option<Uuid>,
    pub(crate) created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    version: i64,
}

impl TryFrom<CustomerRow> for Customer {
    type Error = StoreError;
    fn try_from(row: CustomerRow) -> Result<Self, StoreError> {
        let zero =
            row.zero_policies.map(|z| z.parse().map_err(|_| StoreError::Corrupt("customers.zero_policies")));
        Ok(Self {
            id: row.id.into(),
            display_name: row.display_name,
            cloud: row.cloud.parse().map_err(|_| StoreError::Corrupt("customers.cloud"))?,
            status: row.status.parse().map_err(|_| StoreError::Corrupt("customers.status"))?,
            tenant: row.tenant_id.map(|id| Tenant {
                id: id.into(),
                display_name: row.tenant_name,
                default_domain: row.tenant_domain,
            }),
            comparison_baseline: comparison(row.comparison_baseline_id, row.comparison_baseline_version),
            counts: CustomerCounts {
                policies_enabled: row.policies_enabled,
                policies_report_only: row.policies_report_only,
                policies_disabled: row.policies_disabled,
                findings: [
                    row.findings_critical,
                    row.findings_high,
                    row.findings_medium,
                    row.findings_low,
                    row.findings_info,
                ],
            },
            findings_trend: row.findings_trend,
            licences: row.licences,
            zero_policies: zero.transpose()?,
            last_snapshot_id: row.last_snapshot_id.map(Into::into),
            last_snapshot_at: row.last_snapshot_at,
            last_error: row.last_error.map(|e| problem(e, "customers.last_error")).transpose()?,
            connected: row.connected,
            secret_expires_at: row.secret_expires_at,
            running_import_id: row.running_import_id.map(Into::into),
            created_at: row.created_at,
            updated_at: row.updated_at,
            version: row.version,
        })
    }
}

pub(crate) fn comparison(baseline_id: Option<Uuid>, version: Option<i32>) -> ComparisonBaseline {
    match baseline_id {
        None => ComparisonBaseline::ImportedSnapshot,
        Some(id) => ComparisonBaseline::WorkspaceBaseline { baseline_id: id.into(), version },
    }
}

/// `(kind, baseline id, pinned version)` as columns.
pub(crate) fn comparison_columns(baseline: ComparisonBaseline) -> (&'static str, Option<Uuid>, Option<i32>) {
    match baseline {
        ComparisonBaseline::ImportedSnapshot => ("imported_snapshot", None, None),
        ComparisonBaseline::WorkspaceBaseline { baseline_id, version } => {
            ("workspace_baseline", Some(baseline_id.as_uuid()), version)
        }
    }
}

pub(crate) fn problem(value: Value, what: &'static str) -> Result<Problem, StoreError> {
    serde_json::from_value(value).map_err(|_| StoreError::Corrupt(what))
}

pub(crate) fn to_json<T: serde::Serialize>(value: &T, what: &'static str) -> Result<Value, StoreError> {
    serde_json::to_value(value).map_err(|_| StoreError::Corrupt(what))
}

impl<M: Mode> TenantTx<M> {
    /// Proves that a customer exists in this scope.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], also for another MSP's customer.
    pub async fn customer_lookup(&mut self, id: CustomerId) -> Result<CustomerRef, StoreError> {
        let found: Option<Uuid> = customers::table
            .filter(customers::id.eq(id.as_uuid()))
            .select(customers::id)
            .first(self.conn())
            .await
            .optional()?;
        found.map(|_| CustomerRef { id }).ok_or(StoreError::NotFound { what: "customer" })
    }

    /// Reads a customer.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], also for another MSP's customer.
    pub async fn customer_fetch(&mut self, id: CustomerId) -> Result<Customer, StoreError> {
        customers::table
            .filter(customers::id.eq(id.as_uuid()))
            .select(CustomerRow::as_select())
            .first(self.conn())
            .await
            .optional()
            .or_not_found("customer")?
            .try_into()
    }

    /// The customer of this MSP that is the given tenant in the given cloud, with its display name.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn tenant_owner(
        &mut self,
        tenant: EntraTenantId,
        cloud: Cloud,
    ) -> Result<Option<(CustomerId, String)>, StoreError> {
        let found: Option<(Uuid, String)> = customers::table
            .filter(customers::tenant_id.eq(tenant.as_uuid()).and(customers::cloud.eq(cloud.as_str())))
            .select((customers::id, customers::display_name))
            .first(self.conn())
            .await
            .optional()?;
        Ok(found.map(|(id, name)| (id.into(), name)))
    }
}
