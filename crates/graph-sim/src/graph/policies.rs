//! `identity/conditionalAccess/policies`.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::query::{List, page};
use super::{GraphCall, Version, audits, normal, tenant, view, write};
use crate::call::Reply;
use crate::tenant::{ConditionalAccess, Tenant};
use crate::time;
use crate::world::World;

const FRAGMENT: &str = "identity/conditionalAccess/policies";

pub(super) fn answer(world: &mut World, call: &GraphCall<'_>, rest: &[&str]) -> Reply {
    match (call.call.method.as_str(), rest) {
        ("GET", []) => list(world, call),
        ("GET", [id]) => get(world, call, id),
        ("POST", []) => create(world, call),
        ("PATCH", [id]) => update(world, call, id),
        ("DELETE", [id]) => delete(world, call, id),
        _ => super::route::no_such(call),
    }
}

fn list(world: &World, call: &GraphCall<'_>) -> Reply {
    let tenant = match tenant(world, call.claims) {
        Ok(tenant) => tenant,
        Err(refusal) => return refusal,
    };
    if let Some(option) =
        call.query.option_beyond(&["$filter", "$select", "$orderby", "$top", "$skip", "$count", "$skiptoken"])
    {
        return Reply::bad_request(format!("The query option '{option}' is not supported."));
    }
    let unknown = call.wants_unknown_members();
    let shown = tenant
        .conditional_access
        .policies
        .iter()
        .filter(|policy| call.version == Version::Beta || !view::is_beta_only(policy))
        .map(|policy| Arc::new(view::policy(tenant, policy, call.version, unknown)))
        .collect();
    page(call, shown, &List::conditional_access(FRAGMENT, world.settings.ca_page_size))
}

fn get(world: &World, call: &GraphCall<'_>, id: &str) -> Reply {
    let tenant = match tenant(world, call.claims) {
        Ok(tenant) => tenant,
        Err(refusal) => return refusal,
    };
    let found = find(&tenant.conditional_access, id)
        .filter(|policy| call.version == Version::Beta || !view::is_beta_only(policy));
    match found {
        Some(policy) => {
            let shown = view::policy(tenant, policy, call.version, call.wants_unknown_members());
            super::access::single(call, FRAGMENT, &shown)
        }
        None => missing(id),
    }
}

fn missing(id: &str) -> Reply {
    Reply::graph_error(
        404,
        "ResourceNotFound",
        format!("ConditionalAccessPolicy with id {id} does not exist in the directory."),
    )
}

pub(crate) fn find<'a>(ca: &'a ConditionalAccess, id: &str) -> Option<&'a Arc<Value>> {
    ca.policies
        .iter()
        .find(|policy| policy["id"].as_str().is_some_and(|other| other.eq_ignore_ascii_case(id)))
}

/// Who made a change, for the audit log.
pub(crate) enum Actor<'a> {
    App { app_id: &'a str },
    Portal,
}

