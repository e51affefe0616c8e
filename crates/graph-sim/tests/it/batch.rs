//! `$batch`.

use std::collections::BTreeMap;

use policytab_graph_sim::{CaThrottle, Fault, FaultKind, FaultScope};
use serde_json::{Value, json};

use crate::common::{Bench, Caller};

async fn batch(caller: &Caller<'_>, requests: Value) -> (u16, BTreeMap<String, Value>, Vec<String>) {
    let (status, body) = caller.post("/v1.0/$batch", &json!({ "requests": requests })).await;
    let list = body["responses"].as_array().cloned().unwrap_or_default();
    let order = list.iter().map(|response| response["id"].as_str().unwrap_or_default().to_owned()).collect();
    let by_id =
        list.into_iter().map(|response| (response["id"].as_str().unwrap_or_default().to_owned(), response));
    (status, by_id.collect(), order)
}

fn get(id: &str, url: &str) -> Value {
    json!({ "id": id, "method": "GET", "url": url })
}

#[tokio::test]
async fn parts_answer_on_their_own_and_in_another_order() {
    let bench = Bench::start().await;
    let caller = bench.caller("good").await;
    let (_, groups) = caller.get("/v1.0/groups").await;
    let group = groups["value"][0]["id"].as_str().expect("a group");
    let (status, parts, order) = batch(
        &caller,
        json!([
            get("1", "/organization?$select=id,displayName"),
            get("2", "groups/5c7f3e1a-0000-4000-8000-000000000001"),
            get("3", "/nonsense"),
            { "id": "4", "method": "GET", "url": format!("/groups/{group}/transitiveMembers/$count"), "headers": { "ConsistencyLevel": "eventual" } },
            { "id": "5", "method": "POST", "url": "/directoryObjects/getByIds", "headers": { "Content-Type": "application/json" }, "body": { "ids": [group] } },
        ]),
    )
    .await;
    assert_eq!(status, 200);
    assert_ne!(order, ["1", "2", "3", "4", "5"]);
    let statuses: Vec<_> = parts.values().map(|part| part["status"].as_u64().unwrap_or_default()).collect();
    assert_eq!(statuses, [200, 404, 400, 200, 200]);
    assert_eq!(parts["1"]["body"]["value"][0]["displayName"], "Alder & Finch Accountants");
    assert_eq!(parts["4"]["body"], json!(2), "a bare count is a number");
    assert_eq!(parts["5"]["body"]["value"][0]["id"], group);
    assert!(parts["2"]["body"]["error"]["innerError"]["request-id"].is_string());
    bench.sim.stop().await;
}

#[tokio::test]
async fn a_malformed_batch_fails_as_a_whole() {
    let bench = Bench::start().await;
    let caller = bench.caller("good").await;
    let many: Vec<_> = (0..21).map(|number| get(&number.to_string(), "/organization")).collect();
    for requests in [
        json!(many),
        json!([get("1", "/organization"), get("1", "/domains")]),
        json!([{ "id": "1", "method": "GET" }]),
        json!([{ "id": "1", "method": "POST", "url": "/directoryObjects/getByIds", "body": { "ids": [] } }]),
        json!([get("1", "https://graph.microsoft.com/v1.0/organization")]),
        json!("nothing"),
    ] {
        let (status, _, _) = batch(&caller, requests.clone()).await;
        assert_eq!(status, 400, "{requests}");
    }
    bench.sim.stop().await;
}

#[tokio::test]
async fn parts_are_throttled_and_dependants_fail() {
    let bench = Bench::strict().await;
    let caller = bench.caller("good").await;
    let requests = json!([
        get("a", "/identity/conditionalAccess/policies"),
        get("b", "/identity/conditionalAccess/namedLocations"),
        { "id": "c", "method": "GET", "url": "/organization", "dependsOn": ["b"] },
        { "id": "d", "method": "GET", "url": "/organization", "dependsOn": ["a"] },
    ]);
    let (status, parts, _) = batch(&caller, requests).await;
    let statuses: Vec<_> = parts.values().map(|part| part["status"].as_u64().unwrap_or_default()).collect();
    assert_eq!((status, statuses), (200, vec![200, 429, 424, 200]));
    bench.control().settings_update(|settings| settings.ca_throttle = CaThrottle::Off);
    let mut fault =
        Fault::on("/groups/*", FaultKind::Status { status: 429, retry_after: Some("1".to_owned()) }).times(1);
    fault.scope = FaultScope::Inner;
    bench.control().fault_set(fault).expect("a fault");
    let (_, groups) = caller.get("/v1.0/groups").await;
    let id = groups["value"][0]["id"].as_str().expect("a group");
    let part = get("1", &format!("/groups/{id}/members"));
    let (status, parts, _) = batch(&caller, json!([part])).await;
    assert_eq!((status, &parts["1"]["status"]), (200, &json!(429)));
    assert_eq!(parts["1"]["headers"]["Retry-After"], "1");
    let (_, parts, _) = batch(&caller, json!([part])).await;
    assert_eq!(parts["1"]["status"], 200, "once only");
    bench.sim.stop().await;
}
