//! Routes of signing in.

use super::{
    claims::{self, ACCESS_TOKEN_SECONDS, Subject},
    cookie,
    dto::{ActorKindName, LoginIn, MeOut, MspOut, SessionOut},
    extract::{Authed, client_ip},
    perm, same_site,
};
use crate::{
    http::{body::Valid, middleware::request_id},
    problem::{ApiError, ApiResult},
    state::State,
};
use actix_web::{HttpRequest, HttpResponse, get, http::header::USER_AGENT, post, web};
use chrono::Utc;
use jsonwebtoken::jwk::JwkSet;
use policytab_app::{
    ActorKind,
    devices::DEVICE_DAYS,
    sessions::{self, Origin, REFRESH_DAYS, Session, SignIn},
};
use policytab_domain::{
    cloud::Cloud,
    problem::{Problem, ProblemCode},
};
use secrecy::{ExposeSecret as _, SecretString};

/// Anybody may send this body, so that it is kept small, in bytes.
const LOGIN_BODY_LIMIT: usize = 16 * 1024;

/// Seconds.
const DAY: i64 = 24 * 3600;

fn origin(request: &HttpRequest, state: &State) -> Origin {
    Origin {
        ip: client_ip(request, &state.config.proxies),
        request_id: request_id(request),
        user_agent: request.headers().get(USER_AGENT).and_then(|v| v.to_str().ok()).map(str::to_owned),
    }
}

/// Signs in with email and password, and a code where the person has a second factor: without one the answer is 401 with
/// the reason `second_factor_required`. A second cookie makes the device known to the account, whose attempts are then counted apart
/// from strangers'.
#[utoipa::path(
    tag = "session",
    request_body = LoginIn,
    responses((status = 200, description = "An access token; the refresh token comes as a cookie.", body = SessionOut))
)]
#[post("/auth/login")]
pub async fn session_login(
    request: HttpRequest,
    state: web::Data<State>,
    login: Valid<LoginIn, LOGIN_BODY_LIMIT>,
) -> ApiResult<HttpResponse> {
    same_site::demand(&request, &state)?;
    let LoginIn { email, password, code } = login.body;
    let sign_in = SignIn { email, password, code, device: cookie_of(&request, cookie::DEVICE) };
    let session = sessions::login(&state.app, sign_in, &origin(&request, &state)).await?;
    answer(&state, session).await
}

/// Continues a session by its cookie.
#[utoipa::path(
    tag = "session",
    responses((status = 200, description = "The next access token; the next refresh token comes as a cookie.", body = SessionOut))
)]
#[post("/auth/refresh")]
pub async fn session_refresh(request: HttpRequest, state: web::Data<State>) -> ApiResult<HttpResponse> {
    same_site::demand(&request, &state)?;
    let token = cookie_of(&request, cookie::REFRESH)
        .ok_or_else(|| Problem::new(ProblemCode::Unauthenticated, "There is no session to continue."))?;
    let session = sessions::refresh(&state.app, &token, &origin(&request, &state)).await?;
    answer(&state, session).await
}

/// Ends a session.
#[utoipa::path(tag = "session", responses((status = 204, description = "The session has ended.")))]
#[post("/auth/logout")]
pub async fn session_logout(request: HttpRequest, state: web::Data<State>) -> ApiResult<HttpResponse> {
    same_site::demand(&request, &state)?;
    if let Some(token) = cookie_of(&request, cookie::REFRESH) {
        sessions::logout(&state.app, &token, &origin(&request, &state)).await?;
    }
    Ok(HttpResponse::NoContent().cookie(cookie::clear(state.config.secure())).finish())
}

/// Who is asking.
#[utoipa::path(
    tag = "session",
    responses((status = 200, description = "The person or token behind the credential.", body = MeOut))
)]
#[get("/me")]
pub async fn me_fetch(who: Authed<perm::Enrol>, state: web::Data<State>) -> ApiResult<web::Json<MeOut>> {
    let name = sessions::msp_name(&state.app, &who.scope).await?;
    Ok(web::Json(MeOut {
        kind: match who.kind {
            ActorKind::User => ActorKindName::User,
            ActorKind::ApiToken => ActorKindName::ApiToken,
            ActorKind::External => ActorKindName::External,
            ActorKind::System => ActorKindName::System,
        },
        id: who.id.clone(),
        display_name: who.name.clone(),
        email: who.email.clone(),
        role: who.role,
        second_factor_required: who.enrol_first(),
        msp: MspOut { id: who.scope.msp_id().as_uuid(), name },
        clouds: clouds(&state),
    }))
}

/// The public keys that access tokens are signed with.
#[utoipa::path(
    tag = "session",
    responses((status = 200, description = "A JSON Web Key Set (RFC 7517).", body = Object))
)]
#[get("/auth/jwks.json")]
pub async fn jwks_fetch(state: web::Data<State>) -> web::Json<JwkSet> {
    web::Json(state.keys.jwks().clone())
}

/// The clouds that this deployment enables.
fn clouds(state: &State) -> Vec<Cloud> {
    Cloud::ALL.into_iter().filter(|c| state.app.graph.cloud_enabled(*c)).collect()
}

fn cookie_of(request: &HttpRequest, name: &str) -> Option<SecretString> {
    request.cookie(name).map(|c| c.value().to_owned()).filter(|v| !v.is_empty()).map(Into::into)
}

async fn answer(state: &State, session: Session) -> ApiResult<HttpResponse> {
    let subject = Subject {
        user_id: session.user_id.as_uuid(),
        msp_id: session.msp_id.as_uuid(),
        role: session.role,
        name: session.name.clone(),
        email: session.email.clone(),
        session_id: Some(session.id),
    };
    let access_token =
        claims::sign(&state.keys, &state.issuer, &subject, Utc::now()).map_err(ApiError::internal)?;
    let body = SessionOut {
        access_token: access_token.into(),
        token_type: "Bearer".to_owned(),
        expires_in: ACCESS_TOKEN_SECONDS.unsigned_abs(),
        user: MeOut {
            kind: ActorKindName::User,
            id: session.user_id.to_string(),
            display_name: session.name,
            email: Some(session.email),
            role: session.role,
            second_factor_required: session.enrol_first,
            msp: MspOut { id: session.msp_id.as_uuid(), name: session.msp_name },
            clouds: clouds(state),
        },
    };
    let token = session.refresh_token.expose_secret().to_owned();
    let secure = state.config.secure();
    let mut response = HttpResponse::Ok();
    response.cookie(cookie::refresh(token, REFRESH_DAYS * DAY, secure));
    if let Some(device) = &session.device {
        response.cookie(cookie::device(device.expose_secret().to_owned(), DEVICE_DAYS * DAY, secure));
    }
    Ok(response.json(body))
}
