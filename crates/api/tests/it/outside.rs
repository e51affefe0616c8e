//! Access tokens of the configured outside issuer, and API tokens.

use crate::{
    jwt::{half_a_minute_is_forgiven, refused_alike},
    support::{
        app::TestApp,
        client::{Answer, Client},
    },
};
use chrono::Utc;
use jsonwebtoken::Header;
use policytab_api::auth::keys::SigningKeys;
use policytab_domain::role::Role;
use policytab_test_support::forge::{Forge, Signer};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path},
};

const ISSUER: &str = "https://login.example/tenant";

/// An issuer elsewhere, with its published keys.
struct Issuer {
    server: MockServer,
    keys: SigningKeys,
    _folder: tempfile::TempDir,
}

impl Issuer {
    async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let keys = SigningKeys::load_or_create(&folder.path().join("outside.pem")).expect("keys");
        let server = MockServer::start().await;
        let mut published = serde_json::to_value(keys.jwks()).expect("a key set");
        // A symmetric key among them must never count.
        let symmetric = json!({"kty": "oct", "kid": "shared", "alg": "HS256", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"});
        published["keys"].as_array_mut().expect("keys").push(symmetric);
        Mock::given(method("GET"))
            .and(path("/keys"))
            .respond_with(ResponseTemplate::new(200).set_body_json(published))
            .mount(&server)
            .await;
        Self { server, keys, _folder: folder }
    }

    async fn app(&self) -> TestApp {
        self.app_with(&format!("{}/keys", self.server.uri())).await
    }

    async fn app_with(&self, jwks: &str) -> TestApp {
        app_with(jwks).await
    }

    fn sign(&self, kid: &str, claims: &Value) -> String {
        let mut header = Header::new(SigningKeys::ALGORITHM);
        header.kid = Some(kid.to_owned());
        jsonwebtoken::encode(&header, claims, self.keys.encoding()).expect("a token")
    }

    fn token(&self, claims: &Value) -> String {
        self.sign(self.keys.kid(), claims)
    }
}

/// The product, trusting the keys at an address.
async fn app_with(jwks: &str) -> TestApp {
    TestApp::with(&[
        ("POLICYTAB_OIDC_ISSUER", ISSUER),
        ("POLICYTAB_OIDC_JWKS_URL", jwks),
        ("POLICYTAB_OIDC_AUDIENCE", "policytab"),
        ("POLICYTAB_OIDC_MSP_CLAIM", "https://claims.example/msp"),
        ("POLICYTAB_OIDC_ROLE_CLAIM", "roles"),
    ])
    .await
}

fn claims(app: &TestApp) -> Value {
    json!({
        "iss": ISSUER,
        "aud": "policytab",
        "sub": "person-17@login.example",
        "exp": Utc::now().timestamp() + 300,
        "https://claims.example/msp": app.one.id,
        "roles": "admin",
        "name": "Robin of Outside",
        "email": "robin@login.example",
    })
}

fn with(mut claims: Value, name: &str, value: Value) -> Value {
    claims[name] = value;
    claims
}

async fn me(app: &TestApp, token: &str) -> Answer {
    app.bearer(token).get("/api/v1/me").send().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_of_the_outside_issuer_acts_in_the_msp_and_role_that_it_names() {
    let issuer = Issuer::start().await;
    let app = issuer.app().await;
    let robin = app.bearer(&issuer.token(&claims(&app)));
    let me = robin.read("/api/v1/me").await;
    assert_eq!((&me["kind"], &me["role"]), (&json!("external"), &json!("admin")));
    assert_eq!(me["msp"]["name"], app.one.name);
    app.pending(&robin).await;
    let audit = robin.read("/api/v1/audit").await;
    let entry = &audit["items"][0];
    assert_eq!(entry["action"], "customer.create");
    assert_eq!(entry["actor_kind"], "external");
    assert_eq!(entry["actor_id"], "person-17@login.example");
    assert_eq!(entry["actor_name"], "Robin of Outside");
    robin.get("/api/v1/users").send().await.problem(403, "forbidden");
    // Of several roles the highest known one counts.
    let several = issuer.token(&with(claims(&app), "roles", json!(["viewer", "janitor", "operator"])));
    assert_eq!(app.bearer(&several).read("/api/v1/me").await["role"], "operator");
    let many = issuer.token(&with(claims(&app), "aud", json!(["other", "policytab"])));
    app.bearer(&many).read("/api/v1/me").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_outside_issuer_does_not_say_rightly_is_not_believed() {
    let issuer = Issuer::start().await;
    let app = issuer.app().await;
    let now = Utc::now().timestamp();
    me(&app, &issuer.token(&claims(&app))).await.expect_status(200);
    for (name, value) in [
        ("iss", json!("https://elsewhere.example")),
        ("iss", Value::Null),
        ("aud", json!("policytab-api")),
        ("aud", Value::Null),
        ("exp", json!(now - 61)),
        ("exp", Value::Null),
        ("nbf", json!(now + 3600)),
        ("sub", json!("")),
        ("sub", json!(17)),
        ("sub", json!("s".repeat(201))),
        ("https://claims.example/msp", json!("northwind")),
        ("https://claims.example/msp", json!([app.one.id])),
        ("https://claims.example/msp", Value::Null),
        ("roles", json!("janitor")),
        ("roles", json!([])),
        ("roles", json!({"admin": true})),
        ("roles", Value::Null),
    ] {
        let answer = me(&app, &issuer.token(&with(claims(&app), name, value.clone()))).await;
        assert_eq!(answer.status, 401, "{name} {value}: {answer}");
    }
    // Its key does not sign in our name, nor ours in its.
    let mut ours = claims(&app);
    ours["iss"] = json!(app.state.issuer);
    ours["aud"] = json!("policytab-api");
    me(&app, &issuer.token(&ours)).await.problem(401, "unauthenticated");
    let mut header = Header::new(SigningKeys::ALGORITHM);
    header.kid = Some(app.state.keys.kid().to_owned());
    let forged = jsonwebtoken::encode(&header, &claims(&app), app.state.keys.encoding()).expect("a token");
    me(&app, &forged).await.problem(401, "unauthenticated");
    let secret = jsonwebtoken::EncodingKey::from_secret(b"secret-secret-secret-secret");
    let mut header = Header::new(jsonwebtoken::Algorithm::HS256);
    header.kid = Some("shared".to_owned());
    let symmetric = jsonwebtoken::encode(&header, &claims(&app), &secret).expect("a token");
    me(&app, &symmetric).await.problem(401, "unauthenticated");
}

/// An address that publishes a key which signs nothing else, beside a symmetric one.
async fn published(key: &Signer, alg: bool) -> MockServer {
    let mut jwk = key.jwk("outside-1");
    if !alg {
        jwk.as_object_mut().expect("a key").remove("alg");
    }
    let symmetric =
        json!({"kty": "oct", "kid": "shared", "alg": "HS256", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"});
    let server = MockServer::start().await;
    let keys = ResponseTemplate::new(200).set_body_json(json!({"keys": [jwk, symmetric]}));
    Mock::given(method("GET")).and(path("/keys")).respond_with(keys).mount(&server).await;
    server
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_tokens_of_the_outside_issuer_are_refused_alike() {
    // Also where the key does not name its algorithm.
    for (key, alg) in [(Signer::rsa(), true), (Signer::rsa(), false)] {
        let server = published(&key, alg).await;
        let app = app_with(&format!("{}/keys", server.uri())).await;
        let forge = Forge::new(&claims(&app), key, "outside-1");
        me(&app, forge.good()).await.expect_status(200);
        let array = forge.claims_with("aud", json!(["another-api", "policytab"]));
        me(&app, &array).await.expect_status(200);
        let mut table = forge.table();
        for (name, value) in [
            ("sub", json!("")),
            ("sub", json!(17)),
            ("https://claims.example/msp", json!("*")),
            ("https://claims.example/msp", Value::Null),
            ("roles", json!("root")),
            ("roles", Value::Null),
        ] {
            table.push((format!("{name} {value}"), forge.claims_with(name, value)));
        }
        let twice = format!("{},\"roles\":\"owner\"}}", forge.claims.to_string().trim_end_matches('}'));
        table.push(("roles twice".to_owned(), forge.signed(&forge.header, &twice)));
        table.push(("a symmetric key".to_owned(), forge.header_with("kid", json!("shared"))));
        refused_alike(&app, table).await;
        // Up to the longest head that is looked at.
        for bytes in [8 * 1024, 10_000, 11_500] {
            let token = forge.padded(bytes * 3 / 4);
            assert!((8 * 1024..16 * 1024).contains(&token.len()), "{}", token.len());
            me(&app, &token).await.problem(401, "unauthenticated");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_minute_between_clocks_is_forgiven_and_no_more() {
    let key = Signer::rsa();
    let server = published(&key, true).await;
    let app = app_with(&format!("{}/keys", server.uri())).await;
    half_a_minute_is_forgiven(&app, &Forge::new(&claims(&app), key, "outside-1")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_are_too_large_or_too_slow_are_not_waited_for() {
    let size = 1024 * 1024;
    for (pad, delay, status) in
        [(size - 2000, Duration::ZERO, 200), (size, Duration::ZERO, 401), (0, Duration::from_secs(60), 401)]
    {
        let key = Signer::rsa();
        let body = json!({"keys": [key.jwk("outside-1")], "pad": "x".repeat(pad)});
        let server = MockServer::start().await;
        let keys = ResponseTemplate::new(200).set_body_json(body).set_delay(delay);
        Mock::given(method("GET")).and(path("/keys")).respond_with(keys).mount(&server).await;
        let app = app_with(&format!("{}/keys", server.uri())).await;
        let forge = Forge::new(&claims(&app), key, "outside-1");
        let began = Instant::now();
        me(&app, forge.good()).await.expect_status(status);
        assert!(began.elapsed() < Duration::from_secs(30), "it waits for keys");
        app.owner().read("/api/v1/me").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_msp_that_does_not_exist_has_nobody() {
    let issuer = Issuer::start().await;
    let app = issuer.app().await;
    let nowhere = with(claims(&app), "https://claims.example/msp", json!(uuid::Uuid::now_v7()));
    let nobody = app.bearer(&issuer.token(&nowhere));
    for path in ["/api/v1/me", "/api/v1/customers", "/api/v1/fleet", "/api/v1/events"] {
        nobody.get(path).send().await.problem(401, "unauthenticated");
    }
    let body = json!({"display_name": "In the void", "cloud": "emulator"});
    nobody.post("/api/v1/customers", &body).send().await.problem(401, "unauthenticated");
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_keys_cannot_be_used_to_flood_the_issuer() {
    let issuer = Issuer::start().await;
    let app = issuer.app().await;
    for number in 0..30 {
        let token = issuer.sign(&format!("unknown-{number}"), &claims(&app));
        me(&app, &token).await.problem(401, "unauthenticated");
    }
    me(&app, &issuer.token(&claims(&app))).await.expect_status(200);
    let asked = issuer.server.received_requests().await.expect("a record").len();
    assert_eq!(asked, 1, "the keys are fetched once in a while");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_that_is_away_takes_nobody_else_down() {
    let issuer = Issuer::start().await;
    let app = issuer.app_with("http://127.0.0.1:1/keys").await;
    me(&app, &issuer.token(&claims(&app))).await.problem(401, "unauthenticated");
    app.owner().read("/api/v1/me").await;
}

async fn make(client: &Client, name: &str, role: &str) -> Answer {
    client.post("/api/v1/api-tokens", &json!({"name": name, "role": role, "expires_in_days": 1})).send().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_token_acts_with_its_own_role_and_is_shown_once() {
    let app = TestApp::start().await;
    let made = make(&app.admin(), "Nightly", "operator").await.expect_status(201).json();
    let token = made["token"].as_str().expect("a token");
    assert!(token.starts_with("ptk_"), "scanners for leaked secrets know it by its beginning");
    let script = app.bearer(token);
    let me = script.read("/api/v1/me").await;
    assert_eq!((&me["kind"], &me["role"]), (&json!("api_token"), &json!("operator")));
    assert_eq!((&me["id"], &me["display_name"]), (&made["id"], &json!("Nightly")));
    let denied =
        script.post("/api/v1/customers", &json!({"display_name": "No", "cloud": "emulator"})).send().await;
    assert_eq!(denied.problem(403, "forbidden")["required_role"], "admin");
    let listed = app.admin().get("/api/v1/api-tokens").send().await.expect_status(200);
    assert!(!listed.text().contains(token), "it is shown again");
    let entry = &listed.json()["items"][0];
    assert!(entry["last_used_at"].is_string(), "{entry}");
    assert_eq!(entry["created_by"], app.one.person(Role::Admin).display_name);
    let rows = app.superuser().await;
    let row = rows.query_one("SELECT t::text FROM api_tokens t", &[]).await.expect("a row");
    assert!(!row.get::<_, String>(0).contains(token), "it is stored");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_makes_a_token_that_may_more_than_they() {
    let app = TestApp::start().await;
    let refused = make(&app.admin(), "Too high", "owner").await;
    assert_eq!(refused.problem(403, "forbidden")["required_role"], "owner");
    make(&app.owner(), "Owner's", "owner").await.expect_status(201);
    make(&app.as_role(&app.one, Role::Operator), "Lower", "viewer").await.problem(403, "forbidden");
    for days in [0, 367] {
        let body = json!({"name": "Days", "role": "viewer", "expires_in_days": days});
        let refused = app.admin().post("/api/v1/api-tokens", &body).send().await;
        refused.problem(422, "validation_failed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_or_expired_token_is_of_no_use_at_once() {
    let app = TestApp::start().await;
    let rows = app.superuser().await;
    let revoked = make(&app.admin(), "Revoked", "viewer").await.expect_status(201).json();
    let expired = make(&app.admin(), "Expired", "viewer").await.expect_status(201).json();
    let as_token = |made: &Value| app.bearer(made["token"].as_str().expect("a token"));
    as_token(&revoked).read("/api/v1/me").await;
    as_token(&expired).read("/api/v1/me").await;
    let path = format!("/api/v1/api-tokens/{}", revoked["id"].as_str().expect("an id"));
    app.admin().delete(&path).send().await.expect_status(204);
    as_token(&revoked).get("/api/v1/me").send().await.problem(401, "unauthenticated");
    app.admin().delete(&path).send().await.problem(404, "not_found");
    let past = "UPDATE api_tokens SET created_at = now() - interval '2 days', expires_at = now() - interval '1 second'";
    rows.execute(past, &[]).await.expect("time passes");
    as_token(&expired).get("/api/v1/me").send().await.problem(401, "unauthenticated");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_outlives_the_right_of_the_person_behind_it() {
    let app = TestApp::start().await;
    let high = make(&app.admin(), "High", "admin").await.expect_status(201).json();
    let low = make(&app.admin(), "Low", "viewer").await.expect_status(201).json();
    let as_token = |made: &Value| app.bearer(made["token"].as_str().expect("a token"));
    let person = format!("/api/v1/users/{}", app.one.person(Role::Admin).id);
    let new = json!({"display_name": "Late", "cloud": "emulator"});

    app.owner().patch(&person, &json!({"role": "viewer"})).send().await.expect_status(200);
    as_token(&high).get("/api/v1/me").send().await.problem(401, "unauthenticated");
    as_token(&low).read("/api/v1/me").await;
    // The access token still says admin for a while; it changes nothing any more.
    app.admin().post("/api/v1/customers", &new).send().await.problem(401, "unauthenticated");
    make(&app.admin(), "Again", "viewer").await.problem(401, "unauthenticated");

    app.owner().delete(&person).send().await.expect_status(204);
    as_token(&low).get("/api/v1/me").send().await.problem(401, "unauthenticated");
    app.admin().post("/api/v1/customers", &new).send().await.problem(401, "unauthenticated");
    make(&app.admin(), "Once more", "viewer").await.problem(401, "unauthenticated");
    let customers = app.owner().read("/api/v1/customers").await;
    assert_eq!(customers["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_who_was_removed_cannot_come_back() {
    let app = TestApp::start().await;
    let second = json!({"email": "second@one.example", "display_name": "Second", "role": "owner",
        "password": "correct horse battery staple"});
    let made = app.owner().post("/api/v1/users", &second).send().await.expect_status(201).json();
    let login = json!({"email": "second@one.example", "password": "correct horse battery staple"});
    let session = app.anonymous().post("/api/v1/auth/login", &login).send().await.expect_status(200).json();
    let removed = app.bearer(session["access_token"].as_str().expect("a token"));
    let path = format!("/api/v1/users/{}", made["id"].as_str().expect("an id"));

    app.owner().patch(&path, &json!({"role": "viewer"})).send().await.expect_status(200);
    removed.patch(&path, &json!({"role": "owner"})).send().await.problem(401, "unauthenticated");
    app.owner().delete(&path).send().await.expect_status(204);
    removed.post("/api/v1/users", &second).send().await.problem(401, "unauthenticated");
    assert_eq!(app.owner().read("/api/v1/users").await["items"].as_array().map(Vec::len), Some(4));
}
