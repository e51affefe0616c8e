//! LISTEN and NOTIFY: wakes workers and feeds server-sent events on every node.
//!
//! Notices carry ids only and are sent in the transaction they tell of, so they arrive after it is visible and never
//! for one that was rolled back. They can be lost while the connection is down: [`Notice::Reconnected`] says so, and
//! the rows are the truth.

use crate::{
    error::StoreError,
    store::{Store, plain},
    tx::{ReadWrite, TenantTx},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::{Stream, StreamExt as _, stream};
use policytab_domain::ids::{CustomerId, ImportId, MspId};
use serde::{Deserialize, Serialize};
use std::{
    pin::Pin,
    sync::OnceLock,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{sync::broadcast, task::JoinHandle};
use tokio_postgres::{AsyncMessage, NoTls};

const JOBS: &str = "policytab_jobs";
const EVENTS: &str = "policytab_events";
const SESSIONS: &str = "policytab_sessions";

/// What changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// A customer was added, renamed, connected, imported or deleted; its counts or last error changed.
    CustomerChanged,
    /// An import changed its state, or one of its steps did.
    ImportChanged,
    /// The library changed.
    BaselineChanged,
}

/// Something that a listener hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// There may be a job to claim.
    Jobs,
    /// Something of an MSP changed. Show it to that MSP only.
    Event {
        /// Whose.
        msp_id: MspId,
        /// What.
        kind: EventKind,
        /// The customer, where there is one.
        customer_id: Option<CustomerId>,
        /// The import, where there is one.
        import_id: Option<ImportId>,
    },
    /// Sessions of an MSP ended, or what they may do changed: what is remembered of its access tokens is outdated.
    Sessions {
        /// Whose.
        msp_id: MspId,
    },
    /// Notices may have been missed: look at everything again.
    Reconnected,
}

#[derive(Serialize, Deserialize)]
struct Payload {
    msp_id: MspId,
    kind: EventKind,
    customer_id: Option<CustomerId>,
    import_id: Option<ImportId>,
}

diesel::define_sql_function! {
    /// Queues a notification for the end of the transaction.
    fn pg_notify(channel: diesel::sql_types::Text, payload: diesel::sql_types::Text);
}

impl TenantTx<ReadWrite> {
    /// Tells every node, when this transaction commits, that something changed.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn event(
        &mut self,
        kind: EventKind,
        customer_id: Option<CustomerId>,
        import_id: Option<ImportId>,
    ) -> Result<(), StoreError> {
        let payload = Payload { msp_id: self.msp_id(), kind, customer_id, import_id };
        let text = serde_json::to_string(&payload).map_err(|_| StoreError::Corrupt("event"))?;
        diesel::select(pg_notify(EVENTS, text)).execute(self.conn()).await?;
        Ok(())
    }

    /// Tells every node, when this transaction commits, to look at this MSP's sessions again.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn sessions_changed(&mut self) -> Result<(), StoreError> {
        let msp = self.msp_id().to_string();
        diesel::select(pg_notify(SESSIONS, msp)).execute(self.conn()).await?;
        Ok(())
    }

    /// Wakes the workers when this transaction commits.
    pub(crate) async fn jobs_notify(&mut self) -> Result<(), StoreError> {
        notify_workers(self.conn()).await
    }
}

/// Wakes the workers of all processes.
pub(crate) async fn notify_workers(conn: &mut AsyncPgConnection) -> Result<(), StoreError> {
    diesel::select(pg_notify(JOBS, "")).execute(conn).await?;
    Ok(())
}

/// The one LISTEN connection of a [`Store`], opened when somebody first listens.
pub(crate) struct Listener {
    pg: tokio_postgres::Config,
    sender: broadcast::Sender<Notice>,
    task: OnceLock<JoinHandle<()>>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Some(task) = self.task.get() {
            task.abort();
        }
    }
}

impl Listener {
    pub(crate) fn new(pg: tokio_postgres::Config) -> Self {
        Self { pg, sender: broadcast::channel(1024).0, task: OnceLock::new() }
    }
}

