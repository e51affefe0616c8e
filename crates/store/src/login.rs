//! What must be looked up before an MSP is known. Each is one narrow function in the database, owned by a role that
//! cannot log in; the list is closed, see `docs/tenancy.md`.

use crate::{error::StoreError, store::Store};
use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Bool, Bytea, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncConnection as _, RunQueryDsl};
use policytab_domain::{
    ids::{ApiTokenId, MspId, UserId},
    role::Role,
};
use secrecy::SecretString;
use std::time::Duration;
use uuid::Uuid;

/// A person who may be the one that signs in. One address can belong to people of several MSPs.
#[derive(Debug, Clone)]
pub struct LoginCandidate {
    /// Of which MSP.
    pub msp_id: MspId,
    /// Who.
    pub user_id: UserId,
    /// To verify the password with; `None`: signs in through the outside issuer only.
    pub password_hash: Option<SecretString>,
    /// What they may.
    pub role: Role,
    /// For people.
    pub display_name: String,
    /// The address as it was entered.
    pub email: String,
}

/// A refresh token that was found by its digest, good or not: [`TenantTx::refresh_rotate`] decides.
///
/// [`TenantTx::refresh_rotate`]: crate::TenantTx::refresh_rotate
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefreshHit {
    /// Of which MSP.
    pub msp_id: MspId,
    /// The token.
    pub token_id: Uuid,
    /// The session it belongs to.
    pub family_id: Uuid,
    /// Whose.
    pub user_id: UserId,
    /// Until when it is good.
    pub expires_at: DateTime<Utc>,
    /// It was used before.
    pub used: bool,
    /// Its session was ended.
    pub ended: bool,
}

/// An API token that was found by its digest: good at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiTokenHit {
    /// Of which MSP.
    pub msp_id: MspId,
    /// The token.
    pub token_id: ApiTokenId,
    /// What it is for.
    pub name: String,
    /// What it may.
    pub role: Role,
    /// Until when it is good.
    pub expires_at: DateTime<Utc>,
}

/// Whether an attempt may go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// It may, and was counted.
    pub allowed: bool,
    /// When it may not: how long to wait. Zero otherwise.
    pub retry_after: Duration,
}

/// What a sweep removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Idempotency keys older than 24 hours.
    pub idempotency_keys: i64,
    /// Refresh tokens that expired more than 30 days ago.
    pub refresh_tokens: i64,
    /// Windows of login attempts that are over.
    pub login_attempts: i64,
}

#[derive(QueryableByName)]
struct CandidateRow {
    #[diesel(sql_type = SqlUuid)]
    msp_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    user_id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    password_hash: Option<String>,
    #[diesel(sql_type = Text)]
    role: String,
    #[diesel(sql_type = Text)]
    display_name: String,
    #[diesel(sql_type = Text)]
    email: String,
}

#[derive(QueryableByName)]
struct RefreshRow {
    #[diesel(sql_type = SqlUuid)]
    msp_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    token_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    family_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    user_id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    expires_at: DateTime<Utc>,
    #[diesel(sql_type = Bool)]
    used: bool,
    #[diesel(sql_type = Bool)]
    ended: bool,
}

#[derive(QueryableByName)]
struct AttemptRow {
    #[diesel(sql_type = Bool)]
    allowed: bool,
    #[diesel(sql_type = BigInt)]
    retry_after_ms: i64,
}

#[derive(QueryableByName)]
struct SweptRow {
    #[diesel(sql_type = BigInt)]
    idempotency_keys: i64,
    #[diesel(sql_type = BigInt)]
    refresh_tokens: i64,
    #[diesel(sql_type = BigInt)]
    login_attempts: i64,
}

/// diesel's query builder has no FROM over a function; this view of one as a table keeps the statement prepared,
/// which matters since scripts send their token with every request.
mod api_token_row {
    diesel::define_sql_function! {
        /// See the migration: `(msp_id, token_id, name, role, expires_at)`.
        fn lookup_api_token(wanted: diesel::sql_types::Bytea) -> diesel::sql_types::Nullable<
            diesel::sql_types::Record<(
                diesel::sql_types::Uuid,
                diesel::sql_types::Uuid,
                diesel::sql_types::Text,
                diesel::sql_types::Text,
                diesel::sql_types::Timestamptz,
            )>,
        >;
    }
}

fn role(text: &str) -> Result<Role, StoreError> {
    text.parse().map_err(|_| StoreError::Corrupt("role"))
}

