//! A second factor: set up, asked for, lost, taken away.

use crate::{
    recipes::{begun, enrolled, totp},
    support::{
        app::{PASSWORD, TestApp},
        client::{Answer, Client},
    },
};
use policytab_app::{operate, rotation};
use policytab_domain::role::Role;
use policytab_vault::KeyRing;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use std::time::Duration;

const FACTOR: &str = "/api/v1/me/second-factor";
const EMAIL: &str = "admin@one.example";

async fn login(app: &TestApp, code: Option<&str>) -> Answer {
    let body = json!({"email": EMAIL, "password": PASSWORD, "code": code});
    app.anonymous().post("/api/v1/auth/login", &body).send().await
}

/// A caller who signed in.
async fn signed_in(app: &TestApp) -> Client {
    let session = login(app, None).await.expect_status(200).json();
    app.bearer(session["access_token"].as_str().expect("a token"))
}

async fn confirm(who: &Client, code: &str) -> Answer {
    who.post(&format!("{FACTOR}/confirm"), &json!({"code": code})).send().await
}

fn field(answer: &Answer) -> Value {
    answer.problem(422, "validation_failed")["errors"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_asked_for_once_it_is_set_up() {
    let app = TestApp::start().await;
    let who = signed_in(&app).await;
    let before = json!({"enabled_since": null, "recovery_codes_left": 0, "required": false});
    assert_eq!(who.read(FACTOR).await, before);
    // Whoever has only the access token does not get far.
    let wrong = who.post(FACTOR, &json!({"password": "a guess"})).send().await;
    assert_eq!(field(&wrong), json!({"password": "is not your password"}));
    confirm(&who, "000000").await.problem(409, "invalid_state");

    let begun = who.post(FACTOR, &json!({"password": PASSWORD})).send().await.expect_status(200).json();
    let secret = begun["secret"].as_str().expect("a secret").to_owned();
    let uri = begun["otpauth_uri"].as_str().expect("an address");
    assert!(uri.starts_with("otpauth://totp/Policytab:admin"), "{uri}");
    assert!(uri.contains(&format!("secret={secret}")) && uri.contains("issuer=Policytab"), "{uri}");
    // Begun is not set up: nobody is asked for a code yet.
    login(&app, None).await.expect_status(200);
    let refused = confirm(&who, &totp(&secret, 5)).await;
    assert_eq!(field(&refused), json!({"code": "is wrong, or was used already"}));
    let first = totp(&secret, 0);
    let codes = confirm(&who, &first).await.expect_status(200).json();
    let codes: Vec<String> = serde_json::from_value(codes["recovery_codes"].clone()).expect("codes");
    assert_eq!(codes.len(), 10);
    who.post(FACTOR, &json!({"password": PASSWORD})).send().await.problem(409, "conflict");
    let state = who.read(FACTOR).await;
    assert!(state["enabled_since"].is_string() && state["recovery_codes_left"] == 10, "{state}");

    let needed = login(&app, None).await;
    assert_eq!(needed.problem(401, "unauthenticated")["reason"], "second_factor_required");
    assert!(needed.header("set-cookie").is_none());
    login(&app, Some(" ")).await.problem(401, "unauthenticated");
    // A wrong code looks like a wrong password; so does the one that set it up.
    let guess = json!({"email": EMAIL, "password": "a guess", "code": "000000"});
    let wrong = app.anonymous().post("/api/v1/auth/login", &guess).send().await;
    for code in ["12", "abcd-efgh-ijkl-mnop", &totp(&secret, 4), &totp(&secret, -4), &first] {
        let refused = login(&app, Some(code)).await;
        refused.problem(401, "unauthenticated");
        assert_eq!(refused.problem_only(), wrong.problem_only(), "{code}");
    }
    // Who knows the password and not the code is on record; who knows neither, or is asked for one, is not.
    let audit = app.owner().read("/api/v1/audit?limit=200").await;
    let refusals: Vec<_> = audit["items"]
        .as_array()
        .expect("items")
        .iter()
        .filter(|entry| entry["action"] == "session.code_refused")
        .collect();
    assert_eq!(refusals.len(), 5);
    assert_eq!(refusals[0]["subject_id"], app.one.person(Role::Admin).id.to_string());
    assert_eq!((&refusals[0]["actor_kind"], &refusals[0]["ip"]), (&json!("system"), &json!("127.0.0.1")));
    // The step before the present one is past, since a later one was used; the one after it is allowed for slow clocks.
    let next = totp(&secret, 1);
    let spaced = format!("{} {}", &next[..3], &next[3..]);
    login(&app, Some(&spaced)).await.expect_status(200);
    login(&app, Some(&next)).await.problem(401, "unauthenticated");
    // Recovery codes are good once, however they are typed.
    let typed = codes[0].to_uppercase().replace('-', " ");
    login(&app, Some(&typed)).await.expect_status(200);
    login(&app, Some(&codes[0])).await.problem(401, "unauthenticated");
    assert_eq!(who.read(FACTOR).await["recovery_codes_left"], 9);
    let people = app.owner().read("/api/v1/users").await;
    let marked: Vec<_> =
        people["items"].as_array().expect("people").iter().map(|p| &p["second_factor"]).collect();
    assert_eq!(marked, [true, false, false, false]);

    // What is stored opens nothing.
    let rows = app.superuser().await;
    let sql = "SELECT f.sealed_secret, array_agg(c.digest) FROM second_factors f
               JOIN recovery_codes c USING (msp_id, user_id) GROUP BY 1";
    let row = rows.query_one(sql, &[]).await.expect("a row");
    let (sealed, digests): (Vec<u8>, Vec<Vec<u8>>) = (row.get(0), row.get(1));
    assert!(!String::from_utf8_lossy(&sealed).contains(&secret));
    assert_eq!(digests.len(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_uses_of_one_code_at_once_are_one() {
    let app = TestApp::start().await;
    let who = signed_in(&app).await;
    let secret = begun(&who).await.expect("a secret");
    let codes = confirm(&who, &totp(&secret, 0)).await.expect_status(200).json();
    let recovery = codes["recovery_codes"][0].as_str().expect("a code").to_owned();
    for code in [totp(&secret, 1), recovery] {
        let answers = futures_util::future::join_all((0..4).map(|_| login(&app, Some(&code)))).await;
        assert_eq!(answers.iter().filter(|a| a.status == 200).count(), 1, "{code}");
    }
}

/// Two requests that both need the person, so that each has read what it needs before either can go on.
async fn at_once<A, B>(
    app: &TestApp,
    first: impl Future<Output = A>,
    second: impl Future<Output = B>,
) -> (A, B) {
    let (mut holding, watching) = (app.superuser().await, app.superuser().await);
    let held = holding.transaction().await.expect("a transaction");
    let lock = "SELECT FROM users WHERE email = $1 FOR UPDATE";
    assert_eq!(held.execute(lock, &[&EMAIL]).await.expect("a lock"), 1);
    let waiting = async |wanted: i64| {
        let sql = "SELECT count(*) FROM pg_stat_activity
                   WHERE datname = current_database() AND wait_event_type = 'Lock'";
        for _ in 0..1000 {
            if watching.query_one(sql, &[]).await.expect("a count").get::<_, i64>(0) >= wanted {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{wanted} do not wait");
    };
    let second = async {
        waiting(1).await;
        second.await
    };
    let released = async {
        waiting(2).await;
        held.commit().await.expect("released");
    };
    let (first, second, ()) = tokio::join!(first, second, released);
    (first, second)
}

/// Whether what a sign-in gave is worth nothing any more.
async fn came_to_nothing(app: &TestApp, login: &Answer) {
    if login.status == 200 {
        let session = login.json();
        let who = app.bearer(session["access_token"].as_str().expect("a token"));
        who.get("/api/v1/me").send().await.problem(401, "unauthenticated");
        let cookie = login.header("set-cookie").and_then(|set| set.split(';').next()).expect("a cookie");
        let refresh = app.anonymous().post("/api/v1/auth/refresh", &Value::Null).header("cookie", cookie);
        refresh.send().await.problem(401, "unauthenticated");
    } else {
        login.problem(401, "unauthenticated");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_by_password_alone_does_not_outlast_the_setting_up() {
    let app = TestApp::start().await;
    let who = signed_in(&app).await;
    let secret = begun(&who).await.expect("a secret");
    let (entered, confirmed) = at_once(&app, login(&app, None), confirm(&who, &totp(&secret, 0))).await;
    confirmed.expect_status(200);
    came_to_nothing(&app, &entered).await;
    who.read("/api/v1/me").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_by_the_old_password_does_not_outlast_its_change() {
    let app = TestApp::start().await;
    let who = signed_in(&app).await;
    let change = json!({"current_password": PASSWORD, "new_password": "another fine password"});
    let changing = who.put("/api/v1/me/password", &change).send();
    let (entered, changed) = at_once(&app, login(&app, None), changing).await;
    changed.expect_status(204);
    came_to_nothing(&app, &entered).await;
    who.read("/api/v1/me").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn removals_renewals_and_sign_ins_at_once_hold_each_other_up_no_longer_than_needed() {
    let app = TestApp::start().await;
    let who = signed_in(&app).await;
    let codes = enrolled(&who).await.expect("codes");
    let renew = format!("{FACTOR}/recovery-codes");
    let mut requests = Vec::new();
    for (number, code) in codes.iter().enumerate() {
        let proof = json!({"password": PASSWORD, "code": code});
        requests.push(match number % 3 {
            0 => who.post(&renew, &proof).send(),
            1 => who.delete(FACTOR).json(&proof).send(),
            _ => {
                let body = json!({"email": EMAIL, "password": PASSWORD, "code": code});
                app.anonymous().post("/api/v1/auth/login", &body).send()
            }
        });
    }
    let answers = futures_util::future::join_all(requests).await;
    for answer in &answers {
        assert!(matches!(answer.status.as_u16(), 200 | 204 | 401 | 409 | 422), "{answer}");
    }
    // What is taken away is so once.
    assert!(answers.iter().filter(|answer| answer.status == 204).count() <= 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn setting_it_up_ends_the_sessions_that_a_password_alone_began() {
    let app = TestApp::start().await;
    let (who, elsewhere) = (signed_in(&app).await, signed_in(&app).await);
    elsewhere.read("/api/v1/me").await;
    enrolled(&who).await.expect("codes");
    elsewhere.get("/api/v1/me").send().await.problem(401, "unauthenticated");
    who.read("/api/v1/me").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn removing_it_and_new_recovery_codes_need_password_and_code() {
    let app = TestApp::start().await;
    let who = signed_in(&app).await;
    let renew = format!("{FACTOR}/recovery-codes");
    let none = json!({"password": PASSWORD, "code": "000000"});
    who.post(&renew, &none).send().await.problem(409, "invalid_state");
    who.delete(FACTOR).json(&none).send().await.problem(409, "invalid_state");
    let codes = enrolled(&who).await.expect("codes");
    for request in [who.post(&renew, &Value::Null), who.delete(FACTOR)] {
        let wrong = request.clone().json(&json!({"password": "a guess", "code": codes[0]})).send().await;
        assert_eq!(field(&wrong), json!({"password": "is not your password"}));
        let wrong = request.json(&json!({"password": PASSWORD, "code": "aaaa-bbbb-cccc-dddd"})).send().await;
        assert_eq!(field(&wrong), json!({"code": "is wrong, or was used already"}));
    }
    let right = |code: &str| json!({"password": PASSWORD, "code": code});
    let renewed = who.post(&renew, &right(&codes[0])).send().await.expect_status(200).json();
    let renewed: Vec<String> = serde_json::from_value(renewed["recovery_codes"].clone()).expect("codes");
    assert!(renewed.len() == 10 && !renewed.iter().any(|code| codes.contains(code)));
    login(&app, Some(&codes[1])).await.problem(401, "unauthenticated");
    who.delete(FACTOR).json(&right(&renewed[0])).send().await.expect_status(204);
    login(&app, None).await.expect_status(200);
    let audit = app.owner().read("/api/v1/audit?limit=200").await.to_string();
    for action in
        ["second_factor.begin", "second_factor.enable", "second_factor.renew_codes", "second_factor.remove"]
    {
        assert!(audit.contains(action), "{action} is missing");
    }
    for secret in codes.iter().chain(&renewed) {
        assert!(!audit.contains(secret.as_str()), "a recovery code is in the audit trail");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_and_an_operator_help_who_has_lost_it() {
    let app = TestApp::start().await;
    let who = signed_in(&app).await;
    enrolled(&who).await.expect("codes");
    let of = |role| format!("/api/v1/users/{}/second-factor", app.one.person(role).id);
    app.admin().delete(&of(Role::Admin)).send().await.problem(403, "forbidden");
    app.as_role(&app.two, Role::Owner).delete(&of(Role::Admin)).send().await.problem(404, "not_found");
    app.owner().delete(&of(Role::Owner)).send().await.problem(409, "invalid_state");
    app.owner().delete(&of(Role::Admin)).send().await.expect_status(204);
    // Nothing to remove is no failure.
    app.owner().delete(&of(Role::Admin)).send().await.expect_status(204);
    who.get("/api/v1/me").send().await.problem(401, "unauthenticated");

    enrolled(&signed_in(&app).await).await.expect("codes");
    operate::reset_second_factor(&app.state.app, EMAIL, None).await.expect("a reset");
    login(&app, None).await.expect_status(200);
    let audit = app.owner().read("/api/v1/audit?limit=200").await;
    let resets =
        audit["items"].as_array().expect("items").iter().filter(|e| e["action"] == "second_factor.reset");
    let actors: Vec<_> = resets.map(|e| e["actor_kind"].as_str().expect("a kind")).collect();
    assert_eq!(actors, ["system", "user"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_are_guessed_within_the_limit_of_passwords() {
    let app = TestApp::start().await;
    let who = signed_in(&app).await;
    let codes = enrolled(&who).await.expect("codes");
    let mut tried = 0;
    let limited = loop {
        // Every other one without a code: that the password is right is told, and counted.
        let answer = login(&app, (tried % 2 == 0).then_some("000000")).await;
        if answer.status == 429 {
            break answer;
        }
        answer.problem(401, "unauthenticated");
        tried += 1;
        assert!(tried <= 20, "more than twenty guesses");
    };
    assert_eq!(tried, 20);
    limited.problem(429, "rate_limited");
    login(&app, Some(&codes[0])).await.problem(429, "rate_limited");
    // Nor can the password be found out in the settings, by whoever has come by an access token. Two of the twenty there were the
    // password and the code with which it was set up.
    let guess = json!({"password": "a guess", "code": codes[0]});
    for _ in 0..18 {
        who.delete(FACTOR).json(&guess).send().await.problem(422, "validation_failed");
    }
    who.delete(FACTOR).json(&guess).send().await.problem(429, "rate_limited");
    let guess = json!({"current_password": "a guess", "new_password": "another fine password"});
    who.put("/api/v1/me/password", &guess).send().await.problem(429, "rate_limited");
    confirm(&who, "000000").await.problem(429, "rate_limited");
}

#[tokio::test(flavor = "multi_thread")]
async fn rotating_the_master_key_seals_it_again() {
    let app = TestApp::start().await;
    let who = signed_in(&app).await;
    let secret = begun(&who).await.expect("a secret");
    let codes = confirm(&who, &totp(&secret, 0)).await.expect_status(200).json();
    let file = app.folder.path().join("vault.keys");
    let old = std::fs::read_to_string(&file).expect("the key file");
    let fresh = KeyRing::fresh_line().expect("a key");
    let inner = &app.state.app;
    let held = async |text: String| {
        std::fs::write(&file, text).expect("a key file");
        inner.keyring.refresh(&inner.store).await;
    };
    held(format!("{}\n{old}", fresh.expose_secret())).await;
    let rotated = rotation::rotate_keys(inner).await.expect("a rotation");
    assert!(rotated.rewrapped == 1 && rotated.unreadable == 0, "{rotated:?}");
    let again = rotation::rotate_keys(inner).await.expect("a rotation");
    assert_eq!((again.rewrapped, again.current, again.unreadable), (0, 1, 0));
    // The new key alone opens it.
    held(fresh.expose_secret().to_owned()).await;
    login(&app, Some(&totp(&secret, 1))).await.expect_status(200);
    // A code that can't be checked lets nobody in; a recovery code needs no key.
    let broken = "UPDATE second_factors SET sealed_secret = 'nonsense'";
    app.superuser().await.batch_execute(broken).await.expect("a broken secret");
    login(&app, Some("123456")).await.problem(503, "unavailable");
    let recovery = codes["recovery_codes"][0].as_str().expect("a code");
    login(&app, Some(recovery)).await.expect_status(200);
}
