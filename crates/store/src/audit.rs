//! The audit trail: append-only, each row hashed with its predecessor's hash, one chain per MSP.
//!
//! The runtime role can insert and read, nothing else. What is hashed is a list of length-prefixed fields, so that no
//! two different rows read the same; `details` is kept as the very text that was hashed.

use crate::{
    customer_list::contains_pattern,
    error::StoreError,
    page::{Page, decode, fetch_count},
    schema::{audit, audit_heads},
    store::Store,
    tx::{Mode, ReadWrite, TenantTx},
};
use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use diesel::{OptionalExtension as _, prelude::*};
use diesel_async::RunQueryDsl;
use policytab_domain::tenancy::MspScope;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use uuid::Uuid;

/// Something to put on record.
#[derive(Debug, Clone)]
pub struct AuditEntry {
    /// `user`, `api_token`, `external` (a person of the outside issuer), `system`.
    pub actor_kind: &'static str,
    /// Their id, where they have one.
    pub actor_id: Option<Uuid>,
    /// Their name at that time.
    pub actor_name: String,
    /// What was done, noun first: `customer.create`.
    pub action: &'static str,
    /// To what: `customer`, `user`, ….
    pub subject_kind: &'static str,
    /// Its id.
    pub subject_id: Option<Uuid>,
    /// From where.
    pub ip: Option<String>,
    /// The request.
    pub request_id: Option<String>,
    /// What else matters. Never a secret.
    pub details: Value,
}

/// Words of a search that count; more are not looked for.
const MOST_WORDS: usize = 8;

/// Which rows of the trail are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Words, each of which must be in what was done, by whom, in its details, its address or its request.
    pub search: Option<String>,
    /// Not before.
    pub since: Option<DateTime<Utc>>,
    /// Before.
    pub until: Option<DateTime<Utc>>,
}

/// A row of the trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Counts from 1 in each MSP, without gaps.
    pub seq: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// What kind of actor.
    pub actor_kind: String,
    /// Which.
    pub actor_id: Option<Uuid>,
    /// Their name at that time.
    pub actor_name: String,
    /// What was done.
    pub action: String,
    /// To what kind of thing.
    pub subject_kind: String,
    /// Which.
    pub subject_id: Option<Uuid>,
    /// From where.
    pub ip: Option<String>,
    /// The request.
    pub request_id: Option<String>,
    /// What else matters, as JSON text.
    pub details: String,
}

/// What checking a chain found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditVerdict {
    /// Rows that were read.
    pub rows: u64,
    /// The first sequence number that does not fit: changed, missing, or cut off at the end.
    pub first_bad: Option<i64>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = audit, check_for_backend(diesel::pg::Pg))]
struct Row {
    msp_id: Uuid,
    seq: i64,
    at: DateTime<Utc>,
    actor_kind: String,
    actor_id: Option<Uuid>,
    actor_name: String,
    action: String,
    subject_kind: String,
    subject_id: Option<Uuid>,
    ip: Option<String>,
    request_id: Option<String>,
    details: String,
    hash: Vec<u8>,
}

/// Before the first row.
const GENESIS: [u8; 32] = [0; 32];

impl Row {
    /// The hash of this row, which comes after one with the hash `before`.
    fn digest(&self, before: &[u8]) -> Vec<u8> {
        let mut hash = Sha256::new();
        let mut field = |bytes: Option<&[u8]>| match bytes {
            None => hash.update([0]),
            Some(bytes) => {
                hash.update([1]);
                hash.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
                hash.update(bytes);
            }
        };
        field(Some(b"policytab audit v1"));
        field(Some(before));
        field(Some(self.msp_id.as_bytes()));
        field(Some(&self.seq.to_be_bytes()));
        field(Some(&self.at.timestamp_micros().to_be_bytes()));
        field(Some(self.actor_kind.as_bytes()));
        field(self.actor_id.as_ref().map(|id| id.as_bytes().as_slice()));
        field(Some(self.actor_name.as_bytes()));
        field(Some(self.action.as_bytes()));
        field(Some(self.subject_kind.as_bytes()));
        field(self.subject_id.as_ref().map(|id| id.as_bytes().as_slice()));
        field(self.ip.as_deref().map(str::as_bytes));
        field(self.request_id.as_deref().map(str::as_bytes));
        field(Some(self.details.as_bytes()));
        hash.finalize().to_vec()
    }
}

/// JSON with sorted keys and no spaces: the same value gives the same text whatever serde_json's features are.
fn canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort_unstable();
            out.push('{');
            for (i, key) in keys.into_iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                let _ = write!(out, "{}:", Value::String(key.clone()));
                canonical(&map[key], out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                canonical(item, out);
            }
            out.push(']');
        }
        scalar => {
            let _ = write!(out, "{scalar}");
        }
    }
}

