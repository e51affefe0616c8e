//! `$batch`: up to twenty reads in one round trip.
//!
//! Invariants: every inner request has exactly one answer, matched by id and never by place; only those that may go
//! better are sent again, and no more often than any other call.

use crate::{
    GraphError,
    endpoint::{BATCH, Endpoint},
    http::{Failure, classify},
    retry::Retry,
    session::{Ask, Session},
    wire,
};
use futures_util::future::try_join_all;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Requests in one batch (Microsoft Graph, "Combine multiple HTTP requests using JSON batching").
const MOST: usize = 20;

/// Inner requests on one endpoint.
pub(crate) struct Batch {
    pub(crate) endpoint: &'static Endpoint,
    /// With `ConsistencyLevel: eventual`.
    pub(crate) eventual: bool,
    /// Addresses below the version, queries escaped.
    pub(crate) urls: Vec<String>,
}

impl Session<'_> {
    /// The answers in the order of the requests. The outer error ends everything; an inner one is the inner
    /// request's own.
    pub(crate) async fn batch(&self, batch: Batch) -> Result<Vec<Result<Value, GraphError>>, GraphError> {
        let Batch { endpoint, eventual, urls } = batch;
        let chunks = urls.chunks(MOST).map(|urls| self.chunk(endpoint, eventual, urls));
        Ok(try_join_all(chunks).await?.into_iter().flatten().collect())
    }

    async fn chunk(
        &self,
        endpoint: &'static Endpoint,
        eventual: bool,
        urls: &[String],
    ) -> Result<Vec<Result<Value, GraphError>>, GraphError> {
        let mut done: BTreeMap<usize, Result<Value, GraphError>> = BTreeMap::new();
        let mut open: BTreeSet<usize> = (0..urls.len()).collect();
        let mut retry = Retry::new(&self.inner.config, self.deadline);
        while !open.is_empty() {
            retry.tries += 1;
            let token = self.current_token().await;
            let answers = self.round(endpoint, eventual, urls, &open).await?;
            let mut worst: Option<Failure> = None;
            let mut again = BTreeMap::new();
            for (index, answer) in answers {
                match answer {
                    Ok(body) => drop(done.insert(index, Ok(body))),
                    Err(failure @ (Failure::Throttled { .. } | Failure::Transient { .. })) => {
                        again.insert(index, failure.clone());
                        worst = Some(longer(worst, failure));
                    }
                    Err(failure @ Failure::Unauthorized { .. }) => {
                        again.insert(index, failure);
                    }
                    Err(failure) => drop(done.insert(index, Err(failure.into_error(endpoint)))),
                }
            }
            open = again.keys().copied().collect();
            let refused = again.values().any(|failure| matches!(failure, Failure::Unauthorized { .. }));
            if refused && !(self.renew(&token).await? && retry.again()) {
                return Err(first_of(again, endpoint));
            }
            if let Some(worst) = worst {
                let least = self.inner.config.retry_pause;
                retry.pause(worst, least, |_| ()).await.map_err(|last| last.into_error(endpoint))?;
            }
        }
        Ok(done.into_values().collect())
    }

    /// Sends the open requests once, and reads the answer's pages to the end.
    async fn round(
        &self,
        endpoint: &'static Endpoint,
        eventual: bool,
        urls: &[String],
        open: &BTreeSet<usize>,
    ) -> Result<BTreeMap<usize, Result<Value, Failure>>, GraphError> {
        let mut headers = json!({"Prefer": "include-unknown-enum-members"});
        if eventual {
            headers["ConsistencyLevel"] = json!("eventual");
        }
        let requests: Vec<Value> = open
            .iter()
            .map(|index| json!({"id": index.to_string(), "method": "GET", "url": urls[*index], "headers": headers}))
            .collect();
        let body = json!({"requests": requests});
        let mut answer = self.call(&BATCH, Ask::Post(self.address(&BATCH, "", ""), &body)).await?;
        let mut answers = BTreeMap::new();
        for _ in 0..=open.len() {
            let Some(Value::Array(responses)) = answer.get_mut("responses").map(Value::take) else {
                return Err(wrong(endpoint, "the answer is no batch"));
            };
            for response in responses {
                let (index, result) =
                    inner(response).ok_or_else(|| wrong(endpoint, "an answer in the batch is broken"))?;
                if !open.contains(&index) || answers.insert(index, result).is_some() {
                    return Err(wrong(endpoint, "an answer in the batch belongs to no request"));
                }
            }
            match answer.get("@odata.nextLink").and_then(Value::as_str) {
                None => break,
                Some(link) => {
                    let url = self.link(link);
                    let url =
                        url.ok_or_else(|| wrong(endpoint, "the link to the next page leads elsewhere"))?;
                    answer = self.call(&BATCH, Ask::Get(url)).await?;
                }
            }
        }
        match answers.len() == open.len() {
            true => Ok(answers),
            false => Err(wrong(endpoint, "the batch left a request without an answer")),
        }
    }
}

