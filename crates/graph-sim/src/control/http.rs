//! The control endpoint. JSON in and out; errors are `{"error": "..."}`.

use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{AddTenant, Control, TenantEdit};
use crate::call::{Call, Reply};
use crate::config::SimError;
use crate::fault::Fault;
use crate::github::Repository;
use crate::world::{Settings, Shared};

pub(crate) fn answer(world: &Shared, call: &Call) -> Reply {
    let token = world.lock().control_token.clone();
    let given = call.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    if token.is_some() && token.as_deref() != given {
        return Reply::json(401, json!({ "error": "the control token is missing or wrong" }))
            .with("WWW-Authenticate", "Bearer");
    }
    let control = Control::new(world.clone());
    let segments = call.segments();
    let parts: Vec<&str> = segments.iter().skip(1).map(String::as_str).collect();
    route(&control, call, &parts).unwrap_or_else(|reply| reply)
}

fn route(control: &Control, call: &Call, parts: &[&str]) -> Result<Reply, Reply> {
    match (call.method.as_str(), parts) {
        ("GET", []) => Ok(Reply::ok(json!({ "endpoints": ENDPOINTS }))),
        ("GET", ["tenants"]) => shown(&json!({ "tenants": control.tenants() })),
        ("POST", ["tenants"]) => created(control.tenant_add(&body::<AddTenant>(call)?)),
        ("POST", ["tenants", "load-folder"]) => {
            let wanted = body::<Value>(call)?;
            let path = wanted["path"].as_str().ok_or_else(|| problem(400, "path is required"))?;
            created(control.folder_load(Path::new(path), wanted["name"].as_str()))
        }
        ("GET", ["tenants", tenant]) => match control.tenant(tenant) {
            Some(tenant) => shown(&tenant),
            None => Err(problem(404, &format!("there is no tenant '{tenant}'"))),
        },
        ("POST", ["tenants", tenant, "edit"]) => {
            let edit = body::<TenantEdit>(call)?;
            let tenant = control.edit(tenant, &edit).map_err(|error| problem(404, &error.to_string()))?;
            shown(&tenant)
        }
        ("GET", ["settings"]) => shown(&control.settings()),
        ("PATCH" | "PUT" | "POST", ["settings"]) => settings(control, call),
        ("GET", ["faults"]) => shown(&json!({ "faults": faults(control) })),
        ("POST", ["faults"]) => {
            let fault = body::<Fault>(call)?;
            let id = control.fault_set(fault).map_err(|error| problem(404, &error.to_string()))?;
            Ok(Reply::json(201, json!({ "id": id })))
        }
        ("DELETE", ["faults"]) => {
            control.faults_clear();
            Ok(Reply::no_content())
        }
        ("DELETE", ["faults", id]) => match id.parse().is_ok_and(|id| control.fault_clear(id)) {
            true => Ok(Reply::no_content()),
            false => Err(problem(404, &format!("there is no fault '{id}'"))),
        },
        ("GET", ["requests"]) => requests(control, call),
        ("DELETE", ["requests"]) => {
            control.requests_clear();
            Ok(Reply::no_content())
        }
        ("PUT" | "POST", ["github", "repositories"]) => {
            control.repository_put(body::<Repository>(call)?);
            Ok(Reply::no_content())
        }
        _ => Err(problem(404, "there is no such control endpoint; GET /_sim lists them")),
    }
}

const ENDPOINTS: &[&str] = &[
    "GET /_sim/tenants",
    "POST /_sim/tenants",
    "POST /_sim/tenants/load-folder",
    "GET /_sim/tenants/{tenant}",
    "POST /_sim/tenants/{tenant}/edit",
    "GET /_sim/settings",
    "PATCH /_sim/settings",
    "GET /_sim/faults",
    "POST /_sim/faults",
    "DELETE /_sim/faults",
    "DELETE /_sim/faults/{id}",
    "GET /_sim/requests",
    "DELETE /_sim/requests",
    "PUT /_sim/github/repositories",
];

fn problem(status: u16, reason: &str) -> Reply {
    Reply::json(status, json!({ "error": reason }))
}

fn body<T: DeserializeOwned>(call: &Call) -> Result<T, Reply> {
    serde_json::from_slice(&call.body).map_err(|error| problem(400, &error.to_string()))
}

fn shown<T: Serialize>(value: &T) -> Result<Reply, Reply> {
    serde_json::to_value(value).map(Reply::ok).map_err(|error| problem(500, &error.to_string()))
}

fn created<T: Serialize>(made: Result<T, SimError>) -> Result<Reply, Reply> {
    let made = made.map_err(|error| problem(422, &error.to_string()))?;
    let mut reply = shown(&made)?;
    reply.status = 201;
    Ok(reply)
}

/// Only the named switches change.
fn settings(control: &Control, call: &Call) -> Result<Reply, Reply> {
    let patch = body::<Value>(call)?;
    let mut merged =
        serde_json::to_value(control.settings()).map_err(|error| problem(500, &error.to_string()))?;
    let (Some(target), Some(patch)) = (merged.as_object_mut(), patch.as_object()) else {
        return Err(problem(400, "an object of settings is expected"));
    };
    for (name, value) in patch {
        if !target.contains_key(name) {
            return Err(problem(400, &format!("there is no setting '{name}'")));
        }
        target.insert(name.clone(), value.clone());
    }
    let wanted: Settings =
        serde_json::from_value(merged).map_err(|error| problem(400, &error.to_string()))?;
    control.settings_update(|settings| *settings = wanted.clone());
    shown(&wanted)
}

fn faults(control: &Control) -> Vec<Value> {
    let world = control.world.lock();
    let rules = world.faults.iter();
    rules.map(|rule| json!({ "id": rule.id, "fault": rule.fault, "hits": rule.hits })).collect()
}

/// `?tenant=` and `?path=` narrow the list; `path` is a part of the path.
fn requests(control: &Control, call: &Call) -> Result<Reply, Reply> {
    let query = call.query();
    let tenant = match query.get("tenant") {
        Some(text) => {
            let found =
                control.tenant(text).ok_or_else(|| problem(404, &format!("there is no tenant '{text}'")))?;
            Some(found.tenant_id)
        }
        None => None,
    };
    let mut list = control.requests();
    list.retain(|entry| {
        (tenant.is_none() || entry.tenant == tenant)
            && query.get("path").is_none_or(|part| entry.path.contains(part))
    });
    shown(&json!({ "requests": list }))
}
