//! Sealed secrets and answers in bulk, for re-wrapping them under a new master key while everything runs.
//!
//! A replacement names what it replaces: what somebody else has changed meanwhile stays, and was sealed under the
//! active key anyway. One statement replaces a page.

use crate::{
    error::StoreError,
    page::MAX_PAGE,
    schema::{connections, idempotency_keys},
    tx::{Mode, ReadWrite, TenantTx},
};
use diesel::{
    prelude::*,
    sql_types::{Array, Bytea, Text, Uuid as SqlUuid},
};
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

/// The sealed answer that is kept under an idempotency key.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedAnswer {
    /// Actor, route and key.
    pub key: (String, String, String),
    /// The vault's envelope.
    pub sealed: Vec<u8>,
}

impl std::fmt::Debug for SealedAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SealedAnswer").field("route", &self.key.1).finish_non_exhaustive()
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

    /// The next sealed answers after a key, in order of key; empty at the end.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn sealed_answers(
        &mut self,
        after: Option<&(String, String, String)>,
    ) -> Result<Vec<SealedAnswer>, StoreError> {
        use idempotency_keys::{actor, body, key, route};
        let mut query = idempotency_keys::table
            .filter(body.is_not_null())
            .order((actor, route, key))
            .limit(MAX_PAGE)
            .select((actor, route, key, body.assume_not_null()))
            .into_boxed();
        if let Some((a, r, k)) = after {
            let same_route = route.gt(r).or(route.eq(r).and(key.gt(k)));
            query = query.filter(actor.gt(a).or(actor.eq(a).and(same_route)));
        }
        let rows: Vec<(String, String, String, Vec<u8>)> = query.load(self.conn()).await?;
        Ok(rows.into_iter().map(|(a, r, k, sealed)| SealedAnswer { key: (a, r, k), sealed }).collect())
    }
}

impl TenantTx<ReadWrite> {
    /// Puts new envelopes in the place of old ones; gives how many were still there to be replaced.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn sealed_replace(&mut self, pairs: &[(SealedSecret, Vec<u8>)]) -> Result<usize, StoreError> {
        let ids: Vec<Uuid> = pairs.iter().map(|(old, _)| old.customer_id.as_uuid()).collect();
        let old: Vec<&[u8]> = pairs.iter().map(|(old, _)| old.sealed.as_slice()).collect();
        let new: Vec<&[u8]> = pairs.iter().map(|(_, new)| new.as_slice()).collect();
        let touched = diesel::sql_query(
            "UPDATE connections c SET sealed_secret = p.new
             FROM unnest($1, $2, $3) AS p (id, old, new)
             WHERE c.msp_id = $4 AND c.customer_id = p.id AND c.sealed_secret = p.old",
        )
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Array<Bytea>, _>(old)
        .bind::<Array<Bytea>, _>(new)
        .bind::<SqlUuid, _>(self.msp())
        .execute(self.conn())
        .await?;
        Ok(touched)
    }

    /// The same for answers.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn sealed_answers_replace(
        &mut self,
        pairs: &[(SealedAnswer, Vec<u8>)],
    ) -> Result<usize, StoreError> {
        let part = |of: fn(&(String, String, String)) -> &str| -> Vec<&str> {
            pairs.iter().map(|(old, _)| of(&old.key)).collect()
        };
        let old: Vec<&[u8]> = pairs.iter().map(|(old, _)| old.sealed.as_slice()).collect();
        let new: Vec<&[u8]> = pairs.iter().map(|(_, new)| new.as_slice()).collect();
        let touched = diesel::sql_query(
            "UPDATE idempotency_keys k SET body = p.new
             FROM unnest($1, $2, $3, $4, $5) AS p (actor, route, key, old, new)
             WHERE k.msp_id = $6 AND k.actor = p.actor AND k.route = p.route AND k.key = p.key AND k.body = p.old",
        )
        .bind::<Array<Text>, _>(part(|k| k.0.as_str()))
        .bind::<Array<Text>, _>(part(|k| k.1.as_str()))
        .bind::<Array<Text>, _>(part(|k| k.2.as_str()))
        .bind::<Array<Bytea>, _>(old)
        .bind::<Array<Bytea>, _>(new)
        .bind::<SqlUuid, _>(self.msp())
        .execute(self.conn())
        .await?;
        Ok(touched)
    }
}
