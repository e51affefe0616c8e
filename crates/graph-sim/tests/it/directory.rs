//! Users, groups, memberships, roles, applications, licences.

use reqwest::Method;
use serde_json::{Value, json};

use crate::common::{Bench, Caller};

async fn group(caller: &Caller<'_>, name: &str) -> String {
    let body = caller.ok(&format!("/v1.0/groups?$filter=displayName eq '{name}'")).await;
    body["value"][0]["id"].as_str().expect("a group").to_owned()
}

#[tokio::test]
async fn lists_come_in_pages_of_100_and_999_at_most() {
    let bench = Bench::start().await;
    let caller = bench.caller("large").await;
    let first = caller.ok("/v1.0/users").await;
    assert_eq!(first["value"].as_array().map(Vec::len), Some(100));
    assert!(first["value"][0].get("accountEnabled").is_none(), "not in the default set");
    let (users, pages) = caller.pages("/v1.0/users?$top=999&$select=id,accountEnabled").await;
    assert_eq!((users.len(), pages), (3202, 4));
    assert_eq!(users[0].as_object().map(serde_json::Map::len), Some(2));
    let ids: std::collections::BTreeSet<_> = users.iter().map(|user| user["id"].as_str()).collect();
    assert_eq!(ids.len(), 3202, "no page repeats another");
    let (status, body) = caller.get("/v1.0/users?$top=1000").await;
    assert_eq!((status, &body["error"]["code"]), (400, &json!("Request_UnsupportedQuery")));
    let (status, _) = caller.get("/v1.0/users?$skiptoken=mine").await;
    assert_eq!(status, 400, "tokens cannot be made up");
    let (status, _) = caller.get("/v1.0/users?$select=id,shoeSize").await;
    assert_eq!(status, 400);
    let (service_principals, pages) = caller.pages("/v1.0/servicePrincipals").await;
    assert_eq!((service_principals.len(), pages), (136, 2));
    bench.sim.stop().await;
}

#[tokio::test]
async fn memberships_are_flattened_typed_cast_and_counted() {
    let bench = Bench::start().await;
    let caller = bench.caller("messy").await;
    let id = group(&caller, "All clinics").await;
    let direct = caller.ok(&format!("/v1.0/groups/{id}/members")).await;
    let kinds: Vec<&str> = direct["value"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|member| member["@odata.type"].as_str())
        .collect();
    assert_eq!(kinds, ["#microsoft.graph.group", "#microsoft.graph.user"]);
    let all = caller.ok(&format!("/v1.0/groups/{id}/transitiveMembers?$select=id")).await;
    assert_eq!(all["value"].as_array().map(Vec::len), Some(22));
    assert_eq!(all["value"][0].as_object().map(serde_json::Map::len), Some(2), "id and type");
    let users = caller.ok(&format!("/v1.0/groups/{id}/transitiveMembers/microsoft.graph.user")).await;
    assert_eq!(users["value"].as_array().map(Vec::len), Some(21));
    let (status, _) = caller.get(&format!("/v1.0/groups/{id}/transitiveMembers/$count")).await;
    assert_eq!(status, 400, "counts need the header");
    for (path, count) in
        [("transitiveMembers/$count", "22"), ("transitiveMembers/microsoft.graph.user/$count", "21")]
    {
        let request = caller.request(Method::GET, &format!("/v1.0/groups/{id}/{path}"));
        let response = request.header("ConsistencyLevel", "eventual").send().await.expect("an answer");
        assert_eq!(response.text().await.expect("text"), count);
    }
    let (status, body) = caller.get("/v1.0/groups/5c7f3e1a-0000-4000-8000-000000000001/members").await;
    assert_eq!((status, &body["error"]["code"]), (404, &json!("Request_ResourceNotFound")));
    bench.sim.stop().await;
}

#[tokio::test]
async fn advanced_queries_need_the_header_and_the_count() {
    let bench = Bench::start().await;
    let caller = bench.caller("good").await;
    let path = "/v1.0/users?$filter=userType ne 'Guest'";
    let (status, body) = caller.get(path).await;
    assert_eq!((status, &body["error"]["code"]), (400, &json!("Request_UnsupportedQuery")));
    let request =
        caller.request(Method::GET, &format!("{path}&$count=true")).header("ConsistencyLevel", "eventual");
    let (status, body) = caller.send(request).await;
    assert_eq!((status, &body["@odata.count"]), (200, &json!(43)));
    bench.sim.stop().await;
}

