//! What became of the objects that policies name, and who is in the groups and roles among them.
//!
//! Invariants: every named object ends as a reference (found, deleted or unreadable), none is dropped; "deleted" is said only
//! where the directory was read and does not know the id.

use super::{
    Optional,
    members::{self, GroupUsers},
    referenced::Named,
};
use crate::{
    GraphError,
    batch::Batch,
    endpoint::{AGREEMENTS, OBJECTS, ROLE_ASSIGNMENTS, ROLE_DEFINITIONS, SERVICE_PRINCIPAL},
    pages::Pages,
    session::{Ask, Session},
};
use futures_util::future::try_join_all;
use policytab_domain::snapshot::{Membership, Reference, ReferenceKind, ReferenceState, Unread};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Ids in one `getByIds` (Microsoft Graph reference).
const MOST_IDS: usize = 1000;

/// The outcome.
#[derive(Default)]
pub(crate) struct Directory {
    pub(crate) references: Vec<Reference>,
    pub(crate) memberships: Vec<Membership>,
    pub(crate) unread: Vec<Unread>,
}

/// Display names by id; an id that is not in it is unknown to the directory.
type Names = BTreeMap<Uuid, Option<String>>;

pub(crate) async fn read(session: &Session<'_>, named: &Named) -> Result<Directory, GraphError> {
    let (groups, roles) = (named.of(ReferenceKind::Group), named.of(ReferenceKind::Role));
    let mut ids = groups.clone();
    ids.extend(named.of(ReferenceKind::User));
    ids.extend(named.of(ReferenceKind::ServicePrincipal));
    let (objects, applications, definitions, terms, group_users, holders) = tokio::try_join!(
        objects(session, &ids),
        applications(session, named.of(ReferenceKind::Application)),
        definitions(session, &roles),
        terms_of_use(session, named.of(ReferenceKind::TermsOfUse)),
        members::read(session, &groups),
        holders(session, &roles),
    )?;
    let mut unread = Vec::new();
    let objects = objects.map(|objects| objects.into_iter().map(|(id, (_, name))| (id, name)).collect());
    let objects = objects.or_note(&mut unread);
    let names = NamesByKind {
        applications: applications.or_note(&mut unread),
        roles: definitions.or_note(&mut unread),
        terms: terms.or_note(&mut unread),
        objects,
    };
    let mut group_users = group_users.or_note(&mut unread);
    let memberships = match holders.or_note(&mut unread) {
        Some(holders) => role_members(session, holders, &mut group_users).await?,
        None => Vec::new(),
    };
    let mut all = of_groups(&groups, group_users.as_ref());
    all.extend(memberships);
    let partly = all.iter().filter(|membership| !membership.complete).count();
    if partly > 0 {
        unread.push(Unread {
            what: "memberships".to_owned(),
            permission: None,
            detail: format!("The members of {partly} groups or roles could not be read to the end."),
        });
    }
    unread.dedup_by(|a, b| a.what == b.what);
    let references = named.iter().map(|(kind, id)| names.reference(kind, id)).collect();
    Ok(Directory { references, memberships: all, unread })
}

impl<T> Optional<T> {
    fn map<U>(self, f: impl FnOnce(T) -> U) -> Optional<U> {
        match self {
            Self::Read(value) => Optional::Read(f(value)),
            Self::Missing(unread) => Optional::Missing(unread),
        }
    }
}

struct NamesByKind {
    objects: Option<Names>,
    applications: Option<Names>,
    roles: Option<Names>,
    terms: Option<Names>,
}

impl NamesByKind {
    fn reference(&self, kind: ReferenceKind, id: Uuid) -> Reference {
        let names = match kind {
            ReferenceKind::Group | ReferenceKind::User | ReferenceKind::ServicePrincipal => &self.objects,
            ReferenceKind::Application => &self.applications,
            ReferenceKind::Role => &self.roles,
            ReferenceKind::TermsOfUse => &self.terms,
        };
        let (state, display_name) = match names.as_ref().map(|names| names.get(&id)) {
            None => (ReferenceState::Unreadable, None),
            Some(None) => (ReferenceState::Deleted, None),
            Some(Some(name)) => (ReferenceState::Resolved, name.clone()),
        };
        Reference { kind, id: id.to_string(), display_name, state }
    }
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}

