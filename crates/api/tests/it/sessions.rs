//! Signing in, staying signed in, signing out.

use crate::support::{
    app::{PASSWORD, TestApp},
    client::{Answer, Client},
    contract::contract,
};
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use policytab_domain::role::Role;
use serde_json::{Value, json};

async fn login(app: &TestApp, email: &str, password: &str) -> Answer {
    app.anonymous().post("/api/v1/auth/login", &json!({"email": email, "password": password})).send().await
}

/// `name=value` of the refresh cookie that an answer sets.
fn cookie(answer: &Answer) -> String {
    let set = answer.header("set-cookie").unwrap_or_else(|| panic!("no cookie: {answer}"));
    set.split(';').next().unwrap_or_default().to_owned()
}

async fn refresh(app: &TestApp, cookie: &str) -> Answer {
    app.anonymous().post("/api/v1/auth/refresh", &Value::Null).header("cookie", cookie).send().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_right_password_gives_a_session() {
    let app = TestApp::start().await;
    // However the address is spelled.
    let answer = login(&app, " Admin@ONE.example ", PASSWORD).await.expect_status(200);
    let session = answer.json();
    assert_eq!(session["token_type"], "Bearer");
    assert_eq!(session["expires_in"], 900);
    let me = app.bearer(session["access_token"].as_str().expect("a token")).read("/api/v1/me").await;
    assert_eq!(me, session["user"]);
    assert_eq!(me["role"], "admin");
    assert_eq!(me["kind"], "user");
    assert_eq!(me["msp"], json!({"id": app.one.id, "name": app.one.name}));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_token_says_who_for_a_quarter_of_an_hour_and_can_be_verified_by_anybody() {
    let app = TestApp::start().await;
    let session = login(&app, "viewer@one.example", PASSWORD).await.json();
    let token = session["access_token"].as_str().expect("a token");
    let published = app.anonymous().read("/api/v1/auth/jwks.json").await;
    assert!(!published.to_string().contains("\"d\""), "a private key is published");
    let keys: JwkSet = serde_json::from_value(published).expect("a key set");
    let header = decode_header(token).expect("a header");
    let key = keys.find(header.kid.as_deref().expect("a kid")).expect("its key");
    let mut validation = Validation::new(header.alg);
    validation.set_audience(&["policytab-api"]);
    validation.set_issuer(&[&app.state.issuer]);
    let key = DecodingKey::from_jwk(key).expect("a key");
    let claims = decode::<Value>(token, &key, &validation).expect("a good signature").claims;
    assert_eq!(claims["sub"], app.one.person(Role::Viewer).id.to_string());
    assert_eq!(claims["msp_id"], app.one.id.to_string());
    assert_eq!(claims["role"], "viewer");
    let lives = claims["exp"].as_i64().expect("exp") - claims["iat"].as_i64().expect("iat");
    assert_eq!(lives, 900);
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_addresses_and_wrong_passwords_look_the_same() {
    let app = TestApp::start().await;
    let wrong = login(&app, "owner@one.example", "not the password").await;
    let unknown = login(&app, "nobody@one.example", "not the password").await;
    let empty = login(&app, "owner@one.example", "").await;
    let long = login(&app, "owner@one.example", &"x".repeat(5000)).await;
    for answer in [&wrong, &unknown, &empty, &long] {
        answer.problem(401, "unauthenticated");
        assert_eq!(answer.problem_only(), wrong.problem_only());
        assert!(answer.header("set-cookie").is_none(), "{answer}");
    }
}

/// Gives an address to a person of the second workspace.
async fn doubled(app: &TestApp, email: &str, password: &str) -> String {
    let body = json!({"email": email, "display_name": "Double", "role": "viewer", "password": password});
    let owner = app.as_role(&app.two, Role::Owner);
    let made = owner.post("/api/v1/users", &body).send().await.expect_status(201).json();
    format!("/api/v1/users/{}", made["id"].as_str().expect("an id"))
}

#[tokio::test(flavor = "multi_thread")]
async fn nobodys_one_persons_and_two_peoples_address_cost_the_same_work() {
    let app = TestApp::start().await;
    let own = "a password of my own";
    let double = doubled(&app, "admin@one.example", own).await;
    let cost = async |email: &str, password: &str, status: u16| {
        let before = app.state.app.passwords.compared();
        login(&app, email, password).await.expect_status(status);
        app.state.app.passwords.compared() - before
    };
    let touch = async |owner: &Client, path: &str| {
        owner.patch(path, &json!({"display_name": "Changed"})).send().await.expect_status(200);
    };
    let admin = format!("/api/v1/users/{}", app.one.person(Role::Admin).id);
    let (one, two) = (app.owner(), app.as_role(&app.two, Role::Owner));
    // Whichever of the two comes first.
    for first in [0, 1] {
        if first == 0 {
            touch(&one, &admin).await
        } else {
            touch(&two, &double).await
        }
        for (email, password, status) in [
            ("nobody@one.example", "a guess", 401),
            ("viewer@one.example", "a guess", 401),
            ("admin@one.example", "a guess", 401),
            ("viewer@one.example", PASSWORD, 200),
            // The right one of the first, and of the second.
            ("admin@one.example", PASSWORD, 200),
            ("admin@one.example", own, 200),
        ] {
            assert_eq!(cost(email, password, status).await, 2, "{email} {password}");
        }
    }
    // One who signs in from outside only has no hash, and costs no less.
    let outside = "UPDATE users SET password_hash = NULL WHERE email = 'operator@one.example'";
    app.superuser().await.execute(outside, &[]).await.expect("no hash");
    assert_eq!(cost("operator@one.example", "a guess", 401).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_of_ones_own_tells_nothing_of_who_has_the_address_elsewhere() {
    let app = TestApp::start().await;
    let (shared, free) = ("admin@one.example", "nobody@one.example");
    let own = "a password of my own";
    let path = doubled(&app, shared, own).await;
    doubled(&app, free, own).await;
    // One's own sign-ins are counted nowhere, or everywhere.
    for email in [shared, free] {
        for _ in 0..25 {
            let session = login(&app, email, own).await.expect_status(200).json();
            assert_eq!(session["user"]["msp"]["name"], app.two.name, "{email}");
        }
    }
    // Nor whether a password is the other's: given to one's own person, it leads to that one.
    let two = app.as_role(&app.two, Role::Owner);
    two.patch(&path, &json!({"password": PASSWORD})).send().await.expect_status(200);
    for _ in 0..25 {
        let session = login(&app, shared, PASSWORD).await.expect_status(200).json();
        assert_eq!(session["user"]["msp"]["name"], app.two.name);
    }
    // And guesses stay twenty, however often one signs in between them.
    let mut looked_at = 0;
    for number in 0..60 {
        if number % 5 == 0 && number < 20 {
            login(&app, shared, PASSWORD).await.expect_status(200);
        }
        looked_at += usize::from(login(&app, shared, "a guess").await.status == 401);
    }
    assert_eq!(looked_at, 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_limited_per_account_and_stops_nobody_else() {
    let app = TestApp::start().await;
    for _ in 0..20 {
        login(&app, "admin@one.example", "a guess").await.problem(401, "unauthenticated");
    }
    let limited = login(&app, "ADMIN@one.example", PASSWORD).await;
    let seconds = limited.problem(429, "rate_limited")["retry_after"].as_u64().expect("seconds");
    assert!((1..=3600).contains(&seconds), "{limited}");
    // An unknown address is limited alike.
    for _ in 0..20 {
        login(&app, "nobody@one.example", "a guess").await.problem(401, "unauthenticated");
    }
    let unknown = login(&app, "nobody@one.example", PASSWORD).await;
    unknown.problem(429, "rate_limited");
    login(&app, "owner@one.example", PASSWORD).await.expect_status(200);
    // Whoever is signed in stays so.
    app.as_role(&app.one, Role::Admin).read("/api/v1/me").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_refresh_cookie_is_for_the_session_routes_only() {
    for (url, secure) in [("http://console.example", false), ("https://console.example", true)] {
        let app = TestApp::with(&[("POLICYTAB_PUBLIC_URL", url)]).await;
        let answer = login(&app, "owner@one.example", PASSWORD).await.expect_status(200);
        let set = answer.header("set-cookie").expect("a cookie");
        for part in ["HttpOnly", "SameSite=Strict", "Path=/api/v1/auth", "Max-Age=1209600"] {
            assert!(set.contains(part), "{part} is missing in {set}");
        }
        assert_eq!(set.contains("Secure"), secure, "{set}");
        let value = cookie(&answer);
        let value = value.split_once('=').expect("a value").1;
        assert!(!answer.text().contains(value), "the refresh token is in the body too");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_goes_on_with_a_fresh_token_each_time() {
    let app = TestApp::start().await;
    let first = login(&app, "owner@one.example", PASSWORD).await;
    let second = refresh(&app, &cookie(&first)).await.expect_status(200);
    let third = refresh(&app, &cookie(&second)).await.expect_status(200);
    assert_ne!(cookie(&first), cookie(&second));
    assert_ne!(cookie(&second), cookie(&third));
    assert_eq!(third.json()["user"], first.json()["user"]);
    refresh(&app, "policytab_refresh=nonsense").await.problem(401, "unauthenticated");
    refresh(&app, "policytab_refresh=").await.problem(401, "unauthenticated");
    refresh(&app, "other=1").await.problem(401, "unauthenticated");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_used_refresh_token_ends_its_family() {
    let app = TestApp::start().await;
    let (first, elsewhere) =
        (login(&app, "owner@one.example", PASSWORD).await, login(&app, "owner@one.example", PASSWORD).await);
    let second = refresh(&app, &cookie(&first)).await.expect_status(200);
    let stolen = refresh(&app, &cookie(&first)).await;
    stolen.problem(401, "unauthenticated");
    refresh(&app, &cookie(&second)).await.problem(401, "unauthenticated");
    // A session begun elsewhere is another family.
    refresh(&app, &cookie(&elsewhere)).await.expect_status(200);
    let audit = app.owner().read("/api/v1/audit").await;
    assert!(audit.to_string().contains("session.reuse_detected"), "{audit}");
}

#[tokio::test(flavor = "multi_thread")]
async fn refreshing_twice_at_once_gives_one_session_at_the_most() {
    let app = TestApp::start().await;
    let first = cookie(&login(&app, "owner@one.example", PASSWORD).await);
    let answers = futures_util::future::join_all((0..10).map(|_| refresh(&app, &first))).await;
    let good = answers.iter().filter(|a| a.status == 200).count();
    assert!(good <= 1, "{good} sessions from one token");
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_the_session() {
    let app = TestApp::start().await;
    let session = login(&app, "owner@one.example", PASSWORD).await;
    let post = |cookie: String| {
        app.anonymous().post("/api/v1/auth/logout", &Value::Null).header("cookie", &cookie).send()
    };
    let out = post(cookie(&session)).await.expect_status(204);
    assert!(out.header("set-cookie").is_some_and(|c| c.contains("Max-Age=0")), "the cookie stays");
    refresh(&app, &cookie(&session)).await.problem(401, "unauthenticated");
    post("policytab_refresh=unknown".to_owned()).await.expect_status(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_or_role_ends_the_sessions_begun_before() {
    let app = TestApp::start().await;
    for (role, change) in [
        (Role::Admin, json!({"password": "another fine password"})),
        (Role::Operator, json!({"role": "viewer"})),
    ] {
        let person = app.one.person(role);
        let session = login(&app, &person.email, PASSWORD).await.expect_status(200);
        let path = format!("/api/v1/users/{}", person.id);
        app.owner().patch(&path, &change).send().await.expect_status(200);
        refresh(&app, &cookie(&session)).await.problem(401, "unauthenticated");
    }
    login(&app, "admin@one.example", PASSWORD).await.problem(401, "unauthenticated");
    login(&app, "admin@one.example", "another fine password").await.expect_status(200);
    let viewer = login(&app, "operator@one.example", PASSWORD).await.expect_status(200).json();
    assert_eq!(viewer["user"]["role"], "viewer");
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_always_an_owner() {
    let app = TestApp::start().await;
    let path = format!("/api/v1/users/{}", app.one.person(Role::Owner).id);
    let demoted = app.owner().patch(&path, &json!({"role": "admin"})).send().await;
    assert_eq!(demoted.problem(409, "conflict")["reason"], "last_owner");
    let removed = app.owner().delete(&path).send().await;
    assert_eq!(removed.problem(409, "conflict")["reason"], "last_owner");
}

#[test]
fn sessions_need_no_credential_in_the_description() {
    for id in ["session_login", "session_refresh", "session_logout", "jwks_fetch"] {
        let operation = contract().operations.iter().find(|o| o.id == id).expect(id);
        assert_eq!(operation.body["security"], json!([{}]), "{id}");
    }
}
