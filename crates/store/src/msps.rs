//! MSPs. Only operators make or list them: the command line, and a first start.

use crate::{
    error::StoreError,
    schema::msps,
    store::Store,
    tx::{Mode, TenantTx},
    users::{NewUser, User},
};
use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use policytab_domain::{ids::MspId, tenancy::MspScope};
use uuid::Uuid;

/// Any number: it only has to be the same on every node.
const FIRST: i64 = 0x706f_6c69_6379_6d73;

/// An MSP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Msp {
    /// Its id.
    pub id: MspId,
    /// For people.
    pub display_name: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    msp_id: Uuid,
    #[diesel(sql_type = Text)]
    display_name: String,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
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
                let there: Vec<Row> =
                    diesel::sql_query("SELECT * FROM lookup_msps()").load(tx.conn()).await?;
                if !there.is_empty() {
                    return Ok(None);
                }
            }
            let (id, display_name, created_at): (Uuid, String, DateTime<Utc>) =
                diesel::insert_into(msps::table)
                    .values((msps::msp_id.eq(tx.msp()), msps::display_name.eq(display_name)))
                    .returning((msps::msp_id, msps::display_name, msps::created_at))
                    .get_result(tx.conn())
                    .await?;
            let owner = tx.user_insert(owner).await?;
            Ok(Some((Msp { id: id.into(), display_name, created_at }, owner)))
        })
        .await
    }

    /// Every MSP, oldest first. For operators.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn msp_list(&self) -> Result<Vec<Msp>, StoreError> {
        let mut conn = self.connection().await?;
        let rows: Vec<Row> = diesel::sql_query("SELECT * FROM lookup_msps()").load(&mut conn).await?;
        Ok(rows
            .into_iter()
            .map(|r| Msp { id: r.msp_id.into(), display_name: r.display_name, created_at: r.created_at })
            .collect())
    }

    /// How many MSPs there are. Zero: this is a first start.
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
        use crate::error::OrNotFound as _;
        let row: Option<(Uuid, String, DateTime<Utc>)> = msps::table
            .select((msps::msp_id, msps::display_name, msps::created_at))
            .first(self.conn())
            .await
            .optional()?;
        let (id, display_name, created_at) = Ok(row).or_not_found("MSP")?;
        Ok(Msp { id: id.into(), display_name, created_at })
    }
}
