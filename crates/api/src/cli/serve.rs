//! `serve`, `worker`, `migrate`.

use super::{Failure, stop_signal};
use crate::{auth::keys::SigningKeys, config::Config, metrics::Metrics, server, state::State, wire::Gate};
use actix_web::web;
use futures_util::future::join_all;
use policytab_app::{
    App,
    keys::{self, Keys},
    passwords::Passwords,
    worker::{self, WorkerSettings},
};
use policytab_github_client::GithubClient;
use policytab_graph_client::{GraphClient, GraphConfig, Observer};
use policytab_store::{Store, StoreConfig};
use rustix::process::{Resource, getrlimit, setrlimit};
use secrecy::ExposeSecret as _;
use std::{net::TcpListener, sync::Arc, time::Duration};
use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout_at},
};
use tracing_subscriber::{EnvFilter, layer::SubscriberExt as _, util::SubscriberInitExt as _};

/// Which parts a process runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// HTTP, and imports as configured.
    ServerAndWorkers,
    /// Imports only.
    Workers,
}

/// Runs until told to stop.
pub(super) async fn run(what: What) -> Result<(), Failure> {
    let config = Config::load()?;
    log(&config)?;
    let listener = match what {
        What::ServerAndWorkers => {
            allow_connections(config.bounds.connections);
            Some(server::bind(&config)?)
        }
        What::Workers => None,
    };
    if let Some(url) = &config.migration_database_url {
        policytab_store::migrate(url.expose_secret()).await?;
    }
    let running = Running::start(config, listener).await?;
    tracing::info!(url = %running.issuer, "ready");
    stop_signal().await;
    tracing::info!("stopping");
    running.stop().await;
    Ok(())
}

/// Files that a server has open besides its callers' connections: the database, Microsoft, logs.
const OTHER_FILES: u64 = 512;

/// Lets this process have that many connections open, as far as the system allows: many systems give a program 1,024
/// files to begin with, and leave it to the program to ask for more.
fn allow_connections(connections: usize) {
    let wanted = u64::try_from(connections).unwrap_or(u64::MAX).saturating_add(OTHER_FILES);
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= wanted) {
        return;
    }
    let allowed = limit.maximum.map_or(wanted, |most| most.min(wanted));
    limit.current = Some(allowed);
    match setrlimit(Resource::Nofile, limit) {
        Ok(()) if allowed >= wanted => {}
        _ => tracing::warn!(
            files = allowed,
            wanted,
            "the system allows fewer open files than POLICYTAB_HTTP_CONNECTIONS needs"
        ),
    }
}

/// Brings the database up to date.
pub(super) async fn migrate() -> Result<(), Failure> {
    let url = std::env::var("POLICYTAB_MIGRATION_DATABASE_URL")
        .map_err(|_| "set POLICYTAB_MIGRATION_DATABASE_URL to the owner role's PostgreSQL address")?;
    policytab_store::migrate(&url).await?;
    Ok(())
}

/// Sets the log up, once per process.
pub(super) fn log(config: &Config) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(&config.log).map_err(|e| format!("POLICYTAB_LOG: {e}"))?;
    let registry = tracing_subscriber::registry().with(filter);
    if config.log_json {
        registry.with(tracing_subscriber::fmt::layer().json().with_writer(std::io::stderr)).try_init()?;
    } else {
        registry.with(tracing_subscriber::fmt::layer().compact().with_writer(std::io::stderr)).try_init()?;
    }
    Ok(())
}

/// Opens what use cases work with, for a server with so many threads of HTTP.
pub(super) async fn open(config: &Config, metrics: &Metrics, threads: usize) -> Result<App, Failure> {
    struct Calls(Metrics);
    impl Observer for Calls {
        fn call(&self, endpoint: &'static str, outcome: &'static str, seconds: f64) {
            self.0.graph_call(endpoint, outcome, seconds);
        }
    }
    let mut store = StoreConfig::new(config.database_url.clone());
    store.max_connections = config.database_connections;
    store.threads = threads;
    store.max_waiting = config.bounds.database_waiting;
    let graph = GraphConfig {
        emulator: config.emulator_url.clone(),
        import_deadline: config.import_deadline,
        observer: Some(Arc::new(Calls(metrics.clone()))),
        ..GraphConfig::default()
    };
    let store = Store::connect(store).await?;
    let keyring = Arc::new(Keys::load(&store, &config.key_file).await);
    Ok(App {
        store,
        graph: GraphClient::new(graph)?,
        github: GithubClient::new(config.github())?,
        keyring,
        passwords: Passwords::with_waiting(config.bounds.password_waiting)?,
    })
}

