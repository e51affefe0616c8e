//! Access tokens that were tampered with. All of them are refused, all in the same words.

use crate::support::app::TestApp;
use chrono::TimeDelta;
use policytab_api::auth::claims::MAX_TOKEN;
use policytab_domain::role::Role;
use policytab_test_support::forge::{Forge, Signer, now};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// The server's own tokens, forged.
fn forge(app: &TestApp) -> Forge {
    let pem = std::fs::read_to_string(app.folder.path().join("signing.pem")).expect("the signing key");
    let token = app.access_token(&app.one.subject(Role::Viewer), TimeDelta::zero());
    let jwk = serde_json::to_value(&app.state.keys.jwks().keys[0]).expect("the published key");
    Forge::of(&token, Signer::ec(&pem), jwk)
}

/// What only our own tokens must have, or must not.
fn own(forge: &Forge) -> Vec<(String, String)> {
    let mut table = Vec::new();
    for (name, value) in [
        ("nbf", Value::Null),
        ("iat", Value::Null),
        // A session that nobody began: what a token belongs to is looked up.
        ("sid", json!(uuid::Uuid::now_v7())),
        ("sid", json!("*")),
        // Nobody, and somebody of another workspace.
        ("sub", json!(uuid::Uuid::now_v7())),
        ("msp_id", json!(uuid::Uuid::now_v7())),
        ("aud", json!(["policytab-api"])),
        ("aud", json!(["policytab-api", "another-api"])),
        ("sub", json!("not an id")),
        ("msp_id", json!("*")),
        ("msp_id", Value::Null),
        ("role", json!("root")),
        ("role", json!(["owner"])),
        ("role", Value::Null),
    ] {
        table.push((format!("{name} {value}"), forge.claims_with(name, value)));
    }
    let twice = format!("{},\"role\":\"owner\"}}", forge.claims.to_string().trim_end_matches('}'));
    table.push(("a role twice".to_owned(), forge.signed(&forge.header, &twice)));
    table
}

/// Every token of the table is refused, all in the same words.
pub(crate) async fn refused_alike(app: &TestApp, table: Vec<(String, String)>) {
    let mut words = None;
    assert!(table.len() > 100, "{}", table.len());
    for (name, token) in table {
        let answer = app.bearer(&token).get("/api/v1/me").send().await;
        assert_eq!(answer.status, 401, "{name}: {answer}");
        answer.problem(401, "unauthenticated");
        let said = answer.problem_only();
        assert_eq!(*words.get_or_insert(said.clone()), said, "{name}");
    }
}

