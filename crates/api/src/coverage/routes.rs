//! The route of the coverage map.

use super::dto::{CoverageOut, CoverageQuery};
use crate::{
    auth::{extract::Authed, perm},
    problem::ApiResult,
    reports::same,
    state::State,
};
use actix_web::{get, web};
use policytab_app::coverage;
use uuid::Uuid;

/// What is enforced for whom and where: personas by apps, clients, platforms, locations and signals.
#[utoipa::path(
    tag = "reports",
    params(("id" = Uuid, Path, description = "The customer."), CoverageQuery),
    responses((status = 200, description = "The map.", body = CoverageOut))
)]
#[get("/customers/{id}/coverage")]
pub async fn coverage_fetch(
    who: Authed<perm::ReportRead>,
    state: web::Data<State>,
    id: web::Path<Uuid>,
    query: web::Query<CoverageQuery>,
) -> ApiResult<web::Json<CoverageOut>> {
    let wanted = query.snapshot_id.map(Into::into);
    let view = coverage::fetch(&state.app, &who, (*id).into(), wanted).await?;
    let map = view.map;
    Ok(web::Json(CoverageOut {
        snapshot_id: view.snapshot.as_uuid(),
        taken_at: view.taken_at,
        personas: same(&map.personas)?,
        columns: same(&map.columns)?,
        cells: same(&map.cells)?,
        policies: same(&map.policies)?,
    }))
}
