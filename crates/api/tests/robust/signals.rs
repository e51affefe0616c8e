//! SIGTERM: a worker gives its job back, a server finishes what it was asked.

use crate::harness::{LEASE, Stage, eventually};
use futures_util::future::join_all;
use policytab_graph_sim::{Fault, FaultKind};
use reqwest::Method;
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

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
        stage.server.terminate();
        eventually("it says so", Duration::from_secs(5), async || {
            (!stage.is_ready(&stage.base).await).then_some(())
        })
        .await;
        stopping.store(true, Ordering::Relaxed);
    };
    let (answered, ()) = tokio::join!(join_all(callers), turning);
    assert!(answered.iter().all(|count| *count > 0), "{answered:?}");
    let told = Instant::now();
    assert!(stage.server.ended(Duration::from_secs(30)).await.success());
    assert!(told.elapsed() < Duration::from_secs(30));
    for reader in readers {
        let said = tokio::time::timeout(LEASE, reader.text()).await.unwrap();
        assert!(said.unwrap().starts_with("retry:"), "streams end in order");
    }
}
