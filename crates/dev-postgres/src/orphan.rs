//! Servers left behind by a supervisor that was killed, and their `postmaster.pid`.
//!
//! PostgreSQL refuses to start while the process id in that file is alive, whatever process it is by now. We hold the
//! lock on the data directory, so a server in it has no supervisor: it is stopped. Any other process with that id got
//! it by chance, and the file is removed.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use crate::ClusterError;

/// Clears the way for a start in `pgdata`.
pub(crate) async fn clear(pgdata: &Path) -> Result<(), ClusterError> {
    let path = pgdata.join("postmaster.pid");
    let Ok(text) = fs::read_to_string(&path) else { return Ok(()) };
    let pid = text.lines().next().and_then(|line| line.trim().parse::<i32>().ok()).and_then(Pid::from_raw);
    if let Some(pid) = pid.filter(|pid| alive(*pid) && is_server_of(*pid, pgdata)) {
        tracing::info!(pid = pid.as_raw_nonzero().get(), "stopping the server of an earlier, killed run");
        return stop(pid).await;
    }
    fs::remove_file(&path).map_err(ClusterError::io("remove", &path))
}

/// Fast shutdown, then immediate, then kill.
pub(crate) async fn stop(pid: Pid) -> Result<(), ClusterError> {
    for (signal, seconds) in [(Signal::INT, 20), (Signal::QUIT, 5), (Signal::KILL, 5)] {
        // Gone between two looks is what we want.
        let _ = kill_process(pid, signal);
        for _ in 0..seconds * 50 {
            if !alive(pid) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    Err(ClusterError::Stop { pid: pid.as_raw_nonzero().get().unsigned_abs() })
}

/// Whether a process has this id and still runs; one that has ended and waits for its parent does not.
fn alive(pid: Pid) -> bool {
    if test_kill_process(pid) == Err(rustix::io::Errno::SRCH) {
        return false;
    }
    // pid (name) state ..: the name may hold spaces and brackets, so the last bracket counts.
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).unwrap_or_default();
    !stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with(['Z', 'X']))
}

/// Whether the process is a server of this data directory: the path is among its arguments.
fn is_server_of(pid: Pid, pgdata: &Path) -> bool {
    let pid = pid.as_raw_nonzero();
    let arguments = fs::read(format!("/proc/{pid}/cmdline")).or_else(|_| {
        Command::new("ps")
            .args(["-o", "command=", "-p", &pid.to_string()])
            .output()
            .map(|output| output.stdout)
    });
    arguments.is_ok_and(|arguments| String::from_utf8_lossy(&arguments).contains(&*pgdata.to_string_lossy()))
}
