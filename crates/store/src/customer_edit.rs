//! Adding, changing and deleting customers. What an import leaves on one is written here too.

use crate::{
    customers::{
        Customer, CustomerPatch, CustomerRef, CustomerRow, ImportedFacts, NewCustomer, comparison_columns,
        to_json,
    },
    documents,
    error::{OrNotFound as _, StoreError, one_row, violates},
    events::EventKind,
    schema::{customers, imports, jobs},
    tx::{ReadWrite, TenantTx},
};
use diesel::{OptionalExtension as _, prelude::*};
use diesel_async::RunQueryDsl;
use policytab_domain::{
    customer::CustomerStatus,
    ids::CustomerId,
    import::{ComparisonBaseline, ZeroPolicies},
    problem::Problem,
};
use serde_json::Value;
use uuid::Uuid;

impl TenantTx<ReadWrite> {
    /// Adds a customer, `pending`.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`].
    pub async fn customer_insert(&mut self, new: &NewCustomer) -> Result<Customer, StoreError> {
        let row = diesel::insert_into(customers::table)
            .values((
                customers::msp_id.eq(self.msp()),
                customers::id.eq(Uuid::now_v7()),
                customers::display_name.eq(&new.display_name),
                customers::cloud.eq(new.cloud.as_str()),
            ))
            .on_conflict((customers::msp_id, customers::name_key))
            .do_nothing()
            .returning(CustomerRow::as_returning())
            .get_result(self.conn())
            .await
            .optional()?;
        let customer: Customer = row.ok_or(StoreError::NameTaken)?.try_into()?;
        self.event(EventKind::CustomerChanged, Some(customer.id), None).await?;
        Ok(customer)
    }

