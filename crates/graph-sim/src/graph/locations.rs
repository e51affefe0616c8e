//! `identity/conditionalAccess/namedLocations`.

use std::sync::Arc;

use serde_json::{Value, json};
use uuid::Uuid;

use super::policies::Actor;
use super::query::{List, page};
use super::{GraphCall, Version, audits, tenant};
use crate::call::Reply;
use crate::time;
use crate::world::World;

const FRAGMENT: &str = "identity/conditionalAccess/namedLocations";
const IP: &str = "#microsoft.graph.ipNamedLocation";
const COUNTRY: &str = "#microsoft.graph.countryNamedLocation";
const MOST: usize = 195;

pub(super) fn answer(world: &mut World, call: &GraphCall<'_>, rest: &[&str]) -> Reply {
    let result = match (call.call.method.as_str(), rest) {
        ("GET", []) => list(world, call),
        ("GET", [id]) => get(world, call, id),
        ("POST", []) => create(world, call),
        ("PATCH", [id]) => update(world, call, id),
        ("DELETE", [id]) => delete(world, call, id),
        _ => Err(super::route::no_such(call)),
    };
    result.unwrap_or_else(|refusal| refusal)
}

fn missing(id: &str) -> Reply {
    Reply::graph_error(
        404,
        "ResourceNotFound",
        format!("NamedLocation with id {id} does not exist in the directory."),
    )
}

/// v1.0 declares two kinds; the compliant network and its like are beta's.
fn visible(call: &GraphCall<'_>, location: &Value) -> bool {
    call.version == Version::Beta || matches!(location["@odata.type"].as_str(), Some(IP | COUNTRY))
}

fn list(world: &World, call: &GraphCall<'_>) -> Result<Reply, Reply> {
    let tenant = tenant(world, call.claims)?;
    let all = &tenant.conditional_access.locations;
    let items = all.iter().filter(|location| visible(call, location)).cloned().collect();
    Ok(page(call, items, &List::conditional_access(FRAGMENT, world.settings.ca_page_size)))
}

fn get(world: &World, call: &GraphCall<'_>, id: &str) -> Result<Reply, Reply> {
    let tenant = tenant(world, call.claims)?;
    let all = &tenant.conditional_access.locations;
    let found = all.iter().find(|location| location["id"] == id && visible(call, location));
    found.map(|location| super::access::single(call, FRAGMENT, location)).ok_or_else(|| missing(id))
}

fn check(body: &Value) -> Result<(), Reply> {
    let named = body["displayName"].as_str().is_some_and(|name| !name.trim().is_empty());
    let content = match body["@odata.type"].as_str() {
        Some(IP) => body["ipRanges"]
            .as_array()
            .is_some_and(|ranges| !ranges.is_empty() && ranges.iter().all(is_range)),
        Some(COUNTRY) => body["countriesAndRegions"].as_array().is_some_and(|list| !list.is_empty()),
        _ => false,
    };
    if named && content {
        return Ok(());
    }
    Err(Reply::bad_request(
        "1007: Incoming NamedLocation object is null or does not match the schema of NamedLocation type.",
    ))
}

/// An address and a prefix longer than eight; host bits may be set.
fn is_range(range: &Value) -> bool {
    let Some((address, prefix)) = range["cidrAddress"].as_str().and_then(|text| text.split_once('/')) else {
        return false;
    };
    let longest = match range["@odata.type"].as_str() {
        Some("#microsoft.graph.iPv4CidrRange") if address.parse::<std::net::Ipv4Addr>().is_ok() => 32,
        Some("#microsoft.graph.iPv6CidrRange") if address.parse::<std::net::Ipv6Addr>().is_ok() => 128,
        _ => return false,
    };
    prefix.parse::<u32>().is_ok_and(|bits| bits > 8 && bits <= longest)
}

