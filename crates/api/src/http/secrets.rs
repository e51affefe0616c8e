//! Requests that bring a secret: their bytes leave the server's memory with the answer.
//!
//! A connection's buffer keeps the bytes of requests until others take their place, and the server keeps the heads of
//! requests, whose values are parts of that buffer, to use them again. So the connection ends with the answer, and the
//! head gets values of its own: the buffer is freed, and freed memory is wiped. Which requests those are, the API's
//! description says: a field of the format `password`.

use crate::openapi;
use actix_web::{HttpRequest, dev::ServiceRequest, http::header::HeaderValue};
use serde_json::Value;
use std::{collections::BTreeSet, sync::LazyLock};

/// Method in lower case, and route.
static ROUTES: LazyLock<BTreeSet<(String, String)>> =
    LazyLock::new(|| serde_json::to_value(openapi::document()).map(|d| routes(&d)).unwrap_or_default());

/// The operations of a description whose body has a secret field.
fn routes(document: &Value) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in operations.as_object().into_iter().flatten() {
            for content in
                operation["requestBody"]["content"].as_object().into_iter().flat_map(|c| c.values())
            {
                let name = content["schema"]["$ref"].as_str().and_then(|r| r.rsplit('/').next());
                let schema = name.map_or(&content["schema"], |name| &document["components"]["schemas"][name]);
                let secret = |field: &Value| field["format"] == "password";
                if schema["properties"].as_object().is_some_and(|fields| fields.values().any(secret)) {
                    found.insert((method.clone(), path.clone()));
                }
            }
        }
    }
    found
}

/// Whether this request may have brought a secret.
pub fn brought(request: &HttpRequest) -> bool {
    let method = request.method().as_str().to_lowercase();
    request.match_pattern().is_some_and(|route| ROUTES.contains(&(method, route)))
}