    /// Locks a customer against changes by others until the transaction ends, and reads it. Lock the customer before
    /// anything that belongs to it (its import, its job): everybody does, so nobody deadlocks.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn customer_lock(&mut self, id: CustomerId) -> Result<(CustomerRef, Customer), StoreError> {
        let row: CustomerRow = customers::table
            .filter(customers::id.eq(id.as_uuid()))
            .select(CustomerRow::as_select())
            .for_update()
            .first(self.conn())
            .await
            .optional()
            .or_not_found("customer")?;
        Ok((CustomerRef::proven(id), row.try_into()?))
    }

    /// Changes what people may change, and counts the version up. `expected_version` comes from `If-Match`.
    ///
    /// # Errors
    /// [`StoreError::VersionMismatch`], [`StoreError::NameTaken`], [`StoreError::NotFound`] (`baseline` when the chosen one
    /// does not exist).
    pub async fn customer_update(
        &mut self,
        customer: &CustomerRef,
        patch: &CustomerPatch,
        expected_version: Option<i64>,
    ) -> Result<Customer, StoreError> {
        let (_, before) = self.customer_lock(customer.id()).await?;
        if expected_version.is_some_and(|v| v != before.version) {
            return Err(StoreError::VersionMismatch);
        }
        let baseline = patch.comparison_baseline.unwrap_or(before.comparison_baseline);
        if let Some(chosen) = patch.comparison_baseline {
            self.baseline_pin(chosen).await?;
        }
        let (_, baseline_id, pinned) = comparison_columns(baseline);
        let name = patch.display_name.as_ref().unwrap_or(&before.display_name);
        let row: CustomerRow = diesel::update(customers::table.filter(customers::id.eq(customer.uuid())))
            .set((
                customers::display_name.eq(name),
                customers::comparison_baseline_id.eq(baseline_id),
                customers::comparison_baseline_version.eq(pinned),
                customers::updated_at.eq(diesel::dsl::now),
                customers::version.eq(customers::version + 1),
            ))
            .returning(CustomerRow::as_returning())
            .get_result(self.conn())
            .await
            .map_err(|e| if violates(&e, "customers_name") { StoreError::NameTaken } else { e.into() })?;
        self.event(EventKind::CustomerChanged, Some(customer.id()), None).await?;
        row.try_into()
    }

    /// Deletes a customer with everything below it: connection, imports, snapshots, reports, co-managed baseline, and
    /// the documents that nothing else points at. The audit trail stays.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn customer_delete(&mut self, customer: &CustomerRef) -> Result<(), StoreError> {
        self.customer_lock(customer.id()).await?;
        documents::lock_for_deletion(self).await?;
        // Nothing points from a job to its import: left behind, it would be claimed in vain for ever.
        let unfinished: Vec<Uuid> = imports::table
            .filter(imports::customer_id.eq(customer.uuid()))
            .select(imports::id)
            .load(self.conn())
            .await?;
        diesel::delete(jobs::table.filter(jobs::subject_id.eq_any(unfinished))).execute(self.conn()).await?;
        let touched = diesel::delete(customers::table.filter(customers::id.eq(customer.uuid())))
            .execute(self.conn())
            .await?;
        one_row(touched, "customer")?;
        documents::delete_unreferenced(self).await?;
        self.event(EventKind::CustomerChanged, Some(customer.id()), None).await
    }

    /// Notes what went wrong last, or that nothing is wrong any more.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn customer_error_set(
        &mut self,
        customer: &CustomerRef,
        error: Option<&Problem>,
    ) -> Result<(), StoreError> {
        let error = error.map(|e| to_json(e, "problem")).transpose()?;
        let touched = diesel::update(customers::table.filter(customers::id.eq(customer.uuid())))
            .set((customers::last_error.eq(error), customers::updated_at.eq(diesel::dsl::now)))
            .execute(self.conn())
            .await?;
        one_row(touched, "customer")?;
        self.event(EventKind::CustomerChanged, Some(customer.id()), None).await
    }

    /// Replaces the dashboard's findings, after a report was made anew from the newest snapshot.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn customer_findings_set(
        &mut self,
        customer: &CustomerRef,
        [critical, high, medium, low, info]: [i32; 5],
    ) -> Result<(), StoreError> {
        let touched = diesel::update(customers::table.filter(customers::id.eq(customer.uuid())))
            .set((
                customers::findings_critical.eq(critical),
                customers::findings_high.eq(high),
                customers::findings_medium.eq(medium),
                customers::findings_low.eq(low),
                customers::findings_info.eq(info),
            ))
            .execute(self.conn())
            .await?;
        one_row(touched, "customer")
    }

    /// Makes the customer `imported`, with the numbers of its first or newest snapshot.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn customer_imported(
        &mut self,
        customer: &CustomerRef,
        facts: &ImportedFacts,
    ) -> Result<Customer, StoreError> {
        let [critical, high, medium, low, info] = facts.counts.findings;
        let (_, baseline_id, pinned) = comparison_columns(facts.comparison_baseline);
        let row: CustomerRow = diesel::update(customers::table.filter(customers::id.eq(customer.uuid())))
            .set((
                customers::status.eq(CustomerStatus::Imported.as_str()),
                customers::tenant_name.eq(&facts.tenant_display_name),
                customers::tenant_domain.eq(&facts.tenant_default_domain),
                (
                    customers::comparison_baseline_id.eq(baseline_id),
                    customers::comparison_baseline_version.eq(pinned),
                ),
                (
                    customers::policies_enabled.eq(facts.counts.policies_enabled),
                    customers::policies_report_only.eq(facts.counts.policies_report_only),
                    customers::policies_disabled.eq(facts.counts.policies_disabled),
                    customers::findings_critical.eq(critical),
                    customers::findings_high.eq(high),
                    customers::findings_medium.eq(medium),
                    customers::findings_low.eq(low),
                    customers::findings_info.eq(info),
                ),
                customers::licences.eq(&facts.licences),
                customers::zero_policies.eq(facts.zero_policies.map(ZeroPolicies::as_str)),
                customers::last_snapshot_id.eq(facts.snapshot_id.as_uuid()),
                customers::last_snapshot_at.eq(facts.taken_at),
                customers::last_error.eq(None::<Value>),
                customers::updated_at.eq(diesel::dsl::now),
            ))
            .returning(CustomerRow::as_returning())
            .get_result(self.conn())
            .await
            .optional()
            .or_not_found("customer")?;
        self.event(EventKind::CustomerChanged, Some(customer.id()), None).await?;
        row.try_into()
    }

    /// Proves that a baseline exists and keeps it from being deleted until the transaction ends.
    pub(crate) async fn baseline_pin(&mut self, chosen: ComparisonBaseline) -> Result<(), StoreError> {
        use crate::schema::{baseline_versions, baselines};
        let ComparisonBaseline::WorkspaceBaseline { baseline_id: id, version } = chosen else {
            return Ok(());
        };
        let _: Uuid = baselines::table
            .filter(baselines::id.eq(id.as_uuid()))
            .select(baselines::id)
            .for_key_share()
            .first(self.conn())
            .await
            .optional()
            .or_not_found("baseline")?;
        if let Some(version) = version {
            let _: i32 = baseline_versions::table
                .filter(baseline_versions::baseline_id.eq(id.as_uuid()))
                .filter(baseline_versions::number.eq(version))
                .select(baseline_versions::number)
                .first(self.conn())
                .await
                .optional()
                .or_not_found("baseline version")?;
        }
        Ok(())
    }
}
