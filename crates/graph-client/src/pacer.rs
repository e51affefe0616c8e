//! What all calls on one tenant in this process share: the pace on Conditional Access paths and a bound on calls at
//! once.
//!
//! Invariant: two paced calls of one tenant never start closer together than the interval, however many imports of
//! it run side by side.

use crate::config::GraphConfig;
use policytab_domain::{cloud::Cloud, ids::EntraTenantId};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{MutexGuard, Semaphore},
    time::Instant,
};

/// Added to the interval: the service counts arrivals, not departures, and the network may bring two of them closer
/// together than they left.
const JITTER: Duration = Duration::from_millis(40);
/// An answer that takes longer than this may be one to a call that came late, for want of a free core or line. The next
/// call then waits for as much longer, so that both don't come within one interval.
const PROMPT: Duration = Duration::from_millis(190);
/// From this many tenants on, idle ones are forgotten.
const SWEEP_AT: usize = 1024;

/// The limits of one tenant.
pub(crate) struct TenantLimits {
    interval: Duration,
    /// When the next paced call may start. Held locked by the one that waits for its turn; the queue is fair.
    next: tokio::sync::Mutex<Instant>,
    /// Until when nobody may start, after the service asked to slow down.
    held_until: Mutex<Instant>,
    /// Calls at once.
    pub(crate) permits: Semaphore,
}

/// The right to start one paced call now.
pub(crate) struct Turn<'a> {
    limits: &'a TenantLimits,
    guard: Option<MutexGuard<'a, Instant>>,
    interval: Duration,
}

impl Turn<'_> {
    /// The call was answered: counts from here for a turn that was kept (see [`TenantLimits::turn`]), and holds the next
    /// call back where the answer took long.
    pub(crate) fn answered(mut self) {
        match self.guard.as_deref_mut() {
            Some(next) => *next = Instant::now() + self.interval,
            None => self.limits.hold(self.interval.saturating_sub(PROMPT)),
        }
    }
}

impl TenantLimits {
    fn new(config: &GraphConfig) -> Self {
        let now = Instant::now();
        Self {
            interval: config.ca_interval,
            next: tokio::sync::Mutex::new(now),
            held_until: Mutex::new(now),
            permits: Semaphore::new(config.concurrency_per_tenant),
        }
    }

    /// Waits for the turn of a paced call. `cold` says that the connection must be made first, which delays the
    /// arrival of this call but not of the next one: then the turn is kept until the answer, and the interval counts
    /// from there.
    pub(crate) async fn turn(&self, cold: bool) -> Turn<'_> {
        let mut next = self.next.lock().await;
        loop {
            let held = *self.held_until.lock().unwrap_or_else(PoisonError::into_inner);
            let start = (*next).max(held);
            if start <= Instant::now() {
                break;
            }
            tokio::time::sleep_until(start).await;
        }
        let interval = if self.interval.is_zero() { Duration::ZERO } else { self.interval + JITTER };
        *next = Instant::now() + interval;
        Turn { limits: self, guard: cold.then_some(next), interval }
    }

    /// Lets no paced call of the tenant start for a while.
    pub(crate) fn hold(&self, pause: Duration) {
        let mut held = self.held_until.lock().unwrap_or_else(PoisonError::into_inner);
        *held = (*held).max(Instant::now() + pause);
    }

    fn is_idle(&self) -> bool {
        self.next.try_lock().is_ok_and(|next| *next < Instant::now())
            && *self.held_until.lock().unwrap_or_else(PoisonError::into_inner) < Instant::now()
    }
}

/// The limits of every tenant that was lately called.
#[derive(Default)]
pub(crate) struct Tenants(Mutex<HashMap<(Cloud, EntraTenantId), Arc<TenantLimits>>>);

impl Tenants {
    pub(crate) fn of(&self, cloud: Cloud, tenant: EntraTenantId, config: &GraphConfig) -> Arc<TenantLimits> {
        let mut tenants = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tenants.len() >= SWEEP_AT {
            tenants.retain(|_, limits| Arc::strong_count(limits) > 1 || !limits.is_idle());
        }
        Arc::clone(tenants.entry((cloud, tenant)).or_insert_with(|| Arc::new(TenantLimits::new(config))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(milliseconds: u64) -> TenantLimits {
        let ca_interval = Duration::from_millis(milliseconds);
        TenantLimits::new(&GraphConfig { ca_interval, ..GraphConfig::default() })
    }

    #[tokio::test]
    async fn turns_are_an_interval_apart_and_a_hold_delays_them_all() {
        let limits = limits(40);
        let begun = Instant::now();
        drop(limits.turn(false).await);
        drop(limits.turn(false).await);
        assert!(begun.elapsed() >= Duration::from_millis(40));
        limits.hold(Duration::from_millis(150));
        let held = Instant::now();
        drop(limits.turn(false).await);
        assert!(held.elapsed() >= Duration::from_millis(149));
    }

    #[tokio::test]
    async fn a_cold_call_counts_from_its_answer() {
        let limits = limits(60);
        let turn = limits.turn(true).await;
        tokio::time::sleep(Duration::from_millis(30)).await;
        let answered = Instant::now();
        turn.answered();
        drop(limits.turn(false).await);
        assert!(answered.elapsed() >= Duration::from_millis(59));
    }

    #[tokio::test]
    async fn a_late_answer_holds_the_next_call_back() {
        let limits = limits(400);
        let turn = limits.turn(false).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        let answered = Instant::now();
        turn.answered();
        drop(limits.turn(false).await);
        assert!(answered.elapsed() >= Duration::from_millis(200), "{:?}", answered.elapsed());
    }

    #[test]
    fn idle_tenants_are_forgotten_and_busy_ones_kept() {
        let tenants = Tenants::default();
        let config = GraphConfig { ca_interval: Duration::ZERO, ..GraphConfig::default() };
        let id = |n: u128| EntraTenantId::from_uuid(uuid::Uuid::from_u128(n));
        let busy = tenants.of(Cloud::Global, id(0), &config);
        for n in 1..=(SWEEP_AT as u128 + 5) {
            tenants.of(Cloud::Global, id(n), &config);
        }
        assert!(tenants.0.lock().unwrap().len() < SWEEP_AT);
        assert!(Arc::ptr_eq(&busy, &tenants.of(Cloud::Global, id(0), &config)));
    }
}
