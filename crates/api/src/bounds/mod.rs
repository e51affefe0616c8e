//! Bounds on what is under way, so that a server past its capacity refuses at once instead of piling up.
//!
//! Whatever is refused is told the same way: 503 `unavailable` with the reason `overloaded` and `Retry-After` (a
//! single caller who takes more than a fair share: 429 `rate_limited`). Health, readiness and metrics are outside of all
//! this: see [`crate::http::bounded`].

mod config;
mod place;
mod shares;

pub use config::BoundsConfig;
pub use place::Place;
pub use shares::{Share, StreamPlace};

use crate::problem::ApiError;
use policytab_app::App;
use policytab_domain::{
    ids::MspId,
    problem::{Problem, ProblemCode},
};
use shares::Shares;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The reason of a refusal for want of capacity.
pub use policytab_app::error::OVERLOADED;

/// Seconds that a refused caller is asked to wait.
const RETRY_AFTER: u64 = 1;

/// A bounded number of something, and how often more was asked for.
#[derive(Debug)]
struct Bound {
    free: Arc<Semaphore>,
    limit: usize,
    refused: AtomicU64,
}

impl Bound {
    fn new(limit: usize) -> Self {
        let limit = limit.min(Semaphore::MAX_PERMITS);
        Self { free: Arc::new(Semaphore::new(limit)), limit, refused: AtomicU64::new(0) }
    }

    fn take(&self, count: u32) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.free).try_acquire_many_owned(count).ok()
    }

    fn refuse(&self, detail: &str) -> ApiError {
        self.refused.fetch_add(1, Ordering::Relaxed);
        overloaded(detail)
    }

    fn level(&self, name: &'static str) -> Level {
        Level {
            name,
            used: self.limit - self.free.available_permits(),
            limit: self.limit,
            refused: self.refused.load(Ordering::Relaxed),
        }
    }
}

fn overloaded(detail: &str) -> ApiError {
    let mut problem = Problem::new(ProblemCode::Unavailable, detail).reason(OVERLOADED);
    problem.retry_after = Some(RETRY_AFTER);
    problem.into()
}

/// How full a bound is, for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// Its name in metrics.
    pub name: &'static str,
    /// Taken now.
    pub used: usize,
    /// The most that can be taken.
    pub limit: usize,
    /// How often more was asked for since the process began.
    pub refused: u64,
}

/// All of this process' bounds on its callers.
#[derive(Debug)]
pub struct Bounds {
    requests: Bound,
    waiting: Bound,
    patience: Duration,
    bodies: Bound,
    body_time: Duration,
    streams: Bound,
    per_actor: Shares,
    per_msp: Shares,
    recheck: Duration,
}

impl Bounds {
    /// Empty, with these limits.
    pub fn new(config: &BoundsConfig) -> Self {
        Self {
            requests: Bound::new(config.requests),
            waiting: Bound::new(config.waiting),
            patience: config.patience,
            bodies: Bound::new(config.body_bytes),
            body_time: config.body_time,
            streams: Bound::new(config.streams),
            per_actor: Shares::new(config.streams_per_actor),
            per_msp: Shares::new(config.requests_per_msp),
            recheck: config.recheck,
        }
    }

