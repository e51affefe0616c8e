//! The pool and what it is set up with. Connections leave this module only inside the crate.

use crate::{
    boot,
    boot::BootError,
    error::StoreError,
    events::Listener,
    lanes::Lanes,
    patience::{Last, PROBE_WAITS, Patience, briefly},
    queue::{Queue, Waiting},
    session::Sessions,
};
use diesel::ConnectionError;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use secrecy::{ExposeSecret as _, SecretString};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::Mutex;

pub(crate) type PgPooled = bb8::PooledConnection<'static, Sessions>;
pub(crate) type Pool = bb8::Pool<Sessions>;
/// Makes a pool of so many connections, none of which is open yet.
pub(crate) type PoolMaker = Box<dyn Fn(u32) -> Pool + Send + Sync>;

/// How to reach the database.
#[derive(Debug, Clone)]
pub struct StoreConfig {
    /// The runtime role's URL.
    pub url: SecretString,
    /// How many connections at the most.
    pub max_connections: u32,
    /// Threads with a runtime of their own that will call [`Store::connect_here`].
    pub threads: usize,
    /// How long a request waits for a connection, with its transaction begun, before it is told that the service is
    /// unavailable.
    pub acquire_timeout: Duration,
    /// How many may wait for a connection; who comes then is told at once that the service is unavailable.
    pub max_waiting: usize,
    /// PostgreSQL ends a statement that takes longer. Where it does not answer at all, the statement is given up a second
    /// later.
    pub statement_timeout: Duration,
    /// PostgreSQL ends a session that sits in a transaction for longer: calls to other services don't belong there.
    pub idle_in_transaction_timeout: Duration,
}

impl StoreConfig {
    /// Defaults that suit a server: 16 connections, 2 s to get one, 128 that wait for one, 15 s for a statement, 10 s idle
    /// in a transaction.
    pub fn new(url: impl Into<SecretString>) -> Self {
        Self {
            url: url.into(),
            max_connections: 16,
            threads: 0,
            acquire_timeout: Duration::from_secs(2),
            max_waiting: 128,
            statement_timeout: Duration::from_secs(15),
            idle_in_transaction_timeout: Duration::from_secs(10),
        }
    }
}

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    lanes: Arc<Lanes>,
    /// One connection for signs of life, so that those who watch hear of the database and not of the pool.
    probe: Pool,
    /// And one for figures, whose statements may take their time without anybody taking the database for dead.
    pub(crate) figures: Pool,
    probed: Arc<Mutex<Option<Probed>>>,
    /// When the database last answered anything. A machine that has too much to do may let single sessions wait for seconds,
    /// the one for signs of life as well, while others go on.
    pub(crate) heard: Last,
    queue: Queue,
    max_connections: u32,
    pub(crate) patience: Patience,
    pub(crate) listener: Arc<Listener>,
}

impl Store {
    /// Connects and checks that row level security can hold: see [`BootError`] for what is refused.
    ///
    /// # Errors
    /// [`BootError`], each with one sentence for the operator.
    pub async fn connect(config: StoreConfig) -> Result<Self, BootError> {
        let pg = notices_absence(config.url.expose_secret().parse().map_err(|_| BootError::InvalidUrl)?);
        let make = pools(&config, &pg, config.acquire_timeout);
        let aside = pools(&config, &pg, config.acquire_timeout.min(PROBE_WAITS));
        let store = Self {
            lanes: Arc::new(Lanes::new(config.max_connections, config.threads, make)),
            probe: aside(1),
            figures: aside(1),
            probed: Arc::default(),
            heard: Last::now(),
            queue: Queue::new(config.max_waiting),
            max_connections: config.max_connections,
            patience: Patience::new(config.acquire_timeout, config.statement_timeout),
            listener: Arc::new(Listener::new(pg)),
        };
        let mut conn = store.connection().await.map_err(|e| BootError::Unreachable(e.to_string()))?;
        boot::check(&mut conn).await?;
        drop(conn);
        Ok(store)
    }

