//! A good request for every operation of the description, with fresh things for what it changes.
//!
//! An operation without a recipe fails the tests: nobody can add an endpoint and forget the tables made of them.

use crate::support::{
    app::{Msp, PASSWORD, TestApp},
    client::{Answer, Client, Request},
    contract::Operation,
    onboard::{at, credentials},
};
use policytab_domain::role::Role;
use policytab_graph_sim::Repository;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

/// One MSP with one of everything.
pub(crate) struct Side {
    pub(crate) owner: Client,
    pub(crate) email: String,
    pub(crate) customer: Value,
    pub(crate) import: String,
    pub(crate) snapshot: String,
    pub(crate) baseline: String,
    /// A finding that can be accepted.
    pub(crate) finding: String,
    /// Texts that only this MSP may see.
    pub(crate) marks: Vec<String>,
}

pub(crate) fn id(value: &Value) -> String {
    value["id"].as_str().expect("an id").to_owned()
}

fn policy(name: &str) -> Value {
    json!({
        "displayName": name,
        "state": "enabled",
        "conditions": {"users": {"includeUsers": ["All"]}, "applications": {"includeApplications": ["All"]}},
        "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
    })
}

impl Side {
    pub(crate) async fn new(app: &TestApp, msp: &Msp) -> Self {
        let owner = app.as_role(msp, Role::Owner);
        let tenant = app.another_tenant("security-defaults");
        let customer = app.imported(&owner, &tenant).await;
        let imports = owner.read(&at(&customer, "/imports")).await;
        let snapshots = owner.read(&at(&customer, "/snapshots")).await;
        let name = format!("Baseline {}", Uuid::new_v4());
        let baseline = json!({"name": name, "policies": [policy("Require MFA")]});
        let baseline = owner.post("/api/v1/baselines", &baseline).send().await.expect_status(201).json();
        let (import, snapshot) = (id(&imports["items"][0]), id(&snapshots["items"][0]));
        let email = msp.person(Role::Owner).email.clone();
        let mut marks = vec![msp.id.to_string(), msp.name.to_owned(), name, tenant.tenant_id, tenant.domain];
        marks.extend([id(&customer), id(&baseline), import.clone(), snapshot.clone()]);
        marks.push(email.split_once('@').expect("an address").1.to_owned());
        let baseline = id(&baseline);
        // Something must be found that can be accepted: the policy that the tenant does not have.
        let choice = json!({"kind": "workspace_baseline", "baseline_id": baseline});
        owner.put(&at(&customer, "/comparison-baseline"), &choice).send().await.expect_status(200);
        let report = owner.read(&at(&customer, "/report?source=comparison_baseline&kind=missing")).await;
        let finding = id(&report["findings"][0]);
        Self { owner, email, customer, import, snapshot, baseline, finding, marks }
    }

    async fn made(&self, path: &str, body: Value) -> String {
        id(&self.owner.post(path, &body).send().await.expect_status(201).json())
    }

    async fn new_baseline(&self) -> String {
        let name = format!("Another {}", Uuid::new_v4());
        self.made("/api/v1/baselines", json!({"name": name, "policies": [policy("Block")]})).await
    }

    async fn new_user(&self) -> String {
        self.made("/api/v1/users", new_user()).await
    }