fn create(world: &mut World, call: &GraphCall<'_>) -> Result<Reply, Reply> {
    let mut location = call.json_body()?;
    check(&location)?;
    let now = world.now();
    let delay = world.settings.audit_delay_s;
    let known_from = now + chrono::Duration::seconds(world.settings.location_delay_s);
    let tenant = world.tenants.get_mut(&call.claims.tenant).ok_or_else(super::auth::identity_not_found)?;
    if tenant.conditional_access.locations.len() >= MOST {
        return Err(Reply::bad_request("The maximum of 195 named locations has been reached."));
    }
    let id = Uuid::new_v4().to_string();
    location["id"] = json!(id);
    location["createdDateTime"] = json!(time::ticks(now));
    location["modifiedDateTime"] = location["createdDateTime"].clone();
    location["deletedDateTime"] = Value::Null;
    if location["@odata.type"] == IP && !location["isTrusted"].is_boolean() {
        location["isTrusted"] = json!(false);
    }
    if location["@odata.type"] == COUNTRY {
        if !location["includeUnknownCountriesAndRegions"].is_boolean() {
            location["includeUnknownCountriesAndRegions"] = json!(false);
        }
        if location["countryLookupMethod"].is_null() {
            location["countryLookupMethod"] = json!("clientIpAddress");
        }
    }
    tenant.conditional_access.location_known_from.insert(id, known_from);
    tenant.conditional_access.locations.push(Arc::new(location.clone()));
    let actor = Actor::App { app_id: &call.claims.app_id };
    audits::record(tenant, "Add", "named location", None, Some(&location), &actor, now, delay);
    location["@odata.context"] = json!(call.context(&format!("{FRAGMENT}/$entity")));
    Ok(Reply::json(201, location))
}

fn update(world: &mut World, call: &GraphCall<'_>, id: &str) -> Result<Reply, Reply> {
    let body = call.json_body()?;
    let now = world.now();
    let delay = world.settings.audit_delay_s;
    let tenant = world.tenants.get_mut(&call.claims.tenant).ok_or_else(super::auth::identity_not_found)?;
    let locations = &mut tenant.conditional_access.locations;
    let at = locations.iter().position(|location| location["id"] == id).ok_or_else(|| missing(id))?;
    let old = locations[at].clone();
    let mut changed = super::policies::merged(&old, &body);
    for fixed in ["id", "createdDateTime", "deletedDateTime"] {
        changed[fixed] = old[fixed].clone();
    }
    if body["@odata.type"] != old["@odata.type"] {
        return Err(Reply::bad_request(
            "1007: The @odata.type of a named location is required and cannot be changed.",
        ));
    }
    check(&changed)?;
    changed["modifiedDateTime"] = json!(time::ticks(now));
    locations[at] = Arc::new(changed.clone());
    let actor = Actor::App { app_id: &call.claims.app_id };
    audits::record(tenant, "Update", "named location", Some(&old), Some(&changed), &actor, now, delay);
    Ok(Reply::no_content())
}

fn delete(world: &mut World, call: &GraphCall<'_>, id: &str) -> Result<Reply, Reply> {
    let now = world.now();
    let delay = world.settings.audit_delay_s;
    let tenant = world.tenants.get_mut(&call.claims.tenant).ok_or_else(super::auth::identity_not_found)?;
    let ca = &mut tenant.conditional_access;
    let at = ca.locations.iter().position(|location| location["id"] == id).ok_or_else(|| missing(id))?;
    if ca.locations[at]["isTrusted"] == true {
        return Err(Reply::bad_request(
            "A trusted named location cannot be deleted. Mark it as untrusted first.",
        ));
    }
    let used = ca.policies.iter().any(|policy| {
        let text = policy["conditions"]["locations"].to_string();
        text.contains(id)
    });
    if used {
        return Err(Reply::bad_request("The named location is used by a Conditional Access policy."));
    }
    let mut location = ca.locations.remove(at);
    let actor = Actor::App { app_id: &call.claims.app_id };
    audits::record(tenant, "Delete", "named location", Some(&location), None, &actor, now, delay);
    Arc::make_mut(&mut location)["deletedDateTime"] = json!(time::ticks(now));
    tenant.conditional_access.deleted_locations.push(location);
    Ok(Reply::no_content())
}
