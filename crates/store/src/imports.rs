//! Imports: a resource that exists from the moment it is asked for, with its steps.

use crate::{
    customers::{CustomerRef, comparison, comparison_columns, problem, to_json},
    error::{OrNotFound as _, StoreError},
    events::EventKind,
    jobs::{ClaimedJob, JobKind},
    page::{Page, decode, fetch_count},
    schema::{customers, import_steps, imports, snapshots, users},
    tx::{Mode, ReadWrite, TenantTx},
};
use chrono::{DateTime, Utc};
use diesel::{
    OptionalExtension as _,
    prelude::*,
    sql_types::{Nullable, Timestamptz},
};
use diesel_async::RunQueryDsl;
use policytab_domain::{
    customer::CustomerStatus,
    ids::{CustomerId, ImportId, SnapshotId, UserId},
    import::{ComparisonBaseline, ImportState, ImportStep, StepState, ZeroPolicies},
    problem::Problem,
};
use serde_json::Value;
use uuid::Uuid;

/// An import.
#[derive(Debug, Clone, PartialEq)]
pub struct Import {
    /// Its id.
    pub id: ImportId,
    /// Whose.
    pub customer_id: CustomerId,
    /// How far it is.
    pub state: ImportState,
    /// What it was asked to compare with.
    pub comparison_baseline: ComparisonBaseline,
    /// Who asked for it; `None` for a token, or a person who is gone.
    pub requested_by: Option<UserId>,
    /// How often a worker has begun it.
    pub attempt: i32,
    /// Why it found no policies, if it found none.
    pub zero_policies: Option<ZeroPolicies>,
    /// The snapshot it made.
    pub snapshot_id: Option<SnapshotId>,
    /// Why it failed.
    pub error: Option<Problem>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When a worker last began it.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Every step, in order.
    pub steps: Vec<StepRow>,
}

/// A step of an import.
#[derive(Debug, Clone, PartialEq)]
pub struct StepRow {
    /// Which.
    pub step: ImportStep,
    /// How far it is.
    pub state: StepState,
    /// When it began.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// What it counted: an object of numbers.
    pub counts: Value,
    /// What went wrong.
    pub error: Option<Problem>,
}

diesel::define_sql_function! {
    /// The first that is not NULL.
    fn coalesce(first: Nullable<Timestamptz>, second: Timestamptz) -> Timestamptz;
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = imports, check_for_backend(diesel::pg::Pg))]
struct Row {
    id: Uuid,
    customer_id: Uuid,
    state: String,
    comparison_baseline_id: Option<Uuid>,
    comparison_baseline_version: Option<i32>,
    requested_by: Option<Uuid>,
    attempt: i32,
    zero_policies: Option<String>,
    error: Option<Value>,
    created_at: DateTime<Utc>,
    started_at: Option<DateTime<Utc>>,
    finished_at: Option<DateTime<Utc>>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = import_steps, check_for_backend(diesel::pg::Pg))]
struct Step {
    import_id: Uuid,
    step: String,
    state: String,
    started_at: Option<DateTime<Utc>>,
    finished_at: Option<DateTime<Utc>>,
    counts: Value,
    error: Option<Value>,
}

impl TryFrom<Step> for StepRow {
    type Error = StoreError;
    fn try_from(row: Step) -> Result<Self, StoreError> {
        Ok(Self {
            step: row.step.parse().map_err(|_| StoreError::Corrupt("import_steps.step"))?,
            state: row.state.parse().map_err(|_| StoreError::Corrupt("import_steps.state"))?,
            started_at: row.started_at,
            finished_at: row.finished_at,
            counts: row.counts,
            error: row.error.map(|e| problem(e, "import_steps.error")).transpose()?,
        })
    }
}

impl Row {
    fn into_import(self, steps: Vec<StepRow>, snapshot_id: Option<SnapshotId>) -> Result<Import, StoreError> {
        let zero =
            self.zero_policies.map(|z| z.parse().map_err(|_| StoreError::Corrupt("imports.zero_policies")));
        Ok(Import {
            id: self.id.into(),
            customer_id: self.customer_id.into(),
            state: self.state.parse().map_err(|_| StoreError::Corrupt("imports.state"))?,
            comparison_baseline: comparison(self.comparison_baseline_id, self.comparison_baseline_version),
            requested_by: self.requested_by.map(Into::into),
            attempt: self.attempt,
            zero_policies: zero.transpose()?,
            snapshot_id,
            error: self.error.map(|e| problem(e, "imports.error")).transpose()?,
            created_at: self.created_at,
            started_at: self.started_at,
            finished_at: self.finished_at,
            steps,
        })
    }
}