/// Half a minute of difference between clocks is forgiven, and no second more.
pub(crate) async fn half_a_minute_is_forgiven(app: &TestApp, forge: &Forge) {
    for (claim, offsets) in [
        ("exp", [(-29, true), (-31, false), (-61, false), (31, true), (61, true)]),
        ("nbf", [(29, true), (31, false), (61, false), (-31, true), (-61, true)]),
        ("iat", [(29, true), (31, false), (61, false), (-31, true), (-61, true)]),
    ] {
        for (offset, good) in offsets {
            // What is asked within one second is told of that second.
            loop {
                let began = now();
                let token = forge.claims_with(claim, json!(began + offset));
                let answer = app.bearer(&token).get("/api/v1/me").send().await;
                if now() == began {
                    assert_eq!(answer.status, if good { 200 } else { 401 }, "{claim} {offset:+}: {answer}");
                    break;
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tampered_tokens_are_refused_alike() {
    let app = TestApp::start().await;
    let forge = forge(&app);
    // The forge itself is good: what it signs unchanged is believed.
    let control = forge.signed(&forge.header, &forge.claims.to_string());
    app.bearer(&control).read("/api/v1/me").await;
    app.bearer(&forge.claims_with("exp", json!(now() + 60))).read("/api/v1/me").await;
    let mut table = forge.table();
    table.extend(own(&forge));
    refused_alike(&app, table).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_minute_between_clocks_is_forgiven_and_no_more() {
    let app = TestApp::start().await;
    half_a_minute_is_forgiven(&app, &forge(&app)).await;
}

/// Every letter of a name must be escaped, and each escape takes six bytes.
#[tokio::test(flavor = "multi_thread")]
async fn the_longest_token_of_our_own_is_well_within_what_is_looked_at() {
    let app = TestApp::start().await;
    let mut subject = app.one.subject(Role::Owner);
    subject.name = "\u{1}".repeat(120);
    subject.email = format!("{}@one.example", "e".repeat(242));
    let token = app.access_token(&subject, TimeDelta::zero());
    assert!(token.len() <= 3000, "{}", token.len());
    app.bearer(&token).read("/api/v1/me").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_too_long_is_refused_before_it_is_looked_at() {
    let app = TestApp::start().await;
    let forge = forge(&app);
    // Whatever would be asked about a token now is an error.
    let rows = app.superuser().await;
    let away = "ALTER FUNCTION lookup_api_token(bytea) RENAME TO lookup_away; ALTER TABLE users RENAME TO users_away";
    rows.batch_execute(away).await.expect("nothing can be looked up");
    let padded = |bytes: usize| forge.padded(bytes * 3 / 4);
    for token in ["ptk_short".to_owned(), padded(1000)] {
        assert_eq!(app.bearer(&token).get("/api/v1/me").raw().await.status(), 500);
    }
    // Up to what the whole head may have; one that is larger is refused for that.
    for bytes in [MAX_TOKEN + 1, 12 * 1024, 15_000] {
        for token in [format!("ptk_{}", "0".repeat(bytes - 4)), padded(bytes), ".".repeat(bytes)] {
            app.bearer(&token).get("/api/v1/me").send().await.problem(401, "unauthenticated");
        }
    }
    for bytes in [16 * 1024, 17_000, 100_000] {
        let refused = app.bearer(&"x".repeat(bytes)).get("/api/v1/me").send().await;
        refused.problem(413, "payload_too_large");
    }
}

/// Sends a head with a token of that many bytes, and gives what was answered until the connection ended.
async fn sent(app: &TestApp, bytes: usize) -> String {
    let address = app.base_url.trim_start_matches("http://").to_owned();
    let (mut reader, mut writer) = TcpStream::connect(&address).await.expect("a connection").into_split();
    let writing = tokio::spawn(async move {
        let head = format!(
            "GET /api/v1/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n",
            "x".repeat(bytes)
        );
        // The server need not take all of it.
        let _ = writer.write_all(head.as_bytes()).await;
        writer
    });
    let mut answer = Vec::new();
    let reading = async {
        let mut part = [0; 4096];
        while let Ok(count @ 1..) = reader.read(&mut part).await {
            answer.extend_from_slice(&part[..count]);
        }
    };
    tokio::time::timeout(Duration::from_secs(10), reading).await.expect("the server ends the connection");
    writing.abort();
    String::from_utf8(answer).expect("text")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_megabyte_of_token_is_answered_and_the_server_goes_on() {
    let app = TestApp::start().await;
    for bytes in [131_072, 1 << 20, 16 << 20] {
        let answers = futures_util::future::join_all((0..8).map(|_| sent(&app, bytes))).await;
        for answer in answers {
            assert!(answer.starts_with("HTTP/1.1 413 "), "{bytes}: {answer}");
            assert!(answer.contains("connection: close\r\n"), "{answer}");
            assert!(answer.contains("\"code\":\"payload_too_large\""), "{answer}");
        }
        app.owner().read("/api/v1/me").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_header_has_one_form() {
    let app = TestApp::start().await;
    let token = app.access_token(&app.one.subject(Role::Viewer), TimeDelta::zero());
    let ask = |value: String| app.anonymous().get("/api/v1/me").header("authorization", &value).send();
    ask(format!("bearer {token}")).await.expect_status(200);
    for value in [token.clone(), format!("Basic {token}"), "Bearer".to_owned(), "Bearer ".to_owned()] {
        ask(value).await.problem(401, "unauthenticated");
    }
    // A token has its place in the header only.
    let query = app.anonymous().get(&format!("/api/v1/me?access_token={token}")).send().await;
    query.problem(401, "unauthenticated");
}
