//! The co-managed baseline: the customer's own agreed state, seeded at import, changed afterwards only on purpose.

use crate::{
    customers::CustomerRef,
    documents::{self, DocumentRow, StoredDocument},
    error::{OrNotFound as _, StoreError},
    schema::{
        co_managed_baselines, co_managed_documents, documents as bodies, snapshot_documents, snapshots,
    },
    tx::{Mode, ReadWrite, TenantTx},
};
use chrono::{DateTime, Utc};
use diesel::{OptionalExtension as _, prelude::*};
use diesel_async::RunQueryDsl;
use policytab_domain::ids::SnapshotId;
use uuid::Uuid;

/// A co-managed baseline without its documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoManagedBaseline {
    /// The snapshot it was seeded from.
    pub snapshot_id: SnapshotId,
    /// When it was first seeded.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// Counts changes: the entity tag.
    pub version: i64,
}

impl<M: Mode> TenantTx<M> {
    /// A customer's co-managed baseline with its documents, if it was imported.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn co_managed_fetch(
        &mut self,
        customer: &CustomerRef,
    ) -> Result<Option<(CoManagedBaseline, Vec<StoredDocument>)>, StoreError> {
        let head: Option<(Uuid, DateTime<Utc>, DateTime<Utc>, i64)> = co_managed_baselines::table
            .filter(co_managed_baselines::customer_id.eq(customer.uuid()))
            .select((
                co_managed_baselines::snapshot_id,
                co_managed_baselines::created_at,
                co_managed_baselines::updated_at,
                co_managed_baselines::version,
            ))
            .first(self.conn())
            .await
            .optional()?;
        let Some((snapshot_id, created_at, updated_at, version)) = head else { return Ok(None) };
        let rows: Vec<DocumentRow> = co_managed_documents::table
            .inner_join(
                bodies::table.on(bodies::msp_id
                    .eq(co_managed_documents::msp_id)
                    .and(bodies::sha256.eq(co_managed_documents::sha256))),
            )
            .filter(co_managed_documents::customer_id.eq(customer.uuid()))
            .order((co_managed_documents::kind, co_managed_documents::position))
            .select((
                co_managed_documents::kind,
                co_managed_documents::object_id,
                co_managed_documents::display_name,
                co_managed_documents::beta_only,
                bodies::sha256,
                bodies::normal_sha256,
                bodies::body,
            ))
            .load(self.conn())
            .await?;
        let documents = rows.into_iter().map(StoredDocument::try_from).collect::<Result<_, _>>()?;
        Ok(Some((
            CoManagedBaseline { snapshot_id: snapshot_id.into(), created_at, updated_at, version },
            documents,
        )))
    }
}

impl TenantTx<ReadWrite> {
    /// Makes the co-managed baseline what a snapshot of this customer holds, in place of what it was before.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the snapshot is not this customer's.
    pub async fn co_managed_seed(
        &mut self,
        customer: &CustomerRef,
        from: SnapshotId,
    ) -> Result<(), StoreError> {
        let number: i32 = snapshots::table
            .filter(snapshots::id.eq(from.as_uuid()).and(snapshots::customer_id.eq(customer.uuid())))
            .select(snapshots::number)
            .first(self.conn())
            .await
            .optional()
            .or_not_found("snapshot")?;
        documents::lock_for_reference(self).await?;
        let snapshot_id = co_managed_baselines::snapshot_id.eq(from.as_uuid());
        diesel::insert_into(co_managed_baselines::table)
            .values((
                co_managed_baselines::msp_id.eq(self.msp()),
                co_managed_baselines::customer_id.eq(customer.uuid()),
                snapshot_id,
            ))
            .on_conflict((co_managed_baselines::msp_id, co_managed_baselines::customer_id))
            .do_update()
            .set((
                snapshot_id,
                co_managed_baselines::updated_at.eq(diesel::dsl::now),
                co_managed_baselines::version.eq(co_managed_baselines::version + 1),
            ))
            .execute(self.conn())
            .await?;
        diesel::delete(
            co_managed_documents::table.filter(co_managed_documents::customer_id.eq(customer.uuid())),
        )
        .execute(self.conn())
        .await?;
        diesel::insert_into(co_managed_documents::table)
            .values(
                snapshot_documents::table
                    .filter(snapshot_documents::customer_id.eq(customer.uuid()))
                    .filter(snapshot_documents::since.le(number))
                    .filter(snapshot_documents::until.is_null().or(snapshot_documents::until.gt(number)))
                    .select((
                        snapshot_documents::msp_id,
                        snapshot_documents::customer_id,
                        snapshot_documents::kind,
                        snapshot_documents::position,
                        snapshot_documents::object_id,
                        snapshot_documents::display_name,
                        snapshot_documents::beta_only,
                        snapshot_documents::sha256,
                    )),
            )
            .into_columns((
                co_managed_documents::msp_id,
                co_managed_documents::customer_id,
                co_managed_documents::kind,
                co_managed_documents::position,
                co_managed_documents::object_id,
                co_managed_documents::display_name,
                co_managed_documents::beta_only,
                co_managed_documents::sha256,
            ))
            .execute(self.conn())
            .await?;
        Ok(())
    }
}
