//! Routes of a customer's Graph connection.

use super::dto::{ConnectionOut, ConnectionPut, PermissionOut, SetupOut};
use crate::{
    auth::{extract::Authed, perm},
    http::{
        body::Valid,
        etag::{IfMatch, etag},
    },
    problem::{ApiError, ApiResult},
    state::State,
};
use actix_web::{HttpResponse, delete, get, post, put, web};
use policytab_app::{
    connect::{self, ConnectInput},
    setup,
};
use policytab_domain::{
    permission::{GRAPH_APP_ID, PERMISSIONS},
    problem::Problem,
};
use policytab_store::{Connection, Customer};
use serde_json::json;
use uuid::Uuid;

/// Shows a customer's connection, or what is needed to make it. Never the secret.
#[utoipa::path(
    tag = "connection",
    params(("id" = Uuid, Path, description = "The customer.")),
    responses((status = 200, description = "The connection; `connected` is false before it is made.", body = ConnectionOut,
        headers(("etag", description = "The customer's version."))))
)]
#[get("/customers/{id}/connect")]
pub async fn connection_fetch(
    who: Authed<perm::CustomerRead>,
    state: web::Data<State>,
    id: web::Path<Uuid>,
) -> ApiResult<HttpResponse> {
    let found = connect::fetch(&state.app, &who, (*id).into()).await?;
    if let (customer, Some(connection)) = &found {
        let subject = ("customer", customer.id.as_uuid());
        let details = json!({"display_name": customer.display_name, "client_id": connection.client_id});
        state.looks.note(&state.app, &who, "connection.viewed", subject, details).await?;
    }
    answer(found)
}

/// Verifies credentials, then stores them: connects a customer, or rotates its secret.
#[utoipa::path(
    tag = "connection",
    params(
        ("id" = Uuid, Path, description = "The customer."),
        ("If-Match" = Option<String>, Header, description = "The ETag that the change is based on."),
    ),
    request_body = ConnectionPut,
    responses((status = 200, description = "The connection.", body = ConnectionOut,
        headers(("etag", description = "The customer's version."))))
)]
#[put("/customers/{id}/connect")]
pub async fn connection_put(
    who: Authed<perm::ConnectionWrite>,
    state: web::Data<State>,
    id: web::Path<Uuid>,
    expected: IfMatch,
    new: Valid<ConnectionPut>,
) -> ApiResult<HttpResponse> {
    let new = new.body;
    let client_id = Uuid::try_parse(new.client_id.trim())
        .map_err(|_| ApiError::from(Problem::invalid("client_id", "must be a GUID")))?;
    let input = ConnectInput { client_id, client_secret: new.client_secret, tenant_hint: new.tenant_hint };
    answer(connect::put(&state.app, &who, (*id).into(), input, expected.0).await?)
}

/// Deletes the connection with its secret.
#[utoipa::path(
    tag = "connection",
    params(("id" = Uuid, Path, description = "The customer.")),
    responses((status = 204, description = "It is gone; a customer that was not imported is pending again."))
)]
#[delete("/customers/{id}/connect")]
pub async fn connection_delete(
    who: Authed<perm::ConnectionWrite>,
    state: web::Data<State>,
    id: web::Path<Uuid>,
) -> ApiResult<HttpResponse> {
    connect::delete(&state.app, &who, (*id).into()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Verifies the stored credentials again.
#[utoipa::path(
    tag = "connection",
    params(("id" = Uuid, Path, description = "The customer.")),
    responses((status = 200, description = "They work.", body = ConnectionOut,
        headers(("etag", description = "The customer's version."))))
)]
#[post("/customers/{id}/connect/test")]
pub async fn connection_test(
    who: Authed<perm::ConnectionTest>,
    state: web::Data<State>,
    id: web::Path<Uuid>,
) -> ApiResult<HttpResponse> {
    answer(connect::test(&state.app, &who, (*id).into()).await?)
}

fn answer((customer, connection): (Customer, Option<Connection>)) -> ApiResult<HttpResponse> {
    let body = out(&customer, connection).map_err(ApiError::internal)?;
    Ok(HttpResponse::Ok().insert_header(etag(customer.version)).json(body))
}

fn out(customer: &Customer, connection: Option<Connection>) -> Result<ConnectionOut, uuid::Error> {
    let check = connection.as_ref().map(|c| &c.permissions);
    let permissions = PERMISSIONS
        .iter()
        .map(|p| {
            Ok(PermissionOut {
                name: p.name.to_owned(),
                app_role_id: p.app_role_id.parse()?,
                required: p.required,
                granted: check.map(|c| c.granted.iter().any(|g| g == p.name)),
                purpose: p.purpose.to_owned(),
                without: p.without.to_owned(),
            })
        })
        .collect::<Result<_, uuid::Error>>()?;
    Ok(ConnectionOut {
        connected: connection.is_some(),
        client_id: connection.as_ref().map(|c| c.client_id),
        app_display_name: connection.as_ref().and_then(|c| c.app_display_name.clone()),
        tenant: customer.tenant.clone().map(Into::into),
        permissions,
        surplus_permissions: check.map(|c| c.surplus.clone()).unwrap_or_default(),
        secret_expires_at: connection.as_ref().and_then(|c| c.secret_expires_at),
        verified_at: connection.as_ref().map(|c| c.verified_at),
        updated_at: connection.as_ref().map(|c| c.updated_at),
        setup: SetupOut {
            app_name: setup::APP_NAME.to_owned(),
            portal_url: setup::portal_url(customer.cloud).to_owned(),
            graph_app_id: GRAPH_APP_ID.parse()?,
            cloud_shell_script: setup::cloud_shell_script(),
        },
    })
}
