//! The MSP's baseline library. A baseline's content is versioned; a version is never changed.

use crate::{
    baseline_versions::NewVersion,
    documents,
    error::{OrNotFound as _, StoreError, violates},
    events::{EventKind, notify_workers},
    page::{Page, decode, fetch_count},
    schema::{baseline_versions, baselines, customers, imports},
    tx::{Mode, ReadWrite, TenantTx},
};
use chrono::{DateTime, Utc};
use diesel::{OptionalExtension as _, prelude::*};
use diesel_async::RunQueryDsl;
use policytab_domain::{ids::BaselineId, import::ImportState};
use serde_json::Value;
use std::collections::HashMap;
use uuid::Uuid;

/// A workspace baseline, as of its current version.
#[derive(Debug, Clone, PartialEq)]
pub struct Baseline {
    /// Its id.
    pub id: BaselineId,
    /// Unique in the MSP without regard to case.
    pub display_name: String,
    /// For people.
    pub description: String,
    /// Number of the current version, from 1.
    pub current_version: i32,
    /// Where the current version came from: `{kind: files | github, …}`.
    pub source: Value,
    /// Policies in the current version.
    pub policy_count: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// Counts changes: the entity tag.
    pub version: i64,
    /// What the last look at the source found: `{commit, problem}`; `None` when nobody looked.
    pub source_head: Option<Value>,
    /// When that was.
    pub source_checked_at: Option<DateTime<Utc>>,
    /// Whether it is the product's own, which nobody changes or deletes.
    pub built_in: bool,
}

/// A baseline to add.
#[derive(Debug, Clone)]
pub struct NewBaseline {
    /// 1 to 120 characters.
    pub display_name: String,
    /// For people.
    pub description: String,
    /// Its first version.
    pub first: NewVersion,
    /// Whether it is the product's own.
    pub built_in: bool,
}

/// What people may change of a baseline; `None` leaves it.
#[derive(Debug, Clone, Default)]
pub struct BaselinePatch {
    /// A new name.
    pub display_name: Option<String>,
    /// A new description.
    pub description: Option<String>,
    /// A new version.
    pub content: Option<NewVersion>,
}

type Row = (
    Uuid,
    String,
    String,
    i32,
    DateTime<Utc>,
    DateTime<Utc>,
    i64,
    Value,
    i32,
    (Option<Value>, Option<DateTime<Utc>>, bool),
    String,
);

fn baseline(row: Row) -> Baseline {
    let (
        id,
        display_name,
        description,
        current_version,
        created_at,
        updated_at,
        version,
        source,
        policy_count,
        (source_head, source_checked_at, built_in),
        _,
    ) = row;
    Baseline {
        id: id.into(),
        display_name,
        description,
        current_version,
        source,
        policy_count,
        created_at,
        updated_at,
        version,
        source_head,
        source_checked_at,
        built_in,
    }
}

/// Baselines joined with their current version.
macro_rules! current {
    () => {
        baselines::table
            .inner_join(
                baseline_versions::table.on(baseline_versions::msp_id
                    .eq(baselines::msp_id)
                    .and(baseline_versions::baseline_id.eq(baselines::id))
                    .and(baseline_versions::number.eq(baselines::current_version))),
            )
            .select((
                baselines::id,
                baselines::display_name,
                baselines::description,
                baselines::current_version,
                baselines::created_at,
                baselines::updated_at,
                baselines::version,
                baseline_versions::source,
                baseline_versions::policy_count,
                (baselines::source_head, baselines::source_checked_at, baselines::built_in),
                baselines::name_key,
            ))
    };
}

impl<M: Mode> TenantTx<M> {
    /// How many customers are compared with each of these baselines; one that nobody uses is left out.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn baseline_usage(
        &mut self,
        ids: &[BaselineId],
    ) -> Result<HashMap<BaselineId, i64>, StoreError> {
        let ids: Vec<Uuid> = ids.iter().map(|id| id.as_uuid()).collect();
        let rows: Vec<(Option<Uuid>, i64)> = customers::table
            .filter(customers::comparison_baseline_id.eq_any(ids))
            .group_by(customers::comparison_baseline_id)
            .select((customers::comparison_baseline_id, diesel::dsl::count_star()))
            .load(self.conn())
            .await?;
        Ok(rows.into_iter().filter_map(|(id, n)| Some((id?.into(), n))).collect())
    }

    /// The library, in order of name.
    ///
    /// # Errors
    /// [`StoreError::InvalidCursor`].
    pub async fn baseline_list(
        &mut self,
        cursor: Option<&str>,
        limit: i64,
    ) -> Result<Page<Baseline>, StoreError> {
        let mut query = current!().into_boxed();
        if let Some(cursor) = cursor {
            query = query.filter(baselines::name_key.gt(decode::<String>(cursor)?));
        }
        let rows: Vec<Row> =
            query.order(baselines::name_key).limit(fetch_count(limit)).load(self.conn()).await?;
        Ok(Page::cut(rows, limit, |last| last.10.clone()).map(baseline))
    }

    /// The product's own baseline, if the library has it.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn baseline_built_in(&mut self) -> Result<Option<Baseline>, StoreError> {
        let row: Option<Row> =
            current!().filter(baselines::built_in.eq(true)).first(self.conn()).await.optional()?;
        Ok(row.map(baseline))
    }

    /// Reads a baseline.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn baseline_fetch(&mut self, id: BaselineId) -> Result<Baseline, StoreError> {
        current!()
            .filter(baselines::id.eq(id.as_uuid()))
            .first(self.conn())
            .await
            .optional()
            .or_not_found("baseline")
            .map(baseline)
    }
}

