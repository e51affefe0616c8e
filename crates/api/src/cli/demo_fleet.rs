//! A dozen customers for the demo, so that a first look shows a living product: made through the API as anybody would.
//!
//! What the emulator is told is told at every start, since it forgets; what the product is told only at the first.

use super::Failure;
use policytab_graph_sim::{AddTenant, Control, DemoTenant, TenantEdit};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use std::time::Duration;

/// One customer.
struct Member {
    name: &'static str,
    /// The demo tenant that it is a copy of.
    template: &'static str,
    /// Whether it is compared with the product's own baseline instead of its imported snapshot.
    reference: bool,
    /// How its policies were when it was imported: name, and what is another.
    begins: Option<(&'static str, &'static str)>,
    /// What was changed since, and read again.
    changed: Option<(&'static str, &'static str)>,
}

const fn member(name: &'static str, template: &'static str, reference: bool) -> Member {
    Member { name, template, reference, begins: None, changed: None }
}

/// An ordinary company of a dozen people; the demo shows it without consent, the fleet with it.
const ORDINARY: &str = "no-consent";
const REPORT_ONLY: &str = "enabledForReportingButNotEnforced";

const FLEET: [Member; 12] = [
    Member {
        changed: Some(("Require MFA for administrators", "disabled")),
        ..member("Ashby & Rowe Accountants", ORDINARY, true)
    },
    Member {
        begins: Some(("Require MFA for everyone", REPORT_ONLY)),
        ..member("Bluebell Care Homes", ORDINARY, false)
    },
    member("Cedar Ridge Builders", "messy", false),
    member("Dunmore Dental", "no-licence", true),
    member("Eastgate Schools Trust", "good", true),
    member("Foxglove Interiors", "no-policies", true),
    member("Glenview Insurance", "messy", true),
    member("Hawthorne Hotels", "security-defaults", false),
    Member {
        begins: Some(("Compliant computers (trial)", "enabled")),
        changed: Some(("Block legacy authentication", REPORT_ONLY)),
        ..member("Inverness Freight", ORDINARY, false)
    },
    member("Juniper Legal", "good", false),
    member("Kestrel Robotics", "no-directory", true),
    member("Lakeside Logistics", "large", false),
];

/// The one that is left for trying the flow.
const PENDING: &str = "Maple Street Pharmacy";

/// How long an import may take before the demo goes on without it.
const PATIENCE: Duration = Duration::from_secs(300);

/// Adds the fleet's tenants to the emulator.
pub(super) fn tenants(control: &Control) -> Result<Vec<DemoTenant>, Failure> {
    let permissions = ["Policy.Read.All", "Directory.Read.All", "AuthenticationContext.Read.All"];
    FLEET
        .iter()
        .map(|member| {
            let ordinary = member.template == ORDINARY;
            let tenant = control.tenant_add(&AddTenant {
                name: member.name.to_owned(),
                template: Some(member.template.to_owned()),
                permissions: ordinary.then(|| permissions.map(str::to_owned).to_vec()),
                ..AddTenant::default()
            })?;
            if let Some(begins) = member.begins {
                set_state(control, &tenant, begins)?;
            }
            Ok(tenant)
        })
        .collect()
}

fn set_state(control: &Control, tenant: &DemoTenant, (policy, state): (&str, &str)) -> Result<(), Failure> {
    let edit = TenantEdit::PolicyPatch { policy: policy.to_owned(), patch: json!({"state": state}) };
    control.edit(&tenant.tenant_id, &edit)?;
    Ok(())
}

/// Somebody who is signed in.
struct Caller {
    http: Client,
    api: String,
    token: String,
}

impl Caller {
    async fn sign_in(url: &str, email: &str, password: &str) -> Result<Self, Failure> {
        let (http, api) = (Client::new(), format!("{url}/api/v1"));
        let mut caller = Self { http, api, token: String::new() };
        let login = json!({"email": email, "password": password});
        let answer = caller.call(Method::POST, "/auth/login", Some(&login)).await?;
        caller.token = answer["access_token"].as_str().unwrap_or_default().to_owned();
        Ok(caller)
    }

    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
        let mut request = self.http.request(method, format!("{}{path}", self.api));
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await?;
        let (status, body) = (answer.status(), answer.json::<Value>().await.unwrap_or_default());
        if status.is_success() {
            Ok(body)
        } else {
            Err(format!("{path}: {status} {}", body["detail"]).into())
        }
    }

    async fn import(&self, customer: &str, comparison: Option<Value>) -> Result<(), Failure> {
        let body = comparison.map_or_else(|| json!({}), |choice| json!({"comparison_baseline": choice}));
        let import = self.call(Method::POST, &format!("/customers/{customer}/import"), Some(&body)).await?;
        let path = format!("/customers/{customer}/imports/{}", import["id"].as_str().unwrap_or_default());
        let ended = async {
            loop {
                let state = self.call(Method::GET, &path, None).await?["state"].clone();
                if state == "succeeded" || state == "failed" {
                    return Ok::<(), Failure>(());
                }
                tokio::time::sleep(Duration::from_millis(250)).await;
            }
        };
        tokio::time::timeout(PATIENCE, ended).await?
    }
}

/// Makes the customers, where there is none yet. How many.
pub(super) async fn onboard(
    url: &str,
    email: &str,
    password: &str,
    control: &Control,
    tenants: &[DemoTenant],
) -> Result<usize, Failure> {
    let caller = Caller::sign_in(url, email, password).await?;
    let known = caller.call(Method::GET, "/customers?limit=1", None).await?;
    if known["items"].as_array().is_none_or(|items| !items.is_empty()) {
        for (member, tenant) in FLEET.iter().zip(tenants) {
            if let Some(changed) = member.changed {
                set_state(control, tenant, changed)?;
            }
        }
        return Ok(0);
    }
    let baselines = caller.call(Method::GET, "/baselines", None).await?;
    let reference =
        baselines["items"].as_array().and_then(|all| all.iter().find(|one| one["built_in"] == true));
    let reference = reference.map(|one| json!({"kind": "workspace_baseline", "baseline_id": one["id"]}));
    create(&caller, PENDING).await?;
    for (member, tenant) in FLEET.iter().zip(tenants) {
        let customer = create(&caller, member.name).await?;
        let credentials = json!({
            "client_id": tenant.client_id, "client_secret": tenant.client_secret, "tenant_hint": tenant.domain,
        });
        caller.call(Method::PUT, &format!("/customers/{customer}/connect"), Some(&credentials)).await?;
        caller.import(&customer, reference.clone().filter(|_| member.reference)).await?;
        if let Some(changed) = member.changed {
            set_state(control, tenant, changed)?;
            caller.import(&customer, None).await?;
        }
    }
    Ok(FLEET.len())
}

async fn create(caller: &Caller, name: &str) -> Result<String, Failure> {
    let body = json!({"display_name": name, "cloud": "emulator"});
    let made = caller.call(Method::POST, "/customers", Some(&body)).await?;
    Ok(made["id"].as_str().unwrap_or_default().to_owned())
}
