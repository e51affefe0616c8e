//! Request bodies by the API's description: every place in them, however deep, also those that no recipe fills.

use crate::support::contract::{Operation, contract};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Schemas refer to each other; no body of ours is nested deeper.
const DEPTH: usize = 8;

/// One step into a body.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Member(String),
    Item,
}

/// A place in a body.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// The way to it, each step with the schema of what it leads to.
    way: Vec<(Step, Value)>,
}

/// The schema behind a reference.
fn resolved(schema: &Value) -> &Value {
    match schema["$ref"].as_str().and_then(|r| r.strip_prefix('#')) {
        Some(pointer) => resolved(contract().document.pointer(pointer).expect("a component")),
        None => schema,
    }
}

/// What a value may be, references followed; null is none of it.
fn variants(schema: &Value) -> Vec<&Value> {
    let schema = resolved(schema);
    let joined = ["oneOf", "anyOf", "allOf"].iter().filter_map(|name| schema[*name].as_array()).flatten();
    let mut all: Vec<&Value> = joined.flat_map(variants).collect();
    if schema["type"] != "null" && (all.is_empty() || schema["properties"].is_object()) {
        all.push(schema);
    }
    all
}

/// The least that a schema asks for.
fn sample(schema: &Value) -> Value {
    let Some(schema) = variants(schema).into_iter().next() else { return Value::Null };
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().find(|kind| *kind != "null").unwrap_or(&Value::Null),
        kind => kind,
    };
    match kind.as_str() {
        Some("object") => {
            let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            required.map(|name| (name.to_owned(), sample(&schema["properties"][name]))).collect()
        }
        Some("array") => json!([]),
        Some("boolean") => json!(false),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or(json!(1)),
        Some("string") => match schema["format"].as_str() {
            Some("uuid") => json!(uuid::Uuid::nil()),
            Some("date-time") => json!("2030-01-01T00:00:00Z"),
            _ => json!("x"),
        },
        _ => Value::Null,
    }
}

fn walk(schema: &Value, way: &[(Step, Value)], into: &mut Vec<Place>) {
    if way.len() > DEPTH {
        return;
    }
    for variant in variants(schema) {
        let mut on = |step: Step, inner: &Value| {
            let mut way = way.to_vec();
            way.push((step, inner.clone()));
            into.push(Place { way: way.clone() });
            walk(inner, &way, into);
        };
        for (name, inner) in variant["properties"].as_object().into_iter().flatten() {
            on(Step::Member(name.clone()), inner);
        }
        if variant["items"].is_object() {
            on(Step::Item, &variant["items"]);
        }
        if variant["additionalProperties"].is_object() {
            on(Step::Member("any".to_owned()), &variant["additionalProperties"]);
        }
    }
}

/// Every string in a value.
fn strings(value: &Value, way: &[(Step, Value)], into: &mut Vec<Place>) {
    let on = |step: Step| [way, &[(step, Value::Null)]].concat();
    match value {
        Value::String(_) => into.push(Place { way: way.to_vec() }),
        Value::Array(items) => {
            if let Some(first) = items.first() {
                strings(first, &on(Step::Item), into);
            }
        }
        Value::Object(members) => {
            for (name, inner) in members {
                strings(inner, &on(Step::Member(name.clone())), into);
            }
        }
        _ => {}
    }
}

/// Every place of an operation's body; the same place once, whatever may be there.
pub(crate) fn places(operation: &Operation) -> Vec<Place> {
    let mut all = Vec::new();
    walk(&operation.body["requestBody"]["content"]["application/json"]["schema"], &[], &mut all);
    let mut seen = BTreeSet::new();
    all.retain(|place| seen.insert((place.to_string(), place.takes_any_text())));
    all
}

/// Every place that takes any text. Of objects that the description leaves open, policies above all, those that a good
/// body has a text at.
pub(crate) fn text_places(operation: &Operation, good: &Value) -> Vec<Place> {
    let mut all = Vec::new();
    for place in places(operation) {
        if place.takes_any_text() {
            all.push(place);
        } else if place.is_open() {
            strings(place.of(good), &place.way, &mut all);
        }
    }
    all
}

impl Place {
    fn may_be(&self) -> Vec<&Value> {
        self.way.last().map(|(_, schema)| variants(schema)).unwrap_or_default()
    }

    fn takes_any_text(&self) -> bool {
        self.may_be().iter().any(|schema| {
            let kind = &schema["type"];
            let text = kind == "string" || kind == &json!(["string", "null"]);
            text && ["format", "enum", "pattern"].iter().all(|name| schema[*name].is_null())
        })
    }

    fn is_open(&self) -> bool {
        self.may_be().iter().any(|schema| {
            let kind = &schema["type"];
            (kind == "object" || kind == &json!(["object", "null"])) && schema["properties"].is_null()
        })
    }

    /// What a body has there; null where it has nothing.
    fn of<'a>(&self, body: &'a Value) -> &'a Value {
        self.way.iter().fold(body, |at, (step, _)| match step {
            Step::Member(name) => &at[name],
            Step::Item => &at[0],
        })
    }

    /// The body with another value there. What is missing on the way is made as the description asks for it.
    pub(crate) fn put(&self, body: &Value, value: &Value) -> Value {
        let mut changed = body.clone();
        let mut at = &mut changed;
        for (step, schema) in &self.way {
            match step {
                Step::Member(name) => {
                    if !at.is_object() {
                        *at = json!({});
                    }
                    at = &mut at[name];
                }
                Step::Item => {
                    if at.get(0).is_none() {
                        *at = json!([null]);
                    }
                    at = &mut at[0];
                }
            }
            if at.is_null() {
                *at = sample(schema);
            }
        }
        *at = value.clone();
        changed
    }

    /// The body without it, where it is a member and there.
    pub(crate) fn without(&self, body: &Value) -> Option<Value> {
        let ((Step::Member(name), _), before) = self.way.split_last()? else { return None };
        let parent = Self { way: before.to_vec() };
        let mut object = parent.of(body).as_object()?.clone();
        object.remove(name)?;
        Some(parent.put(body, &Value::Object(object)))
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (number, (step, _)) in self.way.iter().enumerate() {
            match step {
                Step::Member(name) if number == 0 => write!(f, "{name}")?,
                Step::Member(name) => write!(f, ".{name}")?,
                Step::Item => write!(f, "[]")?,
            }
        }
        Ok(())
    }
}
