//! Microsoft Graph: who may ask, what is answered, and the headers and ids around it.

mod access;
mod applications;
mod audits;
mod auth;
mod batch;
mod filter;
mod groups;
mod locations;
mod normal;
mod objects;
mod organization;
mod permissions;
pub(crate) mod policies;
mod properties;
mod query;
mod role_names;
mod roles;
mod route;
mod settings;
pub(crate) mod strengths;
mod view;
mod write;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

pub(crate) use normal::{
    policy as normalise_policy, settle as settle_policy, strength as normalise_strength,
};

use crate::call::{Body, Call, Query, Reply};
use crate::sts::jwt::Claims;
use crate::tenant::Tenant;
use crate::world::World;

/// Which of the two contracts the caller speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    V1,
    Beta,
}

impl Version {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::V1 => "v1.0",
            Self::Beta => "beta",
        }
    }
}

/// One Graph request, on the wire or inside a batch.
pub(crate) struct GraphCall<'a> {
    pub(crate) version: Version,
    pub(crate) call: &'a Call,
    /// Path below the version, keys in parentheses split off: `applications(appId='x')` is `applications`,
    /// `appId=x`.
    pub(crate) parts: Vec<String>,
    pub(crate) query: Query,
    pub(crate) claims: &'a Claims,
    pub(crate) now: DateTime<Utc>,
    pub(crate) in_batch: bool,
}

impl GraphCall<'_> {
    /// Values after an evolvable enumeration's sentinel are asked for.
    pub(crate) fn wants_unknown_members(&self) -> bool {
        self.call.header("prefer").is_some_and(|value| value.contains("include-unknown-enum-members"))
    }

    /// The caller accepts the eventually consistent index, as advanced queries demand.
    pub(crate) fn is_eventual(&self) -> bool {
        self.call.header("consistencylevel").is_some_and(|value| value.eq_ignore_ascii_case("eventual"))
    }

    pub(crate) fn may(&self, permissions: &[&str]) -> bool {
        self.claims.roles.iter().any(|role| permissions.contains(&role.as_str()))
    }

    pub(crate) fn context(&self, fragment: &str) -> String {
        format!("https://graph.microsoft.com/{}/$metadata#{fragment}", self.version.name())
    }

    /// The body as a JSON object.
    pub(crate) fn json_body(&self) -> Result<Value, Reply> {
        match serde_json::from_slice::<Value>(&self.call.body) {
            Ok(value) if value.is_object() => Ok(value),
            _ => Err(Reply::bad_request(
                "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of \
                 valid JSON format.",
            )),
        }
    }
}

/// Answers a request below `/v1.0` or `/beta`.
pub(crate) fn answer(world: &mut World, call: &Call) -> Reply {
    let reply = match auth::check(world, call) {
        Ok(claims) => {
            let segments = call.segments();
            if segments.get(1).is_some_and(|segment| segment == "$batch") {
                batch::answer(world, call, &claims)
            } else {
                one(world, call, &claims, false)
            }
        }
        Err(refusal) => refusal,
    };
    finish(world, call, reply)
}

/// Answers a single request of an authenticated caller.
fn one(world: &mut World, call: &Call, claims: &Claims, in_batch: bool) -> Reply {
    let mut segments = call.segments().into_iter();
    let version = match segments.next().as_deref() {
        Some("beta") => Version::Beta,
        _ => Version::V1,
    };
    let graph_call = GraphCall {
        version,
        call,
        parts: canonical(segments.flat_map(split_key).collect()),
        query: call.query(),
        claims,
        now: world.now(),
        in_batch,
    };
    route::answer(world, &graph_call)
}

/// Authentication strengths have two addresses.
fn canonical(mut parts: Vec<String>) -> Vec<String> {
    if let [first, second, ..] = parts.as_slice()
        && first == "policies"
        && second == "authenticationStrengthPolicies"
    {
        let home = ["identity", "conditionalAccess", "authenticationStrength", "policies"];
        parts.splice(..2, home.map(str::to_owned));
    }
    parts
}

/// `name(key='value')` becomes `name`, `key=value`; `name('value')` becomes `name`, `value`; `name()` becomes
/// `name`.
fn split_key(segment: String) -> Vec<String> {
    let Some((name, inner)) = segment.split_once('(') else { return vec![segment] };
    let Some(inner) = inner.strip_suffix(')') else { return vec![segment] };
    let name = name.to_owned();
    match inner.split_once('=') {
        _ if inner.is_empty() => vec![name],
        Some((key, value)) => vec![name, format!("{}={}", key.trim(), value.trim().trim_matches('\''))],
        None => vec![name, inner.trim_matches('\'').to_owned()],
    }
}

/// The tenant a caller acts in. Its existence is part of the authentication.
fn tenant<'a>(world: &'a World, claims: &Claims) -> Result<&'a Tenant, Reply> {
    world.tenants.get(&claims.tenant).ok_or_else(auth::identity_not_found)
}

/// Adds what every answer of Graph carries: ids, diagnostics, and the ids again inside an error.
pub(crate) fn finish(world: &World, call: &Call, mut reply: Reply) -> Reply {
    let request_id = Uuid::new_v4().to_string();
    let client_request_id =
        call.header("client-request-id").map_or_else(|| request_id.clone(), str::to_owned);
    seal_error(&mut reply, world.now(), &request_id, &client_request_id);
    let diagnostic = json!({ "ServerInfo": {
        "DataCenter": "West Europe", "Slice": "E", "Ring": "5", "ScaleUnit": "002", "RoleInstance": "AM2PEPF0001BF4C",
    }});
    if matches!(reply.body, Body::Json(_)) {
        reply = reply
            .with(
                "Content-Type",
                "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8",
            )
            .with("OData-Version", "4.0");
    }
    reply
        .with("request-id", request_id)
        .with("client-request-id", client_request_id)
        .with("x-ms-ags-diagnostic", diagnostic.to_string())
        .with("Strict-Transport-Security", "max-age=31536000")
        .with("Cache-Control", "no-cache")
}

fn seal_error(reply: &mut Reply, now: DateTime<Utc>, request_id: &str, client_request_id: &str) {
    if let Body::Json(body) = &mut reply.body
        && let Some(error) = body.get_mut("error").and_then(Value::as_object_mut)
    {
        let inner = error.entry("innerError").or_insert_with(|| json!({}));
        inner["date"] = json!(crate::time::inner_error(now));
        inner["request-id"] = json!(request_id);
        inner["client-request-id"] = json!(client_request_id);
    }
}
