//! Starts and stops a private PostgreSQL cluster for development, demos and tests.
//!
//! Invariants:
//! - a cluster listens on 127.0.0.1 only, has no Unix socket, and every role needs a password (SCRAM);
//! - passwords live in one file with mode 0600 beside the data, never in the environment or a log;
//! - one supervisor per data directory, held by a file lock that dies with its process;
//! - the server never runs as root: started by root it becomes `postgres` or `nobody`.
//!
//! Production uses a server of its own (`DATABASE_URL`), never this crate.

mod account;
mod binaries;
mod bootstrap;
mod cluster;
mod error;
mod initdb;
mod orphan;
mod passwords;
mod server;
mod storage;

pub use bootstrap::{Urls, bootstrap, bootstrap_at};
pub use cluster::{Cluster, ClusterConfig, Durability};
pub use error::ClusterError;

/// The oldest PostgreSQL that is supported.
pub const MINIMUM_VERSION: u32 = 15;
