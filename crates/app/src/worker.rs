//! Workers: claim a job, keep its lease, run it, claim the next.
//!
//! A worker may die at any moment. Its lease then runs out, another worker takes the job, and the import begins again;
//! whatever the first one had not committed never happened.

use crate::{
    App, acceptances, baseline_followers, baseline_sources,
    import_run::{self, RunOutcome},
};
use futures_util::StreamExt as _;
use policytab_domain::import::ImportStep;
use policytab_store::{ClaimedJob, JobKind, Notice};
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

/// How often the queue is looked at without being woken: expired leases wake nobody.
pub const POLL: Duration = Duration::from_secs(2);

/// How long a run whose job is gone may take to say that it has ended it.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// How often rows that have had their day are deleted.
const SWEEP: Duration = Duration::from_secs(15 * 60);

/// How often accepted findings are looked at whose time may be over. The report itself shows it at once; the counts of
/// the dashboard are wrong for this long at the most.
const EXPIRY: Duration = Duration::from_secs(30);

/// Feeds metrics.
pub trait Meter: Send + Sync {
    /// A step ended.
    fn import_step(&self, step: ImportStep, seconds: f64);
    /// An import ended; `outcome` is `succeeded`, `failed`, `lease_lost` or `retried`.
    fn import_ended(&self, outcome: &'static str);
}

/// How workers work.
#[derive(Clone)]
pub struct WorkerSettings {
    /// How long a job stays a worker's without a sign of life.
    pub lease: Duration,
    /// Feeds metrics.
    pub meter: Arc<dyn Meter>,
}

/// Runs jobs until told to stop; one at a time. The job under way is given back then, and another worker begins it
/// again.
pub async fn run(app: App, slot: usize, settings: WorkerSettings, mut stopped: watch::Receiver<bool>) {
    let name = format!("{}-{slot}", std::process::id());
    let mut notices = app.store.listen();
    loop {
        let claimed = match app.store.job_claim(&name, settings.lease).await {
            Ok(claimed) => claimed,
            Err(error) => {
                tracing::warn!(%error, "the job queue can't be read");
                None
            }
        };
        if let Some(job) = claimed {
            tokio::select! {
                () = work(&app, &job, &settings) => continue,
                () = told(&mut stopped) => {
                    // Given back at once, so that nobody waits for the lease. Being stopped is not the job's fault.
                    if let Err(error) = app.store.job_give_back(&job).await {
                        tracing::warn!(%error, "a job can't be given back; its lease will run out");
                    }
                    return;
                }
            }
        }
        tokio::select! {
            () = told(&mut stopped) => return,
            () = tokio::time::sleep(POLL) => {}
            () = woken(&mut notices) => {}
        }
    }
}

/// Waits until this process is told to stop.
pub(crate) async fn told(stopped: &mut watch::Receiver<bool>) {
    // A sender that is gone means the same.
    let _ = stopped.wait_for(|s| *s).await;
}

/// Waits for a notice that there may be a job.
async fn woken(notices: &mut policytab_store::Notices) {
    loop {
        match notices.next().await {
            Some(Notice::Jobs | Notice::Reconnected) => return,
            Some(Notice::Event { .. } | Notice::Sessions { .. }) => {}
            None => std::future::pending().await,
        }
    }
}

async fn work(app: &App, job: &ClaimedJob, settings: &WorkerSettings) {
    match job.kind {
        JobKind::Import => {
            let run = import_run::run(app, job, settings.meter.as_ref());
            tokio::pin!(run);
            let outcome = tokio::select! {
                outcome = &mut run => outcome,
                // The job is gone as well once this very run has ended it: then its outcome is on the way. If not,
                // nothing that it still writes holds.
                () = lease_lost(app, job, settings.lease) => {
                    tokio::time::timeout(LAST_WORDS, run).await.unwrap_or(RunOutcome::LeaseLost)
                }
            };
            if outcome == RunOutcome::LeaseLost {
                tracing::warn!(job.id = %job.id, "the lease is lost: another worker has the job, or it is gone");
            }
            settings.meter.import_ended(outcome.as_str());
        }
    }
}

/// Keeps the lease; returns when it is lost.
async fn lease_lost(app: &App, job: &ClaimedJob, lease: Duration) {
    let mut held = tokio::time::Instant::now();
    loop {
        tokio::time::sleep(lease / 3).await;
        match app.store.job_heartbeat(job, lease).await {
            Ok(true) => held = tokio::time::Instant::now(),
            Ok(false) => return,
            // The database is away: go on as long as the lease can't have run out.
            Err(error) => {
                tracing::warn!(%error, job.id = %job.id, "no heartbeat");
                if held.elapsed() >= lease {
                    return;
                }
            }
        }
    }
}

/// Deletes idempotency keys, refresh tokens and counters of sign-in attempts that have had their day.
pub async fn sweep(app: App, mut stopped: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = told(&mut stopped) => return,
            () = tokio::time::sleep(SWEEP) => {}
        }
        match app.store.sweep_expired().await {
            Ok(swept) => tracing::debug!(?swept, "swept"),
            Err(error) => tracing::warn!(%error, "the sweep failed"),
        }
    }
}

/// Makes reports anew whose baseline has another version by now. A worker that is woken looks at once.
pub async fn renew_reports(app: App, mut stopped: watch::Receiver<bool>) {
    let mut notices = app.store.listen();
    loop {
        match baseline_followers::renew_outdated(&app).await {
            Ok(0) => {}
            Ok(renewed) => {
                tracing::info!(renewed, "reports were made anew for another version of their baseline")
            }
            Err(error) => tracing::warn!(%error, "outdated reports can't be looked at"),
        }
        tokio::select! {
            () = told(&mut stopped) => return,
            () = tokio::time::sleep(EXPIRY) => {}
            () = woken(&mut notices) => {}
        }
    }
}

/// Looks at the sources of baselines from time to time, so that the library tells where something newer is.
pub async fn look_at_sources(app: App, mut stopped: watch::Receiver<bool>) {
    loop {
        match baseline_sources::look_at_sources(&app).await {
            Ok(looked) => tracing::debug!(looked, "looked at the sources of baselines"),
            Err(error) => tracing::warn!(%error, "the sources of baselines can't be looked at"),
        }
        tokio::select! {
            () = told(&mut stopped) => return,
            () = tokio::time::sleep(SWEEP) => {}
        }
    }
}

/// Ends acceptances whose time is over, so that their findings count again.
pub async fn expire_acceptances(app: App, mut stopped: watch::Receiver<bool>) {
    loop {
        match acceptances::expire(&app).await {
            Ok(0) => {}
            Ok(ended) => tracing::info!(ended, "acceptances of findings have run out"),
            Err(error) => tracing::warn!(%error, "acceptances can't be looked at"),
        }
        tokio::select! {
            () = told(&mut stopped) => return,
            () = tokio::time::sleep(EXPIRY) => {}
        }
    }
}