    /// A request that this MSP's owner may make, with fresh things for what it changes.
    pub(crate) async fn recipe(&self, app: &TestApp, operation: &Operation, who: &Client) -> Request {
        let name = format!("Made {}", Uuid::new_v4());
        let (mut path, mut body, mut cookie) = (operation.path.clone(), None, None);
        let mut customer = id(&self.customer);
        let mut other = String::new();
        match operation.id.as_str() {
            "api_token_list"
            | "audit_list"
            | "audit_export"
            | "audit_verify"
            | "baseline_list"
            | "customer_list"
            | "fleet_fetch"
            | "me_fetch"
            | "second_factor_fetch"
            | "own_session_list"
            | "own_session_delete_others"
            | "workspace_fetch"
            | "user_list"
            | "event_stream"
            | "healthz"
            | "readyz"
            | "metrics"
            | "jwks_fetch" => {}
            "co_managed_baseline_fetch"
            | "comparison_baseline_fetch"
            | "connection_fetch"
            | "connection_test"
            | "customer_fetch"
            | "import_list"
            | "report_fetch"
            | "snapshot_list"
            | "snapshot_fetch"
            | "snapshot_policies"
            | "snapshot_compare"
            | "snapshot_export"
            | "coverage_fetch"
            | "emergency_access_fetch"
            | "binding_list"
            | "import_fetch" => {}
            "problem_fetch" => path = path.replace("{code}", "not_found"),
            "session_login" => body = Some(json!({"email": self.email, "password": PASSWORD})),
            "session_refresh" | "session_logout" => {
                let login = json!({"email": self.email, "password": PASSWORD});
                let answer = app.anonymous().post("/api/v1/auth/login", &login).send().await;
                let set = answer.header("set-cookie").expect("a cookie");
                cookie = Some(set.split(';').next().unwrap_or_default().to_owned());
            }
            "second_factor_begin" => {
                cleared(app, who).await;
                body = Some(json!({"password": PASSWORD}));
            }
            "second_factor_confirm" => {
                cleared(app, who).await;
                let code = begun(who).await.map_or_else(|| "000000".to_owned(), |secret| totp(&secret, 0));
                body = Some(json!({"code": code}));
            }
            "second_factor_delete" | "recovery_codes_renew" => {
                cleared(app, who).await;
                let codes = enrolled(who).await.unwrap_or_default();
                let code = codes.first().map_or("000000", String::as_str);
                body = Some(json!({"password": PASSWORD, "code": code}));
            }
            "own_session_delete" => {
                let login = json!({"email": self.email, "password": PASSWORD});
                let answer = app.anonymous().post("/api/v1/auth/login", &login).send().await;
                let token = answer.expect_status(200).json()["access_token"].as_str().map(str::to_owned);
                let sessions = app.bearer(&token.expect("a token")).read("/api/v1/me/sessions").await;
                other = id(&sessions["items"][0]);
            }
            "own_password_put" => {
                cleared(app, who).await;
                body = Some(json!({"current_password": PASSWORD, "new_password": PASSWORD}));
            }
            "workspace_update" => body = Some(json!({"display_name": name})),
            // With the right name nothing would be left for the next recipe; see `workspace.rs`.
            "workspace_delete" => body = Some(json!({"display_name": "another name"})),
            "user_session_delete_all" => other = self.new_user().await,
            "user_second_factor_delete" => {
                other = self.new_user().await;
                let mut people = self.owner.read("/api/v1/users?limit=200").await;
                let people = people["items"].as_array_mut().expect("people");
                let person = people.iter().find(|p| p["id"] == other.as_str()).expect("the person");
                let login = json!({"email": person["email"], "password": PASSWORD});
                let answer = app.anonymous().post("/api/v1/auth/login", &login).send().await;
                let token = answer.expect_status(200).json()["access_token"].as_str().map(str::to_owned);
                enrolled(&app.bearer(&token.expect("a token"))).await.expect("codes");
            }
            "api_token_create" => body = Some(json!({"name": name, "role": "viewer"})),
            "api_token_delete" => {
                other = self.made("/api/v1/api-tokens", json!({"name": name, "role": "viewer"})).await;
            }
            "user_create" => body = Some(new_user()),
            "user_update" => {
                other = self.new_user().await;
                body = Some(json!({"display_name": name}));
            }
            "user_delete" => other = self.new_user().await,
            "baseline_create" => body = Some(json!({"name": name, "policies": [policy("A")]})),
            "baseline_import_files" => {
                let content = policy("A").to_string();
                body = Some(json!({"name": name, "files": [{"path": "a.json", "content": content}]}));
            }
            "baseline_import_github" => {
                body = Some(
                    json!({"name": name, "url": "https://github.com/northlight-it/conditional-access-baseline"}),
                );
            }
            "baseline_fetch"
            | "baseline_version_list"
            | "baseline_version_fetch"
            | "baseline_version_compare"
            | "baseline_version_export"
            | "baseline_customer_list" => other = self.baseline.clone(),
            "baseline_from_snapshot" => {
                let gold = app.imported(&self.owner, &app.another_tenant("good")).await;
                body = Some(json!({"name": name, "customer_id": gold["id"]}));
            }
            "policy_compare" => {
                let gold = app.imported(&self.owner, &app.another_tenant("good")).await;
                customer = id(&gold);
                let snapshots = self.owner.read(&at(&gold, "/snapshots")).await;
                let snapshot = id(&snapshots["items"][0]);
                let policies = self.owner.read(&at(&gold, &format!("/snapshots/{snapshot}/policies"))).await;
                path = path.replace("{snapshot_id}", &snapshot);
                path = path.replace("{policy_id}", &id(&policies["items"][0]));
                path = path.replace("{other_id}", &id(&policies["items"][1]));
            }
            "baseline_version_create" => {
                other = self.new_baseline().await;
                let off = json!({"displayName": name, "state": "disabled", "conditions": {}});
                body = Some(json!({"policies": [policy("Block"), off]}));
            }
            "baseline_policy_put" => {
                other = self.new_baseline().await;
                path = path.replace("{key}", "name:Block");
                body = Some(json!({"notes": {"severity": "low", "note": name}}));
            }
            "baseline_update_from_source" => {
                // A repository of its own, which has more in it when it is asked again.
                let repository = Uuid::new_v4().to_string();
                let (first, off) =
                    (policy("A"), json!({"displayName": "B", "state": "disabled", "conditions": {}}));
                let holding = |policies: &[&Value]| {
                    let file =
                        |policy: &&Value| (format!("{}.json", policy["displayName"]), policy.to_string());
                    Repository::of("recipes", &repository, policies.iter().map(file))
                };
                app.control().repository_put(holding(&[&first]));
                let url = format!("https://github.com/recipes/{repository}");
                let new = json!({"name": format!("Source of {name}"), "url": url});
                let made = self.owner.post("/api/v1/baselines/import/github", &new).send().await;
                other = id(&made.expect_status(201).json()["baseline"]);
                app.control().repository_put(holding(&[&first, &off]));
                body = Some(json!({}));
            }
            "baseline_update" => {
                other = self.new_baseline().await;
                body = Some(json!({"name": name}));
            }
            "baseline_delete" => other = self.new_baseline().await,
            "customer_create" => body = Some(json!({"display_name": name, "cloud": "emulator"})),
            "customer_update" => {
                customer = id(&app.pending(&self.owner).await);
                body = Some(json!({"display_name": name}));
            }
            "customer_delete" => customer = id(&app.pending(&self.owner).await),
            "connection_put" => {
                customer = id(&app.pending(&self.owner).await);
                body = Some(credentials(&app.another_tenant("no-policies")));
            }
            "connection_delete" => {
                customer = id(&app.connected(&self.owner, &app.another_tenant("no-policies")).await);
            }
            "sign_in_evaluate" => {
                let user = json!({"id": Uuid::new_v4()});
                body = Some(json!({"sign_in": {"user": user, "application": Uuid::new_v4()}}));
            }
            "finding_acceptance_put" => {
                path = path.replace("{finding_id}", &self.finding);
                body = Some(accepted_until(90));
            }
            "finding_acceptance_delete" => {
                path = path.replace("{finding_id}", &self.finding);
                let put = at(&self.customer, &format!("/findings/{}/acceptance", self.finding));
                self.owner.put(&put, &accepted_until(30)).send().await.expect_status(200);
            }
            "emergency_access_put" => body = Some(json!({"confirmed": [], "refused": []})),
            "binding_put" => body = Some(json!({"bindings": []})),
            "comparison_baseline_put" => {
                body = Some(json!({"kind": "workspace_baseline", "baseline_id": self.baseline}));
            }
            "import_create" => body = Some(json!({})),
            unknown => panic!("the operation {unknown} has no recipe: add one to {}", file!()),
        }
        let first = if path.contains("/customers/{id}") { customer } else { other };
        path = path.replace("{id}", &first);
        path = path.replace("{import_id}", &self.import).replace("{snapshot_id}", &self.snapshot);
        path = path.replace("{other_id}", &self.snapshot);
        path = path.replace("{number}", "1").replace("{other}", "1");
        let method: Method = operation.method.parse().expect("a method");
        let mut request = who.call(method, &path);
        if let Some(body) = &body {
            request = request.json(body);
        }
        if let Some(cookie) = &cookie {
            request = request.header("cookie", cookie);
        }
        request
    }

