//! The product as it is deployed: a server without workers, workers of their own, a database of the test's own, and
//! the emulator in this process.

mod dice;
mod http;
mod keys;
mod look;
pub(crate) mod nodes;
mod process;

pub(crate) use dice::Dice;
pub(crate) use http::{Answer, Customer, text};
pub(crate) use look::Behind;
pub(crate) use nodes::free_address;
pub(crate) use process::{BUILT, Process};

use policytab_graph_sim::{AddTenant, Control, DemoTenant, Fault, Sim, SimConfig};
use policytab_test_support::TestDb;
use reqwest::Client;
use secrecy::ExposeSecret as _;
use std::{
    path::{Path, PathBuf},
    time::Duration,
};
use tempfile::TempDir;

/// Seconds of a lease in these tests.
pub(crate) const LEASE: Duration = Duration::from_secs(3);

/// Everything that a test stands on. Processes go first, the database last.
pub(crate) struct Stage {
    pub(crate) server: Process,
    pub(crate) sim: Sim,
    pub(crate) behind: Behind,
    pub(crate) base: String,
    pub(crate) http: Client,
    token: String,
    pub(crate) settings: Vec<(String, String)>,
    pub(crate) dir: TempDir,
    /// What processes are of that are started from now on.
    pub(crate) program: PathBuf,
    pub(crate) database: Database,
}

/// Where the product keeps its rows.
pub(crate) struct Database {
    pub(crate) runtime_url: String,
    pub(crate) superuser_url: String,
    /// One of the run's server, dropped with the stage.
    pub(crate) _own: Option<TestDb>,
}

impl Database {
    /// A new one with all migrations.
    pub(crate) async fn new() -> Self {
        let db = TestDb::new().await;
        let (runtime_url, superuser_url) = (db.runtime_url.clone(), db.superuser_url.clone());
        Self { runtime_url, superuser_url, _own: Some(db) }
    }
}

impl Stage {
    pub(crate) async fn new() -> Self {
        Self::with(&[]).await
    }

    /// A stage whose processes have these settings besides the usual ones.
    pub(crate) async fn with(more: &[(&str, &str)]) -> Self {
        Self::on(Database::new().await, more).await
    }

    pub(crate) async fn on(database: Database, more: &[(&str, &str)]) -> Self {
        Self::run(database, more, |dir, settings| Process::start("server", "serve", dir, settings)).await
    }

    /// A stage whose server is started in another way: in this folder, with these settings.
    pub(crate) async fn run(
        database: Database,
        more: &[(&str, &str)],
        start: impl FnOnce(&Path, &[(String, String)]) -> Process,
    ) -> Self {
        let sim = Sim::start(SimConfig::default()).await.unwrap();
        let dir = tempfile::tempdir().unwrap();
        let password = secrecy::SecretString::from(uuid::Uuid::new_v4().to_string());
        let file = |name: &str| dir.path().join(name).display().to_string();
        let address = free_address();
        let base = format!("http://{address}");
        let lease = LEASE.as_secs().to_string();
        let usual = [
            ("DATABASE_URL", database.runtime_url.as_str()),
            ("POLICYTAB_LISTEN", &address),
            ("POLICYTAB_PUBLIC_URL", &base),
            ("POLICYTAB_KEY_FILE", &file("vault.keys")),
            ("POLICYTAB_SIGNING_KEY_FILE", &file("signing.pem")),
            ("POLICYTAB_EMULATOR_URL", &sim.base_url()),
            ("POLICYTAB_WORKERS", "0"),
            ("POLICYTAB_JOB_LEASE_SECONDS", &lease),
            // Floods of one caller are what is tried here; its own limit would only hide what is behind it.
            ("POLICYTAB_RATE_PER_CALLER", "0"),
            ("POLICYTAB_RATE_PER_ADDRESS", "0"),
            ("POLICYTAB_FIRST_MSP", "Robust"),
            ("POLICYTAB_FIRST_OWNER_EMAIL", "owner@robust.example"),
            ("POLICYTAB_FIRST_OWNER_PASSWORD", password.expose_secret()),
        ];
        let settings: Vec<(String, String)> =
            usual.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let server = start(dir.path(), &settings);
        let http = Client::builder().no_proxy().timeout(Duration::from_secs(60)).build().unwrap();
        let behind = Behind::new(&database.superuser_url).await;
        let (token, program) = (String::new(), BUILT.into());
        let mut stage = Self { server, sim, behind, base, http, token, settings, dir, program, database };
        stage.ready().await;
        stage.token = stage.sign_in("owner@robust.example", password.expose_secret()).await;
        stage
    }

    /// Waits until the server can serve.
    pub(crate) async fn ready(&self) {
        eventually("the server is ready", Duration::from_secs(30), async || {
            let answer = self.http.get(format!("{}/readyz", self.base)).send().await;
            answer.is_ok_and(|answer| answer.status().is_success()).then_some(())
        })
        .await;
    }

    /// A worker process that runs this many imports side by side.
    pub(crate) fn worker(&self, name: &str, slots: usize) -> Process {
        let connections = (slots * 2 + 4).to_string();
        let own = [
            ("POLICYTAB_WORKERS", slots.to_string().as_str()),
            ("POLICYTAB_DATABASE_CONNECTIONS", &connections),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        self.process(name, "worker", &own)
    }

    pub(crate) fn control(&self) -> Control {
        self.sim.control()
    }

    /// A tenant like the well-kept demo tenant, for one customer alone.
    pub(crate) fn tenant(&self, name: &str) -> DemoTenant {
        let template = Some("good".to_owned());
        self.control()
            .tenant_add(&AddTenant { name: name.to_owned(), template, ..AddTenant::default() })
            .unwrap()
    }

    /// A connected customer with a tenant of its own.
    pub(crate) async fn connected(&self, name: &str) -> Customer {
        let tenant = self.tenant(name);
        self.onboard(name, tenant).await
    }

    /// Imports one such tenant, so that its bodies are there. They are kept once per content, and who stores one first
    /// holds up who stores the same until it commits: imports that are held would hold each other.
    pub(crate) async fn bodies_known(&self) {
        let neighbour = self.connected("Neighbour").await;
        let import = self.import(&neighbour).await;
        let _worker = self.worker("neighbour", 1);
        self.is_whole(&neighbour, &import).await;
    }

    /// Makes requests of this customer's tenant fail.
    pub(crate) fn fault(&self, customer: &Customer, fault: Fault) -> u64 {
        self.control().fault_set(fault.of_tenant(&customer.tenant.tenant_id)).unwrap()
    }
}

/// Asks until there is an answer.
///
/// # Panics
/// When there is none in time.
pub(crate) async fn eventually<T>(
    what: &str,
    within: Duration,
    mut ask: impl AsyncFnMut() -> Option<T>,
) -> T {
    let end = tokio::time::Instant::now() + within;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(tokio::time::Instant::now() < end, "not within {within:?}: {what}");
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
}
