//! Accepted findings. A row says what was agreed; it ends once and is never changed otherwise.
//!
//! Writers hold the customer's lock, so that one finding never has two acceptances that stand.

use crate::{
    customers::CustomerRef,
    error::{StoreError, one_row},
    schema::finding_acceptances as acceptances,
    store::Store,
    tx::{Mode, ReadWrite, TenantTx},
};
use chrono::{DateTime, Utc};
use diesel::{QueryableByName, prelude::*, sql_types::Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use policytab_domain::{
    ids::{CustomerId, MspId},
    report::{Acceptance, AcceptanceEnd, KeptAcceptance},
};
use uuid::Uuid;

/// Why an acceptance ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndedBecause {
    /// A person ended it.
    Reopened,
    /// A person accepted the finding anew.
    Replaced,
    /// It ended by itself.
    ByItself(AcceptanceEnd),
}

impl EndedBecause {
    /// The name in the database and in the audit trail.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reopened => "reopened",
            Self::Replaced => "replaced",
            Self::ByItself(end) => end.as_str(),
        }
    }
}

/// A finding to accept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAcceptance {
    /// Which finding.
    pub finding_id: String,
    /// The facts behind it.
    pub fingerprint: String,
    /// Why it may stay.
    pub reason: String,
    /// Who answers for that.
    pub owner: String,
    /// Until when.
    pub expires_at: DateTime<Utc>,
    /// Who accepts it.
    pub accepted_by_name: String,
    /// Now.
    pub accepted_at: DateTime<Utc>,
}

/// The newest acceptance of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAcceptance {
    /// Its id.
    pub id: Uuid,
    /// Whether it has not ended.
    pub standing: bool,
    /// What it says.
    pub kept: KeptAcceptance,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = acceptances, check_for_backend(diesel::pg::Pg))]
struct Row {
    id: Uuid,
    finding_id: String,
    fingerprint: String,
    reason: String,
    owner: String,
    expires_at: DateTime<Utc>,
    accepted_by_name: String,
    accepted_at: DateTime<Utc>,
    ended_because: Option<String>,
}

#[derive(QueryableByName)]
struct ExpiredRow {
    #[diesel(sql_type = SqlUuid)]
    msp_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    customer_id: Uuid,
}

impl<M: Mode> TenantTx<M> {
    /// The newest acceptance of each of a customer's findings, as long as it stands or has ended by itself. What people
    /// ended is history and is left out.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn acceptances_newest(
        &mut self,
        customer: &CustomerRef,
    ) -> Result<Vec<StoredAcceptance>, StoreError> {
        let rows: Vec<Row> = acceptances::table
            .filter(acceptances::customer_id.eq(customer.uuid()))
            .order((acceptances::finding_id, acceptances::id.desc()))
            .distinct_on(acceptances::finding_id)
            .select(Row::as_select())
            .load(self.conn())
            .await?;
        Ok(rows.into_iter().filter_map(stored).collect())
    }
}

/// `None` for one that a person ended.
fn stored(row: Row) -> Option<StoredAcceptance> {
    let ended = match row.ended_because.as_deref() {
        None => None,
        Some("expired") => Some(AcceptanceEnd::Expired),
        Some("facts_changed") => Some(AcceptanceEnd::FactsChanged),
        Some(_) => return None,
    };
    Some(StoredAcceptance {
        id: row.id,
        standing: ended.is_none(),
        kept: KeptAcceptance {
            finding_id: row.finding_id,
            fingerprint: row.fingerprint,
            acceptance: Acceptance {
                reason: row.reason,
                owner: row.owner,
                expires_at: row.expires_at,
                accepted_by: row.accepted_by_name,
                accepted_at: row.accepted_at,
                ended,
            },
        },
    })
}

impl TenantTx<ReadWrite> {
    /// Accepts a finding whose earlier acceptance, if there was one, has ended.
    ///
    /// # Errors
    /// [`StoreError`] of the database; of its unique index while another acceptance stands.
    pub async fn acceptance_insert(
        &mut self,
        customer: &CustomerRef,
        new: &NewAcceptance,
    ) -> Result<(), StoreError> {
        diesel::insert_into(acceptances::table)
            .values((
                acceptances::msp_id.eq(self.msp()),
                acceptances::id.eq(Uuid::now_v7()),
                acceptances::customer_id.eq(customer.uuid()),
                acceptances::finding_id.eq(&new.finding_id),
                acceptances::fingerprint.eq(&new.fingerprint),
                acceptances::reason.eq(&new.reason),
                acceptances::owner.eq(&new.owner),
                acceptances::expires_at.eq(new.expires_at),
                acceptances::accepted_by_name.eq(&new.accepted_by_name),
                acceptances::accepted_at.eq(new.accepted_at),
            ))
            .execute(self.conn())
            .await?;
        Ok(())
    }

    /// Ends an acceptance.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is not this customer's, or has ended.
    pub async fn acceptance_end(
        &mut self,
        customer: &CustomerRef,
        id: Uuid,
        because: EndedBecause,
    ) -> Result<(), StoreError> {
        let standing = acceptances::table.filter(
            acceptances::id
                .eq(id)
                .and(acceptances::customer_id.eq(customer.uuid()))
                .and(acceptances::ended_at.is_null()),
        );
        let touched = diesel::update(standing)
            .set((
                acceptances::ended_at.eq(diesel::dsl::now),
                acceptances::ended_because.eq(because.as_str()),
            ))
            .execute(self.conn())
            .await?;
        one_row(touched, "acceptance")
    }
}

impl Store {
    /// Customers of all MSPs with an acceptance whose time is over and that has not ended yet.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn acceptances_expired(&self) -> Result<Vec<(MspId, CustomerId)>, StoreError> {
        let query = diesel::sql_query("SELECT * FROM lookup_expired_acceptances()");
        let rows: Vec<ExpiredRow> = self.apart(async |conn| Ok(query.load(conn).await?)).await?;
        Ok(rows.into_iter().map(|row| (row.msp_id.into(), row.customer_id.into())).collect())
    }
}