fn create(world: &mut World, call: &GraphCall<'_>) -> Reply {
    let body = match call.json_body() {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    let Some(tenant) = world.tenants.get(&call.claims.tenant) else {
        return super::auth::identity_not_found();
    };
    let mut policy = normal::policy(&body);
    if let Err(refusal) = write::check(tenant, &body, &policy, call) {
        return refusal;
    }
    policy["id"] = json!(Uuid::new_v4().to_string());
    let now = world.now();
    let delay = world.settings.audit_delay_s;
    let Some(tenant) = world.tenants.get_mut(&call.claims.tenant) else {
        return super::auth::identity_not_found();
    };
    let policy = put(tenant, policy, &Actor::App { app_id: &call.claims.app_id }, now, delay);
    let mut shown = view::policy(tenant, &policy, call.version, call.wants_unknown_members());
    shown["@odata.context"] = json!(call.context(&format!("{FRAGMENT}/$entity")));
    Reply::json(201, shown)
}

fn update(world: &mut World, call: &GraphCall<'_>, id: &str) -> Reply {
    let body = match call.json_body() {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    let Some(tenant) = world.tenants.get(&call.claims.tenant) else {
        return super::auth::identity_not_found();
    };
    let Some(stored) = find(&tenant.conditional_access, id) else { return missing(id) };
    let policy = normal::policy(&merged(stored, &body));
    if let Err(refusal) = write::check(tenant, &body, &policy, call) {
        return refusal;
    }
    let now = world.now();
    let delay = world.settings.audit_delay_s;
    if let Some(tenant) = world.tenants.get_mut(&call.claims.tenant) {
        put(tenant, policy, &Actor::App { app_id: &call.claims.app_id }, now, delay);
    }
    Reply::no_content()
}

fn delete(world: &mut World, call: &GraphCall<'_>, id: &str) -> Reply {
    let now = world.now();
    let delay = world.settings.audit_delay_s;
    let Some(tenant) = world.tenants.get_mut(&call.claims.tenant) else {
        return super::auth::identity_not_found();
    };
    if tenant.conditional_access.managed.contains(id) {
        return Reply::bad_request("Microsoft-managed Conditional Access policies cannot be deleted.");
    }
    match remove(tenant, id, &Actor::App { app_id: &call.claims.app_id }, now, delay) {
        true => Reply::no_content(),
        false => missing(id),
    }
}

/// What a PATCH leaves of the old: members not named stay, objects are merged, lists replaced.
pub(crate) fn merged(old: &Value, patch: &Value) -> Value {
    let (Some(old_object), Some(patch_object)) = (old.as_object(), patch.as_object()) else {
        return patch.clone();
    };
    let mut result = old_object.clone();
    for (key, value) in patch_object {
        // A strength is a reference: a new one replaces the old as a whole.
        let value = match result.get(key) {
            Some(before) if key != "authenticationStrength" => merged(before, value),
            _ => value.clone(),
        };
        result.insert(key.clone(), value);
    }
    Value::Object(result)
}

/// Stores a policy, new or changed, dates it and writes the audit entry. `policy` is in the wire shape and
/// has its id.
pub(crate) fn put(
    tenant: &mut Tenant,
    mut policy: Value,
    actor: &Actor<'_>,
    now: DateTime<Utc>,
    audit_delay_s: i64,
) -> Arc<Value> {
    let id = policy["id"].as_str().unwrap_or_default().to_owned();
    let at = tenant.conditional_access.policies.iter().position(|other| other["id"] == id.as_str());
    let old = at.map(|at| tenant.conditional_access.policies[at].clone());
    match &old {
        Some(old) => {
            policy["createdDateTime"] = old["createdDateTime"].clone();
            policy["modifiedDateTime"] = json!(time::ticks(now));
        }
        None => {
            policy["createdDateTime"] = json!(time::ticks(now));
            policy["modifiedDateTime"] = Value::Null;
        }
    }
    let policy = Arc::new(policy);
    match at {
        Some(at) => tenant.conditional_access.policies[at] = policy.clone(),
        None => tenant.conditional_access.policies.push(policy.clone()),
    }
    let verb = if old.is_some() { "Update" } else { "Add" };
    audits::record(
        tenant,
        verb,
        "conditional access policy",
        old.as_deref(),
        Some(&policy),
        actor,
        now,
        audit_delay_s,
    );
    policy
}

/// Moves a policy to the bin. `false` when there is none of that id.
pub(crate) fn remove(
    tenant: &mut Tenant,
    id: &str,
    actor: &Actor<'_>,
    now: DateTime<Utc>,
    audit_delay_s: i64,
) -> bool {
    let Some(at) = tenant.conditional_access.policies.iter().position(|policy| policy["id"] == id) else {
        return false;
    };
    let mut policy = tenant.conditional_access.policies.remove(at);
    audits::record(
        tenant,
        "Delete",
        "conditional access policy",
        Some(&policy),
        None,
        actor,
        now,
        audit_delay_s,
    );
    Arc::make_mut(&mut policy)["deletedDateTime"] = json!(time::ticks(now));
    tenant.conditional_access.deleted_policies.push(policy);
    true
}
