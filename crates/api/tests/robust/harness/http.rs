//! The product as its users reach it: over HTTP, as the workspace's owner.

use super::{Stage, eventually};
use policytab_graph_sim::DemoTenant;
use reqwest::{Method, RequestBuilder, header::HeaderMap};
use serde_json::{Value, json};
use std::time::Duration;

/// A customer that is connected.
#[derive(Clone, Debug)]
pub(crate) struct Customer {
    pub(crate) id: String,
    pub(crate) tenant: DemoTenant,
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    /// Sends it. The body is null when there is no JSON in it.
    pub(crate) async fn of(request: RequestBuilder) -> reqwest::Result<Self> {
        let answer = request.send().await?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let bytes = answer.bytes().await?;
        Ok(Self { status, headers, body: serde_json::from_slice(&bytes).unwrap_or_default() })
    }

    /// The server had no room for it, and told when to come again.
    pub(crate) fn is_overload(&self) -> bool {
        self.status == 503
            && self.body["code"] == "unavailable"
            && self.body["reason"] == "overloaded"
            && self.headers.contains_key("retry-after")
    }
}

/// A member that must be text.
pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

impl Stage {
    pub(super) async fn sign_in(&self, email: &str, password: &str) -> String {
        let body = json!({"email": email, "password": password});
        let answer = self.post("/auth/login", &body).await;
        text(&answer["access_token"]).to_owned()
    }

    /// One request: the status and the answer, null when there is none.
    pub(crate) async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> (u16, Value) {
        let mut request = self.http.request(method, format!("{}/api/v1{path}", self.base));
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or_default())
    }

    async fn good(&self, method: Method, path: &str, body: Option<&Value>) -> Value {
        let (status, answer) = self.call(method.clone(), path, body).await;
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        answer
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        self.good(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Value {
        self.good(Method::POST, path, Some(body)).await
    }

    /// Adds a customer and connects it to the tenant.
    pub(crate) async fn onboard(&self, name: &str, tenant: DemoTenant) -> Customer {
        let made = self.post("/customers", &json!({"display_name": name, "cloud": "emulator"})).await;
        let customer = Customer { id: text(&made["id"]).to_owned(), tenant };
        self.good(
            Method::PUT,
            &format!("/customers/{}/connect", customer.id),
            Some(&self.credentials(&customer)),
        )
        .await;
        customer
    }

    /// What PUT connect takes.
    pub(crate) fn credentials(&self, customer: &Customer) -> Value {
        json!({
            "client_id": customer.tenant.client_id,
            "client_secret": customer.tenant.client_secret,
            "tenant_hint": customer.tenant.tenant_id,
        })
    }

    /// Begins to follow what changes in the workspace.
    pub(crate) async fn events(&self) -> reqwest::Response {
        let request = self.http.get(format!("{}/api/v1/events", self.base)).bearer_auth(&self.token);
        request.send().await.unwrap().error_for_status().unwrap()
    }

    /// Asks for an import; gives its id.
    pub(crate) async fn import(&self, customer: &Customer) -> String {
        let asked = self.post(&format!("/customers/{}/import", customer.id), &json!({})).await;
        text(&asked["id"]).to_owned()
    }

    pub(crate) async fn import_now(&self, customer: &Customer, import: &str) -> Value {
        self.get(&format!("/customers/{}/imports/{import}", customer.id)).await
    }

    pub(crate) async fn customer_now(&self, customer: &Customer) -> Value {
        self.get(&format!("/customers/{}", customer.id)).await
    }

    /// Waits until the import is as wanted.
    pub(crate) async fn import_when(
        &self,
        customer: &Customer,
        import: &str,
        what: &str,
        within: Duration,
        wanted: impl Fn(&Value) -> bool,
    ) -> Value {
        let name = &customer.tenant.name;
        eventually(&format!("{name}: {what}"), within, async || {
            Some(self.import_now(customer, import).await).filter(&wanted)
        })
        .await
    }

    /// Waits for the end of an import, whichever it is.
    pub(crate) async fn ended(&self, customer: &Customer, import: &str, within: Duration) -> Value {
        let ended = |import: &Value| matches!(text(&import["state"]), "succeeded" | "failed");
        self.import_when(customer, import, "the import ends", within, ended).await
    }

    /// Waits for the good end of an import.
    pub(crate) async fn succeeded(&self, customer: &Customer, import: &str, within: Duration) -> Value {
        let ended = self.ended(customer, import, within).await;
        assert_eq!(ended["state"], "succeeded", "{}: {ended:#}", customer.tenant.name);
        ended
    }
}

/// The state of a step.
pub(super) fn step<'a>(import: &'a Value, name: &str) -> &'a Value {
    let steps = import["steps"].as_array().unwrap();
    steps.iter().find(|step| step["name"] == name).unwrap_or_else(|| panic!("no step {name}: {import}"))
}
