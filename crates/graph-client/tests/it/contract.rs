//! Every request that the client sends is one that the published contract knows: path, method, query options, body.

use crate::common::sim::{CLOUD, client, credentials, demo, fleet, id};
use policytab_graph_sim::{RequestLog, TenantEdit};
use policytab_test_support::shared;
use serde_json::{Value, json};
use std::collections::BTreeSet;

struct Contract(Value);

impl Contract {
    /// The operation that a request means.
    fn operation(&self, method: &str, path: &str) -> Option<&Value> {
        let paths = self.0["paths"].as_object()?;
        // A literal path is meant before one with placeholders.
        let exact = paths.get(path).into_iter();
        let like = paths.iter().filter(|(template, _)| fits(template, path)).map(|(_, item)| item);
        exact.chain(like).find_map(|item| item.get(method.to_ascii_lowercase()))
    }

    fn check(&self, request: &RequestLog) -> Result<(), String> {
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        let path = path.strip_prefix("/v1.0").or_else(|| path.strip_prefix("/beta")).ok_or("no version")?;
        // OData lets any collection of directory objects be cast to one type; the reference page of the list shows
        // it for this one, and says that it is an advanced query.
        let cast = path.strip_suffix("/microsoft.graph.user");
        let path = cast.unwrap_or(path);
        let operation = self.operation(&request.method, path).ok_or("no such operation")?;
        let empty = Vec::new();
        let known: BTreeSet<&str> = operation["parameters"]
            .as_array()
            .unwrap_or(&empty)
            .iter()
            .filter_map(|parameter| parameter["name"].as_str())
            .collect();
        for (name, _) in url::form_urlencoded::parse(query.as_bytes()) {
            if !known.contains(name.as_ref()) && name != "$skiptoken" {
                return Err(format!("no query option {name}"));
            }
            let advanced =
                name == "$count" && operation["parameters"].to_string().contains("ConsistencyLevel");
            if advanced && request.headers.get("consistencylevel").map(String::as_str) != Some("eventual") {
                return Err("an advanced query without ConsistencyLevel".to_owned());
            }
        }
        if cast.is_some() && !query.contains("$count=true") {
            return Err("a cast without $count".to_owned());
        }
        self.check_body(request, operation)
    }

    fn check_body(&self, request: &RequestLog, operation: &Value) -> Result<(), String> {
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        if schema.is_null() {
            return if request.body.is_empty() {
                Ok(())
            } else {
                Err("a body where none belongs".to_owned())
            };
        }
        if request.headers.get("content-type").map(String::as_str) != Some("application/json") {
            return Err("a body that is not called JSON".to_owned());
        }
        let body: Value = serde_json::from_str(&request.body).map_err(|error| error.to_string())?;
        let mut whole = schema.clone();
        whole["components"] = self.0["components"].clone();
        let validator = jsonschema::validator_for(&whole).map_err(|error| error.to_string())?;
        validator.validate(&body).map_err(|error| error.to_string())
    }
}

/// Whether a path has the form of a template, such as `/servicePrincipals(appId='{appId}')`.
fn fits(template: &str, path: &str) -> bool {
    let (mine, theirs): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    mine.len() == theirs.len()
        && mine.into_iter().zip(theirs).all(|(mine, theirs)| segment_fits(mine, theirs))
}

fn segment_fits(template: &str, segment: &str) -> bool {
    let Some((head, rest)) = template.split_once('{') else { return template == segment };
    let Some((_, tail)) = rest.split_once('}') else { return false };
    segment.len() > head.len() + tail.len()
        && segment.starts_with(head)
        && segment.ends_with(tail)
        && (!tail.is_empty() || !segment.contains(['(', '$']))
}

#[test]
fn templates_fit_what_they_mean() {
    assert!(fits("/servicePrincipals(appId='{appId}')", "/servicePrincipals(appId='1')"));
    assert!(!fits("/servicePrincipals/{id}", "/servicePrincipals(appId='1')"));
    assert!(!fits("/groups/{group-id}", "/groups/$count"));
    assert!(!fits("/groups/{group-id}", "/groups/1/members"));
}

#[tokio::test]
async fn every_request_is_in_the_contract() {
    let Some(file) = shared("graph/conditional-access.openapi.json") else { return };
    let contract = Contract(serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap());
    let sim = fleet().await;
    let client = client(&sim);
    sim.control().settings_update(|settings| settings.ca_page_size = 10);
    let terms = json!({
        "displayName": "Terms", "state": "enabled",
        "conditions": {"users": {"includeUsers": ["All"]}, "applications": {"includeApplications": ["All"]}},
        "grantControls": {"operator": "OR", "builtInControls": [], "termsOfUse": ["7e4a5000-0000-4000-8000-00000000000f"]},
    });
    sim.control().edit("good", &TenantEdit::PolicyPut { policy: terms }).unwrap();
    for key in ["good", "messy", "large", "no-directory", "no-policies"] {
        let tenant = demo(&sim, key);
        client.tenant_resolve(CLOUD, &tenant.domain).await.unwrap();
        let token = client.token(CLOUD, id(&tenant), &credentials(&tenant)).await.unwrap();
        client.secret_expiry(CLOUD, &token, &credentials(&tenant)).await.unwrap();
        client.snapshot_read(CLOUD, id(&tenant), &credentials(&tenant), &()).await.unwrap();
    }
    let mut seen = BTreeSet::new();
    let mut wrong = BTreeSet::new();
    for request in sim.control().requests() {
        if request.path.contains("/oauth2/") || request.path.contains("/.well-known/") {
            continue;
        }
        seen.insert(request.path.split(['?', '(']).next().unwrap().split('/').nth(2).unwrap().to_owned());
        if let Err(reason) = contract.check(&request) {
            wrong.insert(format!("{} {}: {reason}", request.method, request.path));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for family in [
        "$batch",
        "applications",
        "directoryObjects",
        "groups",
        "identity",
        "identityGovernance",
        "organization",
        "policies",
        "roleManagement",
        "servicePrincipals",
        "subscribedSkus",
    ] {
        assert!(seen.contains(family), "nothing was asked of {family}: {seen:?}");
    }
}

#[tokio::test]
async fn sign_in_is_asked_as_its_page_says() {
    let sim = fleet().await;
    let tenant = demo(&sim, "good");
    client(&sim).token(CLOUD, id(&tenant), &credentials(&tenant)).await.unwrap();
    let requests = sim.control().requests();
    let [request] = requests.as_slice() else { panic!("one request") };
    assert_eq!(
        (request.method.as_str(), &request.path),
        ("POST", &format!("/{}/oauth2/v2.0/token", tenant.tenant_id))
    );
    assert_eq!(request.headers["content-type"], "application/x-www-form-urlencoded");
    let fields: Vec<(String, String)> =
        url::form_urlencoded::parse(request.body.as_bytes()).into_owned().collect();
    let field = |name: &str| fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str());
    assert_eq!(fields.len(), 4);
    assert_eq!(field("grant_type"), Some("client_credentials"));
    assert_eq!(field("scope"), Some("https://graph.microsoft.com/.default"));
    assert_eq!(field("client_id"), Some(tenant.client_id.as_str()));
}