fn id_of(value: &Value, name: &str) -> Option<Uuid> {
    Uuid::try_parse(text(value, name)?).ok()
}

fn name_of(value: &Value) -> Option<String> {
    text(value, "displayName").map(str::to_owned)
}

/// Users, groups and service principals by object id, with their `@odata.type`.
async fn objects(
    session: &Session<'_>,
    ids: &[Uuid],
) -> Result<Optional<BTreeMap<Uuid, (String, Option<String>)>>, GraphError> {
    let chunks = ids.chunks(MOST_IDS).map(|ids| async move {
        let body = json!({"ids": ids, "types": ["user", "group", "servicePrincipal"]});
        let answer = session.call(&OBJECTS, Ask::Post(session.address(&OBJECTS, "", ""), &body)).await?;
        let mut pages = Pages::new(&OBJECTS);
        pages.add(session, answer)?;
        Ok(pages.items)
    });
    let found = try_join_all(chunks).await.map(|chunks: Vec<Vec<Value>>| {
        let items = chunks.into_iter().flatten();
        items
            .filter_map(|item| {
                let kind = text(&item, "@odata.type").unwrap_or_default().to_owned();
                Some((id_of(&item, "id")?, (kind, name_of(&item))))
            })
            .collect()
    });
    Optional::of("directory_objects", found)
}

/// Service principals by client id, one alternate-key read each, in batches. One that the tenant lacks is a 404.
async fn applications(session: &Session<'_>, ids: Vec<Uuid>) -> Result<Optional<Names>, GraphError> {
    let urls = ids
        .iter()
        .map(|id| format!("{}?$select=id,appId,displayName", SERVICE_PRINCIPAL.with(&id.to_string())));
    let batch = Batch { endpoint: &SERVICE_PRINCIPAL, eventual: false, urls: urls.collect() };
    let answers = session.batch(batch).await?;
    let mut names = Names::new();
    for (id, answer) in ids.into_iter().zip(answers) {
        match answer {
            Ok(found) => drop(names.insert(id, name_of(&found))),
            Err(error) if error.status() == Some(404) => {}
            Err(error) => return Optional::of("applications", Err(error)),
        }
    }
    Ok(Optional::Read(names))
}

/// Directory roles by template id; the definition of a built-in role has the template's id itself.
async fn definitions(session: &Session<'_>, roles: &[Uuid]) -> Result<Optional<Names>, GraphError> {
    if roles.is_empty() {
        return Ok(Optional::Read(Names::new()));
    }
    let listed = session.list(&ROLE_DEFINITIONS, "$select=id,templateId,displayName").await.map(|items| {
        let named = items.iter().flat_map(|item| {
            let ids = [id_of(item, "templateId"), id_of(item, "id")];
            ids.into_iter().flatten().map(|id| (id, name_of(item)))
        });
        named.collect()
    });
    Optional::of("roles", listed)
}

/// Terms of use by id. The reference documents this read for signed-in users only, so any refusal means no more than
/// that their names stay unknown.
async fn terms_of_use(session: &Session<'_>, ids: Vec<Uuid>) -> Result<Optional<Names>, GraphError> {
    if ids.is_empty() {
        return Ok(Optional::Read(Names::new()));
    }
    match session.list(&AGREEMENTS, "").await {
        Err(GraphError::Refused { .. }) => Ok(Optional::Missing(Unread {
            what: "terms_of_use".to_owned(),
            permission: None,
            detail: "Microsoft Graph does not let an app read terms of use in this tenant.".to_owned(),
        })),
        listed => {
            let names = listed.map(|items| {
                items.iter().filter_map(|item| Some((id_of(item, "id")?, name_of(item)))).collect()
            });
            Optional::of("terms_of_use", names)
        }
    }
}

