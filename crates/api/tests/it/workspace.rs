//! The workspace: its name, what it demands of its people, its end.

use crate::{
    recipes::{enrolled, id},
    support::{
        app::{PASSWORD, TestApp},
        client::{Answer, Client},
        onboard::at,
    },
};
use policytab_app::{operate, rotation};
use policytab_domain::role::Role;
use serde_json::{Value, json};

const WORKSPACE: &str = "/api/v1/workspace";

async fn login(app: &TestApp, email: &str) -> Answer {
    let body = json!({"email": email, "password": PASSWORD});
    app.anonymous().post("/api/v1/auth/login", &body).send().await
}

async fn signed_in(app: &TestApp, email: &str) -> (Client, Value) {
    let session = login(app, email).await.expect_status(200).json();
    (app.bearer(session["access_token"].as_str().expect("a token")), session)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_name_is_seen_by_all_and_changed_by_owners() {
    let app = TestApp::start().await;
    let viewer = app.as_role(&app.one, Role::Viewer);
    let seen = viewer.get(WORKSPACE).send().await.expect_status(200);
    assert_eq!((seen.header("etag"), &seen.json()["display_name"]), (Some("\"1\""), &json!(app.one.name)));
    let change = json!({"display_name": " Northwind Managed IT "});
    let refused = app.admin().patch(WORKSPACE, &change).send().await;
    assert_eq!(refused.problem(403, "forbidden")["required_role"], "owner");
    let patch = |version: &str| app.owner().patch(WORKSPACE, &change).header("if-match", version);
    let changed = patch("\"1\"").send().await.expect_status(200).json();
    assert_eq!((&changed["display_name"], &changed["version"]), (&json!("Northwind Managed IT"), &json!(2)));
    patch("\"1\"").send().await.problem(412, "precondition_failed");
    assert_eq!(viewer.read("/api/v1/me").await["msp"]["name"], "Northwind Managed IT");
    assert_eq!(app.as_role(&app.two, Role::Viewer).read(WORKSPACE).await["display_name"], app.two.name);
    for bad in ["", " ", &"x".repeat(121)] {
        let body = json!({"display_name": bad});
        app.owner().patch(WORKSPACE, &body).send().await.problem(422, "validation_failed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lacks_the_required_second_factor_can_only_set_it_up() {
    let app = TestApp::start().await;
    let (owner, _) = signed_in(&app, "owner@one.example").await;
    let (viewer, _) = signed_in(&app, "viewer@one.example").await;
    viewer.read("/api/v1/customers").await;
    let require = json!({"require_second_factor": true});
    // Whoever demands it of others has one.
    let refused = owner.patch(WORKSPACE, &require).send().await;
    assert_eq!(refused.problem(409, "invalid_state")["reason"], "second_factor_required");
    enrolled(&owner).await.expect("codes");
    owner.patch(WORKSPACE, &require).send().await.expect_status(200);
    owner.read("/api/v1/customers").await;

    // A session that goes on already, and one that begins now.
    let (fresh, session) = signed_in(&app, "operator@one.example").await;
    assert_eq!(session["user"]["second_factor_required"], true);
    for who in [&viewer, &fresh] {
        assert_eq!(who.read("/api/v1/me").await["second_factor_required"], true);
        assert_eq!(who.read("/api/v1/me/second-factor").await["required"], true);
        for path in [
            "/api/v1/customers",
            "/api/v1/workspace",
            "/api/v1/events",
            "/api/v1/me/sessions",
            "/api/v1/audit",
        ] {
            let refused = who.get(path).send().await;
            assert_eq!(refused.problem(403, "forbidden")["reason"], "second_factor_required", "{path}");
        }
        let body = json!({"current_password": PASSWORD, "new_password": "another fine password"});
        who.put("/api/v1/me/password", &body).send().await.problem(403, "forbidden");
        enrolled(who).await.expect("codes");
        who.read("/api/v1/customers").await;
        assert_eq!(who.read("/api/v1/me").await["second_factor_required"], false);
    }
    // Scripts are not asked, and other workspaces not at all.
    let body = json!({"name": "Script", "role": "viewer"});
    let token = owner.post("/api/v1/api-tokens", &body).send().await.expect_status(201).json();
    app.bearer(token["token"].as_str().expect("a token")).read("/api/v1/customers").await;
    signed_in(&app, "viewer@two.example").await.0.read("/api/v1/customers").await;
    // Without the demand a password is enough.
    owner.patch(WORKSPACE, &json!({"require_second_factor": false})).send().await.expect_status(200);
    signed_in(&app, "admin@one.example").await.0.read("/api/v1/customers").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_workspace_is_gone_for_everybody_at_once() {
    let app = TestApp::start().await;
    let (owner, _) = signed_in(&app, "owner@one.example").await;
    let session = login(&app, "viewer@one.example").await.expect_status(200);
    let viewer = app.bearer(session.json()["access_token"].as_str().expect("a token"));
    let body = json!({"name": "Script", "role": "owner"});
    let token = owner.post("/api/v1/api-tokens", &body).send().await.expect_status(201).json();
    let script = app.bearer(token["token"].as_str().expect("a token"));
    let customer = app.imported(&owner, &app.another_tenant("security-defaults")).await;
    let kept =
        app.imported(&app.as_role(&app.two, Role::Owner), &app.another_tenant("security-defaults")).await;
    for who in [&owner, &viewer, &script] {
        who.read(&at(&customer, "")).await;
    }
    let delete = |who: &Client, name: &str| who.delete(WORKSPACE).json(&json!({"display_name": name}));
    delete(&app.admin(), app.one.name).send().await.problem(403, "forbidden");
    for wrong in ["", "northwind it", app.two.name] {
        let refused = delete(&owner, wrong).send().await;
        assert!(refused.problem(422, "validation_failed")["errors"]["display_name"].is_string());
    }
    delete(&owner, app.one.name).send().await.expect_status(204);
    for who in [&owner, &viewer, &script] {
        who.get(&at(&customer, "")).send().await.problem(401, "unauthenticated");
    }
    login(&app, "owner@one.example").await.problem(401, "unauthenticated");
    let cookie = session.header("set-cookie").and_then(|c| c.split(';').next()).expect("a cookie").to_owned();
    let refresh = app.anonymous().post("/api/v1/auth/refresh", &Value::Null).header("cookie", &cookie);
    refresh.send().await.problem(401, "unauthenticated");

    // Operators still have what was done, and that nobody changed it since.
    let verdicts = operate::verify_audit(&app.state.app).await.expect("verdicts");
    let verdict = verdicts.iter().find(|(msp, _)| msp.as_uuid() == app.one.id).expect("the trail");
    assert!(verdict.1.rows > 3 && verdict.1.first_bad.is_none(), "{verdicts:?}");
    let sql = format!("SELECT action FROM audit WHERE msp_id = '{}' ORDER BY seq DESC LIMIT 1", app.one.id);
    let last: String = app.superuser().await.query_one(&sql, &[]).await.expect("a row").get(0);
    assert_eq!(last, "workspace.delete");
    rotation::rotate_keys(&app.state.app).await.expect("nothing is left to rotate");
    // The other workspace has lost nothing.
    let two = app.as_role(&app.two, Role::Owner);
    assert_eq!(id(&two.read(&at(&kept, "")).await), id(&kept));
    two.read(&at(&kept, "/report")).await;
}
