//! Groups and their members, direct and transitive.

use std::sync::Arc;

use serde_json::{Value, json};

use super::permissions::{APPLICATION, USER};
use super::properties::USER_DEFAULT;
use super::query::{List, check_names, page, select};
use super::{GraphCall, tenant};
use crate::call::Reply;
use crate::directory::{Directory, Entry, Kind};
use crate::world::World;

pub(super) fn answer(world: &World, call: &GraphCall<'_>, rest: &[&str]) -> Reply {
    let directory = match tenant(world, call.claims) {
        Ok(tenant) => &tenant.directory,
        Err(refusal) => return refusal,
    };
    let result = match rest {
        [] => {
            let items = directory.of_kind(Kind::Group).map(|entry| entry.value.clone()).collect();
            Ok(page(call, items, &List::directory("groups").of("group", None)))
        }
        ["$count"] => count(call, directory.of_kind(Kind::Group).count()),
        [id] => one(call, directory, id),
        [id, "members"] => members(call, directory, id, false, None),
        [id, "transitiveMembers"] => members(call, directory, id, true, None),
        [id, list @ ("members" | "transitiveMembers"), tail] => match *tail {
            "$count" => counted(call, directory, id, *list == "transitiveMembers", None),
            cast => members(call, directory, id, *list == "transitiveMembers", Some(cast)),
        },
        [id, list @ ("members" | "transitiveMembers"), cast, "$count"] => {
            counted(call, directory, id, *list == "transitiveMembers", Some(cast))
        }
        _ => Err(super::route::no_such(call)),
    };
    result.unwrap_or_else(|refusal| refusal)
}

fn one(call: &GraphCall<'_>, directory: &Directory, id: &str) -> Result<Reply, Reply> {
    if let Some(names) = call.query.get("$select") {
        check_names("group", names)?;
    }
    let entry = group(directory, id)?;
    let mut body = select(call, &entry.value, None);
    body["@odata.context"] = json!(call.context("groups/$entity"));
    Ok(Reply::ok(body))
}

fn group<'a>(directory: &'a Directory, id: &str) -> Result<&'a Entry, Reply> {
    directory.get_kind(Kind::Group, id).ok_or_else(|| Reply::directory_missing(id))
}

/// A bare number; the directory gives it only from its eventually consistent index.
pub(super) fn count(call: &GraphCall<'_>, number: usize) -> Result<Reply, Reply> {
    if !call.is_eventual() {
        return Err(Reply::directory_bad_request("$count is not currently supported."));
    }
    Ok(Reply::text(200, number.to_string()))
}

fn found<'a>(
    directory: &'a Directory,
    id: &str,
    transitive: bool,
    cast: Option<&str>,
) -> Result<Vec<&'a Entry>, Reply> {
    group(directory, id)?;
    let mut entries =
        if transitive { directory.transitive_members(id) } else { directory.direct_members(id) };
    if let Some(cast) = cast {
        let kind = Kind::parse(cast).filter(|_| cast.starts_with("microsoft.graph."));
        let kind = kind.ok_or_else(|| Reply::unknown_segment(cast))?;
        entries.retain(|entry| entry.kind == kind);
    }
    Ok(entries)
}

fn counted(
    call: &GraphCall<'_>,
    directory: &Directory,
    id: &str,
    transitive: bool,
    cast: Option<&str>,
) -> Result<Reply, Reply> {
    count(call, found(directory, id, transitive, cast)?.len())
}

fn members(
    call: &GraphCall<'_>,
    directory: &Directory,
    id: &str,
    transitive: bool,
    cast: Option<&str>,
) -> Result<Reply, Reply> {
    let entries = found(directory, id, transitive, cast)?;
    let items = entries.into_iter().map(|entry| Arc::new(member(call, entry))).collect();
    let fragment = cast.map_or("directoryObjects", |cast| match Kind::parse(cast) {
        Some(Kind::User) => "users",
        Some(Kind::Group) => "groups",
        _ => "servicePrincipals",
    });
    Ok(page(call, items, &List::directory(fragment)))
}

/// A directory object among others: with its type, and with nothing but its id where the caller may not read
/// the type.
pub(super) fn member(call: &GraphCall<'_>, entry: &Entry) -> Value {
    let readable = match entry.kind {
        Kind::User => call.may(USER),
        Kind::Group => true,
        Kind::ServicePrincipal => call.may(APPLICATION),
    };
    let mut value = (*entry.value).clone();
    if let Some(object) = value.as_object_mut() {
        // Users among members come with their default set unless a $select asks for more.
        if entry.kind == Kind::User && !call.query.has("$select") {
            object.retain(|name, _| USER_DEFAULT.contains(&name.as_str()));
        }
        if !readable {
            object.iter_mut().filter(|(name, _)| *name != "id").for_each(|(_, value)| *value = Value::Null);
        }
        object.insert("@odata.type".to_owned(), json!(entry.kind.odata_type()));
    }
    value
}
