//! What people change that a customer's report rests on; an imported customer's report is made anew with it.
//!
//! Invariant: the report that is written rests on what is stored at that moment. The analysis runs outside of any
//! transaction; where the customer was changed meanwhile, it begins again. Every such change counts the customer's
//! version up, which is how it shows; a newer version of the baseline shows in the number that the report rests on.

use crate::{
    Actor, App, AppError, AppResult,
    acceptances::{self, Settled},
    analysis::{Analysis, Ground},
    audit, import_run,
};
use policytab_domain::{
    binding::BindingChoice,
    facts::EmergencyChoices,
    ids::{CustomerId, SnapshotId},
    import::ComparisonBaseline,
    names::NameKind,
    problem::{Problem, ProblemCode},
};
use policytab_store::{Customer, CustomerPatch, CustomerRef, ReadWrite, StoreError, TenantTx};
use serde_json::json;
use std::collections::BTreeSet;

/// How often it begins again because somebody else was faster.
const TRIES: usize = 5;

/// A change.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    /// What the customer is compared with.
    Comparison(ComparisonBaseline),
    /// What counts as emergency access.
    Emergency(EmergencyChoices),
    /// What the references of its comparison baseline mean.
    Bindings(Vec<BindingChoice>),
    /// None of its own: the baseline has a newer version.
    NewerBaseline,
}

/// The newest snapshot as it is with the change.
struct Anew {
    /// The customer's version that this rests on.
    version: i64,
    /// `None` before the first import.
    analysed: Option<(SnapshotId, Analysis)>,
}

/// Makes a change; `expected_version` comes from `If-Match`.
pub(crate) async fn change(
    app: &App,
    actor: &Actor,
    id: CustomerId,
    change: Change,
    expected_version: Option<i64>,
) -> AppResult<Customer> {
    for _ in 0..TRIES {
        let anew = prepare(app, actor, id, &change).await?;
        let written = app
            .store
            .write(&actor.scope, async |tx| write(tx, actor, id, &change, expected_version, &anew).await)
            .await?;
        if let Some(customer) = written {
            return Ok(customer);
        }
    }
    Err(Problem::new(ProblemCode::Conflict, "Others keep changing this customer.")
        .remedy("Try again in a moment.")
        .into())
}

async fn prepare(app: &App, actor: &Actor, id: CustomerId, change: &Change) -> AppResult<Anew> {
    let (version, loaded) = app
        .store
        .read(&actor.scope, async |tx| {
            let customer = tx.customer_lookup(id).await?;
            let seen = tx.customer_fetch(id).await?;
            allowed(change, &seen)?;
            let Some(snapshot) = seen.last_snapshot_id else {
                return Ok::<_, AppError>((seen.version, None));
            };
            let comparison = match change {
                Change::Comparison(chosen) => *chosen,
                _ => seen.comparison_baseline,
            };
            let mut ground = Ground::load(tx, &customer, comparison).await?;
            match change {
                Change::Comparison(_) | Change::NewerBaseline => {}
                Change::Emergency(choices) => ground.emergency = choices.clone(),
                Change::Bindings(confirmed) => ground.bindings.clone_from(confirmed),
            }
            let content = tx.snapshot_content(&customer, snapshot).await?;
            Ok((seen.version, Some((snapshot, content, ground))))
        })
        .await?;
    let analysed = match loaded {
        None => None,
        Some((snapshot, content, ground)) => {
            let analysis = tokio::task::spawn_blocking(move || Analysis::of(&content, ground))
                .await
                .map_err(AppError::internal)?;
            if let (Change::Bindings(_), Some(unused)) = (change, analysis.unused.first()) {
                return Err(Problem::invalid("bindings", unused.clone()).into());
            }
            Some((snapshot, analysis))
        }
    };
    Ok(Anew { version, analysed })
}

