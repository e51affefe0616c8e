//! Snapshots: immutable. What they hold is stored as spans: a row tells from which snapshot of its customer on it holds,
//! and before which one it ended. The runtime role may end a span, and change nothing else.

use crate::{
    customers::CustomerRef,
    documents::{self, CHUNK, CanonicalDocument, DocumentRow, StoredDocument},
    error::{OrNotFound as _, StoreError, violates},
    page::{Page, decode, fetch_count},
    schema::{documents as bodies, snapshot_documents, snapshots},
    snapshot_facts::{self, LICENCES, TENANT},
    spans::{self, Open},
    tx::{Mode, ReadWrite, TenantTx},
};
use chrono::{DateTime, Utc};
use diesel::{OptionalExtension as _, prelude::*};
use diesel_async::RunQueryDsl;
use policytab_domain::{
    ids::{ImportId, SnapshotId},
    snapshot::{Document, DocumentKind, SnapshotContent, TenantFacts},
};
use serde_json::Value;
use uuid::Uuid;

/// A snapshot without its content.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// Its id.
    pub id: SnapshotId,
    /// The import that took it.
    pub import_id: ImportId,
    /// When the reading began.
    pub taken_at: DateTime<Utc>,
    /// Who the tenant was.
    pub tenant: TenantFacts,
    /// Whether security defaults were on; `None` where unreadable.
    pub security_defaults: Option<bool>,
    /// Summary of the licences as the import wrote it; `None` where unreadable.
    pub licences: Option<Value>,
    /// Policies by state: on, report-only, off.
    pub policies: [i32; 3],
}

/// A snapshot to store.
#[derive(Debug, Clone, Copy)]
pub struct NewSnapshot<'a> {
    /// The import that took it.
    pub import_id: ImportId,
    /// Everything but the documents is stored from here.
    pub content: &'a SnapshotContent,
    /// The documents, made canonical, in the content's order.
    pub documents: &'a [CanonicalDocument],
    /// Summary of the licences; `None` where unreadable.
    pub licences: Option<&'a Value>,
    /// Policies by state: on, report-only, off.
    pub policies: [i32; 3],
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = snapshots, check_for_backend(diesel::pg::Pg))]
struct Row {
    id: Uuid,
    import_id: Uuid,
    number: i32,
    taken_at: DateTime<Utc>,
    security_defaults: Option<bool>,
    policies_enabled: i32,
    policies_report_only: i32,
    policies_disabled: i32,
}

impl Row {
    fn snapshot(self, tenant: Value, licences: Option<Value>) -> Result<Snapshot, StoreError> {
        Ok(Snapshot {
            id: self.id.into(),
            import_id: self.import_id.into(),
            taken_at: self.taken_at,
            tenant: from_json(tenant, "snapshot_facts.tenant")?,
            security_defaults: self.security_defaults,
            licences,
            policies: [self.policies_enabled, self.policies_report_only, self.policies_disabled],
        })
    }
}

/// The value that held at this number.
fn at(spans: &[(i32, Option<i32>, Value)], number: i32) -> Option<Value> {
    let holds = |since: i32, until: Option<i32>| since <= number && until.is_none_or(|until| until > number);
    spans.iter().find(|(since, until, _)| holds(*since, *until)).map(|(.., body)| body.clone())
}

pub(crate) fn from_json<T: serde::de::DeserializeOwned>(
    value: Value,
    what: &'static str,
) -> Result<T, StoreError> {
    serde_json::from_value(value).map_err(|_| StoreError::Corrupt(what))
}

impl<M: Mode> TenantTx<M> {
    /// A customer's snapshots, newest first.
    ///
    /// # Errors
    /// [`StoreError::InvalidCursor`].
    pub async fn snapshot_list(
        &mut self,
        customer: &CustomerRef,
        cursor: Option<&str>,
        limit: i64,
    ) -> Result<Page<Snapshot>, StoreError> {
        let mut query = snapshots::table.filter(snapshots::customer_id.eq(customer.uuid())).into_boxed();
        if let Some(cursor) = cursor {
            query = query.filter(snapshots::number.lt(decode::<i32>(cursor)?));
        }
        let rows: Vec<Row> = query
            .order(snapshots::number.desc())
            .limit(fetch_count(limit))
            .select(Row::as_select())
            .load(self.conn())
            .await?;
        let page = Page::cut(rows, limit, |last| last.number);
        let (Some(newest), Some(oldest)) = (page.items.as_slice().first(), page.items.as_slice().last())
        else {
            return Ok(Page { items: Vec::new(), next_cursor: page.next_cursor });
        };
        let numbers = (oldest.number, newest.number);
        let tenants = self.fact_spans(customer, TENANT, numbers).await?;
        let licences = self.fact_spans(customer, LICENCES, numbers).await?;
        let items = page
            .items
            .into_iter()
            .map(|row| {
                let number = row.number;
                row.snapshot(at(&tenants, number).unwrap_or_default(), at(&licences, number))
            })
            .collect::<Result<_, _>>()?;
        Ok(Page { items, next_cursor: page.next_cursor })
    }

