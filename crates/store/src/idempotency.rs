//! Idempotency keys: the same request sent twice has one effect and one answer.
//!
//! The key is claimed in the transaction of the effect, by an insert that waits for another transaction that is
//! inserting the same key. So a parallel second request sees the first one's answer when that commits, and takes its
//! place when that is rolled back. Nothing is left behind by a request that fails.

use crate::{
    error::{StoreError, one_row},
    schema::idempotency_keys,
    tx::{ReadWrite, TenantTx},
};
use chrono::{TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

/// A key with what it is bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// Kind and id of the user or API token that sends it.
    pub actor: String,
    /// Method and path template; where the path has ids, the path itself.
    pub route: String,
    /// 1 to 255 characters, chosen by the client.
    pub key: String,
    /// SHA-256 of the request's content.
    pub request_sha256: [u8; 32],
}

/// What a claim found.
#[derive(Debug, Clone, PartialEq)]
pub enum Idempotency {
    /// New: do the work, then [`TenantTx::idempotency_store`] in the same transaction.
    Fresh,
    /// Done before: answer this again.
    Replay(StoredResponse),
    /// The key was used for another request.
    Conflict,
}

/// An answer to repeat.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredResponse {
    /// HTTP status.
    pub status: u16,
    /// The headers worth repeating, as an object.
    pub headers: Value,
    /// The body's bytes.
    pub body: Vec<u8>,
}

impl TenantTx<ReadWrite> {
    /// Claims a key for this transaction. Waits while another transaction holds the same key. Keys are good for
    /// 24 hours.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn idempotency_claim(&mut self, key: &IdempotencyKey) -> Result<Idempotency, StoreError> {
        let msp = self.msp();
        let this = || {
            idempotency_keys::table
                .filter(idempotency_keys::actor.eq(&key.actor))
                .filter(idempotency_keys::route.eq(&key.route))
                .filter(idempotency_keys::key.eq(&key.key))
        };
        diesel::delete(this().filter(idempotency_keys::created_at.lt(Utc::now() - TimeDelta::hours(24))))
            .execute(self.conn())
            .await?;
        let claimed = diesel::insert_into(idempotency_keys::table)
            .values((
                idempotency_keys::msp_id.eq(msp),
                idempotency_keys::actor.eq(&key.actor),
                idempotency_keys::route.eq(&key.route),
                idempotency_keys::key.eq(&key.key),
                idempotency_keys::request_sha256.eq(key.request_sha256.as_slice()),
            ))
            .on_conflict_do_nothing()
            .execute(self.conn())
            .await?;
        if claimed == 1 {
            return Ok(Idempotency::Fresh);
        }
        type Found = (Vec<u8>, Option<i16>, Option<Value>, Option<Vec<u8>>);
        let (digest, status, headers, body): Found = this()
            .select((
                idempotency_keys::request_sha256,
                idempotency_keys::status,
                idempotency_keys::headers,
                idempotency_keys::body,
            ))
            .first(self.conn())
            .await?;
        if digest != key.request_sha256 {
            return Ok(Idempotency::Conflict);
        }
        match (status.and_then(|s| u16::try_from(s).ok()), headers, body) {
            (Some(status), Some(headers), Some(body)) => {
                Ok(Idempotency::Replay(StoredResponse { status, headers, body }))
            }
            // Claimed and committed without an answer: the caller forgot to store it.
            _ => Err(StoreError::Corrupt("idempotency_keys.status")),
        }
    }

    /// Keeps the answer to a request whose key was claimed in this transaction.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the key was not claimed.
    pub async fn idempotency_store(
        &mut self,
        key: &IdempotencyKey,
        response: &StoredResponse,
    ) -> Result<(), StoreError> {
        let touched = diesel::update(
            idempotency_keys::table
                .filter(idempotency_keys::actor.eq(&key.actor))
                .filter(idempotency_keys::route.eq(&key.route))
                .filter(idempotency_keys::key.eq(&key.key)),
        )
        .set((
            idempotency_keys::status.eq(i16::try_from(response.status).unwrap_or(500)),
            idempotency_keys::headers.eq(&response.headers),
            idempotency_keys::body.eq(&response.body),
        ))
        .execute(self.conn())
        .await?;
        one_row(touched, "idempotency key")
    }
}
