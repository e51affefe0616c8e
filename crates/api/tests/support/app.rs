//! A server with workers, its database, the emulator and two MSPs.

use super::client::Client;
use actix_web::web;
use chrono::{TimeDelta, Utc};
use policytab_api::{
    auth::{
        claims::{self, Subject},
        keys::SigningKeys,
    },
    config::Config,
    metrics::Metrics,
    server,
    state::State,
};
use policytab_app::{
    App,
    keys::Keys,
    passwords::Passwords,
    worker::{self, WorkerSettings},
};
use policytab_domain::{role::Role, tenancy::MspScope};
use policytab_github_client::GithubClient;
use policytab_graph_client::{GraphClient, GraphConfig};
use policytab_graph_sim::{CaThrottle, Control, Sim, SimConfig};
use policytab_store::{NewUser, Store, StoreConfig, User};
use policytab_test_support::TestDb;
use secrecy::SecretString;
use std::{net::TcpListener, sync::Arc, time::Duration};
use tempfile::TempDir;
use tokio::sync::watch;
use uuid::Uuid;

/// Everybody's password.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// One MSP with a person of each role.
pub(crate) struct Msp {
    pub(crate) id: Uuid,
    pub(crate) name: &'static str,
    people: Vec<User>,
}

impl Msp {
    /// The person with this role.
    pub(crate) fn person(&self, role: Role) -> &User {
        self.people.iter().find(|p| p.role == role).expect("a person of every role")
    }

    /// What an access token says about the person with this role.
    pub(crate) fn subject(&self, role: Role) -> Subject {
        let user = self.person(role);
        Subject {
            user_id: user.id.as_uuid(),
            msp_id: self.id,
            role,
            name: user.display_name.clone(),
            email: user.email.clone(),
            session_id: None,
        }
    }
}

/// The product, running.
pub(crate) struct TestApp {
    pub(crate) base_url: String,
    pub(crate) state: web::Data<State>,
    pub(crate) sim: Sim,
    pub(crate) one: Msp,
    pub(crate) two: Msp,
    pub(crate) db: TestDb,
    pub(crate) folder: TempDir,
    stop: watch::Sender<bool>,
}

impl Drop for TestApp {
    fn drop(&mut self) {
        // Workers and event streams end; the server's threads end with the process.
        let _ = self.stop.send(true);
    }
}

impl TestApp {
    /// With default settings and two workers.
    pub(crate) async fn start() -> Self {
        Self::with(&[]).await
    }

    /// With further settings, named as in the environment.
    pub(crate) async fn with(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder for keys");
        let db = TestDb::new().await;
        let sim = Sim::start(SimConfig::default()).await.expect("the emulator starts");
        sim.control().settings_update(|s| s.ca_throttle = CaThrottle::Off);
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let config = Config::from_sources(|name| {
            if let Some((_, value)) = settings.iter().find(|(n, _)| *n == name) {
                // As in the environment, nothing is not set.
                return Some((*value).to_owned()).filter(|v| !v.is_empty());
            }
            match name {
                "DATABASE_URL" => Some(db.runtime_url.clone()),
                "POLICYTAB_LISTEN" => Some(address.clone()),
                "POLICYTAB_KEY_FILE" => Some(path("vault.keys")),
                "POLICYTAB_SIGNING_KEY_FILE" => Some(path("signing.pem")),
                "POLICYTAB_EMULATOR_URL" => Some(sim.base_url()),
                _ => None,
            }
        })
        .expect("valid settings");
        let app = open(&config).await;
        let hash = password_hash(&app).await;
        let one = msp(&app, &hash, "Northwind IT", "one").await;
        let two = msp(&app, &hash, "Tailspin Services", "two").await;
        let (stop, stopped) = watch::channel(false);
        let metrics = Metrics::new().expect("metrics");
        let worker = WorkerSettings { lease: config.job_lease, meter: Arc::new(metrics.clone()) };
        for slot in 0..config.workers {
            tokio::spawn(worker::run(app.clone(), slot, worker.clone(), stopped.clone()));
        }
        let keys = Arc::new(SigningKeys::load_or_create(&config.signing_key_file).expect("signing keys"));
        let state = web::Data::new(State::new(app, config, keys, stopped).expect("the server's state"));
        tokio::spawn(server::serve(listener, state.clone(), metrics).expect("a server"));
        Self { base_url: format!("http://{address}"), state, sim, one, two, db, folder, stop }
    }

