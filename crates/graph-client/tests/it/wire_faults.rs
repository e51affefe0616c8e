//! What no well-behaved service sends: each must end in the right error, in time, without a part of a snapshot.

use crate::common::{TENANT, client, credentials, mock, quick, raw, raw::Act};
use policytab_domain::{
    cloud::Cloud,
    ids::EntraTenantId,
    import::ImportStep,
    problem::{ProblemCode, TokenReason},
    snapshot::DocumentKind,
};
use policytab_graph_client::{AppToken, GraphClient, GraphError};
use serde_json::json;
use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};
use wiremock::{MockServer, ResponseTemplate};

const CLOUD: Cloud = Cloud::Emulator;
const POLICIES: &str = "/beta/identity/conditionalAccess/policies";

fn tenant() -> EntraTenantId {
    EntraTenantId::from_uuid(TENANT)
}

async fn token(origin: &str) -> Result<AppToken, GraphError> {
    client(origin).token(CLOUD, tenant(), &credentials()).await
}

async fn import_error(client: &GraphClient) -> (ImportStep, GraphError) {
    let failure = client.snapshot_read(CLOUD, tenant(), &credentials(), &()).await.expect_err("must fail");
    (failure.step, failure.error)
}

fn detail(error: &GraphError) -> &str {
    match error {
        GraphError::Unavailable { detail, .. } => detail,
        other => panic!("expected Unavailable, got {other}"),
    }
}

async fn asked(server: &MockServer, at: &str) -> usize {
    server.received_requests().await.unwrap().iter().filter(|request| request.url.path() == at).count()
}

