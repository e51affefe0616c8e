//! Throttling, batches and versions, with answers that the emulator does not give.

use crate::common::{Steps, TENANT, client, credentials, mock, quick};
use policytab_domain::{
    cloud::Cloud,
    ids::EntraTenantId,
    import::ImportStep,
    snapshot::{DocumentKind, ReferenceKind, ReferenceState},
};
use policytab_graph_client::{GraphClient, GraphError};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use wiremock::{
    Mock, MockServer, Request, ResponseTemplate,
    matchers::{method, path},
};

const CLOUD: Cloud = Cloud::Emulator;
const POLICIES: &str = "/beta/identity/conditionalAccess/policies";
const BATCH: &str = "/v1.0/$batch";

fn tenant() -> EntraTenantId {
    EntraTenantId::from_uuid(TENANT)
}

async fn asked(server: &MockServer, at: &str) -> usize {
    server.received_requests().await.unwrap().iter().filter(|request| request.url.path() == at).count()
}

fn throttled(retry_after: Option<&str>) -> ResponseTemplate {
    let answer = ResponseTemplate::new(429).set_body_json(json!({"error": {"code": "TooManyRequests"}}));
    match retry_after {
        Some(wait) => answer.insert_header("Retry-After", wait),
        None => answer,
    }
}

#[tokio::test]
async fn a_small_tenant_is_read_whole() {
    let server = mock::tenant().await;
    let steps = Steps::default();
    let read = client(&server.uri()).snapshot_read(CLOUD, tenant(), &credentials(), &steps).await.unwrap();
    assert_eq!(read.tenant.default_domain.as_deref(), Some("contoso.example"));
    assert_eq!(read.security_defaults, Some(false));
    assert_eq!(read.skus.as_ref().unwrap()[0].enabled_units, 25);
    assert!(!read.documents[0].beta_only);
    assert!(read.references.iter().all(|reference| reference.state == ReferenceState::Resolved));
    assert_eq!(read.references.len(), 4);
    let role = read.memberships.iter().find(|m| m.kind == ReferenceKind::Role).unwrap();
    assert_eq!(
        role.members,
        [mock::USER.parse::<uuid::Uuid>().unwrap()],
        "a role held over an administrative unit does not count"
    );
    assert!(role.complete && read.memberships.len() == 2);
    assert!(read.unread.is_empty());
    assert_eq!(steps.count(ImportStep::ReferencedObjects, "groups"), Some(1));
    assert_eq!(steps.count(ImportStep::Policies, "policies"), Some(1));
}

#[tokio::test]
async fn a_fractional_wait_is_honoured() {
    let server = mock::tenant().await;
    mock::once(&server, "GET", POLICIES, throttled(Some("0.65"))).await;
    let begun = Instant::now();
    client(&server.uri()).snapshot_read(CLOUD, tenant(), &credentials(), &()).await.unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(650));
    assert_eq!(asked(&server, POLICIES).await, 2);
}

#[tokio::test]
async fn an_absurd_wait_is_told_and_not_waited_for() {
    for wait in ["86400", "1e300"] {
        let server = mock::tenant().await;
        mock::first(&server, "GET", POLICIES, throttled(Some(wait))).await;
        let begun = Instant::now();
        let failure = client(&server.uri()).snapshot_read(CLOUD, tenant(), &credentials(), &()).await;
        let error = failure.expect_err("must fail").error;
        assert!(begun.elapsed() < Duration::from_secs(3));
        assert!(matches!(error, GraphError::Throttled { retry_after: Some(_), .. }));
        assert_eq!(error.problem().retry_after, Some(3600), "people are not told to wait for a day");
        assert_eq!(asked(&server, POLICIES).await, 1);
    }
}

#[tokio::test]
async fn endless_throttling_ends_after_five_tries() {
    for wait in [None, Some("0")] {
        let server = mock::tenant().await;
        mock::first(&server, "GET", POLICIES, throttled(wait)).await;
        let failure = client(&server.uri()).snapshot_read(CLOUD, tenant(), &credentials(), &()).await;
        let failure = failure.expect_err("must fail");
        assert_eq!(failure.step, ImportStep::Policies);
        assert!(matches!(failure.error, GraphError::Throttled { .. }));
        assert_eq!(asked(&server, POLICIES).await, 5);
    }
}

