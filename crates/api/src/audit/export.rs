//! The audit log as a table, written while it is read: however long it is, a page of it is in memory.

use crate::{problem::ApiResult, state::State};
use actix_web::web;
use bytes::Bytes;
use futures_util::Stream;
use policytab_app::Actor;
use policytab_domain::table::{row, table};
use policytab_store::{AuditFilter, AuditRow, Page};

/// Entries that are read at once.
const BATCH: i64 = 2_000;

const HEADINGS: [&str; 10] = [
    "number",
    "at",
    "actor",
    "actor_kind",
    "action",
    "subject_kind",
    "subject",
    "details",
    "from",
    "request",
];

/// One page of what a filter lets through, newest first.
pub(super) async fn page(
    state: &State,
    who: &Actor,
    filter: &AuditFilter,
    cursor: Option<&str>,
) -> ApiResult<Page<AuditRow>> {
    Ok(policytab_app::audit::list(&state.app, who, filter, BATCH, cursor).await?)
}

/// One row for each entry, under a row of headings; no cell can be taken for a formula. An error breaks the answer off.
pub(super) fn stream(
    state: web::Data<State>,
    who: Actor,
    filter: AuditFilter,
    first: Page<AuditRow>,
) -> impl Stream<Item = Result<Bytes, actix_web::Error>> {
    async_stream::try_stream! {
        yield Bytes::from(table(HEADINGS.map(str::to_owned), std::iter::empty()));
        let mut found = first;
        loop {
            let text: String = found.items.into_iter().map(|entry| row(cells(entry))).collect();
            if !text.is_empty() {
                yield Bytes::from(text);
            }
            let Some(cursor) = found.next_cursor else { break };
            found = page(&state, &who, &filter, Some(&cursor)).await?;
        }
    }
}

fn cells(entry: AuditRow) -> [String; 10] {
    [
        entry.seq.to_string(),
        entry.at.to_rfc3339(),
        entry.actor_name,
        entry.actor_kind,
        entry.action,
        entry.subject_kind,
        entry.subject_id.map(|id| id.to_string()).unwrap_or_default(),
        entry.details,
        entry.ip.unwrap_or_default(),
        entry.request_id.unwrap_or_default(),
    ]
}
