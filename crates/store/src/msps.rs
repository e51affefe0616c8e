//! MSPs and their settings. Only operators make or list them: the command line, and a first start.

use crate::{
    documents,
    error::{OrNotFound as _, StoreError},
    schema::{
        api_tokens, baselines, customers, documents as bodies, idempotency_keys, imports, jobs, msps, users,
    },
    store::Store,
    tx::{Mode, ReadWrite, TenantTx},
    users::{NewUser, User},
};
use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use policytab_domain::{ids::MspId, tenancy::MspScope};
use uuid::Uuid;

/// Any number: it only has to be the same on every node.
const FIRST: i64 = 0x706f_6c69_6379_6d73;

/// Customers or bodies deleted by one statement: a workspace may have more than one statement's time allows.
const CHUNK: i64 = 200;

/// An MSP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Msp {
    /// Its id.
    pub id: MspId,
    /// For people.
    pub display_name: String,
    /// People need a second factor.
    pub require_second_factor: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Counts changes: the entity tag.
    pub version: i64,
}

/// What may be changed of an MSP; `None` leaves it.
#[derive(Debug, Clone, Default)]
pub struct MspPatch {
    /// A new name.
    pub display_name: Option<String>,
    /// Whether people need a second factor.
    pub require_second_factor: Option<bool>,
}

/// An MSP as operators list it.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct ListedMsp {
    #[diesel(sql_type = SqlUuid)]
    msp_id: Uuid,
    /// For people.
    #[diesel(sql_type = Text)]
    pub display_name: String,
    /// When it was made.
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    /// When it was deleted: only its audit trail is left.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub deleted_at: Option<DateTime<Utc>>,
}

impl ListedMsp {
    /// Its id.
    pub fn id(&self) -> MspId {
        self.msp_id.into()
    }
}

type Row = (Uuid, String, bool, DateTime<Utc>, i64);

const COLUMNS: (
    msps::msp_id,
    msps::display_name,
    msps::require_second_factor,
    msps::created_at,
    msps::version,
) = (msps::msp_id, msps::display_name, msps::require_second_factor, msps::created_at, msps::version);

fn msp((id, display_name, require_second_factor, created_at, version): Row) -> Msp {
    Msp { id: id.into(), display_name, require_second_factor, created_at, version }
}

impl Store {
    /// Makes an MSP with its first person, who should be an owner. For operators.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn msp_create(&self, display_name: &str, owner: &NewUser) -> Result<(Msp, User), StoreError> {
        self.create(display_name, owner, false).await?.ok_or(StoreError::Corrupt("msps"))
    }

    /// The same where there is no MSP yet; `None` where there is one. Of several nodes that start at once, one makes it.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn msp_create_first(
        &self,
        display_name: &str,
        owner: &NewUser,
    ) -> Result<Option<(Msp, User)>, StoreError> {
        self.create(display_name, owner, true).await
    }

    async fn create(
        &self,
        display_name: &str,
        owner: &NewUser,
        first_only: bool,
    ) -> Result<Option<(Msp, User)>, StoreError> {
        #[expect(clippy::disallowed_methods, reason = "a fresh id: nothing of another MSP can be under it")]
        let scope = MspScope::assume_verified(Uuid::now_v7().into());
        self.write(&scope, async |tx| {
            if first_only {
                diesel::sql_query(format!("SELECT pg_advisory_xact_lock({FIRST})"))
                    .execute(tx.conn())
                    .await?;
                let there: Vec<ListedMsp> =
                    diesel::sql_query("SELECT * FROM lookup_msps()").load(tx.conn()).await?;
                if !there.is_empty() {
                    return Ok(None);
                }
            }
            let row: Row = diesel::insert_into(msps::table)
                .values((msps::msp_id.eq(tx.msp()), msps::display_name.eq(display_name)))
                .returning(COLUMNS)
                .get_result(tx.conn())
                .await?;
            let owner = tx.user_insert(owner).await?;
            Ok(Some((msp(row), owner)))
        })
        .await
    }

    /// Every MSP, oldest first, those that are gone included. For operators.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn msp_list(&self) -> Result<Vec<ListedMsp>, StoreError> {
        let query = diesel::sql_query("SELECT * FROM lookup_msps()");
        self.apart(async |conn| Ok(query.load(conn).await?)).await
    }

    /// How many MSPs there are or were. Zero: this is a first start.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn msp_count(&self) -> Result<usize, StoreError> {
        Ok(self.msp_list().await?.len())
    }
}

