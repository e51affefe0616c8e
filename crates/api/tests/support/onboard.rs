//! The way of a customer, step by step or all at once.

use super::{app::TestApp, client::Client};
use policytab_graph_sim::{AddTenant, DemoTenant};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// The address of a customer.
pub(crate) fn at(customer: &Value, rest: &str) -> String {
    format!("/api/v1/customers/{}{rest}", customer["id"].as_str().expect("an id"))
}

/// The body that connects with a tenant's credentials.
pub(crate) fn credentials(tenant: &DemoTenant) -> Value {
    json!({"client_id": tenant.client_id, "client_secret": tenant.client_secret, "tenant_hint": tenant.domain})
}

impl TestApp {
    /// A demo tenant.
    pub(crate) fn tenant(&self, key: &str) -> DemoTenant {
        self.control().tenant(key).unwrap_or_else(|| panic!("there is no demo tenant {key}"))
    }

    /// A tenant that nobody has connected yet, like a demo tenant.
    pub(crate) fn another_tenant(&self, template: &str) -> DemoTenant {
        let name = format!("Tenant {}", Uuid::new_v4().simple());
        let wanted = AddTenant { name, template: Some(template.to_owned()), ..AddTenant::default() };
        self.control().tenant_add(&wanted).expect("another tenant")
    }

    /// A pending customer.
    pub(crate) async fn pending(&self, client: &Client) -> Value {
        let body = json!({"display_name": format!("Customer {}", Uuid::new_v4()), "cloud": "emulator"});
        client.post("/api/v1/customers", &body).send().await.expect_status(201).json()
    }

    /// A customer connected to this tenant.
    pub(crate) async fn connected(&self, client: &Client, tenant: &DemoTenant) -> Value {
        let customer = self.pending(client).await;
        client.put(&at(&customer, "/connect"), &credentials(tenant)).send().await.expect_status(200);
        client.read(&at(&customer, "")).await
    }

    /// Asks for an import and waits for its end.
    pub(crate) async fn import(&self, client: &Client, customer: &Value, body: &Value) -> Value {
        let started = client.post(&at(customer, "/import"), body).send().await.expect_status(202).json();
        self.ended(client, customer, &started).await
    }

    /// Waits for the end of an import.
    pub(crate) async fn ended(&self, client: &Client, customer: &Value, import: &Value) -> Value {
        let path = at(customer, &format!("/imports/{}", import["id"].as_str().expect("an id")));
        let began = Instant::now();
        loop {
            let import = client.read(&path).await;
            if matches!(import["state"].as_str(), Some("succeeded" | "failed")) {
                return import;
            }
            assert!(began.elapsed() < Duration::from_secs(40), "still not at its end: {import}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// A customer imported from this tenant, compared with its own snapshot.
    pub(crate) async fn imported(&self, client: &Client, tenant: &DemoTenant) -> Value {
        let customer = self.connected(client, tenant).await;
        let import = self.import(client, &customer, &json!({})).await;
        assert_eq!(import["state"], "succeeded", "{import}");
        client.read(&at(&customer, "")).await
    }
}
