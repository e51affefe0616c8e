//! A customer's connection: the app registration it is read with. The secret is in here sealed only.

use crate::{
    customers::{CustomerRef, to_json},
    error::{StoreError, one_row},
    events::EventKind,
    schema::{connections, customers},
    store::Store,
    tx::{Mode, ReadWrite, TenantTx},
};
use chrono::{DateTime, Utc};
use diesel::{OptionalExtension as _, prelude::*, sql_types::Timestamptz};
use diesel_async::RunQueryDsl;
use policytab_domain::{
    customer::CustomerStatus, ids::EntraTenantId, permission::PermissionCheck, snapshot::TenantFacts,
};
use serde_json::Value;
use uuid::Uuid;

/// A connection, without its secret.
#[derive(Debug, Clone, PartialEq)]
pub struct Connection {
    /// The app registration's application (client) id.
    pub client_id: Uuid,
    /// The tenant it was verified for.
    pub tenant_id: EntraTenantId,
    /// The app registration's name, where readable.
    pub app_display_name: Option<String>,
    /// When the secret expires, where readable.
    pub secret_expires_at: Option<DateTime<Utc>>,
    /// The permissions of the last token.
    pub permissions: PermissionCheck,
    /// When the credentials last proved good.
    pub verified_at: DateTime<Utc>,
    /// When it was first made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// Counts what people changed: the entity tag.
    pub version: i64,
}

/// Credentials that were verified, to be stored.
#[derive(Debug, Clone)]
pub struct NewConnection {
    /// The application (client) id.
    pub client_id: Uuid,
    /// The vault's envelope, made for this MSP and this customer.
    pub sealed_secret: Vec<u8>,
    /// The tenant that the token and `/organization` named.
    pub tenant: TenantFacts,
    /// The token's roles against the permission table.
    pub permissions: PermissionCheck,
    /// The app registration's name, where readable.
    pub app_display_name: Option<String>,
    /// When the secret expires, where readable.
    pub secret_expires_at: Option<DateTime<Utc>>,
}

/// What another verification of stored credentials found.
#[derive(Debug, Clone)]
pub struct ConnectionCheck {
    /// The token's roles against the permission table.
    pub permissions: PermissionCheck,
    /// The app registration's name, where readable.
    pub app_display_name: Option<String>,
    /// When the secret expires, where readable.
    pub secret_expires_at: Option<DateTime<Utc>>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = connections, check_for_backend(diesel::pg::Pg))]
struct Row {
    client_id: Uuid,
    tenant_id: Uuid,
    app_display_name: Option<String>,
    secret_expires_at: Option<DateTime<Utc>>,
    permissions: Value,
    verified_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    version: i64,
}

impl TryFrom<Row> for Connection {
    type Error = StoreError;
    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            client_id: row.client_id,
            tenant_id: row.tenant_id.into(),
            app_display_name: row.app_display_name,
            secret_expires_at: row.secret_expires_at,
            permissions: serde_json::from_value(row.permissions)
                .map_err(|_| StoreError::Corrupt("connections.permissions"))?,
            verified_at: row.verified_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
            version: row.version,
        })
    }
}

diesel::define_sql_function! {
    /// Waits for a lock that lasts until the transaction ends.
    fn pg_advisory_xact_lock(key: diesel::sql_types::BigInt);
}

impl<M: Mode> TenantTx<M> {
    /// A customer's connection, if it has one.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn connection_fetch(
        &mut self,
        customer: &CustomerRef,
    ) -> Result<Option<Connection>, StoreError> {
        let row: Option<Row> = connections::table
            .filter(connections::customer_id.eq(customer.uuid()))
            .select(Row::as_select())
            .first(self.conn())
            .await
            .optional()?;
        row.map(TryInto::try_into).transpose()
    }

    /// The sealed secret of a customer's connection.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn connection_secret(&mut self, customer: &CustomerRef) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(connections::table
            .filter(connections::customer_id.eq(customer.uuid()))
            .select(connections::sealed_secret)
            .first(self.conn())
            .await
            .optional()?)
    }
}

impl Store {
    /// How many client secrets in use will have expired by then, in all MSPs. For metrics.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn secrets_expiring(&self, before: DateTime<Utc>) -> Result<i64, StoreError> {
        let query = diesel::select(count_expiring_secrets(before));
        self.aside(async |conn| Ok(query.get_result(conn).await?)).await
    }
}

diesel::define_sql_function! {
    /// A number only; see the migration.
    fn count_expiring_secrets(before: Timestamptz) -> BigInt;
}

