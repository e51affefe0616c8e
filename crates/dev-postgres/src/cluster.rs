//! A private cluster as a value: data directory, passwords and server together.

use std::path::{Path, PathBuf};

use crate::binaries::{Binaries, candidates};
use crate::passwords::Passwords;
use crate::server::Server;
use crate::storage::Storage;
use crate::{ClusterError, initdb, orphan};

/// How much the data are worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Survives a crash of the machine.
    Durable,
    /// For tests: no fsync, many connections, stops at once.
    Throwaway,
}

/// What to start and where.
#[derive(Debug, Clone)]
pub struct ClusterConfig {
    /// The cluster's own folder; made when absent.
    pub data_dir: PathBuf,
    /// How much the data are worth.
    pub durability: Durability,
    /// The TCP port on 127.0.0.1; `None` takes any free one.
    pub port: Option<u16>,
    /// The checkout, whose `frontend/node_modules` may hold PostgreSQL's programs.
    pub project_root: Option<PathBuf>,
}

/// A private cluster that runs. Dropping it stops it, blocking for as long as the shutdown takes.
pub struct Cluster {
    // Before the storage: the server must have ended when the lock goes.
    server: Server,
    passwords: Passwords,
    version: String,
    _storage: Storage,
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cluster")
            .field("port", &self.server.port)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

impl Cluster {
    /// Starts the cluster in `config.data_dir`, making it first when there is none, and returns once it answers.
    ///
    /// # Errors
    /// [`ClusterError`], each with a sentence for people. After an error nothing is left running.
    pub async fn start(config: ClusterConfig) -> Result<Cluster, ClusterError> {
        Self::run(config, None).await
    }

    /// The same with the programs in this folder and no others: where a test needs a server that installed client
    /// programs go with.
    ///
    /// # Errors
    /// As [`Cluster::start`].
    pub async fn start_with(config: ClusterConfig, programs: &Path) -> Result<Cluster, ClusterError> {
        Self::run(config, Some(programs)).await
    }

    async fn run(config: ClusterConfig, programs: Option<&Path>) -> Result<Cluster, ClusterError> {
        let (storage, account) = Storage::open(&config.data_dir)?;
        let existing = storage.major_version()?;
        let candidates = match programs {
            Some(bin) => vec![bin.to_path_buf()],
            None => candidates(config.project_root.as_deref()),
        };
        let binaries = Binaries::find(&candidates, account, existing, &storage.pgdata(), storage.root())?;
        let passwords = match existing {
            Some(_) => Passwords::load(storage.dir())?,
            None => initdb::create(&storage, &binaries, account)?,
        };
        orphan::clear(&storage.pgdata()).await?;
        let server =
            Server::start(&storage, &binaries, account, config.durability, config.port, &passwords.superuser)
                .await?;
        tracing::info!(version = binaries.version, port = server.port, "PostgreSQL is up");
        Ok(Cluster { server, passwords, version: binaries.version, _storage: storage })
    }

    /// The address of a database for the superuser, password included: never log it.
    pub fn superuser_url(&self, database: &str) -> String {
        format!(
            "postgres://postgres:{password}@127.0.0.1:{port}/{database}",
            password = self.passwords.superuser,
            port = self.server.port
        )
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.server.port
    }

    /// The server's version, such as `18.4`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Shuts down in order: open transactions are rolled back, everything committed is kept.
    ///
    /// # Errors
    /// [`ClusterError::Stop`] when the process survives even SIGKILL.
    pub async fn stop(self) -> Result<(), ClusterError> {
        self.server.stop().await
    }

    /// Leaves the server running without a supervisor and returns the postmaster's process id; the caller sees to it
    /// that someone stops it. Frees the lock.
    pub fn detach(self) -> u32 {
        self.server.detach()
    }

    /// The stored passwords of the product's own roles.
    pub(crate) fn passwords(&self) -> &Passwords {
        &self.passwords
    }
}
