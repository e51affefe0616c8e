//! The bounds' settings.

use std::time::Duration;

/// How much may be under way. The defaults are those of the table of settings; a test holds them together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BoundsConfig {
    /// Connections to the HTTP server.
    pub connections: usize,
    /// Requests that are worked on.
    pub requests: usize,
    /// Of them, those of one MSP.
    pub requests_per_msp: usize,
    /// Requests that wait for their turn.
    pub waiting: usize,
    /// How long one waits.
    pub patience: Duration,
    /// Time for a request's head.
    pub head_time: Duration,
    /// Time that a connection is kept open between requests.
    pub idle_time: Duration,
    /// Size of a request's head, in bytes.
    pub head_bytes: usize,
    /// Time for a request's body.
    pub body_time: Duration,
    /// Memory for all bodies together, in bytes.
    pub body_bytes: usize,
    /// How long a reader may take nothing.
    pub reader_time: Duration,
    /// Streams of events.
    pub streams: usize,
    /// Streams of one user or token.
    pub streams_per_actor: usize,
    /// How often a stream's reader is looked at again.
    pub recheck: Duration,
    /// Requests that wait for a connection to the database.
    pub database_waiting: usize,
    /// Passwords that wait to be hashed.
    pub password_waiting: usize,
    /// How long a server that was told to stop goes on taking requests, not ready, so that others hear of it.
    pub drain: Duration,
}

impl Default for BoundsConfig {
    fn default() -> Self {
        Self {
            connections: 8192,
            requests: 256,
            requests_per_msp: 128,
            waiting: 256,
            patience: Duration::from_secs(1),
            head_time: Duration::from_secs(5),
            idle_time: Duration::from_secs(75),
            head_bytes: 16 * 1024,
            body_time: Duration::from_secs(30),
            body_bytes: 64 * 1024 * 1024,
            reader_time: Duration::from_secs(30),
            streams: 2000,
            streams_per_actor: 20,
            recheck: Duration::from_secs(30),
            database_waiting: 128,
            password_waiting: 32,
            drain: Duration::from_secs(2),
        }
    }
}
