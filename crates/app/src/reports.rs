//! The baseline-quality report, and what a customer is compared with.

use crate::{
    Actor, App, AppError, AppResult, acceptances,
    anew::{self, Change},
};
use policytab_domain::{
    ids::CustomerId,
    import::{ComparisonBaseline, ZeroPolicies},
    problem::{Problem, ProblemCode},
    report::Report,
};
use policytab_store::{Customer, Report as StoredReport, Snapshot};

/// A report with what a reader needs around it.
#[derive(Debug)]
pub struct ReportView {
    /// When and of what it was made.
    pub stored: StoredReport,
    /// The report, with the standing of each finding at this moment.
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
            let mut stored = tx.report_latest(&customer_ref).await?.ok_or_else(|| {
                Problem::new(ProblemCode::NotFound, "There is no report before the customer is imported.")
            })?;
            let mut report = Report::from_stored(stored.body.take()).map_err(AppError::internal)?;
            acceptances::apply(tx, &customer_ref, &mut report).await?;
            let snapshot = tx.snapshot_fetch(&customer_ref, stored.snapshot_id).await?;
            let baseline_name = match stored.comparison_baseline {
                ComparisonBaseline::ImportedSnapshot => IMPORTED_SNAPSHOT.to_owned(),
                ComparisonBaseline::WorkspaceBaseline { baseline_id, .. } => {
                    tx.baseline_fetch(baseline_id).await?.display_name
                }
            };
            let zero_policies = customer.zero_policies;
            Ok(ReportView { stored, report, snapshot, customer, baseline_name, zero_policies })
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
    anew::change(app, actor, id, Change::Comparison(comparison), expected_version).await
}