/// Gives the head values of its own. Before anybody else holds the request.
pub fn loosen(request: &mut ServiceRequest) {
    request.headers_mut().retain(|_, value| {
        if let Ok(mut own) = HeaderValue::from_bytes(value.as_bytes()) {
            own.set_sensitive(value.is_sensitive());
            *value = own;
        }
        true
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const CANARY: &str = "canary-5f1c9a-secret";

    fn document() -> Value {
        serde_json::to_value(openapi::document()).expect("a description")
    }

    /// The schema itself where it is a reference.
    fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str().and_then(|r| r.rsplit('/').next()) {
            Some(name) => &document["components"]["schemas"][name],
            None => schema,
        }
    }

    /// Whether a value of this schema holds a secret field, however deep.
    fn holds_secret(document: &Value, schema: &Value, seen: &mut BTreeSet<String>) -> bool {
        if let Some(name) = schema["$ref"].as_str()
            && !seen.insert(name.to_owned())
        {
            return false;
        }
        let schema = resolved(document, schema);
        let fields = schema["properties"].as_object().into_iter().flatten().map(|(_, field)| field);
        let parts = ["allOf", "oneOf", "anyOf"].into_iter().filter_map(|of| schema[of].as_array()).flatten();
        let inner = ["items", "additionalProperties"].into_iter().filter_map(|of| schema.get(of));
        schema["format"] == "password"
            || schema["writeOnly"] == true
            || fields.chain(parts).chain(inner).any(|part| holds_secret(document, part, seen))
    }

    /// The operations by the whole description, not by what is looked for when the server runs.
    #[test]
    fn every_operation_with_a_secret_is_known() {
        let document = document();
        let mut expected = BTreeSet::new();
        for (path, operations) in document["paths"].as_object().expect("paths") {
            for (method, operation) in operations.as_object().expect("operations") {
                let contents = operation["requestBody"]["content"].as_object().into_iter().flatten();
                let parameters = operation["parameters"].as_array().into_iter().flatten();
                assert!(
                    parameters.clone().all(|p| !holds_secret(&document, &p["schema"], &mut BTreeSet::new())),
                    "{method} {path}: a secret in an address or a header"
                );
                for (_, content) in contents {
                    if holds_secret(&document, &content["schema"], &mut BTreeSet::new()) {
                        expected.insert((method.clone(), path.clone()));
                    }
                }
            }
        }
        assert!(expected.len() >= 10, "{expected:?}");
        assert_eq!(*ROUTES, expected);
    }

    /// What is a secret in the code is one in the description.
    #[test]
    fn every_secret_that_is_read_is_described_as_one() {
        let mut fields = 0;
        let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let text = std::fs::read_to_string(&path).expect("a source");
                let lines: Vec<_> = text.lines().collect();
                for (at, line) in lines.iter().enumerate() {
                    let field = line.trim_start().starts_with("pub ")
                        && (line.contains(": SecretString,") || line.contains(": Option<SecretString>,"));
                    if field && path.to_string_lossy().ends_with("dto.rs") {
                        let marked = lines[at - 1].contains("format = Password")
                            && lines[at - 1].contains("write_only");
                        assert!(marked, "{}: {line}", path.display());
                        fields += 1;
                    }
                }
            }
        }
        assert!(fields >= 10, "{fields}");
    }

    /// A value of a schema's required fields, with the canary in every secret one.
    fn filled(document: &Value, schema: &Value) -> Value {
        let required: Vec<_> = schema["required"].as_array().into_iter().flatten().collect();
        let mut value = serde_json::Map::new();
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            let field = resolved(document, field);
            if field["format"] == "password" {
                value.insert(name.clone(), CANARY.into());
            } else if required.contains(&&Value::from(name.as_str())) {
                let choice = field["enum"].as_array().and_then(|all| all.first());
                let text = field["example"].as_str().unwrap_or("text");
                value.insert(name.clone(), choice.cloned().unwrap_or_else(|| text.into()));
            }
        }
        value.into()
    }

    type Show = fn(Value) -> String;

    fn shown<T: serde::de::DeserializeOwned + std::fmt::Debug>(value: Value) -> String {
        let read: T = serde_json::from_value(value).expect("a value of its schema");
        format!("{read:?} {read:#?}")
    }

    #[test]
    fn nothing_that_is_read_shows_its_secrets() {
        use crate::{
            account::dto::{CodeIn, PasswordChange, PasswordIn, ProofIn},
            auth::dto::LoginIn,
            baselines::{dto::BaselineImportGithub, version_dto::BaselineUpdateFromSource},
            connect::dto::ConnectionPut,
            users::dto::{UserCreate, UserUpdate},
        };
        let known: [(&str, Show); 10] = [
            ("BaselineImportGithub", shown::<BaselineImportGithub>),
            ("BaselineUpdateFromSource", shown::<BaselineUpdateFromSource>),
            ("CodeIn", shown::<CodeIn>),
            ("ConnectionPut", shown::<ConnectionPut>),
            ("LoginIn", shown::<LoginIn>),
            ("PasswordChange", shown::<PasswordChange>),
            ("PasswordIn", shown::<PasswordIn>),
            ("ProofIn", shown::<ProofIn>),
            ("UserCreate", shown::<UserCreate>),
            ("UserUpdate", shown::<UserUpdate>),
        ];
        let document = document();
        let schemas = document["components"]["schemas"].as_object().expect("schemas");
        let secret = |schema: &Value| {
            schema["properties"].as_object().is_some_and(|all| all.values().any(|f| f["writeOnly"] == true))
        };
        let expected: Vec<_> =
            schemas.iter().filter(|(_, schema)| secret(schema)).map(|(name, _)| name.as_str()).collect();
        assert_eq!(known.map(|(name, _)| name).to_vec(), expected);
        for (name, show) in known {
            let value = filled(&document, &schemas[name]);
            assert!(value.to_string().contains(CANARY), "{name}: {value}");
            let shown = show(value);
            assert!(!shown.contains(CANARY) && shown.contains(name), "{shown}");
        }
    }

    #[test]
    fn nothing_that_is_told_once_shows_its_secrets() {
        use crate::http::told::Told;
        let told = Told::from(CANARY.to_owned());
        assert!(!format!("{told:?} {told:#?}").contains(CANARY));
        assert_eq!(serde_json::to_value(&told).expect("text"), CANARY);
        // All that the description marks so are of this type: a `String` in its place would not compile here.
        let account = crate::account::dto::EnrolmentOut { secret: told.clone(), otpauth_uri: told.clone() };
        let codes = crate::account::dto::RecoveryCodesOut { recovery_codes: vec![told.clone()] };
        let _: fn(&crate::auth::dto::SessionOut) -> &Told = |session| &session.access_token;
        let _: fn(&crate::api_tokens::dto::ApiTokenCreated) -> &Told = |made| &made.token;
        assert!(!format!("{account:?} {codes:?}").contains(CANARY));
        let text = document().to_string();
        let marked = text.matches("\"readOnly\":true").count();
        assert_eq!(marked, 5, "secrets that are told once");
    }
}
