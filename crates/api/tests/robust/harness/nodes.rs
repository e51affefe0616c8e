//! More than one server on one database.

use super::{Answer, Process, Stage, eventually};
use reqwest::Method;
use secrecy::ExposeSecret as _;
use serde_json::Value;
use std::{net::TcpListener, process::Command, time::Duration};

/// A server besides the stage's own.
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) process: Process,
    pub(crate) base: String,
}

/// An address of this machine for a process to listen on. Freed at once, for it to take: nobody else here asks for a
/// certain port meanwhile.
pub(crate) fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

impl Stage {
    /// A process with the stage's settings, and these.
    pub(crate) fn process(&self, name: &str, command: &str, own: &[(String, String)]) -> Process {
        let settings: Vec<_> = self.settings.iter().chain(own).cloned().collect();
        Process::of(&self.program, name, command, self.dir.path(), &settings)
    }

    /// A server at an address, ready.
    pub(crate) async fn node_at(&self, name: &str, base: &str) -> Node {
        let listen = base.trim_start_matches("http://").to_owned();
        let process = self.process(name, "serve", &[("POLICYTAB_LISTEN".to_owned(), listen)]);
        let node = Node { name: name.to_owned(), process, base: base.to_owned() };
        eventually(&format!("{name} is ready"), Duration::from_secs(30), async || {
            self.is_ready(&node.base).await.then_some(())
        })
        .await;
        node
    }

    /// A server of its own address, ready.
    pub(crate) async fn node(&self, name: &str) -> Node {
        self.node_at(name, &format!("http://{}", free_address())).await
    }

    /// What a load balancer asks.
    pub(crate) async fn is_ready(&self, base: &str) -> bool {
        let answer = self.http.get(format!("{base}/readyz")).timeout(Duration::from_secs(3)).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    /// The owner's access token.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// The owner asks a certain node.
    pub(crate) async fn ask(&self, base: &str, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let request = self.http.request(method, format!("{base}/api/v1{path}")).bearer_auth(&self.token);
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        Answer::of(request).await.unwrap()
    }

    /// A workspace beside the stage's own, made as operators do; gives its owner's access token.
    pub(crate) async fn another_msp(&self) -> String {
        let password = secrecy::SecretString::from(uuid::Uuid::new_v4().to_string());
        let (file, email) = (self.dir.path().join("another-owner"), "owner@another.example");
        std::fs::write(&file, password.expose_secret()).unwrap();
        let made = Command::new(env!("CARGO_BIN_EXE_policytab"))
            .args(["admin", "create-msp", "--name", "Another", "--email", email, "--password-file"])
            .arg(&file)
            .env_clear()
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        self.sign_in(email, password.expose_secret()).await
    }
}
