//! The credential and the permission, as one extractor: a handler that names `Authed<perm::X>` runs only for those
//! who may X. This is one of the few places where a scope is made.

use super::{
    claims::{self, AccessClaims},
    perm::Permission,
    standing::Verified,
};
use crate::{
    bounds::Place,
    http::{middleware::request_id, proxies::Proxies},
    problem::ApiError,
    state::State,
};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, dev::Payload, http::header::AUTHORIZATION, web};
use chrono::Utc;
use futures_util::future::LocalBoxFuture;
use policytab_app::{Actor, ActorKind, actor::forbidden, second_factor, tokens};
use policytab_domain::{
    problem::{Problem, ProblemCode},
    tenancy::MspScope,
};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use std::{marker::PhantomData, ops::Deref, sync::Arc};

/// A verified actor with the permission `P`.
#[derive(Debug)]
pub struct Authed<P> {
    actor: Actor,
    enrol_first: bool,
    permission: PhantomData<fn() -> P>,
}

impl<P> Authed<P> {
    /// The actor, for what outlives the request.
    pub fn actor(self) -> Actor {
        self.actor
    }

    /// Whether the person has to set up the second factor that the workspace requires before anything else.
    pub fn enrol_first(&self) -> bool {
        self.enrol_first
    }
}

impl<P> Deref for Authed<P> {
    type Target = Actor;
    fn deref(&self) -> &Actor {
        &self.actor
    }
}

impl<P: Permission> FromRequest for Authed<P> {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let (actor, enrol_first) = authenticate(&request).await?;
            let span = tracing::Span::current();
            span.record("msp.id", tracing::field::display(actor.scope.msp_id()));
            span.record("actor", tracing::field::display(&actor.id));
            if enrol_first && !P::ENROLLING {
                return Err(Problem::new(
                    ProblemCode::Forbidden,
                    "Your workspace requires a second factor, and you have none yet.",
                )
                .reason(second_factor::REQUIRED)
                .remedy("Set one up under My account.")
                .into());
            }
            if !actor.role.covers(P::ROLE) {
                return Err(forbidden(P::ROLE).into());
            }
            if let (Some(place), Some(state)) =
                (request.extensions().get::<Place>(), request.app_data::<web::Data<State>>())
            {
                place.count_for(state.bounds.share(actor.scope.msp_id())?);
            }
            // Middleware that comes later may want to know.
            request.extensions_mut().insert(actor.scope);
            Ok(Self { actor, enrol_first, permission: PhantomData })
        })
    }
}

/// The address a request came from, as far as the proxies in front are believed.
pub fn client_ip(request: &HttpRequest, proxies: &Proxies) -> Option<String> {
    let peer = request.peer_addr()?.ip();
    let lines = request.headers().get_all("x-forwarded-for").map(|line| line.to_str().unwrap_or_default());
    let entries: Vec<_> = lines.flat_map(|line| line.split(',')).collect();
    Some(proxies.caller(peer, entries.into_iter()).to_string())
}

fn unauthenticated(detail: &str) -> ApiError {
    Problem::new(ProblemCode::Unauthenticated, detail).into()
}

/// The token that a request came with.
fn bearer(request: &HttpRequest) -> Result<&str, ApiError> {
    let header = request
        .headers()
        .get(AUTHORIZATION)
        .ok_or_else(|| unauthenticated("No Authorization header was sent."))?;
    header
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or_else(|| unauthenticated("The Authorization header is not of the form `Bearer <token>`."))
}

/// Whose token it is, while it is good, and whether a second factor has to be set up first.
async fn recognise(state: &State, token: &str) -> Result<Option<(Actor, bool)>, ApiError> {
    // Neither decoded, hashed nor looked up: whoever sends it pays more for it than we do.
    if token.len() > claims::MAX_TOKEN {
        return Ok(None);
    }
    if token.starts_with(tokens::API_TOKEN_PREFIX) {
        Ok(api_token(state, token).await?.map(|actor| (actor, false)))
    } else {
        jwt(state, token).await
    }
}

/// The credential of a request whose answer has no end, to be looked at again while it lasts.
pub struct Lasting(SecretString);

impl Lasting {
    /// What the request came with.
    ///
    /// # Errors
    /// 401 when it came with nothing.
    pub fn of(request: &HttpRequest) -> Result<Self, ApiError> {
        Ok(Self(bearer(request)?.to_owned().into()))
    }

    /// Whether it is still good: neither expired nor revoked, its session not ended, and its person still there.
    ///
    /// # Errors
    /// When that can't be found out now.
    pub async fn holds(&self, state: &State) -> Result<bool, ApiError> {
        // Whoever has to set up a second factor by now may follow nothing meanwhile.
        Ok(recognise(state, self.0.expose_secret()).await?.is_some_and(|(_, enrol_first)| !enrol_first))
    }
}

