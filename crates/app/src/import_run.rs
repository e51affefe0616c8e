//! Running an import: read everything, then write everything in one transaction.
//!
//! Steps are noted as they happen, outside that transaction, so that people can watch. Whatever ends the run early,
//! the customer is what it was before.

use crate::{
    Actor, App, AppError, AppResult,
    acceptances::{self, Settled},
    analysis::{Analysis, Ground, open_findings},
    audit, connect,
    progress::{Recorder, StepLog},
    worker::Meter,
};
use policytab_domain::{
    ids::{CustomerId, ImportId, SnapshotId},
    import::{ComparisonBaseline, ImportState, ImportStep, StepState},
    problem::{Problem, ProblemCode},
    snapshot::SnapshotContent,
    tenancy::MspScope,
};
use policytab_graph_client::StepFailure;
use policytab_store::{
    ClaimedJob, CustomerRef, ImportedFacts, NewReport, NewSnapshot, ReadWrite, StoreError, TenantTx,
};
use std::{sync::Arc, time::Duration};

/// How often an import is begun before it counts as one that kills its workers.
const MAX_ATTEMPTS: i32 = 5;

/// How an import's run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunOutcome {
    /// The snapshot is there.
    Succeeded,
    /// Nothing was changed, and people are told why.
    Failed,
    /// Another worker has the job.
    LeaseLost,
    /// The database was away; the job waits for another try.
    Retried,
}

impl RunOutcome {
    /// The name in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::LeaseLost => "lease_lost",
            Self::Retried => "retried",
        }
    }
}

/// Why a run ended early.
enum Early {
    /// Where the step is known, it alone is to blame.
    Failed(Problem, Option<ImportStep>),
    LeaseLost,
    DatabaseAway,
}

impl From<StoreError> for Early {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::LeaseLost => Self::LeaseLost,
            StoreError::Unavailable(cause) => {
                tracing::warn!(%cause, "the database went away during an import");
                Self::DatabaseAway
            }
            other => AppError::from(other).into(),
        }
    }
}

impl From<AppError> for Early {
    fn from(error: AppError) -> Self {
        if let AppError::Internal(cause) = &error {
            tracing::error!(error = %cause, source = ?cause.source().map(ToString::to_string), "an import failed on our side");
        }
        match error.problem() {
            problem if problem.code == ProblemCode::Unavailable => Self::DatabaseAway,
            problem => Self::Failed(problem, None),
        }
    }
}

/// Runs a claimed import to its end.
#[tracing::instrument(skip_all, fields(msp.id = %job.msp_id, import.id = %job.subject_id, attempt = job.attempt))]
pub async fn run(app: &App, job: &ClaimedJob, meter: &dyn Meter) -> RunOutcome {
    #[expect(clippy::disallowed_methods, reason = "the claimed job names its MSP")]
    let scope = MspScope::assume_verified(job.msp_id);
    let actor = Actor::system(scope, "worker");
    let import = ImportId::from_uuid(job.subject_id);
    let early = match attempt(app, job, &actor, import, meter).await {
        Ok(()) => return RunOutcome::Succeeded,
        Err(early) => early,
    };
    let (problem, step) = match early {
        Early::Failed(problem, step) => (problem, step),
        Early::LeaseLost => return RunOutcome::LeaseLost,
        Early::DatabaseAway => return retry(app, job).await,
    };
    match fail(app, job, &actor, import, &problem, step).await {
        Ok(()) => RunOutcome::Failed,
        Err(Early::LeaseLost) => RunOutcome::LeaseLost,
        Err(Early::DatabaseAway | Early::Failed(..)) => retry(app, job).await,
    }
}

/// Gives the job back for another try in a little while. When even that fails, the lease runs out by itself.
async fn retry(app: &App, job: &ClaimedJob) -> RunOutcome {
    let later = chrono::Utc::now() + chrono::TimeDelta::seconds(i64::from(job.attempt.clamp(1, 5)) * 2);
    if let Err(error) = app.store.job_release(job, later).await {
        tracing::warn!(%error, "a job can't be given back; its lease will run out");
    }
    RunOutcome::Retried
}

async fn fail(
    app: &App,
    job: &ClaimedJob,
    actor: &Actor,
    import: ImportId,
    problem: &Problem,
    step: Option<ImportStep>,
) -> Result<(), Early> {
    app.store
        .write(&actor.scope, async |tx| {
            if let Some(step) = step {
                tx.import_step_blame(import, job, step).await?;
            }
            tx.import_fail(import, job, problem).await?;
            let details = serde_json::json!({"code": problem.code, "reason": problem.reason});
            audit::write(tx, actor, "import.fail", ("import", import.as_uuid()), details).await?;
            Ok(())
        })
        .await
}

