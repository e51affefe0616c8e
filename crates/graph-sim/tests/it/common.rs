//! A started emulator and the few words to talk to it.

use policytab_graph_sim::{CaThrottle, Control, DemoTenant, Sim, SimConfig};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::Value;

pub(crate) struct Bench {
    pub(crate) sim: Sim,
    pub(crate) client: Client,
}

impl Bench {
    /// The demo fleet without the limit on Conditional Access requests.
    pub(crate) async fn start() -> Self {
        let bench = Self::strict().await;
        bench.control().settings_update(|settings| settings.ca_throttle = CaThrottle::Off);
        bench
    }

    /// The demo fleet as it comes.
    pub(crate) async fn strict() -> Self {
        Self::with(SimConfig::default()).await
    }

    pub(crate) async fn with(config: SimConfig) -> Self {
        Self { sim: Sim::start(config).await.expect("the emulator starts"), client: Client::new() }
    }

    pub(crate) fn control(&self) -> Control {
        self.sim.control()
    }

    pub(crate) fn tenant(&self, key: &str) -> DemoTenant {
        self.control().tenant(key).expect("a demo tenant")
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.sim.base_url())
    }

    /// Asks for a token with these form fields.
    pub(crate) async fn token_with(&self, authority: &str, fields: &[(&str, &str)]) -> (u16, Value) {
        let url = self.url(&format!("/{authority}/oauth2/v2.0/token"));
        let response = self.client.post(url).form(fields).send().await.expect("an answer");
        let status = response.status().as_u16();
        (status, response.json().await.expect("JSON"))
    }

    /// Asks for a Graph token with the credentials of a tenant.
    pub(crate) async fn token_answer(&self, authority: &str, tenant: &DemoTenant) -> (u16, Value) {
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", &tenant.client_id),
            ("client_secret", &tenant.client_secret),
            ("scope", "https://graph.microsoft.com/.default"),
        ];
        self.token_with(authority, &fields).await
    }

    pub(crate) async fn token(&self, key: &str) -> String {
        let tenant = self.tenant(key);
        let (status, body) = self.token_answer(&tenant.tenant_id, &tenant).await;
        assert_eq!(status, 200, "{body}");
        body["access_token"].as_str().expect("a token").to_owned()
    }

    pub(crate) async fn caller(&self, key: &str) -> Caller<'_> {
        Caller { bench: self, token: self.token(key).await }
    }
}

/// Somebody with a token.
pub(crate) struct Caller<'a> {
    pub(crate) bench: &'a Bench,
    pub(crate) token: String,
}

impl Caller<'_> {
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = if path.starts_with("http") { path.to_owned() } else { self.bench.url(path) };
        self.bench.client.request(method, url).bearer_auth(&self.token)
    }

    pub(crate) async fn send(&self, request: RequestBuilder) -> (u16, Value) {
        let response = request.send().await.expect("an answer");
        let status = response.status().as_u16();
        (status, response.json().await.unwrap_or(Value::Null))
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        self.send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn raw(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.expect("an answer")
    }

    pub(crate) async fn ok(&self, path: &str) -> Value {
        let (status, body) = self.get(path).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    /// All pages, and how many there were.
    pub(crate) async fn pages(&self, path: &str) -> (Vec<Value>, usize) {
        let mut items = Vec::new();
        let mut next = Some(path.to_owned());
        let mut pages = 0;
        while let Some(path) = next {
            let body = self.ok(&path).await;
            items.extend(body["value"].as_array().expect("a list").clone());
            next = body["@odata.nextLink"].as_str().map(str::to_owned);
            pages += 1;
            assert!(pages < 100, "the pages never end");
        }
        (items, pages)
    }
}

pub(crate) fn names(list: &Value) -> Vec<&str> {
    list["value"].as_array().into_iter().flatten().filter_map(|item| item["displayName"].as_str()).collect()
}
