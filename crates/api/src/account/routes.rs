//! Routes of one's own account.

use super::{
    agent,
    dto::{
        CodeIn, EnrolmentOut, OwnSessionList, OwnSessionOut, PasswordChange, PasswordIn, ProofIn,
        RecoveryCodesOut, SecondFactorOut,
    },
};
use crate::{
    auth::{extract::Authed, perm},
    http::body::Valid,
    problem::ApiResult,
    state::State,
};
use actix_web::{HttpResponse, delete, get, post, put, web};
use policytab_app::{account, second_factor};
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

/// Bodies with passwords are kept small, in bytes.
const SMALL: usize = 16 * 1024;

fn shown(codes: &[SecretString]) -> web::Json<RecoveryCodesOut> {
    let recovery_codes = codes.iter().map(|code| code.expose_secret().to_owned().into()).collect();
    web::Json(RecoveryCodesOut { recovery_codes })
}

/// How one's own second factor stands.
#[utoipa::path(
    tag = "account",
    responses((status = 200, description = "Whether there is one, and its recovery codes.", body = SecondFactorOut))
)]
#[get("/me/second-factor")]
pub async fn second_factor_fetch(
    who: Authed<perm::Enrol>,
    state: web::Data<State>,
) -> ApiResult<web::Json<SecondFactorOut>> {
    let found = second_factor::state(&state.app, &who).await?;
    Ok(web::Json(SecondFactorOut {
        enabled_since: found.enabled_since,
        recovery_codes_left: found.recovery_codes_left,
        required: found.required,
    }))
}

/// Begins to set a second factor up. Once more begins anew; what was set up completely has to be removed first.
#[utoipa::path(
    tag = "account",
    request_body = PasswordIn,
    responses((status = 200, description = "What an authenticator app needs; told this once.", body = EnrolmentOut))
)]
#[post("/me/second-factor")]
pub async fn second_factor_begin(
    who: Authed<perm::Enrol>,
    state: web::Data<State>,
    given: Valid<PasswordIn, SMALL>,
) -> ApiResult<web::Json<EnrolmentOut>> {
    let enrolment = second_factor::begin(&state.app, &who, given.body.password).await?;
    Ok(web::Json(EnrolmentOut {
        secret: enrolment.secret.expose_secret().to_owned().into(),
        otpauth_uri: enrolment.uri.expose_secret().to_owned().into(),
    }))
}

/// Confirms by a code that the authenticator app has the secret. Ends one's other sessions.
#[utoipa::path(
    tag = "account",
    request_body = CodeIn,
    responses((status = 200, description = "Recovery codes; told this once.", body = RecoveryCodesOut))
)]
#[post("/me/second-factor/confirm")]
pub async fn second_factor_confirm(
    who: Authed<perm::Enrol>,
    state: web::Data<State>,
    given: Valid<CodeIn, SMALL>,
) -> ApiResult<web::Json<RecoveryCodesOut>> {
    let codes = second_factor::confirm(&state.app, &who, given.body.code).await?;
    state.standing.changed(who.scope.msp_id());
    Ok(shown(&codes))
}

/// Removes one's own second factor.
#[utoipa::path(
    tag = "account",
    request_body = ProofIn,
    responses((status = 204, description = "The password alone is enough from now on."))
)]
#[delete("/me/second-factor")]
pub async fn second_factor_delete(
    who: Authed<perm::Enrol>,
    state: web::Data<State>,
    given: Valid<ProofIn, SMALL>,
) -> ApiResult<HttpResponse> {
    let ProofIn { password, code } = given.body;
    second_factor::remove(&state.app, &who, password, code).await?;
    state.standing.changed(who.scope.msp_id());
    Ok(HttpResponse::NoContent().finish())
}

/// Gives new recovery codes in the place of all that there were.
#[utoipa::path(
    tag = "account",
    request_body = ProofIn,
    responses((status = 200, description = "Recovery codes; told this once.", body = RecoveryCodesOut))
)]
#[post("/me/second-factor/recovery-codes")]
pub async fn recovery_codes_renew(
    who: Authed<perm::Enrol>,
    state: web::Data<State>,
    given: Valid<ProofIn, SMALL>,
) -> ApiResult<web::Json<RecoveryCodesOut>> {
    let ProofIn { password, code } = given.body;
    Ok(shown(&second_factor::renew_codes(&state.app, &who, password, code).await?))
}

/// Lists one's own sessions.
#[utoipa::path(
    tag = "account",
    responses((status = 200, description = "Those that go on.", body = OwnSessionList))
)]
#[get("/me/sessions")]
pub async fn own_session_list(
    who: Authed<perm::Account>,
    state: web::Data<State>,
) -> ApiResult<web::Json<OwnSessionList>> {
    let found = account::session_list(&state.app, &who).await?;
    let items = found.into_iter().map(|session| OwnSessionOut {
        id: session.id,
        created_at: session.started_at,
        last_used_at: session.last_used_at,
        ip: session.from.ip,
        user_agent: session.from.user_agent.as_deref().map(agent::short),
        current: who.session == Some(session.id),
    });
    Ok(web::Json(OwnSessionList { items: items.collect() }))
}

/// Ends all of one's own sessions but the one that asks.
#[utoipa::path(tag = "account", responses((status = 204, description = "They have ended.")))]
#[delete("/me/sessions")]
pub async fn own_session_delete_others(
    who: Authed<perm::Account>,
    state: web::Data<State>,
) -> ApiResult<HttpResponse> {
    account::session_end_others(&state.app, &who).await?;
    state.standing.changed(who.scope.msp_id());
    Ok(HttpResponse::NoContent().finish())
}

/// Ends one of one's own sessions.
#[utoipa::path(
    tag = "account",
    params(("id" = Uuid, Path, description = "The session.")),
    responses((status = 204, description = "It has ended."))
)]
#[delete("/me/sessions/{id}")]
pub async fn own_session_delete(
    who: Authed<perm::Account>,
    state: web::Data<State>,
    id: web::Path<Uuid>,
) -> ApiResult<HttpResponse> {
    account::session_end(&state.app, &who, *id).await?;
    state.standing.changed(who.scope.msp_id());
    Ok(HttpResponse::NoContent().finish())
}

/// Changes one's own password and ends one's other sessions.
#[utoipa::path(
    tag = "account",
    request_body = PasswordChange,
    responses((status = 204, description = "The new password is the one to sign in with."))
)]
#[put("/me/password")]
pub async fn own_password_put(
    who: Authed<perm::Account>,
    state: web::Data<State>,
    change: Valid<PasswordChange, SMALL>,
) -> ApiResult<HttpResponse> {
    let PasswordChange { current_password, new_password, code } = change.body;
    account::change_password(&state.app, &who, current_password, new_password, code).await?;
    state.standing.changed(who.scope.msp_id());
    Ok(HttpResponse::NoContent().finish())
}
