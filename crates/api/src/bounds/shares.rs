//! What is counted for each caller, so that none takes what is there for all.

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

/// How much each caller holds. Who holds nothing is not in it.
#[derive(Debug)]
pub(super) struct Shares {
    counts: Counts,
    limit: usize,
    refused: AtomicU64,
}

/// A part of a caller's share, given back when it is dropped.
#[derive(Debug)]
pub struct Share {
    counts: Counts,
    caller: String,
}

impl Shares {
    pub(super) fn new(limit: usize) -> Self {
        Self { counts: Counts::default(), limit, refused: AtomicU64::new(0) }
    }

    /// One more for this caller, or 429 with this detail.
    pub(super) fn take(&self, caller: &str, detail: &str) -> Result<Share, ApiError> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(caller.to_owned()).or_default();
        if *count >= self.limit {
            self.refused.fetch_add(1, Ordering::Relaxed);
            let mut problem = Problem::new(ProblemCode::RateLimited, detail);
            problem.retry_after = Some(RETRY_AFTER);
            return Err(problem.into());
        }
        *count += 1;
        Ok(Share { counts: Arc::clone(&self.counts), caller: caller.to_owned() })
    }

    #[cfg(test)]
    pub(super) fn callers(&self) -> usize {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// The fullest caller's.
    pub(super) fn level(&self, name: &'static str) -> Level {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let used = counts.values().copied().max().unwrap_or_default();
        Level { name, used, limit: self.limit, refused: self.refused.load(Ordering::Relaxed) }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.caller) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.caller);
            }
        }
    }
}

/// A stream's place, given back when it is dropped.
#[derive(Debug)]
pub struct StreamPlace {
    _own: Share,
    _all: OwnedSemaphorePermit,
}

impl StreamPlace {
    pub(super) fn new(own: Share, all: OwnedSemaphorePermit) -> Self {
        Self { _own: own, _all: all }
    }
}