#[tokio::test]
async fn server_errors_are_tried_again_and_a_wait_with_them_is_honoured() {
    let server = mock::tenant().await;
    for status in [500, 502, 504] {
        mock::once(&server, "GET", "/v1.0/organization", ResponseTemplate::new(status)).await;
    }
    let busy = ResponseTemplate::new(503).insert_header("Retry-After", "0.4");
    mock::once(&server, "GET", "/v1.0/organization", busy).await;
    let begun = Instant::now();
    client(&server.uri()).snapshot_read(CLOUD, tenant(), &credentials(), &()).await.unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(400));
    assert_eq!(asked(&server, "/v1.0/organization").await, 5);
}

#[tokio::test]
async fn a_token_that_is_no_longer_accepted_is_renewed_once() {
    let expired =
        || ResponseTemplate::new(401).set_body_json(json!({"error": {"code": "InvalidAuthenticationToken"}}));
    let server = mock::tenant().await;
    mock::once(&server, "GET", POLICIES, expired()).await;
    client(&server.uri()).snapshot_read(CLOUD, tenant(), &credentials(), &()).await.unwrap();
    assert_eq!(asked(&server, &mock::token_path()).await, 2);

    let server = mock::tenant().await;
    mock::first(&server, "GET", POLICIES, expired()).await;
    let failure = client(&server.uri()).snapshot_read(CLOUD, tenant(), &credentials(), &()).await;
    assert!(matches!(failure.expect_err("must fail").error, GraphError::TokenFailed { .. }));
    assert_eq!(asked(&server, &mock::token_path()).await, 2, "renewed once, not again and again");
}

/// Answers batches: `change` alters the list of answers.
async fn batches(server: &MockServer, times: u64, change: fn(&mut Vec<Value>)) {
    let answer = move |request: &Request| {
        let asked: Value = serde_json::from_slice(&request.body).unwrap();
        let one = |r: &Value| json!({"id": r["id"], "status": 200, "body": mock::inner(r["url"].as_str().unwrap())});
        let mut answers: Vec<Value> = asked["requests"].as_array().unwrap().iter().map(one).collect();
        change(&mut answers);
        ResponseTemplate::new(200).set_body_json(json!({"responses": answers}))
    };
    let mock = Mock::given(method("POST")).and(path(BATCH)).respond_with(answer);
    mock.up_to_n_times(times).with_priority(1).mount(server).await;
}

#[tokio::test]
async fn inner_failures_that_may_pass_are_sent_again() {
    for change in [
        |answers: &mut Vec<Value>| answers[0]["status"] = json!(424),
        |answers: &mut Vec<Value>| answers[0]["status"] = json!(503),
        |answers: &mut Vec<Value>| {
            answers[0] =
                json!({"id": answers[0]["id"], "status": 429, "headers": {"Retry-After": "0.2"}, "body": {}});
        },
        |answers: &mut Vec<Value>| answers[0]["body"] = json!("bm90IEpTT04="),
    ] {
        let server = mock::tenant().await;
        batches(&server, 1, change).await;
        let read = client(&server.uri()).snapshot_read(CLOUD, tenant(), &credentials(), &()).await.unwrap();
        assert_eq!(read.memberships.len(), 2);
        assert_eq!(asked(&server, BATCH).await, 4, "three batches, one of them twice");
    }
}

#[tokio::test]
async fn a_batch_that_answers_otherwise_than_asked_ends_the_import() {
    for change in [
        |answers: &mut Vec<Value>| answers.clear(),
        |answers: &mut Vec<Value>| answers.push(answers[0].clone()),
        |answers: &mut Vec<Value>| answers[0]["id"] = json!("77"),
        |answers: &mut Vec<Value>| answers[0] = json!({"id": "0"}),
        |answers: &mut Vec<Value>| answers[0] = json!("0"),
    ] {
        let server = mock::tenant().await;
        batches(&server, 100, change).await;
        let failure = client(&server.uri()).snapshot_read(CLOUD, tenant(), &credentials(), &()).await;
        let failure = failure.expect_err("must fail");
        assert_eq!(failure.step, ImportStep::ReferencedObjects);
        assert!(matches!(failure.error, GraphError::Unavailable { .. }), "{}", failure.error);
    }
}

