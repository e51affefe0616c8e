//! What people said about the references of a baseline: which object of the customer each one means.

use crate::{
    customers::{CustomerRef, to_json},
    error::StoreError,
    schema::baseline_bindings as bindings,
    snapshots::from_json,
    tx::{Mode, ReadWrite, TenantTx},
};
use diesel::{OptionalExtension as _, prelude::*};
use diesel_async::RunQueryDsl;
use policytab_domain::{binding::BindingChoice, ids::BaselineId, import::ComparisonBaseline};
use serde_json::Value;

impl<M: Mode> TenantTx<M> {
    /// What people said about a baseline's references for this customer, in order of kind and reference.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when a stored binding can't be read.
    pub async fn bindings_confirmed(
        &mut self,
        customer: &CustomerRef,
        baseline: BaselineId,
    ) -> Result<Vec<BindingChoice>, StoreError> {
        let row: Option<Value> = bindings::table
            .filter(
                bindings::customer_id.eq(customer.uuid()).and(bindings::baseline_id.eq(baseline.as_uuid())),
            )
            .select(bindings::confirmed)
            .first(self.conn())
            .await
            .optional()?;
        row.map_or(Ok(Vec::new()), |value| from_json(value, "baseline_bindings.confirmed"))
    }
}

impl TenantTx<ReadWrite> {
    /// Replaces what people said about a baseline's references for this customer.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the baseline does not exist.
    pub async fn bindings_confirm(
        &mut self,
        customer: &CustomerRef,
        baseline: BaselineId,
        confirmed: &[BindingChoice],
    ) -> Result<(), StoreError> {
        self.baseline_pin(ComparisonBaseline::WorkspaceBaseline { baseline_id: baseline, version: None })
            .await?;
        let confirmed = to_json(&confirmed, "bindings")?;
        diesel::insert_into(bindings::table)
            .values((
                bindings::msp_id.eq(self.msp()),
                bindings::customer_id.eq(customer.uuid()),
                bindings::baseline_id.eq(baseline.as_uuid()),
                bindings::confirmed.eq(&confirmed),
            ))
            .on_conflict((bindings::msp_id, bindings::customer_id, bindings::baseline_id))
            .do_update()
            .set((bindings::confirmed.eq(&confirmed), bindings::updated_at.eq(diesel::dsl::now)))
            .execute(self.conn())
            .await?;
        Ok(())
    }
}
