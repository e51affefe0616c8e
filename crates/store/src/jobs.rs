//! The queue: claimed with a lease, no lock held while working.
//!
//! Tenant-less, since a worker claims before it knows whose job it gets; so it holds ids and times only. All times
//! are the database's: workers' clocks don't matter.

use crate::{
    error::StoreError,
    events::notify_workers,
    schema::jobs,
    store::Store,
    tx::{ReadWrite, TenantTx},
};
use chrono::{DateTime, Utc};
use diesel::{
    OptionalExtension as _,
    data_types::PgInterval,
    dsl::{count_star, min},
    prelude::*,
    sql_types::{Interval, Timestamptz},
};
use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl};
use policytab_domain::ids::{JobId, MspId};
use std::time::Duration;
use uuid::Uuid;

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobKind {
    /// An import; the subject is the import's id.
    Import,
}

impl JobKind {
    /// The name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Import => "import",
        }
    }
}

/// A job that a worker holds until its lease runs out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedJob {
    /// Its id.
    pub id: JobId,
    /// For whom it is done. Claiming is what entitles a worker to that scope.
    pub msp_id: MspId,
    /// What it does.
    pub kind: JobKind,
    /// With what.
    pub subject_id: Uuid,
    /// How often it has been claimed, this time included; claims that were given back don't count.
    pub attempt: i32,
    /// Fresh for every claim: who holds another one holds nothing.
    pub lease_token: Uuid,
}

/// The queue's state, for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueStats {
    /// Jobs that could be claimed now.
    pub ready: i64,
    /// Jobs that a worker holds.
    pub leased: i64,
    /// Jobs that wait for their time.
    pub scheduled: i64,
    /// How long the oldest claimable job has been waiting.
    pub oldest_ready: Option<Duration>,
}

diesel::define_sql_function! {
    /// The time now, not when the transaction began.
    fn clock_timestamp() -> Timestamptz;
}

/// The end of a lease that begins now, as a value of its column.
macro_rules! lease_end {
    ($lease:expr) => {
        (diesel::dsl::now.into_sql::<Timestamptz>() + interval($lease).into_sql::<Interval>()).nullable()
    };
}

fn interval(duration: Duration) -> PgInterval {
    PgInterval::from_microseconds(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX))
}

impl Store {
    /// Claims the job that has waited longest: one whose time has come and that nobody holds, or whose holder's lease
    /// ran out. `None` when there is none.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn job_claim(&self, worker: &str, lease: Duration) -> Result<Option<ClaimedJob>, StoreError> {
        let token = Uuid::new_v4();
        let claim = async |conn: &mut AsyncPgConnection| {
            conn.transaction::<_, StoreError, _>(async |conn| {
                let id: Option<Uuid> = jobs::table
                    .filter(jobs::run_at.le(clock_timestamp()))
                    .filter(
                        jobs::lease_until.is_null().or(jobs::lease_until.lt(clock_timestamp().nullable())),
                    )
                    .order((jobs::run_at, jobs::id))
                    .select(jobs::id)
                    .for_update()
                    .skip_locked()
                    .first(conn)
                    .await
                    .optional()?;
                let Some(id) = id else { return Ok(None) };
                let row = diesel::update(jobs::table.filter(jobs::id.eq(id)))
                    .set((
                        jobs::worker.eq(worker),
                        jobs::lease_token.eq(token),
                        jobs::lease_until.eq(lease_end!(lease)),
                        jobs::attempt.eq(jobs::attempt + 1),
                    ))
                    .returning((jobs::id, jobs::msp_id, jobs::kind, jobs::subject_id, jobs::attempt))
                    .get_result::<(Uuid, Uuid, String, Uuid, i32)>(conn)
                    .await
                    .optional()?;
                Ok(row)
            })
            .await
        };
        let row = self.apart(claim).await?;
        row.map(|(id, msp_id, kind, subject_id, attempt)| {
            let kind = match kind.as_str() {
                "import" => JobKind::Import,
                _ => return Err(StoreError::Corrupt("jobs.kind")),
            };
            Ok(ClaimedJob {
                id: id.into(),
                msp_id: msp_id.into(),
                kind,
                subject_id,
                attempt,
                lease_token: token,
            })
        })
        .transpose()
    }

    /// Makes the lease last `lease` from now. `false`: it is lost (or the job done), stop working on it.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn job_heartbeat(&self, job: &ClaimedJob, lease: Duration) -> Result<bool, StoreError> {
        let longer = diesel::update(held(job)).set(jobs::lease_until.eq(lease_end!(lease)));
        let touched = self.apart(async |conn| Ok(longer.execute(conn).await?)).await?;
        Ok(touched == 1)
    }

    /// Gives a job back, to be claimed again from `run_at` on. `false`: it was not held any more.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn job_release(&self, job: &ClaimedJob, run_at: DateTime<Utc>) -> Result<bool, StoreError> {
        let given_back = diesel::update(held(job)).set((
            jobs::run_at.eq(run_at),
            jobs::worker.eq(None::<String>),
            jobs::lease_token.eq(None::<Uuid>),
            jobs::lease_until.eq(None::<DateTime<Utc>>),
        ));
        let touched = self.apart(async |conn| Ok(given_back.execute(conn).await?)).await?;
        Ok(touched == 1)
    }

    /// Gives a job back as if it had never been claimed, and wakes the other workers: for a worker that stops.
    /// `false`: it was not held any more.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn job_give_back(&self, job: &ClaimedJob) -> Result<bool, StoreError> {
        let given_back = diesel::update(held(job)).set((
            jobs::attempt.eq(jobs::attempt - 1),
            jobs::worker.eq(None::<String>),
            jobs::lease_token.eq(None::<Uuid>),
            jobs::lease_until.eq(None::<DateTime<Utc>>),
        ));
        self.apart(async |conn| {
            let touched = given_back.execute(conn).await?;
            notify_workers(conn).await?;
            Ok(touched == 1)
        })
        .await
    }

    /// The queue's state.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn job_queue_stats(&self) -> Result<QueueStats, StoreError> {
        self.aside(stats).await
    }
}

