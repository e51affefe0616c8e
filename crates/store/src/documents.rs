//! Bodies, stored once per MSP and content. Snapshots and baselines point at them.

use crate::{
    connections::pg_advisory_xact_lock,
    error::StoreError,
    schema::{baseline_documents, co_managed_documents, documents, snapshot_documents},
    tx::{ReadWrite, TenantTx},
};
use diesel::{
    dsl::{exists, not},
    prelude::*,
};
use diesel_async::RunQueryDsl;
use policytab_domain::snapshot::DocumentKind;
use std::collections::BTreeSet;

/// A document to store, made canonical by the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CanonicalDocument {
    /// What it is.
    pub kind: DocumentKind,
    /// Its id in the tenant.
    pub object_id: String,
    /// Its display name, empty when absent.
    pub display_name: String,
    /// Only the beta endpoint lists it.
    pub beta_only: bool,
    /// SHA-256 of `bytes`.
    pub sha256: [u8; 32],
    /// SHA-256 of the semantic normal form, where there is one.
    pub normal_sha256: Option<[u8; 32]>,
    /// Canonical JSON.
    pub bytes: Vec<u8>,
}

/// A document as stored. Order within a kind is the order it was stored in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDocument {
    /// What it is.
    pub kind: DocumentKind,
    /// Its id in the tenant.
    pub object_id: String,
    /// Its display name, empty when absent.
    pub display_name: String,
    /// Only the beta endpoint listed it.
    pub beta_only: bool,
    /// SHA-256 of `body`.
    pub sha256: [u8; 32],
    /// SHA-256 of the semantic normal form, where there is one.
    pub normal_sha256: Option<[u8; 32]>,
    /// Canonical JSON.
    pub body: Vec<u8>,
}

impl From<StoredDocument> for CanonicalDocument {
    fn from(stored: StoredDocument) -> Self {
        let StoredDocument { kind, object_id, display_name, beta_only, sha256, normal_sha256, body } = stored;
        Self { kind, object_id, display_name, beta_only, sha256, normal_sha256, bytes: body }
    }
}

impl From<CanonicalDocument> for StoredDocument {
    fn from(made: CanonicalDocument) -> Self {
        let CanonicalDocument { kind, object_id, display_name, beta_only, sha256, normal_sha256, bytes } =
            made;
        Self { kind, object_id, display_name, beta_only, sha256, normal_sha256, body: bytes }
    }
}

/// kind, object id, display name, beta only, sha256, normal sha256, body
pub(crate) type DocumentRow = (String, String, String, bool, Vec<u8>, Option<Vec<u8>>, Vec<u8>);

impl TryFrom<DocumentRow> for StoredDocument {
    type Error = StoreError;
    fn try_from(row: DocumentRow) -> Result<Self, StoreError> {
        let (kind, object_id, display_name, beta_only, sha256, normal, body) = row;
        Ok(Self {
            kind: self::kind(&kind)?,
            object_id,
            display_name,
            beta_only,
            sha256: digest(sha256)?,
            normal_sha256: normal.map(digest).transpose()?,
            body,
        })
    }
}

/// A kind by its name in the database.
pub(crate) fn kind(name: &str) -> Result<DocumentKind, StoreError> {
    DocumentKind::ALL.into_iter().find(|k| k.as_str() == name).ok_or(StoreError::Corrupt("documents.kind"))
}

/// A digest as the database gives it.
pub(crate) fn digest(bytes: Vec<u8>) -> Result<[u8; 32], StoreError> {
    bytes.try_into().map_err(|_| StoreError::Corrupt("documents.sha256"))
}

/// The documents with the position each has within its kind.
pub(crate) fn positioned(documents: &[CanonicalDocument]) -> impl Iterator<Item = (i32, &CanonicalDocument)> {
    let mut next = [0_i32; DocumentKind::ALL.len()];
    documents.iter().map(move |d| {
        let slot = DocumentKind::ALL.iter().position(|k| *k == d.kind).unwrap_or_default();
        let position = next[slot];
        next[slot] += 1;
        (position, d)
    })
}

diesel::define_sql_function! {
    /// Waits for a lock that many may hold, until the transaction ends.
    fn pg_advisory_xact_lock_shared(key: diesel::sql_types::BigInt);
}

/// Who writes references to bodies holds this lock shared, who deletes bodies holds it alone: otherwise a body could
/// go between the moment it is found to exist and the moment it is pointed at.
fn lock_key(tx: &TenantTx<ReadWrite>) -> i64 {
    let (a, b) = tx.msp().as_u64_pair();
    (a ^ b ^ 0x646f_6375_6d65_6e74).cast_signed()
}

pub(crate) async fn lock_for_deletion(tx: &mut TenantTx<ReadWrite>) -> Result<(), StoreError> {
    let key = lock_key(tx);
    diesel::select(pg_advisory_xact_lock(key)).execute(tx.conn()).await?;
    Ok(())
}

/// For who points at bodies that exist already.
pub(crate) async fn lock_for_reference(tx: &mut TenantTx<ReadWrite>) -> Result<(), StoreError> {
    let key = lock_key(tx);
    diesel::select(pg_advisory_xact_lock_shared(key)).execute(tx.conn()).await?;
    Ok(())
}

/// Rows per INSERT: PostgreSQL takes 65 535 parameters in one statement.
pub(crate) const CHUNK: usize = 1000;

/// Stores the bodies that are not there yet.
pub(crate) async fn store(tx: &mut TenantTx<ReadWrite>, new: &[CanonicalDocument]) -> Result<(), StoreError> {
    lock_for_reference(tx).await?;
    let msp = tx.msp();
    // One order for everybody: two transactions that store the same bodies then wait, but never for each other.
    let mut seen = BTreeSet::new();
    let mut unique: Vec<&CanonicalDocument> = new.iter().filter(|d| seen.insert(d.sha256)).collect();
    unique.sort_unstable_by_key(|d| d.sha256);
    for chunk in unique.chunks(CHUNK) {
        let rows: Vec<_> = chunk
            .iter()
            .map(|d| {
                (
                    documents::msp_id.eq(msp),
                    documents::sha256.eq(d.sha256.as_slice()),
                    documents::normal_sha256.eq(d.normal_sha256.as_ref().map(<[u8; 32]>::as_slice)),
                    documents::body.eq(d.bytes.as_slice()),
                )
            })
            .collect();
        diesel::insert_into(documents::table)
            .values(rows)
            .on_conflict((documents::msp_id, documents::sha256))
            .do_nothing()
            .execute(tx.conn())
            .await?;
    }
    Ok(())
}

/// Deletes the bodies that nothing points at; [`lock_for_deletion`] first.
pub(crate) async fn delete_unreferenced(tx: &mut TenantTx<ReadWrite>) -> Result<usize, StoreError> {
    let by_snapshot = snapshot_documents::table.filter(
        snapshot_documents::msp_id
            .eq(documents::msp_id)
            .and(snapshot_documents::sha256.eq(documents::sha256)),
    );
    let by_baseline = baseline_documents::table.filter(
        baseline_documents::msp_id
            .eq(documents::msp_id)
            .and(baseline_documents::sha256.eq(documents::sha256)),
    );
    let by_co_managed = co_managed_documents::table.filter(
        co_managed_documents::msp_id
            .eq(documents::msp_id)
            .and(co_managed_documents::sha256.eq(documents::sha256)),
    );
    Ok(diesel::delete(
        documents::table
            .filter(not(exists(by_snapshot)))
            .filter(not(exists(by_baseline)))
            .filter(not(exists(by_co_managed))),
    )
    .execute(tx.conn())
    .await?)
}
