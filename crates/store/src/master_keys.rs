//! Which master keys the deployment's secrets are sealed with: names and check values, never a key.
//!
//! Tenant-less: keys belong to the deployment.

use crate::{error::StoreError, schema::master_keys, store::Store};
use diesel::prelude::*;
use diesel_async::{AsyncConnection as _, RunQueryDsl};
use std::collections::BTreeSet;

/// Any number: servers that start at once take it in turn to add their key.
const LOCK: i64 = 0x706f_6c69_6b65_7973;

/// A key that has sealed something here.
#[derive(Clone, PartialEq, Eq)]
pub struct KnownKey {
    /// Its name in the key ring.
    pub id: String,
    /// What only this key opens; `None` where no server that has the key has started since the upgrade.
    pub check_value: Option<Vec<u8>>,
}

impl std::fmt::Debug for KnownKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KnownKey").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Store {
    /// Every key that the stored secrets may need, in order of name.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn master_keys(&self) -> Result<Vec<KnownKey>, StoreError> {
        let query =
            master_keys::table.order(master_keys::id).select((master_keys::id, master_keys::check_value));
        let rows: Vec<(String, Option<Vec<u8>>)> =
            self.apart(async |conn| Ok(query.load(conn).await?)).await?;
        Ok(rows.into_iter().map(|(id, check_value)| KnownKey { id, check_value }).collect())
    }

    /// Makes a key known, or gives one that is known its check value, provided that the known keys are still those
    /// named: else `false`, and the caller looks again. So of two servers that start with keys of their own on an empty
    /// database, one comes first.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn master_key_add(
        &self,
        id: &str,
        check_value: &[u8],
        known: &BTreeSet<&str>,
    ) -> Result<bool, StoreError> {
        self.apart(async |conn| {
            conn.transaction::<_, StoreError, _>(async |conn| {
                diesel::sql_query(format!("SELECT pg_advisory_xact_lock({LOCK})")).execute(conn).await?;
                let now: Vec<String> = master_keys::table.select(master_keys::id).load(conn).await?;
                if now.iter().map(String::as_str).collect::<BTreeSet<_>>() != *known {
                    return Ok(false);
                }
                diesel::insert_into(master_keys::table)
                    .values((master_keys::id.eq(id), master_keys::check_value.eq(check_value)))
                    .on_conflict(master_keys::id)
                    .do_update()
                    .set(master_keys::check_value.eq(check_value))
                    .execute(conn)
                    .await?;
                Ok(true)
            })
            .await
        })
        .await
    }

    /// Forgets every key but this one: nothing is sealed with the others any more. Gives how many those were.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn master_keys_retire(&self, keep: &str) -> Result<usize, StoreError> {
        let others = diesel::delete(master_keys::table.filter(master_keys::id.ne(keep)));
        self.apart(async |conn| Ok(others.execute(conn).await?)).await
    }
}
