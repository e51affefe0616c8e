//! Findings that are accepted for a while, and come back.

use crate::{
    recipes::{Side, accepted_until},
    support::{app::TestApp, client::Client, onboard::at},
};
use chrono::{TimeDelta, Utc};
use policytab_domain::role::Role;
use serde_json::{Value, json};

fn acceptance(side: &Side) -> String {
    at(&side.customer, &format!("/findings/{}/acceptance", side.finding))
}

/// The finding as the newest report shows it.
async fn shown(side: &Side, who: &Client) -> Value {
    let report = who.read(&at(&side.customer, "/report")).await;
    let findings = report["findings"].as_array().expect("findings");
    findings.iter().find(|f| f["id"] == side.finding.as_str()).expect("the finding").clone()
}

/// Findings of the finding's severity: in the report, on the customer, in the fleet; and how many are accepted.
async fn counted(side: &Side, who: &Client, severity: &str) -> [i64; 4] {
    let report = who.read(&at(&side.customer, "/report")).await;
    let customer = who.read(&at(&side.customer, "")).await;
    let fleet = who.read("/api/v1/fleet").await;
    [
        &report["summary"][severity],
        &customer["counts"]["findings"][severity],
        &fleet["findings"][severity],
        &report["summary"]["accepted"],
    ]
    .map(|count| count.as_i64().expect("a count"))
}

