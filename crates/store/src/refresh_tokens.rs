//! Refresh tokens, kept as digests. Each is good once; using one again ends its whole family, since then either the
//! thief or the owner holds a newer one.

use crate::{
    error::StoreError,
    schema::{refresh_tokens, users},
    tx::{ReadWrite, TenantTx},
};
use chrono::{DateTime, Utc};
use diesel::{OptionalExtension as _, prelude::*};
use diesel_async::RunQueryDsl;
use policytab_domain::ids::UserId;
use uuid::Uuid;

/// A refresh token to keep.
#[derive(Debug, Clone, Copy)]
pub struct NewRefreshToken {
    /// Whose.
    pub user_id: UserId,
    /// SHA-256 of the token.
    pub digest: [u8; 32],
    /// Until when it is good.
    pub expires_at: DateTime<Utc>,
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

impl TenantTx<ReadWrite> {
    /// Keeps the first token of a new family. Returns the family's id.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn refresh_insert(&mut self, new: &NewRefreshToken) -> Result<Uuid, StoreError> {
        let family = Uuid::now_v7();
        self.refresh_write(family, new.user_id.as_uuid(), new.digest, new.expires_at).await?;
        Ok(family)
    }

    /// Uses the token `token_id` and keeps a new one in its family.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn refresh_rotate(
        &mut self,
        token_id: Uuid,
        digest: [u8; 32],
        expires_at: DateTime<Utc>,
    ) -> Result<RefreshRotation, StoreError> {
        let owner: Option<Uuid> = refresh_tokens::table
            .filter(refresh_tokens::id.eq(token_id))
            .select(refresh_tokens::user_id)
            .first(self.conn())
            .await
            .optional()?;
        self.refresh_lock(owner).await?;
        type Found = (Uuid, Uuid, bool, bool, bool);
        let found: Option<Found> = refresh_tokens::table
            .filter(refresh_tokens::id.eq(token_id))
            .select((
                refresh_tokens::family_id,
                refresh_tokens::user_id,
                refresh_tokens::used_at.is_not_null(),
                refresh_tokens::ended_at.is_not_null(),
                refresh_tokens::expires_at.gt(diesel::dsl::now),
            ))
            .for_update()
            .first(self.conn())
            .await
            .optional()?;
        match found {
            None | Some((_, _, _, true, _)) => Ok(RefreshRotation::Ended),
            Some((family_id, user, true, false, _)) => {
                self.refresh_family_end(family_id).await?;
                Ok(RefreshRotation::Reused { user_id: user.into(), family_id })
            }
            Some((_, _, false, false, false)) => Ok(RefreshRotation::Ended),
            Some((family_id, user, false, false, true)) => {
                diesel::update(refresh_tokens::table.filter(refresh_tokens::id.eq(token_id)))
                    .set(refresh_tokens::used_at.eq(diesel::dsl::now))
                    .execute(self.conn())
                    .await?;
                self.refresh_write(family_id, user, digest, expires_at).await?;
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
        self.refresh_lock(owner).await?;
        diesel::update(
            refresh_tokens::table
                .filter(refresh_tokens::family_id.eq(family_id).and(refresh_tokens::ended_at.is_null())),
        )
        .set(refresh_tokens::ended_at.eq(diesel::dsl::now))
        .execute(self.conn())
        .await?;
        Ok(())
    }

    /// Ends all sessions of a person.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn refresh_user_end(&mut self, user_id: UserId) -> Result<(), StoreError> {
        self.refresh_lock(Some(user_id.as_uuid())).await?;
        diesel::update(
            refresh_tokens::table.filter(
                refresh_tokens::user_id.eq(user_id.as_uuid()).and(refresh_tokens::ended_at.is_null()),
            ),
        )
        .set(refresh_tokens::ended_at.eq(diesel::dsl::now))
        .execute(self.conn())
        .await?;
        Ok(())
    }

    /// Whoever rotates or ends tokens of a person locks the person first: the end of a family then can't miss a token
    /// that is just being made, and nobody deadlocks with a change of the person.
    async fn refresh_lock(&mut self, user: Option<Uuid>) -> Result<(), StoreError> {
        if let Some(user) = user {
            let _: Option<Uuid> = users::table
                .filter(users::id.eq(user))
                .select(users::id)
                .for_no_key_update()
                .first(self.conn())
                .await
                .optional()?;
        }
        Ok(())
    }

    async fn refresh_write(
        &mut self,
        family: Uuid,
        user: Uuid,
        digest: [u8; 32],
        expires_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        diesel::insert_into(refresh_tokens::table)
            .values((
                refresh_tokens::msp_id.eq(self.msp()),
                refresh_tokens::id.eq(Uuid::now_v7()),
                refresh_tokens::family_id.eq(family),
                refresh_tokens::user_id.eq(user),
                refresh_tokens::digest.eq(digest.as_slice()),
                refresh_tokens::expires_at.eq(expires_at),
            ))
            .execute(self.conn())
            .await?;
        Ok(())
    }
}
