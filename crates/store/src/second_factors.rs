//! Second factors: the sealed secret of a person's authenticator app, and digests of recovery codes. Each time step and
//! each recovery code is good once.

use crate::{
    error::StoreError,
    schema::{recovery_codes, second_factors},
    tx::{Mode, ReadWrite, TenantTx},
};
use chrono::{DateTime, Utc};
use diesel::{OptionalExtension as _, prelude::*};
use diesel_async::RunQueryDsl;
use policytab_domain::ids::UserId;
use uuid::Uuid;

/// A person's second factor.
#[derive(Clone, PartialEq, Eq)]
pub struct SecondFactor {
    /// The vault's envelope of the secret.
    pub sealed: Vec<u8>,
    /// When it was begun, which tells it from one that takes its place. The envelope does not: it changes with the master key.
    pub begun_at: DateTime<Utc>,
    /// Since when it is asked for; `None`: begun, not confirmed yet.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Recovery codes that are still good.
    pub recovery_codes_left: i64,
}

impl std::fmt::Debug for SecondFactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecondFactor").field("confirmed_at", &self.confirmed_at).finish_non_exhaustive()
    }
}

/// A sealed secret with whose it is, for sealing it again.
pub type SealedFactor = (UserId, Vec<u8>);

impl<M: Mode> TenantTx<M> {
    /// A person's second factor, confirmed or not.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn second_factor(&mut self, user: UserId) -> Result<Option<SecondFactor>, StoreError> {
        type Found = (Vec<u8>, DateTime<Utc>, Option<DateTime<Utc>>);
        let found: Option<Found> = second_factors::table
            .filter(second_factors::user_id.eq(user.as_uuid()))
            .select((second_factors::sealed_secret, second_factors::created_at, second_factors::confirmed_at))
            .first(self.conn())
            .await
            .optional()?;
        let Some((sealed, begun_at, confirmed_at)) = found else { return Ok(None) };
        let recovery_codes_left = recovery_codes::table
            .filter(recovery_codes::user_id.eq(user.as_uuid()))
            .filter(recovery_codes::used_at.is_null())
            .count()
            .get_result(self.conn())
            .await?;
        Ok(Some(SecondFactor { sealed, begun_at, confirmed_at, recovery_codes_left }))
    }

    /// Everybody who has a confirmed second factor.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn second_factor_holders(&mut self) -> Result<Vec<UserId>, StoreError> {
        let ids: Vec<Uuid> = second_factors::table
            .filter(second_factors::confirmed_at.is_not_null())
            .select(second_factors::user_id)
            .load(self.conn())
            .await?;
        Ok(ids.into_iter().map(Into::into).collect())
    }

    /// All sealed secrets of people, confirmed or not.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn second_factors_sealed(&mut self) -> Result<Vec<SealedFactor>, StoreError> {
        let rows: Vec<(Uuid, Vec<u8>)> = second_factors::table
            .order(second_factors::user_id)
            .select((second_factors::user_id, second_factors::sealed_secret))
            .load(self.conn())
            .await?;
        Ok(rows.into_iter().map(|(id, sealed)| (id.into(), sealed)).collect())
    }
}

impl TenantTx<ReadWrite> {
    /// Begins an enrolment with a fresh secret, in the place of one that was begun before.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the person has a confirmed one.
    pub async fn second_factor_begin(&mut self, user: UserId, sealed: &[u8]) -> Result<(), StoreError> {
        diesel::delete(
            second_factors::table
                .filter(second_factors::user_id.eq(user.as_uuid()))
                .filter(second_factors::confirmed_at.is_null()),
        )
        .execute(self.conn())
        .await?;
        let touched = diesel::insert_into(second_factors::table)
            .values((
                second_factors::msp_id.eq(self.msp()),
                second_factors::user_id.eq(user.as_uuid()),
                second_factors::sealed_secret.eq(sealed),
            ))
            .on_conflict((second_factors::msp_id, second_factors::user_id))
            .do_nothing()
            .execute(self.conn())
            .await?;
        if touched == 1 { Ok(()) } else { Err(StoreError::Conflict("You have a second factor already.")) }
    }