    /// One snapshot of a customer.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], also for another customer's snapshot.
    pub async fn snapshot_fetch(
        &mut self,
        customer: &CustomerRef,
        id: SnapshotId,
    ) -> Result<Snapshot, StoreError> {
        let row = self.snapshot_row(customer, id).await?;
        let mut facts = self.facts_of(customer, row.number).await?;
        row.snapshot(facts.remove(TENANT).unwrap_or_default(), facts.remove(LICENCES))
    }

    async fn snapshot_row(&mut self, customer: &CustomerRef, id: SnapshotId) -> Result<Row, StoreError> {
        snapshots::table
            .filter(snapshots::id.eq(id.as_uuid()).and(snapshots::customer_id.eq(customer.uuid())))
            .select(Row::as_select())
            .first(self.conn())
            .await
            .optional()
            .or_not_found("snapshot")
    }

    /// The documents of a snapshot, of one kind or of all, in the order they were read.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], also for another customer's snapshot.
    pub async fn snapshot_documents(
        &mut self,
        customer: &CustomerRef,
        id: SnapshotId,
        kind: Option<DocumentKind>,
    ) -> Result<Vec<StoredDocument>, StoreError> {
        let number = self.snapshot_row(customer, id).await?.number;
        self.documents_of(customer, number, kind).await
    }

    async fn documents_of(
        &mut self,
        customer: &CustomerRef,
        number: i32,
        kind: Option<DocumentKind>,
    ) -> Result<Vec<StoredDocument>, StoreError> {
        let mut query = snapshot_documents::table
            .inner_join(
                bodies::table.on(bodies::msp_id
                    .eq(snapshot_documents::msp_id)
                    .and(bodies::sha256.eq(snapshot_documents::sha256))),
            )
            .filter(snapshot_documents::customer_id.eq(customer.uuid()))
            .filter(snapshot_documents::since.le(number))
            .filter(snapshot_documents::until.is_null().or(snapshot_documents::until.gt(number)))
            .into_boxed();
        if let Some(kind) = kind {
            query = query.filter(snapshot_documents::kind.eq(kind.as_str()));
        }
        let rows: Vec<DocumentRow> = query
            .order((snapshot_documents::kind, snapshot_documents::position))
            .select((
                snapshot_documents::kind,
                snapshot_documents::object_id,
                snapshot_documents::display_name,
                snapshot_documents::beta_only,
                bodies::sha256,
                bodies::normal_sha256,
                bodies::body,
            ))
            .load(self.conn())
            .await?;
        rows.into_iter().map(StoredDocument::try_from).collect()
    }

    /// A snapshot with all it holds. Documents come grouped by kind, in Graph's order within each.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Corrupt`] when a stored part can't be read.
    pub async fn snapshot_content(
        &mut self,
        customer: &CustomerRef,
        id: SnapshotId,
    ) -> Result<SnapshotContent, StoreError> {
        let head = self.snapshot_row(customer, id).await?;
        let mut facts = self.facts_of(customer, head.number).await?;
        let memberships = self.memberships_of(customer, head.number).await?;
        let mut stored = self.documents_of(customer, head.number, None).await?;
        stored.sort_by_key(|d| d.kind);
        let documents = stored
            .into_iter()
            .map(|d| {
                Ok(Document {
                    kind: d.kind,
                    object_id: d.object_id,
                    display_name: d.display_name,
                    body: serde_json::from_slice(&d.body)
                        .map_err(|_| StoreError::Corrupt("documents.body"))?,
                    beta_only: d.beta_only,
                })
            })
            .collect::<Result<_, StoreError>>()?;
        let (references, unread) = snapshot_facts::rest(&mut facts)?;
        Ok(SnapshotContent {
            taken_at: head.taken_at,
            tenant: snapshot_facts::tenant(&mut facts)?,
            documents,
            security_defaults: head.security_defaults,
            skus: snapshot_facts::skus(&mut facts)?,
            references,
            memberships,
            unread,
        })
    }

