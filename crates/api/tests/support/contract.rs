//! Holds answers against the API's description: status, content type, headers, body.
//!
//! Stricter than the description itself in one point: an answer may have no member that is not described.

use super::client::Answer;
use jsonschema::Validator;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

/// One operation of the description.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) body: Value,
}

/// The description, prepared.
pub(crate) struct Contract {
    pub(crate) document: Value,
    pub(crate) operations: Vec<Operation>,
    components: Value,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

/// The description that the code makes.
pub(crate) fn contract() -> &'static Contract {
    static CONTRACT: OnceLock<Contract> = OnceLock::new();
    CONTRACT.get_or_init(|| {
        let document = serde_json::to_value(policytab_api::openapi::document()).expect("a document");
        let mut operations = Vec::new();
        for (path, item) in document["paths"].as_object().expect("paths") {
            for (method, body) in item.as_object().expect("operations") {
                operations.push(Operation {
                    id: body["operationId"].as_str().expect("an operationId").to_owned(),
                    method: method.to_uppercase(),
                    path: path.clone(),
                    body: body.clone(),
                });
            }
        }
        operations.sort_by(|a, b| a.id.cmp(&b.id));
        let components = closed(&document);
        Contract { document, operations, components, validators: Mutex::default() }
    })
}

/// The components with every object closed, save those that others extend.
fn closed(document: &Value) -> Value {
    let mut extended = HashSet::new();
    collect_extended(document, &mut extended);
    let mut components = document["components"].clone();
    for (name, schema) in components["schemas"].as_object_mut().expect("schemas") {
        let object = schema.get("properties").is_some() || schema.get("allOf").is_some();
        let open = schema.get("additionalProperties").is_some();
        if object && !open && !extended.contains(name.as_str()) {
            schema["unevaluatedProperties"] = json!(false);
        }
    }
    components
}

fn collect_extended<'a>(value: &'a Value, into: &mut HashSet<&'a str>) {
    match value {
        Value::Array(items) => items.iter().for_each(|v| collect_extended(v, into)),
        Value::Object(map) => {
            let parts = map.get("allOf").and_then(Value::as_array).into_iter().flatten();
            into.extend(parts.filter_map(|p| p["$ref"].as_str()?.strip_prefix("#/components/schemas/")));
            map.values().for_each(|v| collect_extended(v, into));
        }
        _ => {}
    }
}

impl Contract {
    /// The operation behind a request; addresses without parameters win.
    pub(crate) fn find(&self, method: &str, path: &str) -> Option<&Operation> {
        let path = path.split('?').next().unwrap_or_default();
        let mut found: Vec<_> =
            self.operations.iter().filter(|o| o.method == method && matches(&o.path, path)).collect();
        found.sort_by_key(|o| o.path.matches('{').count());
        found.first().copied()
    }

    fn validator(&self, schema: &Value) -> Arc<Validator> {
        let key = schema.to_string();
        let mut validators = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(validators.entry(key).or_insert_with(|| {
            let mut root = schema.clone();
            root["components"] = self.components.clone();
            let validator = jsonschema::options()
                .with_draft(jsonschema::Draft::Draft202012)
                .should_validate_formats(true)
                .build(&root)
                .unwrap_or_else(|e| panic!("the description is no schema: {e}"));
            Arc::new(validator)
        }))
    }

    fn validate(&self, schema: &Value, body: &Value, answer: &Answer) {
        let errors: Vec<_> = self
            .validator(schema)
            .iter_errors(body)
            .map(|e| format!("{} at {}", e, e.instance_path))
            .collect();
        assert!(errors.is_empty(), "not as described: {}\n{answer}", errors.join("; "));
    }
}

fn matches(template: &str, path: &str) -> bool {
    let (mut template, mut path) = (template.split('/'), path.split('/'));
    loop {
        match (template.next(), path.next()) {
            (None, None) => return true,
            (Some(t), Some(p)) if t == p || (t.starts_with('{') && !p.is_empty()) => {}
            _ => return false,
        }
    }
}

/// Fails the test when an answer is not what the description promises.
pub(crate) fn check(answer: &Answer) {
    let contract = contract();
    for name in [
        "x-request-id",
        "content-security-policy",
        "x-content-type-options",
        "x-frame-options",
        "referrer-policy",
        "permissions-policy",
        "cross-origin-opener-policy",
        "cross-origin-resource-policy",
    ] {
        assert!(answer.headers.contains_key(name), "no header {name}: {answer}");
    }
    if answer.path.starts_with("/api/") {
        assert!(answer.headers.contains_key("cache-control"), "may be cached: {answer}");
    }
    assert_ne!(answer.status.as_u16(), 500, "{answer}");
    let operation = contract.find(answer.method.as_str(), &answer.path);
    if answer.status.is_client_error() || answer.status.is_server_error() {
        // Another method than those described is no operation.
        let described = operation.map(|o| &o.body["responses"][answer.status.as_str()]);
        assert!(described.is_none_or(Value::is_object), "this status is not described: {answer}");
        return problem(contract, answer);
    }
    let Some(operation) = operation else { return };
    let described = &operation.body["responses"][answer.status.as_str()];
    assert!(described.is_object(), "{} does not describe this status: {answer}", operation.id);
    for name in described["headers"].as_object().into_iter().flat_map(|h| h.keys()) {
        assert!(answer.headers.contains_key(name.as_str()), "no header {name}: {answer}");
    }
    let Some(contents) = described["content"].as_object().filter(|c| !c.is_empty()) else {
        assert!(answer.body.is_empty(), "a body that is not described: {answer}");
        return;
    };
    let kind = answer.headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default();
    let content = contents.get(kind).unwrap_or_else(|| panic!("{kind} is not described: {answer}"));
    if kind == "application/json" {
        contract.validate(&content["schema"], &answer.json(), answer);
    }
}

/// RFC 9457, and what this product adds.
fn problem(contract: &Contract, answer: &Answer) {
    assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{answer}");
    let body = answer.json();
    contract.validate(&json!({"$ref": "#/components/schemas/Problem"}), &body, answer);
    assert_eq!(body["status"], answer.status.as_u16(), "{answer}");
    assert_eq!(body["type"], format!("/problems/{}", body["code"].as_str().unwrap_or_default()), "{answer}");
    assert_eq!(body["request_id"].as_str(), answer.header("x-request-id"), "{answer}");
    let path = answer.path.split('?').next();
    // Encoded characters may come back plain; a head that is refused for its size is not read for its path.
    let unread =
        body["instance"].is_null() && body["detail"] == "The request's line and headers are too large.";
    assert!(body["instance"].as_str() == path || answer.path.contains('%') || unread, "{answer}");
    let seconds = body["retry_after"].as_u64().map(|s| s.to_string());
    assert_eq!(seconds.as_deref(), answer.header("retry-after"), "{answer}");
    assert_eq!(answer.status == 401, answer.headers.contains_key("www-authenticate"), "{answer}");
    assert_eq!(answer.status == 405, answer.headers.contains_key("allow"), "{answer}");
}