impl<M: Mode> TenantTx<M> {
    /// Reads an import of a customer, with its steps.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], also for another customer's import.
    pub async fn import_fetch(&mut self, customer: &CustomerRef, id: ImportId) -> Result<Import, StoreError> {
        let row: Row = imports::table
            .filter(imports::id.eq(id.as_uuid()).and(imports::customer_id.eq(customer.uuid())))
            .select(Row::as_select())
            .first(self.conn())
            .await
            .optional()
            .or_not_found("import")?;
        Ok(self.with_steps(vec![row]).await?.remove(0))
    }

    /// A customer's imports, newest first, each with its steps.
    ///
    /// # Errors
    /// [`StoreError::InvalidCursor`].
    pub async fn import_list(
        &mut self,
        customer: &CustomerRef,
        cursor: Option<&str>,
        limit: i64,
    ) -> Result<Page<Import>, StoreError> {
        let mut query = imports::table.filter(imports::customer_id.eq(customer.uuid())).into_boxed();
        if let Some(cursor) = cursor {
            query = query.filter(imports::id.lt(decode::<Uuid>(cursor)?));
        }
        let rows: Vec<Row> = query
            .order(imports::id.desc())
            .limit(fetch_count(limit))
            .select(Row::as_select())
            .load(self.conn())
            .await?;
        let page = Page::cut(rows, limit, |last| last.id);
        Ok(Page { items: self.with_steps(page.items).await?, next_cursor: page.next_cursor })
    }

    /// The queued or running import of a customer.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn import_running(&mut self, customer: &CustomerRef) -> Result<Option<ImportId>, StoreError> {
        let found: Option<Uuid> = imports::table
            .filter(imports::customer_id.eq(customer.uuid()))
            .filter(imports::state.eq_any([ImportState::Queued.as_str(), ImportState::Running.as_str()]))
            .select(imports::id)
            .first(self.conn())
            .await
            .optional()?;
        Ok(found.map(Into::into))
    }

    async fn with_steps(&mut self, rows: Vec<Row>) -> Result<Vec<Import>, StoreError> {
        let ids: Vec<Uuid> = rows.iter().map(|r| r.id).collect();
        let steps: Vec<Step> = import_steps::table
            .filter(import_steps::import_id.eq_any(&ids))
            .order((import_steps::import_id, import_steps::position))
            .select(Step::as_select())
            .load(self.conn())
            .await?;
        let mut by_import: std::collections::HashMap<Uuid, Vec<StepRow>> = std::collections::HashMap::new();
        for step in steps {
            by_import.entry(step.import_id).or_default().push(step.try_into()?);
        }
        let made: Vec<(Uuid, Uuid)> = snapshots::table
            .filter(snapshots::import_id.eq_any(&ids))
            .select((snapshots::import_id, snapshots::id))
            .load(self.conn())
            .await?;
        rows.into_iter()
            .map(|row| {
                let steps = by_import.remove(&row.id).unwrap_or_default();
                let snapshot = made.iter().find(|(import, _)| *import == row.id).map(|(_, id)| (*id).into());
                row.into_import(steps, snapshot)
            })
            .collect()
    }
}

impl TenantTx<ReadWrite> {
    /// Asks for an import: its row, its steps and its job, and wakes the workers.
    ///
    /// # Errors
    /// [`StoreError::ImportRunning`]; [`StoreError::NotFound`] (`baseline`) when the chosen one does not exist;
    /// [`StoreError::Conflict`] for a customer that is not connected.
    pub async fn import_insert(
        &mut self,
        customer: &CustomerRef,
        baseline: ComparisonBaseline,
        requested_by: Option<UserId>,
    ) -> Result<Import, StoreError> {
        let (_, current) = self.customer_lock(customer.id()).await?;
        if let Some(import_id) = self.import_running(customer).await? {
            return Err(StoreError::ImportRunning { import_id });
        }
        if current.status == CustomerStatus::Pending {
            return Err(StoreError::Conflict("the customer is not connected"));
        }
        self.baseline_pin(baseline).await?;
        let requested_by = match requested_by {
            None => None,
            Some(id) => users::table
                .filter(users::id.eq(id.as_uuid()))
                .select(users::id)
                .first(self.conn())
                .await
                .optional()?,
        };
        let (msp, id) = (self.msp(), Uuid::now_v7());
        let (kind, baseline_id, version) = comparison_columns(baseline);
        diesel::insert_into(imports::table)
            .values((
                imports::msp_id.eq(msp),
                imports::id.eq(id),
                imports::customer_id.eq(customer.uuid()),
                imports::state.eq(ImportState::Queued.as_str()),
                imports::comparison_kind.eq(kind),
                imports::comparison_baseline_id.eq(baseline_id),
                imports::comparison_baseline_version.eq(version),
                imports::requested_by.eq::<Option<Uuid>>(requested_by),
            ))
            .execute(self.conn())
            .await?;
        let steps: Vec<_> = (0_i16..)
            .zip(ImportStep::ALL)
            .map(|(position, step)| {
                (
                    import_steps::msp_id.eq(msp),
                    import_steps::import_id.eq(id),
                    import_steps::position.eq(position),
                    import_steps::step.eq(step.as_str()),
                    import_steps::state.eq(StepState::Pending.as_str()),
                )
            })
            .collect();
        diesel::insert_into(import_steps::table).values(steps).execute(self.conn()).await?;
        diesel::update(customers::table.filter(customers::id.eq(customer.uuid())))
            .set(customers::running_import_id.eq(id))
            .execute(self.conn())
            .await?;
        self.job_insert(JobKind::Import, id).await?;
        self.event(EventKind::ImportChanged, Some(customer.id()), Some(id.into())).await?;
        self.import_fetch(customer, id.into()).await
    }

