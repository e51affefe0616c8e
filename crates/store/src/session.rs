//! A session with PostgreSQL, as the pools hold it.

use crate::store::plain;
use bb8::ManageConnection;
use diesel::{ConnectionError, ConnectionResult};
use diesel_async::{AsyncPgConnection, pooled_connection::PoolableConnection as _};
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

/// Opens sessions. The runtime that opens one drives it.
pub(crate) struct Sessions(pub(crate) tokio_postgres::Config);

impl ManageConnection for Sessions {
    type Connection = Session;
    type Error = ConnectionError;

    async fn connect(&self) -> ConnectionResult<Session> {
        let bad = |e: tokio_postgres::Error| ConnectionError::BadConnection(plain(&e));
        let (client, connection) = self.0.connect(NoTls).await.map_err(bad)?;
        let connection = AsyncPgConnection::try_from_client_and_connection(client, connection).await?;
        Ok(Session { connection, used: None })
    }

    /// Nothing is asked when a connection is taken: a dead one shows at `BEGIN`, which is tried again.
    async fn is_valid(&self, _: &mut Session) -> ConnectionResult<()> {
        Ok(())
    }

    fn has_broken(&self, session: &mut Session) -> bool {
        std::thread::panicking() || session.connection.is_broken()
    }
}
