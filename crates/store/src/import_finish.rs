//! How an import ends. Both ends prove inside their transaction that the worker still holds the job, and take the
//! job away with them: a worker that was thought dead and comes back can end nothing.

use crate::{
    customers::{CustomerRef, to_json},
    error::{OrNotFound as _, StoreError},
    events::EventKind,
    jobs::ClaimedJob,
    schema::{customers, import_steps, imports, snapshots},
    tx::{ReadWrite, TenantTx},
};
use chrono::{DateTime, Utc};
use diesel::{OptionalExtension as _, prelude::*};
use diesel_async::RunQueryDsl;
use policytab_domain::{
    ids::{ImportId, SnapshotId},
    import::{ImportState, ImportStep, StepState, ZeroPolicies},
    problem::Problem,
};
use serde_json::Value;
use uuid::Uuid;

/// Imports of a customer whose steps are kept, the newest ones. Of older ones remain the times, the outcome and the error.
pub const STEPS_KEPT: i64 = 5;

impl TenantTx<ReadWrite> {
    /// Proves that `job` is this import's and still held, and locks the customer, then the job, until the transaction
    /// ends. Begin the transaction that writes the result with it.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`], also when import or customer were deleted meanwhile.
    pub async fn import_lock(&mut self, id: ImportId, job: &ClaimedJob) -> Result<CustomerRef, StoreError> {
        if job.subject_id != id.as_uuid() || job.msp_id != self.msp_id() {
            return Err(StoreError::LeaseLost);
        }
        let customer: Option<Uuid> = imports::table
            .filter(imports::id.eq(id.as_uuid()))
            .select(imports::customer_id)
            .first(self.conn())
            .await
            .optional()?;
        let customer = customer.ok_or(StoreError::LeaseLost)?.into();
        let locked = self.customer_lock(customer).await.map_err(|e| match e {
            StoreError::NotFound { .. } => StoreError::LeaseLost,
            other => other,
        })?;
        self.job_lock(job).await?;
        Ok(locked.0)
    }

    /// The customer has no unfinished import any more, and the steps of those long ago are forgotten.
    async fn import_ended(&mut self, customer: &CustomerRef) -> Result<(), StoreError> {
        let of_customer = || imports::table.filter(imports::customer_id.eq(customer.uuid()));
        let last: Option<Uuid> = of_customer()
            .order(imports::id.desc())
            .offset(STEPS_KEPT - 1)
            .select(imports::id)
            .first(self.conn())
            .await
            .optional()?;
        if let Some(last) = last {
            // One at a time grows old; a hundred where this was not done before.
            let old: Vec<Uuid> = of_customer()
                .filter(imports::id.lt(last))
                .order(imports::id.desc())
                .limit(100)
                .select(imports::id)
                .load(self.conn())
                .await?;
            diesel::delete(import_steps::table.filter(import_steps::import_id.eq_any(old)))
                .execute(self.conn())
                .await?;
        }
        diesel::update(customers::table.filter(customers::id.eq(customer.uuid())))
            .set(customers::running_import_id.eq(None::<Uuid>))
            .execute(self.conn())
            .await?;
        Ok(())
    }

    /// Names the step that an import fails at. Steps side by side with it were given up in the middle and tell nothing:
    /// they count as not begun. Goes before [`Self::import_fail`], in the same transaction.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`].
    pub async fn import_step_blame(
        &mut self,
        id: ImportId,
        job: &ClaimedJob,
        step: ImportStep,
    ) -> Result<(), StoreError> {
        self.import_lock(id, job).await?;
        let of_import = || import_steps::table.filter(import_steps::import_id.eq(id.as_uuid()));
        diesel::update(
            of_import()
                .filter(import_steps::state.eq(StepState::Running.as_str()))
                .filter(import_steps::step.ne(step.as_str())),
        )
        .set((
            import_steps::state.eq(StepState::Pending.as_str()),
            import_steps::started_at.eq(None::<DateTime<Utc>>),
        ))
        .execute(self.conn())
        .await?;
        let none = Value::Object(serde_json::Map::new());
        self.step_write(id, step, StepState::Running, &none, None).await
    }

    /// Ends an import as failed: the error goes to the import, to the customer, and to the steps that were running
    /// (which fail); steps that were not begun stay pending.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`].
    pub async fn import_fail(
        &mut self,
        id: ImportId,
        job: &ClaimedJob,
        error: &Problem,
    ) -> Result<(), StoreError> {
        let customer = self.import_lock(id, job).await?;
        let json = to_json(error, "problem")?;
        diesel::update(imports::table.filter(imports::id.eq(id.as_uuid())))
            .set((
                imports::state.eq(ImportState::Failed.as_str()),
                imports::error.eq(&json),
                imports::finished_at.eq(diesel::dsl::now),
            ))
            .execute(self.conn())
            .await?;
        diesel::update(import_steps::table.filter(
            import_steps::import_id.eq(id.as_uuid()).and(import_steps::state.eq(StepState::Running.as_str())),
        ))
        .set((
            import_steps::state.eq(StepState::Failed.as_str()),
            import_steps::error.eq(&json),
            import_steps::finished_at.eq(diesel::dsl::now),
        ))
        .execute(self.conn())
        .await?;
        self.customer_error_set(&customer, Some(error)).await?;
        self.import_ended(&customer).await?;
        self.job_delete(job).await?;
        self.event(EventKind::ImportChanged, Some(customer.id()), Some(id)).await
    }

    /// Ends an import as succeeded. `snapshot_id` must be the snapshot of this import, written in this transaction.
    /// Steps that are not finished yet are noted as succeeded.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`]; [`StoreError::NotFound`] when the snapshot is not this import's.
    pub async fn import_succeed(
        &mut self,
        id: ImportId,
        job: &ClaimedJob,
        snapshot_id: SnapshotId,
        zero_policies: Option<ZeroPolicies>,
    ) -> Result<(), StoreError> {
        let customer = self.import_lock(id, job).await?;
        let _: Uuid = snapshots::table
            .filter(snapshots::id.eq(snapshot_id.as_uuid()).and(snapshots::import_id.eq(id.as_uuid())))
            .select(snapshots::id)
            .first(self.conn())
            .await
            .optional()
            .or_not_found("snapshot")?;
        diesel::update(imports::table.filter(imports::id.eq(id.as_uuid())))
            .set((
                imports::state.eq(ImportState::Succeeded.as_str()),
                imports::zero_policies.eq(zero_policies.map(ZeroPolicies::as_str)),
                imports::finished_at.eq(diesel::dsl::now),
            ))
            .execute(self.conn())
            .await?;
        let unfinished = [StepState::Pending.as_str(), StepState::Running.as_str()];
        diesel::update(
            import_steps::table
                .filter(import_steps::import_id.eq(id.as_uuid()).and(import_steps::state.eq_any(unfinished))),
        )
        .set((
            import_steps::state.eq(StepState::Succeeded.as_str()),
            import_steps::finished_at.eq(diesel::dsl::now),
        ))
        .execute(self.conn())
        .await?;
        self.import_ended(&customer).await?;
        self.job_delete(job).await?;
        self.event(EventKind::ImportChanged, Some(customer.id()), Some(id)).await
    }
}
