//! Transactions that are born with their scope.
//!
//! Invariant: a [`TenantTx`] exists only between a `BEGIN` that set `app.msp_id` in the same message and the end of
//! that transaction. One that is dropped before its end (a client hung up, the database does not answer) leaves a
//! connection that the pool throws away.
//!
//! A transaction that reads waits for its queries only: `BEGIN` and `COMMIT` are sent and their answers left to
//! themselves (docs/decisions/092).

use crate::{error::StoreError, patience::Last, session::Held, store::Store};
use diesel_async::{
    AnsiTransactionManager, AsyncPgConnection, SimpleAsyncConnection as _, TransactionManager as _,
};
use futures_util::FutureExt as _;
use policytab_domain::{ids::MspId, tenancy::MspScope};
use std::{future::Future, marker::PhantomData};
use uuid::Uuid;

/// A transaction that only reads; the database is told so too.
#[derive(Debug, Clone, Copy)]
pub struct ReadOnly(());

/// A transaction that may write.
#[derive(Debug, Clone, Copy)]
pub struct ReadWrite(());

mod sealed {
    pub trait Sealed: Send + 'static {
        const BEGIN: &'static str;
        const WRITES: bool;
    }
    impl Sealed for super::ReadOnly {
        const BEGIN: &'static str = "BEGIN READ ONLY";
        const WRITES: bool = false;
    }
    impl Sealed for super::ReadWrite {
        const BEGIN: &'static str = "BEGIN";
        const WRITES: bool = true;
    }
}

/// [`ReadOnly`] or [`ReadWrite`].
pub trait Mode: sealed::Sealed {}
impl Mode for ReadOnly {}
impl Mode for ReadWrite {}

/// A transaction in the scope of one MSP. All queries are its methods.
pub struct TenantTx<M: Mode> {
    conn: Held,
    scope: MspScope,
    asked: Last,
    heard: Last,
    mode: PhantomData<fn() -> M>,
}

/// The bound on closures given to [`Store::read`] and [`Store::write`]: `async |tx| { … }` whose future is `Send`.
/// It exists because the future of an `AsyncFnOnce` can't be named in a bound yet; nobody implements it by hand.
pub trait TxFn<C, R>: AsyncFnOnce(C) -> R + FnOnce(C) -> <Self as TxFn<C, R>>::Fut {
    /// The future of the closure.
    type Fut: Future<Output = R>;
}

impl<F, C, Fut, R> TxFn<C, R> for F
where
    F: AsyncFnOnce(C) -> R + FnOnce(C) -> Fut,
    Fut: Future<Output = R>,
{
    type Fut = Fut;
}

impl Store {
    /// Runs `f` in a transaction that reads in the scope of one MSP.
    ///
    /// # Errors
    /// Those of `f`, and [`StoreError::Unavailable`] when no connection can be had or nobody answers.
    pub async fn read<T, E, F>(&self, scope: &MspScope, f: F) -> Result<T, E>
    where
        F: for<'t> AsyncFnOnce(&'t mut TenantTx<ReadOnly>) -> Result<T, E>
            + for<'t> TxFn<&'t mut TenantTx<ReadOnly>, Result<T, E>, Fut: Send>
            + Send,
        T: Send,
        E: From<StoreError> + Send,
    {
        let mut tx = TenantTx::begin(self, scope).await?;
        let asked = tx.asked.clone();
        let work = async {
            let result = f(&mut tx).await;
            tx.end(result).await
        };
        self.patiently(&asked, work).await?
    }

    /// Runs `f` in a transaction that may write in the scope of one MSP: committed when `f` returns `Ok`, rolled
    /// back when it returns `Err`. Keep calls to other services out of it.
    ///
    /// # Errors
    /// Those of `f`, [`StoreError::Unavailable`] when no connection can be had or nobody answers (whether what was to be
    /// committed was is not known then), and [`StoreError::Aborted`] when `f` returned `Ok` after hiding a failed
    /// statement.
    pub async fn write<T, E, F>(&self, scope: &MspScope, f: F) -> Result<T, E>
    where
        F: for<'t> AsyncFnOnce(&'t mut TenantTx<ReadWrite>) -> Result<T, E>
            + for<'t> TxFn<&'t mut TenantTx<ReadWrite>, Result<T, E>, Fut: Send>
            + Send,
        T: Send,
        E: From<StoreError> + Send,
    {
        let mut tx = TenantTx::begin(self, scope).await?;
        let asked = tx.asked.clone();
        let work = async {
            let result = f(&mut tx).await;
            tx.end(result).await
        };
        self.patiently(&asked, work).await?
    }
}