impl TenantTx<ReadWrite> {
    /// Stores verified credentials in place of those before, and makes a `pending` customer `connected`. Clears the
    /// customer's last error.
    ///
    /// # Errors
    /// [`StoreError::TenantMismatch`] when the customer is another tenant already, [`StoreError::TenantTaken`] when
    /// another customer in the same cloud is this tenant.
    pub async fn connection_put(
        &mut self,
        customer: &CustomerRef,
        new: &NewConnection,
    ) -> Result<Connection, StoreError> {
        let tenant = new.tenant.tenant_id;
        let (_, before) = self.customer_lock(customer.id()).await?;
        if let Some(known) = before.tenant.filter(|known| known.id != tenant) {
            return Err(StoreError::TenantMismatch { expected: known.id });
        }
        // Two customers that are connected to one tenant at the same moment: the second waits here, then sees the first.
        let [high, low] = [tenant.as_uuid().as_u64_pair(), self.msp().as_u64_pair()].map(|(a, b)| a ^ b);
        diesel::select(pg_advisory_xact_lock((high ^ low.rotate_left(1)).cast_signed()))
            .execute(self.conn())
            .await?;
        if let Some((customer_id, display_name)) = self.tenant_owner(tenant, before.cloud).await?
            && customer_id != customer.id()
        {
            return Err(StoreError::TenantTaken { customer_id, display_name });
        }
        let status = match before.status {
            CustomerStatus::Pending => CustomerStatus::Connected,
            other => other,
        };
        diesel::update(customers::table.filter(customers::id.eq(customer.uuid())))
            .set((
                customers::status.eq(status.as_str()),
                customers::tenant_id.eq(tenant.as_uuid()),
                customers::tenant_name.eq(&new.tenant.display_name),
                customers::tenant_domain.eq(&new.tenant.default_domain),
                customers::connected.eq(true),
                customers::secret_expires_at.eq(new.secret_expires_at),
                customers::last_error.eq(None::<Value>),
                customers::updated_at.eq(diesel::dsl::now),
                customers::version.eq(customers::version + 1),
            ))
            .execute(self.conn())
            .await?;
        let values = (
            connections::client_id.eq(new.client_id),
            connections::sealed_secret.eq(&new.sealed_secret),
            connections::tenant_id.eq(tenant.as_uuid()),
            connections::app_display_name.eq(&new.app_display_name),
            connections::secret_expires_at.eq(new.secret_expires_at),
            connections::permissions.eq(to_json(&new.permissions, "permissions")?),
            connections::verified_at.eq(diesel::dsl::now),
        );
        let row: Row = diesel::insert_into(connections::table)
            .values((
                connections::msp_id.eq(self.msp()),
                connections::customer_id.eq(customer.uuid()),
                values.clone(),
            ))
            .on_conflict((connections::msp_id, connections::customer_id))
            .do_update()
            .set((
                values,
                connections::updated_at.eq(diesel::dsl::now),
                connections::version.eq(connections::version + 1),
            ))
            .returning(Row::as_returning())
            .get_result(self.conn())
            .await?;
        self.event(EventKind::CustomerChanged, Some(customer.id()), None).await?;
        row.try_into()
    }

    /// Notes that the stored credentials proved good once more.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no connection.
    pub async fn connection_verified(
        &mut self,
        customer: &CustomerRef,
        check: &ConnectionCheck,
    ) -> Result<(), StoreError> {
        let touched = diesel::update(connections::table.filter(connections::customer_id.eq(customer.uuid())))
            .set((
                connections::permissions.eq(to_json(&check.permissions, "permissions")?),
                connections::app_display_name.eq(&check.app_display_name),
                connections::secret_expires_at.eq(check.secret_expires_at),
                connections::verified_at.eq(diesel::dsl::now),
            ))
            .execute(self.conn())
            .await?;
        one_row(touched, "connection")?;
        diesel::update(customers::table.filter(customers::id.eq(customer.uuid())))
            .set(customers::secret_expires_at.eq(check.secret_expires_at))
            .execute(self.conn())
            .await?;
        self.event(EventKind::CustomerChanged, Some(customer.id()), None).await
    }

    /// Deletes the connection with its secret. The customer keeps its tenant; unless it is imported, it is `pending`
    /// again.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no connection, [`StoreError::ImportRunning`] while an import needs it.
    pub async fn connection_delete(&mut self, customer: &CustomerRef) -> Result<(), StoreError> {
        let (_, before) = self.customer_lock(customer.id()).await?;
        if let Some(import_id) = self.import_running(customer).await? {
            return Err(StoreError::ImportRunning { import_id });
        }
        let touched = diesel::delete(connections::table.filter(connections::customer_id.eq(customer.uuid())))
            .execute(self.conn())
            .await?;
        one_row(touched, "connection")?;
        let status = match before.status {
            CustomerStatus::Connected => CustomerStatus::Pending,
            other => other,
        };
        diesel::update(customers::table.filter(customers::id.eq(customer.uuid())))
            .set((
                customers::status.eq(status.as_str()),
                customers::connected.eq(false),
                customers::secret_expires_at.eq(None::<DateTime<Utc>>),
                customers::updated_at.eq(diesel::dsl::now),
                customers::version.eq(customers::version + 1),
            ))
            .execute(self.conn())
            .await?;
        self.event(EventKind::CustomerChanged, Some(customer.id()), None).await
    }
}
