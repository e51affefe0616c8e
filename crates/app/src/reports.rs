//! The baseline-quality report, and what a customer is compared with.

use crate::{
    Actor, App, AppError, AppResult,
    analysis::{Analysis, Baseline},
    audit, import_run,
};
use policytab_domain::{
    ids::{CustomerId, SnapshotId},
    import::{ComparisonBaseline, ZeroPolicies},
    problem::{Problem, ProblemCode},
    snapshot::SnapshotContent,
};
use policytab_store::{Customer, CustomerPatch, Report, Snapshot, StoreError};

/// A report with what a reader needs around it.
#[derive(Debug)]
pub struct ReportView {
    /// The report.
    pub report: Report,
    /// The snapshot that was compared.
    pub snapshot: Snapshot,
    /// Whose.
    pub customer: Customer,
    /// The comparison baseline's name, for people.
    pub baseline_name: String,
    /// Why the snapshot holds no policies, where it holds none.
    pub zero_policies: Option<ZeroPolicies>,
}

/// What the imported snapshot is called as a comparison baseline.
pub(crate) const IMPORTED_SNAPSHOT: &str = "Imported snapshot";

/// The newest report of a customer.
pub async fn latest(app: &App, actor: &Actor, id: CustomerId) -> AppResult<ReportView> {
    app.store
        .read(&actor.scope, async |tx| {
            let customer_ref = tx.customer_lookup(id).await?;
            let customer = tx.customer_fetch(id).await?;
            let report = tx.report_latest(&customer_ref).await?.ok_or_else(|| {
                Problem::new(ProblemCode::NotFound, "There is no report before the customer is imported.")
            })?;
            let snapshot = tx.snapshot_fetch(&customer_ref, report.snapshot_id).await?;
            let baseline_name = match report.comparison_baseline {
                ComparisonBaseline::ImportedSnapshot => IMPORTED_SNAPSHOT.to_owned(),
                ComparisonBaseline::WorkspaceBaseline { baseline_id } => {
                    tx.baseline_fetch(baseline_id).await?.display_name
                }
            };
            let zero_policies = customer.zero_policies;
            Ok(ReportView { report, snapshot, customer, baseline_name, zero_policies })
        })
        .await
}

/// Chooses what a customer is compared with. An imported customer's report is made anew from its newest snapshot.
pub async fn choose(
    app: &App,
    actor: &Actor,
    id: CustomerId,
    comparison: ComparisonBaseline,
    expected_version: Option<i64>,
) -> AppResult<Customer> {
    let fresh: Option<(SnapshotId, SnapshotContent, Baseline)> = app
        .store
        .read(&actor.scope, async |tx| {
            let customer = tx.customer_lookup(id).await?;
            let before = tx.customer_fetch(id).await?;
            let Some(snapshot) = before.last_snapshot_id else { return Ok::<_, AppError>(None) };
            let baseline = Baseline::load(tx, &customer, comparison).await?;
            Ok(Some((snapshot, tx.snapshot_content(&customer, snapshot).await?, baseline)))
        })
        .await?;
    let analysed = match fresh {
        None => None,
        Some((snapshot, content, baseline)) => {
            let analysis = tokio::task::spawn_blocking(move || Analysis::of(&content, baseline))
                .await
                .map_err(AppError::internal)?;
            Some((snapshot, analysis))
        }
    };
    let patch = CustomerPatch { comparison_baseline: Some(comparison), ..CustomerPatch::default() };
    app.store
        .write(&actor.scope, async |tx| {
            let (customer, before) = tx.customer_lock(id).await?;
            // A running import ends with the choice that it began with.
            if let Some(import_id) = tx.import_running(&customer).await? {
                return Err(StoreError::ImportRunning { import_id }.into());
            }
            let mut after = tx.customer_update(&customer, &patch, expected_version).await?;
            if let Some((snapshot, analysis)) = &analysed {
                // An import may have ended meanwhile: its own report is newer and stays.
                if before.last_snapshot_id == Some(*snapshot) {
                    import_run::report(tx, &customer, *snapshot, comparison, analysis).await?;
                    tx.customer_findings_set(&customer, analysis.summary).await?;
                    after = tx.customer_fetch(id).await?;
                }
            }
            let details =
                serde_json::json!({"from": before.comparison_baseline, "to": after.comparison_baseline});
            audit::write(tx, actor, "comparison_baseline.choose", ("customer", id.as_uuid()), details)
                .await?;
            Ok(after)
        })
        .await
}