/// How long a process takes to stop at the most, save the two seconds that its threads get after that: those who watch
/// over it kill it after 30.
const STOPS: Duration = Duration::from_secs(26);

/// What is left of that, whatever the settings, once the port is closed.
const AFTER_DRAIN: Duration = Duration::from_secs(10);

/// How long those who came before the port was closed may need to be let in.
const AT_THE_DOOR: Duration = Duration::from_millis(300);

/// A server and its workers.
pub(super) struct Running {
    /// Where browsers find it.
    pub(super) issuer: String,
    store: Store,
    server: Option<(actix_web::dev::ServerHandle, Gate)>,
    stop: watch::Sender<bool>,
    drain: Duration,
    workers: Vec<tokio::task::JoinHandle<()>>,
}

impl Running {
    /// Starts serving and working.
    pub(super) async fn start(config: Config, listener: Option<TcpListener>) -> Result<Self, Failure> {
        let metrics = Metrics::new()?;
        let threads = if listener.is_some() { config.http_workers.max(1) } else { 0 };
        let app = open(&config, &metrics, threads).await?;
        super::admin::first_owner(&app).await?;
        let (issuer, drain) = (config.issuer(), config.bounds.drain);
        let store = app.store.clone();
        let (stop, stopped) = watch::channel(false);
        // A process that only works must work, whatever POLICYTAB_WORKERS says for servers.
        let slots = if listener.is_none() { config.workers.max(1) } else { config.workers };
        let settings = WorkerSettings { lease: config.job_lease, meter: Arc::new(metrics.clone()) };
        let mut workers: Vec<_> = (0..slots)
            .map(|slot| tokio::spawn(worker::run(app.clone(), slot, settings.clone(), stopped.clone())))
            .collect();
        workers.push(tokio::spawn(keys::watch(app.clone(), stopped.clone())));
        workers.push(tokio::spawn(worker::sweep(app.clone(), stopped.clone())));
        workers.push(tokio::spawn(worker::expire_acceptances(app.clone(), stopped.clone())));
        workers.push(tokio::spawn(worker::renew_reports(app.clone(), stopped.clone())));
        workers.push(tokio::spawn(worker::look_at_sources(app.clone(), stopped.clone())));
        let server = match listener {
            None => None,
            Some(listener) => {
                let keys = Arc::new(SigningKeys::load_or_create(&config.signing_key_file)?);
                let app = App { store: app.store.for_requests(), ..app };
                let state = web::Data::new(State::new(app, config, keys, stopped)?);
                let gate = Gate::of(&listener)?;
                let server = server::serve(listener, state, metrics)?;
                let handle = server.handle();
                tokio::spawn(server);
                Some((handle, gate))
            }
        };
        Ok(Self { issuer, store, server, stop, drain, workers })
    }

    /// Stops taking jobs, and requests a moment later; lets what is under way end, up to one bound for all of it.
    pub(super) async fn stop(self) {
        let end = Instant::now() + STOPS.max(self.drain + AFTER_DRAIN);
        let _ = self.stop.send(true);
        self.store.keep_apart();
        if let Some((server, gate)) = &self.server {
            let serving = async {
                // Who sends requests here goes by /readyz, which has just turned; what comes meanwhile is answered, and
                // each of these answers ends its connection.
                sleep(self.drain).await;
                gate.close();
                sleep(AT_THE_DOOR).await;
                server.stop(true).await;
            };
            if timeout_at(end, serving).await.is_err() {
                tracing::warn!("not all requests ended in time");
            }
        }
        if timeout_at(end, join_all(self.workers)).await.is_err() {
            tracing::warn!("not all workers ended in time");
        }
    }
}
