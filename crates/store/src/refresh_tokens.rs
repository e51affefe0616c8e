//! Refresh tokens, kept as digests. Each is good once; using one again ends its whole family, since then either the
//! thief or the owner holds a newer one.

use crate::{
    error::StoreError,
    schema::{refresh_tokens, users},
    tx::{Mode, ReadWrite, TenantTx},
};
use chrono::{DateTime, Utc};
use diesel::{
    OptionalExtension as _, QueryableByName,
    prelude::*,
    sql_types::{Bool, Nullable, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use policytab_domain::ids::UserId;
use uuid::Uuid;

/// From where a session is used, as far as the request told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SeenFrom {
    /// Network address.
    pub ip: Option<String>,
    /// What the browser calls itself; 300 characters at most.
    pub user_agent: Option<String>,
}

/// A session that goes on, as its person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveSession {
    /// The family's id.
    pub id: Uuid,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it was last continued: to a quarter of an hour, the life of an access token.
    pub last_used_at: DateTime<Utc>,
    /// From where it was last continued.
    pub from: SeenFrom,
}

/// How a person's credentials stand at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The person has a second factor.
    pub second_factor: bool,
    /// The workspace requires one.
    pub second_factor_required: bool,
}

/// A refresh token to keep.
#[derive(Debug, Clone)]
pub struct NewRefreshToken {
    /// Whose.
    pub user_id: UserId,
    /// SHA-256 of the token.
    pub digest: [u8; 32],
    /// Until when it is good.
    pub expires_at: DateTime<Utc>,
    /// From where it was asked for.
    pub from: SeenFrom,
}

/// What came of using a refresh token. None of these is an error: also the end of a family must be committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefreshRotation {
    /// The new token has taken its place.
    Rotated {
        /// Whose.
        user_id: UserId,
        /// The session it belongs to.
        family_id: Uuid,
    },
    /// It had been used before: the family is ended now. Sign in again.
    Reused {
        /// Whose.
        user_id: UserId,
        /// The session that was ended.
        family_id: Uuid,
    },
    /// Expired, ended or unknown. Sign in again.
    Ended,
}

diesel::define_sql_function! {
    /// The first of the two that is there.
    fn coalesce(value: Nullable<Timestamptz>, otherwise: Timestamptz) -> Timestamptz;
}

#[derive(QueryableByName)]
struct StandingRow {
    #[diesel(sql_type = Bool)]
    second_factor: bool,
    #[diesel(sql_type = Bool)]
    required: bool,
}

impl<M: Mode> TenantTx<M> {
    /// A person's sessions that go on, newest first.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn session_list(&mut self, user_id: UserId) -> Result<Vec<LiveSession>, StoreError> {
        type Row = (Uuid, DateTime<Utc>, DateTime<Utc>, Option<String>, Option<String>);
        // Of a family that goes on, exactly one token is not used yet.
        let rows: Vec<Row> = refresh_tokens::table
            .filter(refresh_tokens::user_id.eq(user_id.as_uuid()))
            .filter(refresh_tokens::used_at.is_null())
            .filter(refresh_tokens::ended_at.is_null())
            .filter(refresh_tokens::expires_at.gt(diesel::dsl::now))
            .order((refresh_tokens::created_at.desc(), refresh_tokens::id.desc()))
            .select((
                refresh_tokens::family_id,
                coalesce(refresh_tokens::started_at, refresh_tokens::created_at),
                refresh_tokens::created_at,
                refresh_tokens::ip,
                refresh_tokens::user_agent,
            ))
            .load(self.conn())
            .await?;
        Ok(rows
            .into_iter()
            .map(|(id, started_at, last_used_at, ip, user_agent)| LiveSession {
                id,
                started_at,
                last_used_at,
                from: SeenFrom { ip, user_agent },
            })
            .collect())
    }

    /// How a person's credentials stand; `None` when the person or the workspace is gone, or the session has ended.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn standing(
        &mut self,
        user_id: UserId,
        session: Option<Uuid>,
    ) -> Result<Option<Standing>, StoreError> {
        let row: Option<StandingRow> = diesel::sql_query(
            "SELECT m.require_second_factor AS required,
                    EXISTS (SELECT FROM second_factors f
                            WHERE f.user_id = u.id AND f.confirmed_at IS NOT NULL) AS second_factor
             FROM users u JOIN msps m ON m.msp_id = u.msp_id
             WHERE u.id = $1 AND m.deleted_at IS NULL
               AND ($2 IS NULL OR EXISTS (SELECT FROM refresh_tokens t
                    WHERE t.family_id = $2 AND t.user_id = u.id AND t.ended_at IS NULL AND t.expires_at > now()))",
        )
        .bind::<SqlUuid, _>(user_id.as_uuid())
        .bind::<Nullable<SqlUuid>, _>(session)
        .get_result(self.conn())
        .await
        .optional()?;
        Ok(row.map(|r| Standing { second_factor: r.second_factor, second_factor_required: r.required }))
    }
}

