//! Calls on Entra's sign-in service: tried again like those on Graph, but with no token and no pace.

use crate::{client::Inner, endpoint::Endpoint, http::Failure, retry::Retry};
use reqwest::RequestBuilder;
use serde_json::Value;
use std::sync::atomic::AtomicUsize;
use tokio::time::Instant;
use tracing::{Instrument, field::Empty};

/// Calls an endpoint until it answers, refuses, or no try is left. `request` makes one try's request.
pub(crate) async fn call(
    inner: &Inner,
    endpoint: &'static Endpoint,
    deadline: Instant,
    request: impl Fn() -> RequestBuilder,
) -> Result<Value, Failure> {
    let span = tracing::info_span!(
        "entra_call",
        endpoint = endpoint.name,
        outcome = Empty,
        tries = Empty,
        throttled = Empty,
        milliseconds = Empty,
    );
    let begun = Instant::now();
    let mut retry = Retry::new(&inner.config, deadline);
    let budget = AtomicUsize::new(inner.config.max_answer_bytes);
    let result = async {
        loop {
            retry.tries += 1;
            match inner.http.send(endpoint, request(), retry.time(&inner.config), &budget).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => retry.pause(failure, inner.config.retry_pause, |_| ()).await?,
            }
        }
    }
    .instrument(span.clone())
    .await;
    span.record("outcome", result.as_ref().err().map_or("ok", Failure::outcome));
    span.record("tries", retry.tries);
    span.record("throttled", retry.throttled);
    span.record("milliseconds", begun.elapsed().as_millis() as u64);
    span.in_scope(|| tracing::debug!("answered"));
    result
}
