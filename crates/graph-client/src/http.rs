//! One HTTP call: sent, bounded, read, classified.
//!
//! Invariants: no redirect is followed; an answer is read up to a limit and in limited time; a success is JSON or it
//! is no success; bodies and credentials reach neither logs nor errors.

use crate::{
    GraphError, characters,
    config::{ConfigError, GraphConfig, Observer},
    endpoint::{Endpoint, Service},
    wire,
};
use policytab_domain::problem::{TokenReason, Upstream};
use reqwest::{
    Client, ClientBuilder, Method, RequestBuilder, Response, StatusCode,
    header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER},
};
use serde_json::Value;
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use url::Url;
use uuid::Uuid;

/// Why one try did not succeed.
#[derive(Debug, Clone)]
pub(crate) enum Failure {
    /// 401: the token is not (or no longer) good.
    Unauthorized { upstream: Box<Upstream> },
    /// Another 4xx: trying again changes nothing.
    Refused { upstream: Box<Upstream> },
    /// Too many requests, by whatever status.
    Throttled { retry_after: Option<Duration>, upstream: Box<Upstream> },
    /// May go better the next time.
    Transient { detail: &'static str, retry_after: Option<Duration>, upstream: Option<Box<Upstream>> },
    /// Not the protocol; the next time would be no different.
    Protocol { detail: &'static str, upstream: Option<Box<Upstream>> },
}

impl Failure {
    /// For [`Observer`] and spans.
    pub(crate) fn outcome(&self) -> &'static str {
        match self {
            Self::Refused { upstream } if upstream.status == Some(403) => "forbidden",
            Self::Unauthorized { .. } | Self::Refused { .. } => "refused",
            Self::Throttled { .. } => "throttled",
            Self::Transient { upstream: Some(up), .. } if up.status.is_some_and(|s| s >= 500) => {
                "server_error"
            }
            Self::Transient { upstream: None, .. } => "no_answer",
            Self::Transient { .. } | Self::Protocol { .. } => "invalid",
        }
    }

    /// The same in the product's words.
    pub(crate) fn into_error(self, endpoint: &'static Endpoint) -> GraphError {
        let what = endpoint.what;
        match self {
            Self::Refused { upstream } if upstream.status == Some(403) && is_permission(&upstream) => {
                GraphError::PermissionMissing { permission: endpoint.permission, what, upstream }
            }
            Self::Refused { upstream } => GraphError::Refused { what, upstream },
            // The app has no identity in the tenant: its enterprise application is gone or never was there.
            Self::Unauthorized { upstream } => {
                let gone = upstream.code.as_deref() == Some("Authorization_IdentityNotFound");
                let reason = if gone { TokenReason::AppNotFound } else { TokenReason::Other };
                GraphError::TokenFailed { reason, upstream }
            }
            Self::Throttled { retry_after, upstream } => {
                GraphError::Throttled { what, retry_after, upstream }
            }
            Self::Transient { detail, upstream, .. } | Self::Protocol { detail, upstream } => {
                GraphError::Unavailable { what, detail, upstream }
            }
        }
    }
}

/// A 403 tells of a missing permission, save the one code that tells of a missing licence.
fn is_permission(upstream: &Upstream) -> bool {
    upstream.code.as_deref() != Some("Authentication_RequestFromNonPremiumTenantOrB2CTenant")
}

/// Classifies an answer by its status; `Ok` for a success. Shared by plain answers and those inside a `$batch`.
pub(crate) fn classify(
    status: u16,
    retry_after: Option<Duration>,
    upstream: Box<Upstream>,
) -> Result<Box<Upstream>, Failure> {
    let entra_throttle = matches!(upstream.aadsts, Some(90055 | 50196));
    match status {
        200..=299 => Ok(upstream),
        429 => Err(Failure::Throttled { retry_after, upstream }),
        _ if entra_throttle => Err(Failure::Throttled { retry_after, upstream }),
        _ if upstream.code.as_deref() == Some("temporarily_unavailable") => {
            let detail = "the service is unavailable for the moment";
            Err(Failure::Transient { detail, retry_after, upstream: Some(upstream) })
        }
        300..=399 => Err(Failure::Protocol { detail: "the answer is a redirect", upstream: Some(upstream) }),
        // The server tired of waiting on a connection that was kept and is just being used again (RFC 9110, 15.5.9).
        408 => {
            let detail = "the service did not wait for the request";
            Err(Failure::Transient { detail, retry_after, upstream: Some(upstream) })
        }
        401 if upstream.service == "graph" => Err(Failure::Unauthorized { upstream }),
        400..=499 => Err(Failure::Refused { upstream }),
        _ => Err(Failure::Transient { detail: "the service failed", retry_after, upstream: Some(upstream) }),
    }
}

/// The HTTP client with its limits.
pub(crate) struct Http {
    live: Clients,
    emulator: Option<Clients>,
    max_answer: usize,
    observer: Option<Arc<dyn Observer>>,
}

/// One for all requests, and one whose connections end with the answer: the buffers of a connection that is kept would
/// hold a client secret until another request takes its place.
struct Clients {
    pooled: Client,
    once: Client,
}

impl Clients {
    fn new(builder: impl Fn() -> ClientBuilder) -> Result<Self, ConfigError> {
        Ok(Self { pooled: builder().build()?, once: builder().pool_max_idle_per_host(0).build()? })
    }
}

impl Http {
    pub(crate) fn new(config: &GraphConfig) -> Result<Self, ConfigError> {
        let builder = || {
            Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .connect_timeout(config.connect_timeout)
                .user_agent(concat!("policytab/", env!("CARGO_PKG_VERSION")))
                .referer(false)
        };
        let emulator = match &config.emulator {
            Some(_) => Some(Clients::new(|| builder().no_proxy())?),
            None => None,
        };
        Ok(Self {
            live: Clients::new(|| builder().https_only(true))?,
            emulator,
            max_answer: config.max_answer_bytes,
            observer: config.observer.clone(),
        })
    }