    /// Waits until an import that this answer started has ended.
    pub(crate) async fn settled(&self, app: &TestApp, operation: &Operation, answer: &Answer) {
        if operation.id == "import_create" && answer.status == 202 {
            app.ended(&self.owner, &self.customer, &answer.json()).await;
        }
    }
}

/// The code of an authenticator app so many steps from now.
pub(crate) fn totp(secret: &str, steps: i64) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret).expect("a secret");
    let app = totp_rs::Builder::new().with_secret(secret).build().expect("an app");
    let time = chrono::Utc::now().timestamp() + 30 * steps;
    app.generate(time.unsigned_abs()).to_string()
}

/// Takes the caller's second factor away, behind the curtain.
async fn cleared(app: &TestApp, who: &Client) {
    let me = who.get("/api/v1/me").send().await;
    if me.status == 200
        && let Ok(id) = Uuid::try_parse(me.json()["id"].as_str().unwrap_or_default())
    {
        let sql = format!("DELETE FROM second_factors WHERE user_id = '{id}'");
        app.superuser().await.execute(&sql, &[]).await.expect("no second factor");
    }
}

/// The secret of an enrolment that the caller begins; `None` for who may not.
pub(crate) async fn begun(who: &Client) -> Option<String> {
    let begun = who.post("/api/v1/me/second-factor", &json!({"password": PASSWORD})).send().await;
    (begun.status == 200).then(|| begun.json()["secret"].as_str().expect("a secret").to_owned())
}

/// Gives the caller a second factor. Gives its recovery codes; `None` for who may not.
pub(crate) async fn enrolled(who: &Client) -> Option<Vec<String>> {
    let code = json!({"code": totp(&begun(who).await?, 0)});
    let confirmed = who.post("/api/v1/me/second-factor/confirm", &code).send().await.expect_status(200);
    Some(serde_json::from_value(confirmed.json()["recovery_codes"].clone()).expect("codes"))
}

/// Terms for a finding, good for so many days.
pub(crate) fn accepted_until(days: i64) -> Value {
    let until = chrono::Utc::now() + chrono::TimeDelta::days(days);
    json!({"reason": "Replaced next month", "owner": "Ada", "expires_at": until.to_rfc3339()})
}

fn new_user() -> Value {
    let email = format!("{}@people.example", Uuid::new_v4().simple());
    json!({"email": email, "display_name": "Somebody", "role": "viewer", "password": PASSWORD})
}