#[tokio::test]
async fn inner_throttling_without_end_is_throttled() {
    let server = mock::tenant().await;
    batches(&server, 1000, |answers| answers[0]["status"] = json!(429)).await;
    let failure = client(&server.uri()).snapshot_read(CLOUD, tenant(), &credentials(), &()).await;
    let error = failure.expect_err("must fail").error;
    assert!(matches!(error, GraphError::Throttled { .. }), "{error}");
    assert!(asked(&server, BATCH).await <= 15, "five tries for each of three batches");
}

#[tokio::test]
async fn what_only_one_version_lists_is_kept_and_marked() {
    let server = mock::tenant().await;
    let (beta, v1) = ("9011c700-0000-4000-8000-0000000000b1", "9011c700-0000-4000-8000-0000000000b2");
    mock::first(
        &server,
        "GET",
        POLICIES,
        mock::list(json!([mock::policy(mock::POLICY), mock::policy(beta)])),
    )
    .await;
    let listed = json!([mock::policy(mock::POLICY), mock::policy(v1)]);
    mock::first(&server, "GET", "/v1.0/identity/conditionalAccess/policies", mock::list(listed)).await;
    let steps = Steps::default();
    let read = client(&server.uri()).snapshot_read(CLOUD, tenant(), &credentials(), &steps).await.unwrap();
    let policies: Vec<_> =
        read.of_kind(DocumentKind::Policy).map(|p| (p.object_id.as_str(), p.beta_only)).collect();
    assert_eq!(policies, [(mock::POLICY, false), (beta, true), (v1, false)]);
    assert_eq!(steps.count(ImportStep::Policies, "beta_only"), Some(1));
}

#[tokio::test]
async fn a_comparison_of_versions_that_fails_does_not_cost_the_import() {
    let server = mock::tenant().await;
    mock::first(&server, "GET", "/v1.0/identity/conditionalAccess/policies", ResponseTemplate::new(503))
        .await;
    let read = client(&server.uri()).snapshot_read(CLOUD, tenant(), &credentials(), &()).await.unwrap();
    assert_eq!(read.unread.len(), 1);
    assert_eq!(read.unread[0].what, "policy_versions");

    let server = mock::tenant().await;
    let config = policytab_graph_client::GraphConfig { compare_versions: false, ..quick(&server.uri()) };
    GraphClient::new(config).unwrap().snapshot_read(CLOUD, tenant(), &credentials(), &()).await.unwrap();
    assert_eq!(asked(&server, "/v1.0/identity/conditionalAccess/policies").await, 0);
}

#[tokio::test]
async fn every_call_says_what_it_must() {
    let server = mock::tenant().await;
    client(&server.uri()).snapshot_read(CLOUD, tenant(), &credentials(), &()).await.unwrap();
    let requests = server.received_requests().await.unwrap();
    let header =
        |request: &Request, name: &str| request.headers.get(name).map(|v| v.to_str().unwrap().to_owned());
    let mut ids = std::collections::BTreeSet::new();
    for request in &requests {
        assert!(ids.insert(header(request, "client-request-id").unwrap()), "a fresh id for each call");
        if request.url.path() != mock::token_path() {
            assert_eq!(header(request, "prefer").as_deref(), Some("include-unknown-enum-members"));
            assert!(header(request, "authorization").unwrap().starts_with("Bearer "));
        }
    }
    let in_batches: Vec<Value> = requests
        .iter()
        .filter(|request| request.url.path() == BATCH)
        .flat_map(|request| {
            serde_json::from_slice::<Value>(&request.body).unwrap()["requests"].as_array().unwrap().clone()
        })
        .collect();
    assert_eq!(in_batches.len(), 3);
    for inner in in_batches {
        assert_eq!(inner["headers"]["Prefer"], "include-unknown-enum-members");
        let members = inner["url"].as_str().unwrap().starts_with("/groups/");
        assert_eq!(inner["headers"].get("ConsistencyLevel").is_some(), members);
    }
}
