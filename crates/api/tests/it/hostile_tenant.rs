//! A tenant in which everything has a name that means harm to whoever shows, stores or opens it. It is imported like
//! any other; the names come back as text, and no file that they end up in does more with them than show them.

use crate::{
    support::{
        app::TestApp,
        client::{Answer, Client},
        onboard::{at, credentials},
    },
    texts::{TEXTS, file, harmless_cells, holds, no_markup},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use policytab_graph_sim::TenantEdit;
use serde_json::{Value, json};
use uuid::Uuid;

/// Of these the product's own text fields take none.
const FURTHER: [(&str, &str); 8] = [
    ("U+0000", "a\u{0}b"),
    ("controls", "a\u{1}\u{7}\u{1b}[2J\u{7f}\u{85}b"),
    ("line ends", "a\r\nSet-Cookie: a=b\r\n\r\nb"),
    ("path", "../../../../etc/passwd"),
    ("sum", "+1+cmd|' /C calc'!A0"),
    ("at", "@SUM(1+1)*cmd|' /C calc'!A0"),
    ("tab", "\t=1+1"),
    ("wide formula", "＝1+1"),
];

fn names() -> Vec<String> {
    let mut names: Vec<String> = TEXTS.iter().chain(&FURTHER).map(|(_, text)| (*text).to_owned()).collect();
    // No name in Entra is longer than 256 characters; who answers for Graph may say anything.
    names.push("long ".repeat(20_000));
    names.push("𝕏".repeat(5_000));
    names
}

/// As the product has a name: PostgreSQL's text cannot hold U+0000.
fn kept(name: &str) -> String {
    name.replace('\0', "\u{fffd}")
}

/// Policies, named locations, groups and strengths by these names, as a folder that the emulator makes a tenant of.
fn folder(names: &[String]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let mut all: Vec<Value> = Vec::new();
    for name in names {
        let [policy, location, group, strength] = std::array::from_fn(|_| Uuid::new_v4());
        all.push(json!({
            "@odata.type": "#microsoft.graph.ipNamedLocation", "id": location, "displayName": name,
            "ipRanges": [{"@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "198.51.100.0/24"}],
        }));
        all.push(json!({
            "id": group, "displayName": name, "description": name, "securityEnabled": true, "groupTypes": [],
        }));
        all.push(json!({
            "id": policy, "displayName": name, "state": "enabled",
            "conditions": {
                "users": {"includeUsers": ["All"], "excludeGroups": [group]},
                "applications": {"includeApplications": ["All"]},
                "locations": {"includeLocations": ["All"], "excludeLocations": [location]},
                "devices": {"deviceFilter": {"mode": "exclude", "rule": format!("device.displayName -eq {}", Value::from(name.as_str()))}},
            },
            "grantControls": {"operator": "OR", "authenticationStrength": {
                "id": strength, "displayName": name, "description": name, "allowedCombinations": ["fido2"],
            }},
        }));
    }
    std::fs::write(folder.path().join("all.json"), Value::from(all).to_string()).expect("a file");
    folder
}

async fn fine(who: &Client, path: &str) -> Answer {
    who.get(path).send().await.expect_status(200)
}

#[tokio::test(flavor = "multi_thread")]
async fn names_of_a_hostile_tenant_are_text_wherever_they_end_up() {
    let app = TestApp::start().await;
    let (who, names) = (app.owner(), names());
    let tenant_name = "=1+1</td><script>alert(1)</script>\u{202e}\u{0}\r\nx: y";
    let loaded = app.control().folder_load(folder(&names).path(), Some(tenant_name)).expect("a tenant");
    assert_eq!((loaded.policies, loaded.groups), (names.len(), names.len()), "{:?}", loaded.skipped);
    let key = loaded.tenant.key().to_owned();
    let app_name = format!("app {tenant_name}");
    let tenant = app.control().edit(&key, &TenantEdit::AppAdd { name: app_name.clone() }).expect("an app");
    let customer = app.pending(&who).await;
    let connected =
        who.put(&at(&customer, "/connect"), &credentials(&tenant)).send().await.expect_status(200);
    assert!(holds(&connected.json(), &kept(&app_name)), "{connected}");
    let first = app.import(&who, &customer, &json!({})).await;
    assert_eq!(first["state"], "succeeded", "{first}");

    // Everything there is, as it was named.
    let snapshots = who.read(&at(&customer, "/snapshots")).await;
    let snapshot =
        at(&customer, &format!("/snapshots/{}", snapshots["items"][0]["id"].as_str().expect("an id")));
    let (found, policies) = (who.read(&snapshot).await, who.read(&format!("{snapshot}/policies")).await);
    for name in names.iter().map(|name| kept(name)) {
        let short: String = name.chars().take(40).collect();
        assert!(holds(&policies, &name), "no policy {short:?}");
        for list in ["named_locations", "authentication_strengths", "references"] {
            assert!(holds(&found[list], &name), "nothing among {list} is called {short:?}");
        }
    }
    assert!(holds(&who.read(&at(&customer, "")).await, &kept(tenant_name)));

    // A baseline of it, and half of the tenant's policies gone: findings tell the names of both sides.
    let gold = json!({"name": "Of a hostile tenant", "customer_id": customer["id"]});
    let gold = who.post("/api/v1/baselines/import/snapshot", &gold).send().await.expect_status(201).json();
    let gold = gold.get("baseline").unwrap_or(&gold)["id"].as_str().expect("an id").to_owned();
    for name in names.iter().step_by(2) {
        app.control().edit(&key, &TenantEdit::PolicyDelete { policy: name.clone() }).expect("a policy less");
    }
    for name in names.iter().skip(1).step_by(2) {
        let patch = json!({"displayName": format!("{name} "), "state": "disabled"});
        let edit = TenantEdit::PolicyPatch { policy: name.clone(), patch };
        app.control().edit(&key, &edit).expect("another state");
    }
    let with = json!({"comparison_baseline": {"kind": "workspace_baseline", "baseline_id": gold}});
    let second = app.import(&who, &customer, &with).await;
    assert_eq!(second["state"], "succeeded", "{second}");
    let report = at(&customer, "/report");
    let findings = who.read(&report).await;
    assert!(holds_part(&findings, &kept(&names[0])) && holds_part(&findings, &kept(&names[8])), "{findings}");

    // Files that are opened elsewhere.
    let page = file(&who, &report, "text/html").await;
    no_markup(&page, "the page");
    assert!(!page.contains(['\u{202e}', '\u{0}', '\u{1b}']) && page.contains("&lt;script&gt;"));
    for (path, kind) in [(report.as_str(), "text/csv"), ("/api/v1/audit/export", "*/*")] {
        harmless_cells(&file(&who, path, kind).await, path);
    }
    let sarif = file(&who, &report, "application/sarif+json").await;
    serde_json::from_str::<Value>(&sarif).expect("SARIF");
    // An archive with a path that leads out would be refused as a whole.
    for address in [format!("{snapshot}/export"), format!("/api/v1/baselines/{gold}/versions/1/export")] {
        let zip = fine(&who, &address).await;
        let header = zip.header("content-disposition").expect("a name").to_owned();
        assert!(header.is_ascii() && header.matches('"').count() == 2, "{header}");
        let again = json!({"name": format!("Again {}", Uuid::new_v4()), "files": [
            {"path": "export.zip", "content_base64": STANDARD.encode(&zip.body)}]});
        let read = who.post("/api/v1/baselines/import/files", &again).send().await.expect_status(201).json();
        let id = read["baseline"]["id"].as_str().expect("an id");
        let read = who.read(&format!("/api/v1/baselines/{id}/versions/1")).await;
        for name in &names {
            assert!(holds(&read, &kept(name)), "{:.40} was not read again", kept(name));
        }
    }

    // And whatever else tells of it.
    let ids: Vec<_> = snapshots_of(&who, &customer).await;
    for rest in [
        "/connect".to_owned(),
        "/imports".to_owned(),
        "/co-managed-baseline".to_owned(),
        "/comparison-baseline".to_owned(),
        "/coverage".to_owned(),
        "/emergency-access".to_owned(),
        "/bindings".to_owned(),
        format!("/snapshots/{}/compare/{}", ids[1], ids[0]),
    ] {
        fine(&who, &at(&customer, &rest)).await;
    }
    for path in ["/api/v1/fleet", "/api/v1/customers", "/api/v1/baselines", "/api/v1/audit?limit=200"] {
        fine(&who, path).await;
    }
    fine(&who, &format!("/api/v1/baselines/{gold}")).await;
    fine(&who, &format!("/api/v1/baselines/{gold}/customers")).await;
}

async fn snapshots_of(who: &Client, customer: &Value) -> Vec<String> {
    let list = who.read(&at(customer, "/snapshots")).await;
    list["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|s| s["id"].as_str().expect("an id").to_owned())
        .collect()
}

/// Whether some text of the answer has this in it.
fn holds_part(answer: &Value, text: &str) -> bool {
    match answer {
        Value::String(found) => found.contains(text),
        Value::Array(items) => items.iter().any(|v| holds_part(v, text)),
        Value::Object(members) => members.values().any(|v| holds_part(v, text)),
        _ => false,
    }
}
