//! Findings that are accepted for a while.
//!
//! Invariant: what is counted on the dashboard is what is open at the moment, as of the last sweep at the latest: the
//! same function counts when a finding is accepted or reopened, when a report is made, and when time runs out.

use crate::{Actor, App, AppError, AppResult, analysis::open_findings, audit};
use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use policytab_domain::{
    ids::CustomerId,
    problem::{Problem, ProblemCode},
    report::{AcceptanceEnd, Finding, Report},
    severity::Severity,
    tenancy::MspScope,
};
use policytab_store::{
    CustomerRef, EndedBecause, EventKind, Mode, NewAcceptance, ReadWrite, StoredAcceptance, TenantTx,
};
use serde_json::json;

/// How far ahead an acceptance may end. What is accepted for longer is no exception but the rule, and belongs into the
/// baseline.
pub const LONGEST: TimeDelta = TimeDelta::days(2 * 366);

/// Why a finding may stay, who answers for it, until when.
#[derive(Debug, Clone)]
pub struct Terms {
    /// 1 to 2000 characters.
    pub reason: String,
    /// 1 to 200 characters.
    pub owner: String,
    /// In the future, at most two years ahead.
    pub expires_at: DateTime<Utc>,
}

/// What became of a customer's acceptances.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    /// Findings that count now: critical, high, medium, low, info.
    pub(crate) open: [i32; 5],
    /// Acceptances that have just ended by themselves.
    ended: Vec<(StoredAcceptance, AcceptanceEnd)>,
}

/// Ends the acceptances that hold no more and says of each finding where it stands. The customer is locked.
pub(crate) async fn settle(
    tx: &mut TenantTx<ReadWrite>,
    customer: &CustomerRef,
    report: &mut Report,
) -> AppResult<Settled> {
    let now = Utc::now();
    let mut newest = tx.acceptances_newest(customer).await?;
    let mut ended = Vec::new();
    for stored in newest.iter_mut().filter(|stored| stored.standing) {
        let finding = report.findings.iter().find(|finding| finding.id == stored.kept.finding_id);
        // A finding that is not there any more keeps its acceptance: it may come back with the same facts.
        let facts = finding.map(|finding| finding.fingerprint.as_str());
        if let Some(end) = stored.kept.ended(facts, now) {
            tx.acceptance_end(customer, stored.id, EndedBecause::ByItself(end)).await?;
            stored.kept.acceptance.ended = Some(end);
            ended.push((stored.clone(), end));
        }
    }
    stand(report, newest, now);
    Ok(Settled { open: open_findings(report), ended })
}

/// Writes into the audit trail which acceptances have ended by themselves.
pub(crate) async fn tell(
    tx: &mut TenantTx<ReadWrite>,
    actor: &Actor,
    customer: &CustomerRef,
    settled: &Settled,
) -> AppResult<()> {
    for (stored, end) in &settled.ended {
        let details = json!({"finding_id": stored.kept.finding_id, "because": end});
        audit::write(tx, actor, "finding.reopen", ("customer", customer.id().as_uuid()), details).await?;
    }
    Ok(())
}

/// The customer's acceptances as they are at this moment, into the report. Reading: what has run out and was not swept
/// up yet shows as ended all the same.
pub(crate) async fn apply<M: Mode>(
    tx: &mut TenantTx<M>,
    customer: &CustomerRef,
    report: &mut Report,
) -> AppResult<()> {
    let newest = tx.acceptances_newest(customer).await?;
    stand(report, newest, Utc::now());
    Ok(())
}

fn stand(report: &mut Report, newest: Vec<StoredAcceptance>, now: DateTime<Utc>) {
    let kept: Vec<_> = newest.into_iter().map(|stored| stored.kept).collect();
    report.stand(&kept, now);
}

/// The newest report, as it was written.
async fn newest_report<M: Mode>(tx: &mut TenantTx<M>, customer: &CustomerRef) -> AppResult<Report> {
    let stored = tx.report_latest(customer).await?.ok_or_else(|| Problem::not_found("finding"))?;
    Report::from_stored(stored.body).map_err(AppError::internal)
}

fn find<'a>(report: &'a Report, id: &str) -> Result<&'a Finding, Problem> {
    report.findings.iter().find(|finding| finding.id == id).ok_or_else(|| Problem::not_found("finding"))
}

