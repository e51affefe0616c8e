//! Requests and answers as plain values, so that one dispatcher serves both the wire and the parts of a
//! `$batch`.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

/// One HTTP request, already read in full.
#[derive(Clone, Default)]
pub(crate) struct Call {
    /// Upper case.
    pub(crate) method: String,
    /// Still percent-encoded, without the query.
    pub(crate) path: String,
    /// Raw query, without the question mark.
    pub(crate) query_string: String,
    /// Names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
    /// `http://host:port` as the caller spelled it: links in answers must lead back the way the caller came.
    pub(crate) origin: String,
}

impl Call {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// Decoded path segments, empty ones left out.
    pub(crate) fn segments(&self) -> Vec<String> {
        decode_segments(&self.path)
    }

    pub(crate) fn query(&self) -> Query {
        Query::parse(&self.query_string)
    }

    pub(crate) fn path_and_query(&self) -> String {
        if self.query_string.is_empty() {
            self.path.clone()
        } else {
            format!("{}?{}", self.path, self.query_string)
        }
    }
}

pub(crate) fn decode_segments(path: &str) -> Vec<String> {
    path.split('/')
        .filter(|segment| !segment.is_empty())
        .map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned())
        .collect()
}

/// Decoded query parameters in their order.
#[derive(Clone, Default)]
pub(crate) struct Query(pub(crate) Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(raw: &str) -> Self {
        Self(url::form_urlencoded::parse(raw.as_bytes()).into_owned().collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The first OData option (`$...`) that is not among `allowed`.
    pub(crate) fn option_beyond(&self, allowed: &[&str]) -> Option<&str> {
        let known = |key: &str| allowed.iter().any(|name| name.eq_ignore_ascii_case(key));
        self.0.iter().map(|(key, _)| key.as_str()).find(|key| key.starts_with('$') && !known(key))
    }
}

/// The body of an answer.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    Empty,
    Json(Value),
    Text(String),
    Bytes { content_type: &'static str, bytes: Vec<u8> },
}

/// An answer before it is put on the wire or into a batch.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Body,
}

impl Reply {
    pub(crate) fn json(status: u16, body: Value) -> Self {
        Self { status, headers: Vec::new(), body: Body::Json(body) }
    }

    pub(crate) fn ok(body: Value) -> Self {
        Self::json(200, body)
    }

    pub(crate) fn text(status: u16, body: impl Into<String>) -> Self {
        Self { status, headers: Vec::new(), body: Body::Text(body.into()) }
    }

    pub(crate) fn no_content() -> Self {
        Self { status: 204, headers: Vec::new(), body: Body::Empty }
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// A Graph error. `innerError` is added where the request's ids are known.
    pub(crate) fn graph_error(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self::json(status, json!({ "error": { "code": code, "message": message.into() } }))
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::graph_error(400, "BadRequest", message)
    }

    /// The directory's own spelling of a bad request.
    pub(crate) fn directory_bad_request(message: impl Into<String>) -> Self {
        Self::graph_error(400, "Request_BadRequest", message)
    }

    pub(crate) fn unsupported_query(message: impl Into<String>) -> Self {
        Self::graph_error(400, "Request_UnsupportedQuery", message)
    }

    pub(crate) fn unknown_segment(segment: &str) -> Self {
        Self::bad_request(format!("Resource not found for the segment '{segment}'."))
    }

    pub(crate) fn directory_missing(id: &str) -> Self {
        Self::graph_error(
            404,
            "Request_ResourceNotFound",
            format!(
                "Resource '{id}' does not exist or one of its queried reference-property objects are not present."
            ),
        )
    }
}
