//! Calls on Graph for one tenant: paced, bounded, retried, with one renewal of the token.
//!
//! Invariants: everything ends by the deadline; a link from an answer is followed only on Graph's own origin and below
//! its two versions; a token is renewed at most once.

use crate::{
    Credentials, GraphError,
    client::Inner,
    endpoint::{Endpoint, Service},
    hosts::Hosts,
    http::Failure,
    pacer::TenantLimits,
    retry::Retry,
    token::{self, AppToken},
};
use policytab_domain::{cloud::Cloud, ids::EntraTenantId};
use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::Value;
use std::{
    sync::{Arc, PoisonError, atomic::AtomicUsize},
    time::Duration,
};
use tokio::time::Instant;
use tracing::Instrument;
use url::Url;

/// How long a connection that was used stays warm, at the least.
const WARM: Duration = Duration::from_secs(30);

/// One operation on one tenant.
pub(crate) struct Session<'a> {
    pub(crate) inner: &'a Inner,
    cloud: Cloud,
    hosts: Hosts,
    tenant: EntraTenantId,
    credentials: Option<&'a Credentials>,
    /// The token, and whether it is the renewed one.
    token: tokio::sync::Mutex<(Arc<AppToken>, bool)>,
    pub(crate) deadline: Instant,
    budget: AtomicUsize,
    limits: Arc<TenantLimits>,
}

/// What is asked.
#[derive(Clone)]
pub(crate) enum Ask<'a> {
    /// GET of an address that [`Session::address`] or [`Session::link`] made.
    Get(Url),
    /// GET with `ConsistencyLevel: eventual`, which advanced queries and each of their pages want.
    GetEventual(Url),
    /// POST of a body; only for reads.
    Post(Url, &'a Value),
}

impl<'a> Session<'a> {
    pub(crate) fn new(
        inner: &'a Inner,
        cloud: Cloud,
        token: AppToken,
        credentials: Option<&'a Credentials>,
        deadline: Instant,
    ) -> Result<Self, GraphError> {
        let tenant = token.tenant_id;
        Ok(Self {
            inner,
            cloud,
            hosts: Hosts::of(cloud, &inner.config)?,
            tenant,
            credentials,
            token: tokio::sync::Mutex::new((Arc::new(token), false)),
            deadline,
            budget: AtomicUsize::new(inner.config.max_import_bytes),
            limits: inner.tenants.of(cloud, tenant, &inner.config),
        })
    }

    /// The address of an endpoint, with what stands for `{}` in its path and with its query.
    pub(crate) fn address(&self, endpoint: &Endpoint, id: &str, query: &str) -> Url {
        let mut url = self.hosts.graph.clone();
        url.set_path(&format!("{}{}", endpoint.prefix(), endpoint.with(id)));
        url.set_query((!query.is_empty()).then_some(query));
        url
    }

    /// A link from an answer, if it may be followed.
    pub(crate) fn link(&self, text: &str) -> Option<Url> {
        let url = Url::parse(text).ok()?;
        let own = url.origin() == self.hosts.graph.origin()
            && url.username().is_empty()
            && url.password().is_none();
        let below = ["/v1.0/", "/beta/"].iter().any(|version| url.path().starts_with(version));
        (own && below).then_some(url)
    }

    /// Calls an endpoint until it answers, refuses, or no try is left.
    pub(crate) async fn call(&self, endpoint: &'static Endpoint, ask: Ask<'_>) -> Result<Value, GraphError> {
        let span = tracing::info_span!(
            "graph_call",
            endpoint = endpoint.name,
            tenant = %self.tenant,
            outcome = tracing::field::Empty,
            status = tracing::field::Empty,
            tries = tracing::field::Empty,
            throttled = tracing::field::Empty,
            milliseconds = tracing::field::Empty,
        );
        let begun = Instant::now();
        let mut retry = Retry::new(&self.inner.config, self.deadline);
        let tried = self.try_until_done(endpoint, ask, &mut retry).instrument(span.clone());
        let result = match tokio::time::timeout_at(self.deadline, tried).await {
            Ok(result) => result,
            Err(_) => Err(Failure::Transient { detail: "time is up", retry_after: None, upstream: None }
                .into_error(endpoint)),
        };
        span.record("outcome", result.as_ref().err().map_or("ok", GraphError::outcome));
        span.record("status", result.as_ref().err().map_or(Some(200), GraphError::status));
        span.record("tries", retry.tries);
        span.record("throttled", retry.throttled);
        span.record("milliseconds", begun.elapsed().as_millis() as u64);
        let _entered = span.enter();
        match &result {
            Ok(_) => tracing::debug!("read"),
            Err(error) => tracing::info!(%error, "not read"),
        }
        result
    }

