//! HTTP with a short spelling. Every answer is checked against the API's description before a test sees it.

use super::contract;
use reqwest::{
    Method, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};
use serde_json::Value;
use std::time::Duration;

/// A caller.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
}

impl Client {
    pub(crate) fn new(base: &str) -> Self {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(40))
            .build()
            .expect("an HTTP client");
        Self { http, base: base.to_owned(), token: None }
    }

    pub(crate) fn with_token(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    pub(crate) fn call(&self, method: Method, path: &str) -> Request {
        let mut headers = HeaderMap::new();
        if let Some(token) = &self.token {
            headers.insert(AUTHORIZATION, format!("Bearer {token}").parse().expect("a header value"));
        }
        Request { client: self.clone(), method, path: path.to_owned(), headers, body: Vec::new() }
    }

    pub(crate) fn get(&self, path: &str) -> Request {
        self.call(Method::GET, path)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Request {
        self.call(Method::POST, path).json(body)
    }

    pub(crate) fn put(&self, path: &str, body: &Value) -> Request {
        self.call(Method::PUT, path).json(body)
    }

    pub(crate) fn patch(&self, path: &str, body: &Value) -> Request {
        self.call(Method::PATCH, path).json(body)
    }

    pub(crate) fn delete(&self, path: &str) -> Request {
        self.call(Method::DELETE, path)
    }

    /// The body of a GET that must succeed.
    pub(crate) async fn read(&self, path: &str) -> Value {
        self.get(path).send().await.expect_status(200).json()
    }
}

/// A request in the making.
#[derive(Clone)]
pub(crate) struct Request {
    client: Client,
    method: Method,
    pub(crate) path: String,
    headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// The same request by another caller.
    pub(crate) fn with_token_of(mut self, client: &Client) -> Self {
        let other = client.call(self.method.clone(), &self.path);
        self.headers.remove(AUTHORIZATION);
        self.headers.extend(other.headers);
        self
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    pub(crate) fn body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.header("content-type", content_type)
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        let name: HeaderName = name.parse().expect("a header name");
        self.headers.insert(name, HeaderValue::from_bytes(value.as_bytes()).expect("a header value"));
        self
    }

    /// Sends it without looking at the answer; for what the description doesn't cover, such as streams.
    pub(crate) async fn raw(self) -> reqwest::Response {
        let url = format!("{}{}", self.client.base, self.path);
        let request = self.client.http.request(self.method, url).headers(self.headers).body(self.body);
        request.send().await.expect("an answer")
    }

    pub(crate) async fn send(self) -> Answer {
        let (method, path) = (self.method.clone(), self.path.clone());
        let mut response = self.raw().await;
        let (status, headers) = (response.status(), response.headers().clone());
        let stream = headers.get(CONTENT_TYPE).is_some_and(|t| t == "text/event-stream");
        let body = if stream {
            // It never ends; its beginning is enough.
            response.chunk().await.expect("a first chunk").unwrap_or_default().to_vec()
        } else {
            response.bytes().await.expect("the whole body").to_vec()
        };
        let answer = Answer { method, path, status, headers, body };
        contract::check(&answer);
        answer
    }
}

/// An answer that agrees with the description.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|v| v.to_str().ok())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e} in {self}"))
    }

    #[track_caller]
    pub(crate) fn expect_status(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{self}");
        self
    }

    /// The problem, which must have this status and code.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status.as_u16(), status, "{self}");
        let body = self.json();
        assert_eq!(body["code"], code, "{self}");
        body
    }

    /// A problem without what differs from request to request.
    pub(crate) fn problem_only(&self) -> Value {
        let mut body = self.json();
        for member in ["instance", "request_id"] {
            body.as_object_mut().expect("a problem").remove(member);
        }
        body
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = self.text();
        let shown: String = text.chars().take(1500).collect();
        write!(f, "{} {} answered {}: {shown}", self.method, self.path, self.status)
    }
}