#[tokio::test]
async fn connections_that_break_are_tried_five_times_and_no_more() {
    for act in [
        Act::Reset,
        Act::Say(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\nConnection: close\r\n\r\n{\"acc"),
        Act::Say(b"this is not HTTP\r\n\r\n"),
    ] {
        let (origin, count) = raw::serve(act).await;
        let error = token(&origin).await.expect_err("must fail");
        assert_eq!(error.problem().code, ProblemCode::GraphUnavailable);
        assert_eq!(count.load(Ordering::SeqCst), 5);
    }
}

#[tokio::test]
async fn silence_and_trickling_end_with_the_deadline() {
    for act in [Act::Silence, Act::Trickle] {
        let (origin, count) = raw::serve(act).await;
        let mut config = quick(&origin);
        config.request_timeout = Duration::from_millis(300);
        config.interactive_deadline = Duration::from_millis(800);
        let begun = Instant::now();
        let error = GraphClient::new(config).unwrap().token(CLOUD, tenant(), &credentials()).await;
        assert_eq!(detail(&error.expect_err("must fail")), "no answer in time");
        assert!(begun.elapsed() < Duration::from_millis(1500), "{:?}", begun.elapsed());
        assert!(count.load(Ordering::SeqCst) <= 5);
    }
}

#[tokio::test]
async fn nobody_listening_is_unavailable() {
    let error = token("http://127.0.0.1:9").await.expect_err("must fail");
    assert_eq!(detail(&error), "no connection");
    assert!(error.problem().code.retryable());
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = MockServer::start().await;
    let server = mock::tenant().await;
    for status in [301, 302, 307, 308] {
        let answer = ResponseTemplate::new(status).insert_header("location", elsewhere.uri().as_str());
        mock::once(&server, "POST", &mock::token_path(), answer).await;
        let error = token(&server.uri()).await.expect_err("must fail");
        assert_eq!(detail(&error), "the answer is a redirect");
    }
    assert!(elsewhere.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_success_that_is_not_json_is_no_success() {
    let server = mock::tenant().await;
    let page = ResponseTemplate::new(200).set_body_raw("{\"value\":[]}", "text/html");
    mock::first(&server, "GET", POLICIES, page).await;
    let (step, error) = import_error(&client(&server.uri())).await;
    assert_eq!((step, detail(&error)), (ImportStep::Policies, "the answer is not JSON"));
    assert_eq!(asked(&server, POLICIES).await, 5);

    let server = mock::tenant().await;
    let page = ResponseTemplate::new(200).set_body_raw("{\"value\":[", "application/json");
    mock::once(&server, "GET", POLICIES, page).await;
    let read = client(&server.uri()).snapshot_read(CLOUD, tenant(), &credentials(), &()).await;
    assert_eq!(read.unwrap().documents.len(), 1, "one broken answer is tried again");
}

#[tokio::test]
async fn an_answer_of_ten_megabytes_is_not_read_and_not_asked_for_again() {
    let server = mock::tenant().await;
    let mut body = String::from("{\"value\":[");
    body.push_str(&" ".repeat(10 << 20));
    body.push_str("]}");
    mock::first(&server, "GET", POLICIES, ResponseTemplate::new(200).set_body_raw(body, "application/json"))
        .await;
    let (_, error) = import_error(&client(&server.uri())).await;
    assert_eq!(detail(&error), "the answer is too large");
    assert_eq!(asked(&server, POLICIES).await, 1);
}

#[tokio::test]
async fn all_answers_together_are_bounded_too() {
    let server = mock::tenant().await;
    let mut config = quick(&server.uri());
    config.max_import_bytes = 600;
    let (_, error) = import_error(&GraphClient::new(config).unwrap()).await;
    assert_eq!(detail(&error), "the answer is too large");
}

#[tokio::test]
async fn links_are_followed_only_on_the_same_origin_and_below_a_version() {
    let elsewhere = MockServer::start().await;
    let server = mock::tenant().await;
    let port = server.address().port();
    for link in [
        format!("{}/v1.0/next", elsewhere.uri()),
        format!("https://127.0.0.1:{port}/beta/next"),
        format!("http://localhost:{port}/beta/next"),
        format!("http://user@127.0.0.1:{port}/beta/next"),
        format!("{}/_sim/reset", server.uri()),
        format!("{}/beta/../_sim/reset", server.uri()),
        "/beta/next".to_owned(),
        String::new(),
    ] {
        let page = json!({"value": [mock::policy(mock::POLICY)], "@odata.nextLink": link});
        mock::once(&server, "GET", POLICIES, ResponseTemplate::new(200).set_body_json(page)).await;
        let (step, error) = import_error(&client(&server.uri())).await;
        assert_eq!(step, ImportStep::Policies);
        assert_eq!(detail(&error), "the link to the next page leads elsewhere", "{link}");
    }
    assert!(elsewhere.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn pages_that_go_in_circles_or_come_twice_end_the_import() {
    let server = mock::tenant().await;
    let link = format!("{}{POLICIES}?$skiptoken=1", server.uri());
    let page = json!({"value": [], "@odata.nextLink": link});
    mock::first(&server, "GET", POLICIES, ResponseTemplate::new(200).set_body_json(page)).await;
    let (_, error) = import_error(&client(&server.uri())).await;
    assert_eq!(detail(&error), "the pages go in circles");
    assert_eq!(asked(&server, POLICIES).await, 2);

    let server = mock::tenant().await;
    let page = json!({"value": [mock::policy(mock::POLICY)], "@odata.nextLink": format!("{}{POLICIES}?2", server.uri())});
    mock::first(&server, "GET", POLICIES, ResponseTemplate::new(200).set_body_json(page)).await;
    assert_eq!(detail(&import_error(&client(&server.uri())).await.1), "a page came twice");
}

#[tokio::test]
async fn a_collection_that_is_none_and_objects_without_id_end_the_import() {
    for body in [
        json!({}),
        json!([]),
        json!({"value": null}),
        json!({"value": [1]}),
        json!({"value": [{"displayName": "x"}]}),
    ] {
        let server = mock::tenant().await;
        mock::first(&server, "GET", POLICIES, ResponseTemplate::new(200).set_body_json(&body)).await;
        let (step, error) = import_error(&client(&server.uri())).await;
        assert_eq!(step, ImportStep::Policies, "{body}");
        assert_eq!(error.problem().code, ProblemCode::GraphUnavailable, "{body}");
    }
}

#[tokio::test]
async fn names_that_nothing_can_hold_are_read_with_a_sign_in_their_place() {
    let server = mock::tenant().await;
    let page = json!({"value": [mock::policy(mock::POLICY)]}).to_string();
    let page = page.replace("Require MFA", r"a\u0000b\ud800c\udc00\ud83d\ude00");
    mock::first(&server, "GET", POLICIES, ResponseTemplate::new(200).set_body_raw(page, "application/json"))
        .await;
    let content = client(&server.uri()).snapshot_read(CLOUD, tenant(), &credentials(), &()).await.unwrap();
    let names: Vec<_> =
        content.of_kind(DocumentKind::Policy).map(|document| document.display_name.as_str()).collect();
    assert_eq!(names, ["a\u{fffd}b\u{fffd}c\u{fffd}😀"]);
}

#[tokio::test]
async fn entra_errors_are_read_in_their_old_and_new_forms() {
    let server = mock::tenant().await;
    let old = json!({
        "error": "invalid_client",
        "error_description": "AADSTS7000222: The provided client secret keys are expired.\r\nTrace ID: 1\r\nTimestamp: now",
    });
    let new = json!({
        "error": "unauthorized_client", "error_codes": [700_016], "trace_id": "abc-1",
        "error_description": "AADSTS7000215: not this one",
    });
    for (status, body, reason) in [
        (401, old, TokenReason::ExpiredSecret),
        (400, new, TokenReason::AppNotFound),
        (400, json!("?"), TokenReason::Other),
    ] {
        mock::once(&server, "POST", &mock::token_path(), ResponseTemplate::new(status).set_body_json(body))
            .await;
        let error = token(&server.uri()).await.expect_err("must fail");
        assert_eq!(error.problem().reason.as_deref(), Some(reason.as_str()));
        assert_eq!(error.problem().upstream.unwrap().status, Some(status));
    }
    // An error page that is no JSON still is a refusal, of which only the status is known.
    let page = ResponseTemplate::new(403).set_body_raw("<html>blocked</html>", "text/html");
    mock::once(&server, "POST", &mock::token_path(), page).await;
    let error = token(&server.uri()).await.expect_err("must fail");
    assert!(matches!(error, GraphError::TokenFailed { reason: TokenReason::Other, .. }));
}

#[tokio::test]
async fn tokens_that_do_not_fit_are_not_believed() {
    let server = mock::tenant().await;
    let mut foreign = mock::claims();
    foreign["tid"] = json!(mock::USER);
    mock::once(&server, "POST", &mock::token_path(), mock::token_answer(&foreign)).await;
    let error = token(&server.uri()).await.expect_err("must fail");
    assert!(matches!(error, GraphError::TenantMismatch { .. }));

    let mut other_app = mock::claims();
    other_app["appid"] = json!(mock::APP);
    mock::once(&server, "POST", &mock::token_path(), mock::token_answer(&other_app)).await;
    assert_eq!(detail(&token(&server.uri()).await.expect_err("must fail")), "the token can't be read");

    for body in [
        json!({}),
        json!({"access_token": "opaque", "expires_in": 3599}),
        json!({"access_token": mock::jwt(&mock::claims())}),
    ] {
        mock::once(&server, "POST", &mock::token_path(), ResponseTemplate::new(200).set_body_json(body))
            .await;
        assert_eq!(detail(&token(&server.uri()).await.expect_err("must fail")), "the token can't be read");
    }
}

#[tokio::test]
async fn the_innermost_code_and_the_request_id_are_kept() {
    let server = mock::tenant().await;
    let body = json!({"error": {"code": "BadRequest", "message": "outer", "innererror": {
        "code": "1007", "message": "inner", "innerError": {"request-id": "5d1c7c2e"},
    }}});
    mock::first(&server, "GET", "/v1.0/organization", ResponseTemplate::new(400).set_body_json(body)).await;
    let client = client(&server.uri());
    let token = client.token(CLOUD, tenant(), &credentials()).await.unwrap();
    let problem = client.organization(CLOUD, &token).await.expect_err("must fail").problem();
    let upstream = problem.upstream.unwrap();
    assert_eq!(problem.code, ProblemCode::GraphUnavailable);
    assert_eq!((upstream.code.as_deref(), upstream.request_id.as_deref()), (Some("1007"), Some("5d1c7c2e")));
}

#[tokio::test]
async fn the_organization_must_be_the_tokens_tenant() {
    let server = mock::tenant().await;
    let client = client(&server.uri());
    let token = client.token(CLOUD, tenant(), &credentials()).await.unwrap();
    for (items, mismatch) in [
        (json!([{"id": mock::USER}]), true),
        (json!([]), false),
        (json!([{"displayName": "no id"}]), false),
        (json!([{"id": TENANT}, {"id": mock::USER}]), false),
    ] {
        mock::once(&server, "GET", "/v1.0/organization", mock::list(items)).await;
        let error = client.organization(CLOUD, &token).await.expect_err("must fail");
        assert_eq!(matches!(error, GraphError::TenantMismatch { .. }), mismatch, "{error}");
    }
}
