//! `serve`, `worker`, `migrate`.

use super::{Failure, stop_signal};
use crate::{auth::keys::SigningKeys, config::Config, metrics::Metrics, server, state::State};
use actix_web::web;
use policytab_app::{
    App,
    keys::{self, Keys},
    passwords::Passwords,
    worker::{self, WorkerSettings},
};
use policytab_github_client::GithubClient;
use policytab_graph_client::{GraphClient, GraphConfig, Observer};
use policytab_store::{Store, StoreConfig};
use secrecy::ExposeSecret as _;
use std::{net::TcpListener, sync::Arc};
use tokio::sync::watch;
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
        What::ServerAndWorkers => Some(server::bind(&config)?),
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

/// Opens what use cases work with.
pub(super) async fn open(config: &Config, metrics: &Metrics) -> Result<App, Failure> {
    struct Calls(Metrics);
    impl Observer for Calls {
        fn call(&self, endpoint: &'static str, outcome: &'static str, seconds: f64) {
            self.0.graph_call(endpoint, outcome, seconds);
        }
    }
    let mut store = StoreConfig::new(config.database_url.clone());
    store.max_connections = config.database_connections;
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
        passwords: Passwords::new()?,
    })
}

/// A server and its workers.
pub(super) struct Running {
    /// Where browsers find it.
    pub(super) issuer: String,
    server: Option<actix_web::dev::ServerHandle>,
    stop: watch::Sender<bool>,
    workers: Vec<tokio::task::JoinHandle<()>>,
}

impl Running {
    /// Starts serving and working.
    pub(super) async fn start(config: Config, listener: Option<TcpListener>) -> Result<Self, Failure> {
        let metrics = Metrics::new()?;
        let app = open(&config, &metrics).await?;
        super::admin::first_owner(&app).await?;
        let issuer = config.issuer();
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
                let state = web::Data::new(State::new(app, config, keys, stopped)?);
                let server = server::serve(listener, state, metrics)?;
                let handle = server.handle();
                tokio::spawn(server);
                Some(handle)
            }
        };
        Ok(Self { issuer, server, stop, workers })
    }

    /// Stops taking requests and jobs, lets what is under way end, up to a bound.
    pub(super) async fn stop(self) {
        let _ = self.stop.send(true);
        if let Some(server) = &self.server {
            server.stop(true).await;
        }
        for worker in self.workers {
            let _ = tokio::time::timeout(std::time::Duration::from_secs(5), worker).await;
        }
    }
}