    /// Confirms the enrolment that was begun then. `false` when it does not wait for that any more: somebody else was faster.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn second_factor_confirm(
        &mut self,
        user: UserId,
        begun_at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let touched = diesel::update(
            second_factors::table
                .filter(second_factors::user_id.eq(user.as_uuid()))
                .filter(second_factors::created_at.eq(begun_at))
                .filter(second_factors::confirmed_at.is_null()),
        )
        .set(second_factors::confirmed_at.eq(diesel::dsl::now))
        .execute(self.conn())
        .await?;
        self.sessions_changed().await?;
        Ok(touched == 1)
    }

    /// Uses a time step of the second factor that was begun then up; `false` when a code of it, or of a later one, was accepted
    /// before, or another second factor has taken its place: a code of the older secret is worth nothing then.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn second_factor_step(
        &mut self,
        user: UserId,
        begun_at: DateTime<Utc>,
        step: i64,
    ) -> Result<bool, StoreError> {
        let touched = diesel::update(
            second_factors::table
                .filter(second_factors::user_id.eq(user.as_uuid()))
                .filter(second_factors::created_at.eq(begun_at))
                .filter(second_factors::last_step.is_null().or(second_factors::last_step.lt(step))),
        )
        .set(second_factors::last_step.eq(step))
        .execute(self.conn())
        .await?;
        Ok(touched == 1)
    }

    /// Uses a recovery code up; `false` when it is unknown or was used before.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn recovery_code_use(&mut self, user: UserId, digest: &[u8; 32]) -> Result<bool, StoreError> {
        let touched = diesel::update(
            recovery_codes::table
                .filter(recovery_codes::user_id.eq(user.as_uuid()))
                .filter(recovery_codes::digest.eq(digest.as_slice()))
                .filter(recovery_codes::used_at.is_null()),
        )
        .set(recovery_codes::used_at.eq(diesel::dsl::now))
        .execute(self.conn())
        .await?;
        Ok(touched == 1)
    }

    /// Puts new recovery codes in the place of all that there were.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn recovery_codes_set(&mut self, user: UserId, digests: &[[u8; 32]]) -> Result<(), StoreError> {
        diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(user.as_uuid())))
            .execute(self.conn())
            .await?;
        let msp = self.msp();
        let rows: Vec<_> = digests
            .iter()
            .map(|digest| {
                (
                    recovery_codes::msp_id.eq(msp),
                    recovery_codes::user_id.eq(user.as_uuid()),
                    recovery_codes::digest.eq(digest.as_slice()),
                )
            })
            .collect();
        diesel::insert_into(recovery_codes::table).values(rows).execute(self.conn()).await?;
        Ok(())
    }

    /// Removes a person's second factor with its recovery codes; `false` when there was none.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn second_factor_delete(&mut self, user: UserId) -> Result<bool, StoreError> {
        let touched =
            diesel::delete(second_factors::table.filter(second_factors::user_id.eq(user.as_uuid())))
                .execute(self.conn())
                .await?;
        self.sessions_changed().await?;
        Ok(touched == 1)
    }

    /// Puts an envelope under a new master key in the place of `old`, unless it was changed meanwhile: then `false`.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn second_factor_reseal(
        &mut self,
        user: UserId,
        old: &[u8],
        new: &[u8],
    ) -> Result<bool, StoreError> {
        let touched = diesel::update(
            second_factors::table
                .filter(second_factors::user_id.eq(user.as_uuid()))
                .filter(second_factors::sealed_secret.eq(old)),
        )
        .set(second_factors::sealed_secret.eq(new))
        .execute(self.conn())
        .await?;
        Ok(touched == 1)
    }
}
