//! Conditional Access reads: versions, shapes, the limit, permissions, wire conventions.

use policytab_graph_sim::TenantEdit;
use serde_json::{Value, json};

use crate::common::{Bench, names};

const POLICIES: &str = "/identity/conditionalAccess/policies";

#[tokio::test]
async fn v1_leaves_out_what_only_beta_knows() {
    let bench = Bench::start().await;
    let caller = bench.caller("messy").await;
    let v1 = caller.ok(&format!("/v1.0{POLICIES}")).await;
    let beta = caller.ok(&format!("/beta{POLICIES}")).await;
    let (v1, beta_names) = (names(&v1), names(&beta));
    assert_eq!(beta_names.len(), 31);
    let missing: Vec<_> = beta_names.iter().filter(|name| !v1.contains(name)).collect();
    assert_eq!(missing, [&"Strict location for clinics", &"Risky agents"]);
    let hidden =
        beta["value"].as_array().into_iter().flatten().find(|policy| policy["displayName"] == "Risky agents");
    let id = hidden.and_then(|policy| policy["id"].as_str()).expect("an id");
    let (status, body) = caller.get(&format!("/v1.0{POLICIES}/{id}")).await;
    assert_eq!((status, &body["error"]["code"]), (404, &json!("ResourceNotFound")));
    caller.ok(&format!("/beta{POLICIES}/{id}")).await;
    let locations = caller.ok("/v1.0/identity/conditionalAccess/namedLocations").await;
    assert!(!names(&locations).contains(&"All Compliant Network locations"));
    let locations = caller.ok("/beta/identity/conditionalAccess/namedLocations").await;
    assert!(names(&locations).contains(&"All Compliant Network locations"));
    bench.sim.stop().await;
}

#[tokio::test]
async fn members_are_null_absent_or_empty_as_on_the_wire() {
    let bench = Bench::start().await;
    let caller = bench.caller("good").await;
    let list = caller.ok(&format!("/v1.0{POLICIES}")).await;
    let find = |part: &str| {
        let items = list["value"].as_array().into_iter().flatten();
        items
            .clone()
            .find(|policy| policy["displayName"].as_str().is_some_and(|name| name.contains(part)))
            .expect("a policy")
    };
    let mfa = find("Require MFA");
    assert_eq!(mfa["conditions"]["platforms"], Value::Null);
    assert_eq!(mfa["conditions"]["signInRiskLevels"], json!([]));
    assert!(mfa["conditions"].get("authenticationFlows").is_none());
    assert_eq!(mfa["modifiedDateTime"].is_null(), mfa["displayName"] == "CA003");
    assert!(mfa["grantControls"].get("authenticationStrength@odata.context").is_some());
    assert_eq!(mfa["grantControls"]["authenticationStrength"], Value::Null);
    let strong = find("CA003");
    assert_eq!(strong["grantControls"]["authenticationStrength"]["displayName"], "Phishing-resistant MFA");
    let sessions = find("CA004");
    assert_eq!(sessions["grantControls"], Value::Null);
    assert_eq!(
        find("CA011")["conditions"]["authenticationFlows"]["transferMethods"],
        "deviceCodeFlow,authenticationTransfer"
    );
    assert_eq!(find("CA007")["sessionControls"]["signInFrequency"]["value"], Value::Null);
    bench.sim.stop().await;
}

#[tokio::test]
async fn values_after_the_sentinel_need_the_preference() {
    let bench = Bench::start().await;
    let caller = bench.caller("messy").await;
    let filter = "?$filter=displayName%20eq%20'Linux%20not%20supported'";
    let plain = caller.ok(&format!("/v1.0{POLICIES}{filter}")).await;
    assert_eq!(
        plain["value"][0]["conditions"]["platforms"]["includePlatforms"],
        json!(["unknownFutureValue"])
    );
    let request = caller.request(reqwest::Method::GET, &format!("/v1.0{POLICIES}{filter}"));
    let (_, known) = caller.send(request.header("Prefer", "include-unknown-enum-members")).await;
    assert_eq!(known["value"][0]["conditions"]["platforms"]["includePlatforms"], json!(["linux"]));
    bench.sim.stop().await;
}

#[tokio::test]
async fn top_cuts_the_list_without_a_next_link_and_the_page_size_pages_it() {
    let bench = Bench::start().await;
    let caller = bench.caller("large").await;
    let cut = caller.ok(&format!("/v1.0{POLICIES}?$top=20")).await;
    assert_eq!(cut["value"].as_array().map(Vec::len), Some(20));
    assert!(cut.get("@odata.nextLink").is_none());
    bench.control().settings_update(|settings| settings.ca_page_size = 70);
    let (items, pages) = caller.pages(&format!("/beta{POLICIES}?$select=id")).await;
    assert_eq!((items.len(), pages), (200, 3));
    let (status, _) = caller.get(&format!("/v1.0{POLICIES}?$expand=anything")).await;
    assert_eq!(status, 400);
    bench.sim.stop().await;
}