/// Whether the change comes at its time.
fn allowed(change: &Change, customer: &Customer) -> Result<(), Problem> {
    match (change, customer.comparison_baseline, customer.last_snapshot_id) {
        (Change::Comparison(_), ..) => Ok(()),
        (_, _, None) => Err(before_import()),
        (Change::Bindings(_), ComparisonBaseline::ImportedSnapshot, _) => Err(Problem::new(
            ProblemCode::InvalidState,
            "The customer is compared with its own imported snapshot, whose ids mean themselves.",
        )
        .remedy("Choose a workspace baseline to compare with first.")),
        (Change::Emergency(_) | Change::Bindings(_) | Change::NewerBaseline, ..) => Ok(()),
    }
}

/// There is nothing to look at yet.
pub(crate) fn before_import() -> Problem {
    Problem::new(ProblemCode::InvalidState, "This customer is not imported yet.")
}

/// Writes the change and its report; `None` when the customer is not what the analysis rests on any more.
async fn write(
    tx: &mut TenantTx<ReadWrite>,
    actor: &Actor,
    id: CustomerId,
    change: &Change,
    expected_version: Option<i64>,
    anew: &Anew,
) -> AppResult<Option<Customer>> {
    let (customer, before) = tx.customer_lock(id).await?;
    if expected_version.is_some_and(|version| version != before.version) {
        return Err(StoreError::VersionMismatch.into());
    }
    // A running import ends with what was chosen when it began.
    if let Some(import_id) = tx.import_running(&customer).await? {
        return Err(StoreError::ImportRunning { import_id }.into());
    }
    let snapshot = anew.analysed.as_ref().map(|(snapshot, _)| *snapshot);
    if before.version != anew.version || before.last_snapshot_id != snapshot {
        return Ok(None);
    }
    let comparison_baseline = match change {
        Change::Comparison(chosen) => Some(*chosen),
        _ => None,
    };
    let mut after = match change {
        // Nobody edited the customer, so whoever is editing it now is not interrupted.
        Change::NewerBaseline => before.clone(),
        _ => {
            let patch = CustomerPatch { comparison_baseline, ..CustomerPatch::default() };
            tx.customer_update(&customer, &patch, None).await?
        }
    };
    match (change, before.comparison_baseline) {
        (Change::Emergency(choices), _) => tx.emergency_choices_set(&customer, choices).await?,
        (Change::Bindings(confirmed), ComparisonBaseline::WorkspaceBaseline { baseline_id, .. }) => {
            tx.bindings_confirm(&customer, baseline_id, confirmed).await?;
        }
        (Change::Comparison(_) | Change::Bindings(_) | Change::NewerBaseline, _) => {}
    }
    let mut settled = Settled::default();
    if let Some((snapshot, analysis)) = &anew.analysed {
        settled = import_run::report(tx, &customer, *snapshot, analysis).await?;
        tx.customer_findings_set(&customer, settled.open).await?;
        after = tx.customer_fetch(id).await?;
    }
    acceptances::tell(tx, actor, &customer, &settled).await?;
    record(tx, actor, &customer, change, &before, &after).await?;
    Ok(Some(after))
}

/// The change in the audit trail.
async fn record(
    tx: &mut TenantTx<ReadWrite>,
    actor: &Actor,
    customer: &CustomerRef,
    change: &Change,
    before: &Customer,
    after: &Customer,
) -> AppResult<()> {
    let (action, details) = match change {
        Change::Comparison(_) => (
            "comparison_baseline.choose",
            json!({"from": before.comparison_baseline, "to": after.comparison_baseline}),
        ),
        Change::Emergency(choices) => (
            "emergency_access.choose",
            json!({"confirmed": named(&choices.confirmed), "refused": named(&choices.refused)}),
        ),
        Change::Bindings(confirmed) => (
            "bindings.confirm",
            json!({"comparison_baseline": after.comparison_baseline, "confirmed": confirmed}),
        ),
        Change::NewerBaseline => ("report.renew", json!({"comparison_baseline": after.comparison_baseline})),
    };
    audit::write(tx, actor, action, ("customer", customer.id().as_uuid()), details).await
}

fn named(set: &BTreeSet<(NameKind, String)>) -> serde_json::Value {
    set.iter().map(|(kind, id)| json!({"kind": kind, "id": id})).collect()
}