    /// What the customer's newest snapshot has.
    async fn documents_open(&mut self, customer: &CustomerRef) -> Result<Vec<Open>, StoreError> {
        let rows: Vec<(String, i64, String, String, bool, Vec<u8>)> = snapshot_documents::table
            .filter(snapshot_documents::customer_id.eq(customer.uuid()))
            .filter(snapshot_documents::until.is_null())
            .select((
                snapshot_documents::kind,
                snapshot_documents::position,
                snapshot_documents::object_id,
                snapshot_documents::display_name,
                snapshot_documents::beta_only,
                snapshot_documents::sha256,
            ))
            .load(self.conn())
            .await?;
        rows.into_iter()
            .map(|(kind, position, object_id, display_name, beta_only, sha256)| {
                Ok(Open {
                    kind: documents::kind(&kind)?,
                    position,
                    object_id,
                    display_name,
                    beta_only,
                    sha256: documents::digest(sha256)?,
                })
            })
            .collect()
    }
}

impl TenantTx<ReadWrite> {
    /// Stores a snapshot: bodies that are new to the MSP, and spans for what is not as it was in the customer's snapshot
    /// before. The customer must be locked.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the import has its snapshot already.
    pub async fn snapshot_insert(
        &mut self,
        customer: &CustomerRef,
        new: &NewSnapshot<'_>,
    ) -> Result<SnapshotId, StoreError> {
        documents::store(self, new.documents).await?;
        let (msp, id) = (self.msp(), Uuid::now_v7());
        let content = new.content;
        let [enabled, report_only, disabled] = new.policies;
        let last: Option<i32> = snapshots::table
            .filter(snapshots::customer_id.eq(customer.uuid()))
            .select(diesel::dsl::max(snapshots::number))
            .first(self.conn())
            .await?;
        let number = last.unwrap_or_default() + 1;
        diesel::insert_into(snapshots::table)
            .values((
                snapshots::msp_id.eq(msp),
                snapshots::id.eq(id),
                snapshots::customer_id.eq(customer.uuid()),
                snapshots::import_id.eq(new.import_id.as_uuid()),
                snapshots::number.eq(number),
                snapshots::taken_at.eq(content.taken_at),
                snapshots::security_defaults.eq(content.security_defaults),
                snapshots::policies_enabled.eq(enabled),
                snapshots::policies_report_only.eq(report_only),
                snapshots::policies_disabled.eq(disabled),
            ))
            .execute(self.conn())
            .await
            .map_err(|e| {
                if violates(&e, "snapshots_import") {
                    StoreError::Conflict("the import has its snapshot already")
                } else {
                    e.into()
                }
            })?;
        self.documents_span(customer, number, new.documents).await?;
        let facts = snapshot_facts::facts(content, new.licences)?;
        self.facts_store(customer, number, facts).await?;
        self.memberships_store(customer, number, &content.memberships).await?;
        Ok(id.into())
    }

    /// Ends and begins spans so that the snapshot of this number has these documents.
    async fn documents_span(
        &mut self,
        customer: &CustomerRef,
        number: i32,
        next: &[CanonicalDocument],
    ) -> Result<(), StoreError> {
        let open = self.documents_open(customer).await?;
        let change = spans::change(&open, next);
        for (kind, positions) in change.ended {
            diesel::update(
                snapshot_documents::table
                    .filter(snapshot_documents::customer_id.eq(customer.uuid()))
                    .filter(snapshot_documents::until.is_null())
                    .filter(snapshot_documents::kind.eq(kind.as_str()))
                    .filter(snapshot_documents::position.eq_any(positions)),
            )
            .set(snapshot_documents::until.eq(number))
            .execute(self.conn())
            .await?;
        }
        let msp = self.msp();
        for chunk in change.begun.chunks(CHUNK) {
            let rows: Vec<_> = chunk
                .iter()
                .map(|(position, d)| {
                    (
                        snapshot_documents::msp_id.eq(msp),
                        snapshot_documents::customer_id.eq(customer.uuid()),
                        snapshot_documents::kind.eq(d.kind.as_str()),
                        snapshot_documents::position.eq(*position),
                        snapshot_documents::since.eq(number),
                        snapshot_documents::object_id.eq(d.object_id.as_str()),
                        snapshot_documents::display_name.eq(d.display_name.as_str()),
                        snapshot_documents::beta_only.eq(d.beta_only),
                        snapshot_documents::sha256.eq(d.sha256.as_slice()),
                    )
                })
                .collect();
            diesel::insert_into(snapshot_documents::table).values(rows).execute(self.conn()).await?;
        }
        Ok(())
    }
}
