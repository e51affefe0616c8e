//! Every operation with requests that were bent out of shape: never a fault of ours, always as described.

use crate::{
    places::{places, text_places},
    recipes::Side,
    support::{
        app::TestApp,
        client::Request,
        contract::{Operation, contract},
    },
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

/// Every body that differs from a good one in one place, however deep.
fn bent(operation: &Operation, good: &Value) -> Vec<Value> {
    let mut all = odd_values();
    for place in places(operation) {
        all.extend(place.without(good));
        all.extend(odd_values().iter().map(|value| place.put(good, value)));
    }
    // Objects that the description leaves open.
    for place in text_places(operation, good) {
        all.extend(odd_values().iter().map(|value| place.put(good, value)));
    }
    all
}

/// A bent request may succeed (some members may be null) or be refused; `send` fails the test on anything that is not
/// described, and on every fault of ours.
async fn survives(app: &TestApp, request: Request) {
    let mut answer = request.clone().send().await;
    if answer.status == 429 {
        // Passwords were tried too often, as was to be shown elsewhere.
        app.superuser().await.execute("DELETE FROM login_attempts", &[]).await.expect("no attempts");
        answer = request.send().await;
    }
    assert!(answer.status.as_u16() < 500 && answer.status != 429, "{answer}");
}

/// A server that does not count requests: thousands come from one caller.
async fn patient() -> TestApp {
    TestApp::with(&[("POLICYTAB_RATE_PER_CALLER", "0"), ("POLICYTAB_RATE_PER_ADDRESS", "0")]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn bent_bodies_are_refused_or_understood() {
    let app = patient().await;
    let side = Side::new(&app, &app.one).await;
    for operation in contract().operations.iter().filter(|o| o.body["requestBody"].is_object()) {
        // Guesses are counted: twenty an hour.
        if operation.id == "session_login" {
            continue;
        }
        let request = side.recipe(&app, operation, &side.owner).await;
        let good: Value = serde_json::from_slice(&request.body).expect("a good body");
        for body in bent(operation, &good) {
            survives(&app, request.clone().json(&body)).await;
        }
        let text = good.to_string();
        for cut in (0..text.len()).step_by(text.len() / 8 + 1).filter(|c| text.is_char_boundary(*c)) {
            survives(&app, request.clone().body("application/json", &text[..cut])).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bent_queries_and_headers_are_refused_or_understood() {
    let app = patient().await;
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
                survives(&app, bent).await;
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
            survives(&app, request.clone().header(name, value)).await;
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
    let plain = policy.replace(r"\u0000", "");
    let names = r#"{"TenantId": "6a0f0000-0000-4000-8000-00000000000a", "Objects":
        [{"Id": "6a0f0000-0000-4000-8000-00000000000b", "DisplayName": "a\u0000b", "Type": "Group"}]}"#;
    let notes = r#"{"policy_notes": {"name:ab": {"note": "a\u0000b"}}}"#;
    for (path, also) in [("MigrationTable.json", names), ("PolicyNotes.json", notes)] {
        let files = json!({"name": format!("With {path}"),
            "files": [{"path": "a.json", "content": plain}, {"path": path, "content": also}]});
        let refused = app.admin().post("/api/v1/baselines/import/files", &files).send().await;
        assert!(refused.problem(422, "validation_failed")["errors"]["policies"].is_string(), "{path}");
    }
    let cursor = hex::encode(r#""\u0000""#);
    for list in ["baselines", "users"] {
        let path = format!("/api/v1/{list}?cursor={cursor}");
        app.owner().get(&path).send().await.problem(422, "validation_failed");
    }
    // A name that only spells it is one like any other, also as the end of a page.
    for name in [r"\u0000 a", r"\u0000 b"] {
        let new = json!({"display_name": name, "cloud": "emulator"});
        app.admin().post("/api/v1/customers", &new).send().await.expect_status(201);
    }
    let page = app.admin().read("/api/v1/customers?limit=1").await;
    let next = page["next_cursor"].as_str().expect("a second page");
    let page = app.admin().read(&format!("/api/v1/customers?limit=1&cursor={next}")).await;
    assert_eq!(page["items"][0]["display_name"], r"\u0000 b");
}