/// Accepts a finding of the newest report, or accepts it anew. The same terms again change nothing.
pub async fn accept(
    app: &App,
    actor: &Actor,
    id: CustomerId,
    finding_id: &str,
    terms: Terms,
) -> AppResult<Finding> {
    let now = Utc::now().trunc_subsecs(6);
    // The database keeps microseconds.
    let expires_at = terms.expires_at.trunc_subsecs(6);
    if expires_at <= now {
        return Err(Problem::invalid("expires_at", "must be in the future").into());
    }
    if expires_at > now + LONGEST {
        return Err(Problem::invalid("expires_at", "at most two years ahead").into());
    }
    app.store
        .write(&actor.scope, async |tx| {
            let (customer, _) = tx.customer_lock(id).await?;
            let mut report = newest_report(tx, &customer).await?;
            let finding = find(&report, finding_id)?;
            if finding.severity == Severity::Info {
                let detail = "This finding is for information: nothing is wrong that could be accepted.";
                return Err(Problem::new(ProblemCode::InvalidState, detail)
                    .remedy("Accept gaps only; what is for information needs no decision.")
                    .into());
            }
            let new = NewAcceptance {
                finding_id: finding.id.clone(),
                fingerprint: finding.fingerprint.clone(),
                reason: terms.reason.trim().to_owned(),
                owner: terms.owner.trim().to_owned(),
                expires_at,
                accepted_by_name: actor.name.clone(),
                accepted_at: now,
            };
            let title = finding.title.clone();
            let newest = tx.acceptances_newest(&customer).await?;
            let standing = newest.iter().find(|s| s.standing && s.kept.finding_id == finding_id);
            if standing.is_some_and(|standing| same(standing, &new, now)) {
                apply(tx, &customer, &mut report).await?;
                return Ok(find(&report, finding_id)?.clone());
            }
            if let Some(standing) = standing {
                tx.acceptance_end(&customer, standing.id, EndedBecause::Replaced).await?;
            }
            tx.acceptance_insert(&customer, &new).await?;
            let settled = recount(tx, &customer, &mut report).await?;
            tell(tx, actor, &customer, &settled).await?;
            let details = json!({
                "finding_id": new.finding_id,
                "title": title,
                "reason": new.reason,
                "owner": new.owner,
                "expires_at": new.expires_at,
            });
            audit::write(tx, actor, "finding.accept", ("customer", id.as_uuid()), details).await?;
            Ok(find(&report, finding_id)?.clone())
        })
        .await
}

fn same(standing: &StoredAcceptance, new: &NewAcceptance, now: DateTime<Utc>) -> bool {
    let terms = &standing.kept.acceptance;
    standing.kept.ended(Some(&new.fingerprint), now).is_none()
        && (&terms.reason, &terms.owner, terms.expires_at) == (&new.reason, &new.owner, new.expires_at)
}

/// Opens an accepted finding again.
pub async fn reopen(app: &App, actor: &Actor, id: CustomerId, finding_id: &str) -> AppResult<()> {
    app.store
        .write(&actor.scope, async |tx| {
            let (customer, _) = tx.customer_lock(id).await?;
            let mut report = newest_report(tx, &customer).await?;
            let newest = tx.acceptances_newest(&customer).await?;
            let standing = newest.iter().find(|s| s.standing && s.kept.finding_id == finding_id);
            let standing = standing.ok_or_else(|| Problem::not_found("acceptance"))?;
            tx.acceptance_end(&customer, standing.id, EndedBecause::Reopened).await?;
            let settled = recount(tx, &customer, &mut report).await?;
            tell(tx, actor, &customer, &settled).await?;
            let because = EndedBecause::Reopened.as_str();
            let details = json!({"finding_id": finding_id, "because": because});
            audit::write(tx, actor, "finding.reopen", ("customer", id.as_uuid()), details).await
        })
        .await
}

/// Settles, and writes what is open now onto the customer.
async fn recount(
    tx: &mut TenantTx<ReadWrite>,
    customer: &CustomerRef,
    report: &mut Report,
) -> AppResult<Settled> {
    let settled = settle(tx, customer, report).await?;
    tx.customer_findings_set(customer, settled.open).await?;
    tx.event(EventKind::CustomerChanged, Some(customer.id()), None).await?;
    Ok(settled)
}

/// Ends the acceptances of all MSPs whose time is over and counts their customers' findings again. Harmless on several
/// nodes at once: the customer's lock puts them in line, and the second finds nothing to end.
pub async fn expire(app: &App) -> AppResult<usize> {
    let due = app.store.acceptances_expired().await?;
    let mut ended = 0;
    for (msp, id) in due {
        #[expect(clippy::disallowed_methods, reason = "an acceptance that has run out names its MSP")]
        let scope = MspScope::assume_verified(msp);
        let actor = Actor::system(scope, "worker");
        let outcome: AppResult<usize> = app
            .store
            .write(&scope, async |tx| {
                let (customer, _) = tx.customer_lock(id).await?;
                let mut report = newest_report(tx, &customer).await?;
                let settled = recount(tx, &customer, &mut report).await?;
                tell(tx, &actor, &customer, &settled).await?;
                Ok(settled.ended.len())
            })
            .await;
        match outcome {
            Ok(count) => ended += count,
            // One customer that was deleted, or is broken, must not keep the others' counts wrong.
            Err(error) => {
                tracing::warn!(%error, msp.id = %msp, customer.id = %id, "acceptances were not settled")
            }
        }
    }
    Ok(ended)
}
