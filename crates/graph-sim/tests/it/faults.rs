//! Faults as a client feels them.

use std::time::{Duration, Instant};

use policytab_graph_sim::{Fault, FaultKind};
use serde_json::Value;

use crate::common::{Bench, Caller};

const ORGANIZATION: &str = "/v1.0/organization";

async fn strike(bench: &Bench, path: &str, what: FaultKind) -> u64 {
    bench.control().faults_clear();
    bench.control().fault_set(Fault::on(path, what).of_tenant("good")).expect("a fault")
}

#[tokio::test]
async fn statuses_come_with_and_without_retry_after() {
    let bench = Bench::start().await;
    let caller = bench.caller("good").await;
    let other = bench.caller("messy").await;
    for (status, retry_after) in
        [(429, None), (429, Some("86400")), (500, None), (502, None), (503, Some("2")), (504, None)]
    {
        let what = FaultKind::Status { status, retry_after: retry_after.map(str::to_owned) };
        let id = strike(&bench, "/organization", what).await;
        let response = caller.raw(ORGANIZATION).await;
        assert_eq!(response.status(), status);
        assert_eq!(response.headers().get("Retry-After").and_then(|value| value.to_str().ok()), retry_after);
        assert!(response.json::<Value>().await.expect("JSON")["error"]["code"].is_string());
        assert_eq!(bench.control().fault_hits(id), Some(1));
        other.ok(ORGANIZATION).await;
    }
    bench.control().faults_clear();
    bench
        .control()
        .fault_set(Fault::on("/organization", FaultKind::Garbage).after(1).times(1))
        .expect("a fault");
    caller.ok(ORGANIZATION).await;
    assert!(caller.raw(ORGANIZATION).await.json::<Value>().await.is_err());
    caller.ok(ORGANIZATION).await;
    bench.sim.stop().await;
}

#[tokio::test]
async fn bodies_and_connections_break() {
    let bench = Bench::start().await;
    let caller = bench.caller("good").await;
    strike(&bench, "/organization", FaultKind::Truncated).await;
    let response = caller.raw(ORGANIZATION).await;
    assert_eq!(response.status(), 200);
    assert!(response.bytes().await.is_err(), "the body ends too early");
    strike(&bench, "/organization", FaultKind::Reset).await;
    let request = caller.request(reqwest::Method::GET, ORGANIZATION);
    assert!(request.send().await.is_err_and(|error| error.is_request()), "no answer at all");
    strike(&bench, "/organization", FaultKind::WrongContentType).await;
    let response = caller.raw(ORGANIZATION).await;
    assert!(response.headers()["content-type"].to_str().is_ok_and(|kind| kind.starts_with("text/html")));
    strike(&bench, "/organization", FaultKind::Inflate { factor: 10 }).await;
    let long = caller.raw(ORGANIZATION).await.bytes().await.expect("a body").len();
    bench.control().faults_clear();
    let plain = caller.raw(ORGANIZATION).await.bytes().await.expect("a body").len();
    assert_eq!(long, plain * 10);
    bench.sim.stop().await;
}

#[tokio::test]
async fn time_passes_or_stands_still() {
    let bench = Bench::start().await;
    let caller = bench.caller("good").await;
    strike(&bench, "/organization", FaultKind::Hang).await;
    let request = caller.request(reqwest::Method::GET, ORGANIZATION).timeout(Duration::from_millis(200));
    assert!(request.send().await.is_err_and(|error| error.is_timeout()));
    strike(&bench, "/organization", FaultKind::Trickle { interval_ms: 50 }).await;
    let request = caller.request(reqwest::Method::GET, ORGANIZATION).timeout(Duration::from_millis(400));
    let response = request.send().await.expect("headers come at once");
    assert!(response.bytes().await.is_err_and(|error| error.is_timeout()));
    strike(&bench, "/organization", FaultKind::Latency { ms: 100 }).await;
    bench.control().settings_update(|settings| settings.latency_ms = 60);
    let start = Instant::now();
    caller.ok(ORGANIZATION).await;
    assert!(start.elapsed() >= Duration::from_millis(160));
    let start = Instant::now();
    caller.ok("/v1.0/domains").await;
    let took = start.elapsed();
    assert!(took >= Duration::from_millis(60) && took < Duration::from_millis(160), "{took:?}");
    bench.sim.stop().await;
}

async fn link(caller: &Caller<'_>, path: &str) -> String {
    caller.ok(path).await["@odata.nextLink"].as_str().expect("a link").to_owned()
}

#[tokio::test]
async fn next_links_lead_astray() {
    let bench = Bench::start().await;
    let caller = bench.caller("good").await;
    strike(&bench, "/groups", FaultKind::NextLinkLoop).await;
    assert_eq!(link(&caller, "/v1.0/groups").await, bench.url("/v1.0/groups"));
    strike(&bench, "/groups", FaultKind::NextLinkOtherHost).await;
    assert!(!link(&caller, "/v1.0/groups").await.starts_with(&bench.sim.base_url()));
    strike(&bench, "/users", FaultKind::DuplicatePage).await;
    let (users, pages) = caller.pages("/v1.0/users").await;
    assert_eq!((users.len(), pages), (90, 2), "the same page twice, and then an end");
    bench.control().faults_clear();
    let once = Fault::on("/users", FaultKind::DuplicatePage).times(1);
    bench.control().fault_set(once).expect("a fault");
    let (users, pages) = bench.caller("messy").await.pages("/v1.0/users?$select=id").await;
    assert_eq!((users.len(), pages), (236, 3), "the first page of a hundred twice, and then on");
    bench.sim.stop().await;
}

#[tokio::test]
async fn sign_in_fails_on_demand() {
    let bench = Bench::start().await;
    let good = bench.tenant("good");
    strike(&bench, "*/oauth2/v2.0/token", FaultKind::Aadsts { code: 53003 }).await;
    let (status, body) = bench.token_answer(&good.domain, &good).await;
    assert_eq!((status, body["error_codes"][0].as_u64()), (400, Some(53003)));
    bench.token("messy").await;
    bench.sim.stop().await;
}
