//! Routes of the dashboard.

use super::dto::{CustomerCountsOut, FleetOut};
use crate::{
    auth::{extract::Authed, perm},
    customers::dto::PolicyCountsOut,
    problem::ApiResult,
    state::State,
};
use actix_web::{get, web};

/// Counts over all customers.
#[utoipa::path(
    tag = "fleet",
    responses((status = 200, description = "The fleet in numbers.", body = FleetOut))
)]
#[get("/fleet")]
pub async fn fleet_fetch(
    who: Authed<perm::CustomerRead>,
    state: web::Data<State>,
) -> ApiResult<web::Json<FleetOut>> {
    let f = policytab_app::customers::fleet(&state.app, &who).await?;
    Ok(web::Json(FleetOut {
        customers: CustomerCountsOut {
            total: f.pending + f.connected + f.imported,
            pending: f.pending,
            connected: f.connected,
            imported: f.imported,
        },
        findings: f.findings.into(),
        policies: PolicyCountsOut {
            total: f.policies_enabled + f.policies_report_only + f.policies_disabled,
            enabled: f.policies_enabled,
            report_only: f.policies_report_only,
            disabled: f.policies_disabled,
        },
        imports_running: f.imports_running,
        secrets_expiring: f.secrets_expiring,
        secrets_expired: f.secrets_expired,
        customers_with_errors: f.with_error,
    }))
}