    /// The emulator's controls.
    pub(crate) fn control(&self) -> Control {
        self.sim.control()
    }

    /// A caller without a credential.
    pub(crate) fn anonymous(&self) -> Client {
        Client::new(&self.base_url)
    }

    /// A caller with this token.
    pub(crate) fn bearer(&self, token: &str) -> Client {
        self.anonymous().with_token(token)
    }

    /// The person of an MSP with this role.
    pub(crate) fn as_role(&self, msp: &Msp, role: Role) -> Client {
        self.bearer(&self.access_token(&msp.subject(role), TimeDelta::zero()))
    }

    /// The first MSP's owner.
    pub(crate) fn owner(&self) -> Client {
        self.as_role(&self.one, Role::Owner)
    }

    /// The first MSP's admin.
    pub(crate) fn admin(&self) -> Client {
        self.as_role(&self.one, Role::Admin)
    }

    /// An access token as the server would have made it that long ago.
    pub(crate) fn access_token(&self, subject: &Subject, ago: TimeDelta) -> String {
        claims::sign(&self.state.keys, &self.state.issuer, subject, Utc::now() - ago).expect("a token")
    }

    /// A session as superuser, to look behind the curtain.
    pub(crate) async fn superuser(&self) -> tokio_postgres::Client {
        let (client, connection) =
            tokio_postgres::connect(&self.db.superuser_url, tokio_postgres::NoTls).await.expect("a session");
        tokio::spawn(connection);
        client
    }
}

async fn open(config: &Config) -> App {
    let mut store = StoreConfig::new(config.database_url.clone());
    store.max_connections = config.database_connections;
    store.acquire_timeout = Duration::from_secs(30);
    let graph = GraphConfig {
        emulator: config.emulator_url.clone(),
        import_deadline: config.import_deadline,
        // The emulator's limit is off: waiting would test nothing here.
        ca_interval: Duration::from_millis(1),
        retry_pause: Duration::from_millis(10),
        ..GraphConfig::default()
    };
    let store = Store::connect(store).await.expect("a store");
    let keyring = Arc::new(Keys::load(&store, &config.key_file).await);
    App {
        store,
        graph: GraphClient::new(graph).expect("a Graph client"),
        github: GithubClient::new(config.github()).expect("a GitHub client"),
        keyring,
        passwords: Passwords::new().expect("passwords"),
    }
}

/// The hash of [`PASSWORD`]. Hashing is slow on purpose; one hash serves everybody.
async fn password_hash(app: &App) -> SecretString {
    app.passwords.hash(PASSWORD.to_owned().into()).await.expect("a hash")
}

#[expect(clippy::disallowed_methods, reason = "a test acts for the MSPs it made")]
async fn msp(app: &App, hash: &SecretString, name: &'static str, key: &str) -> Msp {
    let new = |role: Role| NewUser {
        email: format!("{role}@{key}.example"),
        display_name: format!("The {role} of {key}"),
        role,
        password_hash: Some(hash.clone()),
    };
    let (msp, owner) = app.store.msp_create(name, &new(Role::Owner)).await.expect("an MSP");
    let scope = MspScope::assume_verified(msp.id);
    let mut people = vec![owner];
    for role in [Role::Admin, Role::Operator, Role::Viewer] {
        let new = new(role);
        people.push(app.store.write(&scope, async |tx| tx.user_insert(&new).await).await.expect("a person"));
    }
    Msp { id: msp.id.as_uuid(), name, people }
}
