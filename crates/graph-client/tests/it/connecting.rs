//! What connecting a customer does, against the emulator: hints, credentials, detection, the secret's end.

use crate::common::sim::{self, CLOUD, asked, client, credentials, demo, fleet, id};
use policytab_domain::{
    cloud::Cloud,
    problem::{ProblemCode, TokenReason},
};
use policytab_graph_client::{Credentials, GraphClient, GraphConfig, GraphError};
use policytab_graph_sim::{CommonMode, TenantEdit};
use secrecy::SecretString;
use uuid::Uuid;

#[tokio::test]
async fn a_tenant_is_found_by_its_id_and_by_its_domain() {
    let sim = fleet().await;
    let client = client(&sim);
    for tenant in sim.demo_tenants() {
        for hint in [&tenant.tenant_id, &tenant.domain, &format!("  {} ", tenant.domain.to_uppercase())] {
            assert_eq!(client.tenant_resolve(CLOUD, hint).await.unwrap(), id(&tenant), "{hint}");
        }
    }
}

#[tokio::test]
async fn hints_that_name_no_customers_tenant_are_refused() {
    let sim = fleet().await;
    let client = client(&sim);
    for hint in
        ["nobody.example", "5f0c0d4e-1111-4000-8000-00000000000a", "f8cdef31-a31e-4b4a-93e4-5f571e91255a"]
    {
        let error = client.tenant_resolve(CLOUD, hint).await.expect_err(hint);
        assert!(matches!(error, GraphError::TenantHintInvalid { .. }), "{hint}: {error}");
    }
    let called = sim.control().requests().len();
    for hint in ["common", "organizations", "", "a b.com", "https://contoso.com", "127.0.0.1", "../../v1.0"] {
        let error = client.tenant_resolve(CLOUD, hint).await.expect_err(hint);
        assert_eq!(error.problem().code, ProblemCode::TenantHintInvalid, "{hint}");
    }
    assert_eq!(sim.control().requests().len(), called, "what is no hint causes no call");
}

#[tokio::test]
async fn a_cloud_that_is_not_enabled_is_not_called() {
    let client = GraphClient::new(GraphConfig::default()).unwrap();
    assert!(!client.cloud_enabled(CLOUD) && client.cloud_enabled(Cloud::China));
    let error = client.tenant_resolve(CLOUD, "contoso.example").await.expect_err("must fail");
    assert_eq!(error.problem().code, ProblemCode::ValidationFailed);
}

#[tokio::test]
async fn a_token_tells_tenant_roles_and_app() {
    let sim = fleet().await;
    let tenant = demo(&sim, "good");
    let token = client(&sim).token(CLOUD, id(&tenant), &credentials(&tenant)).await.unwrap();
    assert_eq!(token.tenant_id, id(&tenant));
    assert!(token.roles.iter().any(|role| role == "Policy.Read.All"));
    assert!(token.app_display_name.is_some());
    assert!(token.expires_at > chrono::Utc::now());
    let facts = client(&sim).organization(CLOUD, &token).await.unwrap();
    assert_eq!((facts.display_name, facts.default_domain), (tenant.name, Some(tenant.domain)));
}

#[tokio::test]
async fn every_refusal_of_entra_has_its_reason() {
    let sim = fleet().await;
    let client = client(&sim);
    let reason = async |key: &str, change: &dyn Fn(&mut Credentials)| {
        let tenant = demo(&sim, key);
        let mut credentials = credentials(&tenant);
        change(&mut credentials);
        match client.token(CLOUD, id(&tenant), &credentials).await.expect_err(key) {
            GraphError::TokenFailed { reason, upstream } => (reason, upstream.aadsts.unwrap()),
            other => panic!("{key}: {other}"),
        }
    };
    let same = |_: &mut Credentials| ();
    let wrong =
        |c: &mut Credentials| c.client_secret = SecretString::from("5f0c0d4e-0000-4000-8000-00000000000a");
    let other_app = |c: &mut Credentials| c.client_id = Uuid::from_u128(77);
    assert_eq!(reason("good", &wrong).await, (TokenReason::InvalidSecret, 7_000_215));
    assert_eq!(reason("good", &other_app).await, (TokenReason::AppNotFound, 700_016));
    assert_eq!(reason("expired-secret", &same).await, (TokenReason::ExpiredSecret, 7_000_222));
    assert_eq!(reason("app-disabled", &same).await, (TokenReason::AppDisabled, 7_000_112));
    assert_eq!(reason("blocked", &same).await, (TokenReason::BlockedByPolicy, 53003));
    assert_eq!(reason("no-service-principal", &same).await, (TokenReason::AppNotFound, 7_000_229));
    for (code, expected) in [
        (90002, TokenReason::TenantNotFound),
        (900_023, TokenReason::TenantNotFound),
        (900_021, TokenReason::TenantNotFound),
        (5_000_224, TokenReason::TenantNotFound),
        (7_000_216, TokenReason::Other),
        (500_011, TokenReason::Other),
    ] {
        sim.control().edit("messy", &TenantEdit::ForceAadsts { code: Some(code) }).unwrap();
        assert_eq!(reason("messy", &same).await, (expected, code));
    }
    let nowhere = client.token(CLOUD, Uuid::from_u128(3).into(), &credentials(&demo(&sim, "good"))).await;
    assert_eq!(nowhere.expect_err("must fail").problem().reason.as_deref(), Some("tenant_not_found"));
}

