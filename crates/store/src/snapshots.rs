//! Snapshots: immutable. The runtime role has no right to change one.

use crate::{
    customers::{CustomerRef, to_json},
    documents::{self, CHUNK, CanonicalDocument, DocumentRow, StoredDocument, positioned},
    error::{OrNotFound as _, StoreError, violates},
    page::{Page, decode, fetch_count},
    schema::{documents as bodies, snapshot_documents, snapshots},
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
    taken_at: DateTime<Utc>,
    tenant: Value,
    security_defaults: Option<bool>,
    licences: Option<Value>,
    policies_enabled: i32,
    policies_report_only: i32,
    policies_disabled: i32,
}

impl TryFrom<Row> for Snapshot {
    type Error = StoreError;
    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.into(),
            import_id: row.import_id.into(),
            taken_at: row.taken_at,
            tenant: from_json(row.tenant, "snapshots.tenant")?,
            security_defaults: row.security_defaults,
            licences: row.licences,
            policies: [row.policies_enabled, row.policies_report_only, row.policies_disabled],
        })
    }
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
            query = query.filter(snapshots::id.lt(decode::<Uuid>(cursor)?));
        }
        let rows: Vec<Row> = query
            .order(snapshots::id.desc())
            .limit(fetch_count(limit))
            .select(Row::as_select())
            .load(self.conn())
            .await?;
        let page = Page::cut(rows, limit, |last| last.id);
        let items = page.items.into_iter().map(Snapshot::try_from).collect::<Result<_, _>>()?;
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
        snapshots::table
            .filter(snapshots::id.eq(id.as_uuid()).and(snapshots::customer_id.eq(customer.uuid())))
            .select(Row::as_select())
            .first(self.conn())
            .await
            .optional()
            .or_not_found("snapshot")?
            .try_into()
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
        self.snapshot_fetch(customer, id).await?;
        let mut query = snapshot_documents::table
            .inner_join(
                bodies::table.on(bodies::msp_id
                    .eq(snapshot_documents::msp_id)
                    .and(bodies::sha256.eq(snapshot_documents::sha256))),
            )
            .filter(snapshot_documents::snapshot_id.eq(id.as_uuid()))
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
        let head = self.snapshot_fetch(customer, id).await?;
        let (skus, references, memberships, unread): (Option<Value>, Value, Value, Value) = snapshots::table
            .filter(snapshots::id.eq(id.as_uuid()))
            .select((
                snapshots::skus,
                snapshots::object_references,
                snapshots::memberships,
                snapshots::unread,
            ))
            .first(self.conn())
            .await?;
        let mut stored = self.snapshot_documents(customer, id, None).await?;
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
        Ok(SnapshotContent {
            taken_at: head.taken_at,
            tenant: head.tenant,
            documents,
            security_defaults: head.security_defaults,
            skus: skus.map(|s| from_json(s, "snapshots.skus")).transpose()?,
            references: from_json(references, "snapshots.object_references")?,
            memberships: from_json(memberships, "snapshots.memberships")?,
            unread: from_json(unread, "snapshots.unread")?,
        })
    }
}

impl TenantTx<ReadWrite> {
    /// Stores a snapshot: bodies that are new to the MSP once, and references to all of them.
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
        diesel::insert_into(snapshots::table)
            .values((
                snapshots::msp_id.eq(msp),
                snapshots::id.eq(id),
                snapshots::customer_id.eq(customer.uuid()),
                snapshots::import_id.eq(new.import_id.as_uuid()),
                snapshots::taken_at.eq(content.taken_at),
                snapshots::tenant.eq(to_json(&content.tenant, "tenant")?),
                snapshots::security_defaults.eq(content.security_defaults),
                snapshots::skus.eq(content.skus.as_ref().map(|s| to_json(s, "skus")).transpose()?),
                snapshots::licences.eq(new.licences),
                (
                    snapshots::object_references.eq(to_json(&content.references, "references")?),
                    snapshots::memberships.eq(to_json(&content.memberships, "memberships")?),
                    snapshots::unread.eq(to_json(&content.unread, "unread")?),
                    snapshots::policies_enabled.eq(enabled),
                    snapshots::policies_report_only.eq(report_only),
                    snapshots::policies_disabled.eq(disabled),
                ),
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
        let all: Vec<_> = positioned(new.documents).collect();
        for chunk in all.chunks(CHUNK) {
            let rows: Vec<_> = chunk
                .iter()
                .map(|(position, d)| {
                    (
                        snapshot_documents::msp_id.eq(msp),
                        snapshot_documents::snapshot_id.eq(id),
                        snapshot_documents::kind.eq(d.kind.as_str()),
                        snapshot_documents::position.eq(*position),
                        snapshot_documents::object_id.eq(d.object_id.as_str()),
                        snapshot_documents::display_name.eq(d.display_name.as_str()),
                        snapshot_documents::beta_only.eq(d.beta_only),
                        snapshot_documents::sha256.eq(d.sha256.as_slice()),
                    )
                })
                .collect();
            diesel::insert_into(snapshot_documents::table).values(rows).execute(self.conn()).await?;
        }
        Ok(id.into())
    }
}
