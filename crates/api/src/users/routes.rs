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
    idempotency::Stored,
    users::{self, Person},
};
use policytab_store::User;
use serde_json::json;
use uuid::Uuid;

impl From<&User> for UserOut {
    fn from(u: &User) -> Self {
        Self {
            id: u.id.as_uuid(),
            email: u.email.clone(),
            display_name: u.display_name.clone(),
            role: u.role,
            last_login_at: u.last_login_at,
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
        items: found.items.iter().map(Into::into).collect(),
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
        Stored::json(201, &UserOut::from(user)).header("etag", format!("\"{}\"", user.version))
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
    let user =
        users::update(&state.app, &who, (*id).into(), display_name, role, password, expected.0).await?;
    Ok(HttpResponse::Ok().insert_header(etag(user.version)).json(UserOut::from(&user)))
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
    Ok(HttpResponse::NoContent().finish())
}
