//! Planted secrets are nowhere in clear: not in a log line, an answer, or a row of the database.

use crate::support::{
    app::{PASSWORD, TestApp},
    client::Answer,
    logs::Logs,
    onboard::{at, credentials},
    planted::{absent, contents},
};
use policytab_graph_sim::{Fault, FaultKind, TenantEdit};
use serde_json::{Value, json};

/// What a panic would print of whatever holds a secret at that moment: everything that it can be asked for by `Debug`.
#[test]
fn a_panic_shows_no_secret() {
    use policytab_api::{auth::dto::LoginIn, connect::dto::ConnectionPut, users::dto::UserCreate};
    use policytab_app::connect::ConnectInput;
    use policytab_graph_client::Credentials;
    use uuid::Uuid;
    let secret = "canary-p4nic~value.of_forty/characters+x";
    let connection: ConnectionPut =
        serde_json::from_value(json!({"client_id": Uuid::nil(), "client_secret": secret})).expect("a body");
    let login: LoginIn =
        serde_json::from_value(json!({"email": "a@b.example", "password": secret})).expect("a body");
    let person: UserCreate = serde_json::from_value(
        json!({"email": "a@b.example", "display_name": "A", "role": "viewer", "password": secret}),
    )
    .expect("a body");
    let input =
        ConnectInput { client_id: Uuid::nil(), client_secret: secret.to_owned().into(), tenant_hint: None };
    let credentials = Credentials { client_id: Uuid::nil(), client_secret: secret.to_owned().into() };
    let panicked = std::panic::catch_unwind(move || {
        panic!("{:?}", (connection, login, person, input, credentials));
    });
    let payload = panicked.expect_err("it panics");
    let text = payload.downcast_ref::<String>().expect("a message");
    assert!(text.contains("REDACTED"), "{text}");
    absent(text, &[("the secret", secret.to_owned())], "the panic's message");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_planted_secret_is_nowhere_in_clear() {
    let logs = Logs::capture();
    let app = TestApp::start().await;
    let admin = app.admin();
    let mut seen: Vec<Answer> = Vec::new();

    // Passwords: right, wrong and new ones.
    let wrong_password = "canary-w0ng/password+one?";
    let new_password = "canary-n3w/password+two?";
    let mut cookies = Vec::new();
    for password in [PASSWORD, wrong_password] {
        let body = json!({"email": "owner@one.example", "password": password});
        let answer = app.anonymous().post("/api/v1/auth/login", &body).send().await;
        if let Some(set) = answer.header("set-cookie") {
            cookies.push(set.split([';', '=']).nth(1).expect("a value").to_owned());
        }
        seen.push(answer);
    }
    let person = json!({"email": "new@one.example", "display_name": "New", "role": "viewer", "password": new_password});
    let made = app.owner().post("/api/v1/users", &person).header("idempotency-key", "person").send().await;
    seen.push(made.expect_status(201));
    let short =
        json!({"email": "other@one.example", "display_name": "New", "role": "viewer", "password": "c4n"});
    seen.push(app.owner().post("/api/v1/users", &short).send().await);

    // Client secrets: wrong, right, rotated; sent with everything that can go wrong on the way.
    let tenant = app.tenant("good");
    let wrong_secret = "cAn4ry~wrong-secret.value_of/forty+chars";
    let customer = app.pending(&admin).await;
    let put = |body: Value| admin.put(&at(&customer, "/connect"), &body).send();
    let mut body = credentials(&tenant);
    body["client_secret"] = json!(wrong_secret);
    seen.push(put(body.clone()).await);
    body["client_secret"] = json!(format!("{wrong_secret} "));
    seen.push(put(body.clone()).await);
    body["client_secret"] = json!({"nested": wrong_secret});
    seen.push(put(body.clone()).await);
    body["tenant_hint"] = Value::Null;
    body["client_secret"] = json!(wrong_secret);
    seen.push(put(body.clone()).await);
    for what in [FaultKind::Garbage, FaultKind::Reset, FaultKind::Status { status: 500, retry_after: None }] {
        app.control().fault_set(Fault::on("*/token", what)).expect("a fault");
        seen.push(put(credentials(&tenant)).await);
        app.control().faults_clear();
    }
    seen.push(put(credentials(&tenant)).await.expect_status(200));
    seen.push(admin.get(&at(&customer, "/connect")).send().await);
    app.import(&admin, &customer, &json!({})).await;
    let rotated = app.control().edit("good", &TenantEdit::SecretAdd { days: 30 }).expect("a secret");
    seen.push(put(credentials(&rotated)).await.expect_status(200));
    seen.push(admin.post(&at(&customer, "/connect/test"), &Value::Null).send().await.expect_status(200));
    app.control().edit("good", &TenantEdit::SecretDeleteAll).expect("an edit");
    seen.push(admin.post(&at(&customer, "/connect/test"), &Value::Null).send().await);
    let failed = app.import(&admin, &customer, &json!({})).await;
    assert_eq!(failed["state"], "failed");

    // An API token: shown by the one answer that makes it, and by its replay.
    let body = json!({"name": "Script", "role": "viewer"});
    let make = || admin.post("/api/v1/api-tokens", &body).header("idempotency-key", "token").send();
    let (made, _replayed) = (make().await.expect_status(201), make().await.expect_status(201));
    let token = made.json()["token"].as_str().expect("a token").to_owned();
    seen.push(app.bearer(&token).get("/api/v1/me").send().await.expect_status(200));
    seen.push(app.bearer(&format!("{token}x")).get("/api/v1/me").send().await);
    for path in
        ["/api/v1/api-tokens", "/api/v1/audit?limit=200", "/api/v1/users", "/api/v1/customers", "/metrics"]
    {
        seen.push(admin.get(path).send().await);
    }
    for rest in ["", "/imports", "/connect", "/snapshots", "/report"] {
        seen.push(admin.get(&at(&customer, rest)).send().await);
    }
    // Exports, and what people with every right can read.
    seen.push(admin.get("/api/v1/audit/export").send().await.expect_status(200));
    for kind in ["text/csv", "text/html", "application/sarif+json"] {
        let export = admin.get(&at(&customer, "/report")).header("accept", kind).send().await;
        seen.push(export.expect_status(200));
    }

    let mut secrets = vec![
        ("the password", PASSWORD.to_owned()),
        ("a wrong password", wrong_password.to_owned()),
        ("a new password", new_password.to_owned()),
        ("a wrong client secret", wrong_secret.to_owned()),
        ("the client secret", tenant.client_secret.clone()),
        ("the rotated client secret", rotated.client_secret.clone()),
        ("the API token", token),
    ];
    for (index, value) in cookies.into_iter().enumerate() {
        assert!(value.len() > 20, "no refresh token in cookie {index}");
        secrets.push(("a refresh token", value));
    }
    for answer in &seen {
        absent(&answer.text(), &secrets, &format!("the answer to {} {}", answer.method, answer.path));
    }
    let rows = contents(&app.db.superuser_url).await;
    assert!(rows.contains("new@one.example"), "what is known to be there is not found");
    absent(&rows, &secrets, "the database");
    let log = logs.text();
    assert!(log.lines().count() > 200, "the log holds next to nothing");
    assert!(log.contains("TRACE"), "the log is not at its finest level");
    // The emulator stands for the other side of the wire, which knows the secret; it would tell its own log.
    let ours: Vec<_> = log.lines().filter(|l| !l.contains("policytab_graph_sim")).collect();
    absent(&ours.join("\n"), &secrets, "the log");
    // What is scanned would be found: the search itself works.
    let found =
        std::panic::catch_unwind(|| absent("xx c4n4ry-text yy", &[("it", "c4n4ry-text".to_owned())], "here"));
    assert!(found.is_err());
}
