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
/// From this many tenants on, idle ones are forgotten.
const SWEEP_AT: usize = 1024;

/// The limits of one tenant.
pub(crate) struct TenantLimits {
    interval: Duration,
    /// When the next paced call may start. Held locked by the one that waits for its turn; the queue is fair.
    next: tokio::sync::Mutex<Instant>,
    /// Until when nobody may start, after the service asked to slow down.
    held_until: Mutex<Instant>,
    fastest: Fastest,
    /// Calls at once.
    pub(crate) permits: Semaphore,
}

/// The fastest answer of each paced endpoint of a cloud so far. An answer that takes longer may be one to a call that came
/// as much later, for want of a free core or line; the next call is then held back, so that both don't come within one
/// interval.
type Fastest = Arc<Mutex<HashMap<&'static str, Duration>>>;

/// The right to start one paced call now.
pub(crate) struct Turn<'a> {
    limits: &'a TenantLimits,
    guard: Option<MutexGuard<'a, Instant>>,
    interval: Duration,
    begun: Instant,
}

impl Turn<'_> {
    /// The call was answered: counts from here for a turn that was kept (see [`TenantLimits::turn`]), and holds the next
    /// call back as much as the answer took longer than the fastest one of its endpoint. Until one is known the call may
    /// have arrived at any moment before its answer.
    pub(crate) fn answered(self, endpoint: &'static str, well: bool) {
        let took = self.begun.elapsed();
        self.answered_after(took, endpoint, well);
    }

    fn answered_after(mut self, took: Duration, endpoint: &'static str, well: bool) {
        let mut fastest = self.limits.fastest.lock().unwrap_or_else(PoisonError::into_inner);
        let at_least = fastest.get(endpoint).copied().unwrap_or_default();
        if well && (at_least.is_zero() || took < at_least) {
            fastest.insert(endpoint, took);
        }
        drop(fastest);
        match self.guard.as_deref_mut() {
            Some(next) => *next = Instant::now() + self.interval,
            None => self.limits.hold_until(self.begun + self.interval + took.saturating_sub(at_least)),
        }
    }
}

impl TenantLimits {
    fn new(config: &GraphConfig, fastest: Fastest) -> Self {
        let now = Instant::now();
        Self {
            interval: config.ca_interval,
            next: tokio::sync::Mutex::new(now),
            held_until: Mutex::new(now),
            fastest,
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
        Turn { limits: self, guard: cold.then_some(next), interval, begun: Instant::now() }
    }

    /// Lets no paced call of the tenant start for a while.
    pub(crate) fn hold(&self, pause: Duration) {
        self.hold_until(Instant::now() + pause);
    }

    fn hold_until(&self, until: Instant) {
        let mut held = self.held_until.lock().unwrap_or_else(PoisonError::into_inner);
        *held = (*held).max(until);
    }

    fn is_idle(&self) -> bool {
        self.next.try_lock().is_ok_and(|next| *next < Instant::now())
            && *self.held_until.lock().unwrap_or_else(PoisonError::into_inner) < Instant::now()
    }
}

/// The limits of every tenant that was lately called.
#[derive(Default)]
pub(crate) struct Tenants {
    limits: Mutex<HashMap<(Cloud, EntraTenantId), Arc<TenantLimits>>>,
    fastest: Mutex<HashMap<Cloud, Fastest>>,
}

impl Tenants {
    pub(crate) fn of(&self, cloud: Cloud, tenant: EntraTenantId, config: &GraphConfig) -> Arc<TenantLimits> {
        let mut tenants = self.limits.lock().unwrap_or_else(PoisonError::into_inner);
        if tenants.len() >= SWEEP_AT {
            tenants.retain(|_, limits| Arc::strong_count(limits) > 1 || !limits.is_idle());
        }
        let known = tenants.entry((cloud, tenant)).or_insert_with(|| {
            let mut fastest = self.fastest.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::new(TenantLimits::new(config, Arc::clone(fastest.entry(cloud).or_default())))
        });
        Arc::clone(known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(milliseconds: u64) -> TenantLimits {
        let ca_interval = Duration::from_millis(milliseconds);
        TenantLimits::new(&GraphConfig { ca_interval, ..GraphConfig::default() }, Fastest::default())
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
        turn.answered("policies", true);
        drop(limits.turn(false).await);
        assert!(answered.elapsed() >= Duration::from_millis(59));
    }

    #[tokio::test]
    async fn a_late_answer_holds_the_next_call_back_by_as_much_as_it_was_late() {
        let config = GraphConfig { ca_interval: Duration::from_millis(400), ..GraphConfig::default() };
        let fastest = Fastest::default();
        // What the next call of the same tenant waits for, counted from the departure of one that took so long.
        let held = async |took, well| {
            let limits = TenantLimits::new(&config, Arc::clone(&fastest));
            let turn = limits.turn(false).await;
            let begun = turn.begun;
            turn.answered_after(Duration::from_millis(took), "policies", well);
            let until = *limits.held_until.lock().unwrap();
            (until - begun).as_millis()
        };
        assert_eq!(
            held(100, true).await,
            440 + 100,
            "nothing is known: it may have come just before its answer"
        );
        assert_eq!(held(100, true).await, 440);
        assert_eq!(held(170, true).await, 440 + 70);
        assert_eq!(held(20, false).await, 440, "what is refused is answered faster, and teaches nothing");
        assert_eq!(held(170, true).await, 440 + 70);
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
        assert!(tenants.limits.lock().unwrap().len() < SWEEP_AT);
        assert!(Arc::ptr_eq(&busy, &tenants.of(Cloud::Global, id(0), &config)));
    }
}
