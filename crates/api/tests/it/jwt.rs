//! Access tokens that were tampered with. All of them are refused, all in the same words.

use crate::support::app::TestApp;
use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::STANDARD, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{TimeDelta, Utc};
use policytab_api::auth::claims::MAX_TOKEN;
use policytab_domain::role::Role;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// Signs by hand, so that tokens can be made which no library would make.
struct Forge {
    key: EcdsaKeyPair,
    other: EcdsaKeyPair,
    header: Value,
    claims: Value,
    token: String,
}

fn part(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn es256(key: &EcdsaKeyPair, input: &str) -> String {
    part(key.sign(&SystemRandom::new(), input.as_bytes()).expect("a signature"))
}

impl Forge {
    fn new(app: &TestApp) -> Self {
        let pem = std::fs::read_to_string(app.folder.path().join("signing.pem")).expect("the signing key");
        let der: String = pem.lines().filter(|l| !l.starts_with('-')).collect();
        let der = STANDARD.decode(der).expect("base64");
        let read =
            |der: &[u8]| EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der).expect("a key");
        let fresh = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        let token = app.access_token(&app.one.subject(Role::Viewer), TimeDelta::zero());
        let decoded = |index: usize| -> Value {
            let text = token.split('.').nth(index).expect("three parts");
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).expect("base64")).expect("JSON")
        };
        Self {
            key: read(&der),
            other: read(fresh.expect("another key").as_ref()),
            header: decoded(0),
            claims: decoded(1),
            token: token.clone(),
        }
    }

    fn input(header: &Value, claims: &str) -> String {
        format!("{}.{}", part(header.to_string()), part(claims))
    }

    /// Signed with the server's own key.
    fn signed(&self, header: &Value, claims: &str) -> String {
        let input = Self::input(header, claims);
        format!("{input}.{}", es256(&self.key, &input))
    }

    fn claims_with(&self, name: &str, value: Value) -> String {
        let mut claims = self.claims.clone();
        match value {
            Value::Null => claims.as_object_mut().expect("claims").remove(name),
            value => claims.as_object_mut().expect("claims").insert(name.to_owned(), value),
        };
        self.signed(&self.header, &claims.to_string())
    }

    fn header_with(&self, name: &str, value: Value) -> String {
        let mut header = self.header.clone();
        match value {
            Value::Null => header.as_object_mut().expect("a header").remove(name),
            value => header.as_object_mut().expect("a header").insert(name.to_owned(), value),
        };
        self.signed(&header, &self.claims.to_string())
    }

    /// Another algorithm in the header, with this signature.
    fn with_algorithm(&self, name: &str, signature: impl FnOnce(&str) -> String) -> String {
        let mut header = self.header.clone();
        header["alg"] = json!(name);
        let input = Self::input(&header, &self.claims.to_string());
        format!("{input}.{}", signature(&input))
    }

    /// HMAC with something that everybody knows.
    fn hs256(&self, secret: &[u8]) -> String {
        self.with_algorithm("HS256", |input| {
            part(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), input.as_bytes()))
        })
    }

    fn table(&self, jwk: &Value) -> Vec<(String, String)> {
        let mut table: Vec<(String, String)> = Vec::new();
        let mut add = |name: &str, token: String| table.push((name.to_owned(), token));
        let own = self.token.rsplit_once('.').expect("a signature").1.to_owned();
        for none in ["none", "None", "nOnE", "NONE", "", "ES384", "RS256", "EdDSA", "ES256K", "es256"] {
            add(&format!("alg {none:?} without a signature"), self.with_algorithm(none, |_| String::new()));
            add(&format!("alg {none:?} with ES256's"), self.with_algorithm(none, |i| es256(&self.key, i)));
        }
        add("no alg", self.header_with("alg", Value::Null));
        let point = self.key.public_key().as_ref();
        add("HMAC with the public point", self.hs256(point));
        add("HMAC with the public JWK", self.hs256(jwk.to_string().as_bytes()));
        add("HMAC with x", self.hs256(jwk["x"].as_str().expect("x").as_bytes()));
        add("HMAC with the kid", self.hs256(jwk["kid"].as_str().expect("kid").as_bytes()));
        add("HMAC with nothing", self.hs256(b""));
        for kid in [
            "../../../../../../dev/null",
            "/dev/null",
            "' OR '1'='1",
            "http://127.0.0.1:1/keys",
            "\u{0}",
            "",
            &"k".repeat(3000),
        ] {
            add(&format!("kid {:.20?}", kid), self.header_with("kid", json!(kid)));
        }
        add("no kid", self.header_with("kid", Value::Null));
        add("a number for kid", self.header_with("kid", json!(1)));
        for (name, value) in [
            ("jku", json!("http://127.0.0.1:1/keys")),
            ("x5u", json!("http://127.0.0.1:1/cert")),
            ("jwk", jwk.clone()),
            ("x5c", json!(["MIIB"])),
            ("crit", json!(["exp"])),
            ("crit", json!([])),
            ("zip", json!("DEF")),
            ("typ", json!("dpop+jwt")),
        ] {
            add(&format!("{name} in the header"), self.header_with(name, value));
        }
        let now = Utc::now().timestamp();
        for (name, value) in [
            ("exp", json!(now - 61)),
            ("exp", json!(0)),
            ("exp", json!("tomorrow")),
            ("exp", json!((now + 600).to_string())),
            ("exp", Value::Null),
            ("nbf", json!(now + 3600)),
            ("nbf", Value::Null),
            ("iat", json!(now + 3600)),
            ("iat", Value::Null),
            // A session that nobody began: what a token belongs to is looked up.
            ("sid", json!(uuid::Uuid::now_v7())),
            ("sid", json!("*")),
            // Nobody, and somebody of another workspace.
            ("sub", json!(uuid::Uuid::now_v7())),
            ("msp_id", json!(uuid::Uuid::now_v7())),
            ("iss", json!("https://elsewhere.example")),
            ("iss", Value::Null),
            ("aud", json!("another-api")),
            ("aud", json!(["policytab-api"])),
            ("aud", json!(["policytab-api", "another-api"])),
            ("aud", Value::Null),
            ("sub", json!("not an id")),
            ("sub", Value::Null),
            ("msp_id", json!("*")),
            ("msp_id", Value::Null),
            ("role", json!("root")),
            ("role", json!(["owner"])),
            ("role", Value::Null),
        ] {
            add(&format!("{name} {value}"), self.claims_with(name, value));
        }
        let claims = self.claims.to_string();
        let raised = claims.replace("viewer", "owner");
        assert_ne!(raised, claims);
        add("another role under the old signature", format!("{}.{own}", Self::input(&self.header, &raised)));
        let twice = format!("{},\"role\":\"owner\"}}", claims.trim_end_matches('}'));
        add("a role twice", self.signed(&self.header, &twice));
        let twice = format!("{},\"exp\":{}}}", claims.trim_end_matches('}'), now + 90_000);
        add("an expiry twice", self.signed(&self.header, &twice));
        let header = self.header.to_string();
        for (name, member) in [("alg", "\"alg\":\"ES256\""), ("kid", "\"kid\":\"other\"")] {
            let twice = format!("{},{member}}}", header.trim_end_matches('}'));
            let input = format!("{}.{}", part(twice), part(&claims));
            add(&format!("{name} twice"), format!("{input}.{}", es256(&self.key, &input)));
        }
        let input = Self::input(&self.header, &claims);
        add("another key's signature", format!("{input}.{}", es256(&self.other, &input)));
        add("no signature", format!("{input}."));
        add("no third part", input.clone());
        add("half a signature", format!("{input}.{}", &own[..own.len() / 2]));
        add("a signature of zeros", format!("{input}.{}", part([0; 64])));
        add("four parts", format!("{}.{own}", self.token));
        add("claims that are no object", self.signed(&self.header, "[]"));
        add("claims that are no JSON", self.signed(&self.header, "{"));
        for text in ["a", "a.b", "a.b.c", "...", "ptk_", "ptk_0000", "null"] {
            add(&format!("{text:?}"), text.to_owned());
        }
        let long = format!("{},\"pad\":\"{}\"}}", claims.trim_end_matches('}'), "x".repeat(9000));
        add("nine kilobytes", self.signed(&self.header, &long));
        table
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tampered_tokens_are_refused_alike() {
    let app = TestApp::start().await;
    let forge = Forge::new(&app);
    let keys = app.anonymous().read("/api/v1/auth/jwks.json").await;
    // The forge itself is good: what it signs unchanged is believed.
    let control = forge.signed(&forge.header, &forge.claims.to_string());
    app.bearer(&control).read("/api/v1/me").await;
    app.bearer(&forge.claims_with("exp", json!(Utc::now().timestamp() + 60))).read("/api/v1/me").await;
    let mut words = None;
    let table = forge.table(&keys["keys"][0]);
    assert!(table.len() > 70);
    for (name, token) in table {
        let answer = app.bearer(&token).get("/api/v1/me").send().await;
        assert_eq!(answer.status, 401, "{name}: {answer}");
        answer.problem(401, "unauthenticated");
        let said = answer.problem_only();
        assert_eq!(*words.get_or_insert(said.clone()), said, "{name}");
    }
}

/// Every letter of a name must be escaped, and each escape takes six bytes.
#[tokio::test(flavor = "multi_thread")]
async fn the_longest_token_of_our_own_is_well_within_what_is_looked_at() {
    let app = TestApp::start().await;
    let mut subject = app.one.subject(Role::Owner);
    subject.name = "\u{1}".repeat(120);
    subject.email = format!("{}@one.example", "e".repeat(242));
    let token = app.access_token(&subject, TimeDelta::zero());
    assert!(token.len() <= 3000, "{}", token.len());
    app.bearer(&token).read("/api/v1/me").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_too_long_is_refused_before_it_is_looked_at() {
    let app = TestApp::start().await;
    let forge = Forge::new(&app);
    // Whatever would be asked about a token now is an error.
    let rows = app.superuser().await;
    let away = "ALTER FUNCTION lookup_api_token(bytea) RENAME TO lookup_away; ALTER TABLE users RENAME TO users_away";
    rows.batch_execute(away).await.expect("nothing can be looked up");
    let claims = forge.claims.to_string();
    let padded = |bytes: usize| {
        let pad = "x".repeat(bytes * 3 / 4);
        forge.signed(&forge.header, &format!("{},\"pad\":\"{pad}\"}}", claims.trim_end_matches('}')))
    };
    for token in ["ptk_short".to_owned(), padded(1000)] {
        assert_eq!(app.bearer(&token).get("/api/v1/me").raw().await.status(), 500);
    }
    // Up to what the whole head may have; one that is larger is refused for that.
    for bytes in [MAX_TOKEN + 1, 12 * 1024, 15_000] {
        for token in [format!("ptk_{}", "0".repeat(bytes - 4)), padded(bytes), ".".repeat(bytes)] {
            app.bearer(&token).get("/api/v1/me").send().await.problem(401, "unauthenticated");
        }
    }
    for bytes in [16 * 1024, 17_000, 100_000] {
        let refused = app.bearer(&"x".repeat(bytes)).get("/api/v1/me").send().await;
        refused.problem(413, "payload_too_large");
    }
}

/// Sends a head with a token of that many bytes, and gives what was answered until the connection ended.
async fn sent(app: &TestApp, bytes: usize) -> String {
    let address = app.base_url.trim_start_matches("http://").to_owned();
    let (mut reader, mut writer) = TcpStream::connect(&address).await.expect("a connection").into_split();
    let writing = tokio::spawn(async move {
        let head = format!(
            "GET /api/v1/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n",
            "x".repeat(bytes)
        );
        // The server need not take all of it.
        let _ = writer.write_all(head.as_bytes()).await;
        writer
    });
    let mut answer = Vec::new();
    let reading = async {
        let mut part = [0; 4096];
        while let Ok(count @ 1..) = reader.read(&mut part).await {
            answer.extend_from_slice(&part[..count]);
        }
    };
    tokio::time::timeout(Duration::from_secs(10), reading).await.expect("the server ends the connection");
    writing.abort();
    String::from_utf8(answer).expect("text")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_megabyte_of_token_is_answered_and_the_server_goes_on() {
    let app = TestApp::start().await;
    // The HTTP library reads no head further than 128 KiB, and answers by itself.
    for bytes in [131_072, 1 << 20, 16 << 20] {
        let answers = futures_util::future::join_all((0..8).map(|_| sent(&app, bytes))).await;
        for answer in answers {
            assert!(answer.starts_with("HTTP/1.1 431 "), "{bytes}: {answer}");
            assert!(answer.contains("connection: close\r\n") && answer.ends_with("\r\n\r\n"), "{answer}");
        }
        app.owner().read("/api/v1/me").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_header_has_one_form() {
    let app = TestApp::start().await;
    let token = app.access_token(&app.one.subject(Role::Viewer), TimeDelta::zero());
    let ask = |value: String| app.anonymous().get("/api/v1/me").header("authorization", &value).send();
    ask(format!("bearer {token}")).await.expect_status(200);
    for value in [token.clone(), format!("Basic {token}"), "Bearer".to_owned(), "Bearer ".to_owned()] {
        ask(value).await.problem(401, "unauthenticated");
    }
    // A token has its place in the header only.
    let query = app.anonymous().get(&format!("/api/v1/me?access_token={token}")).send().await;
    query.problem(401, "unauthenticated");
}
