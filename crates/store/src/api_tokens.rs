//! API tokens for scripts, kept as digests.

use crate::{
    error::{OrNotFound as _, StoreError},
    page::{Page, decode, fetch_count},
    schema::api_tokens,
    tx::{Mode, ReadWrite, TenantTx},
};
use chrono::{DateTime, Utc};
use diesel::{OptionalExtension as _, prelude::*};
use diesel_async::RunQueryDsl;
use policytab_domain::{
    ids::{ApiTokenId, UserId},
    role::Role,
};
use std::time::Duration;
use uuid::Uuid;

/// An API token, without its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Its id.
    pub id: ApiTokenId,
    /// What it is for.
    pub name: String,
    /// What it may.
    pub role: Role,
    /// Who made it; `None` once they are gone.
    pub created_by: Option<UserId>,
    /// Their name at that time.
    pub created_by_name: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Until when it is good.
    pub expires_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// An API token to keep.
#[derive(Debug, Clone)]
pub struct NewApiToken {
    /// What it is for.
    pub name: String,
    /// What it may: no more than its maker.
    pub role: Role,
    /// SHA-256 of the token.
    pub digest: [u8; 32],
    /// Until when it is good.
    pub expires_at: DateTime<Utc>,
    /// Who makes it; `None` when a token does.
    pub created_by: Option<UserId>,
    /// Their name.
    pub created_by_name: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = api_tokens, check_for_backend(diesel::pg::Pg))]
struct Row {
    id: Uuid,
    name: String,
    role: String,
    created_by: Option<Uuid>,
    created_by_name: String,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    last_used_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
}

impl TryFrom<Row> for ApiToken {
    type Error = StoreError;
    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.into(),
            name: row.name,
            role: row.role.parse().map_err(|_| StoreError::Corrupt("api_tokens.role"))?,
            created_by: row.created_by.map(Into::into),
            created_by_name: row.created_by_name,
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
            revoked_at: row.revoked_at,
        })
    }
}

impl<M: Mode> TenantTx<M> {
    /// The MSP's tokens that are not revoked, newest first; expired ones included.
    ///
    /// # Errors
    /// [`StoreError::InvalidCursor`].
    pub async fn api_token_list(
        &mut self,
        cursor: Option<&str>,
        limit: i64,
    ) -> Result<Page<ApiToken>, StoreError> {
        let mut query = api_tokens::table.filter(api_tokens::revoked_at.is_null()).into_boxed();
        if let Some(cursor) = cursor {
            query = query.filter(api_tokens::id.lt(decode::<Uuid>(cursor)?));
        }
        let rows: Vec<Row> = query
            .order(api_tokens::id.desc())
            .limit(fetch_count(limit))
            .select(Row::as_select())
            .load(self.conn())
            .await?;
        let page = Page::cut(rows, limit, |last| last.id);
        let items = page.items.into_iter().map(ApiToken::try_from).collect::<Result<_, _>>()?;
        Ok(Page { items, next_cursor: page.next_cursor })
    }
}

impl TenantTx<ReadWrite> {
    /// Keeps a token.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn api_token_insert(&mut self, new: &NewApiToken) -> Result<ApiToken, StoreError> {
        let row: Row = diesel::insert_into(api_tokens::table)
            .values((
                api_tokens::msp_id.eq(self.msp()),
                api_tokens::id.eq(Uuid::now_v7()),
                api_tokens::name.eq(&new.name),
                api_tokens::role.eq(new.role.as_str()),
                api_tokens::digest.eq(new.digest.as_slice()),
                api_tokens::expires_at.eq(new.expires_at),
                api_tokens::created_by.eq(new.created_by.map(UserId::as_uuid)),
                api_tokens::created_by_name.eq(&new.created_by_name),
            ))
            .returning(Row::as_returning())
            .get_result(self.conn())
            .await?;
        row.try_into()
    }

    /// Revokes a token for good and returns it, for the audit trail.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], also when it was revoked already.
    pub async fn api_token_revoke(&mut self, id: ApiTokenId) -> Result<ApiToken, StoreError> {
        diesel::update(
            api_tokens::table.filter(api_tokens::id.eq(id.as_uuid()).and(api_tokens::revoked_at.is_null())),
        )
        .set(api_tokens::revoked_at.eq(diesel::dsl::now))
        .returning(Row::as_returning())
        .get_result::<Row>(self.conn())
        .await
        .optional()
        .or_not_found("API token")?
        .try_into()
    }

    /// Revokes the tokens that a person made with a role above the one given: they may no more than their maker. All of
    /// them when the person goes. Gives the names, for the audit trail.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn api_tokens_revoke_of(
        &mut self,
        maker: UserId,
        role: Option<Role>,
    ) -> Result<Vec<String>, StoreError> {
        let above: Vec<&str> = Role::ALL
            .into_iter()
            .filter(|r| role.is_none_or(|role| !role.covers(*r)))
            .map(Role::as_str)
            .collect();
        Ok(diesel::update(
            api_tokens::table
                .filter(api_tokens::created_by.eq(maker.as_uuid()))
                .filter(api_tokens::revoked_at.is_null())
                .filter(api_tokens::role.eq_any(above)),
        )
        .set(api_tokens::revoked_at.eq(diesel::dsl::now))
        .returning(api_tokens::name)
        .get_results(self.conn())
        .await?)
    }

    /// Notes that a token was used. Writes at most once a minute: a busy script must not cost a row version a call.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn api_token_touch(&mut self, id: ApiTokenId) -> Result<(), StoreError> {
        let minute_ago = Utc::now() - Duration::from_secs(60);
        diesel::update(
            api_tokens::table
                .filter(api_tokens::id.eq(id.as_uuid()))
                .filter(api_tokens::last_used_at.is_null().or(api_tokens::last_used_at.lt(minute_ago))),
        )
        .set(api_tokens::last_used_at.eq(diesel::dsl::now))
        .execute(self.conn())
        .await?;
        Ok(())
    }
}
