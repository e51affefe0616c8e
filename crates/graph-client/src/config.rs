//! What a deployment sets, with defaults that are right for the live service.

use std::{fmt, sync::Arc, time::Duration};
use url::Url;

/// Sees every HTTP call that the client makes; what metrics are fed from.
pub trait Observer: Send + Sync {
    /// One call has ended. `endpoint` is a template without ids. `outcome` is one of `ok`, `throttled`, `forbidden`,
    /// `refused` (another 4xx), `server_error`, `no_answer` (connection, time), `invalid` (not the protocol).
    fn call(&self, endpoint: &'static str, outcome: &'static str, seconds: f64);
}

/// Settings of a [`GraphClient`](crate::GraphClient).
#[derive(Clone)]
pub struct GraphConfig {
    /// The one origin at which the emulator plays both sign-in and Graph; `Some` only where the deployment enables
    /// the `emulator` cloud. The only origin that may be plain HTTP.
    pub emulator: Option<Url>,
    /// Least time between the starts of two calls on policies and named locations of one tenant.
    pub ca_interval: Duration,
    /// Ask v1.0 too which policies it lists, so that those that only beta shows are marked. Costs one paced call.
    pub compare_versions: bool,
    /// Time to connect.
    pub connect_timeout: Duration,
    /// Time for one call, answer read to its end.
    pub request_timeout: Duration,
    /// Time for one operation that a person waits for (everything but an import), its retries included.
    pub interactive_deadline: Duration,
    /// Time for a whole import, its retries included.
    pub import_deadline: Duration,
    /// Tries of one call, the first one included.
    pub max_tries: u32,
    /// The first pause between two tries; it doubles, with jitter.
    pub retry_pause: Duration,
    /// Calls under way at once for one tenant.
    pub concurrency_per_tenant: usize,
    /// Largest answer that is read, in bytes after decompression.
    pub max_answer_bytes: usize,
    /// Largest sum of all answers of one import, in bytes after decompression.
    pub max_import_bytes: usize,
    /// Feeds metrics.
    pub observer: Option<Arc<dyn Observer>>,
}

impl Default for GraphConfig {
    fn default() -> Self {
        Self {
            emulator: None,
            ca_interval: Duration::from_secs(1),
            compare_versions: true,
            connect_timeout: Duration::from_secs(5),
            request_timeout: Duration::from_secs(20),
            interactive_deadline: Duration::from_secs(30),
            import_deadline: Duration::from_secs(120),
            max_tries: 5,
            retry_pause: Duration::from_millis(500),
            concurrency_per_tenant: 8,
            max_answer_bytes: 8 << 20,
            max_import_bytes: 64 << 20,
            observer: None,
        }
    }
}

impl fmt::Debug for GraphConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GraphConfig")
            .field("emulator", &self.emulator.as_ref().map(Url::as_str))
            .field("ca_interval", &self.ca_interval)
            .field("import_deadline", &self.import_deadline)
            .field("max_tries", &self.max_tries)
            .field("concurrency_per_tenant", &self.concurrency_per_tenant)
            .finish_non_exhaustive()
    }
}

/// A setting that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The emulator's address is no bare origin.
    #[error("the emulator's address must be an http or https origin without path, query or user")]
    Emulator,
    /// A count or a time is zero.
    #[error("{0} must not be zero")]
    Zero(&'static str),
    /// The HTTP client could not be made, for instance for want of root certificates.
    #[error("the HTTP client could not be made: {0}")]
    Http(#[from] reqwest::Error),
}

impl GraphConfig {
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        if let Some(url) = &self.emulator {
            let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
            let plain = url.username().is_empty() && url.password().is_none();
            if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !bare || !plain {
                return Err(ConfigError::Emulator);
            }
        }
        for (name, zero) in [
            ("max_tries", self.max_tries == 0),
            ("concurrency_per_tenant", self.concurrency_per_tenant == 0),
            ("request_timeout", self.request_timeout.is_zero()),
            ("import_deadline", self.import_deadline.is_zero()),
            ("interactive_deadline", self.interactive_deadline.is_zero()),
        ] {
            if zero {
                return Err(ConfigError::Zero(name));
            }
        }
        Ok(())
    }
}