/// The principals that hold each role over the whole directory. Roles held over an administrative unit only are not
/// what a policy's role condition means, and eligible (not active) holders don't hold the role.
async fn holders(
    session: &Session<'_>,
    roles: &[Uuid],
) -> Result<Optional<BTreeMap<Uuid, BTreeSet<Uuid>>>, GraphError> {
    let urls = roles.iter().map(|role| {
        let select = "$select=id,principalId,directoryScopeId";
        format!("{}?$filter=roleDefinitionId%20eq%20'{role}'&{select}", ROLE_ASSIGNMENTS.path)
    });
    let batch = Batch { endpoint: &ROLE_ASSIGNMENTS, eventual: false, urls: urls.collect() };
    let answers = session.batch(batch).await?;
    let mut holders = BTreeMap::new();
    for (role, answer) in roles.iter().zip(answers) {
        let answer = match answer {
            Ok(answer) => answer,
            // A role that was deleted can't be held.
            Err(error) if matches!(error.status(), Some(400 | 404)) => continue,
            Err(error) => return Optional::of("role_memberships", Err(error)),
        };
        let mut pages = Pages::new(&ROLE_ASSIGNMENTS);
        let mut next = pages.add(session, answer)?;
        while let Some(url) = next {
            let page = session.call(&ROLE_ASSIGNMENTS, Ask::Get(url)).await?;
            next = pages.add(session, page)?;
        }
        let whole = pages.items.iter().filter(|item| text(item, "directoryScopeId") == Some("/"));
        holders.insert(*role, whole.filter_map(|item| id_of(item, "principalId")).collect());
    }
    Ok(Optional::Read(holders))
}

/// Flattens the holders of roles to users. Which principals are groups is asked of the directory; where it can't be
/// read, or a group's members can't, the membership is not complete.
async fn role_members(
    session: &Session<'_>,
    holders: BTreeMap<Uuid, BTreeSet<Uuid>>,
    group_users: &mut Option<BTreeMap<Uuid, GroupUsers>>,
) -> Result<Vec<Membership>, GraphError> {
    let principals: BTreeSet<Uuid> = holders.values().flatten().copied().collect();
    let principals: Vec<Uuid> = principals.into_iter().collect();
    let kinds = match objects(session, &principals).await? {
        Optional::Read(kinds) => Some(kinds),
        Optional::Missing(_) => None,
    };
    let is = |id: &Uuid, kind: &str| kinds.as_ref().and_then(|k| k.get(id)).is_some_and(|(k, _)| k == kind);
    if let Some(known) = group_users.as_mut() {
        let wanted = |id: &&Uuid| is(id, "#microsoft.graph.group") && !known.contains_key(id);
        let more: Vec<Uuid> = principals.iter().filter(wanted).copied().collect();
        if let Optional::Read(read) = members::read(session, &more).await? {
            known.extend(read);
        }
    }
    let flattened = holders.into_iter().map(|(role, holders)| {
        let mut users = GroupUsers { complete: kinds.is_some(), ..GroupUsers::default() };
        for holder in holders {
            if is(&holder, "#microsoft.graph.group") {
                match group_users.as_ref().and_then(|known| known.get(&holder)) {
                    Some(group) => users.absorb(group),
                    None => users.complete = false,
                }
            } else if is(&holder, "#microsoft.graph.user") {
                users.ids.insert(holder);
            }
        }
        users.membership(ReferenceKind::Role, role)
    });
    Ok(flattened.collect())
}

fn of_groups(groups: &[Uuid], users: Option<&BTreeMap<Uuid, GroupUsers>>) -> Vec<Membership> {
    let known = groups.iter().filter_map(|id| Some((id, users?.get(id)?)));
    known.map(|(id, users)| users.clone().membership(ReferenceKind::Group, *id)).collect()
}
