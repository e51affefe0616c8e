//! A small tenant on a mock server, every answer of which a test may replace.

use super::{CLIENT, TENANT};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, Request, ResponseTemplate,
    matchers::{method, path},
};

pub(crate) const GROUP: &str = "6a0f0000-0000-4000-8000-00000000000a";
pub(crate) const USER: &str = "05e40000-0000-4000-8000-00000000000b";
pub(crate) const APP: &str = "a9900000-0000-4000-8000-00000000000c";
pub(crate) const ROLE: &str = "62e90394-69f5-4237-9190-012177145e10";

/// An unsigned token with these claims.
pub(crate) fn jwt(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.c2lnbmF0dXJl", part(&json!({"typ": "JWT", "alg": "RS256", "nonce": "n"})), part(claims))
}

pub(crate) fn claims() -> Value {
    json!({
        "tid": TENANT, "appid": CLIENT, "oid": USER, "idtyp": "app", "app_displayname": "Policytab",
        "roles": ["Policy.Read.All", "Directory.Read.All"], "ver": "1.0",
    })
}

pub(crate) fn token_answer(claims: &Value) -> ResponseTemplate {
    let body = json!({"token_type": "Bearer", "expires_in": 3599, "access_token": jwt(claims)});
    ResponseTemplate::new(200).set_body_json(body)
}

pub(crate) fn token_path() -> String {
    format!("/{TENANT}/oauth2/v2.0/token")
}

/// Answers a path before anything mounted by [`tenant`].
pub(crate) async fn first(server: &MockServer, verb: &str, at: &str, answer: ResponseTemplate) {
    Mock::given(method(verb)).and(path(at)).respond_with(answer).with_priority(1).mount(server).await;
}

/// The same, but only once.
pub(crate) async fn once(server: &MockServer, verb: &str, at: &str, answer: ResponseTemplate) {
    let mock = Mock::given(method(verb)).and(path(at)).respond_with(answer);
    mock.up_to_n_times(1).with_priority(1).mount(server).await;
}

pub(crate) fn list(items: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({"value": items}))
}

pub(crate) fn policy(id: &str) -> Value {
    json!({
        "id": id, "displayName": "Require MFA", "state": "enabled",
        "conditions": {
            "users": {"includeUsers": ["All"], "excludeGroups": [GROUP], "excludeUsers": [USER], "includeRoles": [ROLE]},
            "applications": {"includeApplications": [APP]},
        },
        "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
    })
}

pub(crate) const POLICY: &str = "9011c700-0000-4000-8000-00000000000d";

/// A tenant with one policy that names a group, a user, a role and an app.
pub(crate) async fn tenant() -> MockServer {
    let server = MockServer::start().await;
    let get =
        |at: &str, answer: ResponseTemplate| Mock::given(method("GET")).and(path(at)).respond_with(answer);
    let post =
        |at: &str, answer: ResponseTemplate| Mock::given(method("POST")).and(path(at)).respond_with(answer);
    let organization = json!([{
        "id": TENANT, "displayName": "Contoso", "verifiedDomains": [{"name": "contoso.example", "isDefault": true}],
    }]);
    let skus = json!([{
        "skuId": "078d2b04-f1bd-4111-bbd6-b4b1b354cef4", "skuPartNumber": "AAD_PREMIUM", "capabilityStatus": "Enabled",
        "prepaidUnits": {"enabled": 25}, "consumedUnits": 3,
        "servicePlans": [{"servicePlanId": "41781fb2-bc02-4b7c-bd55-b576c07bb09d", "provisioningStatus": "Success"}],
    }]);
    let objects = json!([
        {"@odata.type": "#microsoft.graph.group", "id": GROUP, "displayName": "Break glass"},
        {"@odata.type": "#microsoft.graph.user", "id": USER, "displayName": "Ada"},
    ]);
    let mocks = [
        post(&token_path(), token_answer(&claims())),
        get("/v1.0/organization", list(organization)),
        get("/v1.0/subscribedSkus", list(skus)),
        get("/beta/identity/conditionalAccess/policies", list(json!([policy(POLICY)]))),
        get("/v1.0/identity/conditionalAccess/policies", list(json!([{"id": POLICY}]))),
        get("/beta/identity/conditionalAccess/namedLocations", list(json!([]))),
        get("/v1.0/policies/authenticationStrengthPolicies", list(json!([]))),
        get("/v1.0/identity/conditionalAccess/authenticationContextClassReferences", list(json!([]))),
        get(
            "/v1.0/policies/identitySecurityDefaultsEnforcementPolicy",
            ResponseTemplate::new(200).set_body_json(json!({"isEnabled": false})),
        ),
        get(
            "/v1.0/roleManagement/directory/roleDefinitions",
            list(json!([{"id": ROLE, "templateId": ROLE, "displayName": "Global Administrator"}])),
        ),
        post("/v1.0/directoryObjects/getByIds", list(objects)),
    ];
    for mock in mocks {
        mock.mount(&server).await;
    }
    Mock::given(method("POST")).and(path("/v1.0/$batch")).respond_with(batch).mount(&server).await;
    server
}

/// Answers every inner request, last one first.
fn batch(request: &Request) -> ResponseTemplate {
    let asked: Value = serde_json::from_slice(&request.body).unwrap();
    let answers: Vec<Value> = asked["requests"]
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .map(|request| json!({"id": request["id"], "status": 200, "body": inner(request["url"].as_str().unwrap())}))
        .collect();
    ResponseTemplate::new(200).set_body_json(json!({"responses": answers}))
}

pub(crate) fn inner(url: &str) -> Value {
    if url.starts_with("/groups/") {
        json!({"@odata.count": 1, "value": [{"@odata.type": "#microsoft.graph.user", "id": USER}]})
    } else if url.starts_with("/roleManagement/") {
        json!({"value": [
            {"id": "a1", "principalId": USER, "directoryScopeId": "/"},
            {"id": "a2", "principalId": APP, "directoryScopeId": "/administrativeUnits/1"},
        ]})
    } else {
        json!({"id": APP, "appId": APP, "displayName": "Portal"})
    }
}
