//! The way of every request: whose is it, does a fault hit it, what is the answer, how is it put on the wire.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::wire;
use crate::call::{Call, Query, Reply};
use crate::fault::{self, FaultKind};
use crate::graph;
use crate::log;
use crate::sts;
use crate::world::{Shared, World};

pub(super) async fn entry(request: HttpRequest, body: web::Bytes, world: web::Data<Shared>) -> HttpResponse {
    let call = wire::read(&request, body);
    if call.path == "/_sim" || call.path.starts_with("/_sim/") {
        let reply = crate::control::http::answer(&world, &call);
        return wire::write(reply);
    }
    let (tenant, latency, fault) = admit(&world, &call);
    // Half of the round trip on the way in, half on the way out: throttles count requests when they arrive.
    wait(latency / 2).await;
    let silent = matches!(fault, Some(FaultKind::Hang | FaultKind::Reset));
    let reply = if silent { Reply::no_content() } else { answer(&world, &call, fault.as_ref()) };
    let status = if silent { 0 } else { reply.status };
    log::record(&mut world.lock(), &call, tenant.map(|id| id.to_string()), status, false);
    wait(latency - latency / 2).await;
    wire::write_with(&request, &call, reply, fault).await
}

async fn wait(ms: u64) {
    if ms > 0 {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
}

fn admit(world: &Shared, call: &Call) -> (Option<Uuid>, u64, Option<FaultKind>) {
    let mut world = world.lock();
    let tenant = tenant_of(&world, call);
    let base = world.settings.latency_ms;
    // The second serving of a duplicated page is that fault's own doing and must get through.
    let (extra, fault) = if call.query_string.contains(fault::DUPLICATE_MARK) {
        (0, None)
    } else {
        fault::strike(&mut world.faults, tenant, &call.method, &call.path, false)
    };
    (tenant, base + extra, fault)
}

/// Whose request this is: by the token's `tid`, or by the authority in a sign-in path.
fn tenant_of(world: &World, call: &Call) -> Option<Uuid> {
    if let Some(token) = call.header("authorization").and_then(|value| value.strip_prefix("Bearer ")) {
        return sts::jwt::read(&world.signing_key, token).map(|claims| claims.tenant);
    }
    let segments = call.segments();
    let authority = segments.first()?;
    if let Some(tenant) = world.tenant_of_authority(authority) {
        return Some(tenant.id);
    }
    let form = Query::parse(&String::from_utf8_lossy(&call.body));
    world.tenant_of_client(form.get("client_id")?).map(|tenant| tenant.id)
}

fn answer(world: &Shared, call: &Call, fault: Option<&FaultKind>) -> Reply {
    let mut world = world.lock();
    match fault {
        Some(FaultKind::Status { status, retry_after }) => {
            let reply = fault::status_reply(*status, retry_after.as_deref());
            return graph::finish(&world, call, reply);
        }
        Some(FaultKind::Aadsts { code }) => {
            let authority = call.segments().into_iter().next().unwrap_or_default();
            let form = Query::parse(&String::from_utf8_lossy(&call.body));
            let client = form.get("client_id").unwrap_or_default();
            return sign_in(sts::error::forced(*code, &authority, client).reply(call, world.now()));
        }
        _ => {}
    }
    let segments = call.segments();
    let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
    match parts.as_slice() {
        ["v1.0" | "beta", ..] => graph::answer(&mut world, call),
        ["github" | "github-raw" | "github-codeload", ..] => world.github.answer(call),
        [authority, "oauth2", "v2.0", "token"] => match call.method.as_str() {
            "POST" => sign_in(sts::token::answer(&world, call, authority)),
            _ => sign_in(malformed(&world, call)),
        },
        [authority, "v2.0", ".well-known", "openid-configuration"] if call.method == "GET" => {
            sign_in(sts::discovery::answer(&world, call, authority))
        }
        [_, "discovery", "v2.0", "keys"] => sign_in(Reply::ok(serde_json::json!({ "keys": [] }))),
        [] => Reply::text(
            200,
            "This is an emulator of Entra sign-in and Microsoft Graph. Its control is below /_sim.",
        ),
        _ => Reply::text(404, ""),
    }
}

fn malformed(world: &World, call: &Call) -> Reply {
    let text = format!("The endpoint only accepts POST requests. Received a {} request.", call.method);
    sts::error::StsError::new(900561, text).reply(call, world.now())
}

/// The headers that sign-in answers were recorded with.
fn sign_in(reply: Reply) -> Reply {
    let traced = reply.headers.iter().any(|(name, _)| name == "x-ms-request-id");
    let reply = reply
        .with("Cache-Control", "no-store, no-cache")
        .with("Pragma", "no-cache")
        .with("Expires", "-1")
        .with("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        .with("X-Content-Type-Options", "nosniff")
        .with("P3P", "CP=\"DSP CUR OTPi IND OTRi ONL FIN\"");
    if traced { reply } else { reply.with("x-ms-request-id", Uuid::new_v4().to_string()) }
}