impl<M: Mode> TenantTx<M> {
    /// The MSP of this scope.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it does not exist (any more).
    pub async fn msp_fetch(&mut self) -> Result<Msp, StoreError> {
        let row: Option<Row> = msps::table
            .filter(msps::deleted_at.is_null())
            .select(COLUMNS)
            .first(self.conn())
            .await
            .optional()?;
        Ok(msp(Ok(row).or_not_found("MSP")?))
    }
}

impl TenantTx<ReadWrite> {
    /// Changes the MSP's settings. `expected_version` comes from `If-Match`.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::VersionMismatch`].
    pub async fn msp_update(
        &mut self,
        patch: &MspPatch,
        expected_version: Option<i64>,
    ) -> Result<Msp, StoreError> {
        let before = self.msp_lock().await?;
        if expected_version.is_some_and(|v| v != before.version) {
            return Err(StoreError::VersionMismatch);
        }
        let row: Row = diesel::update(msps::table)
            .set((
                patch.display_name.as_ref().map(|v| msps::display_name.eq(v)),
                patch.require_second_factor.map(|v| msps::require_second_factor.eq(v)),
                msps::updated_at.eq(diesel::dsl::now),
                msps::version.eq(msps::version + 1),
            ))
            .returning(COLUMNS)
            .get_result(self.conn())
            .await?;
        self.sessions_changed().await?;
        Ok(msp(row))
    }

    /// Removes everything that an MSP has: customers with all below them, the library, documents, API tokens, people.
    /// What stays is the audit trail and the row that it hangs on. Gives the number of customers.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn msp_delete(&mut self) -> Result<usize, StoreError> {
        self.msp_lock().await?;
        let mut gone = 0;
        loop {
            let chunk: Vec<Uuid> = customers::table
                .order(customers::id)
                .limit(CHUNK)
                .select(customers::id)
                .for_update()
                .load(self.conn())
                .await?;
            if chunk.is_empty() {
                break;
            }
            let of = imports::table.filter(imports::customer_id.eq_any(&chunk)).select(imports::id);
            let unfinished: Vec<Uuid> = of.load(self.conn()).await?;
            diesel::delete(jobs::table.filter(jobs::subject_id.eq_any(unfinished)))
                .execute(self.conn())
                .await?;
            gone += diesel::delete(customers::table.filter(customers::id.eq_any(&chunk)))
                .execute(self.conn())
                .await?;
        }
        documents::lock_for_deletion(self).await?;
        diesel::delete(baselines::table).execute(self.conn()).await?;
        loop {
            let chunk = bodies::table.limit(CHUNK * 10).select(bodies::sha256);
            let of = bodies::table.filter(bodies::sha256.eq_any(chunk.load::<Vec<u8>>(self.conn()).await?));
            if diesel::delete(of).execute(self.conn()).await? == 0 {
                break;
            }
        }
        diesel::delete(idempotency_keys::table).execute(self.conn()).await?;
        diesel::delete(api_tokens::table).execute(self.conn()).await?;
        // Their sessions and second factors go with them.
        diesel::delete(users::table).execute(self.conn()).await?;
        diesel::update(msps::table)
            .set((msps::deleted_at.eq(diesel::dsl::now), msps::version.eq(msps::version + 1)))
            .execute(self.conn())
            .await?;
        self.sessions_changed().await?;
        Ok(gone)
    }

    /// Nobody else changes the MSP until the transaction ends.
    async fn msp_lock(&mut self) -> Result<Msp, StoreError> {
        let row: Option<Row> = msps::table
            .filter(msps::deleted_at.is_null())
            .select(COLUMNS)
            .for_no_key_update()
            .first(self.conn())
            .await
            .optional()?;
        Ok(msp(Ok(row).or_not_found("MSP")?))
    }
}
