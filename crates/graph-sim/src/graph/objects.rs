//! Users, and directory objects of any kind by id.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use super::properties::USER_DEFAULT;
use super::query::{List, check_names, page, select};
use super::write::{PLAN_P1, PLAN_P2};
use super::{GraphCall, groups, tenant};
use crate::call::Reply;
use crate::directory::{Entry, Kind};
use crate::tenant::Tenant;
use crate::world::World;

const MOST_IDS: usize = 1000;

pub(super) fn answer(world: &World, call: &GraphCall<'_>, parts: &[&str]) -> Reply {
    let tenant = match tenant(world, call.claims) {
        Ok(tenant) => tenant,
        Err(refusal) => return refusal,
    };
    let result = match parts {
        ["users"] => users(call, tenant),
        ["users", "$count"] => groups::count(call, tenant.directory.of_kind(Kind::User).count()),
        ["users", id] => user(call, tenant, id),
        ["users", id, "licenseDetails"] => find_user(tenant, id).map(|_| {
            let fragment = format!("users('{id}')/licenseDetails");
            page(call, Vec::new(), &List::whole(&fragment))
        }),
        ["users", id, "transitiveMemberOf"] => find_user(tenant, id).map(|user| {
            let id = user.value["id"].as_str().unwrap_or_default();
            let groups = tenant.directory.transitive_member_of(id);
            let items = groups.into_iter().map(|entry| Arc::new(groups::member(call, entry))).collect();
            page(call, items, &List::directory("directoryObjects"))
        }),
        ["directoryObjects", "getByIds"] => by_ids(call, tenant),
        ["directoryObjects", id] => {
            tenant.directory.get(id).ok_or_else(|| Reply::directory_missing(id)).map(|entry| {
                let mut body = select(call, &groups::member(call, entry), None);
                body["@odata.context"] = json!(call.context("directoryObjects/$entity"));
                Reply::ok(body)
            })
        }
        _ => Err(super::route::no_such(call)),
    };
    result.unwrap_or_else(|refusal| refusal)
}

/// `signInActivity` is the one property that needs a permission and a licence of its own.
fn check_sign_in_activity(call: &GraphCall<'_>, tenant: &Tenant) -> Result<(), Reply> {
    let asked = call
        .query
        .get("$select")
        .is_some_and(|names| names.split(',').any(|name| name.trim() == "signInActivity"));
    if !asked {
        return Ok(());
    }
    if !call.may(&["AuditLog.Read.All"]) {
        return Err(Reply::graph_error(
            403,
            "Authorization_RequestDenied",
            "Insufficient privileges to complete the operation.",
        ));
    }
    super::audits::check_premium(tenant)
}

pub(super) fn is_premium(tenant: &Tenant) -> bool {
    tenant.has_plan(PLAN_P1) || tenant.has_plan(PLAN_P2)
}

fn users(call: &GraphCall<'_>, tenant: &Tenant) -> Result<Reply, Reply> {
    check_sign_in_activity(call, tenant)?;
    let items = tenant.directory.of_kind(Kind::User).map(|entry| entry.value.clone()).collect();
    Ok(page(call, items, &List::directory("users").of("user", Some(USER_DEFAULT))))
}

fn find_user<'a>(tenant: &'a Tenant, id: &str) -> Result<&'a Entry, Reply> {
    let directory = &tenant.directory;
    directory
        .get_kind(Kind::User, id)
        .or_else(|| {
            directory.of_kind(Kind::User).find(|entry| {
                entry.value["userPrincipalName"].as_str().is_some_and(|upn| upn.eq_ignore_ascii_case(id))
            })
        })
        .ok_or_else(|| Reply::directory_missing(id))
}

fn user(call: &GraphCall<'_>, tenant: &Tenant, id: &str) -> Result<Reply, Reply> {
    check_sign_in_activity(call, tenant)?;
    if let Some(names) = call.query.get("$select") {
        check_names("user", names)?;
    }
    let mut body = select(call, &find_user(tenant, id)?.value, Some(USER_DEFAULT));
    body["@odata.context"] = json!(call.context("users/$entity"));
    Ok(Reply::ok(body))
}

/// Up to a thousand ids at once. Ids that nobody has are simply missing from the answer, which is never
/// paged.
fn by_ids(call: &GraphCall<'_>, tenant: &Tenant) -> Result<Reply, Reply> {
    if let Some(option) = call.query.option_beyond(&[]) {
        return Err(Reply::directory_bad_request(format!(
            "The query option '{option}' is not supported on this action."
        )));
    }
    let body = call.json_body()?;
    let ids = body["ids"].as_array().ok_or_else(|| {
        Reply::directory_bad_request("Required parameter 'ids' is missing from the request.")
    })?;
    if ids.len() > MOST_IDS {
        return Err(Reply::directory_bad_request(format!(
            "Number of included identifiers cannot exceed '{MOST_IDS}'."
        )));
    }
    let ids: Option<Vec<&str>> = ids.iter().map(Value::as_str).collect();
    let ids =
        ids.ok_or_else(|| Reply::directory_bad_request("Invalid value specified for parameter 'ids'."))?;
    if let Some(odd) = ids.iter().find(|id| !crate::ids::is_guid(id)) {
        return Err(Reply::directory_bad_request(format!("Invalid object identifier '{odd}'.")));
    }
    let types = body["types"].as_array().map(|types| {
        types
            .iter()
            .filter_map(Value::as_str)
            .filter(|name| !name.eq_ignore_ascii_case("directoryObject"))
            .collect::<Vec<_>>()
    });
    let kinds: Option<Vec<Kind>> = types
        .filter(|types| !types.is_empty())
        .map(|types| types.into_iter().filter_map(Kind::parse).collect());
    let mut seen = BTreeSet::new();
    let value: Vec<Value> = ids
        .into_iter()
        .filter(|id| seen.insert(id.to_ascii_lowercase()))
        .filter_map(|id| tenant.directory.get(id))
        .filter(|entry| kinds.as_ref().is_none_or(|kinds| kinds.contains(&entry.kind)))
        .map(|entry| {
            let mut value = (*entry.value).clone();
            value["@odata.type"] = json!(entry.kind.odata_type());
            value
        })
        .collect();
    Ok(Reply::ok(json!({ "@odata.context": call.context("directoryObjects"), "value": value })))
}
