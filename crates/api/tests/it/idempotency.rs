//! The same key and request: one effect, one answer.

use crate::support::{
    app::TestApp,
    client::{Answer, Client},
    onboard::at,
};
use futures_util::future::join_all;
use policytab_domain::role::Role;
use serde_json::{Value, json};

async fn post(client: &Client, path: &str, key: &str, body: &Value) -> Answer {
    client.post(path, body).header("idempotency-key", key).send().await
}

fn customer(name: &str) -> Value {
    json!({"display_name": name, "cloud": "emulator"})
}

async fn count(app: &TestApp, table: &str) -> i64 {
    let rows = app.superuser().await;
    rows.query_one(&format!("SELECT count(*) FROM {table}"), &[]).await.expect("a count").get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_at_once_have_one_effect_and_one_answer() {
    let app = TestApp::start().await;
    let (admin, body) = (app.admin(), customer("Once"));
    let answers = join_all((0..100).map(|_| post(&admin, "/api/v1/customers", "k-1", &body))).await;
    for answer in &answers {
        assert_eq!(answer.status, 201, "{answer}");
        assert_eq!(answer.body, answers[0].body);
        for header in ["location", "etag", "content-type"] {
            assert_eq!(answer.header(header), answers[0].header(header), "{header}");
        }
    }
    let replayed = answers.iter().filter(|a| a.header("idempotency-replayed") == Some("true")).count();
    assert_eq!(replayed, 99);
    assert_eq!(count(&app, "customers").await, 1);
    let audit = admin.read("/api/v1/audit").await;
    assert_eq!(audit["items"].as_array().map(Vec::len), Some(1), "{audit}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_belongs_to_its_request() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let first = post(&admin, "/api/v1/customers", "k", &customer("One")).await.expect_status(201);
    post(&admin, "/api/v1/customers", "k", &customer("Two")).await.problem(422, "idempotency_conflict");
    // Another route, another person, another MSP: other keys.
    let policy = json!({"displayName": "P", "state": "enabled", "conditions": {}});
    let baseline = json!({"name": "B", "policies": [policy]});
    post(&admin, "/api/v1/baselines", "k", &baseline).await.expect_status(201);
    post(&app.owner(), "/api/v1/customers", "k", &customer("Two")).await.expect_status(201);
    let elsewhere = app.as_role(&app.two, Role::Admin);
    post(&elsewhere, "/api/v1/customers", "k", &customer("One")).await.expect_status(201);
    let again = post(&admin, "/api/v1/customers", "k", &customer("One")).await.expect_status(201);
    assert_eq!(again.json(), first.json());
    // Without a key the name is what it is: taken.
    admin.post("/api/v1/customers", &customer("One")).send().await.problem(409, "conflict");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_request_uses_no_key_up() {
    let app = TestApp::start().await;
    let admin = app.admin();
    admin.post("/api/v1/customers", &customer("Taken")).send().await.expect_status(201);
    post(&admin, "/api/v1/customers", "k", &customer("Taken")).await.problem(409, "conflict");
    post(&admin, "/api/v1/customers", "k", &customer("")).await.problem(422, "validation_failed");
    post(&admin, "/api/v1/customers", "k", &customer("Free")).await.expect_status(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_short_visible_text() {
    let app = TestApp::start().await;
    for key in ["", &"k".repeat(201), "schlüssel"] {
        let answer = post(&app.admin(), "/api/v1/customers", key, &customer("Key")).await;
        let problem = answer.problem(422, "validation_failed");
        assert!(problem["errors"]["Idempotency-Key"].is_string(), "{answer}");
    }
    post(&app.admin(), "/api/v1/customers", &"k".repeat(200), &customer("Key")).await.expect_status(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_post_that_takes_a_key_honours_it() {
    let app = TestApp::with(&[("POLICYTAB_WORKERS", "0")]).await;
    let owner = app.owner();
    let connected = app.connected(&owner, &app.tenant("good")).await;
    let policy = json!({"displayName": "P", "state": "enabled", "conditions": {}});
    let file = json!({"path": "p.json", "content": policy.to_string()});
    let person = json!({"email": "new@one.example", "display_name": "New", "role": "viewer", "password": "a fine long password"});
    let repository = "https://github.com/northlight-it/conditional-access-baseline";
    for (path, body, table) in [
        ("/api/v1/api-tokens".to_owned(), json!({"name": "T", "role": "viewer"}), "api_tokens"),
        ("/api/v1/users".to_owned(), person, "users"),
        ("/api/v1/baselines".to_owned(), json!({"name": "B", "policies": [policy]}), "baselines"),
        ("/api/v1/baselines/import/files".to_owned(), json!({"name": "F", "files": [file]}), "baselines"),
        ("/api/v1/baselines/import/github".to_owned(), json!({"name": "G", "url": repository}), "baselines"),
        (at(&connected, "/import"), json!({}), "imports"),
    ] {
        let before = count(&app, table).await;
        let first = post(&owner, &path, "key", &body).await;
        assert!(first.status.is_success(), "{first}");
        let again = join_all((0..5).map(|_| post(&owner, &path, "key", &body))).await;
        for answer in again {
            // An API token is shown once; to the one request that made it, however often that arrives.
            assert_eq!((answer.status, answer.text()), (first.status, first.text()));
            assert_eq!(answer.header("idempotency-replayed"), Some("true"), "{path}");
        }
        assert_eq!(count(&app, table).await, before + 1, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replayed_answer_is_sealed_in_the_database() {
    let app = TestApp::start().await;
    let body = json!({"name": "T", "role": "viewer"});
    let made = post(&app.admin(), "/api/v1/api-tokens", "k", &body).await.expect_status(201).json();
    let rows = app.superuser().await;
    let row = rows.query_one("SELECT t::text FROM idempotency_keys t", &[]).await.expect("a row");
    let text: String = row.get(0);
    let token = made["token"].as_str().expect("a token");
    assert!(!text.contains(token) && !text.contains(&hex::encode(token)), "the token is stored in clear");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_lasts_a_day() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let rows = app.superuser().await;
    let older = async |by: &str| {
        let sql = format!("UPDATE idempotency_keys SET created_at = created_at - interval '{by}'");
        rows.execute(&sql, &[]).await.expect("time passes");
    };
    post(&admin, "/api/v1/customers", "k", &customer("Today")).await.expect_status(201);
    older("23 hours 59 minutes").await;
    post(&admin, "/api/v1/customers", "k", &customer("Today")).await.expect_status(201);
    older("1 minute").await;
    post(&admin, "/api/v1/customers", "k", &customer("Today")).await.problem(409, "conflict");
}
