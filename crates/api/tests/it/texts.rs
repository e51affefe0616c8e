//! Texts that people may paste, in every text field of the description: they come back as the same text, and a file that
//! they end up in does no more with them than show them.

use crate::{
    recipes::{Side, accepted_until},
    support::{
        app::TestApp,
        client::Client,
        contract::{Operation, contract},
        onboard::at,
    },
};
use serde_json::{Value, json};
use std::fmt::Write as _;
use uuid::Uuid;

/// Name and text. None of them is longer than a name may be, and none has spaces around it.
const TEXTS: [(&str, &str); 9] = [
    ("right to left", "\u{202e}gnp.exe\u{202c} עברית"),
    ("zero width", "a\u{200b}b\u{200d}c\u{feff}d"),
    ("emoji", "👩\u{200d}👩\u{200d}👧 🏴"),
    ("four bytes", "𠜎𠜱 𝕏"),
    ("combining", "Z\u{351}\u{36b}a\u{343}\u{36a}"),
    ("quotes", "\"' `; DROP TABLE customers; -- \\\""),
    ("markup", "</td><script>alert(1)</script><img src=x onerror=alert(1)>"),
    ("formula", "=cmd|' /C calc'!A0"),
    ("template", "${jndi:ldap://127.0.0.1/x} {{7*7}} %s%n"),
];

/// The schema behind a reference.
fn resolved(schema: &Value) -> &Value {
    match schema["$ref"].as_str().and_then(|r| r.strip_prefix('#')) {
        Some(pointer) => resolved(contract().document.pointer(pointer).expect("a component")),
        None => schema,
    }
}

/// Members of a body that take any text.
fn text_fields(operation: &Operation) -> Vec<String> {
    let body = resolved(&operation.body["requestBody"]["content"]["application/json"]["schema"]);
    let members = body["properties"].as_object().into_iter().flatten();
    members
        .filter(|(_, schema)| {
            let kind = &schema["type"];
            let text = kind == "string" || kind == &json!(["string", "null"]);
            text && ["format", "enum", "pattern"].iter().all(|name| schema[*name].is_null())
        })
        .map(|(name, _)| name.clone())
        .collect()
}

/// Whether the text stands in the answer as it was sent.
fn holds(answer: &Value, text: &str) -> bool {
    match answer {
        Value::String(found) => found == text,
        Value::Array(items) => items.iter().any(|v| holds(v, text)),
        Value::Object(members) => members.values().any(|v| holds(v, text)),
        _ => false,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_text_field_gives_back_what_it_was_given() {
    let app = TestApp::start().await;
    let side = Side::new(&app, &app.one).await;
    let mut table = String::new();
    for operation in contract().operations.iter().filter(|o| o.body["requestBody"].is_object()) {
        for field in text_fields(operation) {
            let mut outcomes = Vec::new();
            for (_, text) in TEXTS {
                let request = side.recipe(&app, operation, &side.owner).await;
                let mut body: Value = serde_json::from_slice(&request.body).expect("a body");
                // Names are unique.
                let text = format!("{text} {:.8}", Uuid::new_v4().simple());
                body[&field] = json!(text);
                let answer = request.json(&body).send().await;
                side.settled(&app, operation, &answer).await;
                outcomes.push(match answer.status.as_u16() {
                    204 => "no content",
                    200..300 if holds(&answer.json(), &text) => "same",
                    200..300 => "not shown",
                    422 => "refused",
                    _ => panic!("{field}: {answer}"),
                });
            }
            outcomes.dedup();
            let _ = writeln!(table, "{}.{field}: {}", operation.id, outcomes.join(", "));
        }
    }
    insta::assert_snapshot!("texts", table);
}

async fn file(client: &Client, path: &str, kind: &str) -> String {
    client.get(path).header("accept", kind).send().await.expect_status(200).text()
}

#[tokio::test(flavor = "multi_thread")]
async fn files_only_show_what_people_typed() {
    let app = TestApp::start().await;
    let side = Side::new(&app, &app.one).await;
    for (what, text) in TEXTS {
        let name = json!({"display_name": text});
        side.owner.patch(&at(&side.customer, ""), &name).send().await.expect_status(200);
        let mut terms = accepted_until(30);
        terms["reason"] = json!(text);
        terms["owner"] = json!(text);
        let put = at(&side.customer, &format!("/findings/{}/acceptance", side.finding));
        side.owner.put(&put, &terms).send().await.expect_status(200);
        let report = at(&side.customer, "/report");
        let page = file(&side.owner, &report, "text/html").await;
        for live in ["<script>alert", "<img src=x", "</td><script"] {
            assert!(!page.contains(live), "{what}");
        }
        for (path, kind) in [(report.as_str(), "text/csv"), ("/api/v1/audit/export", "*/*")] {
            let table = file(&side.owner, path, kind).await;
            let mut rows = csv::ReaderBuilder::new().has_headers(false).from_reader(table.as_bytes());
            for cell in rows
                .records()
                .flat_map(|row| row.expect("a row").iter().map(str::to_owned).collect::<Vec<_>>())
            {
                let first = cell.chars().next();
                assert!(!matches!(first, Some('=' | '+' | '-' | '@' | '\t' | '\r')), "{what}: {cell}");
            }
        }
    }
    let audit = side.owner.read("/api/v1/audit?limit=200").await;
    for (what, text) in TEXTS {
        assert!(holds(&audit, text), "{what} is not in the audit log as it was typed");
    }
}