    /// Asks the database for a sign of life, on a connection that nothing else waits for; whatever it answers meanwhile
    /// elsewhere is one as well. Those who ask at the same time share an answer, which comes within two seconds.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when there is none.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let mut probed = self.probed.lock().await;
        if let Some((_, known)) = probed.as_ref().filter(|(at, _)| at.elapsed() < PROBE_LASTS) {
            return known.clone().map_err(StoreError::Unavailable);
        }
        let begun = Instant::now();
        let found = match self.ask().await {
            Err(_) if self.heard.is_after(begun) => Ok(()),
            found => found.map_err(|error| error.to_string()),
        };
        *probed = Some((Instant::now(), found.clone()));
        found.map_err(StoreError::Unavailable)
    }

    async fn ask(&self) -> Result<(), StoreError> {
        let question = || {
            async |conn: &mut AsyncPgConnection| {
                diesel::select(diesel::dsl::now).execute(conn).await?;
                Ok(())
            }
        };
        let until = Instant::now() + PROBE_WAITS / 2;
        match briefly(&self.probe, question()).await {
            // The connection may have ended since it was last used; that says nothing of the database.
            Err(StoreError::Unavailable(_)) if Instant::now() < until => {
                briefly(&self.probe, question()).await
            }
            answer => answer,
        }
    }

    /// How many wait for a connection.
    pub fn waiting(&self) -> Waiting {
        self.queue.state()
    }

    /// Gives the thread that calls, and that has a runtime of its own, a share of the connections, which that runtime
    /// drives.
    pub fn connect_here(&self) {
        self.lanes.open_here();
    }

    /// To be called before threads end that called [`Store::connect_here`]: what is under way elsewhere must not use
    /// connections that end with them.
    pub fn keep_apart(&self) {
        self.lanes.keep_apart();
    }

    /// How many connections of the pool are open, and how many of them are idle.
    pub fn connections(&self) -> (u32, u32) {
        self.lanes.state()
    }

    pub(crate) fn max_connections(&self) -> u32 {
        self.max_connections
    }

    /// A connection without a scope, for transactions and for [`Store::apart`].
    pub(crate) async fn connection(&self) -> Result<PgPooled, StoreError> {
        let _waiting = self.queue.enter().ok_or(StoreError::Busy)?;
        self.lanes.pick().get_owned().await.map_err(unavailable)
    }
}

/// When the database was asked last, and what came of it.
type Probed = (Instant, Result<(), String>);

/// How long an answer to [`Store::ping`] is good.
const PROBE_LASTS: Duration = Duration::from_millis(500);

pub(crate) fn unavailable(error: bb8::RunError<ConnectionError>) -> StoreError {
    StoreError::Unavailable(match error {
        bb8::RunError::TimedOut => "no connection became free in time".to_owned(),
        bb8::RunError::User(e) => e.to_string(),
    })
}

/// Lets the system end a connection whose other side is gone without a word, unless the URL says how: a network that
/// loses everything is else noticed after a quarter of an hour, or never on a connection that only listens.
fn notices_absence(mut pg: tokio_postgres::Config) -> tokio_postgres::Config {
    if pg.get_tcp_user_timeout().is_none() {
        pg.tcp_user_timeout(UNACKNOWLEDGED);
    }
    if pg.get_keepalives_idle() == tokio_postgres::Config::new().get_keepalives_idle() {
        pg.keepalives_idle(SILENT).keepalives_interval(SILENT / 3).keepalives_retries(3);
    }
    pg
}

/// How long what was sent may stay unacknowledged (Linux).
const UNACKNOWLEDGED: Duration = Duration::from_secs(10);

/// How long a connection may be silent before the system asks whether the other side is there.
const SILENT: Duration = Duration::from_secs(15);

/// What makes pools whose connections are set up like this.
fn pools(config: &StoreConfig, pg: &tokio_postgres::Config, acquire_timeout: Duration) -> PoolMaker {
    let mut session = pg.clone();
    let more = pg.get_options().unwrap_or_default();
    session
        .options(format!(
            "{more} -c statement_timeout={} -c idle_in_transaction_session_timeout={}",
            config.statement_timeout.as_millis(),
            config.idle_in_transaction_timeout.as_millis(),
        ))
        .application_name("policytab")
        .connect_timeout(acquire_timeout);
    Box::new(move |size| {
        bb8::Pool::builder()
            .max_size(size)
            .connection_timeout(acquire_timeout)
            .test_on_check_out(false)
            .build_unchecked(Sessions { config: session.clone(), within: acquire_timeout })
    })
}

/// The error with its cause, on one line: tokio-postgres says no more than "error connecting to server" by itself.
pub(crate) fn plain(error: &tokio_postgres::Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
