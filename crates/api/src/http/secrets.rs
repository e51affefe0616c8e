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

    #[test]
    fn every_operation_with_a_secret_is_known() {
        for (method, route) in [
            ("post", "/api/v1/auth/login"),
            ("post", "/api/v1/users"),
            ("patch", "/api/v1/users/{id}"),
            ("put", "/api/v1/customers/{id}/connect"),
            ("post", "/api/v1/baselines/import/github"),
        ] {
            assert!(ROUTES.contains(&(method.to_owned(), route.to_owned())), "{method} {route}: {ROUTES:?}");
        }
        assert!(!ROUTES.contains(&("post".to_owned(), "/api/v1/customers".to_owned())));
    }
}