async fn attempt(
    app: &App,
    job: &ClaimedJob,
    actor: &Actor,
    import: ImportId,
    meter: &dyn Meter,
) -> Result<(), Early> {
    // Not begun once more, so that the steps at which it never came back are those that fail.
    if job.attempt > MAX_ATTEMPTS {
        let detail = format!("The import was begun {MAX_ATTEMPTS} times and never came to an end.");
        return Err(Early::Failed(Problem::new(ProblemCode::Internal, detail), None));
    }
    let begun = app.store.write(&actor.scope, async |tx| tx.import_start(import, job).await).await?;
    if begun.state != ImportState::Running {
        tracing::warn!("the import had ended already");
        return Err(Early::LeaseLost);
    }
    let customer = begun.customer_id;
    let steps = StepLog::new(app.clone(), actor.scope, import, job.clone());
    let (content, timings) = read(app, actor, customer, &steps).await?;
    for (step, took) in timings {
        meter.import_step(step, took.as_secs_f64());
    }
    let comparison = begun.comparison_baseline;
    let ground = app
        .store
        .read(&actor.scope, async |tx| {
            let customer = tx.customer_lookup(customer).await?;
            Ground::load(tx, &customer, comparison).await
        })
        .await?;
    steps.note(ImportStep::Snapshot, StepState::Running).await?;
    // Pure computation of some milliseconds, but of hostile input perhaps more: not on a thread that serves others.
    let content = Arc::new(content);
    let analysis = {
        let content = Arc::clone(&content);
        tokio::task::spawn_blocking(move || Analysis::of(&content, ground))
            .await
            .map_err(|e| Early::from(AppError::internal(e)))?
    };
    for step in [ImportStep::CoManagedBaseline, ImportStep::Comparison, ImportStep::Report] {
        steps.note(step, StepState::Running).await?;
    }
    app.store
        .write(&actor.scope, async |tx| {
            let customer = tx.import_lock(import, job).await?;
            write(tx, actor, &customer, import, job, comparison, &content, &analysis).await
        })
        .await
}

/// Reads everything from Microsoft; no transaction is open meanwhile.
async fn read(
    app: &App,
    actor: &Actor,
    customer: CustomerId,
    steps: &StepLog,
) -> Result<(SnapshotContent, Vec<(ImportStep, Duration)>), Early> {
    let found = connect::stored(app, actor, customer).await;
    let connect::Stored { cloud, tenant, credentials, .. } = found.map_err(|error| match error.into() {
        Early::Failed(problem, _) => Early::Failed(problem, Some(ImportStep::Token)),
        early => early,
    })?;
    let recorder = Recorder::start(steps.clone());
    let result = app.graph.snapshot_read(cloud, tenant, &credentials, &recorder).await;
    let timings = recorder.finish().await?;
    match result {
        Ok(content) => Ok((content, timings)),
        Err(StepFailure { step, error }) => Err(Early::Failed(error.problem(), Some(step))),
    }
}

/// Everything that an import changes, in the transaction that is given.
#[expect(clippy::too_many_arguments, reason = "the one place where all of an import comes together")]
async fn write(
    tx: &mut TenantTx<ReadWrite>,
    actor: &Actor,
    customer: &CustomerRef,
    import: ImportId,
    job: &ClaimedJob,
    comparison: ComparisonBaseline,
    content: &SnapshotContent,
    analysis: &Analysis,
) -> Result<(), Early> {
    let none = serde_json::json!({});
    let snapshot = tx
        .snapshot_insert(
            customer,
            &NewSnapshot {
                import_id: import,
                content,
                documents: &analysis.documents,
                licences: analysis.licences.as_ref(),
                policies: analysis.policies,
            },
        )
        .await?;
    let counted = serde_json::json!({"documents": analysis.documents.len()});
    tx.import_step_set(import, job, ImportStep::Snapshot, StepState::Succeeded, &counted, None).await?;
    // Seeded once, at the first import; changed afterwards only on purpose.
    if tx.co_managed_fetch(customer).await?.is_none() {
        tx.co_managed_seed(customer, snapshot).await?;
        let seeded = serde_json::json!({"policies": analysis.policies.iter().sum::<i32>()});
        tx.import_step_set(import, job, ImportStep::CoManagedBaseline, StepState::Succeeded, &seeded, None)
            .await?;
    } else {
        tx.import_step_set(import, job, ImportStep::CoManagedBaseline, StepState::Skipped, &none, None)
            .await?;
    }
    let settled = report(tx, customer, snapshot, analysis).await?;
    tx.import_step_set(import, job, ImportStep::Comparison, StepState::Succeeded, &none, None).await?;
    let findings = serde_json::json!({"findings": analysis.report.findings.len()});
    tx.import_step_set(import, job, ImportStep::Report, StepState::Succeeded, &findings, None).await?;
    tx.customer_imported(
        customer,
        &ImportedFacts {
            snapshot_id: snapshot,
            taken_at: content.taken_at,
            tenant_display_name: content.tenant.display_name.clone(),
            tenant_default_domain: content.tenant.default_domain.clone(),
            counts: analysis.counts(settled.open),
            licences: analysis.licence_summary.clone(),
            zero_policies: analysis.zero_policies,
            comparison_baseline: comparison,
        },
    )
    .await?;
    tx.import_succeed(import, job, snapshot, analysis.zero_policies).await?;
    // Not the snapshot: the import names it, and goes no sooner.
    let details = serde_json::json!({"policies": analysis.policies.iter().sum::<i32>()});
    acceptances::tell(tx, actor, customer, &settled).await?;
    audit::write(tx, actor, "import.succeed", ("import", import.as_uuid()), details).await?;
    Ok(())
}

/// Stores the report of an analysis, and ends the acceptances that hold for it no more.
pub(crate) async fn report(
    tx: &mut TenantTx<ReadWrite>,
    customer: &CustomerRef,
    snapshot: SnapshotId,
    analysis: &Analysis,
) -> AppResult<Settled> {
    let body = analysis.report.to_stored().map_err(AppError::internal)?;
    tx.report_insert(
        customer,
        &NewReport {
            snapshot_id: snapshot,
            comparison_baseline: analysis.compared_with,
            // Of all findings: what is accepted differs from day to day, and a report is never changed.
            summary: open_findings(&analysis.report),
            body: &body,
        },
    )
    .await?;
    acceptances::settle(tx, customer, &mut analysis.report.clone()).await
}
