//! A bounded number of waiters.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Places for those who wait for something scarce. Who finds none is better refused now than after a while.
#[derive(Debug, Clone)]
pub struct Queue(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    places: Semaphore,
    limit: usize,
    refused: AtomicU64,
}

/// How many wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Now.
    pub used: usize,
    /// At the most.
    pub limit: usize,
    /// Refused since the process began.
    pub refused: u64,
}

impl Queue {
    /// With this many places.
    pub fn new(limit: usize) -> Self {
        let limit = limit.min(Semaphore::MAX_PERMITS);
        Self(Arc::new(Inner { places: Semaphore::new(limit), limit, refused: AtomicU64::new(0) }))
    }

    /// A place until it is dropped; `None`, and counted, when there is none.
    pub fn enter(&self) -> Option<SemaphorePermit<'_>> {
        let place = self.0.places.try_acquire().ok();
        if place.is_none() {
            self.0.refused.fetch_add(1, Ordering::Relaxed);
        }
        place
    }

    /// How many wait.
    pub fn state(&self) -> Waiting {
        Waiting {
            used: self.0.limit - self.0.places.available_permits(),
            limit: self.0.limit,
            refused: self.0.refused.load(Ordering::Relaxed),
        }
    }
}
