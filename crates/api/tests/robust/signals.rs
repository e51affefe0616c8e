//! SIGTERM: a worker gives its job back, a server finishes what it was asked.

use crate::harness::{LEASE, Stage, eventually};
use futures_util::future::join_all;
use policytab_graph_sim::{Fault, FaultKind};
use reqwest::Method;
use serde_json::json;
use std::{
    io,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

/// A process that is told to stop has ended by then, whatever it was at.
const EXIT: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_is_stopped_gives_its_jobs_back_at_once() {
    // A lease that would outlast the test.
    let stage = Stage::with(&[("POLICYTAB_JOB_LEASE_SECONDS", "120")]).await;
    let (asking, writing) =
        (stage.connected("Stopped asking").await, stage.connected("Stopped writing").await);
    let fault = stage.fault(&asking, Fault::on("*/namedLocations", FaultKind::Hang));
    let (asked, written) = (stage.import(&asking).await, stage.import(&writing).await);
    let hold = stage.behind.hold(&[format!("{written}:comparison:succeeded")]).await;
    let mut leaving = stage.worker("leaving", 2);
    eventually("the step runs", Duration::from_secs(20), async || {
        (stage.step(&asking, &asked, "named_locations").await == "running").then_some(())
    })
    .await;
    stage.behind.held(1).await;
    let heir = stage.worker("heir", 2);
    stage.control().fault_clear(fault);
    let stopped = Instant::now();
    leaving.terminate();
    hold.open();
    assert!(leaving.ended(Duration::from_secs(8)).await.success());
    for (customer, import) in [(&asking, &asked), (&writing, &written)] {
        stage.is_whole(customer, import).await;
    }
    assert!(stopped.elapsed() < Duration::from_secs(15), "{:?}", stopped.elapsed());
    drop(heir);
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_workers_again_and_again_does_not_use_up_an_imports_tries() {
    let stage = Stage::with(&[("POLICYTAB_JOB_LEASE_SECONDS", "120")]).await;
    let customer = stage.connected("Deployed often").await;
    let fault = stage.fault(&customer, Fault::on("*/organization", FaultKind::Hang));
    let import = stage.import(&customer).await;
    for round in 0..7 {
        let mut worker = stage.worker(&format!("worker-{round}"), 1);
        let claimed = "SELECT count(*) FROM jobs WHERE lease_token IS NOT NULL";
        eventually("the job is claimed", Duration::from_secs(10), async || {
            (stage.behind.number(claimed).await == 1).then_some(())
        })
        .await;
        worker.terminate();
        assert!(worker.ended(Duration::from_secs(8)).await.success());
    }
    stage.control().fault_clear(fault);
    let _last = stage.worker("last", 1);
    stage.is_whole(&customer, &import).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_stopped_finishes_its_requests() {
    let mut stage = Stage::new().await;
    let customer = stage.connected("Slow").await;
    stage.fault(&customer, Fault::on("*/token", FaultKind::Latency { ms: 1500 }));
    let (path, body) = (format!("/customers/{}/connect", customer.id), stage.credentials(&customer));
    let events = stage.events().await;
    let asked = stage.call(Method::PUT, &path, Some(&body));
    let stopping = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        stage.server.terminate();
    };
    let ((status, answer), ()) = tokio::join!(asked, stopping);
    assert_eq!(status, 200, "{answer}");
    // A stream of events has no end of its own: the server ends it.
    let stream = tokio::time::timeout(LEASE, events.text()).await.unwrap();
    assert!(stream.unwrap().starts_with("retry:"), "the stream ended in order");
    let ended = stage.server.ended(Duration::from_secs(10)).await;
    assert!(ended.success(), "{ended}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_stopped_under_load_loses_no_request() {
    let mut stage = Stage::new().await;
    let mut readers = Vec::new();
    for _ in 0..10 {
        readers.push(stage.events().await);
    }
    let stopping = AtomicBool::new(false);
    // Each on connections of its own, until the server says that it is not ready: what is asked before is answered.
    let callers = (0..16).map(async |caller: usize| {
        let http = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
        let mut answered = 0;
        while !stopping.load(Ordering::Relaxed) {
            let request = http.get(format!("{}/api/v1/customers", stage.base)).bearer_auth(stage.token());
            let answer = request.send().await.unwrap_or_else(|e| panic!("caller {caller} was lost: {e:?}"));
            assert_eq!(answer.status(), 200);
            answer.bytes().await.unwrap();
            answered += 1;
        }
        answered
    });
    let turning = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let told = Instant::now();
        stage.server.terminate();
        eventually("it says so", Duration::from_secs(5), async || {
            (!stage.is_ready(&stage.base).await).then_some(())
        })
        .await;
        stopping.store(true, Ordering::Relaxed);
        told
    };
    let (answered, told) = tokio::join!(join_all(callers), turning);
    assert!(answered.iter().all(|count| *count > 0), "{answered:?}");
    assert!(stage.server.ended(EXIT).await.success());
    assert!(told.elapsed() < EXIT);
    for reader in readers {
        let said = tokio::time::timeout(LEASE, reader.text()).await.unwrap();
        assert!(said.unwrap().starts_with("retry:"), "streams end in order");
    }
}

/// Whether nobody listens there any more: the one way in which a request may fail when a server ends.
fn is_refused(error: &reqwest::Error) -> bool {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        if error.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::ConnectionRefused) {
            return true;
        }
        cause = error.source();
    }
    false
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_that_keep_their_connections_lose_nothing_until_nobody_listens() {
    let mut stage = Stage::new().await;
    // One pool of connections for all, as a proxy or an application has it. They hear nothing of readiness.
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let (base, token) = (stage.base.clone(), stage.token().to_owned());
    let callers = (0..16).map(async |caller: usize| {
        let (mut answered, mut closing) = (0, 0);
        loop {
            let url = format!("{base}/api/v1/customers");
            let key = format!("{caller}, {answered}");
            let request = match answered % 2 {
                0 => http.get(&url),
                _ => http
                    .post(&url)
                    .header("idempotency-key", &key)
                    .json(&json!({"display_name": format!("Added by {key}"), "cloud": "emulator"})),
            };
            match request.bearer_auth(&token).send().await {
                Ok(answer) => {
                    let closes = answer.headers().get("connection").is_some_and(|value| value == "close");
                    closing += usize::from(closes);
                    let status = answer.status().as_u16();
                    let body = answer.text().await.unwrap_or_else(|e| panic!("{key}: half an answer: {e:?}"));
                    assert!(matches!(status, 200 | 201), "{key}: {status} {body}");
                    answered += 1;
                }
                Err(error) if is_refused(&error) => return (answered, closing),
                Err(error) => panic!("{key} was lost: {error:?}"),
            }
            tokio::time::sleep(Duration::from_millis(10 + 7 * (caller as u64 % 5))).await;
        }
    });
    let stopping = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let told = Instant::now();
        stage.server.terminate();
        let ended = stage.server.ended(EXIT).await;
        assert!(ended.success(), "{ended}");
        assert!(told.elapsed() < EXIT, "{:?}", told.elapsed());
    };
    let (answered, ()) = tokio::join!(join_all(callers), stopping);
    assert!(answered.iter().all(|(answered, closing)| *answered > 10 && *closing > 0), "{answered:?}");
    let adds: usize = answered.iter().map(|(answered, _)| answered / 2).sum();
    let there = "SELECT count(*) FROM customers WHERE display_name LIKE 'Added by %'";
    assert_eq!(usize::try_from(stage.behind.number(there).await).unwrap(), adds, "each was done once");
    eprintln!("{} requests, none lost", answered.iter().map(|(answered, _)| answered).sum::<usize>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_ends_in_time_whatever_it_was_at() {
    let mut stage = Stage::with(&[("POLICYTAB_WORKERS", "4")]).await;
    // Imports and requests that go on for longer than anybody waits, and a caller who never finishes a body.
    let mut paths = Vec::new();
    for number in 0..4 {
        let customer = stage.connected(&format!("Hanging {number}")).await;
        stage.fault(&customer, Fault::on("*", FaultKind::Hang));
        stage.import(&customer).await;
        paths.push((format!("/customers/{}/connect", customer.id), stage.credentials(&customer)));
    }
    let asked = join_all(paths.iter().map(|(path, body)| {
        let url = format!("{}/api/v1{path}", stage.base);
        stage.http.put(url).bearer_auth(stage.token()).json(body).send()
    }));
    let stopping = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let told = Instant::now();
        stage.server.terminate();
        assert!(stage.server.ended(EXIT).await.success());
        assert!(told.elapsed() < EXIT, "{:?}", told.elapsed());
    };
    tokio::join!(asked, stopping);
}
