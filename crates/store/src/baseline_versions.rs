//! Versions of baselines: what each holds, where it came from, who made it. A version is never changed.

use crate::{
    baselines::Baseline,
    customers::to_json,
    documents::{self, CHUNK, CanonicalDocument, DocumentRow, StoredDocument, positioned},
    error::{OrNotFound as _, StoreError},
    schema::{baseline_documents, baseline_versions, baselines, customers, documents as bodies},
    store::Store,
    tx::{Mode, ReadWrite, TenantTx},
};
use chrono::{DateTime, Utc};
use diesel::{
    OptionalExtension as _, QueryableByName,
    prelude::*,
    sql_types::{Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use policytab_domain::{
    ids::{BaselineId, CustomerId, MspId},
    snapshot::DocumentKind,
};
use serde_json::Value;
use uuid::Uuid;

/// A version of a baseline.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = baseline_versions, check_for_backend(diesel::pg::Pg))]
pub struct BaselineVersion {
    /// From 1.
    pub number: i32,
    /// Where it came from: `{origin: {kind: files | github | …}, names: […]}`.
    pub source: Value,
    /// How many policies.
    pub policy_count: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Who made it, by the name of then; empty: the product itself.
    pub created_by_name: String,
    /// Why, in their words.
    pub note: String,
}

/// A version to add.
#[derive(Debug, Clone, Default)]
pub struct NewVersion {
    /// Where it comes from.
    pub source: Value,
    /// Its content, made canonical.
    pub documents: Vec<CanonicalDocument>,
    /// Who makes it; empty: the product itself.
    pub created_by_name: String,
    /// Why; at most 500 characters.
    pub note: String,
}

/// id, display name, pinned version, compared version, last snapshot
type UseRow = (Uuid, String, Option<i32>, Option<i32>, Option<Uuid>);

/// A customer that is compared with a baseline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerUse {
    /// Which customer.
    pub id: CustomerId,
    /// Its name.
    pub display_name: String,
    /// The version it stays with; `None`: the latest.
    pub pinned: Option<i32>,
    /// The version that its newest report rests on.
    pub compared: Option<i32>,
    /// Whether it is imported.
    pub imported: bool,
}

#[derive(QueryableByName)]
struct OutdatedRow {
    #[diesel(sql_type = SqlUuid)]
    msp_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    customer_id: Uuid,
}

#[derive(QueryableByName)]
struct UncheckedRow {
    #[diesel(sql_type = SqlUuid)]
    msp_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    baseline_id: Uuid,
}

impl Store {
    /// Customers of any MSP whose newest report rests on another version of their baseline than it should; a thousand at
    /// the most.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn reports_outdated(&self) -> Result<Vec<(MspId, CustomerId)>, StoreError> {
        let query = diesel::sql_query("SELECT * FROM lookup_outdated_reports()");
        let rows: Vec<OutdatedRow> = self.apart(async |conn| Ok(query.load(conn).await?)).await?;
        Ok(rows.into_iter().map(|row| (row.msp_id.into(), row.customer_id.into())).collect())
    }

    /// Baselines of any MSP whose source was last looked at before this time; a hundred at the most.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn sources_unchecked(
        &self,
        before: DateTime<Utc>,
    ) -> Result<Vec<(MspId, BaselineId)>, StoreError> {
        let query =
            diesel::sql_query("SELECT * FROM lookup_unchecked_sources($1)").bind::<Timestamptz, _>(before);
        let rows: Vec<UncheckedRow> = self.apart(async |conn| Ok(query.load(conn).await?)).await?;
        Ok(rows.into_iter().map(|row| (row.msp_id.into(), row.baseline_id.into())).collect())
    }
}

impl<M: Mode> TenantTx<M> {
    /// The versions of a baseline, the newest first.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown baseline.
    pub async fn baseline_versions(&mut self, id: BaselineId) -> Result<Vec<BaselineVersion>, StoreError> {
        self.baseline_fetch(id).await?;
        Ok(baseline_versions::table
            .filter(baseline_versions::baseline_id.eq(id.as_uuid()))
            .order(baseline_versions::number.desc())
            .select(BaselineVersion::as_select())
            .load(self.conn())
            .await?)
    }