impl Store {
    /// Everybody with this address, without regard to case, in all MSPs (20 at most), who was changed last first.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn login_candidates(&self, email: &str) -> Result<Vec<LoginCandidate>, StoreError> {
        let query = diesel::sql_query("SELECT * FROM lookup_login($1)").bind::<Text, _>(email);
        let rows: Vec<CandidateRow> = self.apart(async |conn| Ok(query.load(conn).await?)).await?;
        rows.into_iter()
            .map(|r| {
                Ok(LoginCandidate {
                    msp_id: r.msp_id.into(),
                    user_id: r.user_id.into(),
                    password_hash: r.password_hash.map(Into::into),
                    role: role(&r.role)?,
                    display_name: r.display_name,
                    email: r.email,
                })
            })
            .collect()
    }

    /// The refresh token with this digest.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn refresh_token_lookup(&self, digest: &[u8; 32]) -> Result<Option<RefreshHit>, StoreError> {
        let query = diesel::sql_query("SELECT * FROM lookup_refresh_token($1)");
        let query = query.bind::<Bytea, _>(digest.as_slice());
        let rows: Vec<RefreshRow> = self.apart(async |conn| Ok(query.load(conn).await?)).await?;
        Ok(rows.into_iter().next().map(|r| RefreshHit {
            msp_id: r.msp_id.into(),
            token_id: r.token_id,
            family_id: r.family_id,
            user_id: r.user_id.into(),
            expires_at: r.expires_at,
            used: r.used,
            ended: r.ended,
        }))
    }

    /// The API token with this digest; `None` when it is unknown, revoked or expired.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn api_token_lookup(&self, digest: &[u8; 32]) -> Result<Option<ApiTokenHit>, StoreError> {
        type Row = (Uuid, Uuid, String, String, DateTime<Utc>);
        let query = diesel::select(api_token_row::lookup_api_token(digest.as_slice()));
        let rows: Vec<Option<Row>> = self.apart(async |conn| Ok(query.load(conn).await?)).await?;
        rows.into_iter()
            .flatten()
            .next()
            .map(|(msp_id, token_id, name, role_text, expires_at)| {
                Ok(ApiTokenHit {
                    msp_id: msp_id.into(),
                    token_id: token_id.into(),
                    name,
                    role: role(&role_text)?,
                    expires_at,
                })
            })
            .transpose()
    }

    /// Counts an attempt under a key (the hash of an address, of an account): `limit` are allowed in a window that
    /// begins with the first one. All nodes share the count.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn login_attempt(
        &self,
        key_hash: &[u8; 32],
        window: Duration,
        limit: u32,
    ) -> Result<Attempt, StoreError> {
        let query = diesel::sql_query("SELECT * FROM login_attempt($1, $2, $3)")
            .bind::<Bytea, _>(key_hash.as_slice())
            .bind::<BigInt, _>(i64::try_from(window.as_millis()).unwrap_or(i64::MAX))
            .bind::<Integer, _>(i32::try_from(limit).unwrap_or(i32::MAX));
        let row: AttemptRow = self.apart(async |conn| Ok(query.get_result(conn).await?)).await?;
        Ok(Attempt {
            allowed: row.allowed,
            retry_after: Duration::from_millis(u64::try_from(row.retry_after_ms).unwrap_or(0)),
        })
    }

    /// Forgets the attempts under a key, after one that succeeded.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn login_attempts_reset(&self, key_hash: &[u8; 32]) -> Result<(), StoreError> {
        self.of_attempts("SELECT login_attempts_reset($1)", key_hash).await
    }

    /// Takes one attempt under a key back, since it was no guess.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn login_attempt_take_back(&self, key_hash: &[u8; 32]) -> Result<(), StoreError> {
        self.of_attempts("SELECT login_attempt_taken_back($1)", key_hash).await
    }

    /// Runs what changes the attempts under a key.
    async fn of_attempts(&self, sql: &'static str, key_hash: &[u8; 32]) -> Result<(), StoreError> {
        let query = diesel::sql_query(sql).bind::<Bytea, _>(key_hash.as_slice());
        self.apart(async |conn| Ok(query.execute(conn).await?)).await?;
        Ok(())
    }

    /// Removes what has expired, in all MSPs. Cheap; run it now and then on any node.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn sweep_expired(&self) -> Result<Swept, StoreError> {
        let row: SweptRow = self
            .apart(async |conn| {
                conn.transaction::<_, StoreError, _>(async |conn| {
                    Ok(diesel::sql_query("SELECT * FROM sweep_expired()").get_result(conn).await?)
                })
                .await
            })
            .await?;
        Ok(Swept {
            idempotency_keys: row.idempotency_keys,
            refresh_tokens: row.refresh_tokens,
            login_attempts: row.login_attempts,
        })
    }
}
