//! Routes of people.

use super::dto::{UserCreate, UserOut, UserPage, UserUpdate};
use crate::{
    auth::{extract::Authed, perm},
    http::{
        body::Valid,
        etag::{IfMatch, etag},
        idempotency::{Key, answer},
        page::{self, PageQuery},
    },
    problem::ApiResult,
    state::State,
};
use actix_web::{HttpResponse, delete, get, patch, post, web};
use policytab_app::{
    account,
    idempotency::Stored,
    second_factor,
    users::{self, Person},
};
use policytab_store::User;
use serde_json::json;
use uuid::Uuid;

impl UserOut {
    fn new(u: &User, second_factor: bool) -> Self {
        Self {
            id: u.id.as_uuid(),
            email: u.email.clone(),
            display_name: u.display_name.clone(),
            role: u.role,
            last_login_at: u.last_login_at,
            second_factor,
            created_at: u.created_at,
            version: u.version,
        }
    }
}

/// Lists the workspace's people.
#[utoipa::path(
    tag = "people",
    params(PageQuery),
    responses((status = 200, description = "One page of people.", body = UserPage))
)]
#[get("/users")]
pub async fn user_list(
    who: Authed<perm::UserWrite>,
    state: web::Data<State>,
    query: web::Query<PageQuery>,
) -> ApiResult<web::Json<UserPage>> {
    let limit = page::limit(query.limit)?.into();
    let found = users::list(&state.app, &who, limit, query.cursor.as_deref()).await?;
    Ok(web::Json(UserPage {
        items: found.items.iter().map(|(user, holds)| UserOut::new(user, *holds)).collect(),
        next_cursor: found.next_cursor,
    }))
}

/// Adds a person.
#[utoipa::path(
    tag = "people",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless.")),
    request_body = UserCreate,
    responses((status = 201, description = "The person.", body = UserOut))
)]
#[post("/users")]
pub async fn user_create(
    who: Authed<perm::UserWrite>,
    state: web::Data<State>,
    key: Key,
    new: Valid<UserCreate>,
) -> ApiResult<HttpResponse> {
    // A plain digest of a body with a password would be a fast hash of the password: it is left out.
    let without_password = json!([new.body.email, new.body.display_name, new.body.role]).to_string();
    let idempotency = key.of(without_password.as_bytes());
    let UserCreate { email, display_name, role, password } = new.body;
    let person = Person { email, display_name, role, password };
    let outcome = users::create(&state.app, &who, person, idempotency, |user| {
        Stored::json(201, &UserOut::new(user, false)).header("etag", format!("\"{}\"", user.version))
    })
    .await?;
    Ok(answer(outcome))
}

/// Changes a person's name, role or password.
#[utoipa::path(
    tag = "people",
    params(
        ("id" = Uuid, Path, description = "The person."),
        ("If-Match" = Option<String>, Header, description = "The ETag that the change is based on."),
    ),
    request_body = UserUpdate,
    responses((status = 200, description = "The person.", body = UserOut))
)]
#[patch("/users/{id}")]
pub async fn user_update(
    who: Authed<perm::UserWrite>,
    state: web::Data<State>,
    id: web::Path<Uuid>,
    expected: IfMatch,
    change: Valid<UserUpdate>,
) -> ApiResult<HttpResponse> {
    let UserUpdate { display_name, role, password } = change.body;
    let (user, holds) =
        users::update(&state.app, &who, (*id).into(), display_name, role, password, expected.0).await?;
    state.standing.changed(who.scope.msp_id());
    Ok(HttpResponse::Ok().insert_header(etag(user.version)).json(UserOut::new(&user, holds)))
}

/// Removes a person.
#[utoipa::path(
    tag = "people",
    params(("id" = Uuid, Path, description = "The person.")),
    responses((status = 204, description = "They are gone, and their sessions with them."))
)]
#[delete("/users/{id}")]
pub async fn user_delete(
    who: Authed<perm::UserWrite>,
    state: web::Data<State>,
    id: web::Path<Uuid>,
) -> ApiResult<HttpResponse> {
    users::delete(&state.app, &who, (*id).into()).await?;
    state.standing.changed(who.scope.msp_id());
    Ok(HttpResponse::NoContent().finish())
}

/// Ends all sessions of a person.
#[utoipa::path(
    tag = "people",
    params(("id" = Uuid, Path, description = "The person.")),
    responses((status = 204, description = "They have to sign in again, everywhere."))
)]
#[delete("/users/{id}/sessions")]
pub async fn user_session_delete_all(
    who: Authed<perm::UserWrite>,
    state: web::Data<State>,
    id: web::Path<Uuid>,
) -> ApiResult<HttpResponse> {
    account::session_end_of(&state.app, &who, (*id).into()).await?;
    state.standing.changed(who.scope.msp_id());
    Ok(HttpResponse::NoContent().finish())
}

/// Removes another person's second factor and ends their sessions: for who has lost the device.
#[utoipa::path(
    tag = "people",
    params(("id" = Uuid, Path, description = "The person.")),
    responses((status = 204, description = "They sign in with the password alone."))
)]
#[delete("/users/{id}/second-factor")]
pub async fn user_second_factor_delete(
    who: Authed<perm::UserWrite>,
    state: web::Data<State>,
    id: web::Path<Uuid>,
) -> ApiResult<HttpResponse> {
    second_factor::reset(&state.app, &who, (*id).into()).await?;
    state.standing.changed(who.scope.msp_id());
    Ok(HttpResponse::NoContent().finish())
}