    /// Whether a customer's newest report rests on another version of its baseline than it should.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn report_outdated(&mut self, id: CustomerId) -> Result<bool, StoreError> {
        let row: Option<(Option<i32>, Option<i32>, i32)> = customers::table
            .inner_join(
                baselines::table.on(baselines::msp_id
                    .eq(customers::msp_id)
                    .and(baselines::id.nullable().eq(customers::comparison_baseline_id))),
            )
            .filter(customers::id.eq(id.as_uuid()).and(customers::last_snapshot_id.is_not_null()))
            .select((
                customers::compared_version,
                customers::comparison_baseline_version,
                baselines::current_version,
            ))
            .first(self.conn())
            .await
            .optional()?;
        Ok(row.is_some_and(|(compared, pinned, current)| compared != Some(pinned.unwrap_or(current))))
    }

    /// The customers that are compared with a baseline, by name.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown baseline.
    pub async fn baseline_customers(&mut self, id: BaselineId) -> Result<Vec<CustomerUse>, StoreError> {
        self.baseline_fetch(id).await?;
        let rows: Vec<UseRow> = customers::table
            .filter(customers::comparison_baseline_id.eq(id.as_uuid()))
            .order(customers::name_key)
            .select((
                customers::id,
                customers::display_name,
                customers::comparison_baseline_version,
                customers::compared_version,
                customers::last_snapshot_id,
            ))
            .load(self.conn())
            .await?;
        Ok(rows
            .into_iter()
            .map(|(id, display_name, pinned, compared, snapshot)| CustomerUse {
                id: id.into(),
                display_name,
                pinned,
                compared,
                imported: snapshot.is_some(),
            })
            .collect())
    }

    /// The sealed token of a baseline's source, if it needs one.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn baseline_token(&mut self, id: BaselineId) -> Result<Option<Vec<u8>>, StoreError> {
        baselines::table
            .filter(baselines::id.eq(id.as_uuid()))
            .select(baselines::source_token)
            .first(self.conn())
            .await
            .optional()
            .or_not_found("baseline")
    }

    /// Every sealed token of a source, for re-wrapping.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn baseline_tokens(&mut self) -> Result<Vec<(BaselineId, Vec<u8>)>, StoreError> {
        let rows: Vec<(Uuid, Option<Vec<u8>>)> = baselines::table
            .filter(baselines::source_token.is_not_null())
            .select((baselines::id, baselines::source_token))
            .load(self.conn())
            .await?;
        Ok(rows.into_iter().filter_map(|(id, sealed)| Some((id.into(), sealed?))).collect())
    }

    /// One version; the current one when `None`.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown baseline or version.
    pub async fn baseline_version(
        &mut self,
        id: BaselineId,
        number: Option<i32>,
    ) -> Result<BaselineVersion, StoreError> {
        let Baseline { current_version, .. } = self.baseline_fetch(id).await?;
        baseline_versions::table
            .filter(baseline_versions::baseline_id.eq(id.as_uuid()))
            .filter(baseline_versions::number.eq(number.unwrap_or(current_version)))
            .select(BaselineVersion::as_select())
            .first(self.conn())
            .await
            .optional()
            .or_not_found("baseline version")
    }

    /// The documents of a baseline, of its current or another version.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown baseline or version.
    pub async fn baseline_documents(
        &mut self,
        id: BaselineId,
        number: Option<i32>,
    ) -> Result<Vec<StoredDocument>, StoreError> {
        let number = self.baseline_version(id, number).await?.number;
        let rows: Vec<DocumentRow> = baseline_documents::table
            .inner_join(
                bodies::table.on(bodies::msp_id
                    .eq(baseline_documents::msp_id)
                    .and(bodies::sha256.eq(baseline_documents::sha256))),
            )
            .filter(
                baseline_documents::baseline_id.eq(id.as_uuid()).and(baseline_documents::number.eq(number)),
            )
            .order((baseline_documents::kind, baseline_documents::position))
            .select((
                baseline_documents::kind,
                baseline_documents::object_id,
                baseline_documents::display_name,
                baseline_documents::beta_only,
                bodies::sha256,
                bodies::normal_sha256,
                bodies::body,
            ))
            .load(self.conn())
            .await?;
        rows.into_iter().map(StoredDocument::try_from).collect()
    }
}

