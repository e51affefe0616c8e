//! What the Conditional Access paths share: the limit of one request a second, the bin, and the small
//! collections.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::query::{List, page};
use super::{GraphCall, Version, tenant, view};
use crate::call::Reply;
use crate::world::{CaThrottle, World};

/// The documented limit: one request a second for a tenant, all apps together, without `Retry-After`.
/// Policies and named locations share it; strengths and authentication contexts are not in the
/// documentation's list.
pub(super) fn throttle(world: &mut World, call: &GraphCall<'_>, parts: &[&str]) -> Option<Reply> {
    let counted = matches!(
        parts,
        ["identity", "conditionalAccess", "policies" | "namedLocations" | "deletedItems", ..]
    );
    if !counted || world.settings.ca_throttle == CaThrottle::Off {
        return None;
    }
    let now = Instant::now();
    let last = world.ca_accepted.get(&call.claims.tenant);
    if last.is_some_and(|last| now.duration_since(*last) < Duration::from_secs(1)) {
        let reply = Reply::graph_error(429, "TooManyRequests", "Too many requests.");
        return Some(match &world.settings.ca_retry_after {
            Some(value) => reply.with("Retry-After", value.clone()),
            None => reply,
        });
    }
    world.ca_accepted.insert(call.claims.tenant, now);
    None
}

/// `authenticationContextClassReferences`.
pub(super) fn contexts(world: &World, call: &GraphCall<'_>, rest: &[&str]) -> Reply {
    let tenant = match tenant(world, call.claims) {
        Ok(tenant) => tenant,
        Err(refusal) => return refusal,
    };
    let all = &tenant.conditional_access.contexts;
    let fragment = "identity/conditionalAccess/authenticationContextClassReferences";
    match rest {
        [] => page(call, all.clone(), &List::whole(fragment)),
        [id] => match all.iter().find(|context| context["id"] == *id) {
            Some(context) => single(call, fragment, context),
            None => Reply::graph_error(
                404,
                "ResourceNotFound",
                format!("AuthenticationContext with id {id} was not found."),
            ),
        },
        _ => super::route::no_such(call),
    }
}

/// One object of a collection, with its context.
pub(super) fn single(call: &GraphCall<'_>, fragment: &str, value: &Value) -> Reply {
    let mut body = super::query::select(call, value, None);
    body["@odata.context"] = json!(call.context(&format!("{fragment}/$entity")));
    Reply::ok(body)
}

/// Deleted policies and locations: thirty days in the bin, then gone.
pub(super) fn deleted(world: &mut World, call: &GraphCall<'_>, kind: &str, rest: &[&str]) -> Reply {
    let now = world.now();
    let Some(tenant) = world.tenants.get_mut(&call.claims.tenant) else {
        return super::auth::identity_not_found();
    };
    let ca = &mut tenant.conditional_access;
    let fragment = format!("identity/conditionalAccess/deletedItems/{kind}");
    let (bin, live) = match kind {
        "policies" => (&mut ca.deleted_policies, &mut ca.policies),
        "namedLocations" => (&mut ca.deleted_locations, &mut ca.locations),
        _ => return super::route::no_such(call),
    };
    let kept = (now - chrono::Duration::days(30)).to_rfc3339();
    bin.retain(|item| item["deletedDateTime"].as_str().is_none_or(|at| at > kept.as_str()));
    match rest {
        [] => {
            let items = bin.clone();
            page(call, items, &List::whole(&fragment))
        }
        [id, "restore"] => {
            let Some(at) = bin.iter().position(|item| item["id"] == *id) else {
                return Reply::graph_error(
                    404,
                    "ResourceNotFound",
                    format!("Deleted item with id {id} does not exist."),
                );
            };
            let mut item = bin.remove(at);
            Arc::make_mut(&mut item)["deletedDateTime"] = Value::Null;
            live.push(item.clone());
            let mut body = match (kind, world.tenants.get(&call.claims.tenant)) {
                ("policies", Some(tenant)) => {
                    view::policy(tenant, &item, call.version, call.wants_unknown_members())
                }
                _ => (*item).clone(),
            };
            body["@odata.context"] = json!(call.context(&format!("{fragment}/$entity")));
            Reply::ok(body)
        }
        _ => super::route::no_such(call),
    }
}

/// Policy templates: two of them, enough to see the shape of `details`.
pub(super) fn templates(call: &GraphCall<'_>) -> Reply {
    let template = |id: &str, name: &str, text: &str, policy: Value| {
        let policy = super::normal::policy(&policy);
        Arc::new(json!({
            "id": id,
            "name": name,
            "description": text,
            "scenarios": "secureFoundation,remoteWork",
            "details": {
                "conditions": view::declared_conditions(&policy["conditions"], Version::V1),
                "grantControls": policy["grantControls"],
                "sessionControls": policy["sessionControls"],
            },
        }))
    };
    let items = vec![
        template(
            "a3d0a415-b068-4326-9251-f9cdf9feeb64",
            "Require multifactor authentication for all users",
            "Asks every user for a second factor.",
            json!({
                "conditions": {
                    "users": { "includeUsers": ["All"] },
                    "applications": { "includeApplications": ["All"] },
                },
                "grantControls": { "operator": "OR", "builtInControls": ["mfa"] },
            }),
        ),
        template(
            "0b2282f9-2862-4178-88b5-d79340b36cb8",
            "Block legacy authentication",
            "Closes the protocols that cannot ask for a second factor.",
            json!({
                "conditions": {
                    "users": { "includeUsers": ["All"] },
                    "applications": { "includeApplications": ["All"] },
                    "clientAppTypes": ["exchangeActiveSync", "other"],
                },
                "grantControls": { "operator": "OR", "builtInControls": ["block"] },
            }),
        ),
    ];
    page(call, items, &List::whole("identity/conditionalAccess/templates"))
}
