//! `$batch`: up to twenty requests in one, each counted, throttled and failing on its own, answered in any
//! order.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::call::{Body, Call, Reply};
use crate::fault::{self, FaultKind};
use crate::log;
use crate::sts::jwt::Claims;
use crate::world::World;

const MOST: usize = 20;

struct Part {
    id: String,
    call: Call,
    depends_on: Vec<String>,
}

pub(super) fn answer(world: &mut World, call: &Call, claims: &Claims) -> Reply {
    if call.method != "POST" {
        return Reply::graph_error(
            405,
            "BadRequest",
            "Specified HTTP method is not allowed for the request target.",
        );
    }
    let parts = match parse(call) {
        Ok(parts) => parts,
        Err(refusal) => return refusal,
    };
    let mut statuses: BTreeMap<String, u16> = BTreeMap::new();
    let mut responses = Vec::with_capacity(parts.len());
    for part in &parts {
        let failed = part.depends_on.iter().any(|id| statuses.get(id).is_none_or(|status| *status >= 400));
        let reply = if failed {
            Reply::graph_error(424, "FailedDependency", "A request this one depends on has failed.")
        } else {
            one(world, &part.call, claims)
        };
        statuses.insert(part.id.clone(), reply.status);
        responses.push(response(world, call, &part.id, reply));
    }
    // Any order is allowed, so never the order of asking.
    responses.reverse();
    let middle = responses.len() / 3;
    responses.rotate_left(middle);
    Reply::ok(json!({ "responses": responses }))
}

fn malformed(message: &str) -> Reply {
    Reply::bad_request(message)
}

fn parse(call: &Call) -> Result<Vec<Part>, Reply> {
    let body: Value =
        serde_json::from_slice(&call.body).map_err(|_| malformed("Unable to read JSON request payload."))?;
    let requests = body["requests"].as_array().ok_or_else(|| malformed("Invalid batch payload format."))?;
    if requests.len() > MOST {
        return Err(malformed(&format!(
            "Number of batch request steps exceeds the maximum value of {MOST}."
        )));
    }
    let version = call.path.trim_start_matches('/').split('/').next().unwrap_or("v1.0");
    let mut seen = BTreeSet::new();
    let mut parts = Vec::new();
    for request in requests {
        let part = part(call, version, request)?;
        if !seen.insert(part.id.clone()) {
            return Err(malformed(&format!("Request Id {} has to be unique in a batch.", part.id)));
        }
        if part.depends_on.iter().any(|id| !seen.contains(id) || *id == part.id) {
            return Err(malformed("A request can depend only on requests before it in the batch."));
        }
        parts.push(part);
    }
    Ok(parts)
}

fn part(outer: &Call, version: &str, request: &Value) -> Result<Part, Reply> {
    let text = |name: &str| request[name].as_str().filter(|text| !text.is_empty());
    let (Some(id), Some(method), Some(url)) = (text("id"), text("method"), text("url")) else {
        return Err(malformed("Every request of a batch needs an id, a method and a url."));
    };
    if url.contains("://") {
        return Err(malformed("The url of a request in a batch has to be relative."));
    }
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let mut headers: BTreeMap<String, String> = request["headers"]
        .as_object()
        .map(|headers| {
            headers
                .iter()
                .filter_map(|(name, value)| Some((name.to_ascii_lowercase(), value.as_str()?.to_owned())))
                .collect()
        })
        .unwrap_or_default();
    let body = request.get("body").filter(|body| !body.is_null());
    if body.is_some() && !headers.contains_key("content-type") {
        return Err(malformed("A request with a body needs a Content-Type header."));
    }
    // The token is the batch's, whatever a part says.
    headers.remove("authorization");
    let depends_on = request["dependsOn"]
        .as_array()
        .map(|ids| ids.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        .unwrap_or_default();
    Ok(Part {
        id: id.to_owned(),
        depends_on,
        call: Call {
            method: method.to_ascii_uppercase(),
            path: format!("/{version}/{}", path.trim_start_matches('/')),
            query_string: query.to_owned(),
            headers,
            body: body.map(Value::to_string).unwrap_or_default().into_bytes(),
            origin: outer.origin.clone(),
        },
    })
}

fn one(world: &mut World, call: &Call, claims: &Claims) -> Reply {
    let tenant = claims.tenant;
    let (_, struck) = fault::strike(&mut world.faults, Some(tenant), &call.method, &call.path, true);
    let reply = match struck {
        Some(FaultKind::Status { status, retry_after }) => {
            fault::status_reply(status, retry_after.as_deref())
        }
        _ => super::one(world, call, claims, true),
    };
    log::record(world, call, Some(tenant.to_string()), reply.status, true);
    reply
}

fn response(world: &World, outer: &Call, id: &str, mut reply: Reply) -> Value {
    let request_id = Uuid::new_v4().to_string();
    let client_request_id = outer.header("client-request-id").unwrap_or(&request_id).to_owned();
    super::seal_error(&mut reply, world.now(), &request_id, &client_request_id);
    let mut headers: Map<String, Value> =
        reply.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let body = match reply.body {
        Body::Json(body) => {
            let kind = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";
            headers.insert("Content-Type".to_owned(), json!(kind));
            body
        }
        // A bare count comes as a number.
        Body::Text(text) => {
            headers.insert("Content-Type".to_owned(), json!("text/plain"));
            text.parse::<u64>().map_or_else(|_| json!(text), |number| json!(number))
        }
        Body::Empty | Body::Bytes { .. } => Value::Null,
    };
    let mut response = json!({ "id": id, "status": reply.status, "headers": headers });
    if !body.is_null() {
        response["body"] = body;
    }
    response
}
