//! Sealed secrets in bulk, for re-wrapping them under a new master key while everything runs.

use crate::{
    error::StoreError,
    page::MAX_PAGE,
    schema::connections,
    tx::{Mode, ReadWrite, TenantTx},
};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use policytab_domain::ids::CustomerId;
use uuid::Uuid;

/// A customer's sealed secret.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedSecret {
    /// Whose.
    pub customer_id: CustomerId,
    /// The vault's envelope.
    pub sealed: Vec<u8>,
}

impl std::fmt::Debug for SealedSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SealedSecret").field("customer_id", &self.customer_id).finish_non_exhaustive()
    }
}

impl<M: Mode> TenantTx<M> {
    /// The next sealed secrets after a customer's id, in order of id; empty at the end.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn sealed_page(&mut self, after: Option<CustomerId>) -> Result<Vec<SealedSecret>, StoreError> {
        let rows: Vec<(Uuid, Vec<u8>)> = connections::table
            .filter(connections::customer_id.gt(after.map_or(Uuid::nil(), CustomerId::as_uuid)))
            .order(connections::customer_id)
            .limit(MAX_PAGE)
            .select((connections::customer_id, connections::sealed_secret))
            .load(self.conn())
            .await?;
        Ok(rows.into_iter().map(|(id, sealed)| SealedSecret { customer_id: id.into(), sealed }).collect())
    }
}

impl TenantTx<ReadWrite> {
    /// Puts `new` in the place of `old`, unless somebody else has changed it meanwhile: then `false`, and the row holds
    /// a secret that was sealed under the active key anyway.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn sealed_replace(
        &mut self,
        customer_id: CustomerId,
        old: &[u8],
        new: &[u8],
    ) -> Result<bool, StoreError> {
        let touched = diesel::update(
            connections::table
                .filter(connections::customer_id.eq(customer_id.as_uuid()))
                .filter(connections::sealed_secret.eq(old)),
        )
        .set(connections::sealed_secret.eq(new))
        .execute(self.conn())
        .await?;
        Ok(touched == 1)
    }
}
