//! Baseline-quality reports. A report is never changed; a new one takes its place. Of the last ones the numbers of
//! findings stay, for the trend.

use crate::{
    customers::{CustomerRef, comparison, comparison_columns},
    error::StoreError,
    schema::{customers, reports},
    tx::{Mode, ReadWrite, TenantTx},
};
use chrono::{DateTime, Utc};
use diesel::{OptionalExtension as _, prelude::*};
use diesel_async::RunQueryDsl;
use policytab_domain::{
    ids::{ReportId, SnapshotId},
    import::ComparisonBaseline,
};
use serde_json::Value;
use uuid::Uuid;

/// A report.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Its id.
    pub id: ReportId,
    /// The snapshot it looks at.
    pub snapshot_id: SnapshotId,
    /// What the snapshot was compared with, with the version that was the latest then.
    pub comparison_baseline: ComparisonBaseline,
    /// Findings: critical, high, medium, low, info.
    pub summary: [i32; 5],
    /// The report as the analysis wrote it.
    pub body: Value,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// A report to store.
#[derive(Debug, Clone, Copy)]
pub struct NewReport<'a> {
    /// The snapshot it looks at.
    pub snapshot_id: SnapshotId,
    /// What the snapshot was compared with, with the version that this is.
    pub comparison_baseline: ComparisonBaseline,
    /// Findings: critical, high, medium, low, info.
    pub summary: [i32; 5],
    /// The report.
    pub body: &'a Value,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = reports, check_for_backend(diesel::pg::Pg))]
struct Row {
    id: Uuid,
    snapshot_id: Uuid,
    comparison_baseline_id: Option<Uuid>,
    baseline_version: Option<i32>,
    findings_critical: i32,
    findings_high: i32,
    findings_medium: i32,
    findings_low: i32,
    findings_info: i32,
    body: Option<String>,
    created_at: DateTime<Utc>,
}

impl<M: Mode> TenantTx<M> {
    /// A customer's newest report, if it was imported.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn report_latest(&mut self, customer: &CustomerRef) -> Result<Option<Report>, StoreError> {
        let row: Option<Row> = reports::table
            .filter(reports::customer_id.eq(customer.uuid()))
            .order(reports::id.desc())
            .select(Row::as_select())
            .first(self.conn())
            .await
            .optional()?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Report {
            id: row.id.into(),
            snapshot_id: row.snapshot_id.into(),
            comparison_baseline: comparison(row.comparison_baseline_id, row.baseline_version),
            summary: [
                row.findings_critical,
                row.findings_high,
                row.findings_medium,
                row.findings_low,
                row.findings_info,
            ],
            body: row
                .body
                .and_then(|text| serde_json::from_str(&text).ok())
                .ok_or(StoreError::Corrupt("reports.body"))?,
            created_at: row.created_at,
        }))
    }
}

/// Reports that a trend tells of, at the most.
const TREND: i64 = 10;

impl TenantTx<ReadWrite> {
    /// Stores a report.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn report_insert(
        &mut self,
        customer: &CustomerRef,
        new: &NewReport<'_>,
    ) -> Result<ReportId, StoreError> {
        let id = Uuid::now_v7();
        let (kind, baseline_id, version) = comparison_columns(new.comparison_baseline);
        let [critical, high, medium, low, info] = new.summary;
        diesel::insert_into(reports::table)
            .values((
                reports::msp_id.eq(self.msp()),
                reports::id.eq(id),
                reports::customer_id.eq(customer.uuid()),
                reports::snapshot_id.eq(new.snapshot_id.as_uuid()),
                reports::comparison_kind.eq(kind),
                reports::comparison_baseline_id.eq(baseline_id),
                reports::baseline_version.eq(version),
                reports::findings_critical.eq(critical),
                reports::findings_high.eq(high),
                reports::findings_medium.eq(medium),
                reports::findings_low.eq(low),
                reports::findings_info.eq(info),
                reports::body.eq(new.body.to_string()),
            ))
            .execute(self.conn())
            .await?;
        let trend = self.reports_trim(customer, id).await?;
        diesel::update(customers::table.filter(customers::id.eq(customer.uuid())))
            .set((customers::compared_version.eq(version), customers::findings_trend.eq(trend)))
            .execute(self.conn())
            .await?;
        Ok(id.into())
    }

    /// Takes away what of reports before this one is shown nowhere. Gives how many critical and high findings those had
    /// that are left, the oldest first.
    async fn reports_trim(&mut self, customer: &CustomerRef, newest: Uuid) -> Result<Vec<i64>, StoreError> {
        let of_customer = || reports::table.filter(reports::customer_id.eq(customer.uuid()));
        diesel::update(of_customer().filter(reports::id.lt(newest).and(reports::body.is_not_null())))
            .set(reports::body.eq(None::<String>))
            .execute(self.conn())
            .await?;
        let left: Vec<(Uuid, i32, i32)> = of_customer()
            .order(reports::id.desc())
            .limit(TREND)
            .select((reports::id, reports::findings_critical, reports::findings_high))
            .load(self.conn())
            .await?;
        if let Some((oldest, ..)) = left.last() {
            diesel::delete(of_customer().filter(reports::id.lt(oldest))).execute(self.conn()).await?;
        }
        Ok(left.into_iter().rev().map(|(_, critical, high)| i64::from(critical) + i64::from(high)).collect())
    }
}
