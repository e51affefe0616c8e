//! The users of groups, nested groups flattened by Graph itself.
//!
//! Invariant: a membership is `complete` only if every page was read; where it is not, the head count still is Graph's
//! own count of users.

use super::Optional;
use crate::{
    GraphError,
    batch::Batch,
    endpoint::GROUP_USERS,
    pages::Pages,
    session::{Ask, Session},
};
use futures_util::future::try_join_all;
use policytab_domain::snapshot::{Membership, ReferenceKind};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use url::Url;
use uuid::Uuid;

/// Users of one group that are read by id. A group with more is (nearly) everybody, and 21 pages of ids say no more
/// than its head count does.
const MOST_IN_GROUP: u64 = 20_000;
/// Users of all groups of a tenant that are read by id.
const MOST_IN_ALL: u64 = 200_000;
/// Users only, ids only, the largest page, and the count: a cast and a count are advanced queries.
const QUERY: &str = "$count=true&$select=id&$top=999";

/// The users of a group or role.
#[derive(Debug, Clone, Default)]
pub(super) struct GroupUsers {
    pub(super) ids: BTreeSet<Uuid>,
    /// Graph's count of users, where it gave one.
    pub(super) counted: Option<u64>,
    pub(super) complete: bool,
}

impl GroupUsers {
    /// Adds the users of a group that holds the role.
    pub(super) fn absorb(&mut self, group: &Self) {
        self.ids.extend(&group.ids);
        if !group.complete {
            self.complete = false;
            // A lower bound: of two groups whose members are not known the larger one counts.
            self.counted = self.counted.max(group.counted);
        }
    }

    pub(super) fn membership(self, kind: ReferenceKind, id: Uuid) -> Membership {
        let read = self.ids.len() as u64;
        let head_count = if self.complete { read } else { self.counted.unwrap_or(0).max(read) };
        Membership {
            kind,
            id: id.to_string(),
            members: self.ids.into_iter().collect(),
            head_count,
            complete: self.complete,
        }
    }
}

/// The users of each group; a group that the directory does not know is not in the result.
pub(super) async fn read(
    session: &Session<'_>,
    groups: &[Uuid],
) -> Result<Optional<BTreeMap<Uuid, GroupUsers>>, GraphError> {
    let urls = groups.iter().map(|id| format!("{}?{QUERY}", GROUP_USERS.with(&id.to_string())));
    let batch = Batch { endpoint: &GROUP_USERS, eventual: true, urls: urls.collect() };
    let answers = session.batch(batch).await?;
    let mut first = Vec::new();
    for (id, answer) in groups.iter().zip(answers) {
        match answer {
            Ok(page) => {
                let mut pages = Pages::new(&GROUP_USERS);
                let next = pages.add(session, page)?;
                first.push((*id, pages, next));
            }
            Err(error) if error.status() == Some(404) => {}
            Err(error) => return Optional::of("memberships", Err(error)),
        }
    }
    // Small groups first: where not all fit, as many groups as can be are whole.
    first.sort_by_key(|(id, pages, _)| (pages.count.unwrap_or(u64::MAX), *id));
    let mut left = MOST_IN_ALL;
    let rest = first.into_iter().map(|(id, pages, next)| {
        let expected = pages.count.unwrap_or(MOST_IN_GROUP).max(pages.items.len() as u64);
        let fits = expected <= MOST_IN_GROUP && expected <= left;
        left = left.saturating_sub(if fits { expected } else { pages.items.len() as u64 });
        follow(session, id, pages, next, fits)
    });
    let read = try_join_all(rest.collect::<Vec<_>>()).await;
    Optional::of("memberships", read.map(|groups| groups.into_iter().collect()))
}

/// Reads the further pages, if they are wanted, and not beyond the bound whatever the count said.
async fn follow(
    session: &Session<'_>,
    id: Uuid,
    mut pages: Pages,
    mut next: Option<Url>,
    wanted: bool,
) -> Result<(Uuid, GroupUsers), GraphError> {
    while wanted && (pages.items.len() as u64) < MOST_IN_GROUP {
        let Some(url) = next.take() else { break };
        let page = session.call(&GROUP_USERS, Ask::GetEventual(url)).await?;
        next = pages.add(session, page)?;
    }
    let ids =
        pages.items.iter().filter_map(|item| Uuid::try_parse(item.get("id").and_then(Value::as_str)?).ok());
    Ok((id, GroupUsers { ids: ids.collect(), counted: pages.count, complete: next.is_none() }))
}
