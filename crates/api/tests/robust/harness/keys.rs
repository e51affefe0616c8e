//! The server's key file, and commands on the server itself.

use super::{Behind, Process, Stage, eventually};
use std::{fs, path::PathBuf, process::ExitStatus, time::Duration};

impl Stage {
    /// The key file of all processes.
    pub(crate) fn key_file(&self) -> PathBuf {
        self.dir.path().join("vault.keys")
    }

    pub(crate) fn keys(&self) -> String {
        fs::read_to_string(self.key_file()).unwrap()
    }

    /// Replaces the key file as an editor does: complete or not at all.
    pub(crate) fn keys_set(&self, text: &str) {
        let aside = self.dir.path().join("vault.keys.new");
        fs::write(&aside, text).unwrap();
        fs::rename(aside, self.key_file()).unwrap();
    }

    /// SIGKILL to the server. It has to be started again.
    pub(crate) fn server_kill(&mut self) {
        let gone = Process::start("nobody", "--version", self.dir.path(), &[]);
        std::mem::replace(&mut self.server, gone).kill();
    }

    /// Starts the server again after it was killed, with the same settings.
    pub(crate) async fn server_again(&mut self) {
        self.server = Process::start("server", "serve", self.dir.path(), &self.settings);
        self.ready().await;
    }

    /// Starts the server that was killed on another database, with everything else as it was.
    pub(crate) async fn server_on(&mut self, runtime_url: &str, superuser_url: &str) {
        for (name, value) in &mut self.settings {
            if name == "DATABASE_URL" {
                runtime_url.clone_into(value);
            }
        }
        self.behind = Behind::again(superuser_url).await;
        self.server_again().await;
    }

    /// Adds a setting for processes that are started from now on, or changes it.
    pub(crate) fn setting(&mut self, name: &str, value: &str) {
        self.settings.retain(|(n, _)| n != name);
        self.settings.push((name.to_owned(), value.to_owned()));
    }

    /// What `/readyz` says.
    pub(crate) async fn readiness(&self) -> (u16, serde_json::Value) {
        let answer = self.http.get(format!("{}/readyz", self.base)).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// Waits until the server says this of its key ring.
    pub(crate) async fn key_ring_is(&self, state: &str) {
        eventually(&format!("the key ring is {state}"), Duration::from_secs(20), async || {
            (self.readiness().await.1["key_ring"] == state).then_some(())
        })
        .await;
    }

    /// Begins a command with the server's settings.
    pub(crate) fn begin(&self, name: &str, command: &str) -> Process {
        Process::start(name, command, self.dir.path(), &self.settings)
    }

    /// Runs a command with the server's settings to its end.
    pub(crate) async fn command(&self, command: &str, within: Duration) -> (ExitStatus, String) {
        let mut process = self.begin("command", command);
        let status = process.ended(within).await;
        (status, process.log())
    }
}
