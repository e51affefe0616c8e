//! Texts that people may paste, in every text field of the description: they come back as the same text, and a file that
//! they end up in does no more with them than show them.

use crate::{
    places::text_places,
    recipes::{Side, accepted_until},
    support::{
        app::TestApp,
        client::{Answer, Client},
        contract::{Operation, contract},
        onboard::at,
    },
};
use serde_json::{Value, json};
use std::fmt::Write as _;
use uuid::Uuid;

/// Name and text. None of them is longer than a name may be, and none has spaces around it.
pub(crate) const TEXTS: [(&str, &str); 10] = [
    ("right to left", "\u{202e}gnp.exe\u{202c} עברית"),
    ("zero width", "a\u{200b}b\u{200d}c\u{feff}d"),
    ("emoji", "👩\u{200d}👩\u{200d}👧 🏴"),
    ("four bytes", "𠜎𠜱 𝕏"),
    ("combining", "Z\u{351}\u{36b}a\u{343}\u{36a}"),
    ("quotes", "\"' `; DROP TABLE customers; -- \\\""),
    ("markup", "</td><script>alert(1)</script><img src=x onerror=alert(1)>"),
    ("formula", "=cmd|' /C calc'!A0"),
    ("escapes", "\\u0000 \\\\u0000 \\x00 %00 &#0;"),
    ("template", "${jndi:ldap://127.0.0.1/x} {{7*7}} %s%n"),
];

/// Whether the text stands in the answer as it was sent.
pub(crate) fn holds(answer: &Value, text: &str) -> bool {
    match answer {
        Value::String(found) => found == text,
        Value::Array(items) => items.iter().any(|v| holds(v, text)),
        Value::Object(members) => members.values().any(|v| holds(v, text)),
        _ => false,
    }
}

/// Whether the newest version of the baseline that an answer tells of holds the text.
async fn kept_elsewhere(who: &Client, operation: &Operation, answer: &Answer, text: &str) -> bool {
    if !operation.id.starts_with("baseline_") {
        return false;
    }
    let answer = answer.json();
    let said = answer.get("baseline").unwrap_or(&answer);
    let (Some(id), Some(number)) = (said["id"].as_str(), said["current_version"].as_i64()) else {
        return false;
    };
    holds(&who.read(&format!("/api/v1/baselines/{id}/versions/{number}")).await, text)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_text_field_gives_back_what_it_was_given() {
    let app = TestApp::with(&[("POLICYTAB_RATE_PER_CALLER", "0")]).await;
    let side = Side::new(&app, &app.one).await;
    let mut table = String::new();
    for operation in contract().operations.iter().filter(|o| o.body["requestBody"].is_object()) {
        let first = side.recipe(&app, operation, &side.owner).await;
        let first: Value = serde_json::from_slice(&first.body).expect("a body");
        for place in text_places(operation, &first) {
            let mut outcomes = Vec::new();
            for (_, text) in TEXTS {
                let request = side.recipe(&app, operation, &side.owner).await;
                let body: Value = serde_json::from_slice(&request.body).expect("a body");
                // Names are unique.
                let text = format!("{text} {:.8}", Uuid::new_v4().simple());
                let answer = request.json(&place.put(&body, &json!(text))).send().await;
                side.settled(&app, operation, &answer).await;
                outcomes.push(match answer.status.as_u16() {
                    204 => "no content",
                    200..300 if holds(&answer.json(), &text) => "same",
                    200..300 if kept_elsewhere(&side.owner, operation, &answer, &text).await => "same",
                    200..300 => "not shown",
                    409 | 422 => "refused",
                    _ => panic!("{place}: {answer}"),
                });
            }
            outcomes.dedup();
            let _ = writeln!(table, "{}.{place}: {}", operation.id, outcomes.join(", "));
        }
    }
    insta::assert_snapshot!("texts", table);
}

pub(crate) async fn file(client: &Client, path: &str, kind: &str) -> String {
    client.get(path).header("accept", kind).send().await.expect_status(200).text()
}

/// Fails when markup of [`TEXTS`] is alive in a page.
pub(crate) fn no_markup(page: &str, what: &str) {
    for live in ["<script>alert", "<img src=x", "</td><script"] {
        assert!(!page.contains(live), "{what}");
    }
}

/// Fails when a spreadsheet would take a cell for a formula.
pub(crate) fn harmless_cells(table: &str, what: &str) {
    let mut rows = csv::ReaderBuilder::new().has_headers(false).from_reader(table.as_bytes());
    for cell in
        rows.records().flat_map(|row| row.expect("a row").iter().map(str::to_owned).collect::<Vec<_>>())
    {
        let first = cell.chars().next();
        let formula =
            matches!(first, Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠'));
        assert!(!formula, "{what}: {cell}");
    }
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
        no_markup(&page, what);
        for (path, kind) in [(report.as_str(), "text/csv"), ("/api/v1/audit/export", "*/*")] {
            let table = file(&side.owner, path, kind).await;
            harmless_cells(&table, what);
        }
    }
    let audit = side.owner.read("/api/v1/audit?limit=200").await;
    for (what, text) in TEXTS {
        assert!(holds(&audit, text), "{what} is not in the audit log as it was typed");
    }
}
