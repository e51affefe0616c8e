//! Streams of events, counted for each actor.

use super::{Level, RETRY_AFTER};
use crate::problem::ApiError;
use policytab_domain::problem::{Problem, ProblemCode};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::OwnedSemaphorePermit;

type Counts = Arc<Mutex<HashMap<String, usize>>>;

/// How many streams each actor holds. Who holds none is not in it.
#[derive(Debug)]
pub(super) struct PerActor {
    counts: Counts,
    limit: usize,
    refused: AtomicU64,
}

/// One of an actor's streams.
#[derive(Debug)]
pub(super) struct Own {
    counts: Counts,
    actor: String,
}

impl PerActor {
    pub(super) fn new(limit: usize) -> Self {
        Self { counts: Counts::default(), limit, refused: AtomicU64::new(0) }
    }

    pub(super) fn take(&self, actor: &str) -> Result<Own, ApiError> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(actor.to_owned()).or_default();
        if *count >= self.limit {
            self.refused.fetch_add(1, Ordering::Relaxed);
            let mut problem =
                Problem::new(ProblemCode::RateLimited, "You have too many event streams open; close one.");
            problem.retry_after = Some(RETRY_AFTER);
            return Err(problem.into());
        }
        *count += 1;
        Ok(Own { counts: Arc::clone(&self.counts), actor: actor.to_owned() })
    }

    /// The fullest actor's.
    pub(super) fn level(&self, name: &'static str) -> Level {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let used = counts.values().copied().max().unwrap_or_default();
        Level { name, used, limit: self.limit, refused: self.refused.load(Ordering::Relaxed) }
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.actor) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.actor);
            }
        }
    }
}

/// A stream's place, given back when it is dropped.
#[derive(Debug)]
pub struct StreamPlace {
    _own: Own,
    _all: OwnedSemaphorePermit,
}

impl StreamPlace {
    pub(super) fn new(own: Own, all: OwnedSemaphorePermit) -> Self {
        Self { _own: own, _all: all }
    }
}
