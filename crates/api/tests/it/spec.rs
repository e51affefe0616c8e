//! The description of the API: current, complete, and reviewable.

use crate::support::{TestApp, contract::contract};
use policytab_api::{openapi, problem};
use policytab_domain::problem::ProblemCode;
use std::{collections::HashSet, fmt::Write as _};

#[test]
fn the_published_description_is_the_current_one() {
    let published = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi/openapi.json");
    let published = std::fs::read_to_string(published).expect("openapi/openapi.json");
    let current = openapi::document_text().expect("a description");
    assert!(
        published == current,
        "openapi/openapi.json is not current: run `make openapi` and commit the result"
    );
}

#[test]
fn every_operation_is_described() {
    let mut ids = HashSet::new();
    for operation in &contract().operations {
        let (id, body) = (&operation.id, &operation.body);
        assert!(ids.insert(id), "{id} is there twice");
        assert!(body["summary"].as_str().is_some_and(|s| !s.is_empty()), "{id} has no summary");
        assert_eq!(body["tags"].as_array().map(Vec::len), Some(1), "{id} has no tag of its own");
        assert!(body["responses"]["429"].is_object(), "{id} does not describe its problems");
        assert!(body["responses"]["default"].is_null(), "{id} leaves open what it may answer");
        let public = openapi::PUBLIC.contains(&id.as_str());
        let secured = body["security"][0].as_object().is_some_and(|s| s.contains_key("bearer"));
        assert_eq!(secured, !public, "{id} is either public or secured");
        let successes = body["responses"].as_object().expect("responses").keys();
        assert!(successes.into_iter().any(|s| s.starts_with('2')), "{id} describes no success");
        for name in operation.path.split('/').filter_map(|p| p.strip_prefix('{')?.strip_suffix('}')) {
            let parameters = body["parameters"].as_array().expect("parameters");
            assert!(parameters.iter().any(|p| p["name"] == name && p["in"] == "path"), "{id}: {name}");
        }
    }
    for id in openapi::PUBLIC {
        assert!(ids.iter().any(|i| i == id), "{id} is public and does not exist");
    }
}

#[test]
fn every_schema_and_member_is_described() {
    let schemas = contract().document["components"]["schemas"].as_object().expect("schemas");
    for (name, schema) in schemas {
        assert!(schema["description"].is_string(), "{name} is not described");
        for (member, property) in schema["properties"].as_object().into_iter().flatten() {
            // With a reference, utoipa puts the member's text beside it or into its alternatives.
            let described = property.to_string().contains("\"description\"");
            assert!(described, "{name}.{member} is not described");
        }
    }
}

#[test]
fn every_post_that_makes_something_takes_an_idempotency_key() {
    let without: Vec<_> = contract()
        .operations
        .iter()
        .filter(|o| o.method == "POST")
        .filter(|o| !o.body["parameters"].to_string().contains("Idempotency-Key"))
        .map(|o| o.id.as_str())
        .collect();
    // None of these makes anything that a repetition would make twice.
    assert_eq!(
        without,
        [
            "connection_test",
            // These begin anew, or work once.
            "recovery_codes_renew",
            "second_factor_begin",
            "second_factor_confirm",
            "session_login",
            "session_logout",
            "session_refresh",
            "sign_in_evaluate",
        ]
    );
}

#[test]
fn the_table_of_codes() {
    let mut table = String::from("code | status | retryable | title | remedy\n");
    for code in ProblemCode::ALL {
        let status = problem::status(*code).as_u16();
        let (title, remedy) = (code.title(), code.remedy());
        assert!(!title.is_empty() && !remedy.is_empty(), "{}", code.as_str());
        let _ = writeln!(table, "{} | {status} | {} | {title} | {remedy}", code.as_str(), code.retryable());
    }
    insta::assert_snapshot!("codes", table);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_tells_its_description_and_its_codes() {
    let app = TestApp::start().await;
    let caller = app.anonymous();
    let served = caller.get("/api/v1/openapi.json").send().await.expect_status(200);
    assert_eq!(served.json(), contract().document);
    for code in ProblemCode::ALL {
        let told = caller.read(&format!("/problems/{}", code.as_str())).await;
        assert_eq!(told["status"], problem::status(*code).as_u16());
    }
    caller.get("/problems/no_such_code").send().await.problem(404, "not_found");
    let docs = caller.get("/docs/").send().await.expect_status(200).text();
    assert!(docs.contains("swagger-ui"), "{docs}");
    for outside in ["http://", "https://", "src=\"//"] {
        assert!(!docs.contains(outside), "the page loads from elsewhere: {docs}");
    }
    assert_eq!(caller.read("/healthz").await["status"], "ok");
    assert_eq!(caller.read("/readyz").await["status"], "ok");
    let metrics = caller.get("/metrics").send().await.expect_status(200).text();
    assert!(metrics.contains("policytab_http_request_seconds"), "{metrics}");
}