async fn audited(side: &Side, action: &str) -> Vec<Value> {
    let page = side.owner.read("/api/v1/audit?limit=200").await;
    let items = page["items"].as_array().expect("items").clone();
    items.into_iter().filter(|entry| entry["action"] == action).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_accepts_a_finding_and_opens_it_again() {
    let app = TestApp::start().await;
    let (side, other) = (Side::new(&app, &app.one).await, Side::new(&app, &app.two).await);
    let operator = app.as_role(&app.one, Role::Operator);
    let before = shown(&side, &operator).await;
    assert_eq!((&before["status"], &before["acceptance"]), (&json!("open"), &Value::Null));
    let severity = before["severity"].as_str().expect("a severity").to_owned();
    let [open, ..] = counted(&side, &operator, &severity).await;
    assert_eq!(counted(&side, &operator, &severity).await, [open, open, open, 0]);

    let terms = accepted_until(30);
    let put = async || operator.put(&acceptance(&side), &terms).send().await.expect_status(200).json();
    let accepted = put().await;
    assert_eq!(accepted["status"], "accepted");
    for member in ["reason", "owner"] {
        assert_eq!(accepted["acceptance"][member], terms[member]);
    }
    assert_eq!(accepted["acceptance"]["accepted_by"], app.one.person(Role::Operator).display_name.as_str());
    assert_eq!(accepted["acceptance"]["ended"], Value::Null);
    assert_eq!(shown(&side, &operator).await, accepted);
    let less = open - 1;
    assert_eq!(counted(&side, &operator, &severity).await, [less, less, less, 1]);
    let only = async |status: &str| {
        let report = operator.read(&at(&side.customer, &format!("/report?status={status}"))).await;
        let findings = report["findings"].as_array().expect("findings").clone();
        findings.iter().any(|f| f["id"] == side.finding.as_str())
    };
    assert_eq!((only("accepted").await, only("open").await), (true, false));
    for (form, sign) in [("text/csv", "Replaced next month"), ("text/html", "Accepted until")] {
        let file = operator.get(&at(&side.customer, "/report")).header("accept", form).send().await;
        assert!(file.text().contains(sign), "{file}");
    }

    // The same again is nothing new; other terms take their place.
    assert_eq!(put().await, accepted);
    assert_eq!(audited(&side, "finding.accept").await.len(), 1);
    let longer = operator.put(&acceptance(&side), &accepted_until(60)).send().await.expect_status(200).json();
    assert_ne!(longer["acceptance"]["expires_at"], accepted["acceptance"]["expires_at"]);
    assert_eq!(counted(&side, &operator, &severity).await, [less, less, less, 1]);

    operator.delete(&acceptance(&side)).send().await.expect_status(204);
    operator.delete(&acceptance(&side)).send().await.problem(404, "not_found");
    assert_eq!(shown(&side, &operator).await, before);
    assert_eq!(counted(&side, &operator, &severity).await, [open, open, open, 0]);
    let reopened = audited(&side, "finding.reopen").await;
    assert_eq!(reopened.len(), 1);
    assert_eq!(reopened[0]["details"]["because"], "reopened");

    // The same finding of another MSP is another finding.
    operator.put(&acceptance(&side), &terms).send().await.expect_status(200);
    assert_eq!(shown(&other, &other.owner).await["status"], "open");
    operator.put(&acceptance(&other), &terms).send().await.problem(404, "not_found");
    operator.delete(&acceptance(&other)).send().await.problem(404, "not_found");
    let viewer = app.as_role(&app.one, Role::Viewer);
    let refused = viewer.put(&acceptance(&side), &terms).send().await;
    assert_eq!(refused.problem(403, "forbidden")["required_role"], "operator");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acceptance_needs_a_reason_an_owner_and_an_end() {
    let app = TestApp::start().await;
    let side = Side::new(&app, &app.one).await;
    let good = accepted_until(30);
    let days = |days: i64| json!((Utc::now() + TimeDelta::days(days)).to_rfc3339());
    for (member, value) in [
        ("reason", json!("  ")),
        ("reason", json!("x".repeat(2001))),
        ("owner", json!("")),
        ("owner", json!("x".repeat(201))),
        ("expires_at", days(-1)),
        ("expires_at", days(800)),
        ("expires_at", json!("tomorrow")),
        ("expires_at", Value::Null),
        ("colour", json!("red")),
    ] {
        let mut terms = good.clone();
        terms[member] = value;
        side.owner.put(&acceptance(&side), &terms).send().await.problem(422, "validation_failed");
    }
    for member in ["reason", "owner", "expires_at"] {
        let mut terms = good.clone();
        terms.as_object_mut().expect("an object").remove(member);
        let refused = side.owner.put(&acceptance(&side), &terms).send().await;
        assert!(refused.problem(422, "validation_failed")["errors"][member].is_string(), "{refused}");
    }
    let unknown = at(&side.customer, "/findings/no-such-finding/acceptance");
    side.owner.put(&unknown, &good).send().await.problem(404, "not_found");
    let pending = app.pending(&side.owner).await;
    let nothing = at(&pending, &format!("/findings/{}/acceptance", side.finding));
    side.owner.put(&nothing, &good).send().await.problem(404, "not_found");
    // What is for information needs no decision.
    let messy = app.imported(&side.owner, &app.tenant("good")).await;
    let choice = json!({"kind": "workspace_baseline", "baseline_id": side.baseline});
    side.owner.put(&at(&messy, "/comparison-baseline"), &choice).send().await.expect_status(200);
    let report = side.owner.read(&at(&messy, "/report?severity=info")).await;
    let id = report["findings"][0]["id"].as_str().expect("a finding for information");
    let refused = side.owner.put(&at(&messy, &format!("/findings/{id}/acceptance")), &good).send().await;
    refused.problem(409, "invalid_state");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acceptance_that_has_run_out_counts_again_by_itself() {
    let app = TestApp::start().await;
    let (side, other) = (Side::new(&app, &app.one).await, Side::new(&app, &app.two).await);
    let severity = shown(&side, &side.owner).await["severity"].as_str().expect("a severity").to_owned();
    let [open, ..] = counted(&side, &side.owner, &severity).await;
    for side in [&side, &other] {
        side.owner.put(&acceptance(side), &accepted_until(30)).send().await.expect_status(200);
    }
    let less = open - 1;
    assert_eq!(policytab_app::acceptances::expire(&app.state.app).await.expect("a sweep"), 0);
    // Time passes for one of them.
    let behind = app.superuser().await;
    let past = format!(
        "UPDATE finding_acceptances SET accepted_at = now() - interval '2 days', expires_at = now() - interval '1 second'
         WHERE msp_id = '{}'",
        app.one.id
    );
    behind.batch_execute(&past).await.expect("an update");
    // The report shows it at once, the dashboard after the sweep.
    let ended = shown(&side, &side.owner).await;
    assert_eq!((&ended["status"], &ended["acceptance"]["ended"]), (&json!("open"), &json!("expired")));
    assert_eq!(counted(&side, &side.owner, &severity).await, [open, less, less, 0]);
    let (one, two, three) = tokio::join!(
        policytab_app::acceptances::expire(&app.state.app),
        policytab_app::acceptances::expire(&app.state.app),
        policytab_app::acceptances::expire(&app.state.app),
    );
    let swept: usize = [one, two, three].into_iter().map(|swept| swept.expect("a sweep")).sum();
    assert_eq!(swept, 1, "several nodes end it once");
    assert_eq!(counted(&side, &side.owner, &severity).await, [open, open, open, 0]);
    assert_eq!(shown(&side, &side.owner).await["acceptance"]["ended"], "expired");
    assert_eq!(counted(&other, &other.owner, &severity).await, [less, less, less, 1]);
    let entries = audited(&side, "finding.reopen").await;
    assert_eq!(entries.len(), 1);
    assert_eq!(
        (&entries[0]["actor_kind"], &entries[0]["details"]["because"]),
        (&json!("system"), &json!("expired"))
    );
    // It can be accepted anew.
    let again =
        side.owner.put(&acceptance(&side), &accepted_until(30)).send().await.expect_status(200).json();
    assert_eq!((&again["status"], &again["acceptance"]["ended"]), (&json!("accepted"), &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acceptance_holds_from_report_to_report_until_the_facts_change() {
    let app = TestApp::start().await;
    let side = Side::new(&app, &app.one).await;
    side.owner.put(&acceptance(&side), &accepted_until(30)).send().await.expect_status(200);
    let severity = shown(&side, &side.owner).await["severity"].as_str().expect("a severity").to_owned();
    let accepted = counted(&side, &side.owner, &severity).await;
    assert_eq!(accepted[3], 1);
    // A new report with the same facts.
    app.import(&side.owner, &side.customer, &json!({})).await;
    assert_eq!(counted(&side, &side.owner, &severity).await, accepted);
    // A report in which it does not occur, and back.
    let path = at(&side.customer, "/comparison-baseline");
    side.owner.put(&path, &json!({"kind": "imported_snapshot"})).send().await.expect_status(200);
    let choice = json!({"kind": "workspace_baseline", "baseline_id": side.baseline});
    side.owner.put(&path, &choice).send().await.expect_status(200);
    assert_eq!(counted(&side, &side.owner, &severity).await, accepted);
    // The acceptance was given for other facts than those of the next report.
    let behind = app.superuser().await;
    behind
        .batch_execute("UPDATE finding_acceptances SET fingerprint = 'other facts'")
        .await
        .expect("an update");
    app.import(&side.owner, &side.customer, &json!({})).await;
    let ended = shown(&side, &side.owner).await;
    assert_eq!((&ended["status"], &ended["acceptance"]["ended"]), (&json!("open"), &json!("facts_changed")));
    let [report, customer, fleet, still] = counted(&side, &side.owner, &severity).await;
    assert_eq!((report, customer, fleet, still), (accepted[0] + 1, accepted[0] + 1, accepted[0] + 1, 0));
    let entries = audited(&side, "finding.reopen").await;
    assert_eq!(entries[0]["details"]["because"], "facts_changed");
}
