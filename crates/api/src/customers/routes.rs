//! Routes of customers.

use super::dto::{
    CustomerCreate, CustomerOut, CustomerPage, CustomerQuery, CustomerSort, CustomerUpdate, ListedCustomerOut,
};
use crate::{
    auth::{extract::Authed, perm},
    http::{
        body::Valid,
        etag::{IfMatch, etag},
        idempotency::{Key, answer},
        page,
    },
    problem::ApiResult,
    state::State,
};
use actix_web::{HttpResponse, delete, get, patch, post, web};
use policytab_app::{customers, idempotency::Stored};
use policytab_domain::problem::Problem;
use policytab_store::{Customer, CustomerFilter};
use uuid::Uuid;

/// Lists customers.
#[utoipa::path(
    tag = "customers",
    params(CustomerQuery),
    responses((status = 200, description = "One page of customers.", body = CustomerPage))
)]
#[get("/customers")]
pub async fn customer_list(
    who: Authed<perm::CustomerRead>,
    state: web::Data<State>,
    query: web::Query<CustomerQuery>,
) -> ApiResult<web::Json<CustomerPage>> {
    let query = query.into_inner();
    if query.search.as_ref().is_some_and(|s| s.chars().count() > 200 || s.contains('\0')) {
        return Err(Problem::invalid("search", "at most 200 characters, and no U+0000").into());
    }
    let (sort, descending) = query.sort.unwrap_or(CustomerSort::Name).order();
    let filter = CustomerFilter {
        search: query.search.map(|s| s.trim().to_owned()).filter(|s| !s.is_empty()),
        status: query.status,
        sort,
        descending,
        cursor: query.cursor,
        limit: page::limit(query.limit)?.into(),
    };
    let found = customers::list(&state.app, &who, &filter).await?;
    let listed = |customer: &Customer| ListedCustomerOut {
        customer: customer.into(),
        trend: customer.findings_trend.clone(),
    };
    Ok(web::Json(CustomerPage {
        items: found.items.iter().map(listed).collect(),
        next_cursor: found.next_cursor,
    }))
}

/// Adds a customer.
#[utoipa::path(
    tag = "customers",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless.")),
    request_body = CustomerCreate,
    responses((status = 201, description = "The customer, pending.", body = CustomerOut,
        headers(("location", description = "Its address."), ("etag", description = "Its version."))))
)]
#[post("/customers")]
pub async fn customer_create(
    who: Authed<perm::CustomerWrite>,
    state: web::Data<State>,
    key: Key,
    new: Valid<CustomerCreate>,
) -> ApiResult<HttpResponse> {
    let idempotency = key.of(&new.bytes);
    let outcome = customers::create(
        &state.app,
        &who,
        &new.body.display_name,
        new.body.cloud,
        idempotency,
        |customer| {
            Stored::json(201, &CustomerOut::from(customer))
                .header("location", format!("/api/v1/customers/{}", customer.id))
                .header("etag", format!("\"{}\"", customer.version))
        },
    )
    .await?;
    Ok(answer(outcome))
}

/// Reads a customer.
#[utoipa::path(
    tag = "customers",
    params(("id" = Uuid, Path, description = "The customer.")),
    responses((status = 200, description = "The customer.", body = CustomerOut,
        headers(("etag", description = "Its version."))))
)]
#[get("/customers/{id}")]
pub async fn customer_fetch(
    who: Authed<perm::CustomerRead>,
    state: web::Data<State>,
    id: web::Path<Uuid>,
) -> ApiResult<HttpResponse> {
    let customer = customers::fetch(&state.app, &who, (*id).into()).await?;
    Ok(HttpResponse::Ok().insert_header(etag(customer.version)).json(CustomerOut::from(&customer)))
}

/// Renames a customer.
#[utoipa::path(
    tag = "customers",
    params(
        ("id" = Uuid, Path, description = "The customer."),
        ("If-Match" = Option<String>, Header, description = "The ETag that the change is based on."),
    ),
    request_body = CustomerUpdate,
    responses((status = 200, description = "The customer, renamed.", body = CustomerOut,
        headers(("etag", description = "Its version."))))
)]
#[patch("/customers/{id}")]
pub async fn customer_update(
    who: Authed<perm::CustomerWrite>,
    state: web::Data<State>,
    id: web::Path<Uuid>,
    expected: IfMatch,
    change: Valid<CustomerUpdate>,
) -> ApiResult<HttpResponse> {
    let customer =
        customers::rename(&state.app, &who, (*id).into(), &change.body.display_name, expected.0).await?;
    Ok(HttpResponse::Ok().insert_header(etag(customer.version)).json(CustomerOut::from(&customer)))
}

/// Deletes a customer with its secrets, snapshots and reports; the audit trail stays.
#[utoipa::path(
    tag = "customers",
    params(
        ("id" = Uuid, Path, description = "The customer."),
        ("If-Match" = Option<String>, Header, description = "The ETag that the decision is based on."),
    ),
    responses((status = 204, description = "It is gone."))
)]
#[delete("/customers/{id}")]
pub async fn customer_delete(
    who: Authed<perm::CustomerWrite>,
    state: web::Data<State>,
    id: web::Path<Uuid>,
    expected: IfMatch,
) -> ApiResult<HttpResponse> {
    customers::delete(&state.app, &who, (*id).into(), expected.0).await?;
    Ok(HttpResponse::NoContent().finish())
}
