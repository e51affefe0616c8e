//! People of an MSP. There is always an owner.

use crate::{
    error::{OrNotFound as _, StoreError, one_row, violates},
    page::{Page, decode, fetch_count},
    schema::users,
    tx::{Mode, ReadWrite, TenantTx},
};
use chrono::{DateTime, Utc};
use diesel::{OptionalExtension as _, prelude::*};
use diesel_async::RunQueryDsl;
use policytab_domain::{ids::UserId, role::Role};
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

/// A person, without the password's hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Unique in the MSP without regard to case.
    pub email: String,
    /// For people.
    pub display_name: String,
    /// What they may.
    pub role: Role,
    /// Whether they can sign in with a password.
    pub has_password: bool,
    /// When they last signed in.
    pub last_login_at: Option<DateTime<Utc>>,
    /// When they were added.
    pub created_at: DateTime<Utc>,
    /// When they last changed.
    pub updated_at: DateTime<Utc>,
    /// Counts changes: the entity tag.
    pub version: i64,
}

/// A person to add.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Address to sign in with.
    pub email: String,
    /// For people.
    pub display_name: String,
    /// What they may.
    pub role: Role,
    /// Hash of the password; `None` for who signs in through the outside issuer.
    pub password_hash: Option<SecretString>,
}

/// What may be changed of a person; `None` leaves it.
#[derive(Debug, Clone, Default)]
pub struct UserPatch {
    /// A new name.
    pub display_name: Option<String>,
    /// A new address.
    pub email: Option<String>,
    /// Another role.
    pub role: Option<Role>,
}

type Row = (
    (Uuid, String, String, String, String),
    (Option<String>, Option<DateTime<Utc>>, DateTime<Utc>, DateTime<Utc>, i64),
);

macro_rules! columns {
    () => {
        (
            (users::id, users::email, users::email_key, users::display_name, users::role),
            (
                users::password_hash,
                users::last_login_at,
                users::created_at,
                users::updated_at,
                users::version,
            ),
        )
    };
}

fn user(row: Row) -> Result<User, StoreError> {
    let ((id, email, _, display_name, role), (hash, last_login_at, created_at, updated_at, version)) = row;
    Ok(User {
        id: id.into(),
        email,
        display_name,
        role: role.parse().map_err(|_| StoreError::Corrupt("users.role"))?,
        has_password: hash.is_some(),
        last_login_at,
        created_at,
        updated_at,
        version,
    })
}

impl<M: Mode> TenantTx<M> {
    /// Reads a person.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn user_fetch(&mut self, id: UserId) -> Result<User, StoreError> {
        let row: Row = users::table
            .filter(users::id.eq(id.as_uuid()))
            .select(columns!())
            .first(self.conn())
            .await
            .optional()
            .or_not_found("user")?;
        user(row)
    }

    /// The hash of a person's password, to verify it with; `None` where they have none.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn password_hash(&mut self, id: UserId) -> Result<Option<SecretString>, StoreError> {
        let hash: Option<String> = users::table
            .filter(users::id.eq(id.as_uuid()))
            .select(users::password_hash)
            .first(self.conn())
            .await
            .optional()
            .or_not_found("user")?;
        Ok(hash.map(Into::into))
    }

    /// The people of the MSP, in order of address.
    ///
    /// # Errors
    /// [`StoreError::InvalidCursor`].
    pub async fn user_list(&mut self, cursor: Option<&str>, limit: i64) -> Result<Page<User>, StoreError> {
        let mut query = users::table.into_boxed();
        if let Some(cursor) = cursor {
            query = query.filter(users::email_key.gt(decode::<String>(cursor)?));
        }
        let rows: Vec<Row> = query
            .order(users::email_key)
            .limit(fetch_count(limit))
            .select(columns!())
            .load(self.conn())
            .await?;
        let page = Page::cut(rows, limit, |last| last.0.2.clone());
        let items = page.items.into_iter().map(user).collect::<Result<_, _>>()?;
        Ok(Page { items, next_cursor: page.next_cursor })
    }
}

