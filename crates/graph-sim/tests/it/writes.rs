//! Policy and location writes with their numbered refusals.

use policytab_graph_sim::TenantEdit;
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::{Bench, Caller};

const POLICIES: &str = "/identity/conditionalAccess/policies";
const LOCATIONS: &str = "/identity/conditionalAccess/namedLocations";

async fn writer<'a>(bench: &'a Bench, key: &str) -> Caller<'a> {
    for permission in ["Policy.Read.All", "Policy.ReadWrite.ConditionalAccess", "Application.Read.All"] {
        let edit = TenantEdit::PermissionGrant { permission: permission.to_owned() };
        bench.control().edit(key, &edit).expect("a tenant");
    }
    bench.caller(key).await
}

fn policy() -> Value {
    json!({
        "displayName": "Require MFA", "state": "enabledForReportingButNotEnforced",
        "conditions": { "users": { "includeUsers": ["All"] }, "applications": { "includeApplications": ["All"] } },
        "grantControls": { "operator": "OR", "builtInControls": ["mfa"] },
    })
}

fn with(path: &str, value: Value) -> Value {
    let mut policy = policy();
    let (parent, name) = path.rsplit_once('/').expect("a path");
    policy.pointer_mut(parent).expect("a parent")[name] = value;
    policy
}

#[tokio::test]
async fn a_policy_lives_from_post_to_restore() {
    let bench = Bench::start().await;
    let caller = writer(&bench, "good").await;
    let (status, made) = caller.post(&format!("/v1.0{POLICIES}"), &policy()).await;
    assert_eq!(status, 201, "{made}");
    assert_eq!(made["modifiedDateTime"], Value::Null);
    let path = format!("/v1.0{POLICIES}/{}", made["id"].as_str().expect("an id"));
    let patch = caller.request(Method::PATCH, &path).json(&json!({ "state": "disabled" }));
    let response = patch.send().await.expect("an answer");
    assert_eq!(response.status(), 204);
    assert!(response.bytes().await.expect("a body").is_empty());
    let changed = caller.ok(&path).await;
    assert_eq!(changed["state"], "disabled");
    assert_eq!(changed["displayName"], "Require MFA", "what is not named stays");
    assert!(changed["modifiedDateTime"].is_string());
    assert_eq!(caller.send(caller.request(Method::DELETE, &path)).await.0, 204);
    assert_eq!(caller.get(&path).await.0, 404);
    let bin = caller.ok("/v1.0/identity/conditionalAccess/deletedItems/policies").await;
    assert_eq!(bin["value"][0]["id"], made["id"]);
    assert!(bin["value"][0]["deletedDateTime"].is_string());
    let restore = format!(
        "/v1.0/identity/conditionalAccess/deletedItems/policies/{}/restore",
        made["id"].as_str().expect("an id")
    );
    assert_eq!(caller.post(&restore, &json!({})).await.0, 200);
    assert_eq!(caller.ok(&path).await["deletedDateTime"], Value::Null);
    bench.sim.stop().await;
}

#[tokio::test]
async fn refusals_carry_their_numbers() {
    let bench = Bench::start().await;
    let mut cases = vec![
        ("good", "v1.0", json!({}), "1007"),
        ("good", "v1.0", with("/conditions/clientAppTypes", json!(["fax"])), "1007"),
        ("good", "v1.0", with("/state", json!("on")), "1007"),
        ("good", "v1.0", with("/conditions/applications/includeApplications", json!([])), "1011"),
        ("good", "v1.0", with("/conditions/users/includeUsers", json!([])), "1011"),
        ("good", "v1.0", with("/grantControls/builtInControls", json!(["passwordChange"])), "1032"),
        (
            "good",
            "v1.0",
            with(
                "/conditions/applications/includeApplications",
                json!(["5c7f3e1a-0000-4000-8000-000000000001"]),
            ),
            "1034",
        ),
        (
            "good",
            "v1.0",
            with(
                "/conditions/locations",
                json!({ "includeLocations": ["5c7f3e1a-0000-4000-8000-000000000001"] }),
            ),
            "1040",
        ),
        (
            "good",
            "v1.0",
            with(
                "/conditions/clientApplications",
                json!({ "includeServicePrincipals": ["ServicePrincipalsInMyTenant"] }),
            ),
            "1150",
        ),
        ("no-policies", "v1.0", with("/conditions/signInRiskLevels", json!(["high"])), "1039"),
        ("no-policies", "v1.0", with("/conditions/agentIdRiskLevels", json!("high")), "1038"),
        ("no-licence", "v1.0", policy(), "not licensed"),
        ("security-defaults", "v1.0", with("/state", json!("enabled")), "Security Defaults is enabled"),
    ];
    cases.sort_by_key(|case| case.0);
    for (key, version, body, text) in cases {
        let caller = writer(&bench, key).await;
        let (status, answer) = caller.post(&format!("/{version}{POLICIES}"), &body).await;
        assert_eq!(status, 400, "{key} {text}: {answer}");
        assert_eq!(answer["error"]["code"], "BadRequest");
        assert!(
            answer["error"]["message"].as_str().is_some_and(|message| message.contains(text)),
            "{text}: {answer}"
        );
    }
    let caller = writer(&bench, "security-defaults").await;
    assert_eq!(caller.post(&format!("/v1.0{POLICIES}"), &policy()).await.0, 201, "report-only is allowed");
    let caller = writer(&bench, "no-policies").await;
    let beta = with("/conditions/agentIdRiskLevels", json!("high"));
    assert_eq!(caller.post(&format!("/beta{POLICIES}"), &beta).await.0, 201);
    bench.sim.stop().await;
}

