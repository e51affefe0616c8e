//! Counts for the dashboard, on the wire.

use crate::customers::dto::{FindingCountsOut, PolicyCountsOut};
use serde::Serialize;
use utoipa::ToSchema;

/// The whole fleet in numbers.
#[derive(Debug, Serialize, ToSchema)]
pub struct FleetOut {
    /// Customers by status.
    pub customers: CustomerCountsOut,
    /// Findings of all customers by severity.
    pub findings: FindingCountsOut,
    /// Policies of all customers by state.
    pub policies: PolicyCountsOut,
    /// Imports queued or running.
    pub imports_running: i64,
    /// Client secrets that expire within 30 days.
    pub secrets_expiring: i64,
    /// Client secrets that have expired.
    pub secrets_expired: i64,
    /// Customers whose last import or test failed.
    pub customers_with_errors: i64,
}

/// Customers by status.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerCountsOut {
    /// All of them.
    pub total: i64,
    /// Not connected.
    pub pending: i64,
    /// Connected, not imported.
    pub connected: i64,
    /// Imported.
    pub imported: i64,
}