    async fn try_until_done(
        &self,
        endpoint: &'static Endpoint,
        ask: Ask<'_>,
        retry: &mut Retry,
    ) -> Result<Value, GraphError> {
        loop {
            retry.tries += 1;
            let token = Arc::clone(&self.token.lock().await.0);
            let failure = match self.once(endpoint, &ask, &token, retry).await {
                Ok(value) => return Ok(value),
                Err(failure) => failure,
            };
            if matches!(failure, Failure::Unauthorized { .. }) {
                if !self.renew(&token).await? || !retry.again() {
                    return Err(failure.into_error(endpoint));
                }
                continue;
            }
            let least =
                if endpoint.paced { self.inner.config.ca_interval } else { self.inner.config.retry_pause };
            let hold = |pause| {
                if endpoint.paced {
                    self.limits.hold(pause);
                }
            };
            retry.pause(failure, least, hold).await.map_err(|last| last.into_error(endpoint))?;
        }
    }

    async fn once(
        &self,
        endpoint: &'static Endpoint,
        ask: &Ask<'_>,
        token: &AppToken,
        retry: &Retry,
    ) -> Result<Value, Failure> {
        let turn = match endpoint.paced {
            true => Some(self.limits.turn(self.is_cold()).await),
            false => None,
        };
        // A paced call has its turn now and must leave now, or it would arrive too close to the next one. The semaphore
        // is never closed; were it, the call would only go unbounded.
        let _permit = match endpoint.paced {
            true => None,
            false => self.limits.permits.acquire().await.ok(),
        };
        let emulator = self.cloud == Cloud::Emulator;
        let http = &self.inner.http;
        let request = match ask {
            Ask::Get(url) => http.request(Method::GET, url.clone(), emulator),
            Ask::GetEventual(url) => {
                http.request(Method::GET, url.clone(), emulator).header("ConsistencyLevel", "eventual")
            }
            Ask::Post(url, body) => http.request(Method::POST, url.clone(), emulator).json(body),
        };
        let request = request
            .bearer_auth(token.bearer.expose_secret())
            .header("Prefer", "include-unknown-enum-members");
        let result = http.send(endpoint, request, retry.time(&self.inner.config), &self.budget).await;
        if let Some(turn) = turn {
            turn.answered(endpoint.name, result.is_ok());
        }
        if !matches!(result, Err(Failure::Transient { upstream: None, .. })) {
            let mut last = self.inner.graph_answered.lock().unwrap_or_else(PoisonError::into_inner);
            last.insert(self.cloud, Instant::now());
        }
        result
    }

    /// Whether a connection must be made first. The emulator is close and speaks no TLS: there it takes no time.
    fn is_cold(&self) -> bool {
        let last = self.inner.graph_answered.lock().unwrap_or_else(PoisonError::into_inner);
        self.cloud != Cloud::Emulator && last.get(&self.cloud).is_none_or(|at| at.elapsed() > WARM)
    }

    /// Replaces a token that Graph does not accept (any more). False if it was renewed already or can't be.
    pub(crate) async fn renew(&self, used: &Arc<AppToken>) -> Result<bool, GraphError> {
        let mut held = self.token.lock().await;
        if !Arc::ptr_eq(&held.0, used) {
            return Ok(true);
        }
        let (Some(credentials), false) = (self.credentials, held.1) else { return Ok(false) };
        tracing::info!("the token is not accepted any more, asking for a new one");
        let token = token::of_tenant(self.inner, self.cloud, self.tenant, credentials, self.deadline).await?;
        *held = (Arc::new(token), true);
        Ok(true)
    }

    /// The token that the next call would carry.
    pub(crate) async fn current_token(&self) -> Arc<AppToken> {
        Arc::clone(&self.token.lock().await.0)
    }

    /// GET of one object.
    pub(crate) async fn get(&self, endpoint: &'static Endpoint, query: &str) -> Result<Value, GraphError> {
        debug_assert!(endpoint.service != Service::Entra, "sign-in has no session");
        self.call(endpoint, Ask::Get(self.address(endpoint, "", query))).await
    }
}