impl TenantTx<ReadWrite> {
    /// Adds a person.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`] when the address is taken in this MSP.
    pub async fn user_insert(&mut self, new: &NewUser) -> Result<User, StoreError> {
        let row: Option<Row> = diesel::insert_into(users::table)
            .values((
                users::msp_id.eq(self.msp()),
                users::id.eq(Uuid::now_v7()),
                users::email.eq(&new.email),
                users::display_name.eq(&new.display_name),
                users::role.eq(new.role.as_str()),
                users::password_hash.eq(new.password_hash.as_ref().map(|h| h.expose_secret())),
            ))
            .on_conflict((users::msp_id, users::email_key))
            .do_nothing()
            .returning(columns!())
            .get_result(self.conn())
            .await
            .optional()?;
        user(row.ok_or(StoreError::NameTaken)?)
    }

    /// Changes a person. `expected_version` comes from `If-Match`.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::VersionMismatch`], [`StoreError::NameTaken`], [`StoreError::LastOwner`].
    pub async fn user_update(
        &mut self,
        id: UserId,
        patch: &UserPatch,
        expected_version: Option<i64>,
    ) -> Result<User, StoreError> {
        let owners = self.owners_lock().await?;
        let before = self.user_lock(id).await?;
        if expected_version.is_some_and(|v| v != before.version) {
            return Err(StoreError::VersionMismatch);
        }
        if patch.role.is_some_and(|role| role != Role::Owner) && owners == [id.as_uuid()] {
            return Err(StoreError::LastOwner);
        }
        let row: Row = diesel::update(users::table.filter(users::id.eq(id.as_uuid())))
            .set((
                patch.display_name.as_ref().map(|v| users::display_name.eq(v)),
                patch.email.as_ref().map(|v| users::email.eq(v)),
                patch.role.map(|v| users::role.eq(v.as_str())),
                users::updated_at.eq(diesel::dsl::now),
                users::version.eq(users::version + 1),
            ))
            .returning(columns!())
            .get_result(self.conn())
            .await
            .map_err(|e| if violates(&e, "users_email") { StoreError::NameTaken } else { e.into() })?;
        user(row)
    }

    /// Removes a person and ends their sessions.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::LastOwner`].
    pub async fn user_delete(&mut self, id: UserId) -> Result<(), StoreError> {
        if self.owners_lock().await? == [id.as_uuid()] {
            return Err(StoreError::LastOwner);
        }
        let touched =
            diesel::delete(users::table.filter(users::id.eq(id.as_uuid()))).execute(self.conn()).await?;
        one_row(touched, "user")?;
        self.sessions_changed().await
    }

    /// Sets a person's password hash and ends their sessions.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn password_set(&mut self, id: UserId, hash: &SecretString) -> Result<(), StoreError> {
        self.password_set_except(id, hash, None).await
    }

    /// Sets a person's password hash and ends their sessions but the one named.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn password_set_except(
        &mut self,
        id: UserId,
        hash: &SecretString,
        except: Option<Uuid>,
    ) -> Result<(), StoreError> {
        let touched = diesel::update(users::table.filter(users::id.eq(id.as_uuid())))
            .set((
                users::password_hash.eq(hash.expose_secret()),
                users::updated_at.eq(diesel::dsl::now),
                users::version.eq(users::version + 1),
            ))
            .execute(self.conn())
            .await?;
        one_row(touched, "user")?;
        self.refresh_user_end_except(id, except).await.map(drop)
    }

    /// Notes that a person signed in.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn user_signed_in(&mut self, id: UserId) -> Result<(), StoreError> {
        let touched = diesel::update(users::table.filter(users::id.eq(id.as_uuid())))
            .set(users::last_login_at.eq(diesel::dsl::now))
            .execute(self.conn())
            .await?;
        one_row(touched, "user")
    }

    /// Locks all owners, so that two transactions can't each remove the other's last one.
    async fn owners_lock(&mut self) -> Result<Vec<Uuid>, StoreError> {
        Ok(users::table
            .filter(users::role.eq(Role::Owner.as_str()))
            .order(users::id)
            .select(users::id)
            .for_update()
            .load(self.conn())
            .await?)
    }

    async fn user_lock(&mut self, id: UserId) -> Result<User, StoreError> {
        let row: Row = users::table
            .filter(users::id.eq(id.as_uuid()))
            .select(columns!())
            .for_update()
            .first(self.conn())
            .await
            .optional()
            .or_not_found("user")?;
        user(row)
    }
}
