//! What browsers are told: headers, other origins, cookies, where one is led; and whom the server believes.

use crate::support::{
    app::{PASSWORD, TestApp},
    client::Answer,
};
use policytab_domain::role::Role;
use reqwest::Method;
use serde_json::{Value, json};

const ORIGIN: &str = "https://portal.example";

async fn page(app: &TestApp, path: &str) -> Answer {
    app.anonymous().get(path).header("accept", "text/html").send().await.expect_status(200)
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_load_nothing_from_elsewhere_and_data_load_nothing() {
    let app = TestApp::start().await;
    let policy = |answer: &Answer| answer.header("content-security-policy").expect("a policy").to_owned();
    for path in ["/", "/customers", "/sign-in"] {
        let spa = policy(&page(&app, path).await);
        assert!(spa.starts_with("default-src 'none'; script-src 'self'; style-src 'self' 'sha256-"), "{spa}");
        assert!(!spa.contains("unsafe") && !spa.contains("http"), "{spa}");
        for directive in
            ["object-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"]
        {
            assert!(spa.contains(directive), "{directive}: {spa}");
        }
    }
    let docs = policy(&page(&app, "/docs/").await);
    assert!(docs.contains("script-src 'self';") && !docs.contains("unsafe-eval"), "{docs}");
    for path in ["/api/v1/me", "/api/v1/openapi.json", "/api/nothing", "/healthz", "/metrics"] {
        let data = policy(&app.anonymous().get(path).send().await);
        assert!(data.contains("default-src 'none'") && data.ends_with("sandbox"), "{path}: {data}");
    }
    let answer = page(&app, "/").await;
    assert_eq!(answer.header("cross-origin-opener-policy"), Some("same-origin"));
    assert_eq!(answer.header("x-frame-options"), Some("DENY"));
    assert!(answer.header("permissions-policy").expect("a policy").contains("camera=()"));
    assert_eq!(answer.header("strict-transport-security"), None, "there is no https to keep to");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_as_a_page_is_a_sandbox_with_its_own_style() {
    let app = TestApp::start().await;
    let owner = app.owner();
    let customer = app.imported(&owner, &app.another_tenant("security-defaults")).await;
    let path = format!("/api/v1/customers/{}/report", customer["id"].as_str().expect("an id"));
    let report = owner.get(&path).header("accept", "text/html").send().await.expect_status(200);
    let policy = report.header("content-security-policy").expect("a policy");
    assert_eq!(
        policy,
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"
    );
    assert!(report.header("content-disposition").expect("a file").starts_with("attachment"));
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_https_browsers_keep_to_it() {
    let app = TestApp::with(&[("POLICYTAB_PUBLIC_URL", "https://console.example")]).await;
    assert_eq!(page(&app, "/").await.header("strict-transport-security"), Some("max-age=63072000"));
    let body = json!({"email": app.one.person(Role::Owner).email, "password": PASSWORD});
    let login = app.anonymous().post("/api/v1/auth/login", &body).send().await.expect_status(200);
    let cookie = login.header("set-cookie").expect("a cookie");
    for flag in ["Secure", "HttpOnly", "SameSite=Strict"] {
        assert!(cookie.split("; ").any(|part| part == flag), "{flag}: {cookie}");
    }
    assert!(!cookie.contains("Domain="), "{cookie}");
}

/// The CORS headers of an answer.
fn cors(answer: &Answer) -> Vec<(String, String)> {
    let text = |v: &reqwest::header::HeaderValue| v.to_str().expect("text").to_owned();
    let all = answer.headers.iter().filter(|(name, _)| name.as_str().starts_with("access-control-"));
    all.map(|(name, value)| (name.to_string(), text(value))).collect()
}

async fn preflight(app: &TestApp, origin: &str) -> reqwest::Response {
    app.anonymous()
        .call(Method::OPTIONS, "/api/v1/customers")
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type,idempotency-key")
        .raw()
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_origin_is_let_in_unless_it_is_listed() {
    let closed = TestApp::start().await;
    let answer = closed.owner().get("/api/v1/me").header("origin", ORIGIN).send().await.expect_status(200);
    assert_eq!(cors(&answer), []);
    let refused = preflight(&closed, ORIGIN).await;
    assert!(!refused.headers().contains_key("access-control-allow-origin"));

    let open = TestApp::with(&[("POLICYTAB_CORS_ORIGINS", ORIGIN)]).await;
    let allowed = preflight(&open, ORIGIN).await;
    assert!(allowed.status().is_success());
    let told = |name: &str| allowed.headers().get(name).and_then(|v| v.to_str().ok());
    assert_eq!(told("access-control-allow-origin"), Some(ORIGIN));
    assert_eq!(told("access-control-allow-credentials"), None);
    assert!(told("access-control-allow-methods").is_some_and(|m| m.contains("POST")));
    // A refusal can be read there as well.
    let answer = open.anonymous().get("/api/v1/me").header("origin", ORIGIN).send().await.expect_status(401);
    assert!(cors(&answer).contains(&("access-control-allow-origin".to_owned(), ORIGIN.to_owned())));
    assert!(answer.header("vary").is_some_and(|v| v.to_lowercase().contains("origin")));
    for stranger in ["https://portal.example.evil.example", "http://portal.example", "null"] {
        let refused = preflight(&open, stranger).await;
        assert!(!refused.headers().contains_key("access-control-allow-origin"), "{stranger}");
        let answer = open.owner().get("/api/v1/me").header("origin", stranger).send().await;
        assert!(cors(&answer).iter().all(|(name, _)| name != "access-control-allow-origin"), "{stranger}");
    }
}

/// The address under which the newest entry of the audit log was made.
async fn seen_from(app: &TestApp, forwarded: &str) -> Value {
    let body = json!({"display_name": format!("Seen {}", uuid::Uuid::new_v4()), "cloud": "emulator"});
    let request = app.owner().post("/api/v1/customers", &body).header("x-forwarded-for", forwarded);
    request.send().await.expect_status(201);
    app.owner().read("/api/v1/audit?limit=1").await["items"][0]["ip"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn proxies_are_believed_where_they_are_listed() {
    let nobody = TestApp::start().await;
    assert_eq!(seen_from(&nobody, "203.0.113.1").await, "127.0.0.1");
    let elsewhere = TestApp::with(&[("POLICYTAB_TRUSTED_PROXIES", "10.0.0.0/8")]).await;
    assert_eq!(seen_from(&elsewhere, "203.0.113.1").await, "127.0.0.1");
    let here = TestApp::with(&[("POLICYTAB_TRUSTED_PROXIES", "127.0.0.0/8, 10.0.0.0/8")]).await;
    assert_eq!(seen_from(&here, "6.6.6.6, 203.0.113.1, 10.0.0.2").await, "203.0.113.1");
    assert_eq!(seen_from(&here, "nonsense").await, "127.0.0.1");
    let any = TestApp::with(&[("POLICYTAB_TRUST_FORWARDED_FOR", "true")]).await;
    assert_eq!(seen_from(&any, "6.6.6.6, 203.0.113.1").await, "203.0.113.1");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_led_elsewhere() {
    let app = TestApp::start().await;
    for path in [
        "/docs",
        "//evil.example",
        "/\\evil.example",
        "/docs//evil.example",
        "/sign-in?next=//evil.example",
        "/%2f%2fevil.example",
    ] {
        let answer = app.anonymous().get(path).raw().await;
        let led = answer.headers().get("location").map(|v| v.to_str().expect("text").to_owned());
        assert!(led.is_none_or(|to| to == "/docs/"), "{path}");
    }
}