    /// A place among the requests that are worked on: at once, or after a short wait where places for that are left.
    ///
    /// # Errors
    /// 503 when neither is to be had.
    pub async fn enter(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        if let Some(place) = self.requests.take(1) {
            return Ok(place);
        }
        let detail = "More requests came in than this server can work on.";
        let Some(_waiting) = self.waiting.take(1) else { return Err(self.requests.refuse(detail)) };
        let turn = Arc::clone(&self.requests.free).acquire_owned();
        match tokio::time::timeout(self.patience, turn).await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) | Err(_) => Err(self.requests.refuse(detail)),
        }
    }

    /// Memory for so many bytes of a body.
    ///
    /// # Errors
    /// 503 when the bodies that are held already leave no room.
    pub fn body(&self, bytes: usize) -> Result<OwnedSemaphorePermit, ApiError> {
        let room = u32::try_from(bytes).ok().and_then(|count| self.bodies.take(count));
        room.ok_or_else(|| self.bodies.refuse("Too many large requests are under way."))
    }

    /// Time for a whole body to arrive.
    pub fn body_time(&self) -> Duration {
        self.body_time
    }

    /// How often a stream's reader is looked at again.
    pub fn recheck(&self) -> Duration {
        self.recheck
    }

    /// A place for a stream of this actor.
    ///
    /// # Errors
    /// 429 when the actor holds too many, 503 when all hold too many.
    pub fn stream(&self, actor: &str) -> Result<StreamPlace, ApiError> {
        let own = self.per_actor.take(actor, "You have too many event streams open; close one.")?;
        let all =
            self.streams.take(1).ok_or_else(|| self.streams.refuse("Too many event streams are open."))?;
        Ok(StreamPlace::new(own, all))
    }

    /// A part of an MSP's share of the requests that are worked on.
    ///
    /// # Errors
    /// 429 when the MSP has used it up.
    pub fn share(&self, msp: MspId) -> Result<Share, ApiError> {
        self.per_msp.take(&msp.to_string(), "Too many requests of your workspace are under way.")
    }

    /// How full everything is, the database's and the passwords' bounds included.
    pub fn levels(&self, app: &App) -> Vec<Level> {
        let (pool, passwords) = (app.store.waiting(), app.passwords.waiting());
        vec![
            self.requests.level("requests"),
            self.waiting.level("requests_waiting"),
            self.per_msp.level("requests_per_msp"),
            self.bodies.level("body_bytes"),
            self.streams.level("event_streams"),
            self.per_actor.level("event_streams_per_actor"),
            Level { name: "database_waiting", used: pool.used, limit: pool.limit, refused: pool.refused },
            Level {
                name: "passwords_waiting",
                used: passwords.used,
                limit: passwords.limit,
                refused: passwords.refused,
            },
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(requests: usize, waiting: usize) -> Bounds {
        let mut config = BoundsConfig::default();
        (config.requests, config.waiting) = (requests, waiting);
        config.patience = Duration::from_millis(50);
        (config.streams, config.streams_per_actor, config.body_bytes) = (3, 2, 100);
        Bounds::new(&config)
    }

    #[tokio::test]
    async fn a_place_that_is_given_back_goes_to_who_waits_and_the_next_one_is_refused_at_once() {
        let bounds = bounds(1, 1);
        let first = bounds.enter().await.unwrap();
        let (second, third, ()) = tokio::join!(bounds.enter(), bounds.enter(), async { drop(first) });
        assert!(second.is_ok());
        let refused = third.unwrap_err().problem;
        assert_eq!((refused.code, refused.retry_after), (ProblemCode::Unavailable, Some(1)));
        assert_eq!(refused.reason.as_deref(), Some(OVERLOADED));
        // Nobody gives a place back: who waits is refused in the end.
        assert!(bounds.enter().await.is_err());
        assert_eq!(bounds.requests.level("requests").refused, 2);
        drop(second);
        assert!(bounds.enter().await.is_ok());
    }

    #[test]
    fn streams_are_bounded_for_one_and_for_all_and_given_back() {
        let bounds = bounds(1, 1);
        let one = bounds.stream("one").unwrap();
        let _also = bounds.stream("one").unwrap();
        assert_eq!(bounds.stream("one").unwrap_err().problem.code, ProblemCode::RateLimited);
        let _other = bounds.stream("two").unwrap();
        assert_eq!(bounds.stream("three").unwrap_err().problem.code, ProblemCode::Unavailable);
        drop(one);
        assert!(bounds.stream("one").is_ok());
        assert_eq!(bounds.per_actor.level("x").used, 1, "the fullest");
        assert_eq!(bounds.per_actor.callers(), 2, "nothing is kept of who left");
    }

    #[test]
    fn bodies_share_a_budget() {
        let bounds = bounds(1, 1);
        let held = bounds.body(80).unwrap();
        assert!(bounds.body(21).is_err());
        drop(held);
        assert!(bounds.body(100).is_ok());
    }
}