impl TenantTx<ReadWrite> {
    /// Keeps the sealed token of a baseline's source.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn baseline_token_set(&mut self, id: BaselineId, sealed: &[u8]) -> Result<(), StoreError> {
        let touched = diesel::update(baselines::table.filter(baselines::id.eq(id.as_uuid())))
            .set(baselines::source_token.eq(sealed))
            .execute(self.conn())
            .await?;
        if touched == 1 { Ok(()) } else { Err(StoreError::NotFound { what: "baseline" }) }
    }

    /// Puts another envelope of the same token in the place of one that is still there; whether it was.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn baseline_token_reseal(
        &mut self,
        id: BaselineId,
        sealed: &[u8],
        fresh: &[u8],
    ) -> Result<bool, StoreError> {
        let held = baselines::id.eq(id.as_uuid()).and(baselines::source_token.eq(sealed));
        let touched = diesel::update(baselines::table.filter(held))
            .set(baselines::source_token.eq(fresh))
            .execute(self.conn())
            .await?;
        Ok(touched == 1)
    }

    /// Notes what a look at a baseline's source found; counts no change.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn baseline_source_seen(&mut self, id: BaselineId, head: &Value) -> Result<(), StoreError> {
        let touched = diesel::update(baselines::table.filter(baselines::id.eq(id.as_uuid())))
            .set((
                baselines::source_head.eq(to_json(head, "source_head")?),
                baselines::source_checked_at.eq(diesel::dsl::now.into_sql::<Timestamptz>().nullable()),
            ))
            .execute(self.conn())
            .await?;
        if touched == 1 { Ok(()) } else { Err(StoreError::NotFound { what: "baseline" }) }
    }

    pub(crate) async fn version_insert(
        &mut self,
        id: Uuid,
        number: i32,
        version: &NewVersion,
    ) -> Result<(), StoreError> {
        let new = &version.documents;
        documents::store(self, new).await?;
        let msp = self.msp();
        let policies = new.iter().filter(|d| d.kind == DocumentKind::Policy).count();
        diesel::insert_into(baseline_versions::table)
            .values((
                baseline_versions::msp_id.eq(msp),
                baseline_versions::baseline_id.eq(id),
                baseline_versions::number.eq(number),
                baseline_versions::source.eq(to_json(&version.source, "source")?),
                baseline_versions::created_by_name.eq(&version.created_by_name),
                baseline_versions::note.eq(&version.note),
                baseline_versions::policy_count.eq(i32::try_from(policies).unwrap_or(i32::MAX)),
            ))
            .execute(self.conn())
            .await?;
        let all: Vec<_> = positioned(new).collect();
        for chunk in all.chunks(CHUNK) {
            let rows: Vec<_> = chunk
                .iter()
                .map(|(position, d)| {
                    (
                        baseline_documents::msp_id.eq(msp),
                        baseline_documents::baseline_id.eq(id),
                        baseline_documents::number.eq(number),
                        baseline_documents::kind.eq(d.kind.as_str()),
                        baseline_documents::position.eq(*position),
                        baseline_documents::object_id.eq(d.object_id.as_str()),
                        baseline_documents::display_name.eq(d.display_name.as_str()),
                        baseline_documents::beta_only.eq(d.beta_only),
                        baseline_documents::sha256.eq(d.sha256.as_slice()),
                    )
                })
                .collect();
            diesel::insert_into(baseline_documents::table).values(rows).execute(self.conn()).await?;
        }
        Ok(())
    }
}