/// What a listener hears, without end. Clones of a store share one connection; each listener hears everything.
pub struct Notices(Pin<Box<dyn Stream<Item = Notice> + Send>>);

impl Stream for Notices {
    type Item = Notice;
    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Notice>> {
        self.0.poll_next_unpin(cx)
    }
}

impl Store {
    /// Listens on a connection of its own that is opened again whenever it breaks. The first item is
    /// [`Notice::Reconnected`], as soon as listening has begun.
    pub fn listen(&self) -> Notices {
        let receiver = self.listener.sender.subscribe();
        let mut fresh = false;
        self.listener.task.get_or_init(|| {
            fresh = true;
            tokio::spawn(keep_listening(self.listener.pg.clone(), self.listener.sender.clone()))
        });
        let heard = stream::unfold(receiver, |mut receiver| async move {
            match receiver.recv().await {
                Ok(notice) => Some((notice, receiver)),
                // Too slow to read them all: the same advice as after a broken connection.
                Err(broadcast::error::RecvError::Lagged(_)) => Some((Notice::Reconnected, receiver)),
                Err(broadcast::error::RecvError::Closed) => None,
            }
        });
        // Who joins later gets the first item at once; the task that was just started sends its own.
        let first = stream::iter((!fresh).then_some(Notice::Reconnected));
        Notices(Box::pin(first.chain(heard)))
    }
}

async fn keep_listening(pg: tokio_postgres::Config, sender: broadcast::Sender<Notice>) {
    let mut wait = Duration::from_millis(100);
    loop {
        match listen_once(&pg, &sender).await {
            Ok(()) => wait = Duration::from_millis(100),
            Err(error) => {
                tracing::warn!(error = plain(&error), "listening to the database failed, trying again")
            }
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(Duration::from_secs(5));
    }
}

/// How long it takes to be let in.
const CONNECTS: Duration = Duration::from_secs(5);

/// Listens until the connection ends. An error means that it never began.
async fn listen_once(
    pg: &tokio_postgres::Config,
    sender: &broadcast::Sender<Notice>,
) -> Result<(), tokio_postgres::Error> {
    let mut pg = pg.clone();
    pg.application_name("policytab listener").connect_timeout(CONNECTS);
    // A server that stands still takes the connection, and says nothing.
    let Ok(connected) = tokio::time::timeout(CONNECTS, pg.connect(NoTls)).await else {
        tracing::warn!("the database lets nobody listen, trying again");
        return Ok(());
    };
    let (client, mut connection) = connected?;
    let begin =
        client.batch_execute("LISTEN policytab_jobs; LISTEN policytab_events; LISTEN policytab_sessions");
    tokio::pin!(begin);
    let mut begun = false;
    loop {
        tokio::select! {
            done = &mut begin, if !begun => {
                done?;
                begun = true;
                let _ = sender.send(Notice::Reconnected);
            }
            message = std::future::poll_fn(|cx| connection.poll_message(cx)) => match message {
                Some(Ok(AsyncMessage::Notification(n))) => {
                    if let Some(notice) = read(n.channel(), n.payload()) {
                        // No receiver is no error: the next one starts by looking at everything.
                        let _ = sender.send(notice);
                    }
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Ok(()),
            },
        }
    }
}

fn read(channel: &str, payload: &str) -> Option<Notice> {
    match channel {
        JOBS => Some(Notice::Jobs),
        SESSIONS => Some(payload.parse().map_or(Notice::Reconnected, |msp_id| Notice::Sessions { msp_id })),
        EVENTS => match serde_json::from_str::<Payload>(payload) {
            Ok(p) => Some(Notice::Event {
                msp_id: p.msp_id,
                kind: p.kind,
                customer_id: p.customer_id,
                import_id: p.import_id,
            }),
            Err(_) => {
                // A newer node speaks of something that this one does not know.
                tracing::debug!("a notice could not be read");
                Some(Notice::Reconnected)
            }
        },
        _ => None,
    }
}