impl TenantTx<ReadWrite> {
    /// Adds a baseline with its first version.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`].
    pub async fn baseline_insert(&mut self, new: &NewBaseline) -> Result<Baseline, StoreError> {
        let id = Uuid::now_v7();
        let added = diesel::insert_into(baselines::table)
            .values((
                baselines::msp_id.eq(self.msp()),
                baselines::id.eq(id),
                baselines::display_name.eq(&new.display_name),
                baselines::description.eq(&new.description),
                baselines::built_in.eq(new.built_in),
            ))
            .on_conflict((baselines::msp_id, baselines::name_key))
            .do_nothing()
            .execute(self.conn())
            .await?;
        if added == 0 {
            return Err(StoreError::NameTaken);
        }
        self.version_insert(id, 1, &new.first).await?;
        self.event(EventKind::BaselineChanged, None, None).await?;
        self.baseline_fetch(id.into()).await
    }

    /// Changes name or description, or adds a version. `expected_version` comes from `If-Match`.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::VersionMismatch`], [`StoreError::NameTaken`].
    pub async fn baseline_update(
        &mut self,
        id: BaselineId,
        patch: &BaselinePatch,
        expected_version: Option<i64>,
    ) -> Result<Baseline, StoreError> {
        let (version, number) = self.baseline_lock(id).await?;
        if expected_version.is_some_and(|v| v != version) {
            return Err(StoreError::VersionMismatch);
        }
        let number = match &patch.content {
            None => number,
            Some(new) => {
                self.version_insert(id.as_uuid(), number + 1, new).await?;
                number + 1
            }
        };
        let row = baselines::table.filter(baselines::id.eq(id.as_uuid()));
        diesel::update(row)
            .set((
                patch.display_name.as_ref().map(|v| baselines::display_name.eq(v)),
                patch.description.as_ref().map(|v| baselines::description.eq(v)),
                baselines::current_version.eq(number),
                baselines::updated_at.eq(diesel::dsl::now),
                baselines::version.eq(baselines::version + 1),
            ))
            .execute(self.conn())
            .await
            .map_err(|e| if violates(&e, "baselines_name") { StoreError::NameTaken } else { e.into() })?;
        self.event(EventKind::BaselineChanged, None, None).await?;
        if patch.content.is_some() {
            // Reports that rest on the version before wait to be made anew.
            notify_workers(self.conn()).await?;
        }
        self.baseline_fetch(id).await
    }

    /// Deletes a baseline with all its versions.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::BaselineInUse`] while customers are compared with it, or imports that
    /// are queued or running will be.
    pub async fn baseline_delete(&mut self, id: BaselineId) -> Result<(), StoreError> {
        self.baseline_lock(id).await?;
        let unfinished = imports::table
            .filter(imports::comparison_baseline_id.eq(id.as_uuid()))
            .filter(imports::state.eq_any([ImportState::Queued.as_str(), ImportState::Running.as_str()]))
            .select(imports::customer_id);
        let users: Vec<(Uuid, String)> = customers::table
            .filter(
                customers::comparison_baseline_id
                    .eq(id.as_uuid())
                    .or(customers::id.eq_any(unfinished).nullable()),
            )
            .order(customers::name_key)
            .select((customers::id, customers::display_name))
            .load(self.conn())
            .await?;
        if !users.is_empty() {
            let customers = users.into_iter().map(|(id, name)| (id.into(), name)).collect();
            return Err(StoreError::BaselineInUse { customers });
        }
        documents::lock_for_deletion(self).await?;
        diesel::delete(baselines::table.filter(baselines::id.eq(id.as_uuid()))).execute(self.conn()).await?;
        documents::delete_unreferenced(self).await?;
        self.event(EventKind::BaselineChanged, None, None).await
    }

    /// Locks a baseline: `(version, current number)`.
    async fn baseline_lock(&mut self, id: BaselineId) -> Result<(i64, i32), StoreError> {
        baselines::table
            .filter(baselines::id.eq(id.as_uuid()))
            .select((baselines::version, baselines::current_version))
            .for_update()
            .first(self.conn())
            .await
            .optional()
            .or_not_found("baseline")
    }
}
