//! Connecting a customer: verify first, store after; every refusal tells its reason and what to do.

use crate::support::{
    app::TestApp,
    client::{Answer, Client},
    onboard::{at, credentials},
};
use policytab_domain::role::Role;
use policytab_graph_sim::{CommonMode, DemoTenant, Fault, FaultKind, TenantEdit};
use serde_json::{Value, json};
use uuid::Uuid;

async fn put(client: &Client, customer: &Value, body: &Value) -> Answer {
    client.put(&at(customer, "/connect"), body).send().await
}

/// The refusal of these credentials. Nothing of them may be left behind.
async fn refused(app: &TestApp, body: &Value) -> Answer {
    let admin = app.admin();
    let customer = app.pending(&admin).await;
    let answer = put(&admin, &customer, body).await;
    assert!(answer.status.is_client_error(), "{answer}");
    let after = admin.read(&at(&customer, "")).await;
    assert_eq!((&after["status"], &after["connected"]), (&json!("pending"), &json!(false)), "{after}");
    assert_eq!(after["tenant"], Value::Null);
    assert_eq!(after["version"], customer["version"], "something was changed");
    assert_eq!(admin.read(&at(&customer, "/connect")).await["connected"], false);
    let secret = body["client_secret"].as_str().expect("a secret");
    assert!(!answer.text().contains(secret), "the secret comes back: {answer}");
    let rows = app.superuser().await;
    let stored = rows.query_one("SELECT count(*) FROM connections", &[]).await.expect("a count");
    assert_eq!(stored.get::<_, i64>(0), 0, "credentials were stored");
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_of_entra_has_its_reason() {
    let app = TestApp::start().await;
    let mut table = String::new();
    let mut tell = |name: String, answer: &Answer| {
        let problem = answer.problem(422, "graph_token_failed");
        assert_eq!(problem["docs"], "/guide/connecting-a-tenant", "{answer}");
        let text = |member: &str| problem[member].as_str().unwrap_or("-").to_owned();
        assert!(!text("remedy").is_empty());
        let (missing, aadsts) = (&problem["missing_permissions"], &problem["upstream"]["aadsts"]);
        let parts =
            [name, text("reason"), aadsts.to_string(), missing.to_string(), text("detail"), text("remedy")];
        table.push_str(&parts.join(" | "));
        table.push('\n');
    };
    for key in
        ["expired-secret", "no-consent", "no-policy-read", "app-disabled", "blocked", "no-service-principal"]
    {
        let answer = refused(&app, &credentials(&app.tenant(key))).await;
        tell(key.to_owned(), &answer);
    }
    let good = app.tenant("good");
    let mut wrong = credentials(&good);
    wrong["client_secret"] = json!("wr0ng~secret-value.of_forty-characters-xx");
    tell("wrong secret".to_owned(), &refused(&app, &wrong).await);
    let mut unknown = credentials(&good);
    unknown["client_id"] = json!("5b6c3a5e-8f0d-4a58-9a3e-6a6f5f3b1c11");
    tell("unknown client id".to_owned(), &refused(&app, &unknown).await);
    for code in [90002, 900_023, 900_021, 5_000_224, 700_027, 9_002_313, 53003, 7_000_112] {
        app.control().fault_set(Fault::on("*/token", FaultKind::Aadsts { code })).expect("a fault");
        tell(format!("AADSTS{code}"), &refused(&app, &credentials(&good)).await);
        app.control().faults_clear();
    }
    insta::assert_snapshot!("token_reasons", table);
    // Too many requests is no refusal of the credentials.
    app.control().fault_set(Fault::on("*/token", FaultKind::Aadsts { code: 50196 })).expect("a fault");
    let customer = app.pending(&app.admin()).await;
    put(&app.admin(), &customer, &credentials(&good)).await.problem(503, "graph_throttled");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_id_of_a_secret_is_caught_before_any_call() {
    let app = TestApp::start().await;
    let mut body = credentials(&app.tenant("good"));
    app.control().requests_clear();
    for id in ["6A1F0F0E-3c1b-4a53-9d51-0a0f6b1f2c3d", " 6a1f0f0e-3c1b-4a53-9d51-0a0f6b1f2c3d\n"] {
        body["client_secret"] = json!(id);
        let answer = refused(&app, &body).await;
        let problem = answer.problem(422, "validation_failed");
        assert_eq!(problem["reason"], "secret_id_instead_of_value");
        assert!(problem["errors"]["client_secret"].is_string(), "{answer}");
    }
    for secret in ["two words", "a\nb", &"x".repeat(513)] {
        body["client_secret"] = json!(secret);
        refused(&app, &body).await.problem(422, "validation_failed");
    }
    let mut body = credentials(&app.tenant("good"));
    body["client_id"] = json!("not-a-guid");
    let problem = refused(&app, &body).await.problem(422, "validation_failed");
    assert!(problem["errors"]["client_id"].is_string(), "{problem}");
    assert_eq!(app.control().requests().len(), 0, "Microsoft was asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_hint_the_tenant_is_believed_only_when_it_is_proven() {
    let app = TestApp::start().await;
    let tenant = app.tenant("good");
    let mut bare = credentials(&tenant);
    bare["tenant_hint"] = Value::Null;
    for mode in [
        CommonMode::AppNotFound,
        CommonMode::NoTenantInformation,
        CommonMode::MissingServicePrincipal,
        CommonMode::GrantNotSupported,
        CommonMode::MicrosoftToken,
    ] {
        app.control().settings_update(|s| s.common_mode = mode);
        refused(&app, &bare).await.problem(422, "tenant_not_detected");
    }
    // The same form again, with the field that was optional until then.
    let admin = app.admin();
    let customer = app.pending(&admin).await;
    put(&admin, &customer, &bare).await.problem(422, "tenant_not_detected");
    put(&admin, &customer, &credentials(&tenant)).await.expect_status(200);
    app.control().settings_update(|s| s.common_mode = CommonMode::CustomerToken);
    let detected = app.another_tenant("no-policies");
    let customer = app.pending(&admin).await;
    let mut bare = credentials(&detected);
    bare["tenant_hint"] = json!("  ");
    let connected = put(&admin, &customer, &bare).await.expect_status(200).json();
    assert_eq!(connected["tenant"]["tenant_id"], detected.tenant_id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hint_is_a_tenant_id_or_a_domain_that_entra_knows() {
    let app = TestApp::start().await;
    let tenant = app.tenant("good");
    let mut body = credentials(&tenant);
    app.control().requests_clear();
    for hint in ["common", "http://evil.example/", "a b", "127.0.0.1", "../x", "admin@alder.example"] {
        body["tenant_hint"] = json!(hint);
        refused(&app, &body).await.problem(422, "tenant_hint_invalid");
    }
    assert_eq!(app.control().requests().len(), 0, "Microsoft was asked");
    for hint in
        ["unknown.example", "3f2b1c9a-7d4e-4f60-8a1b-2c3d4e5f6a7b", "72f988bf-86f1-41af-91ab-2d7cd011db47"]
    {
        body["tenant_hint"] = json!(hint);
        refused(&app, &body).await.problem(422, "tenant_hint_invalid");
    }
    body["tenant_hint"] = json!("x".repeat(254));
    refused(&app, &body).await.problem(422, "validation_failed");
    let admin = app.admin();
    let customer = app.pending(&admin).await;
    body["tenant_hint"] = json!(format!(" {} ", tenant.tenant_id.to_uppercase()));
    put(&admin, &customer, &body).await.expect_status(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_tells_what_it_proved_and_never_the_secret() {
    let app = TestApp::start().await;
    let (admin, tenant) = (app.admin(), app.tenant("messy"));
    let customer = app.pending(&admin).await;
    let before = admin.read(&at(&customer, "/connect")).await;
    assert_eq!(before["connected"], false);
    assert!(before["permissions"].as_array().expect("permissions").iter().all(|p| p["granted"].is_null()));
    assert!(before["setup"]["cloud_shell_script"].as_str().is_some_and(|s| s.contains("az ad app create")));
    let put = put(&admin, &customer, &credentials(&tenant)).await.expect_status(200);
    let viewer = app.as_role(&app.one, Role::Viewer).get(&at(&customer, "/connect")).send().await;
    assert_eq!(put.json(), viewer.json());
    assert_eq!(put.header("etag"), viewer.header("etag"));
    let connection = viewer.json();
    assert_eq!(connection["client_id"], tenant.client_id);
    assert_eq!(connection["tenant"]["tenant_id"], tenant.tenant_id);
    assert_eq!(connection["tenant"]["display_name"], tenant.name);
    assert_eq!(connection["tenant"]["default_domain"], tenant.domain);
    let permissions = connection["permissions"].as_array().expect("permissions");
    assert!(permissions.iter().filter(|p| p["required"] == true).all(|p| p["granted"] == true));
    assert!(!connection["surplus_permissions"].as_array().expect("a list").is_empty(), "{connection}");
    assert!(!viewer.text().contains(&tenant.client_secret));
    let customer = admin.read(&at(&customer, "")).await;
    assert_eq!((&customer["status"], &customer["next_step"]), (&json!("connected"), &json!("import")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_optional_permission_is_told_and_no_error() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let customer = app.connected(&admin, &app.tenant("no-directory")).await;
    let connection = admin.read(&at(&customer, "/connect")).await;
    let granted = |name: &str| {
        let permissions = connection["permissions"].as_array().expect("permissions");
        permissions.iter().find(|p| p["name"] == name).map(|p| p["granted"].clone())
    };
    assert_eq!(granted("Policy.Read.All"), Some(json!(true)));
    assert_eq!(granted("Directory.Read.All"), Some(json!(false)));
    assert_eq!(granted("AuditLog.Read.All"), Some(json!(false)));
}

#[tokio::test(flavor = "multi_thread")]
async fn consent_that_comes_later_works_with_the_same_form() {
    let app = TestApp::start().await;
    let (admin, tenant) = (app.admin(), app.tenant("no-consent"));
    let customer = app.pending(&admin).await;
    let grant = |permission: &str| {
        let edit = TenantEdit::PermissionGrant { permission: permission.to_owned() };
        app.control().edit("no-consent", &edit).expect("an edit");
    };
    let nothing = put(&admin, &customer, &credentials(&tenant)).await.problem(422, "graph_token_failed");
    assert_eq!(nothing["reason"], "admin_consent_missing");
    assert!(nothing["missing_permissions"].to_string().contains("Policy.Read.All"), "{nothing}");
    grant("Directory.Read.All");
    let half = put(&admin, &customer, &credentials(&tenant)).await.problem(422, "graph_token_failed");
    assert_eq!(half["missing_permissions"], json!(["Policy.Read.All"]));
    grant("Policy.Read.All");
    put(&admin, &customer, &credentials(&tenant)).await.expect_status(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_is_one_customer_of_an_msp() {
    let app = TestApp::start().await;
    let (admin, tenant) = (app.admin(), app.tenant("good"));
    let first = app.connected(&admin, &tenant).await;
    let second = app.pending(&admin).await;
    for hint in [json!(tenant.domain), json!(tenant.tenant_id), Value::Null] {
        app.control().settings_update(|s| s.common_mode = CommonMode::CustomerToken);
        let mut body = credentials(&tenant);
        body["tenant_hint"] = hint;
        let problem = put(&admin, &second, &body).await.problem(409, "tenant_already_connected");
        assert_eq!(problem["customer_id"], first["id"]);
        assert_eq!(problem["customer_name"], first["display_name"]);
    }
    assert_eq!(admin.read(&at(&second, "")).await["status"], "pending");
    // What another MSP does is its own affair, and is told to nobody.
    app.connected(&app.as_role(&app.two, Role::Admin), &tenant).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_customers_racing_for_one_tenant_get_it_once() {
    let app = TestApp::start().await;
    let (admin, tenant) = (app.admin(), app.tenant("good"));
    let mut rivals = Vec::new();
    for _ in 0..6 {
        rivals.push(app.pending(&admin).await);
    }
    let body = credentials(&tenant);
    let answers = futures_util::future::join_all(rivals.iter().map(|c| put(&admin, c, &body))).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|a| a.status == 200);
    assert_eq!(won.len(), 1);
    for answer in lost {
        answer.problem(409, "tenant_already_connected");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_stays_the_tenant_that_it_is() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let customer = app.connected(&admin, &app.tenant("good")).await;
    let other = app.tenant("no-policies");
    put(&admin, &customer, &credentials(&other)).await.problem(409, "tenant_mismatch");
    let mut bare = credentials(&other);
    bare["tenant_hint"] = Value::Null;
    // The app of the other tenant is unknown to this customer's.
    let answer = put(&admin, &customer, &bare).await;
    assert_eq!(answer.problem(422, "graph_token_failed")["reason"], "app_not_found");
    // Not even after a disconnect.
    admin.delete(&at(&customer, "/connect")).send().await.expect_status(204);
    let after = admin.read(&at(&customer, "/connect")).await;
    assert_eq!(after["connected"], false, "{after}");
    assert_eq!(admin.read(&at(&customer, "")).await["connected"], false);
}

fn rotated(app: &TestApp, tenant: &str) -> DemoTenant {
    app.control().edit(tenant, &TenantEdit::SecretAdd { days: 90 }).expect("a new secret")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_keeps_the_old_secret_until_the_new_one_has_proven_good() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let customer = app.connected(&admin, &app.tenant("good")).await;
    let before = admin.read(&at(&customer, "/connect")).await;
    let mut body = credentials(&rotated(&app, "good"));
    let new = body["client_secret"].clone();
    body["client_secret"] = json!("wr0ng~secret-value.of_forty-characters-xx");
    put(&admin, &customer, &body).await.problem(422, "graph_token_failed");
    assert_eq!(admin.read(&at(&customer, "/connect")).await, before);
    let operator = app.as_role(&app.one, Role::Operator);
    operator.post(&at(&customer, "/connect/test"), &Value::Null).send().await.expect_status(200);
    body["client_secret"] = new;
    let after = put(&admin, &customer, &body).await.expect_status(200).json();
    assert_ne!(after["updated_at"], before["updated_at"]);
    operator.post(&at(&customer, "/connect/test"), &Value::Null).send().await.expect_status(200);
    let audit = admin.read("/api/v1/audit").await;
    let actions: Vec<_> =
        audit["items"].as_array().expect("items").iter().map(|e| e["action"].clone()).collect();
    assert_eq!(actions[..3], ["connection.test", "connection.rotate", "connection.test"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_credentials_is_based_on_what_was_seen() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let customer = app.pending(&admin).await;
    let request = admin.put(&at(&customer, "/connect"), &credentials(&app.tenant("good")));
    request.clone().header("if-match", "\"0\"").send().await.problem(412, "precondition_failed");
    let version = format!("\"{}\"", customer["version"]);
    request.clone().header("if-match", &version).send().await.expect_status(200);
    request.header("if-match", &version).send().await.problem(412, "precondition_failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn stored_credentials_can_be_tried_again() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let customer = app.pending(&admin).await;
    let test = || admin.post(&at(&customer, "/connect/test"), &Value::Null).send();
    test().await.problem(409, "graph_credentials_unavailable");
    put(&admin, &customer, &credentials(&app.tenant("good"))).await.expect_status(200);
    test().await.expect_status(200);
    app.control().edit("good", &TenantEdit::SecretExpire).expect("an edit");
    assert_eq!(test().await.problem(422, "graph_token_failed")["reason"], "expired_secret");
    let noted = admin.read(&at(&customer, "")).await;
    assert_eq!(noted["last_error"]["reason"], "expired_secret", "{noted}");
    assert_eq!(admin.read("/api/v1/fleet").await["customers_with_errors"], 1);
    put(&admin, &customer, &credentials(&rotated(&app, "good"))).await.expect_status(200);
    test().await.expect_status(200);
    let healed = admin.read(&at(&customer, "")).await;
    assert_eq!(healed["last_error"], Value::Null, "{healed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_was_moved_or_damaged_does_not_open() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let one = app.connected(&admin, &app.tenant("good")).await;
    let two = app.connected(&admin, &app.tenant("no-policies")).await;
    let swap = "UPDATE connections a SET sealed_secret = b.sealed_secret FROM connections b
                WHERE a.msp_id = b.msp_id AND a.customer_id <> b.customer_id";
    app.superuser().await.execute(swap, &[]).await.expect("swapped");
    for customer in [&one, &two] {
        let answer = admin.post(&at(customer, "/connect/test"), &Value::Null).send().await;
        let problem = answer.problem(409, "graph_credentials_unavailable");
        assert!(problem["remedy"].as_str().is_some_and(|r| r.contains("client secret")), "{answer}");
    }
    // Entering it again helps.
    put(&admin, &one, &credentials(&app.tenant("good"))).await.expect_status(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn disconnecting_takes_the_secret_away() {
    let app = TestApp::start().await;
    let (admin, tenant) = (app.admin(), app.tenant("good"));
    let customer = app.connected(&admin, &tenant).await;
    admin.delete(&at(&customer, "/connect")).send().await.expect_status(204);
    let after = admin.read(&at(&customer, "")).await;
    assert_eq!((&after["status"], &after["connected"]), (&json!("pending"), &json!(false)));
    let rows = app.superuser().await;
    let stored = rows.query_one("SELECT count(*) FROM connections", &[]).await.expect("a count");
    assert_eq!(stored.get::<_, i64>(0), 0);
    let again = admin.delete(&at(&customer, "/connect")).send().await;
    assert!(again.status == 404 || again.status == 409, "{again}");
    put(&admin, &customer, &credentials(&tenant)).await.expect_status(200);
    let nobody = json!({"id": Uuid::now_v7()});
    put(&admin, &nobody, &credentials(&tenant)).await.problem(404, "not_found");
}
