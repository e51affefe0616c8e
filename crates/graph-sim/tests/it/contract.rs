//! Every answer of the emulator keeps Graph's published contract.

use std::collections::BTreeMap;

use jsonschema::Validator;
use policytab_test_support::shared;
use serde_json::{Value, json};

use crate::common::{Bench, Caller};

/// Operations by path template, and schemas to check answers against.
pub(crate) struct Contract {
    document: Value,
    beta: Value,
    validators: BTreeMap<String, Validator>,
}

impl Contract {
    pub(crate) fn load() -> Option<Self> {
        let read = |name: &str| {
            let text = std::fs::read_to_string(shared("graph")?.join(name)).expect("a readable contract");
            Some(serde_json::from_str::<Value>(&text).expect("a contract in JSON"))
        };
        let mut document = read("conditional-access.openapi.json")?;
        let beta = read("conditional-access.beta.schemas.json")?;
        nullable(&mut document["components"]);
        let mut beta = beta;
        nullable(&mut beta["components"]);
        Some(Self { document, beta, validators: BTreeMap::new() })
    }

    /// The schema of an answer of `template` with this status.
    fn schema(&self, method: &str, template: &str, status: u16) -> Value {
        let responses = &self.document["paths"][template][method]["responses"];
        let class = format!("{}XX", status / 100);
        let response = responses.get(status.to_string()).or_else(|| responses.get(class));
        let response = response.unwrap_or_else(|| panic!("{method} {template} has no answer {status}"));
        response["content"]["application/json"]["schema"].clone()
    }

    pub(crate) fn check(&mut self, method: &str, template: &str, status: u16, body: &Value) {
        let schema = self.schema(method, template, status);
        if schema.is_null() {
            assert!(body.is_null(), "{method} {template} {status} has no body in the contract: {body}");
            return;
        }
        let components = self.document["components"].clone();
        self.validate(&format!("{method} {template} {status}"), schema, components, body);
    }

    /// Checks against a beta schema by name.
    pub(crate) fn check_beta(&mut self, name: &str, body: &Value) {
        let schema = json!({ "$ref": format!("#/components/schemas/{name}") });
        let components = self.beta["components"].clone();
        self.validate(&format!("beta {name}"), schema, components, body);
    }

    fn validate(&mut self, key: &str, mut schema: Value, components: Value, body: &Value) {
        let validator = self.validators.entry(key.to_owned()).or_insert_with(|| {
            if let Some(object) = schema.as_object_mut() {
                object.insert("components".to_owned(), components);
            }
            jsonschema::draft4::new(&schema).expect("a usable schema")
        });
        let errors: Vec<String> = validator
            .iter_errors(body)
            .take(5)
            .map(|error| format!("{} at {}", error, error.instance_path))
            .collect();
        let start: String = body.to_string().chars().take(600).collect();
        assert!(errors.is_empty(), "{key}: {errors:#?}\n{start}");
    }
}