#[tokio::test]
async fn one_request_a_second_is_shared_by_all_apps_of_a_tenant() {
    let bench = Bench::strict().await;
    let first = bench.caller("good").await;
    bench.control().edit("good", &TenantEdit::AppAdd { name: "Another tool".to_owned() }).expect("a tenant");
    let second = bench.caller("good").await;
    let other = bench.caller("messy").await;
    assert_ne!(first.token, second.token);
    first.ok(&format!("/v1.0{POLICIES}")).await;
    let response = second.raw("/v1.0/identity/conditionalAccess/namedLocations").await;
    assert_eq!(response.status(), 429);
    assert!(response.headers().get("Retry-After").is_none());
    let body: Value = response.json().await.expect("JSON");
    assert_eq!(body["error"]["code"], "TooManyRequests");
    other.ok(&format!("/v1.0{POLICIES}")).await;
    first.ok("/v1.0/identity/conditionalAccess/authenticationStrength/policies").await;
    bench.control().settings_update(|settings| settings.ca_retry_after = Some("2.128".to_owned()));
    let response = first.raw(&format!("/beta{POLICIES}")).await;
    assert_eq!(
        (response.status().as_u16(), &response.headers()["Retry-After"]),
        (429, &"2.128".parse().expect("a value"))
    );
    tokio::time::sleep(std::time::Duration::from_millis(1010)).await;
    second.ok("/v1.0/identity/conditionalAccess/namedLocations").await;
    bench.sim.stop().await;
}

#[tokio::test]
async fn each_family_refuses_in_its_own_words() {
    let bench = Bench::start().await;
    for (key, path, code) in [
        ("no-consent", POLICIES, "AccessDenied"),
        ("no-policy-read", POLICIES, "AccessDenied"),
        ("no-policy-read", "/policies/identitySecurityDefaultsEnforcementPolicy", "AccessDenied"),
        ("no-directory", "/groups", "Authorization_RequestDenied"),
        ("no-directory", "/identity/conditionalAccess/authenticationContextClassReferences", "AccessDenied"),
        (
            "no-directory",
            "/applications(appId='00000000-0000-0000-0000-000000000000')",
            "Authorization_RequestDenied",
        ),
        ("good", "/agreements", "AccessDenied"),
        ("no-licence", "/auditLogs/signIns", "Authentication_RequestFromNonPremiumTenantOrB2CTenant"),
    ] {
        let caller = bench.caller(key).await;
        let (status, body) = caller.get(&format!("/v1.0{path}")).await;
        assert_eq!((status, body["error"]["code"].as_str()), (403, Some(code)), "{key} {path}");
    }
    let caller = bench.caller("no-directory").await;
    caller.ok("/v1.0/organization").await;
    caller.ok("/v1.0/subscribedSkus").await;
    bench.sim.stop().await;
}

#[tokio::test]
async fn consent_shows_in_the_next_token_only() {
    let bench = Bench::start().await;
    let before = bench.caller("no-consent").await;
    let edit = TenantEdit::PermissionGrant { permission: "Policy.Read.All".to_owned() };
    bench.control().edit("no-consent", &edit).expect("a tenant");
    assert_eq!(before.get(&format!("/v1.0{POLICIES}")).await.0, 403);
    bench.caller("no-consent").await.ok(&format!("/v1.0{POLICIES}")).await;
    bench.sim.stop().await;
}

#[tokio::test]
async fn answers_carry_the_headers_and_errors_the_ids() {
    let bench = Bench::start().await;
    let caller = bench.caller("good").await;
    let request = caller.request(reqwest::Method::GET, "/v1.0/nonsense").header("client-request-id", "abc");
    let response = request.send().await.expect("an answer");
    assert_eq!(response.status(), 400);
    let header = |name: &str| response.headers()[name].to_str().expect("text").to_owned();
    assert_eq!(header("client-request-id"), "abc");
    assert_eq!(header("OData-Version"), "4.0");
    assert!(header("content-type").starts_with("application/json;odata.metadata=minimal"));
    assert!(header("x-ms-ags-diagnostic").contains("ServerInfo"));
    let id = header("request-id");
    let body: Value = response.json().await.expect("JSON");
    assert_eq!(body["error"]["code"], "BadRequest");
    assert_eq!(body["error"]["message"], "Resource not found for the segment 'nonsense'.");
    assert_eq!(body["error"]["innerError"]["request-id"], id.as_str());
    assert_eq!(body["error"]["innerError"]["client-request-id"], "abc");
    assert!(!body["error"]["innerError"]["date"].as_str().expect("a date").ends_with('Z'));
    let response = caller.raw("/v1.0/subscribedSkus").await;
    assert_eq!(response.headers()["x-ms-resource-unit"], "3");
    bench.sim.stop().await;
}
