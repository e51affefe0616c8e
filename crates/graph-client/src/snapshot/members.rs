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

/// The users of each group. A group that the directory does not know is not in the result; one whose members alone are
/// hidden from the app is in it, empty and not complete. Where all are hidden, the permission is missing.
pub(super) async fn read(
    session: &Session<'_>,
    groups: &[Uuid],
) -> Result<Optional<BTreeMap<Uuid, GroupUsers>>, GraphError> {
    let urls = groups.iter().map(|id| format!("{}?{QUERY}", GROUP_USERS.with(&id.to_string())));
    let batch = Batch { endpoint: &GROUP_USERS, eventual: true, urls: urls.collect() };
    let answers = session.batch(batch).await?;
    let (mut read, mut begun, mut refusal) = (BTreeMap::new(), Vec::new(), None);
    for (id, answer) in groups.iter().zip(answers) {
        match answer {
            Ok(page) => begun.push(Begun::new(session, *id, page)?),
            Err(error) if error.status() == Some(404) => {}
            Err(error @ GraphError::PermissionMissing { .. }) => {
                read.insert(*id, GroupUsers::default());
                refusal = Some(error);
            }
            Err(error) => return Err(error),
        }
    }
    if let Some(refusal) = refusal.filter(|_| begun.is_empty()) {
        return Optional::of("memberships", Err(refusal));
    }
    // Small groups first: where not all fit, as many groups as can be are whole.
    begun.sort_by_key(|group| (group.pages.count.unwrap_or(u64::MAX), group.id));
    let mut left = MOST_IN_ALL;
    let rest: Vec<_> = begun
        .into_iter()
        .map(|group| {
            let first = group.users.len() as u64;
            let expected = group.pages.count.unwrap_or(MOST_IN_GROUP).max(first);
            let fits = expected <= MOST_IN_GROUP && expected <= left;
            left = left.saturating_sub(if fits { expected } else { first });
            group.finish(session, fits)
        })
        .collect();
    read.extend(try_join_all(rest).await?);
    Ok(Optional::Read(read))
}

/// A group whose first page is read. Only ids are kept of a page: users can be many.
struct Begun {
    id: Uuid,
    pages: Pages,
    next: Option<Url>,
    users: BTreeSet<Uuid>,
}

impl Begun {
    fn new(session: &Session<'_>, id: Uuid, page: Value) -> Result<Self, GraphError> {
        let mut begun = Self { id, pages: Pages::new(&GROUP_USERS), next: None, users: BTreeSet::new() };
        begun.take(session, page)?;
        Ok(begun)
    }

    fn take(&mut self, session: &Session<'_>, page: Value) -> Result<(), GraphError> {
        self.next = self.pages.add(session, page)?;
        let ids = self.pages.items.drain(..);
        self.users
            .extend(ids.filter_map(|item| Uuid::try_parse(item.get("id").and_then(Value::as_str)?).ok()));
        Ok(())
    }

    /// Reads the further pages, if they are wanted, and not beyond the bound whatever the count said.
    async fn finish(mut self, session: &Session<'_>, wanted: bool) -> Result<(Uuid, GroupUsers), GraphError> {
        while wanted && (self.users.len() as u64) < MOST_IN_GROUP {
            let Some(url) = self.next.take() else { break };
            let page = session.call(&GROUP_USERS, Ask::GetEventual(url)).await?;
            self.take(session, page)?;
        }
        let complete = self.next.is_none();
        Ok((self.id, GroupUsers { ids: self.users, counted: self.pages.count, complete }))
    }
}