async fn stats(conn: &mut AsyncPgConnection) -> Result<QueueStats, StoreError> {
    let free = || jobs::lease_until.is_null().or(jobs::lease_until.lt(clock_timestamp().nullable()));
    let (ready, oldest, at): (i64, Option<DateTime<Utc>>, DateTime<Utc>) = jobs::table
        .filter(free())
        .filter(jobs::run_at.le(clock_timestamp()))
        .select((count_star(), min(jobs::run_at), clock_timestamp()))
        .first(conn)
        .await?;
    let leased: i64 = jobs::table
        .filter(jobs::lease_until.ge(clock_timestamp().nullable()))
        .select(count_star())
        .first(conn)
        .await?;
    let scheduled: i64 = jobs::table
        .filter(free())
        .filter(jobs::run_at.gt(clock_timestamp()))
        .select(count_star())
        .first(conn)
        .await?;
    let oldest_ready = oldest.map(|oldest| (at - oldest).to_std().unwrap_or_default());
    Ok(QueueStats { ready, leased, scheduled, oldest_ready })
}

/// The job's row while this lease holds.
#[diesel::dsl::auto_type]
fn held<'a>(job: &'a ClaimedJob) -> _ {
    let id: Uuid = job.id.as_uuid();
    let token: Uuid = job.lease_token;
    jobs::table
        .filter(jobs::id.eq(id))
        .filter(jobs::lease_token.eq(token))
        .filter(jobs::lease_until.gt(clock_timestamp().nullable()))
}

impl TenantTx<ReadWrite> {
    pub(crate) async fn job_insert(&mut self, kind: JobKind, subject_id: Uuid) -> Result<(), StoreError> {
        diesel::insert_into(jobs::table)
            .values((
                jobs::id.eq(Uuid::now_v7()),
                jobs::msp_id.eq(self.msp()),
                jobs::kind.eq(kind.as_str()),
                jobs::subject_id.eq(subject_id),
            ))
            .execute(self.conn())
            .await?;
        self.jobs_notify().await
    }

    /// Proves that the lease holds and keeps it so until the transaction ends: nobody claims a locked row.
    ///
    /// The lease must have held when the transaction began. That it runs out on the way does no harm: the token is
    /// fresh for every claim, and heartbeats can't renew a row that this very transaction has locked.
    pub(crate) async fn job_lock(&mut self, job: &ClaimedJob) -> Result<(), StoreError> {
        let found: Option<Uuid> = jobs::table
            .filter(jobs::id.eq(job.id.as_uuid()))
            .filter(jobs::lease_token.eq(job.lease_token))
            .filter(jobs::lease_until.gt(diesel::dsl::now.into_sql::<Timestamptz>().nullable()))
            .select(jobs::id)
            .for_update()
            .first(self.conn())
            .await
            .optional()?;
        found.map(|_| ()).ok_or(StoreError::LeaseLost)
    }

    pub(crate) async fn job_delete(&mut self, job: &ClaimedJob) -> Result<(), StoreError> {
        // Held under lock since the transaction began, so it is gone if nothing was touched now.
        let touched =
            diesel::delete(jobs::table.filter(jobs::id.eq(job.id.as_uuid()))).execute(self.conn()).await?;
        if touched == 1 { Ok(()) } else { Err(StoreError::LeaseLost) }
    }
}
