//! How often one caller may ask: by network address before anything else, and by person or token once it is known which.
//!
//! Generic cell rate, in memory: each node counts for itself, so that a fleet allows as many times more. What protects
//! passwords is counted in PostgreSQL for all nodes, see `policytab_app::sessions`.

use crate::{auth::extract::client_ip, config::Config, problem::ApiError, state::State};
use actix_web::{
    Error,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
    web,
};
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
};
use policytab_app::{Actor, guesses::network};
use policytab_domain::{
    ids::MspId,
    problem::{Problem, ProblemCode},
};
use std::{
    fmt,
    hash::Hash,
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering},
};

/// Seconds whose requests may come at once.
const BURST_SECONDS: u32 = 10;

/// After so many requests those who have not asked for long are forgotten: memory stays bounded by who asks now.
const SWEEP_EVERY: u32 = 10_000;

/// One kind of callers; `None` where they are not limited.
struct Limit<K: Clone + Eq + Hash> {
    limiter: Option<DefaultKeyedRateLimiter<K>>,
    asked: AtomicU32,
}

impl<K: Clone + Eq + Hash> Limit<K> {
    fn new(per_second: u32) -> Self {
        let limiter = NonZeroU32::new(per_second).map(|rate| {
            let burst = rate.saturating_mul(NonZeroU32::MIN.saturating_add(BURST_SECONDS - 1));
            RateLimiter::keyed(Quota::per_second(rate).allow_burst(burst))
        });
        Self { limiter, asked: AtomicU32::new(0) }
    }

    fn check(&self, key: &K) -> Result<(), ApiError> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        if self.asked.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
        limiter.check_key(key).map_err(|wait| {
            let mut problem = Problem::new(ProblemCode::RateLimited, "You are asking too often.");
            problem.retry_after = Some(wait.wait_time_from(DefaultClock::default().now()).as_secs() + 1);
            problem.into()
        })
    }
}

/// All limits of a node.
pub struct Limits {
    addresses: Limit<String>,
    callers: Limit<(MspId, String)>,
}

impl fmt::Debug for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limits").finish_non_exhaustive()
    }
}

impl Limits {
    /// As configured.
    pub fn new(config: &Config) -> Self {
        Self { addresses: Limit::new(config.rate_per_address), callers: Limit::new(config.rate_per_caller) }
    }

    /// Counts a request of a caller who is known.
    ///
    /// # Errors
    /// `rate_limited`, with the time to wait.
    pub fn caller(&self, actor: &Actor) -> Result<(), ApiError> {
        if self.callers.limiter.is_none() {
            return Ok(());
        }
        self.callers.check(&(actor.scope.msp_id(), actor.id.clone()))
    }
}

/// Counts requests to the API by network address. Pages, health and metrics are free.
pub async fn by_address(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if request.path().starts_with("/api/")
        && let Some(state) = request.app_data::<web::Data<State>>()
        && state.limits.addresses.limiter.is_some()
        && let Some(ip) = client_ip(request.request(), &state.config.proxies)
        && let Err(refused) = state.limits.addresses.check(&network(&ip))
    {
        // As an answer, not as an error: what is around this renders it and sets the headers that all answers have.
        return Ok(request.error_response(refused));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}