#[tokio::test]
async fn writing_needs_three_permissions_and_managed_policies_stay() {
    let bench = Bench::start().await;
    let reader = bench.caller("good").await;
    let (status, body) = reader.post(&format!("/v1.0{POLICIES}"), &policy()).await;
    assert_eq!((status, &body["error"]["code"]), (403, &json!("AccessDenied")));
    let caller = writer(&bench, "messy").await;
    let list =
        caller.ok(&format!("/v1.0{POLICIES}?$filter=startswith(displayName,'Microsoft-managed')")).await;
    let id = list["value"][0]["id"].as_str().expect("a managed policy");
    assert_eq!(caller.send(caller.request(Method::DELETE, &format!("/v1.0{POLICIES}/{id}"))).await.0, 400);
    bench.sim.stop().await;
}

#[tokio::test]
async fn a_new_location_is_unknown_for_some_seconds_and_a_trusted_one_stays() {
    let bench = Bench::start().await;
    let caller = writer(&bench, "good").await;
    let location = json!({
        "@odata.type": "#microsoft.graph.ipNamedLocation", "displayName": "Branch", "isTrusted": true,
        "ipRanges": [{ "@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "198.51.100.129/25" }],
    });
    let (_, made) = caller.post(&format!("/v1.0{LOCATIONS}"), &location).await;
    let id = made["id"].as_str().expect("an id").to_owned();
    let wanted = with("/conditions/locations", json!({ "includeLocations": [id] }));
    let (status, body) = caller.post(&format!("/v1.0{POLICIES}"), &wanted).await;
    assert_eq!(status, 400);
    assert!(body["error"]["message"].as_str().is_some_and(|message| message.starts_with("1040")));
    let path = format!("/v1.0{LOCATIONS}/{id}");
    assert_eq!(caller.send(caller.request(Method::DELETE, &path)).await.0, 400, "trusted");
    let untrust = json!({ "@odata.type": "#microsoft.graph.ipNamedLocation", "isTrusted": false });
    assert_eq!(caller.send(caller.request(Method::PATCH, &path).json(&untrust)).await.0, 204);
    assert_eq!(caller.send(caller.request(Method::DELETE, &path)).await.0, 204);
    let (_, made) = caller.post(&format!("/v1.0{LOCATIONS}"), &location).await;
    bench.control().settings_update(|settings| settings.clock_offset_s = 5);
    let wanted = with("/conditions/locations", json!({ "includeLocations": [made["id"]] }));
    assert_eq!(caller.post(&format!("/v1.0{POLICIES}"), &wanted).await.0, 201);
    for wrong in ["0.0.0.0/8", "1.2.3.4", "1.2.3.4/33", "no/24"] {
        let mut body = location.clone();
        body["ipRanges"][0]["cidrAddress"] = json!(wrong);
        assert_eq!(caller.post(&format!("/v1.0{LOCATIONS}"), &body).await.0, 400, "{wrong}");
    }
    bench.sim.stop().await;
}

#[tokio::test]
async fn changes_are_audited_after_a_while_with_whole_policies() {
    let bench = Bench::start().await;
    let caller = writer(&bench, "good").await;
    let (_, made) = caller.post(&format!("/v1.0{POLICIES}"), &policy()).await;
    let id = made["id"].as_str().expect("an id");
    let path = format!("/v1.0/auditLogs/directoryAudits?$filter=targetResources/any(t:t/id eq '{id}')");
    assert_eq!(caller.ok(&path).await["value"], json!([]), "the log lags behind");
    let patch = TenantEdit::PolicyPatch { policy: id.to_owned(), patch: json!({ "state": "disabled" }) };
    bench.control().edit("good", &patch).expect("a policy");
    bench.control().settings_update(|settings| settings.clock_offset_s = 120);
    let entries = caller.ok(&path).await;
    let entries = entries["value"].as_array().expect("a list");
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[0]["activityDisplayName"], "Update conditional access policy", "newest first");
    assert!(entries[0]["initiatedBy"]["user"]["userPrincipalName"].is_string());
    assert_eq!(entries[0]["initiatedBy"]["app"], Value::Null);
    assert_eq!(entries[1]["activityDisplayName"], "Add conditional access policy");
    assert_eq!(entries[1]["initiatedBy"]["app"]["displayName"], "Policytab");
    let change = &entries[0]["targetResources"][0]["modifiedProperties"][0];
    let old: Value =
        serde_json::from_str(change["oldValue"].as_str().expect("text")).expect("a policy as JSON");
    assert_eq!(old["state"], "enabledForReportingButNotEnforced");
    bench.sim.stop().await;
}
