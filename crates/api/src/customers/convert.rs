//! Customers from the store's words into the wire's.

use super::dto::{
    CountsOut, CustomerOut, CustomerSort, FindingCountsOut, LicenceSummaryOut, PolicyCountsOut, TenantOut,
};
use crate::problem::ProblemBody;
use policytab_domain::customer::CustomerStatus;
use policytab_store::{Customer, CustomerCounts, CustomerSort as StoreSort, Tenant};
use serde_json::Value;

impl From<Tenant> for TenantOut {
    fn from(tenant: Tenant) -> Self {
        Self {
            tenant_id: tenant.id.as_uuid(),
            display_name: tenant.display_name,
            default_domain: tenant.default_domain,
        }
    }
}

impl From<CustomerCounts> for PolicyCountsOut {
    fn from(c: CustomerCounts) -> Self {
        let [enabled, report_only, disabled] =
            [c.policies_enabled, c.policies_report_only, c.policies_disabled].map(i64::from);
        Self { total: enabled + report_only + disabled, enabled, report_only, disabled }
    }
}

impl From<[i64; 5]> for FindingCountsOut {
    fn from([critical, high, medium, low, info]: [i64; 5]) -> Self {
        Self { critical, high, medium, low, info }
    }
}

impl From<&Customer> for CustomerOut {
    fn from(c: &Customer) -> Self {
        let imported = c.status == CustomerStatus::Imported;
        Self {
            id: c.id.as_uuid(),
            display_name: c.display_name.clone(),
            cloud: c.cloud,
            status: c.status,
            next_step: c.status.next_step(),
            tenant: c.tenant.clone().map(Into::into),
            counts: imported.then(|| CountsOut {
                policies: c.counts.into(),
                findings: c.counts.findings.map(i64::from).into(),
            }),
            licences: c.licences.as_ref().map(licence_summary),
            zero_policies: c.zero_policies,
            comparison_baseline: imported.then(|| c.comparison_baseline.into()),
            connected: c.connected,
            secret_expires_at: c.secret_expires_at,
            running_import_id: c.running_import_id.map(|id| id.as_uuid()),
            last_snapshot_at: c.last_snapshot_at,
            last_error: c.last_error.clone().map(ProblemBody::stored),
            created_at: c.created_at,
            version: c.version,
        }
    }
}

/// The summary that an import wrote; a member it doesn't have is not licensed.
fn licence_summary(value: &Value) -> LicenceSummaryOut {
    let has = |name: &str| value.get(name).and_then(Value::as_bool).unwrap_or(false);
    LicenceSummaryOut {
        entra_id_p1: has("entra_id_p1"),
        entra_id_p2: has("entra_id_p2"),
        intune: has("intune"),
        workload_id: has("workload_id"),
    }
}

impl CustomerSort {
    /// The store's order, and whether it is reversed.
    pub fn order(self) -> (StoreSort, bool) {
        match self {
            Self::Name => (StoreSort::Name, false),
            Self::NameDesc => (StoreSort::Name, true),
            Self::Created => (StoreSort::Created, false),
            Self::CreatedDesc => (StoreSort::Created, true),
            Self::LastSnapshot => (StoreSort::LastSnapshot, false),
            Self::LastSnapshotDesc => (StoreSort::LastSnapshot, true),
            Self::Severity => (StoreSort::Severity, false),
            Self::SeverityDesc => (StoreSort::Severity, true),
        }
    }
}
