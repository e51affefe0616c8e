//! The control endpoint over HTTP.

use policytab_graph_sim::{Seed, Sim, SimConfig, SimError};
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::common::Bench;

async fn ask(bench: &Bench, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
    let request = bench.client.request(method, bench.url(path));
    let request = match body {
        Some(body) => request.json(&body),
        None => request,
    };
    let response = request.send().await.expect("an answer");
    let status = response.status().as_u16();
    (status, response.json().await.unwrap_or(Value::Null))
}

#[tokio::test]
async fn tenants_are_listed_copied_and_edited() {
    let bench = Bench::start().await;
    let (_, list) = ask(&bench, Method::GET, "/_sim/tenants", None).await;
    let tenants = list["tenants"].as_array().expect("a list");
    assert_eq!(tenants.len(), 13);
    for tenant in tenants {
        let secret = tenant["client_secret"].as_str().expect("a secret");
        assert_eq!(secret.len(), 40);
        assert!(secret.contains('~') && !tenant.to_string().contains("null"));
    }
    let wanted = json!({ "name": "Second Dentist", "template": "messy" });
    let (status, copy) = ask(&bench, Method::POST, "/_sim/tenants", Some(wanted.clone())).await;
    assert_eq!(status, 201);
    assert_ne!(copy["tenant_id"], bench.tenant("messy").tenant_id.as_str());
    let caller = bench.caller("second-dentist").await;
    let policies = caller.ok("/beta/identity/conditionalAccess/policies").await;
    assert_eq!(policies["value"].as_array().map(Vec::len), Some(31));
    let organization = caller.ok("/v1.0/organization").await;
    assert_eq!(organization["value"][0]["id"], copy["tenant_id"]);
    assert_eq!(ask(&bench, Method::POST, "/_sim/tenants", Some(wanted)).await.0, 422, "the name is taken");
    let edit = json!({ "edit": "policy_put", "policy": {
        "displayName": "Made in the portal", "state": "disabled", "conditions": {},
    }});
    assert_eq!(ask(&bench, Method::POST, "/_sim/tenants/second-dentist/edit", Some(edit)).await.0, 200);
    let edit = json!({ "edit": "policy_delete", "policy": "Pilot" });
    assert_eq!(ask(&bench, Method::POST, "/_sim/tenants/second-dentist/edit", Some(edit)).await.0, 200);
    let policies = caller.ok("/beta/identity/conditionalAccess/policies").await;
    let names = crate::common::names(&policies);
    assert!(names.contains(&"Made in the portal") && !names.contains(&"Pilot"));
    for (tenant, edit) in [
        ("nobody", json!({ "edit": "secret_expire" })),
        ("good", json!({ "edit": "policy_delete", "policy": "x" })),
    ] {
        let (status, body) =
            ask(&bench, Method::POST, &format!("/_sim/tenants/{tenant}/edit"), Some(edit)).await;
        assert_eq!(status, 404);
        assert!(body["error"].is_string());
    }
    bench.sim.stop().await;
}

#[tokio::test]
async fn a_deleted_group_dangles_in_policies() {
    let bench = Bench::start().await;
    let caller = bench.caller("good").await;
    let groups = caller.ok("/v1.0/groups?$filter=displayName eq 'CA-BreakGlass'").await;
    let id = groups["value"][0]["id"].as_str().expect("a group");
    let edit = json!({ "edit": "object_delete", "id": id });
    assert_eq!(ask(&bench, Method::POST, "/_sim/tenants/good/edit", Some(edit)).await.0, 200);
    assert_eq!(caller.get(&format!("/v1.0/groups/{id}")).await.0, 404);
    let policies = caller.ok("/v1.0/identity/conditionalAccess/policies").await;
    assert!(policies.to_string().contains(id));
    bench.sim.stop().await;
}

#[tokio::test]
async fn settings_faults_and_requests_are_within_reach() {
    let bench = Bench::start().await;
    let (status, settings) =
        ask(&bench, Method::PATCH, "/_sim/settings", Some(json!({ "common_mode": "50059" }))).await;
    assert_eq!(
        (status, &settings["common_mode"], &settings["ca_throttle"]),
        (200, &json!("50059"), &json!("off"))
    );
    assert_eq!(ask(&bench, Method::PATCH, "/_sim/settings", Some(json!({ "speed": 1 }))).await.0, 400);
    let fault = json!({ "tenant": "good", "path": "/groups*", "count": 1, "kind": "status", "status": 503 });
    let (status, made) = ask(&bench, Method::POST, "/_sim/faults", Some(fault)).await;
    assert_eq!(status, 201);
    let caller = bench.caller("good").await;
    assert_eq!(caller.get("/v1.0/groups").await.0, 503);
    assert_eq!(caller.get("/v1.0/groups").await.0, 200);
    let (_, faults) = ask(&bench, Method::GET, "/_sim/faults", None).await;
    assert_eq!(faults["faults"][0]["hits"], 1);
    let one = format!("/_sim/faults/{}", made["id"]);
    assert_eq!(ask(&bench, Method::DELETE, &one, None).await.0, 204);
    assert_eq!(ask(&bench, Method::DELETE, &one, None).await.0, 404);
    let (_, log) = ask(&bench, Method::GET, "/_sim/requests?tenant=good&path=/groups", None).await;
    let statuses: Vec<_> =
        log["requests"].as_array().into_iter().flatten().map(|entry| entry["status"].as_u64()).collect();
    assert_eq!(statuses, [Some(503), Some(200)]);
    let (_, log) = ask(&bench, Method::GET, "/_sim/requests", None).await;
    let text = log.to_string();
    assert!(text.contains("client_secret=***") || text.contains("client_secret=%2A%2A%2A"), "{text}");
    assert!(!text.contains(&caller.token) && !text.contains(&bench.tenant("good").client_secret));
    assert_eq!(ask(&bench, Method::DELETE, "/_sim/requests", None).await.0, 204);
    assert!(bench.control().requests().is_empty());
    assert_eq!(ask(&bench, Method::GET, "/_sim/nonsense", None).await.0, 404);
    bench.sim.stop().await;
}

#[tokio::test]
async fn a_control_token_is_demanded_where_set() {
    let config =
        SimConfig { seed: Seed::Empty, control_token: Some("let me in".to_owned()), ..SimConfig::default() };
    let sim = Sim::start(config).await.expect("the emulator starts");
    let url = format!("{}/_sim/tenants", sim.base_url());
    let client = Client::new();
    assert_eq!(client.get(&url).send().await.expect("an answer").status(), 401);
    assert_eq!(client.get(&url).bearer_auth("let me in").send().await.expect("an answer").status(), 200);
    assert!(sim.demo_tenants().is_empty());
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_is_one_clear_error() {
    let sim = Sim::start(SimConfig { seed: Seed::Empty, ..SimConfig::default() })
        .await
        .expect("the emulator starts");
    let bind = sim.base_url().trim_start_matches("http://").parse().expect("an address");
    let second = Sim::start(SimConfig { bind, seed: Seed::Empty, ..SimConfig::default() }).await;
    assert!(matches!(second, Err(SimError::Bind { address, .. }) if address == bind));
    let url = sim.base_url();
    sim.stop().await;
    assert!(Client::new().get(url).send().await.is_err(), "stopped is stopped");
}