    /// Begins an import, or begins it again after another worker's lease ran out: running, every step pending. One
    /// that has ended stays as it is, and its job goes: look at the state of what you get.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`].
    pub async fn import_start(&mut self, id: ImportId, job: &ClaimedJob) -> Result<Import, StoreError> {
        let customer = self.import_lock(id, job).await?;
        let before = self.import_fetch(&customer, id).await?;
        if matches!(before.state, ImportState::Succeeded | ImportState::Failed) {
            self.job_delete(job).await?;
            return Ok(before);
        }
        diesel::update(imports::table.filter(imports::id.eq(id.as_uuid())))
            .set((
                imports::state.eq(ImportState::Running.as_str()),
                imports::attempt.eq(imports::attempt + 1),
                imports::started_at.eq(diesel::dsl::now),
            ))
            .execute(self.conn())
            .await?;
        diesel::update(import_steps::table.filter(import_steps::import_id.eq(id.as_uuid())))
            .set((
                import_steps::state.eq(StepState::Pending.as_str()),
                import_steps::started_at.eq(None::<DateTime<Utc>>),
                import_steps::finished_at.eq(None::<DateTime<Utc>>),
                import_steps::counts.eq(Value::Object(serde_json::Map::new())),
                import_steps::error.eq(None::<Value>),
            ))
            .execute(self.conn())
            .await?;
        self.event(EventKind::ImportChanged, Some(customer.id()), Some(id)).await?;
        self.import_fetch(&customer, id).await
    }

    /// Notes how far a step is. Goes into a transaction of its own, so that people can watch.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`].
    pub async fn import_step_set(
        &mut self,
        id: ImportId,
        job: &ClaimedJob,
        step: ImportStep,
        state: StepState,
        counts: &Value,
        error: Option<&Problem>,
    ) -> Result<(), StoreError> {
        let customer = self.import_lock(id, job).await?;
        self.step_write(id, step, state, counts, error).await?;
        self.event(EventKind::ImportChanged, Some(customer.id()), Some(id)).await
    }

    pub(crate) async fn step_write(
        &mut self,
        id: ImportId,
        step: ImportStep,
        state: StepState,
        counts: &Value,
        error: Option<&Problem>,
    ) -> Result<(), StoreError> {
        let error = error.map(|e| to_json(e, "problem")).transpose()?;
        let row = import_steps::table
            .filter(import_steps::import_id.eq(id.as_uuid()).and(import_steps::step.eq(step.as_str())));
        let set = (
            import_steps::state.eq(state.as_str()),
            import_steps::counts.eq(counts),
            import_steps::error.eq(error),
        );
        match state {
            StepState::Pending => diesel::update(row).set(set).execute(self.conn()).await?,
            StepState::Running => {
                // A step that is noted as running once more has not begun once more.
                let begun = coalesce(import_steps::started_at, diesel::dsl::now);
                diesel::update(row)
                    .set((set, import_steps::started_at.eq(begun.nullable())))
                    .execute(self.conn())
                    .await?
            }
            StepState::Succeeded | StepState::Failed | StepState::Skipped => {
                diesel::update(row)
                    .set((set, import_steps::finished_at.eq(diesel::dsl::now)))
                    .execute(self.conn())
                    .await?
            }
        };
        Ok(())
    }
}
