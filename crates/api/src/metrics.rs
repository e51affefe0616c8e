//! Prometheus metrics: requests, Graph calls, imports by step, the job queue, expiring secrets, keys, how full every bound is.

use crate::{bounds::Level, wire::HeadsRefused};
use policytab_app::keys::KeyState;
use policytab_domain::import::ImportStep;
use prometheus::{
    Encoder as _, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
    TextEncoder,
};
use std::time::Duration;

/// All of this process' metrics.
#[derive(Clone)]
pub struct Metrics {
    registry: Registry,
    requests: HistogramVec,
    graph_calls: HistogramVec,
    import_steps: HistogramVec,
    imports: IntCounterVec,
    queue_depth: IntGauge,
    queue_age: IntGauge,
    bound_used: IntGaugeVec,
    bound_limit: IntGaugeVec,
    bound_refused: IntCounterVec,
    heads_refused: IntCounterVec,
    database_connections: IntGaugeVec,
    secrets_expiring: IntGaugeVec,
    key_ring: IntGaugeVec,
    database_up: IntGauge,
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Metrics {
    /// Registers everything.
    pub fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let seconds = |name: &str, help: &str, labels: &[&str]| {
            HistogramVec::new(HistogramOpts::new(name, help), labels)
        };
        let metrics = Self {
            requests: seconds(
                "policytab_http_request_seconds",
                "HTTP requests.",
                &["method", "route", "status"],
            )?,
            graph_calls: seconds(
                "policytab_graph_call_seconds",
                "Calls to Microsoft.",
                &["endpoint", "outcome"],
            )?,
            import_steps: seconds("policytab_import_step_seconds", "Steps of imports.", &["step"])?,
            imports: IntCounterVec::new(
                Opts::new("policytab_imports_total", "Ended imports."),
                &["outcome"],
            )?,
            queue_depth: IntGauge::new("policytab_job_queue_depth", "Jobs that wait or run.")?,
            queue_age: IntGauge::new("policytab_job_queue_age_seconds", "Age of the oldest waiting job.")?,
            bound_used: IntGaugeVec::new(
                Opts::new("policytab_bound_used", "How much of a bound is taken."),
                &["bound"],
            )?,
            bound_limit: IntGaugeVec::new(
                Opts::new("policytab_bound_limit", "The most that a bound lets be taken."),
                &["bound"],
            )?,
            bound_refused: IntCounterVec::new(
                Opts::new("policytab_bound_refused_total", "How often a bound was met and somebody refused."),
                &["bound"],
            )?,
            heads_refused: IntCounterVec::new(
                Opts::new(
                    "policytab_http_heads_refused_total",
                    "Heads of requests that took too long or grew too large, which are no requests yet.",
                ),
                &["why"],
            )?,
            database_connections: IntGaugeVec::new(
                Opts::new("policytab_database_connections", "Connections of the pool."),
                &["state"],
            )?,
            secrets_expiring: IntGaugeVec::new(
                Opts::new(
                    "policytab_client_secrets_expiring",
                    "Customers' client secrets that expire by then.",
                ),
                &["within"],
            )?,
            key_ring: IntGaugeVec::new(
                Opts::new("policytab_key_ring", "1 for what the master keys are good for."),
                &["state"],
            )?,
            database_up: IntGauge::new("policytab_database_up", "Whether the database answers.")?,
            registry,
        };
        let registry = &metrics.registry;
        registry.register(Box::new(metrics.requests.clone()))?;
        registry.register(Box::new(metrics.graph_calls.clone()))?;
        registry.register(Box::new(metrics.import_steps.clone()))?;
        registry.register(Box::new(metrics.imports.clone()))?;
        registry.register(Box::new(metrics.queue_depth.clone()))?;
        registry.register(Box::new(metrics.queue_age.clone()))?;
        registry.register(Box::new(metrics.bound_used.clone()))?;
        registry.register(Box::new(metrics.bound_limit.clone()))?;
        registry.register(Box::new(metrics.bound_refused.clone()))?;
        registry.register(Box::new(metrics.heads_refused.clone()))?;
        registry.register(Box::new(metrics.database_connections.clone()))?;
        registry.register(Box::new(metrics.secrets_expiring.clone()))?;
        registry.register(Box::new(metrics.key_ring.clone()))?;
        registry.register(Box::new(metrics.database_up.clone()))?;
        Ok(metrics)
    }

    /// Counts a request; `route` is its pattern, never the bare path.
    pub fn request(&self, method: &str, route: &str, status: u16, took: Duration) {
        self.requests.with_label_values(&[method, route, &status.to_string()]).observe(took.as_secs_f64());
    }

    /// Counts heads that are refused below HTTP.
    pub fn heads_refused(&self) -> HeadsRefused {
        let why = |why: &str| self.heads_refused.with_label_values(&[why]);
        HeadsRefused { late: why("late"), too_large: why("too_large") }
    }

    /// Counts a call to Microsoft.
    pub fn graph_call(&self, endpoint: &str, outcome: &str, seconds: f64) {
        self.graph_calls.with_label_values(&[endpoint, outcome]).observe(seconds);
    }

    /// What the queue looks like now.
    pub fn queue(&self, depth: i64, oldest_seconds: i64) {
        self.queue_depth.set(depth);
        self.queue_age.set(oldest_seconds);
    }

    /// How full the bounds are now.
    pub fn bounds(&self, levels: &[Level]) {
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        for level in levels {
            self.bound_used.with_label_values(&[level.name]).set(number(level.used));
            self.bound_limit.with_label_values(&[level.name]).set(number(level.limit));
            // Counted where it happens; here it only becomes visible.
            let seen = self.bound_refused.with_label_values(&[level.name]);
            seen.inc_by(level.refused.saturating_sub(seen.get()));
        }
    }

    /// The pool's connections: how many are open, and how many of these are idle.
    pub fn connections(&self, open: u32, idle: u32) {
        self.database_connections.with_label_values(&["busy"]).set(open.saturating_sub(idle).into());
        self.database_connections.with_label_values(&["idle"]).set(idle.into());
    }

    /// How many client secrets will have expired by then.
    pub fn secrets_expiring(&self, within: &str, count: i64) {
        self.secrets_expiring.with_label_values(&[within]).set(count);
    }

    /// What the master keys are good for.
    pub fn key_ring(&self, now: KeyState) {
        for state in [KeyState::Usable, KeyState::Degraded, KeyState::Unusable] {
            self.key_ring.with_label_values(&[state.as_str()]).set(i64::from(state == now));
        }
    }

    /// Whether the database answers.
    pub fn database(&self, up: bool) {
        self.database_up.set(i64::from(up));
    }

    /// The text that Prometheus scrapes.
    pub fn text(&self) -> String {
        let mut bytes = Vec::new();
        match TextEncoder::new().encode(&self.registry.gather(), &mut bytes) {
            Ok(()) => String::from_utf8(bytes).unwrap_or_default(),
            Err(error) => {
                tracing::error!(%error, "metrics can't be written");
                String::new()
            }
        }
    }
}

impl policytab_app::worker::Meter for Metrics {
    fn import_step(&self, step: ImportStep, seconds: f64) {
        self.import_steps.with_label_values(&[step.as_str()]).observe(seconds);
    }

    fn import_ended(&self, outcome: &'static str) {
        self.imports.with_label_values(&[outcome]).inc();
    }
}
