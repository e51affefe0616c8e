//! Routes of the workspace's settings.

use super::dto::{WorkspaceDelete, WorkspaceOut, WorkspaceUpdate};
use crate::{
    auth::{cookie, extract::Authed, perm},
    http::{
        body::Valid,
        etag::{IfMatch, etag},
    },
    problem::ApiResult,
    state::State,
};
use actix_web::{HttpResponse, delete, get, patch, web};
use policytab_app::workspace;
use policytab_store::{Msp, MspPatch};

fn answer(msp: Msp) -> HttpResponse {
    HttpResponse::Ok().insert_header(etag(msp.version)).json(WorkspaceOut {
        id: msp.id.as_uuid(),
        display_name: msp.display_name,
        require_second_factor: msp.require_second_factor,
        created_at: msp.created_at,
        version: msp.version,
    })
}

/// The workspace's settings.
#[utoipa::path(
    tag = "workspace",
    responses((status = 200, description = "The settings.", body = WorkspaceOut))
)]
#[get("/workspace")]
pub async fn workspace_fetch(
    who: Authed<perm::WorkspaceRead>,
    state: web::Data<State>,
) -> ApiResult<HttpResponse> {
    Ok(answer(workspace::fetch(&state.app, &who).await?))
}

/// Changes the workspace's settings.
#[utoipa::path(
    tag = "workspace",
    params(("If-Match" = Option<String>, Header, description = "The ETag that the change is based on.")),
    request_body = WorkspaceUpdate,
    responses((status = 200, description = "The settings.", body = WorkspaceOut))
)]
#[patch("/workspace")]
pub async fn workspace_update(
    who: Authed<perm::WorkspaceWrite>,
    state: web::Data<State>,
    expected: IfMatch,
    change: Valid<WorkspaceUpdate>,
) -> ApiResult<HttpResponse> {
    let WorkspaceUpdate { display_name, require_second_factor } = change.body;
    let patch = MspPatch { display_name: display_name.map(|n| n.trim().to_owned()), require_second_factor };
    let msp = workspace::update(&state.app, &who, patch, expected.0).await?;
    state.standing.changed(who.scope.msp_id());
    Ok(answer(msp))
}

/// Deletes the workspace: customers with their secrets, snapshots and reports, the library, people, sessions and tokens.
/// Its audit trail stays, for operators of the server.
#[utoipa::path(
    tag = "workspace",
    request_body = WorkspaceDelete,
    responses((status = 204, description = "It is gone; no credential of it is good any more."))
)]
#[delete("/workspace")]
pub async fn workspace_delete(
    who: Authed<perm::WorkspaceWrite>,
    state: web::Data<State>,
    confirmed: Valid<WorkspaceDelete>,
) -> ApiResult<HttpResponse> {
    workspace::delete(&state.app, &who, &confirmed.body.display_name).await?;
    state.standing.changed(who.scope.msp_id());
    state.known_msps.invalidate(&who.scope.msp_id()).await;
    Ok(HttpResponse::NoContent().cookie(cookie::clear(state.config.secure())).finish())
}
