//! How often and how long a call is tried again.
//!
//! Invariants: never more than `max_tries`; never past the deadline; a server's `Retry-After` is a lower bound of the
//! pause, and where it reaches past the deadline nobody waits for it.

use crate::{config::GraphConfig, http::Failure};
use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use std::time::Duration;
use tokio::time::Instant;

/// The longest pause of our own; a server may ask for a longer one.
const LONGEST_PAUSE: Duration = Duration::from_secs(16);

/// The tries of one call.
pub(crate) struct Retry {
    pauses: ExponentialBackoff,
    deadline: Instant,
    pub(crate) tries: u32,
    pub(crate) throttled: u32,
}

impl Retry {
    pub(crate) fn new(config: &GraphConfig, deadline: Instant) -> Self {
        let pauses = ExponentialBuilder::new()
            .with_min_delay(config.retry_pause)
            .with_max_delay(LONGEST_PAUSE)
            .with_max_times(config.max_tries.saturating_sub(1) as usize)
            .with_jitter()
            .build();
        Self { pauses, deadline, tries: 0, throttled: 0 }
    }

    /// Time that one more try may take.
    pub(crate) fn time(&self, config: &GraphConfig) -> Duration {
        config.request_timeout.min(self.deadline.saturating_duration_since(Instant::now()))
    }

    /// Uses up one try without a pause; false if none is left.
    pub(crate) fn again(&mut self) -> bool {
        self.pauses.next().is_some()
    }

    /// Waits before the next try, or hands the failure back where there is none. `least` is the shortest pause after
    /// throttling. `on_pause` hears of the pause before it begins.
    pub(crate) async fn pause(
        &mut self,
        failure: Failure,
        least: Duration,
        on_pause: impl FnOnce(Duration),
    ) -> Result<(), Failure> {
        let asked = match &failure {
            Failure::Throttled { retry_after, .. } => {
                self.throttled += 1;
                Some(retry_after.unwrap_or(least))
            }
            Failure::Transient { retry_after, .. } => *retry_after,
            _ => return Err(failure),
        };
        let Some(own) = self.pauses.next() else { return Err(failure) };
        let pause = own.max(asked.unwrap_or_default());
        let Some(end) = Instant::now().checked_add(pause).filter(|end| *end < self.deadline) else {
            return Err(failure);
        };
        if matches!(failure, Failure::Throttled { .. }) {
            on_pause(pause);
        }
        tokio::time::sleep_until(end).await;
        Ok(())
    }
}
