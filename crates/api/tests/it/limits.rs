//! How often one caller may ask, and how often anybody may guess.

use crate::support::{
    app::{PASSWORD, TestApp},
    client::Answer,
};
use policytab_domain::role::Role;
use serde_json::json;

const BEHIND_A_PROXY: (&str, &str) = ("POLICYTAB_TRUST_FORWARDED_FOR", "true");

/// A guess from an address.
async fn guess(app: &TestApp, email: &str, ip: &str) -> Answer {
    let body = json!({"email": email, "password": "a guess"});
    app.anonymous().post("/api/v1/auth/login", &body).header("x-forwarded-for", ip).send().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_guessed_at_twenty_times_from_wherever() {
    let app = TestApp::with(&[BEHIND_A_PROXY]).await;
    for (email, addresses) in [
        ("admin@one.example", 1),
        ("viewer@one.example", 100),
        ("nobody@one.example", 1),
        ("no-one@one.example", 100),
    ] {
        let mut verified = 0;
        let mut limited = None;
        for number in 0..100 {
            let answer = guess(&app, email, &format!("192.0.2.{}", number % addresses)).await;
            match answer.status.as_u16() {
                401 => verified += 1,
                _ => limited = Some(answer),
            }
        }
        assert_eq!(verified, 20, "{email} from {addresses} addresses");
        let limited = limited.expect("a refusal");
        let problem = limited.problem(429, "rate_limited");
        assert_eq!(
            limited.header("retry-after"),
            problem["retry_after"].as_u64().map(|s| s.to_string()).as_deref()
        );
    }
    // Whoever is signed in stays so.
    app.as_role(&app.one, Role::Admin).read("/api/v1/me").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stuffing_is_limited_per_address() {
    let app = TestApp::with(&[BEHIND_A_PROXY]).await;
    let mut verified = 0;
    for number in 0..220 {
        // IPv6 callers have a whole /64 to themselves.
        let ip = format!("2001:db8:1:1::{number:x}");
        verified += u32::from(guess(&app, &format!("leaked{number}@one.example"), &ip).await.status == 401);
    }
    assert_eq!(verified, 200);
    guess(&app, "owner@one.example", "2001:db8:1:1:ffff::1").await.problem(429, "rate_limited");
    guess(&app, "owner@one.example", "2001:db8:1:2::1").await.problem(401, "unauthenticated");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_of_ones_own_gives_no_further_guesses() {
    let app = TestApp::with(&[BEHIND_A_PROXY]).await;
    let own = json!({"email": "viewer@one.example", "password": PASSWORD});
    let mut verified = 0;
    for number in 0..220 {
        if number % 40 == 0 && number < 200 {
            let entered =
                app.anonymous().post("/api/v1/auth/login", &own).header("x-forwarded-for", "192.0.2.9");
            entered.send().await.expect_status(200);
        }
        let answer = guess(&app, &format!("leaked{number}@one.example"), "192.0.2.9").await;
        verified += u32::from(answer.status == 401);
    }
    assert_eq!(verified, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_caller_does_not_take_the_others_share() {
    let app = TestApp::with(&[("POLICYTAB_RATE_PER_CALLER", "1")]).await;
    let busy = app.as_role(&app.one, Role::Admin);
    let mut allowed = 0;
    let limited = loop {
        let answer = busy.get("/api/v1/me").send().await;
        if answer.status == 429 {
            break answer;
        }
        allowed += 1;
        assert!(allowed < 60, "no limit");
    };
    // Ten seconds' worth at once, and what came along meanwhile.
    assert!(allowed >= 10, "{allowed}");
    let problem = limited.problem(429, "rate_limited");
    assert!(
        limited.header("retry-after").is_some_and(|s| s.parse::<u64>().is_ok_and(|s| s >= 1)),
        "{problem}"
    );
    app.as_role(&app.one, Role::Viewer).read("/api/v1/me").await;
    app.as_role(&app.two, Role::Admin).read("/api/v1/me").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_does_not_take_the_others_share() {
    let app = TestApp::with(&[("POLICYTAB_RATE_PER_ADDRESS", "1"), BEHIND_A_PROXY]).await;
    let ask = |ip: &str| app.anonymous().get("/api/v1/auth/jwks.json").header("x-forwarded-for", ip).send();
    let mut allowed = 0;
    while ask("192.0.2.1").await.status == 200 {
        allowed += 1;
        assert!(allowed < 60, "no limit");
    }
    assert!(allowed >= 10, "{allowed}");
    ask("192.0.2.1").await.problem(429, "rate_limited");
    ask("192.0.2.2").await.expect_status(200);
    // Whoever watches the server is not refused.
    for path in ["/healthz", "/readyz", "/metrics"] {
        for _ in 0..20 {
            let request = app.anonymous().get(path).header("x-forwarded-for", "192.0.2.1");
            request.send().await.expect_status(200);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_limited_where_the_deployment_says_so() {
    let app = TestApp::with(&[("POLICYTAB_RATE_PER_ADDRESS", "0"), ("POLICYTAB_RATE_PER_CALLER", "0")]).await;
    let who = app.as_role(&app.one, Role::Admin);
    let asked = futures_util::future::join_all((0..200).map(|_| who.get("/api/v1/me").send())).await;
    assert!(asked.iter().all(|answer| answer.status == 200));
    let body = json!({"email": "owner@one.example", "password": PASSWORD});
    app.anonymous().post("/api/v1/auth/login", &body).send().await.expect_status(200);
}
