//! Who may do what: every operation of the description against every kind of caller, as tables for people to review.

use crate::{
    recipes::{Side, id},
    support::{
        app::TestApp,
        client::{Answer, Client},
        contract::contract,
        onboard::at,
    },
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use policytab_api::auth::keys::SigningKeys;
use policytab_domain::role::Role;
use reqwest::Method;
use serde_json::json;
use std::{collections::BTreeSet, fmt::Write as _};
use uuid::Uuid;

/// `200`, or `403 needs admin`.
fn cell(answer: &Answer) -> String {
    let status = answer.status.as_u16();
    match status {
        403 => format!("403 needs {}", answer.json()["required_role"].as_str().unwrap_or("?")),
        _ => status.to_string(),
    }
}

fn row(table: &mut String, name: &str, cells: &[String]) {
    let cells: String = cells.iter().fold(String::new(), |line, c| format!("{line} | {c:<18}"));
    let _ = writeln!(table, "{}", format!("{name:<28}{cells}").trim_end());
}

async fn api_token(app: &TestApp, role: &str) -> Client {
    let body = json!({"name": format!("Token {role}"), "role": role});
    let made = app.owner().post("/api/v1/api-tokens", &body).send().await.expect_status(201).json();
    app.bearer(made["token"].as_str().expect("a token"))
}

/// The owner's access token, signed by the server's own key, with another value of a claim.
fn with_claim(app: &TestApp, name: &str, value: &str) -> String {
    let good = app.access_token(&app.one.subject(Role::Owner), TimeDelta::zero());
    let part = good.split('.').nth(1).expect("claims");
    let claims = URL_SAFE_NO_PAD.decode(part).expect("base64");
    let mut claims: serde_json::Value = serde_json::from_slice(&claims).expect("JSON");
    assert_ne!(claims[name], *value, "another value");
    claims[name] = json!(value);
    let mut header = jsonwebtoken::Header::new(SigningKeys::ALGORITHM);
    header.kid = Some(app.state.keys.kid().to_owned());
    jsonwebtoken::encode(&header, &claims, app.state.keys.encoding()).expect("a token")
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_and_operations() {
    let app = TestApp::start().await;
    let side = Side::new(&app, &app.one).await;
    let expired = app.access_token(&app.one.subject(Role::Owner), TimeDelta::minutes(17));
    let mut callers = vec![
        ("none", app.anonymous()),
        ("garbage", app.bearer("not.a.token")),
        ("expired", app.bearer(&expired)),
        ("other audience", app.bearer(&with_claim(&app, "aud", "another-api"))),
        ("foreign issuer", app.bearer(&with_claim(&app, "iss", "https://issuer.example"))),
    ];
    for role in [Role::Viewer, Role::Operator, Role::Admin, Role::Owner] {
        callers.push((role.as_str(), app.as_role(&app.one, role)));
    }
    callers.push(("operator's API token", api_token(&app, "operator").await));
    let mut table = String::new();
    let heads: Vec<_> = callers.iter().map(|(name, _)| (*name).to_owned()).collect();
    row(&mut table, "operation", &heads);
    for operation in &contract().operations {
        let mut cells = Vec::new();
        for (_, caller) in &callers {
            let answer = side.recipe(&app, operation, caller).await.send().await;
            side.settled(&app, operation, &answer).await;
            cells.push(cell(&answer));
        }
        row(&mut table, &operation.id, &cells);
    }
    insta::assert_snapshot!("roles", table);
}

/// The path with every id in it replaced by one that nobody has.
fn missing(path: &str) -> String {
    let part = |p: &str| if Uuid::try_parse(p).is_ok() { Uuid::now_v7().to_string() } else { p.to_owned() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

#[tokio::test(flavor = "multi_thread")]
async fn another_msps_things_do_not_exist() {
    let app = TestApp::start().await;
    let (one, two) = (Side::new(&app, &app.one).await, Side::new(&app, &app.two).await);
    let mut table = String::new();
    row(&mut table, "operation", &["foreign id", "missing id"].map(str::to_owned));
    for operation in contract().operations.iter().filter(|o| o.path.contains("id}")) {
        let mut request = one.recipe(&app, operation, &two.owner).await;
        let foreign = request.clone().send().await;
        request.path = missing(&request.path);
        let absent = request.clone().send().await;
        assert_eq!(foreign.problem_only(), absent.problem_only(), "they can be told apart");
        let names = |a: &Answer| a.headers.keys().map(ToString::to_string).collect::<BTreeSet<_>>();
        assert_eq!(names(&foreign), names(&absent), "they can be told apart");
        for mark in one.marks.iter().filter(|m| !foreign.path.contains(m.as_str())) {
            assert!(!foreign.text().contains(mark.as_str()), "{mark} in {foreign}");
        }
        row(&mut table, &operation.id, &[cell(&foreign), cell(&absent)]);
        // What was foreign is still there, and the request was a good one.
        request.path = foreign.path.clone();
        let own = request.with_token_of(&one.owner).send().await;
        assert!(own.status.is_success(), "{own}");
        one.settled(&app, operation, &own).await;
        // A foreign thing below a customer of one's own.
        for (member, theirs) in [("{import_id}", &one.import), ("{snapshot_id}", &one.snapshot)] {
            if operation.path.contains(member) {
                let path = |id: &str| {
                    let own = operation.path.replace("{id}", &self::id(&two.customer)).replace(member, id);
                    own.replace("{other_id}", &two.snapshot).replace("{policy_id}", &two.snapshot)
                };
                let foreign = two.owner.get(&path(theirs)).send().await;
                let absent = two.owner.get(&path(&Uuid::now_v7().to_string())).send().await;
                assert_eq!(foreign.problem_only(), absent.problem_only(), "they can be told apart");
                let name = format!("{} below own", operation.id);
                row(&mut table, &name, &[cell(&foreign), cell(&absent)]);
            }
        }
    }
    for (name, request) in [
        ("comparison_baseline_put", two.owner.call(Method::PUT, &at(&two.customer, "/comparison-baseline"))),
        ("import_create", two.owner.call(Method::POST, &at(&two.customer, "/import"))),
    ] {
        let mut cells = Vec::new();
        let mut answers = Vec::new();
        for baseline in [one.baseline.clone(), Uuid::now_v7().to_string()] {
            let choice = json!({"kind": "workspace_baseline", "baseline_id": baseline});
            let body = if name == "import_create" { json!({"comparison_baseline": choice}) } else { choice };
            let answer = request.clone().json(&body).send().await;
            cells.push(cell(&answer));
            answers.push(answer.problem_only());
        }
        assert_eq!(answers[0], answers[1], "they can be told apart");
        row(&mut table, &format!("{name} baseline"), &cells);
    }
    insta::assert_snapshot!("foreign", table);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_hold_nothing_of_another_msp() {
    let app = TestApp::start().await;
    let (one, two) = (Side::new(&app, &app.one).await, Side::new(&app, &app.two).await);
    let lists = contract().operations.iter().filter(|o| !o.path.contains("id}"));
    // Without a workspace there would be no other list to look at.
    for operation in lists.filter(|o| o.id != "workspace_delete") {
        let answer = two.recipe(&app, operation, &two.owner).await.send().await;
        assert!(answer.status.is_success(), "{answer}");
        for mark in &one.marks {
            assert!(!answer.text().contains(mark.as_str()), "{mark} in {answer}");
        }
    }
    let nothing = two.owner.read(&format!("/api/v1/customers?search={}", id(&one.customer))).await;
    assert_eq!(nothing["items"], json!([]));
    // A cursor holds a position, no right: it leads nowhere in another MSP.
    app.pending(&one.owner).await;
    let page = one.owner.read("/api/v1/customers?limit=1").await;
    let cursor = page["next_cursor"].as_str().expect("a cursor");
    let answer = two.owner.get(&format!("/api/v1/customers?cursor={cursor}")).send().await;
    for mark in &one.marks {
        assert!(!answer.text().contains(mark.as_str()), "{mark} in {answer}");
    }
}

/// Operations that are no GET and write no entry, and why that is right.
const WRITES_NOTHING: [(&str, &str); 2] = [
    (
        "session_refresh",
        "goes on with a session whose beginning is in the trail, every quarter of an hour; a second use of a token is in it",
    ),
    ("sign_in_evaluate", "changes nothing: a question whose sign-in comes as a body"),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_change_is_in_the_audit_trail() {
    let app = TestApp::start().await;
    let side = Side::new(&app, &app.one).await;
    let newest = async || {
        let page = side.owner.read("/api/v1/audit?limit=200").await;
        page["items"].as_array().expect("items").clone()
    };
    let mut table = String::new();
    // The end of a workspace has a test of its own.
    let changes = contract().operations.iter().filter(|o| o.method != "GET" && o.id != "workspace_delete");
    for operation in changes {
        let request = side.recipe(&app, operation, &side.owner).await;
        let before = newest().await[0]["seq"].as_i64();
        let answer = request.send().await;
        assert!(answer.status.is_success(), "{answer}");
        let mut actions = Vec::new();
        for entry in newest().await.iter().filter(|e| e["seq"].as_i64() > before).rev() {
            // Workers write on their own account, at their own time.
            if entry["actor_kind"] != "system" {
                actions.push(entry["action"].as_str().expect("an action").to_owned());
                assert_eq!(entry["request_id"].as_str(), answer.header("x-request-id"), "{entry}");
                assert_eq!(entry["ip"], "127.0.0.1", "{entry}");
            }
        }
        side.settled(&app, operation, &answer).await;
        let silent = WRITES_NOTHING.iter().any(|(id, _)| *id == operation.id);
        assert_eq!(actions.is_empty(), silent, "{}: {actions:?}", operation.id);
        row(&mut table, &operation.id, &[actions.join(", ")]);
    }
    insta::assert_snapshot!("audit", table);
}
