//! Whatever is wrong with a request, the answer is a problem that tells what.

use crate::support::{TestApp, contract::contract, onboard::at};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

fn create() -> Value {
    json!({"display_name": "Somebody", "cloud": "emulator"})
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_address_is_a_problem_and_an_unknown_method_names_the_known_ones() {
    let app = TestApp::start().await;
    let admin = app.admin();
    for path in
        ["/api/", "/api/v1", "/api/v1/", "/api/v2/customers", "/api/v1/customer", "/api/v1/customers/"]
    {
        admin.get(path).send().await.problem(404, "not_found");
    }
    for operation in &contract().operations {
        let path = operation.path.replace("{code}", "not_found");
        let path = [
            "{id}",
            "{import_id}",
            "{snapshot_id}",
            "{other_id}",
            "{policy_id}",
            "{finding_id}",
            "{key}",
            "{number}",
            "{other}",
        ]
        .iter()
        .fold(path, |p, name| p.replace(name, &Uuid::now_v7().to_string()));
        let offered: Vec<_> = contract().operations.iter().filter(|o| o.path == operation.path).collect();
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"] {
            if offered.iter().any(|o| o.method == method) {
                continue;
            }
            let method: Method = method.parse().expect("a method");
            let answer = admin.call(method, &path).send().await;
            answer.problem(405, "method_not_allowed");
            let allow = answer.header("allow").expect("Allow");
            for known in &offered {
                assert!(
                    allow.split(", ").any(|m| m == known.method),
                    "{} is missing: {answer}",
                    known.method
                );
            }
        }
    }
    // A page of the browser application is no problem; a missing file of it is.
    let page = app.anonymous().get("/customers/anything").raw().await;
    assert!(page.status() == 200 || page.status() == 404, "{}", page.status());
    app.anonymous().get("/assets/missing.js").send().await.problem(404, "not_found");
    app.anonymous().call(Method::POST, "/customers").send().await.problem(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_is_none_names_nothing() {
    let app = TestApp::start().await;
    for id in
        ["1", "not-an-id", "00000000-0000-0000-0000-00000000000g", "%00", "..%2f..%2fetc", "'%20or%201=1"]
    {
        for rest in ["", "/connect", "/report", "/imports", "/snapshots"] {
            let answer = app.admin().get(&format!("/api/v1/customers/{id}{rest}")).send().await;
            answer.problem(404, "not_found");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_none_is_told_so() {
    let app = TestApp::start().await;
    let post = |kind: &str, body: Vec<u8>| {
        app.admin().call(Method::POST, "/api/v1/customers").body(kind, body).send()
    };
    let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
    let very_deep = "[".repeat(100_000);
    for body in [
        "",
        "{",
        "null",
        "[]",
        "\"text\"",
        "1e999",
        "{\"display_name\": \"a\", \"cloud\": \"emulator\",}",
        "{\"display_name\": \"nul \\u0000\", \"cloud\": \"emulator\"}",
        "{\"display_name\": \"lone \\ud800\", \"cloud\": \"emulator\"}",
        &format!("{{\"display_name\": \"a\", \"cloud\": \"emulator\", \"x\": {deep}}}"),
        &very_deep,
    ] {
        let answer = post("application/json", body.into()).await;
        let problem = answer.problem(422, "validation_failed");
        assert!(problem["errors"].as_object().is_some_and(|e| !e.is_empty()), "{body:.60}: {answer}");
    }
    post("application/json", vec![0xFF, 0xFE, b'{', 0xC0]).await.problem(422, "validation_failed");
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "nonsense"] {
        post(kind, create().to_string().into_bytes()).await.problem(422, "validation_failed");
    }
    let untyped = app.admin().call(Method::POST, "/api/v1/customers").send().await;
    untyped.problem(422, "validation_failed");
    post("application/json; charset=utf-8", create().to_string().into_bytes()).await.expect_status(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_field_is_named() {
    let app = TestApp::start().await;
    let owner = app.owner();
    let fields = async |path: &str, body: Value| -> Vec<String> {
        let answer = owner.post(path, &body).send().await;
        let problem = answer.problem(422, "validation_failed");
        problem["errors"].as_object().expect("errors").keys().cloned().collect()
    };
    assert_eq!(fields("/api/v1/customers", json!({"cloud": "emulator"})).await, ["display_name"]);
    let unknown = json!({"display_name": "A", "cloud": "emulator", "colour": "red"});
    assert_eq!(fields("/api/v1/customers", unknown).await, ["colour"]);
    let user =
        json!({"email": "no address", "display_name": "", "role": "viewer", "password": "x".repeat(12)});
    assert_eq!(fields("/api/v1/users", user).await, ["display_name", "email"]);
    let user = json!({"email": "a@b.example", "display_name": "A", "role": "viewer", "password": "short"});
    assert_eq!(fields("/api/v1/users", user).await, ["password"]);
    assert_eq!(fields("/api/v1/baselines", json!({"name": "A", "policies": []})).await, ["policies"]);
    let token = json!({"name": "x".repeat(121), "role": "viewer", "expires_in_days": 400});
    assert_eq!(fields("/api/v1/api-tokens", token).await, ["expires_in_days", "name"]);
    let customer = app.pending(&owner).await;
    let wrong =
        owner.put(&at(&customer, "/connect"), &json!({"client_id": "x", "client_secret": "y"})).send().await;
    assert!(wrong.problem(422, "validation_failed")["errors"]["client_id"].is_string(), "{wrong}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_is_bounded() {
    let app = TestApp::start().await;
    let padded =
        |size: usize| format!("{{\"display_name\": \"a\",{}\"cloud\": \"emulator\"}}", " ".repeat(size));
    let post =
        |path: &str, body: String| app.admin().call(Method::POST, path).body("application/json", body).send();
    post("/api/v1/customers", padded(1024 * 1024)).await.problem(413, "payload_too_large");
    post("/api/v1/customers", padded(1024 * 1024 - 200)).await.expect_status(201);
    let huge = format!("{{\"name\": \"a\",{}\"policies\": []}}", " ".repeat(20 * 1024 * 1024));
    post("/api/v1/baselines", huge).await.problem(413, "payload_too_large");
    let large = format!("{{\"name\": \"a\",{}\"policies\": []}}", " ".repeat(5 * 1024 * 1024));
    post("/api/v1/baselines", large).await.problem(422, "validation_failed");
    let many = json!({"name": "a", "policies": vec![json!({}); 1001]});
    post("/api/v1/baselines", many.to_string()).await.problem(422, "validation_failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_without_a_right_learns_nothing_of_the_body() {
    let app = TestApp::start().await;
    // Whoever may not call at all gets the same answer whatever they send.
    for body in ["{", "{}", "[]"] {
        let request = app.anonymous().call(Method::POST, "/api/v1/customers").body("application/json", body);
        request.send().await.problem(401, "unauthenticated");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_of_ours_can_be_found_in_the_log() {
    let app = TestApp::start().await;
    let one = app.admin().get("/api/v1/me").send().await;
    let two = app.admin().get("/api/v1/me").send().await;
    assert_ne!(one.header("x-request-id"), two.header("x-request-id"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_away_is_told_and_comes_back() {
    let app = TestApp::start().await;
    let admin = app.admin();
    admin.read("/api/v1/customers").await;
    let name = &app.db.name;
    let (rows, connection) = {
        let url = app.db.superuser_url.replace(name, "postgres");
        tokio_postgres::connect(&url, tokio_postgres::NoTls).await.expect("a session")
    };
    tokio::spawn(connection);
    rows.batch_execute(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false")).await.expect("closed");
    let kill = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
    rows.batch_execute(&kill).await.expect("sessions end");
    let answer = admin.get("/readyz").send().await;
    answer.problem(503, "unavailable");
    assert_eq!(app.anonymous().read("/healthz").await["status"], "ok");
    rows.batch_execute(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true")).await.expect("open");
    for _ in 0..100 {
        if admin.get("/readyz").send().await.status == 200 {
            admin.read("/api/v1/customers").await;
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("it does not come back");
}