#[tokio::test]
async fn get_by_ids_drops_the_unknown_and_limits_the_rest() {
    let bench = Bench::start().await;
    let caller = bench.caller("messy").await;
    let users = caller.ok("/v1.0/users?$top=3").await;
    let mut ids: Vec<Value> =
        users["value"].as_array().into_iter().flatten().map(|user| user["id"].clone()).collect();
    ids.push(json!("5c7f3e1a-0000-4000-8000-000000000001"));
    let (status, body) = caller
        .post("/v1.0/directoryObjects/getByIds", &json!({ "ids": ids, "types": ["user", "group"] }))
        .await;
    assert_eq!(status, 200);
    assert_eq!(body["value"].as_array().map(Vec::len), Some(3));
    assert_eq!(body["value"][0]["@odata.type"], "#microsoft.graph.user");
    let (_, none) =
        caller.post("/v1.0/directoryObjects/getByIds", &json!({ "ids": ids, "types": ["group"] })).await;
    assert_eq!(none["value"], json!([]));
    let many: Vec<_> = (0..1001).map(|number| format!("5c7f3e1a-0000-4000-8000-{number:012}")).collect();
    let (status, body) = caller.post("/v1.0/directoryObjects/getByIds", &json!({ "ids": many })).await;
    assert_eq!((status, &body["error"]["code"]), (400, &json!("Request_BadRequest")));
    let (status, _) = caller.post("/v1.0/directoryObjects/getByIds?$select=id", &json!({ "ids": [] })).await;
    assert_eq!(status, 400);
    bench.sim.stop().await;
}

#[tokio::test]
async fn roles_tell_who_holds_them_and_where() {
    let bench = Bench::start().await;
    let caller = bench.caller("messy").await;
    let assignments = caller.ok("/v1.0/roleManagement/directory/roleAssignments").await;
    let list = assignments["value"].as_array().expect("a list");
    let admins =
        list.iter().filter(|item| item["roleDefinitionId"] == "62e90394-69f5-4237-9190-012177145e10");
    assert_eq!(admins.count(), 3);
    assert!(list.iter().any(|item| {
        item["directoryScopeId"].as_str().is_some_and(|scope| scope.starts_with("/administrativeUnits/"))
    }));
    let members = caller
        .ok("/v1.0/directoryRoles(roleTemplateId='62e90394-69f5-4237-9190-012177145e10')/members")
        .await;
    assert_eq!(members["value"].as_array().map(Vec::len), Some(3));
    let scoped = caller
        .ok("/v1.0/directoryRoles(roleTemplateId='fe930be7-5e62-47db-91af-98c3a49a38b1')/members")
        .await;
    assert_eq!(scoped["value"], json!([]), "a role in a unit is no tenant-wide role");
    let paged = bench.caller("large").await;
    let (all, pages) = paged.pages("/v1.0/roleManagement/directory/roleAssignments").await;
    assert_eq!((all.len(), pages), (145, 2));
    bench.sim.stop().await;
}

#[tokio::test]
async fn an_app_reads_when_its_secret_expires() {
    let bench = Bench::start().await;
    let good = bench.tenant("good");
    let caller = bench.caller("good").await;
    let path =
        format!("/v1.0/applications(appId='{}')?$select=id,displayName,passwordCredentials", good.client_id);
    let body = caller.ok(&path).await;
    let credential = &body["passwordCredentials"][0];
    assert_eq!(credential["hint"].as_str(), good.client_secret.get(..3));
    assert_eq!(credential["secretText"], Value::Null);
    assert!(credential["endDateTime"].as_str().is_some_and(|end| end.ends_with('Z')));
    assert!(!body.to_string().contains(&good.client_secret));
    bench.sim.stop().await;
}

#[tokio::test]
async fn licences_come_with_their_states() {
    let bench = Bench::start().await;
    let body = bench.caller("messy").await.ok("/v1.0/subscribedSkus").await;
    let states: Vec<_> = body["value"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|sku| {
            (
                sku["skuPartNumber"].as_str().unwrap_or_default(),
                sku["capabilityStatus"].as_str().unwrap_or_default(),
            )
        })
        .collect();
    assert!(states.contains(&("SPB", "Enabled")));
    assert!(states.contains(&("AAD_PREMIUM_P2", "Warning")));
    assert!(states.contains(&("EMS", "Suspended")));
    assert!(states.contains(&("IDENTITY_THREAT_PROTECTION", "Enabled")), "P2 without P1");
    let tenant = bench.tenant("messy").tenant_id;
    assert!(body["value"][0]["id"].as_str().is_some_and(|id| id.starts_with(&format!("{tenant}_"))));
    bench.sim.stop().await;
}
