//! Every operation with requests that were bent out of shape: never a fault of ours, always as described.

use crate::{
    recipes::Side,
    support::{app::TestApp, client::Request, contract::contract},
};
use serde_json::{Value, json};

/// Values that no member of any body is meant to have.
fn odd_values() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(-1),
        json!(1e300),
        json!(u64::MAX),
        json!(""),
        json!("\u{0}"),
        json!("\u{feff}\u{202e}\u{ffff}"),
        json!("'; DROP TABLE customers; --"),
        json!("%s%n{0}${jndi:ldap://127.0.0.1/x}"),
        json!("x".repeat(100_000)),
        json!([]),
        json!([null, [[]], {}]),
        json!({}),
        json!({"kind": "workspace_baseline", "baseline_id": "../../x"}),
    ]
}

/// Every body that differs from a good one in one member, at the top or one level below.
fn bent(body: &Value) -> Vec<Value> {
    let mut all = odd_values();
    for (name, member) in body.as_object().into_iter().flatten() {
        let mut without = body.clone();
        without.as_object_mut().expect("an object").remove(name);
        all.push(without);
        for value in odd_values() {
            let mut other = body.clone();
            other[name] = value;
            all.push(other);
        }
        if let Some(item) = member.get(0) {
            for value in bent(item).into_iter().take(40) {
                let mut other = body.clone();
                other[name] = json!([value]);
                all.push(other);
            }
        }
    }
    all
}

/// A bent request may succeed (some members may be null) or be refused; `send` fails the test on anything that is not
/// described, and on every fault of ours.
async fn survives(request: Request) {
    let answer = request.send().await;
    assert!(answer.status.as_u16() < 500, "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn bent_bodies_are_refused_or_understood() {
    let app = TestApp::start().await;
    let side = Side::new(&app, &app.one).await;
    for operation in contract().operations.iter().filter(|o| o.body["requestBody"].is_object()) {
        // Guesses are counted: twenty an hour.
        if operation.id == "session_login" {
            continue;
        }
        let request = side.recipe(&app, operation, &side.owner).await;
        let good: Value = serde_json::from_slice(&request.body).expect("a good body");
        for body in bent(&good) {
            survives(request.clone().json(&body)).await;
        }
        let text = good.to_string();
        for cut in (0..text.len()).step_by(text.len() / 8 + 1).filter(|c| text.is_char_boundary(*c)) {
            survives(request.clone().body("application/json", &text[..cut])).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bent_queries_and_headers_are_refused_or_understood() {
    let app = TestApp::start().await;
    let side = Side::new(&app, &app.one).await;
    let odd = [
        "",
        "%00",
        "%ff%fe",
        "-1",
        "99999999999999999999",
        "null",
        "[]",
        "a%26b%3D1",
        "%F0%9F%92%A9",
        "' OR 1=1",
    ];
    for operation in contract().operations.iter().filter(|o| o.method == "GET") {
        let request = side.recipe(&app, operation, &side.owner).await;
        let parameters = operation.body["parameters"].as_array().cloned().unwrap_or_default();
        let named = parameters.iter().filter(|p| p["in"] == "query").filter_map(|p| p["name"].as_str());
        for name in named.chain(["unknown"]) {
            for value in odd {
                let mut bent = request.clone();
                bent.path = format!("{}?{name}={}", request.path, value.replace(' ', "+"));
                survives(bent).await;
            }
        }
        for (name, value) in [
            ("accept", "text/csv;q=oops, */*"),
            ("accept", "image/png"),
            ("accept-encoding", "br;q=0, nonsense"),
            ("if-match", "W/\"x\", *"),
            ("range", "bytes=0-1"),
            ("expect", "nothing"),
            ("x-forwarded-for", "not an address, 1.2.3.4"),
            ("x-request-id", "../../etc/passwd"),
        ] {
            survives(request.clone().header(name, value)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_character_that_postgresql_cannot_hold_is_refused_wherever_it_hides() {
    let app = TestApp::start().await;
    // Inside a file's text the body's own check does not see it.
    let policy = r#"{"displayName": "a\u0000b", "state": "enabled", "conditions": {"users": {"includeUsers": ["All"]},
        "applications": {"includeApplications": ["All"]}}, "grantControls": {"operator": "OR", "builtInControls": ["mfa"]}}"#;
    let files = json!({"name": "Hostile", "files": [{"path": "a.json", "content": policy}]});
    let refused = app.admin().post("/api/v1/baselines/import/files", &files).send().await;
    assert!(refused.problem(422, "validation_failed")["errors"]["policies"].is_string());
    let cursor = hex::encode(r#""\u0000""#);
    for list in ["baselines", "users"] {
        let path = format!("/api/v1/{list}?cursor={cursor}");
        app.owner().get(&path).send().await.problem(422, "validation_failed");
    }
}
