//! The server process: start, wait until it answers, stop.

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tokio_postgres::NoTls;

use crate::account::Account;
use crate::binaries::Binaries;
use crate::storage::Storage;
use crate::{ClusterError, Durability};

/// How long a start may take. Recovery after a crash on a busy machine is the slow case.
const START_LIMIT: Duration = Duration::from_secs(60);
/// How long a shutdown may take before it is forced.
const STOP_LIMIT: Duration = Duration::from_secs(25);
/// Between asking the kernel for a free port and binding it, another process may take it.
const PORT_ATTEMPTS: usize = 5;

/// A postmaster that we are the parent of. Dropping it stops it.
pub(crate) struct Server {
    child: Option<Child>,
    pub(crate) port: u16,
    durability: Durability,
}

impl Server {
    /// Starts a server on `port`, or on a free one, and returns once it answers.
    pub(crate) async fn start(
        storage: &Storage,
        binaries: &Binaries,
        account: Account,
        durability: Durability,
        port: Option<u16>,
        password: &str,
    ) -> Result<Server, ClusterError> {
        let mut attempt = 1;
        loop {
            let chosen = match port {
                Some(port) => port,
                None => {
                    free_port().map_err(ClusterError::io("find a free port on", Path::new("127.0.0.1")))?
                }
            };
            let child = spawn(storage, binaries, account, durability, chosen)?;
            let mut server = Server { child: Some(child), port: chosen, durability };
            match server.wait_until_it_answers(&storage.log(), password).await {
                Ok(()) => return Ok(server),
                Err(ClusterError::PortInUse { .. }) if port.is_none() && attempt < PORT_ATTEMPTS => {
                    attempt += 1
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Asks for a shutdown, waits for the end, and forces it when it does not come.
    pub(crate) async fn stop(mut self) -> Result<(), ClusterError> {
        let Some(mut child) = self.child.take() else { return Ok(()) };
        let pid = child.id();
        for (step, limit) in [(self.shutdown_signal(), STOP_LIMIT), (Signal::KILL, Duration::from_secs(5))] {
            signal(pid, step);
            let until = Instant::now() + limit;
            while Instant::now() < until {
                if !matches!(child.try_wait(), Ok(None)) {
                    return Ok(());
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        Err(ClusterError::Stop { pid })
    }

    /// Forgets the process and returns its id.
    pub(crate) fn detach(mut self) -> u32 {
        self.child.take().map(|child| child.id()).unwrap_or_default()
    }

    /// Clients may still be connected, and both signals end them: SIGINT is PostgreSQL's fast shutdown, SIGQUIT the
    /// immediate one, which skips the last checkpoint.
    fn shutdown_signal(&self) -> Signal {
        match self.durability {
            Durability::Durable => Signal::INT,
            Durability::Throwaway => Signal::QUIT,
        }
    }

    async fn wait_until_it_answers(&mut self, log: &Path, password: &str) -> Result<(), ClusterError> {
        let url = format!("postgres://postgres:{password}@127.0.0.1:{}/postgres", self.port);
        let until = Instant::now() + START_LIMIT;
        while Instant::now() < until {
            if let Some(child) = &mut self.child
                && !matches!(child.try_wait(), Ok(None))
            {
                self.child = None;
                return Err(explain_end(log, self.port));
            }
            if answers(&url).await {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let reason = format!("no answer within {} s", START_LIMIT.as_secs());
        Err(ClusterError::Start { reason, log: log.to_path_buf() })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        for (step, limit) in [(self.shutdown_signal(), STOP_LIMIT), (Signal::KILL, Duration::from_secs(1))] {
            signal(child.id(), step);
            let until = Instant::now() + limit;
            while Instant::now() < until {
                if !matches!(child.try_wait(), Ok(None)) {
                    return;
                }
                std::thread::sleep(Duration::from_millis(10));
            }
        }
    }
}

fn spawn(
    storage: &Storage,
    binaries: &Binaries,
    account: Account,
    durability: Durability,
    port: u16,
) -> Result<Child, ClusterError> {
    let log_path = storage.log();
    let log = File::create(&log_path).map_err(ClusterError::io("write", &log_path))?;
    let errors = log.try_clone().map_err(ClusterError::io("write", &log_path))?;
    let mut command = account.command(&binaries.postgres());
    command.arg("-D").arg(storage.pgdata()).args(["-p", &port.to_string()]);
    let mut settings = vec![
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "timezone=UTC",
        "log_timezone=UTC",
        "password_encryption=scram-sha-256",
    ];
    match durability {
        Durability::Durable => settings.push("max_connections=100"),
        Durability::Throwaway => settings.extend([
            "max_connections=300",
            // A test may end while it opens a session; nobody's database can be dropped until that is given up.
            "authentication_timeout=5s",
            "fsync=off",
            "full_page_writes=off",
            "synchronous_commit=off",
            "autovacuum=off",
        ]),
    }
    for setting in settings {
        command.args(["-c", setting]);
    }
    command
        .current_dir(storage.root())
        .stdout(Stdio::from(log))
        .stderr(Stdio::from(errors))
        .spawn()
        .map_err(ClusterError::io("run", &binaries.postgres()))
}

/// TCP and a query: the npm package has no `pg_isready`, and a port that accepts is not yet a server that is ready.
///
/// Bounded in time: another program on that port may accept and say nothing.
async fn answers(url: &str) -> bool {
    let ask = async {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.ok()?;
        let connection = tokio::spawn(connection);
        let answer = client.simple_query("SELECT 1").await;
        connection.abort();
        answer.ok()
    };
    matches!(tokio::time::timeout(Duration::from_secs(1), ask).await, Ok(Some(_)))
}

/// Why a server has ended by itself, from its log.
fn explain_end(log: &Path, port: u16) -> ClusterError {
    let text = fs::read(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    if text.contains("could not bind") || text.contains("could not create any TCP/IP sockets") {
        return ClusterError::PortInUse { port };
    }
    let decisive = text.lines().rev().find(|line| line.contains("FATAL") || line.contains("PANIC"));
    let reason = decisive.or(text.lines().last()).unwrap_or("it ended without a word").trim().to_owned();
    ClusterError::Start { reason, log: PathBuf::from(log) }
}

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

fn signal(pid: u32, signal: Signal) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        // It may have ended on its own just now.
        let _ = kill_process(pid, signal);
    }
}