/// The actor, and whether a second factor has to be set up first.
async fn authenticate(request: &HttpRequest) -> Result<(Actor, bool), ApiError> {
    let state = request
        .app_data::<web::Data<State>>()
        .ok_or_else(|| ApiError::internal("the server's state is missing"))?
        .clone();
    let token = bearer(request)?;
    let ip = client_ip(request, &state.config.proxies);
    let request_id = request_id(request);
    let found = recognise(&state, token).await?;
    let (mut actor, enrol_first) =
        found.ok_or_else(|| unauthenticated("The token is not valid, or has expired."))?;
    actor.ip = ip;
    actor.request_id = request_id;
    state.limits.caller(&actor)?;
    Ok((actor, enrol_first))
}

#[expect(clippy::disallowed_methods, reason = "the token's digest was found among this MSP's API tokens")]
async fn api_token(state: &State, token: &str) -> Result<Option<Actor>, ApiError> {
    let Some(hit) = policytab_app::api_tokens::verify(&state.app, &token.to_owned().into()).await? else {
        return Ok(None);
    };
    let scope = MspScope::assume_verified(hit.msp_id);
    if state.noted_tokens.get(&hit.token_id).await.is_none() {
        state.noted_tokens.insert(hit.token_id, ()).await;
        policytab_app::api_tokens::note_use(&state.app, &scope, hit.token_id).await;
    }
    Ok(Some(Actor {
        scope,
        kind: ActorKind::ApiToken,
        id: hit.token_id.to_string(),
        user_id: None,
        session: None,
        name: hit.name,
        email: None,
        role: hit.role,
        ip: None,
        request_id: None,
    }))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the token's signature, issuer, audience and times were verified"
)]
async fn jwt(state: &State, token: &str) -> Result<Option<(Actor, bool)>, ApiError> {
    let digest: [u8; 32] = Sha256::digest(token.as_bytes()).into();
    if let Some(known) = state.verified.get(&digest).await
        && known.stamp == state.standing.stamp(known.claims.msp_id)
    {
        let current = claims::current(&known.claims, Utc::now());
        return Ok(current.then(|| (person(&known.claims), known.enrol_first)));
    }
    let Some(kid) = claims::plain_kid(token) else { return Ok(None) };
    if state.keys.decoding(&kid).is_some() {
        let Some(claims) = claims::verify(&state.keys, &state.issuer, &kid, token) else { return Ok(None) };
        let actor = person(&claims);
        // Taken before the database is asked: what changes meanwhile makes the answer outdated.
        let stamp = state.standing.stamp(claims.msp_id);
        let Some(standing) =
            policytab_app::sessions::standing(&state.app, &actor.scope, claims.sub.into(), claims.sid)
                .await?
        else {
            return Ok(None);
        };
        let enrol_first = standing.second_factor_required && !standing.second_factor;
        state.verified.insert(digest, Arc::new(Verified { claims, stamp, enrol_first })).await;
        return Ok(Some((actor, enrol_first)));
    }
    let Some(outside) = &state.outside else { return Ok(None) };
    let Some(subject) = outside.verify(&kid, token).await else { return Ok(None) };
    let scope = MspScope::assume_verified(subject.msp_id.into());
    if !exists(state, &scope).await? {
        return Ok(None);
    }
    let actor = Actor {
        scope,
        kind: ActorKind::External,
        id: subject.id,
        user_id: None,
        session: None,
        name: subject.name,
        email: subject.email,
        role: subject.role,
        ip: None,
        request_id: None,
    };
    // The outside issuer sees to their second factor.
    Ok(Some((actor, false)))
}

/// The person of an access token of our own.
#[expect(
    clippy::disallowed_methods,
    reason = "the token's signature, issuer, audience and times were verified"
)]
fn person(claims: &AccessClaims) -> Actor {
    Actor {
        scope: MspScope::assume_verified(claims.msp_id.into()),
        kind: ActorKind::User,
        id: claims.sub.to_string(),
        user_id: Some(claims.sub.into()),
        session: claims.sid,
        name: claims.name.clone(),
        email: Some(claims.email.clone()),
        role: claims.role,
        ip: None,
        request_id: None,
    }
}

/// Whether the MSP of an outside token is one of ours.
async fn exists(state: &State, scope: &MspScope) -> Result<bool, ApiError> {
    let msp = scope.msp_id();
    if state.known_msps.get(&msp).await.is_some() {
        return Ok(true);
    }
    match policytab_app::sessions::msp_name(&state.app, scope).await {
        Ok(_) => {
            state.known_msps.insert(msp, ()).await;
            Ok(true)
        }
        Err(policytab_app::AppError::Problem(problem)) if problem.code == ProblemCode::NotFound => Ok(false),
        Err(error) => Err(error.into()),
    }
}
