//! The process that stands for one test run: the nearest ancestor that is a test runner, else this process.

use std::fs;
use std::process::Command;

/// The run that this process is a part of.
#[derive(Debug)]
pub(crate) struct Run {
    /// Lives as long as the run.
    pub(crate) pid: u32,
    /// Distinguishes runs; fit for a file name.
    pub(crate) key: String,
}

impl Run {
    /// `nextest` starts a process per test, `cargo test` one per binary; both are ancestors of all of them.
    pub(crate) fn current() -> Run {
        let mut pid = std::process::id();
        let runner = std::iter::from_fn(|| {
            let (parent, _) = parent_and_name(pid)?;
            pid = parent;
            (pid > 1).then_some(pid)
        })
        .find(|pid| {
            parent_and_name(*pid).is_some_and(|(_, name)| matches!(&*name, "cargo-nextest" | "cargo"))
        });
        let pid = runner.unwrap_or_else(std::process::id);
        match std::env::var("NEXTEST_RUN_ID") {
            Ok(id) => Run { pid, key: id },
            Err(_) => Run { pid, key: pid.to_string() },
        }
    }
}

/// The parent's id and the process's own name.
fn parent_and_name(pid: u32) -> Option<(u32, String)> {
    if let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) {
        // pid (name) state ppid ..: the name may hold brackets itself.
        let (head, tail) = stat.rsplit_once(')')?;
        let name = head.split_once('(')?.1.to_owned();
        return Some((tail.split_whitespace().nth(1)?.parse().ok()?, name));
    }
    let output = Command::new("ps").args(["-o", "ppid=,comm=", "-p", &pid.to_string()]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let (parent, path) = text.trim().split_once(char::is_whitespace)?;
    Some((parent.parse().ok()?, path.trim().rsplit('/').next()?.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runner_is_an_ancestor() {
        let run = Run::current();
        let (_, name) = parent_and_name(run.pid).expect("it is alive");
        assert!(name.starts_with("cargo") || run.pid == std::process::id(), "{name}");
    }
}
