//! The log of requests, by which tests count and check what a client sent. Secrets and tokens never enter it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::time;
use crate::world::World;

/// How many requests are kept.
const KEPT: usize = 100_000;

/// One request as it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestLog {
    /// When it came, by the emulator's clock.
    pub at: String,
    /// HTTP method.
    pub method: String,
    /// Path and query as sent.
    pub path: String,
    /// Tenant id, where the request told one.
    pub tenant: Option<String>,
    /// Headers in lower case, without `authorization`.
    pub headers: BTreeMap<String, String>,
    /// The body as text; a client secret in it is replaced by `***`.
    pub body: String,
    /// The status answered; 0 when no answer was given.
    pub status: u16,
    /// `true` for a part of a batch.
    pub in_batch: bool,
}

pub(crate) fn record(world: &mut World, call: &Call, tenant: Option<String>, status: u16, in_batch: bool) {
    let mut headers = call.headers.clone();
    headers.remove("authorization");
    let entry = RequestLog {
        at: time::ticks(world.now()),
        method: call.method.clone(),
        path: call.path_and_query(),
        tenant,
        headers,
        body: redacted(call),
        status,
        in_batch,
    };
    if world.log.len() >= KEPT {
        world.log.pop_front();
    }
    world.log.push_back(entry);
}

fn redacted(call: &Call) -> String {
    let form =
        call.header("content-type").is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    if !form {
        return String::from_utf8_lossy(&call.body).into_owned();
    }
    let fields = url::form_urlencoded::parse(&call.body).map(|(name, value)| {
        let hidden = matches!(name.as_ref(), "client_secret" | "client_assertion");
        (name, if hidden { "***".into() } else { value })
    });
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}