impl TenantTx<ReadWrite> {
    /// Keeps the first token of a new family. Returns the family's id.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn refresh_insert(&mut self, new: &NewRefreshToken) -> Result<Uuid, StoreError> {
        let family = Uuid::now_v7();
        self.refresh_write(family, new.user_id.as_uuid(), Utc::now(), new).await?;
        Ok(family)
    }

    /// Uses the token `token_id` and keeps `next` in its family, whoever's it says it is.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn refresh_rotate(
        &mut self,
        token_id: Uuid,
        next: &NewRefreshToken,
    ) -> Result<RefreshRotation, StoreError> {
        let owner: Option<Uuid> = refresh_tokens::table
            .filter(refresh_tokens::id.eq(token_id))
            .select(refresh_tokens::user_id)
            .first(self.conn())
            .await
            .optional()?;
        self.owner_lock(owner).await?;
        type Found = (Uuid, Uuid, bool, bool, bool, DateTime<Utc>);
        let found: Option<Found> = refresh_tokens::table
            .filter(refresh_tokens::id.eq(token_id))
            .select((
                refresh_tokens::family_id,
                refresh_tokens::user_id,
                refresh_tokens::used_at.is_not_null(),
                refresh_tokens::ended_at.is_not_null(),
                refresh_tokens::expires_at.gt(diesel::dsl::now),
                coalesce(refresh_tokens::started_at, refresh_tokens::created_at),
            ))
            .for_update()
            .first(self.conn())
            .await
            .optional()?;
        match found {
            None | Some((_, _, _, true, ..)) => Ok(RefreshRotation::Ended),
            Some((family_id, user, true, false, ..)) => {
                self.refresh_family_end(family_id).await?;
                Ok(RefreshRotation::Reused { user_id: user.into(), family_id })
            }
            Some((_, _, false, false, false, _)) => Ok(RefreshRotation::Ended),
            Some((family_id, user, false, false, true, started_at)) => {
                diesel::update(refresh_tokens::table.filter(refresh_tokens::id.eq(token_id)))
                    .set(refresh_tokens::used_at.eq(diesel::dsl::now))
                    .execute(self.conn())
                    .await?;
                self.refresh_write(family_id, user, started_at, next).await?;
                Ok(RefreshRotation::Rotated { user_id: user.into(), family_id })
            }
        }
    }

    /// Ends a session: no token of the family is good any more.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn refresh_family_end(&mut self, family_id: Uuid) -> Result<(), StoreError> {
        let owner: Option<Uuid> = refresh_tokens::table
            .filter(refresh_tokens::family_id.eq(family_id))
            .select(refresh_tokens::user_id)
            .first(self.conn())
            .await
            .optional()?;
        self.owner_lock(owner).await?;
        diesel::update(
            refresh_tokens::table
                .filter(refresh_tokens::family_id.eq(family_id).and(refresh_tokens::ended_at.is_null())),
        )
        .set(refresh_tokens::ended_at.eq(diesel::dsl::now))
        .execute(self.conn())
        .await?;
        self.sessions_changed().await
    }

    /// Ends all sessions of a person.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn refresh_user_end(&mut self, user_id: UserId) -> Result<(), StoreError> {
        self.refresh_user_end_except(user_id, None).await.map(drop)
    }

    /// Ends all sessions of a person but the one named, and tells how many went on until now.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn refresh_user_end_except(
        &mut self,
        user_id: UserId,
        except: Option<Uuid>,
    ) -> Result<usize, StoreError> {
        self.sign_in_lock(user_id).await?;
        let newest: Vec<bool> = diesel::update(
            refresh_tokens::table
                .filter(refresh_tokens::user_id.eq(user_id.as_uuid()))
                .filter(refresh_tokens::ended_at.is_null())
                .filter(refresh_tokens::family_id.ne(except.unwrap_or_else(Uuid::nil))),
        )
        .set(refresh_tokens::ended_at.eq(diesel::dsl::now))
        .returning(refresh_tokens::used_at.is_null().and(refresh_tokens::expires_at.gt(diesel::dsl::now)))
        .get_results(self.conn())
        .await?;
        self.sessions_changed().await?;
        Ok(newest.into_iter().filter(|live| *live).count())
    }

    /// Ends one session of a person.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], also when it has ended already or is another person's.
    pub async fn session_end(&mut self, user_id: UserId, id: Uuid) -> Result<(), StoreError> {
        if !self.session_list(user_id).await?.iter().any(|session| session.id == id) {
            return Err(StoreError::NotFound { what: "session" });
        }
        self.refresh_family_end(id).await
    }

    /// Whoever begins, rotates or ends sessions of a person, or changes what signing in asks of them, locks the person first:
    /// the end of a family then can't miss a token that is just being made, what was verified can't change before it counts,
    /// and nobody deadlocks. `false` when the person is gone.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn sign_in_lock(&mut self, user: UserId) -> Result<bool, StoreError> {
        let found: Option<Uuid> = users::table
            .filter(users::id.eq(user.as_uuid()))
            .select(users::id)
            .for_no_key_update()
            .first(self.conn())
            .await
            .optional()?;
        Ok(found.is_some())
    }

    async fn owner_lock(&mut self, owner: Option<Uuid>) -> Result<(), StoreError> {
        if let Some(owner) = owner {
            self.sign_in_lock(owner.into()).await?;
        }
        Ok(())
    }

    async fn refresh_write(
        &mut self,
        family: Uuid,
        user: Uuid,
        started_at: DateTime<Utc>,
        new: &NewRefreshToken,
    ) -> Result<(), StoreError> {
        diesel::insert_into(refresh_tokens::table)
            .values((
                refresh_tokens::msp_id.eq(self.msp()),
                refresh_tokens::id.eq(Uuid::now_v7()),
                refresh_tokens::family_id.eq(family),
                refresh_tokens::user_id.eq(user),
                refresh_tokens::digest.eq(new.digest.as_slice()),
                refresh_tokens::expires_at.eq(new.expires_at),
                refresh_tokens::started_at.eq(started_at),
                refresh_tokens::ip.eq(&new.from.ip),
                refresh_tokens::user_agent.eq(&new.from.user_agent),
            ))
            .execute(self.conn())
            .await?;
        Ok(())
    }
}