fn wrong(endpoint: &'static Endpoint, detail: &'static str) -> GraphError {
    GraphError::Unavailable { what: endpoint.what, detail, upstream: None }
}

/// One inner answer: its id, and its body or failure.
fn inner(mut response: Value) -> Option<(usize, Result<Value, Failure>)> {
    let index = response.get("id")?.as_str()?.parse().ok()?;
    let status = u16::try_from(response.get("status")?.as_u64()?).ok()?;
    let body = response.get_mut("body").map(Value::take);
    let headers = response.get("headers").and_then(Value::as_object);
    let wait = headers
        .and_then(|headers| headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("retry-after")))
        .and_then(|(_, value)| {
            value.as_str().map(str::to_owned).or_else(|| value.as_f64().map(|n| n.to_string()))
        });
    let upstream = wire::graph(status, None, body.as_ref());
    // No request here depends on another, so 424 can only be an echo of a failure beside it.
    if status == 424 {
        let detail = "a request of the batch failed with another one";
        return Some((
            index,
            Err(Failure::Transient { detail, retry_after: None, upstream: Some(upstream) }),
        ));
    }
    let result =
        classify(status, wire::retry_after(wait.as_deref()), upstream).and_then(|upstream| match body {
            Some(body @ Value::Object(_)) => Ok(body),
            _ => {
                let detail = "an answer in the batch is not JSON";
                Err(Failure::Transient { detail, retry_after: None, upstream: Some(upstream) })
            }
        });
    Some((index, result))
}

/// The failure that asks for the longer wait; throttling before anything else.
fn longer(worst: Option<Failure>, failure: Failure) -> Failure {
    let rank = |f: &Failure| match f {
        Failure::Throttled { retry_after, .. } => (1, retry_after.unwrap_or_default()),
        Failure::Transient { retry_after, .. } => (0, retry_after.unwrap_or_default()),
        _ => (0, std::time::Duration::ZERO),
    };
    match worst {
        Some(worst) if rank(&worst) >= rank(&failure) => worst,
        _ => failure,
    }
}

fn first_of(failures: BTreeMap<usize, Failure>, endpoint: &'static Endpoint) -> GraphError {
    match failures.into_values().find(|failure| matches!(failure, Failure::Unauthorized { .. })) {
        Some(failure) => failure.into_error(endpoint),
        None => wrong(endpoint, "the token is not accepted"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inner_answers_are_read_by_status() {
        let read = |response: Value| inner(response);
        assert!(matches!(read(json!({"id": "3", "status": 200, "body": {"a": 1}})), Some((3, Ok(_)))));
        let throttled = json!({"id": "0", "status": 429, "headers": {"retry-after": "2.5"}, "body": {}});
        assert!(matches!(
            read(throttled),
            Some((0, Err(Failure::Throttled { retry_after: Some(wait), .. }))) if wait.as_millis() == 2500
        ));
        for status in [424, 500, 503] {
            let failed = read(json!({"id": "1", "status": status, "body": null}));
            assert!(matches!(failed, Some((1, Err(Failure::Transient { .. })))), "{status}");
        }
        assert!(matches!(
            read(json!({"id": "1", "status": 404, "body": {}})),
            Some((1, Err(Failure::Refused { .. })))
        ));
        assert!(matches!(
            read(json!({"id": "1", "status": 200, "body": "aGk="})),
            Some((1, Err(Failure::Transient { .. })))
        ));
        for broken in
            [json!({}), json!({"id": 1, "status": 200}), json!({"id": "x", "status": 200}), json!("")]
        {
            assert!(read(broken).is_none());
        }
    }
}