impl<M: Mode> TenantTx<M> {
    async fn begin(store: &Store, scope: &MspScope) -> Result<Self, StoreError> {
        let late = |_| StoreError::Unavailable("no transaction began in time".to_owned());
        let begin = tokio::time::timeout(store.patience.to_begin, Self::try_to_begin(store, scope));
        store.patiently(&Last::now(), begin).await?.map_err(late)?
    }

    async fn try_to_begin(store: &Store, scope: &MspScope) -> Result<Self, StoreError> {
        // A typed uuid can't inject. One message, one round trip.
        let sql = format!("{}; SET LOCAL app.msp_id = '{}'", M::BEGIN, scope.msp_id());
        // A connection can have died in the pool (the server was restarted). Nothing has happened before BEGIN, so
        // a dead one is dropped and the next one tried, as often as the pool can hold dead ones.
        let mut tries = store.max_connections() + 1;
        loop {
            let mut conn = Held::new(store.connection().await?);
            let begun = match (M::WRITES, conn.is_fresh()) {
                (true, _) => AnsiTransactionManager::begin_transaction_sql(&mut **conn, &sql).await,
                (false, true) => send(&conn, &sql),
                (false, false) => conn.batch_execute(&sql).await,
            };
            match begun {
                Ok(()) => {
                    let (asked, heard) = (Last::now(), store.heard.clone());
                    return Ok(Self { conn, scope: *scope, asked, heard, mode: PhantomData });
                }
                Err(error) => {
                    tries = tries.saturating_sub(1);
                    let error = StoreError::from(error);
                    if tries == 0 || !matches!(error, StoreError::Unavailable(_)) {
                        return Err(error);
                    }
                }
            }
        }
    }

    async fn end<T, E: From<StoreError>>(mut self, result: Result<T, E>) -> Result<T, E> {
        self.asked.note();
        let ended = match M::WRITES {
            true => self.end_writing(result).await,
            false => {
                // What was read has arrived, and nothing was changed: nothing is to be learned from the answer. When
                // it can't be sent the connection is closed, and the pool drops it.
                let _ = send(&self.conn, if result.is_ok() { "COMMIT" } else { "ROLLBACK" });
                result
            }
        };
        self.conn.release();
        if ended.is_ok() {
            self.heard.note();
        }
        ended
    }

    async fn end_writing<T, E: From<StoreError>>(&mut self, result: Result<T, E>) -> Result<T, E> {
        let conn: &mut AsyncPgConnection = &mut self.conn;
        match result {
            Ok(value) => {
                // In a failed transaction PostgreSQL answers COMMIT with a rollback and no error. Ask first.
                if let Err(error) = conn.batch_execute("SELECT 1").await {
                    let _ = AnsiTransactionManager::rollback_transaction(conn).await;
                    let error = match StoreError::from(error) {
                        // The session ended meanwhile: nobody hid anything, and another try may go well.
                        away @ StoreError::Unavailable(_) => away,
                        _ => StoreError::Aborted,
                    };
                    return Err(error.into());
                }
                AnsiTransactionManager::commit_transaction(conn).await.map_err(StoreError::from)?;
                Ok(value)
            }
            Err(error) => {
                // When this fails the connection is broken and the pool drops it: the caller's error says more.
                let _ = AnsiTransactionManager::rollback_transaction(conn).await;
                Err(error)
            }
        }
    }

    /// For the next statement.
    pub(crate) fn conn(&mut self) -> &mut AsyncPgConnection {
        self.asked.note();
        &mut self.conn
    }

    /// The MSP of this transaction.
    pub fn msp_id(&self) -> MspId {
        self.scope.msp_id()
    }

    pub(crate) fn msp(&self) -> Uuid {
        self.scope.msp_id().as_uuid()
    }
}

/// Sends a statement and leaves its answer to itself: PostgreSQL takes what follows on the connection after it.
fn send(mut conn: &AsyncPgConnection, sql: &str) -> diesel::QueryResult<()> {
    // The statement is on its way when the future was polled once.
    conn.batch_execute(sql).now_or_never().unwrap_or(Ok(()))
}
