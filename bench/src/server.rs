//! The server under test as a process of its own, and how to call it.

use std::fs::OpenOptions;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use policytab_api::auth::{
    claims::{self, Subject},
    keys::SigningKeys,
};
use policytab_domain::role::Role;
use reqwest::{Method, StatusCode};
use serde_json::Value;
use tokio::process::{Child, Command};
use uuid::Uuid;

use crate::AnyError;
use crate::program::Program;

/// How often a server is asked that says it is too busy.
const TRIES: usize = 20;

/// A running `policytab serve`. Killed when dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) pid: u32,
    keys: SigningKeys,
    issuer: String,
    client: reqwest::Client,
    _process: Child,
}

impl Server {
    /// Starts the program on a free port, with so many imports at once and further settings, and waits until it is ready.
    pub(crate) async fn start(
        program: &Program,
        workers: usize,
        settings: &[(&str, &str)],
    ) -> Result<Server, AnyError> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let issuer = format!("http://{address}");
        let keys = SigningKeys::load_or_create(&program.signing_keys())?;
        let log = OpenOptions::new().create(true).append(true).open(program.log())?;
        let process = Command::from(program.command())
            .arg("serve")
            .env("POLICYTAB_LISTEN", address.to_string())
            .env("POLICYTAB_PUBLIC_URL", &issuer)
            .env("POLICYTAB_WORKERS", workers.to_string())
            // What is measured is the server, not its patience with one caller.
            .env("POLICYTAB_RATE_PER_CALLER", "0")
            .env("POLICYTAB_RATE_PER_ADDRESS", "0")
            .envs(settings.iter().copied())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()?;
        let pid = process.id().ok_or("the server ended at once")?;
        let client = reqwest::Client::builder().timeout(Duration::from_secs(60)).build()?;
        let server = Server { address, pid, keys, issuer, client, _process: process };
        for _ in 0..300 {
            let answer = server.client.get(format!("{}/readyz", server.issuer)).send().await;
            if answer.is_ok_and(|answer| answer.status() == StatusCode::OK) {
                return Ok(server);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Err("the server was not ready within 30 s".into())
    }

    /// Lets time pass in which nothing happens but what a watcher asks each second.
    pub(crate) async fn watched(&self, time: Duration) -> Result<(), AnyError> {
        for _ in 0..time.as_secs() {
            tokio::time::sleep(Duration::from_secs(1)).await;
            self.client.get(format!("{}/healthz", self.issuer)).send().await?;
            self.client.get(format!("{}/readyz", self.issuer)).send().await?;
        }
        Ok(())
    }

    /// An access token for an admin of an MSP, as the server itself would sign it after a sign-in.
    pub(crate) fn token(&self, msp_id: Uuid) -> Result<String, AnyError> {
        let subject = Subject {
            // The seed gives each MSP's admin the MSP's id.
            user_id: msp_id,
            msp_id,
            role: Role::Admin,
            name: "Bench".to_owned(),
            email: "bench@policytab.example".to_owned(),
            session_id: None,
        };
        Ok(claims::sign(&self.keys, &self.issuer, &subject, chrono::Utc::now())?)
    }

    /// The name of the key that signs access tokens.
    pub(crate) fn kid(&self) -> &str {
        self.keys.kid()
    }

    /// What `/readyz` says of the master keys.
    pub(crate) async fn key_ring(&self) -> Result<String, AnyError> {
        let ready: Value = self.client.get(format!("{}/readyz", self.issuer)).send().await?.json().await?;
        Ok(ready["key_ring"].as_str().unwrap_or("untold").to_owned())
    }

    /// How often each bound was met so far, by the server's own count.
    pub(crate) async fn bounds_met(&self) -> Result<Vec<(String, f64)>, AnyError> {
        let text = self.client.get(format!("{}/metrics", self.issuer)).send().await?.text().await?;
        let met = text.lines().filter_map(|line| {
            let (bound, count) =
                line.strip_prefix("policytab_bound_refused_total{bound=\"")?.split_once("\"} ")?;
            Some((bound.to_owned(), count.parse().ok()?))
        });
        Ok(met.collect())
    }

    /// How often Graph has answered 429 so far, by the server's own count.
    pub(crate) async fn throttled(&self) -> Result<f64, AnyError> {
        let text = self.client.get(format!("{}/metrics", self.issuer)).send().await?.text().await?;
        let counts = text.lines().filter(|line| {
            line.starts_with("policytab_graph_call_seconds_count") && line.contains("outcome=\"throttled\"")
        });
        Ok(counts.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum())
    }

    /// A call that must succeed, though not at once: where the server has too much to do it is asked again, as it says.
    /// Gives the JSON answered, `Null` for none.
    pub(crate) async fn call(
        &self,
        token: &str,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, AnyError> {
        let key = Uuid::now_v7().to_string();
        for _ in 0..TRIES {
            let mut request = self
                .client
                .request(method.clone(), format!("{}/api/v1{path}", self.issuer))
                .bearer_auth(token)
                .header("Idempotency-Key", &key);
            if let Some(body) = body {
                request = request.json(body);
            }
            let answer = request.send().await?;
            let status = answer.status();
            if status == StatusCode::SERVICE_UNAVAILABLE {
                tokio::time::sleep(Duration::from_secs(1)).await;
                continue;
            }
            let text = answer.text().await?;
            if !status.is_success() {
                return Err(format!("{method} {path}: {status} {text}").into());
            }
            return Ok(if text.is_empty() { Value::Null } else { serde_json::from_str(&text)? });
        }
        Err(format!("{method} {path}: too busy, {TRIES} times").into())
    }
}
