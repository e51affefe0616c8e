//! Routes of bindings.

use super::dto::{BindingList, BindingsBody};
use crate::{
    auth::{extract::Authed, perm},
    http::{
        body::Valid,
        etag::{IfMatch, etag},
    },
    problem::ApiResult,
    reports::same,
    state::State,
};
use actix_web::{HttpResponse, get, put, web};
use policytab_app::bindings;
use policytab_domain::binding::BindingView;
use policytab_store::Customer;
use uuid::Uuid;

/// Lists the references of the comparison baseline that mean nothing by themselves in the customer's tenant, with what is
/// suggested for each and what people said.
#[utoipa::path(
    tag = "reports",
    params(("id" = Uuid, Path, description = "The customer.")),
    responses((status = 200, description = "The references.", body = BindingList,
        headers(("etag", description = "The customer's version."))))
)]
#[get("/customers/{id}/bindings")]
pub async fn binding_list(
    who: Authed<perm::CustomerRead>,
    state: web::Data<State>,
    id: web::Path<Uuid>,
) -> ApiResult<HttpResponse> {
    answer(bindings::fetch(&state.app, &who, (*id).into()).await?)
}

/// Says what references of the comparison baseline mean, in place of what was said before; the report is made anew.
#[utoipa::path(
    tag = "reports",
    params(
        ("id" = Uuid, Path, description = "The customer."),
        ("If-Match" = Option<String>, Header, description = "The ETag that the change is based on."),
    ),
    request_body = BindingsBody,
    responses((status = 200, description = "The references as they are now.", body = BindingList,
        headers(("etag", description = "The customer's version."))))
)]
#[put("/customers/{id}/bindings")]
pub async fn binding_put(
    who: Authed<perm::ComparisonWrite>,
    state: web::Data<State>,
    id: web::Path<Uuid>,
    expected: IfMatch,
    new: Valid<BindingsBody>,
) -> ApiResult<HttpResponse> {
    let confirmed = new.body.choices()?;
    answer(bindings::confirm(&state.app, &who, (*id).into(), confirmed, expected.0).await?)
}

fn answer((customer, views): (Customer, Vec<BindingView>)) -> ApiResult<HttpResponse> {
    let body = BindingList { comparison_baseline: customer.comparison_baseline.into(), items: same(&views)? };
    Ok(HttpResponse::Ok().insert_header(etag(customer.version)).json(body))
}
