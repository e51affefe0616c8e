//! Imports of the emulator's fleet while things go wrong: the right error in time, or the whole snapshot, and never a
//! part of one.

use crate::common::sim::{CLOUD, asked, client, config, credentials, demo, fleet, id};
use policytab_domain::{
    import::ImportStep,
    problem::ProblemCode,
    snapshot::{DocumentKind, SnapshotContent},
};
use policytab_graph_client::{GraphClient, GraphConfig, GraphError, Observer, StepFailure};
use policytab_graph_sim::{Fault, FaultKind, FaultScope, Sim};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

const POLICIES: &str = "/beta/identity/conditionalAccess/policies";

async fn read_with(sim: &Sim, client: &GraphClient, key: &str) -> Result<SnapshotContent, StepFailure> {
    let tenant = demo(sim, key);
    client.snapshot_read(CLOUD, id(&tenant), &credentials(&tenant), &()).await
}

fn status(status: u16, retry_after: Option<&str>) -> FaultKind {
    FaultKind::Status { status, retry_after: retry_after.map(str::to_owned) }
}

#[tokio::test]
async fn a_lasting_fault_ends_in_its_error_in_time_and_after_five_tries() {
    let sim = fleet().await;
    let config = GraphConfig {
        request_timeout: Duration::from_millis(400),
        import_deadline: Duration::from_secs(5),
        ..config(&sim)
    };
    let client = GraphClient::new(config).unwrap();
    let (throttled, unavailable) = (ProblemCode::GraphThrottled, ProblemCode::GraphUnavailable);
    for (fault, expected) in [
        (status(429, None), throttled),
        (status(429, Some("0.02")), throttled),
        (status(429, Some("86400")), throttled),
        (status(500, None), unavailable),
        (status(502, None), unavailable),
        (status(503, Some("0.01")), unavailable),
        (status(504, None), unavailable),
        (status(400, None), unavailable),
        (FaultKind::Garbage, unavailable),
        (FaultKind::Truncated, unavailable),
        (FaultKind::WrongContentType, unavailable),
        (FaultKind::Hang, unavailable),
        (FaultKind::Reset, unavailable),
        (FaultKind::Trickle { interval_ms: 50 }, unavailable),
        (FaultKind::NextLinkLoop, unavailable),
        (FaultKind::NextLinkOtherHost, unavailable),
        (FaultKind::DuplicatePage, unavailable),
    ] {
        sim.control().requests_clear();
        sim.control().faults_clear();
        sim.control().fault_set(Fault::on(POLICIES, fault.clone())).unwrap();
        let begun = Instant::now();
        let failure = read_with(&sim, &client, "good").await.expect_err(&format!("{fault:?}"));
        assert_eq!(failure.step, ImportStep::Policies, "{fault:?}");
        assert_eq!(failure.error.problem().code, expected, "{fault:?}: {failure}");
        assert!(begun.elapsed() < Duration::from_secs(6), "{fault:?}");
        let tries = asked(&sim, POLICIES).len();
        assert!((1..=5).contains(&tries), "{fault:?}: {tries} tries");
    }
}

#[tokio::test]
async fn a_fault_that_passes_costs_nothing_but_time() {
    let sim = fleet().await;
    let client = client(&sim);
    for fault in [
        status(429, None),
        status(429, Some("0.3")),
        status(503, Some("0.1")),
        status(500, None),
        status(408, None),
        FaultKind::Garbage,
        FaultKind::Truncated,
        FaultKind::WrongContentType,
        FaultKind::Reset,
    ] {
        sim.control().faults_clear();
        // Two in a row on every path there is, each path on its own.
        for path in [
            "*/token",
            "/organization",
            POLICIES,
            "/subscribedSkus",
            "*/namedLocations",
            "*/getByIds",
            "*/$batch",
        ] {
            sim.control().fault_set(Fault::on(path, fault.clone()).times(2)).unwrap();
        }
        let read =
            read_with(&sim, &client, "good").await.unwrap_or_else(|failure| panic!("{fault:?}: {failure}"));
        assert_eq!(read.of_kind(DocumentKind::Policy).count(), 14);
        assert!(read.unread.iter().all(|unread| unread.what != "directory_objects"));
    }
}

#[tokio::test]
async fn parts_of_a_batch_that_fail_are_sent_again_alone() {
    let sim = fleet().await;
    let client = client(&sim);
    for fault in [status(429, Some("0.2")), status(429, None), status(503, None), status(504, None)] {
        sim.control().faults_clear();
        sim.control().requests_clear();
        let inner = Fault { scope: FaultScope::Inner, ..Fault::on("/groups/*", fault.clone()).times(3) };
        sim.control().fault_set(inner).unwrap();
        read_with(&sim, &client, "good").await.unwrap_or_else(|failure| panic!("{fault:?}: {failure}"));
        let mut tries: BTreeMap<String, usize> = BTreeMap::new();
        for part in sim.control().requests().into_iter().filter(|r| r.in_batch && r.path.contains("/groups/"))
        {
            *tries.entry(part.path).or_default() += 1;
        }
        let again = tries.values().map(|tries| tries - 1).sum::<usize>();
        assert_eq!(again, 3, "{fault:?}: only what failed is sent again: {tries:?}");
    }
    sim.control().faults_clear();
    let lasting = Fault { scope: FaultScope::Inner, ..Fault::on("/groups/*", status(429, None)) };
    sim.control().fault_set(lasting).unwrap();
    let failure = read_with(&sim, &client, "good").await.expect_err("must fail");
    assert_eq!(failure.step, ImportStep::ReferencedObjects);
    assert!(matches!(failure.error, GraphError::Throttled { .. }), "{failure}");
}

