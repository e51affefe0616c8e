//! One's own sessions and password, and requests of other sites' pages.

use crate::{
    recipes::enrolled,
    support::{
        app::{PASSWORD, TestApp},
        client::{Answer, Client},
    },
};
use policytab_domain::role::Role;
use serde_json::{Value, json};

const LOGIN: &str = "/api/v1/auth/login";
const REFRESH: &str = "/api/v1/auth/refresh";
const SESSIONS: &str = "/api/v1/me/sessions";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

async fn login(app: &TestApp, email: &str) -> Answer {
    let body = json!({"email": email, "password": PASSWORD});
    app.anonymous().post(LOGIN, &body).header("user-agent", FIREFOX).send().await.expect_status(200)
}

fn caller(app: &TestApp, session: &Answer) -> Client {
    app.bearer(session.json()["access_token"].as_str().expect("a token"))
}

fn cookie(answer: &Answer) -> String {
    let set = answer.header("set-cookie").unwrap_or_else(|| panic!("no cookie: {answer}"));
    set.split(';').next().unwrap_or_default().to_owned()
}

async fn refresh(app: &TestApp, cookie: &str) -> Answer {
    app.anonymous().post(REFRESH, &Value::Null).header("cookie", cookie).send().await
}

async fn sessions(who: &Client) -> Vec<Value> {
    who.read(SESSIONS).await["items"].as_array().expect("items").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_listed_and_ended_one_by_one() {
    let app = TestApp::start().await;
    let (first, second) = (login(&app, "admin@one.example").await, login(&app, "admin@one.example").await);
    login(&app, "owner@one.example").await;
    let (one, two) = (caller(&app, &first), caller(&app, &second));
    let listed = sessions(&one).await;
    assert_eq!(listed.len(), 2, "{listed:?}");
    let (own, other) = (&listed[1], &listed[0]);
    assert_eq!((&own["current"], &other["current"]), (&json!(true), &json!(false)));
    assert_eq!((&other["ip"], &other["user_agent"]), (&json!("127.0.0.1"), &json!("Firefox on Linux")));
    two.read("/api/v1/me").await;
    let path = format!("{SESSIONS}/{}", other["id"].as_str().expect("an id"));
    // Nobody else's: not an owner's, not another workspace's.
    app.owner().delete(&path).send().await.problem(404, "not_found");
    app.as_role(&app.two, Role::Owner).delete(&path).send().await.problem(404, "not_found");
    one.delete(&path).send().await.expect_status(204);
    one.delete(&path).send().await.problem(404, "not_found");
    // At once: the access token that was believed a moment ago, and the refresh token.
    two.get("/api/v1/me").send().await.problem(401, "unauthenticated");
    refresh(&app, &cookie(&second)).await.problem(401, "unauthenticated");
    assert_eq!(sessions(&one).await.len(), 1);
    // It goes on when it is continued, and is the same one.
    let continued = refresh(&app, &cookie(&first)).await.expect_status(200);
    let after = sessions(&caller(&app, &continued)).await;
    assert_eq!((&after[0]["id"], &after[0]["created_at"]), (&own["id"], &own["created_at"]));
    assert_eq!(after[0]["current"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_others_end_but_the_one_that_asks() {
    let app = TestApp::start().await;
    let mine = login(&app, "admin@one.example").await;
    let others = [login(&app, "admin@one.example").await, login(&app, "admin@one.example").await];
    let who = caller(&app, &mine);
    who.delete(SESSIONS).send().await.expect_status(204);
    for other in &others {
        caller(&app, other).get("/api/v1/me").send().await.problem(401, "unauthenticated");
    }
    assert_eq!(sessions(&who).await.len(), 1);
    refresh(&app, &cookie(&mine)).await.expect_status(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_ends_all_sessions_of_a_person_and_removal_ends_them_too() {
    let app = TestApp::start().await;
    let path = |role, end: &str| format!("/api/v1/users/{}{end}", app.one.person(role).id);
    let viewer = login(&app, "viewer@one.example").await;
    caller(&app, &viewer).read("/api/v1/me").await;
    app.owner().delete(&path(Role::Viewer, "/sessions")).send().await.expect_status(204);
    caller(&app, &viewer).get("/api/v1/me").send().await.problem(401, "unauthenticated");
    refresh(&app, &cookie(&viewer)).await.problem(401, "unauthenticated");
    let operator = login(&app, "operator@one.example").await;
    caller(&app, &operator).read("/api/v1/customers").await;
    app.owner().delete(&path(Role::Operator, "")).send().await.expect_status(204);
    caller(&app, &operator).get("/api/v1/customers").send().await.problem(401, "unauthenticated");
}

/// Another node learns of it by a notice.
#[tokio::test(flavor = "multi_thread")]
async fn signing_out_takes_the_access_token_along() {
    let app = TestApp::start().await;
    let session = login(&app, "admin@one.example").await;
    let who = caller(&app, &session);
    who.read("/api/v1/me").await;
    let out = app.anonymous().post("/api/v1/auth/logout", &Value::Null).header("cookie", &cookie(&session));
    out.send().await.expect_status(204);
    let began = std::time::Instant::now();
    while who.get("/api/v1/me").send().await.status == 200 {
        assert!(began.elapsed().as_secs() < 10, "the token is still believed");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_of_events_ends_with_its_session() {
    let app = TestApp::start().await;
    let session = login(&app, "admin@one.example").await;
    let mut stream = caller(&app, &session).get("/api/v1/events").raw().await;
    assert!(stream.chunk().await.expect("a beginning").is_some());
    let path = format!("/api/v1/users/{}/sessions", app.one.person(Role::Admin).id);
    app.owner().delete(&path).send().await.expect_status(204);
    let ended = async { while stream.chunk().await.is_ok_and(|chunk| chunk.is_some()) {} };
    tokio::time::timeout(std::time::Duration::from_secs(10), ended).await.expect("an end");
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_never_continues_a_session_that_was_brought_along() {
    let app = TestApp::start().await;
    let planted = cookie(&login(&app, "viewer@one.example").await);
    let body = json!({"email": "owner@one.example", "password": PASSWORD});
    let answer =
        app.anonymous().post(LOGIN, &body).header("cookie", &planted).send().await.expect_status(200);
    assert_ne!(cookie(&answer), planted);
    // Whoever planted it is still who they were, and learns nothing of the owner.
    let kept = refresh(&app, &planted).await.expect_status(200).json();
    assert_eq!(kept["user"]["email"], "viewer@one.example");
    let made_up = format!("policytab_refresh={}", "0".repeat(64));
    let answer =
        app.anonymous().post(LOGIN, &body).header("cookie", &made_up).send().await.expect_status(200);
    assert_ne!(cookie(&answer), made_up);
    refresh(&app, &made_up).await.problem(401, "unauthenticated");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_other_sites_neither_sign_in_nor_out() {
    let app = TestApp::start().await;
    let session = cookie(&login(&app, "owner@one.example").await);
    let body = json!({"email": "owner@one.example", "password": PASSWORD});
    let own = app.base_url.clone();
    for (header, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
    ] {
        for (path, body) in [(LOGIN, &body), (REFRESH, &Value::Null), ("/api/v1/auth/logout", &Value::Null)] {
            let request = app.anonymous().post(path, body).header("cookie", &session).header(header, value);
            let refused = request.send().await;
            assert_eq!(refused.problem(403, "forbidden")["reason"], "cross_site", "{path} {header} {value}");
            assert!(refused.header("set-cookie").is_none());
        }
    }
    let request = app.anonymous().post(LOGIN, &body);
    for (header, value) in
        [("sec-fetch-site", "same-origin"), ("sec-fetch-site", "none"), ("origin", own.as_str())]
    {
        request.clone().header(header, value).send().await.expect_status(200);
    }
    // What browsers say of the page counts more than the origin, which a proxy may hide.
    let both = request.header("origin", &own).header("sec-fetch-site", "cross-site");
    both.send().await.problem(403, "forbidden");
    refresh(&app, &session).await.expect_status(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn ones_own_password() {
    let app = TestApp::start().await;
    let (mine, other) = (login(&app, "admin@one.example").await, login(&app, "admin@one.example").await);
    let who = caller(&app, &mine);
    let put = async |current: &str, new: &str, code: Option<&str>| {
        let body = json!({"current_password": current, "new_password": new, "code": code});
        who.put("/api/v1/me/password", &body).send().await
    };
    let errors = |answer: &Answer| answer.problem(422, "validation_failed")["errors"].clone();
    let new = "another fine password";
    let wrong = put("a guess", new, None).await;
    assert_eq!(errors(&wrong), json!({"current_password": "is not your password"}));
    for (weak, why) in [
        ("short", "must have between 12 and 200 characters"),
        ("admin@one.example", "must not be the email address or the name"),
        ("The Admin of One", "must not be the email address or the name"),
        ("passwordpassword", "is too common or too easy to guess"),
    ] {
        assert_eq!(errors(&put(PASSWORD, weak, None).await), json!({"new_password": why}));
    }
    put(PASSWORD, new, None).await.expect_status(204);
    caller(&app, &other).get("/api/v1/me").send().await.problem(401, "unauthenticated");
    who.read("/api/v1/me").await;
    refresh(&app, &cookie(&mine)).await.expect_status(200);
    let old = json!({"email": "admin@one.example", "password": PASSWORD});
    app.anonymous().post(LOGIN, &old).send().await.problem(401, "unauthenticated");
    let fresh = json!({"email": "admin@one.example", "password": new});
    app.anonymous().post(LOGIN, &fresh).send().await.expect_status(200);
    // An API token has none.
    let body = json!({"name": "Script", "role": "owner"});
    let token = app.owner().post("/api/v1/api-tokens", &body).send().await.expect_status(201).json();
    let script = app.bearer(token["token"].as_str().expect("a token"));
    let body = json!({"current_password": PASSWORD, "new_password": new});
    script.put("/api/v1/me/password", &body).send().await.problem(403, "forbidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_second_factor_a_new_password_needs_a_code() {
    let app = TestApp::start().await;
    let who = caller(&app, &login(&app, "admin@one.example").await);
    let codes = enrolled(&who).await.expect("codes");
    let body = |code: Option<&str>| json!({"current_password": PASSWORD, "new_password": "another fine password", "code": code});
    let put = async |code| who.put("/api/v1/me/password", &body(code)).send().await;
    let needed = put(None).await;
    assert_eq!(needed.problem(422, "validation_failed")["reason"], "second_factor_required");
    put(Some("000000")).await.problem(422, "validation_failed");
    put(Some(&codes[3])).await.expect_status(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn weak_passwords_are_refused_for_others_too() {
    let app = TestApp::start().await;
    let new = |password: &str| json!({"email": "robin.fields@one.example", "display_name": "Robin Fields", "role": "viewer", "password": password});
    let post = async |password: &str| app.owner().post("/api/v1/users", &new(password)).send().await;
    for weak in ["1q2w3e4r5t6y", "robin.fields", "Robin Fields", "robin.fields@one.example"] {
        let refused = post(weak).await;
        assert!(refused.problem(422, "validation_failed")["errors"]["password"].is_string(), "{weak}");
    }
    let made = post("a fine first password").await.expect_status(201).json();
    let path = format!("/api/v1/users/{}", made["id"].as_str().expect("an id"));
    app.owner()
        .patch(&path, &json!({"password": "qwertyuiop123"}))
        .send()
        .await
        .problem(422, "validation_failed");
    let set = policytab_app::operate::set_password(
        &app.state.app,
        "robin.fields@one.example",
        None,
        "123456789012".to_owned().into(),
    );
    assert!(set.await.is_err());
}
