//! Routes of API tokens.

use super::dto::{ApiTokenCreate, ApiTokenCreated, ApiTokenOut, ApiTokenPage};
use crate::{
    auth::{extract::Authed, perm},
    http::{
        body::Valid,
        idempotency::{Key, answer},
        page::{self, PageQuery},
    },
    problem::ApiResult,
    state::State,
};
use actix_web::{HttpResponse, delete, get, post, web};
use policytab_app::{api_tokens, idempotency::Stored};
use policytab_store::ApiToken;
use secrecy::ExposeSecret as _;
use serde_json::json;
use uuid::Uuid;

impl From<&ApiToken> for ApiTokenOut {
    fn from(t: &ApiToken) -> Self {
        Self {
            id: t.id.as_uuid(),
            name: t.name.clone(),
            role: t.role,
            created_by: t.created_by_name.clone(),
            created_at: t.created_at,
            expires_at: t.expires_at,
            last_used_at: t.last_used_at,
        }
    }
}

/// Lists API tokens that are not revoked.
#[utoipa::path(
    tag = "people",
    params(PageQuery),
    responses((status = 200, description = "One page of API tokens.", body = ApiTokenPage))
)]
#[get("/api-tokens")]
pub async fn api_token_list(
    who: Authed<perm::ApiTokenWrite>,
    state: web::Data<State>,
    query: web::Query<PageQuery>,
) -> ApiResult<web::Json<ApiTokenPage>> {
    let limit = page::limit(query.limit)?.into();
    let found = api_tokens::list(&state.app, &who, limit, query.cursor.as_deref()).await?;
    let subject = ("msp", who.scope.msp_id().as_uuid());
    state.looks.note(&state.app, &who, "api_token.viewed", subject, json!({})).await?;
    Ok(web::Json(ApiTokenPage {
        items: found.items.iter().map(Into::into).collect(),
        next_cursor: found.next_cursor,
    }))
}

/// Makes an API token, with a role no higher than one's own.
#[utoipa::path(
    tag = "people",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless.")),
    request_body = ApiTokenCreate,
    responses((status = 201, description = "The token, shown this once.", body = ApiTokenCreated))
)]
#[post("/api-tokens")]
pub async fn api_token_create(
    who: Authed<perm::ApiTokenWrite>,
    state: web::Data<State>,
    key: Key,
    new: Valid<ApiTokenCreate>,
) -> ApiResult<HttpResponse> {
    let idempotency = key.of(&new.bytes);
    let ApiTokenCreate { name, role, expires_in_days } = new.body;
    let outcome =
        api_tokens::create(&state.app, &who, &name, role, expires_in_days, idempotency, |made, token| {
            let body =
                ApiTokenCreated { api_token: made.into(), token: token.expose_secret().to_owned().into() };
            Stored::json(201, &body)
        })
        .await?;
    Ok(answer(outcome))
}

/// Ends an API token at once.
#[utoipa::path(
    tag = "people",
    params(("id" = Uuid, Path, description = "The token's id.")),
    responses((status = 204, description = "It is of no use any more."))
)]
#[delete("/api-tokens/{id}")]
pub async fn api_token_delete(
    who: Authed<perm::ApiTokenWrite>,
    state: web::Data<State>,
    id: web::Path<Uuid>,
) -> ApiResult<HttpResponse> {
    api_tokens::revoke(&state.app, &who, (*id).into()).await?;
    Ok(HttpResponse::NoContent().finish())
}