    /// A request to one of the table's hosts. Plain HTTP reaches only the emulator: the live client refuses it.
    pub(crate) fn request(&self, method: Method, url: Url, to_emulator: bool) -> RequestBuilder {
        request(&self.clients(to_emulator).pooled, method, url)
    }

    /// The same for a request that brings a secret along: its connection is not used again.
    pub(crate) fn secret_request(&self, method: Method, url: Url, to_emulator: bool) -> RequestBuilder {
        request(&self.clients(to_emulator).once, method, url)
    }

    fn clients(&self, to_emulator: bool) -> &Clients {
        let emulator = if to_emulator { self.emulator.as_ref() } else { None };
        emulator.unwrap_or(&self.live)
    }

    /// Sends it once. `budget` is what may still be read for the whole operation, in bytes.
    pub(crate) async fn send(
        &self,
        endpoint: &'static Endpoint,
        request: RequestBuilder,
        time: Duration,
        budget: &AtomicUsize,
    ) -> Result<Value, Failure> {
        let begun = Instant::now();
        let result = match tokio::time::timeout(time, self.exchange(endpoint, request, budget)).await {
            Ok(result) => result,
            Err(_) => {
                Err(Failure::Transient { detail: "no answer in time", retry_after: None, upstream: None })
            }
        };
        let outcome = result.as_ref().err().map_or("ok", Failure::outcome);
        let seconds = begun.elapsed().as_secs_f64();
        if let Some(observer) = &self.observer {
            observer.call(endpoint.name, outcome, seconds);
        }
        tracing::debug!(endpoint = endpoint.name, outcome, seconds, "called");
        result
    }

    async fn exchange(
        &self,
        endpoint: &'static Endpoint,
        request: RequestBuilder,
        budget: &AtomicUsize,
    ) -> Result<Value, Failure> {
        // The error's own text would name the address, which holds ids but no secret; what matters is told in ours.
        let response = request.send().await.map_err(|error| Failure::Transient {
            detail: if error.is_connect() { "no connection" } else { "the connection broke" },
            retry_after: None,
            upstream: None,
        })?;
        let (status, headers) = (response.status(), response.headers().clone());
        let json = is_json(&headers);
        let body = match self.read(response, budget).await {
            Ok(mut body) => {
                characters::mend(&mut body);
                body
            }
            Err(failure) => return Err(failure.of(endpoint.service, status, &headers)),
        };
        let parsed = if json { serde_json::from_slice::<Value>(&body) } else { Ok(Value::Null) };
        let upstream = describe(endpoint.service, status, &headers, parsed.as_ref().ok());
        let wait = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let upstream = classify(status.as_u16(), wire::retry_after(wait), upstream)?;
        let invalid = |detail| Failure::Transient { detail, retry_after: None, upstream: Some(upstream) };
        match parsed {
            _ if !json => Err(invalid("the answer is not JSON")),
            Err(_) => Err(invalid("the answer's JSON is broken")),
            Ok(value) => Ok(value),
        }
    }

    async fn read(&self, mut response: Response, budget: &AtomicUsize) -> Result<Vec<u8>, Unread> {
        let declared = response.content_length().unwrap_or(0);
        if declared > self.max_answer as u64 {
            return Err(Unread::TooLarge);
        }
        let mut body = Vec::with_capacity((declared as usize).min(64 << 10));
        while let Some(chunk) = response.chunk().await.map_err(|_| Unread::Broken)? {
            let left = budget
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(chunk.len()));
            if left.is_err() || body.len() + chunk.len() > self.max_answer {
                return Err(Unread::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

fn request(client: &Client, method: Method, url: Url) -> RequestBuilder {
    client
        .request(method, url)
        .header("accept", "application/json")
        .header("client-request-id", Uuid::new_v4().to_string())
}

/// Why a body could not be read.
enum Unread {
    TooLarge,
    Broken,
}

impl Unread {
    fn of(self, service: Service, status: StatusCode, headers: &HeaderMap) -> Failure {
        let upstream = Some(describe(service, status, headers, None));
        match self {
            Self::TooLarge => Failure::Protocol { detail: "the answer is too large", upstream },
            Self::Broken => {
                Failure::Transient { detail: "the answer broke off", retry_after: None, upstream }
            }
        }
    }
}

fn describe(
    service: Service,
    status: StatusCode,
    headers: &HeaderMap,
    body: Option<&Value>,
) -> Box<Upstream> {
    match service {
        Service::Entra => wire::entra(status, headers, body),
        Service::V1 | Service::Beta => wire::graph(status.as_u16(), Some(headers), body),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}
