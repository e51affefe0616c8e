//! How long the store waits for a database that does not answer.
//!
//! PostgreSQL's own `statement_timeout` says nothing of a server that stands still or of a network that loses
//! everything. So whatever is asked is bounded here too, and a connection that was given up is thrown away. A store for
//! requests does more: when something takes a while it asks the database for a sign of life on another connection, and
//! gives up when there is none (docs/decisions/096).

use crate::{
    error::StoreError,
    session::Held,
    store::{Pool, Store, unavailable},
    tx::TxFn,
};
use diesel_async::AsyncPgConnection;
use futures_util::future::{Either, select};
use std::{
    future::Future,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::time::timeout;

/// After this long it is looked at how long the database has not answered.
const LOOK: Duration = Duration::from_millis(300);

/// What a statement may take beyond PostgreSQL's own bound on it, which tells more when it is met.
const GRACE: Duration = Duration::from_secs(1);

/// How long a store waits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// For a connection on which a transaction has begun.
    pub(crate) to_begin: Duration,
    /// For a statement.
    pub(crate) statement: Duration,
    /// Whether a sign of life is asked for meanwhile.
    pub(crate) looks: bool,
}

impl Patience {
    pub(crate) fn new(to_begin: Duration, statement_timeout: Duration) -> Self {
        Self { to_begin, statement: statement_timeout + GRACE, looks: false }
    }
}

/// When something happened last: that the database was asked in a transaction, or that it answered anything at all.
#[derive(Debug, Clone)]
pub(crate) struct Last(Arc<(Instant, AtomicU64)>);

impl Last {
    /// Now.
    pub(crate) fn now() -> Self {
        Self(Arc::new((Instant::now(), AtomicU64::new(0))))
    }

    /// It happens now.
    pub(crate) fn note(&self) {
        let (begun, last) = &*self.0;
        last.store(millis(begun.elapsed()), Ordering::Relaxed);
    }

    fn ago(&self) -> Duration {
        let (begun, last) = &*self.0;
        begun.elapsed().saturating_sub(Duration::from_millis(last.load(Ordering::Relaxed)))
    }

    /// Whether it happened after this moment; what was in the same millisecond does not count.
    pub(crate) fn is_after(&self, moment: Instant) -> bool {
        let (begun, last) = &*self.0;
        last.load(Ordering::Relaxed) > millis(moment.saturating_duration_since(*begun))
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

impl Store {
    /// The same store for those who answer requests: where the database does not answer at all, it is unavailable within
    /// two seconds. Without it a stall costs time only, up to PostgreSQL's bound on a statement.
    #[must_use]
    pub fn for_requests(mut self) -> Self {
        self.patience.looks = true;
        self
    }

    /// Waits for what is asked of the database, as long as this store does. What is given up is dropped.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] then.
    pub(crate) async fn patiently<T>(
        &self,
        asked: &Last,
        work: impl Future<Output = T>,
    ) -> Result<T, StoreError> {
        let mut work = pin!(work);
        loop {
            if let Ok(done) = timeout(LOOK, work.as_mut()).await {
                return Ok(done);
            }
            let waited = asked.ago();
            if waited >= self.patience.statement {
                return Err(StoreError::Unavailable("a statement was not answered in time".to_owned()));
            }
            if self.patience.looks && waited >= LOOK {
                match select(work.as_mut(), pin!(self.ping())).await {
                    Either::Left((done, _)) => return Ok(done),
                    Either::Right((alive, _)) => alive?,
                }
            }
        }
    }

    /// Runs statements on a connection without a scope: `current_msp()` raises on it. For the tenant-less list only.
    ///
    /// # Errors
    /// Those of `f`, and [`StoreError::Unavailable`] when no connection can be had or nobody answers.
    pub(crate) async fn apart<T, F>(&self, f: F) -> Result<T, StoreError>
    where
        F: for<'c> AsyncFnOnce(&'c mut AsyncPgConnection) -> Result<T, StoreError>
            + for<'c> TxFn<&'c mut AsyncPgConnection, Result<T, StoreError>, Fut: Send>
            + Send,
        T: Send,
    {
        let mut held = Held::new(self.patiently(&Last::now(), self.connection()).await??);
        let result = self.patiently(&Last::now(), f(&mut held)).await?;
        held.release();
        if result.is_ok() {
            self.heard.note();
        }
        result
    }

    /// The same for figures, on a connection of their own and for as long as [`Store::ping`] waits.
    ///
    /// # Errors
    /// As of [`Store::apart`].
    pub(crate) async fn aside<T, F>(&self, f: F) -> Result<T, StoreError>
    where
        F: for<'c> AsyncFnOnce(&'c mut AsyncPgConnection) -> Result<T, StoreError>
            + for<'c> TxFn<&'c mut AsyncPgConnection, Result<T, StoreError>, Fut: Send>
            + Send,
        T: Send,
    {
        briefly(&self.figures, f).await
    }
}

/// Runs statements on a connection of this pool, for as long as those who watch wait.
///
/// # Errors
/// As of [`Store::apart`].
pub(crate) async fn briefly<T, F>(pool: &Pool, f: F) -> Result<T, StoreError>
where
    F: for<'c> AsyncFnOnce(&'c mut AsyncPgConnection) -> Result<T, StoreError>
        + for<'c> TxFn<&'c mut AsyncPgConnection, Result<T, StoreError>, Fut: Send>
        + Send,
    T: Send,
{
    let mut held = Held::new(pool.get_owned().await.map_err(unavailable)?);
    let answered = {
        let mut work = pin!(f(&mut held));
        // Twice the half: a thread that was busy for all of it has not heard an answer that is there.
        match timeout(PROBE_WAITS / 2, work.as_mut()).await {
            Ok(result) => Some(result),
            Err(_) => timeout(PROBE_WAITS / 2, work).await.ok(),
        }
    };
    let late = || StoreError::Unavailable("the database does not answer".to_owned());
    let result = answered.ok_or_else(late)?;
    held.release();
    result
}

/// How long those who watch wait for the database.
pub(crate) const PROBE_WAITS: Duration = Duration::from_secs(1);
