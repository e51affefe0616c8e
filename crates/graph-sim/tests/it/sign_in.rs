//! The token endpoint and discovery.

use policytab_graph_sim::{CommonMode, TenantEdit};
use serde_json::{Value, json};

use crate::common::Bench;

fn code(body: &Value) -> u64 {
    body["error_codes"][0].as_u64().unwrap_or_default()
}

fn claims(token: &str) -> Value {
    use base64::Engine;
    let payload = token.split('.').nth(1).expect("three parts");
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).expect("base64url");
    serde_json::from_slice(&bytes).expect("claims")
}

#[tokio::test]
async fn a_token_says_what_graph_tokens_say() {
    let bench = Bench::start().await;
    let tenant = bench.tenant("good");
    for authority in [&tenant.tenant_id, &tenant.domain, &tenant.domain.to_uppercase()] {
        let (status, body) = bench.token_answer(authority, &tenant).await;
        assert_eq!(status, 200, "{body}");
        assert_eq!(body["token_type"], "Bearer");
        assert_eq!(body["expires_in"], 3599);
        assert_eq!(body["ext_expires_in"], 3599);
        let claims = claims(body["access_token"].as_str().expect("a token"));
        assert_eq!(claims["tid"], tenant.tenant_id.as_str());
        assert_eq!(claims["iss"], format!("https://sts.windows.net/{}/", tenant.tenant_id));
        assert_eq!(claims["appid"], tenant.client_id.as_str());
        assert_eq!(claims["ver"], "1.0");
        assert_eq!(claims["idtyp"], "app");
        assert_eq!(claims["oid"], claims["sub"]);
        assert!(claims["roles"].as_array().is_some_and(|roles| roles.contains(&json!("Policy.Read.All"))));
    }
    let (status, body) = bench.token_answer(&tenant.tenant_id, &bench.tenant("no-consent")).await;
    assert_eq!((status, code(&body)), (400, 700016), "an app of another tenant");
    let token = bench.token("no-consent").await;
    assert!(claims(&token).get("roles").is_none(), "no consent, no roles member at all");
    bench.sim.stop().await;
}

#[tokio::test]
async fn errors_have_their_numbers_statuses_and_trailers() {
    let bench = Bench::start().await;
    let good = bench.tenant("good");
    let unknown_id = "5c7f3e1a-0000-4000-8000-000000000001";
    let scope = "https://graph.microsoft.com/.default";
    let grant = ("grant_type", "client_credentials");
    let id = ("client_id", good.client_id.as_str());
    let secret = ("client_secret", good.client_secret.as_str());
    let full = [grant, id, secret, ("scope", scope)];
    let cases = [
        (
            good.domain.as_str(),
            vec![grant, id, ("client_secret", unknown_id), ("scope", scope)],
            7000215,
            401,
            "invalid_client",
        ),
        (
            good.domain.as_str(),
            vec![grant, ("client_id", unknown_id), secret, ("scope", scope)],
            700016,
            400,
            "unauthorized_client",
        ),
        ("nobody.example", full.to_vec(), 90002, 400, "invalid_tenant"),
        (unknown_id, full.to_vec(), 90002, 400, "invalid_tenant"),
        ("no tenant", full.to_vec(), 900023, 400, "invalid_request"),
        (good.domain.as_str(), vec![id, secret, ("scope", scope)], 900144, 400, "invalid_request"),
        (good.domain.as_str(), vec![grant, secret, ("scope", scope)], 900144, 400, "invalid_request"),
        (good.domain.as_str(), vec![grant, id, ("scope", scope)], 7000216, 401, "invalid_client"),
        (
            good.domain.as_str(),
            vec![grant, id, secret, ("scope", "https://graph.microsoft.com/Policy.Read.All")],
            1002012,
            400,
            "invalid_scope",
        ),
        (good.domain.as_str(), vec![grant, id, secret, ("scope", "two scopes")], 70011, 400, "invalid_scope"),
        (
            good.domain.as_str(),
            vec![grant, id, secret, ("scope", "api://elsewhere/.default")],
            500011,
            400,
            "invalid_resource",
        ),
    ];
    for (authority, fields, number, http, word) in cases {
        let (status, body) = bench.token_with(authority, &fields).await;
        assert_eq!((code(&body), status), (number, http), "{body}");
        assert_eq!(body["error"], word);
        let text = body["error_description"].as_str().expect("a description");
        assert!(text.starts_with(&format!("AADSTS{number}: ")), "{text}");
        for part in ["Trace ID: ", "Correlation ID: ", "Timestamp: "] {
            assert!(text.contains(part), "{text}");
        }
        assert!(body["trace_id"].is_string() && body["correlation_id"].is_string());
        assert!(!text.contains(&good.client_secret), "no answer repeats the secret");
    }
    for (key, number, http) in [
        ("expired-secret", 7000222, 401),
        ("app-disabled", 7000112, 400),
        ("blocked", 53003, 400),
        ("no-service-principal", 7000229, 401),
    ] {
        let tenant = bench.tenant(key);
        let (status, body) = bench.token_answer(&tenant.tenant_id, &tenant).await;
        assert_eq!((code(&body), status), (number, http), "{body}");
    }
    for number in [5000224, 90055, 50196, 90038] {
        let edit = TenantEdit::ForceAadsts { code: Some(number) };
        bench.control().edit("good", &edit).expect("a tenant");
        let (status, body) = bench.token_answer(&good.domain, &good).await;
        assert!(status >= 400);
        assert_eq!(code(&body), u64::from(number));
    }
    bench.sim.stop().await;
}

