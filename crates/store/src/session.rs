//! A session with PostgreSQL, as the pools hold it.

use crate::store::{PgPooled, plain};
use bb8::ManageConnection;
use diesel::{ConnectionError, ConnectionResult};
use diesel_async::{
    AnsiTransactionManager, AsyncPgConnection, TransactionManager as _,
    pooled_connection::PoolableConnection as _,
};
use std::{
    ops::{Deref, DerefMut},
    time::{Duration, Instant},
};
use tokio_postgres::NoTls;

/// How long after its last transaction a session is believed to be there still.
const FRESH: Duration = Duration::from_millis(50);

/// A connection, and when a transaction ended on it last.
pub(crate) struct Session {
    connection: AsyncPgConnection,
    used: Option<Instant>,
}

impl Session {
    /// A transaction has ended on it: it was there just now.
    pub(crate) fn touch(&mut self) {
        self.used = Some(Instant::now());
    }

    /// Whether it was there a moment ago.
    pub(crate) fn is_fresh(&mut self) -> bool {
        self.used.is_some_and(|used| used.elapsed() < FRESH) && !self.connection.is_broken()
    }
}

impl Deref for Session {
    type Target = AsyncPgConnection;
    fn deref(&self) -> &AsyncPgConnection {
        &self.connection
    }
}

impl DerefMut for Session {
    fn deref_mut(&mut self) -> &mut AsyncPgConnection {
        &mut self.connection
    }
}

/// A session in use. The pool throws it away when it is dropped before [`Held::release`]: something may still run on it.
pub(crate) struct Held {
    session: PgPooled,
    released: bool,
}

impl Held {
    pub(crate) fn new(session: PgPooled) -> Self {
        Self { session, released: false }
    }

    /// Nothing runs on it any more: others may have it.
    pub(crate) fn release(&mut self) {
        self.released = true;
        self.session.touch();
    }
}

impl Deref for Held {
    type Target = Session;
    fn deref(&self) -> &Session {
        &self.session
    }
}

impl DerefMut for Held {
    fn deref_mut(&mut self) -> &mut Session {
        &mut self.session
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if !self.released {
            AnsiTransactionManager::transaction_manager_status_mut(&mut **self.session).set_in_error();
        }
    }
}

/// Opens sessions. The runtime that opens one drives it.
pub(crate) struct Sessions {
    pub(crate) config: tokio_postgres::Config,
    /// For all of it: a server that stands still takes the connection, and says nothing.
    pub(crate) within: Duration,
}

impl Sessions {
    async fn open(&self) -> ConnectionResult<Session> {
        let bad = |e: tokio_postgres::Error| ConnectionError::BadConnection(plain(&e));
        let (client, connection) = self.config.connect(NoTls).await.map_err(bad)?;
        let connection = AsyncPgConnection::try_from_client_and_connection(client, connection).await?;
        Ok(Session { connection, used: None })
    }
}

impl ManageConnection for Sessions {
    type Connection = Session;
    type Error = ConnectionError;

    async fn connect(&self) -> ConnectionResult<Session> {
        let late = |_| ConnectionError::BadConnection("no session was opened in time".to_owned());
        tokio::time::timeout(self.within, self.open()).await.map_err(late)?
    }

    /// Nothing is asked when a connection is taken: a dead one shows at `BEGIN`, which is tried again.
    async fn is_valid(&self, _: &mut Session) -> ConnectionResult<()> {
        Ok(())
    }

    fn has_broken(&self, session: &mut Session) -> bool {
        std::thread::panicking() || session.connection.is_broken()
    }
}