/// OpenAPI 3.0 says `nullable`, JSON Schema says it with types.
fn nullable(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            object.values_mut().for_each(nullable);
            if object.get("nullable") == Some(&json!(true)) {
                if let Some(kind) = object.get("type").filter(|kind| kind.is_string()).cloned() {
                    object.insert("type".to_owned(), json!([kind, "null"]));
                }
                if let Some(values) = object.get_mut("enum").and_then(Value::as_array_mut)
                    && !values.contains(&Value::Null)
                {
                    values.push(Value::Null);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(nullable),
        _ => {}
    }
}

/// Template of the contract and path to ask, for every supported read. `{group}` and the like are filled in.
const READS: &[(&str, &str)] = &[
    ("/identity/conditionalAccess/policies", "/identity/conditionalAccess/policies"),
    (
        "/identity/conditionalAccess/policies/{conditionalAccessPolicy-id}",
        "/identity/conditionalAccess/policies/{policy}",
    ),
    ("/identity/conditionalAccess/namedLocations", "/identity/conditionalAccess/namedLocations"),
    (
        "/identity/conditionalAccess/namedLocations/{namedLocation-id}",
        "/identity/conditionalAccess/namedLocations/{location}",
    ),
    ("/identity/conditionalAccess/templates", "/identity/conditionalAccess/templates"),
    (
        "/identity/conditionalAccess/deletedItems/policies",
        "/identity/conditionalAccess/deletedItems/policies",
    ),
    (
        "/identity/conditionalAccess/deletedItems/namedLocations",
        "/identity/conditionalAccess/deletedItems/namedLocations",
    ),
    (
        "/identity/conditionalAccess/authenticationContextClassReferences",
        "/identity/conditionalAccess/authenticationContextClassReferences",
    ),
    (
        "/identity/conditionalAccess/authenticationContextClassReferences/{authenticationContextClassReference-id}",
        "/identity/conditionalAccess/authenticationContextClassReferences/c1",
    ),
    (
        "/identity/conditionalAccess/authenticationStrength/policies",
        "/identity/conditionalAccess/authenticationStrength/policies",
    ),
    ("/policies/authenticationStrengthPolicies", "/policies/authenticationStrengthPolicies"),
    (
        "/policies/authenticationStrengthPolicies/{authenticationStrengthPolicy-id}",
        "/policies/authenticationStrengthPolicies/00000000-0000-0000-0000-000000000004",
    ),
    (
        "/policies/authenticationStrengthPolicies/{authenticationStrengthPolicy-id}/combinationConfigurations",
        "/policies/authenticationStrengthPolicies/00000000-0000-0000-0000-000000000004/combinationConfigurations",
    ),
    (
        "/policies/authenticationStrengthPolicies/{authenticationStrengthPolicy-id}/usage()",
        "/policies/authenticationStrengthPolicies/00000000-0000-0000-0000-000000000004/usage()",
    ),
    (
        "/policies/identitySecurityDefaultsEnforcementPolicy",
        "/policies/identitySecurityDefaultsEnforcementPolicy",
    ),
    ("/policies/authenticationMethodsPolicy", "/policies/authenticationMethodsPolicy"),
    ("/policies/authorizationPolicy", "/policies/authorizationPolicy"),
    ("/policies/crossTenantAccessPolicy", "/policies/crossTenantAccessPolicy"),
    ("/policies/crossTenantAccessPolicy/default", "/policies/crossTenantAccessPolicy/default"),
    ("/policies/crossTenantAccessPolicy/partners", "/policies/crossTenantAccessPolicy/partners"),
    ("/organization", "/organization"),
    ("/organization/{organization-id}", "/organization/{tenant}"),
    ("/domains", "/domains"),
    ("/domains/{domain-id}", "/domains/{domain}"),
    ("/subscribedSkus", "/subscribedSkus"),
    ("/groups", "/groups"),
    ("/groups/{group-id}", "/groups/{group}"),
    ("/groups/{group-id}/members", "/groups/{group}/members"),
    ("/groups/{group-id}/transitiveMembers", "/groups/{group}/transitiveMembers"),
    ("/users", "/users?$top=40"),
    ("/users/{user-id}", "/users/{user}"),
    ("/users/{user-id}/licenseDetails", "/users/{user}/licenseDetails"),
    ("/users/{user-id}/transitiveMemberOf", "/users/{user}/transitiveMemberOf"),
    ("/directoryObjects/{directoryObject-id}", "/directoryObjects/{user}"),
    ("/servicePrincipals", "/servicePrincipals"),
    ("/servicePrincipals(appId='{appId}')", "/servicePrincipals(appId='{client}')"),
    ("/applications", "/applications"),
    (
        "/applications(appId='{appId}')",
        "/applications(appId='{client}')?$select=id,displayName,passwordCredentials",
    ),
    ("/directoryRoles", "/directoryRoles"),
    ("/directoryRoleTemplates", "/directoryRoleTemplates"),
    ("/roleManagement/directory/roleDefinitions", "/roleManagement/directory/roleDefinitions"),
    ("/roleManagement/directory/roleAssignments", "/roleManagement/directory/roleAssignments"),
    ("/auditLogs/directoryAudits", "/auditLogs/directoryAudits"),
    ("/auditLogs/signIns", "/auditLogs/signIns"),
    (
        "/reports/authenticationMethods/userRegistrationDetails",
        "/reports/authenticationMethods/userRegistrationDetails",
    ),
    ("/agreements", "/agreements"),
];

/// Reads everything of a tenant and checks each answer, refusals among them.
pub(crate) async fn read_all(contract: &mut Contract, caller: &Caller<'_>, key: &str) {
    let tenant = caller.bench.tenant(key);
    let first = |list: &Value| {
        list["value"][0]["id"].as_str().unwrap_or("00000000-dead-beef-0000-000000000000").to_owned()
    };
    let (_, policies) = caller.get("/v1.0/identity/conditionalAccess/policies").await;
    let (_, locations) = caller.get("/v1.0/identity/conditionalAccess/namedLocations").await;
    let (_, groups) = caller.get("/v1.0/groups").await;
    let (_, users) = caller.get("/v1.0/users").await;
    for (template, path) in READS {
        let path = path
            .replace("{policy}", &first(&policies))
            .replace("{location}", &first(&locations))
            .replace("{group}", &first(&groups))
            .replace("{user}", &first(&users))
            .replace("{tenant}", &tenant.tenant_id)
            .replace("{domain}", &tenant.domain)
            .replace("{client}", &tenant.client_id);
        let (status, body) = caller.get(&format!("/v1.0{path}")).await;
        contract.check("get", template, status, &body);
    }
    for kind in ["policies", "namedLocations"] {
        let (status, body) = caller.get(&format!("/beta/identity/conditionalAccess/{kind}")).await;
        if status != 200 {
            continue;
        }
        for item in body["value"].as_array().expect("a list") {
            let name = match item["@odata.type"].as_str() {
                Some(kind) => kind.trim_start_matches('#').to_owned(),
                None => "microsoft.graph.conditionalAccessPolicy".to_owned(),
            };
            contract.check_beta(&name, item);
        }
    }
    let ids: Vec<&str> = [&users, &groups]
        .iter()
        .flat_map(|list| list["value"].as_array().into_iter().flatten().take(5))
        .filter_map(|item| item["id"].as_str())
        .collect();
    let (status, body) = caller.post("/v1.0/directoryObjects/getByIds", &json!({ "ids": ids })).await;
    contract.check("post", "/directoryObjects/getByIds", status, &body);
    let requests = json!({ "requests": [
        { "id": "a", "method": "GET", "url": "/organization" },
        { "id": "b", "method": "GET", "url": "/identity/conditionalAccess/policies?$top=1" },
    ]});
    let (status, body) = caller.post("/v1.0/$batch", &requests).await;
    contract.check("post", "/$batch", status, &body);
}

#[tokio::test]
async fn every_answer_for_every_demo_tenant_keeps_the_contract() {
    let Some(mut contract) = Contract::load() else { return };
    let bench = Bench::start().await;
    for tenant in bench.sim.demo_tenants() {
        let key = tenant.key().to_owned();
        // Those that cannot sign in are put right first: what counts here is what Graph says.
        let control = bench.control();
        for edit in [
            json!({ "edit": "app_disabled", "disabled": false }),
            json!({ "edit": "service_principal", "present": true }),
            json!({ "edit": "block_apps", "blocked": false }),
            json!({ "edit": "secret_add" }),
        ] {
            control.edit(&key, &serde_json::from_value(edit).expect("an edit")).expect("a tenant");
        }
        let caller = bench.caller(&key).await;
        read_all(&mut contract, &caller, &key).await;
    }
    bench.sim.stop().await;
}

#[tokio::test]
async fn writes_keep_the_contract() {
    let Some(mut contract) = Contract::load() else { return };
    let bench = Bench::start().await;
    let control = bench.control();
    for permission in ["Policy.ReadWrite.ConditionalAccess", "Application.Read.All"] {
        let edit = serde_json::from_value(json!({ "edit": "permission_grant", "permission": permission }));
        control.edit("good", &edit.expect("an edit")).expect("a tenant");
    }
    let caller = bench.caller("good").await;
    let body = json!({
        "displayName": "New", "state": "disabled",
        "conditions": { "users": { "includeUsers": ["All"] }, "applications": { "includeApplications": ["All"] } },
        "grantControls": { "operator": "OR", "builtInControls": ["mfa"] },
    });
    let (status, made) = caller.post("/v1.0/identity/conditionalAccess/policies", &body).await;
    contract.check("post", "/identity/conditionalAccess/policies", status, &made);
    assert_eq!(status, 201);
    let (status, refused) = caller.post("/v1.0/identity/conditionalAccess/policies", &json!({})).await;
    contract.check("post", "/identity/conditionalAccess/policies", status, &refused);
    let location = json!({
        "@odata.type": "#microsoft.graph.ipNamedLocation", "displayName": "Branch", "isTrusted": false,
        "ipRanges": [{ "@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "198.51.100.128/25" }],
    });
    let (status, made) = caller.post("/v1.0/identity/conditionalAccess/namedLocations", &location).await;
    contract.check("post", "/identity/conditionalAccess/namedLocations", status, &made);
    assert_eq!(status, 201);
    control.settings_update(|settings| settings.clock_offset_s = 600);
    let audits = caller.ok("/v1.0/auditLogs/directoryAudits").await;
    contract.check("get", "/auditLogs/directoryAudits", 200, &audits);
    assert_eq!(audits["value"].as_array().map(Vec::len), Some(2));
    bench.sim.stop().await;
}

/// A checker that lets everything through would prove nothing.
#[tokio::test]
#[should_panic(expected = "get /identity/conditionalAccess/policies 200")]
async fn a_broken_answer_is_noticed() {
    let Some(mut contract) = Contract::load() else {
        panic!("get /identity/conditionalAccess/policies 200: nothing to check against");
    };
    let body = json!({ "value": [{ "id": "1", "displayName": "x", "state": "on", "conditions": {} }] });
    contract.check("get", "/identity/conditionalAccess/policies", 200, &body);
}
