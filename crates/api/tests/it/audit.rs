//! The audit log over HTTP: looks are in it, it can be checked and taken away whole.

use crate::support::{TestApp, app::Msp, client::Client, onboard::at};
use policytab_domain::role::Role;
use serde_json::{Value, json};

async fn entries(client: &Client, action: &str) -> Vec<Value> {
    let page = client.read(&format!("/api/v1/audit?limit=200&search={action}")).await;
    page["items"].as_array().expect("items").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_at_what_is_known_of_credentials_is_recorded_once_in_a_while() {
    let app = TestApp::start().await;
    let owner = app.owner();
    let customer = app.connected(&owner, &app.another_tenant("no-policies")).await;
    let pending = app.pending(&owner).await;
    let viewer = app.as_role(&app.one, Role::Viewer);
    // Before there is a connection there is nothing to see.
    viewer.read(&at(&pending, "/connect")).await;
    assert_eq!(entries(&owner, "connection.viewed").await, Vec::<Value>::new());
    let path = at(&customer, "/connect");
    let seen = viewer.read(&path).await;
    for _ in 0..5 {
        tokio::join!(viewer.read(&path), viewer.read(&path));
    }
    let looks = entries(&owner, "connection.viewed").await;
    assert_eq!(looks.len(), 1, "{looks:?}");
    assert_eq!(looks[0]["subject_id"], customer["id"]);
    assert_eq!(looks[0]["details"]["client_id"], seen["client_id"]);
    assert_eq!(looks[0]["actor_name"], "The viewer of one");
    // Somebody else's look is another one.
    app.admin().read(&path).await;
    assert_eq!(entries(&owner, "connection.viewed").await.len(), 2);
    for _ in 0..3 {
        owner.read("/api/v1/api-tokens").await;
    }
    assert_eq!(entries(&owner, "api_token.viewed").await.len(), 1);
}

async fn change(client: &Client, count: usize) {
    for n in 0..count {
        let body = json!({"display_name": format!("Customer {n}"), "cloud": "emulator"});
        client.post("/api/v1/customers", &body).send().await.expect_status(201);
    }
}

async fn tampered(app: &TestApp, msp: &Msp, sql: &str) -> Value {
    let admin = app.superuser().await;
    admin.batch_execute(&sql.replace('$', &format!("'{}'", msp.id))).await.expect(sql);
    app.admin().read("/api/v1/audit/verification").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_that_was_tampered_with_names_the_entry() {
    let app = TestApp::start().await;
    change(&app.owner(), 12).await;
    let whole = app.admin().read("/api/v1/audit/verification").await;
    assert_eq!(whole, json!({"intact": true, "checked": 12, "first_bad": null}));
    app.as_role(&app.one, Role::Operator)
        .get("/api/v1/audit/verification")
        .send()
        .await
        .problem(403, "forbidden");
    app.superuser()
        .await
        .batch_execute("CREATE TABLE saved AS TABLE audit; CREATE TABLE saved_heads AS TABLE audit_heads")
        .await
        .expect("a copy");
    for (what, sql, first) in [
        ("changed", "UPDATE audit SET actor_name = 'Nobody' WHERE msp_id = $ AND seq = 7", 7),
        ("removed", "DELETE FROM audit WHERE msp_id = $ AND seq = 5", 5),
        ("cut off", "DELETE FROM audit WHERE msp_id = $ AND seq > 10", 11),
        (
            "swapped",
            "UPDATE audit SET seq = -seq WHERE msp_id = $ AND seq IN (3, 4);
             UPDATE audit SET seq = 7 + seq WHERE msp_id = $ AND seq < 0",
            3,
        ),
        (
            "inserted",
            "UPDATE audit SET seq = -seq - 1 WHERE msp_id = $ AND seq > 6; UPDATE audit SET seq = -seq WHERE seq < 0;
             INSERT INTO audit SELECT msp_id, 7, at, actor_kind, actor_id, actor_name, action, subject_kind, subject_id,
                 ip, request_id, details, hash FROM audit WHERE msp_id = $ AND seq = 6",
            7,
        ),
    ] {
        let found = tampered(&app, &app.one, sql).await;
        assert_eq!((&found["intact"], &found["first_bad"]), (&json!(false), &json!(first)), "{what}");
        // The other MSP's log stands by itself.
        let other = app.as_role(&app.two, Role::Admin).read("/api/v1/audit/verification").await;
        assert_eq!(other["intact"], true, "{what}");
        let restored = tampered(
            &app,
            &app.one,
            "TRUNCATE audit, audit_heads; INSERT INTO audit TABLE saved; INSERT INTO audit_heads TABLE saved_heads",
        )
        .await;
        assert_eq!(restored["intact"], true, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_whole_however_long_the_log_is() {
    let app = TestApp::start().await;
    change(&app.owner(), 1).await;
    // Several pages of it, without as many requests: what the export reads is the table.
    app.superuser()
        .await
        .batch_execute(
            "INSERT INTO audit SELECT msp_id, seq + n, at, actor_kind, actor_id, actor_name, action, subject_kind, subject_id,
                 ip, request_id, '{\"name\":\"=1+1\"}', hash FROM audit, generate_series(1, 55000) n",
        )
        .await
        .expect("a long log");
    let answer = app.owner().get("/api/v1/audit/export").send().await.expect_status(200);
    let mut table = csv::Reader::from_reader(answer.body.as_slice());
    assert_eq!(table.headers().expect("headings").get(0), Some("number"));
    let numbers: Vec<i64> = table
        .records()
        .map(|r| r.expect("a row").get(0).expect("a number").parse().expect("a number"))
        .collect();
    assert_eq!(numbers, (1..=55_001).rev().collect::<Vec<_>>());
}