#[tokio::test]
async fn without_a_tenant_it_answers_as_switched() {
    let bench = Bench::start().await;
    let control = bench.control();
    let good = bench.tenant("good");
    let (status, body) = bench.token_answer("common", &good).await;
    assert_eq!((status, code(&body)), (400, 700016));
    assert!(body["error_description"].as_str().is_some_and(|text| text.contains("directory 'Microsoft'")));
    for (mode, number) in [
        (CommonMode::NoTenantInformation, 50059),
        (CommonMode::MissingServicePrincipal, 7000229),
        (CommonMode::GrantNotSupported, 9001023),
    ] {
        control.settings_update(|settings| settings.common_mode = mode);
        let (_, body) = bench.token_answer("organizations", &good).await;
        assert_eq!(code(&body), number);
    }
    control.settings_update(|settings| settings.common_mode = CommonMode::MicrosoftToken);
    let (status, body) = bench.token_answer("common", &good).await;
    assert_eq!(status, 200);
    let token = body["access_token"].as_str().expect("a token");
    assert_eq!(claims(token)["tid"], "f8cdef31-a31e-4b4a-93e4-5f571e91255a");
    assert!(claims(token).get("oid").is_none());
    let answer =
        bench.client.get(bench.url("/v1.0/organization")).bearer_auth(token).send().await.expect("an answer");
    assert_eq!(answer.status(), 401);
    let body: Value = answer.json().await.expect("JSON");
    assert_eq!(body["error"]["code"], "Authorization_IdentityNotFound");
    control.settings_update(|settings| settings.common_mode = CommonMode::CustomerToken);
    let (status, body) = bench.token_answer("common", &good).await;
    assert_eq!(status, 200);
    assert_eq!(claims(body["access_token"].as_str().expect("a token"))["tid"], good.tenant_id.as_str());
    let (_, body) = bench.token_answer("common", &bench.tenant("expired-secret")).await;
    assert_eq!(code(&body), 7000222, "a real token endpoint still checks the secret");
    bench.sim.stop().await;
}

#[tokio::test]
async fn discovery_tells_the_tenant_of_a_domain() {
    let bench = Bench::start().await;
    let good = bench.tenant("good");
    let discover = |name: &str| {
        let url = bench.url(&format!("/{name}/v2.0/.well-known/openid-configuration"));
        let client = bench.client.clone();
        async move {
            let response = client.get(url).send().await.expect("an answer");
            (response.status().as_u16(), response.json::<Value>().await.expect("JSON"))
        }
    };
    for name in [&good.domain, &good.tenant_id, "alderfinch.onmicrosoft.com"] {
        let (status, body) = discover(name).await;
        assert_eq!(status, 200);
        assert_eq!(body["issuer"], bench.url(&format!("/{}/v2.0", good.tenant_id)));
        assert_eq!(body["token_endpoint"], bench.url(&format!("/{}/oauth2/v2.0/token", good.tenant_id)));
    }
    let (_, body) = discover("common").await;
    assert_eq!(body["issuer"], bench.url("/{tenantid}/v2.0"));
    for name in ["nobody.example", "5c7f3e1a-0000-4000-8000-000000000001"] {
        let (status, body) = discover(name).await;
        assert_eq!((status, code(&body)), (400, 90002));
        assert_eq!(body["error"], "invalid_tenant");
    }
    let (status, body) = discover("nonsense").await;
    assert_eq!((status, code(&body)), (400, 900023));
    bench.sim.stop().await;
}

#[tokio::test]
async fn tokens_and_secrets_expire_by_the_movable_clock() {
    let bench = Bench::start().await;
    let caller = bench.caller("good").await;
    caller.ok("/v1.0/organization").await;
    bench.control().settings_update(|settings| settings.clock_offset_s = 3700);
    let (status, body) = caller.get("/v1.0/organization").await;
    assert_eq!(status, 401);
    assert_eq!(body["error"]["code"], "InvalidAuthenticationToken");
    assert_eq!(body["error"]["message"], "Lifetime validation failed, the token is expired.");
    bench.control().settings_update(|settings| settings.clock_offset_s = 200 * 86_400);
    let good = bench.tenant("good");
    let (_, body) = bench.token_answer(&good.tenant_id, &good).await;
    assert_eq!(code(&body), 7000222);
    let renewed = bench.control().edit("good", &TenantEdit::SecretAdd { days: 30 }).expect("a tenant");
    assert_ne!(renewed.client_secret, good.client_secret);
    assert_eq!(bench.token_answer(&good.tenant_id, &renewed).await.0, 200);
    bench.sim.stop().await;
}

#[tokio::test]
async fn bad_tokens_are_told_apart() {
    let bench = Bench::start().await;
    let token = bench.token("good").await;
    let ask = |header: Option<String>| {
        let request = bench.client.get(bench.url("/v1.0/organization"));
        let request = match header {
            Some(value) => request.header("Authorization", value),
            None => request,
        };
        async move {
            let response = request.send().await.expect("an answer");
            assert_eq!(response.status(), 401);
            assert!(
                response.headers()["WWW-Authenticate"]
                    .to_str()
                    .is_ok_and(|text| text.starts_with("Bearer realm"))
            );
            let body: Value = response.json().await.expect("JSON");
            assert_eq!(body["error"]["code"], "InvalidAuthenticationToken");
            body["error"]["message"].as_str().expect("a message").to_owned()
        }
    };
    assert_eq!(ask(None).await, "Access token is empty.");
    assert!(ask(Some("Bearer x".to_owned())).await.contains("80049217"));
    assert!(ask(Some(format!("Bearer {token}x"))).await.contains("80049228"));
    bench.sim.stop().await;
}