#[tokio::test]
async fn an_answer_ten_times_its_size_is_read_and_one_beyond_the_bound_is_not() {
    let sim = fleet().await;
    let client = client(&sim);
    sim.control().fault_set(Fault::on("*", FaultKind::Inflate { factor: 10 })).unwrap();
    read_with(&sim, &client, "good").await.unwrap();
    sim.control().faults_clear();
    sim.control().fault_set(Fault::on(POLICIES, FaultKind::Inflate { factor: 1000 })).unwrap();
    let failure = read_with(&sim, &client, "good").await.expect_err("must fail");
    assert!(failure.to_string().contains("too large"), "{failure}");
}

#[tokio::test]
async fn a_token_that_ends_during_an_import_is_renewed() {
    let sim = fleet().await;
    let client = client(&sim);
    // The clock jumps beyond the first token's end while the policies are on their way.
    sim.control().fault_set(Fault::on(POLICIES, FaultKind::Latency { ms: 400 })).unwrap();
    let control = sim.control();
    let jump = async {
        tokio::time::sleep(Duration::from_millis(250)).await;
        control.settings_update(|settings| settings.clock_offset_s = 7200);
    };
    let (read, ()) = tokio::join!(read_with(&sim, &client, "good"), jump);
    assert_eq!(read.unwrap().of_kind(DocumentKind::Policy).count(), 14);
    assert_eq!(asked(&sim, "/token").len(), 2);
    assert!(sim.control().requests().iter().any(|request| request.status == 401), "the first token did end");
}

#[tokio::test]
async fn an_app_deleted_during_an_import_is_told_so() {
    let sim = fleet().await;
    let client = client(&sim);
    let tenant = demo(&sim, "good");
    let token = client.token(CLOUD, id(&tenant), &credentials(&tenant)).await.unwrap();
    sim.control().fault_set(Fault::on("/organization", status(401, None))).unwrap();
    let error = client.organization(CLOUD, &token).await.expect_err("must fail");
    assert!(matches!(error, GraphError::TokenFailed { .. }), "{error}");
    assert_eq!(asked(&sim, "/token").len(), 1, "nothing to renew it with");
}

#[tokio::test]
async fn the_whole_import_has_one_deadline() {
    let sim = fleet().await;
    sim.control().settings_update(|settings| settings.latency_ms = 300);
    let config = GraphConfig { import_deadline: Duration::from_millis(700), ..config(&sim) };
    let begun = Instant::now();
    let failure = read_with(&sim, &GraphClient::new(config).unwrap(), "good").await.expect_err("must fail");
    assert!(begun.elapsed() < Duration::from_millis(1500));
    assert_eq!(failure.error.problem().code, ProblemCode::GraphUnavailable);
}

#[derive(Default)]
struct Counted(Mutex<Vec<(&'static str, &'static str)>>);

impl Observer for Counted {
    fn call(&self, endpoint: &'static str, outcome: &'static str, seconds: f64) {
        assert!(seconds >= 0.0);
        self.0.lock().unwrap().push((endpoint, outcome));
    }
}

#[tokio::test]
async fn metrics_see_every_call_with_its_outcome() {
    let sim = fleet().await;
    let counted = Arc::new(Counted::default());
    let config = GraphConfig { observer: Some(Arc::clone(&counted) as Arc<dyn Observer>), ..config(&sim) };
    sim.control().fault_set(Fault::on(POLICIES, status(429, None)).times(1)).unwrap();
    sim.control().fault_set(Fault::on("/organization", status(500, None)).times(1)).unwrap();
    sim.control().fault_set(Fault::on("/subscribedSkus", FaultKind::Reset).times(1)).unwrap();
    read_with(&sim, &GraphClient::new(config).unwrap(), "good").await.unwrap();
    let seen = counted.0.lock().unwrap();
    for expected in [
        ("token", "ok"),
        ("beta/policies", "throttled"),
        ("beta/policies", "ok"),
        ("v1.0/organization", "server_error"),
        ("v1.0/subscribedSkus", "no_answer"),
        ("v1.0/$batch", "ok"),
    ] {
        assert!(seen.contains(&expected), "{expected:?} in {seen:?}");
    }
    let outer = sim.control().requests().iter().filter(|request| !request.in_batch).count();
    assert_eq!(seen.len(), outer, "one for each call on the wire");
}