impl TenantTx<ReadWrite> {
    /// Puts something on record, in the transaction that does it. Call it last: it holds the end of the MSP's chain
    /// until the transaction ends, and everybody else who writes waits there.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn audit(&mut self, entry: &AuditEntry) -> Result<(), StoreError> {
        let msp = self.msp();
        let (seq, before) = match self.audit_end_lock().await? {
            Some(end) => end,
            None => {
                // The MSP's first entry. Somebody else's may be in the making: then this waits for it.
                diesel::insert_into(audit_heads::table)
                    .values((
                        audit_heads::msp_id.eq(msp),
                        audit_heads::seq.eq(0_i64),
                        audit_heads::hash.eq(GENESIS.as_slice()),
                    ))
                    .on_conflict_do_nothing()
                    .execute(self.conn())
                    .await?;
                self.audit_end_lock().await?.ok_or(StoreError::Corrupt("audit_heads"))?
            }
        };
        let mut details = String::new();
        canonical(&entry.details, &mut details);
        // PostgreSQL keeps microseconds: what is hashed must be what is kept.
        let at = Utc::now();
        let at = at.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(at);
        let mut row = Row {
            msp_id: msp,
            seq: seq + 1,
            at,
            actor_kind: entry.actor_kind.to_owned(),
            actor_id: entry.actor_id,
            actor_name: entry.actor_name.clone(),
            action: entry.action.to_owned(),
            subject_kind: entry.subject_kind.to_owned(),
            subject_id: entry.subject_id,
            ip: entry.ip.clone(),
            request_id: entry.request_id.clone(),
            details,
            hash: Vec::new(),
        };
        row.hash = row.digest(&before);
        diesel::update(audit_heads::table.filter(audit_heads::msp_id.eq(msp)))
            .set((audit_heads::seq.eq(row.seq), audit_heads::hash.eq(&row.hash)))
            .execute(self.conn())
            .await?;
        diesel::insert_into(audit::table).values(row).execute(self.conn()).await?;
        Ok(())
    }

    /// The last number and hash of the chain, locked.
    async fn audit_end_lock(&mut self) -> Result<Option<(i64, Vec<u8>)>, StoreError> {
        Ok(audit_heads::table
            .filter(audit_heads::msp_id.eq(self.msp()))
            .select((audit_heads::seq, audit_heads::hash))
            .for_update()
            .first(self.conn())
            .await
            .optional()?)
    }
}

impl<M: Mode> TenantTx<M> {
    /// The trail, newest first.
    ///
    /// # Errors
    /// [`StoreError::InvalidCursor`].
    pub async fn audit_list(
        &mut self,
        filter: &AuditFilter,
        cursor: Option<&str>,
        limit: i64,
    ) -> Result<Page<AuditRow>, StoreError> {
        let mut query = audit::table.into_boxed();
        // Each word must be somewhere that a reader sees.
        for word in filter.search.as_deref().unwrap_or_default().split_whitespace().take(MOST_WORDS) {
            let pattern = contains_pattern(word);
            query = query.filter(
                audit::action
                    .ilike(pattern.clone())
                    .or(audit::actor_name.ilike(pattern.clone()))
                    .or(audit::details.ilike(pattern.clone()))
                    .or(audit::ip.assume_not_null().ilike(pattern.clone()))
                    .or(audit::request_id.assume_not_null().ilike(pattern)),
            );
        }
        if let Some(since) = filter.since {
            query = query.filter(audit::at.ge(since));
        }
        if let Some(until) = filter.until {
            query = query.filter(audit::at.lt(until));
        }
        if let Some(cursor) = cursor {
            query = query.filter(audit::seq.lt(decode::<i64>(cursor)?));
        }
        let rows: Vec<Row> = query
            .order(audit::seq.desc())
            .limit(fetch_count(limit))
            .select(Row::as_select())
            .load(self.conn())
            .await?;
        Ok(Page::cut(rows, limit, |last| last.seq).map(|row| AuditRow {
            seq: row.seq,
            at: row.at,
            actor_kind: row.actor_kind,
            actor_id: row.actor_id,
            actor_name: row.actor_name,
            action: row.action,
            subject_kind: row.subject_kind,
            subject_id: row.subject_id,
            ip: row.ip,
            request_id: row.request_id,
            details: row.details,
        }))
    }

    async fn audit_chain(&mut self, after: i64, size: i64) -> Result<Vec<Row>, StoreError> {
        Ok(audit::table
            .filter(audit::seq.gt(after))
            .order(audit::seq)
            .limit(size)
            .select(Row::as_select())
            .load(self.conn())
            .await?)
    }

    async fn audit_head(&mut self) -> Result<(i64, Vec<u8>), StoreError> {
        let head = audit_heads::table
            .select((audit_heads::seq, audit_heads::hash))
            .first(self.conn())
            .await
            .optional()?;
        Ok(head.unwrap_or_else(|| (0, GENESIS.to_vec())))
    }
}

impl Store {
    /// Checks the chain of an MSP from its first row to its end.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn audit_verify(&self, scope: &MspScope) -> Result<AuditVerdict, StoreError> {
        const BATCH: i64 = 5_000;
        // The end first: rows that are written meanwhile come after it and are not looked at.
        let (end, end_hash) = self.read(scope, async |tx| tx.audit_head().await).await?;
        let (mut seq, mut hash, mut rows) = (0_i64, GENESIS.to_vec(), 0_u64);
        loop {
            let batch = self.read(scope, async |tx| tx.audit_chain(seq, BATCH).await).await?;
            let last = i64::try_from(batch.len()).unwrap_or(BATCH) < BATCH;
            for row in batch {
                if row.seq > end {
                    break;
                }
                rows += 1;
                if row.seq != seq + 1 || row.digest(&hash) != row.hash {
                    return Ok(AuditVerdict { rows, first_bad: Some(seq + 1) });
                }
                (seq, hash) = (row.seq, row.hash);
            }
            if last || seq >= end {
                break;
            }
        }
        let whole = seq == end && hash == end_hash;
        Ok(AuditVerdict { rows, first_bad: (!whole).then_some(seq + 1) })
    }
}
