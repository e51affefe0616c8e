//! A process of the built program.

use rustix::process::{Pid, Signal, kill_process};
use std::{
    fs::{self, File},
    os::unix::process::ExitStatusExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

/// Lines of a log that are shown when a test fails.
const SHOWN: usize = 60;

/// The program as it was built for these tests.
pub(crate) const BUILT: &str = env!("CARGO_BIN_EXE_policytab");

/// Killed at the latest when it is dropped.
pub(crate) struct Process {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Process {
    pub(crate) fn start(name: &str, command: &str, dir: &Path, settings: &[(String, String)]) -> Self {
        Self::of(Path::new(BUILT), name, command, dir, settings)
    }

    /// The same of another version of the program.
    pub(crate) fn of(
        program: &Path,
        name: &str,
        command: &str,
        dir: &Path,
        settings: &[(String, String)],
    ) -> Self {
        let mut program = Command::new(program);
        program.args(command.split(' '));
        Self::run(name, program, dir, settings)
    }

    /// The same by another program, which becomes the built one.
    pub(crate) fn run(name: &str, mut program: Command, dir: &Path, settings: &[(String, String)]) -> Self {
        let log = dir.join(format!("{name}.log"));
        let file = File::options().create(true).append(true).open(&log).unwrap();
        let child = program
            .current_dir(dir)
            .env_clear()
            .env("POLICYTAB_LOG", "info")
            .env("NO_COLOR", "1")
            .envs(settings.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(file)
            .spawn()
            .unwrap();
        Self { name: name.to_owned(), child, log }
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// SIGKILL: it runs no line more.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        assert_eq!(self.child.wait().unwrap().signal(), Some(9), "{} had ended by itself", self.name);
    }

    /// SIGTERM: it is asked to stop.
    pub(crate) fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// SIGSTOP: it stands still.
    pub(crate) fn pause(&self) {
        self.signal(Signal::STOP);
    }

    /// SIGCONT: it goes on as if no time had passed.
    pub(crate) fn resume(&self) {
        self.signal(Signal::CONT);
    }

    /// Waits for its end.
    pub(crate) async fn ended(&mut self, within: Duration) -> ExitStatus {
        let child = &mut self.child;
        super::eventually("the process ends", within, async || child.try_wait().unwrap()).await
    }

    /// Memory that it holds, in KiB, as Linux counts it; 0 elsewhere.
    pub(crate) fn resident_kib(&self) -> u64 {
        self.memory("VmRSS:")
    }

    /// The same in MiB.
    pub(crate) fn resident_mib(&self) -> u64 {
        self.resident_kib() / 1024
    }

    /// The most memory that it ever held, in KiB, likewise.
    pub(crate) fn peak_kib(&self) -> u64 {
        self.memory("VmHWM:")
    }

    /// A figure of proc_pid_status(5).
    fn memory(&self, name: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kib = line.and_then(|text| text.trim().trim_end_matches("kB").trim().parse::<u64>().ok());
        kib.unwrap_or_default()
    }

    pub(crate) fn is_alive(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<_> = log.lines().collect();
            let shown = &lines[lines.len().saturating_sub(SHOWN)..];
            eprintln!("---- log of {}\n{}", self.name, shown.join("\n"));
        }
    }
}