#[tokio::test]
async fn throttling_at_sign_in_is_tried_again_and_then_told() {
    let sim = fleet().await;
    let tenant = demo(&sim, "good");
    for code in [90055, 50196] {
        sim.control().requests_clear();
        sim.control().edit("good", &TenantEdit::ForceAadsts { code: Some(code) }).unwrap();
        let error =
            client(&sim).token(CLOUD, id(&tenant), &credentials(&tenant)).await.expect_err("must fail");
        assert_eq!(error.problem().code, ProblemCode::GraphThrottled);
        assert_eq!(asked(&sim, "/token").len(), 5);
    }
}

#[tokio::test]
async fn detection_asks_for_the_tenant_whatever_entra_answers() {
    let sim = fleet().await;
    let client = client(&sim);
    let tenant = demo(&sim, "good");
    for mode in [
        CommonMode::AppNotFound,
        CommonMode::NoTenantInformation,
        CommonMode::MissingServicePrincipal,
        CommonMode::GrantNotSupported,
        CommonMode::MicrosoftToken,
    ] {
        sim.control().settings_update(|settings| settings.common_mode = mode);
        sim.control().requests_clear();
        let error = client.tenant_detect(CLOUD, &credentials(&tenant)).await.expect_err("must fail");
        assert_eq!(error.problem().code, ProblemCode::TenantNotDetected, "{mode:?}: {error}");
        assert_eq!(sim.control().requests().len(), 1, "{mode:?}: one attempt, and nothing sent to Graph");
    }
}

#[tokio::test]
async fn detection_believes_a_token_of_the_customers_own_tenant() {
    let sim = fleet().await;
    let client = client(&sim);
    sim.control().settings_update(|settings| settings.common_mode = CommonMode::CustomerToken);
    let tenant = demo(&sim, "good");
    let token = client.tenant_detect(CLOUD, &credentials(&tenant)).await.unwrap();
    assert_eq!(token.tenant_id, id(&tenant));

    let unconsented = demo(&sim, "no-consent");
    let error = client.tenant_detect(CLOUD, &credentials(&unconsented)).await.expect_err("must fail");
    assert_eq!(error.problem().code, ProblemCode::TenantNotDetected, "the directory could not confirm it");

    let expired = demo(&sim, "expired-secret");
    let error = client.tenant_detect(CLOUD, &credentials(&expired)).await.expect_err("must fail");
    assert_eq!(error.problem().reason.as_deref(), Some("expired_secret"), "a secret's end is certain");
    let mut wrong = credentials(&tenant);
    wrong.client_secret = SecretString::from("wrong");
    let error = client.tenant_detect(CLOUD, &wrong).await.expect_err("must fail");
    assert_eq!(error.problem().reason.as_deref(), Some("invalid_secret"));
}

#[tokio::test]
async fn silence_is_no_answer_about_the_tenant() {
    let sim = fleet().await;
    let tenant = demo(&sim, "good");
    let client = sim::client(&sim);
    sim.stop().await;
    let error = client.tenant_detect(CLOUD, &credentials(&tenant)).await.expect_err("must fail");
    assert_eq!(error.problem().code, ProblemCode::GraphUnavailable);
}

#[tokio::test]
async fn the_secrets_end_is_read_where_it_can_be() {
    let sim = fleet().await;
    let client = client(&sim);
    let tenant = demo(&sim, "good");
    let token = client.token(CLOUD, id(&tenant), &credentials(&tenant)).await.unwrap();
    let info = client.secret_expiry(CLOUD, &token, &credentials(&tenant)).await.unwrap().unwrap();
    assert!(info.expires_at > chrono::Utc::now());
    assert_eq!(info.app_display_name, token.app_display_name);

    let blind = demo(&sim, "no-directory");
    let token = client.token(CLOUD, id(&blind), &credentials(&blind)).await.unwrap();
    assert_eq!(client.secret_expiry(CLOUD, &token, &credentials(&blind)).await.unwrap(), None);
}

#[tokio::test]
async fn a_missing_permission_is_named() {
    let sim = fleet().await;
    let client = client(&sim);
    let tenant = demo(&sim, "no-consent");
    let token = client.token(CLOUD, id(&tenant), &credentials(&tenant)).await.unwrap();
    assert!(token.roles.is_empty());
    let problem = client.organization(CLOUD, &token).await.expect_err("must fail").problem();
    assert_eq!(problem.code, ProblemCode::GraphPermissionMissing);
    assert_eq!(problem.missing_permissions, ["Directory.Read.All"]);
    assert_eq!(problem.upstream.unwrap().code.as_deref(), Some("Authorization_RequestDenied"));
}
