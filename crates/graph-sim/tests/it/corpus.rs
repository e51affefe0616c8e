//! Folders of policy JSON as tenants.

use policytab_graph_sim::{CaThrottle, Seed, SimConfig};
use policytab_test_support::shared;
use serde_json::{Value, json};

use crate::common::Bench;
use crate::contract::{Contract, read_all};

async fn empty() -> Bench {
    let bench = Bench::with(SimConfig { seed: Seed::Empty, ..SimConfig::default() }).await;
    bench.control().settings_update(|settings| settings.ca_throttle = CaThrottle::Off);
    bench
}

#[tokio::test]
async fn whatever_the_shape_it_becomes_a_tenant() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).expect("a file");
    let policy = |name: &str| {
        json!({
            "displayName": name, "state": "enabled",
            "conditions": {
                "users": { "includeUsers": ["All"], "excludeGroups": ["<Emergency>", "5c7f3e1a-0000-4000-8000-000000000001"] },
                "applications": { "includeApplications": ["All"] },
                "locations": [],
            },
            "GrantControls": { "operator": "OR", "builtInControls": ["mfa"] },
        })
    };
    write("a.json", policy("Plain").to_string().as_bytes());
    let wide: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(policy("Breit").to_string().encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    write("b.json", &wide);
    write("c.json", json!([policy("One"), policy("Two")]).to_string().as_bytes());
    write("d.json", json!({ "value": [policy("Three"), { "something": "else" }] }).to_string().as_bytes());
    write("e.json", json!({ "displayName": "Office", "locationType": "ipNamedLocation", "isTrusted": true, "ipRanges": [{ "cidrAddress": "203.0.113.0/24" }] }).to_string().as_bytes());
    write("f.json", b"{ no json");
    write("g.txt", b"not looked at");
    let bench = empty().await;
    let report = bench.control().folder_load(folder.path(), Some("My folder")).expect("a tenant");
    assert_eq!((report.policies, report.named_locations, report.files), (5, 1, 6));
    let skipped: Vec<&str> = report.skipped.iter().map(|skipped| skipped.path.as_str()).collect();
    assert_eq!(skipped, ["f.json", "d.json#1"]);
    let caller = bench.caller("my-folder").await;
    let list = caller.ok("/v1.0/identity/conditionalAccess/policies").await;
    let first = &list["value"][0];
    assert_eq!(first["conditions"]["locations"], Value::Null);
    assert_eq!(first["grantControls"]["builtInControls"], json!(["mfa"]));
    let group = first["conditions"]["users"]["excludeGroups"][0].as_str().expect("an id");
    assert_eq!(caller.ok(&format!("/v1.0/groups/{group}")).await["displayName"], "Emergency");
    let members = caller.ok("/v1.0/groups/5c7f3e1a-0000-4000-8000-000000000001/members").await;
    assert_eq!(members["value"].as_array().map(Vec::len), Some(3));
    let nothing = tempfile::tempdir().expect("a folder");
    assert!(bench.control().folder_load(nothing.path(), None).is_err());
    bench.sim.stop().await;
}

#[tokio::test]
async fn every_published_corpus_becomes_a_tenant_that_keeps_the_contract() {
    let (Some(corpus), Some(mut contract)) = (shared("corpus"), Contract::load()) else { return };
    let bench = empty().await;
    let mut folders: Vec<_> =
        std::fs::read_dir(corpus).expect("a folder").flatten().map(|entry| entry.path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    let mut policies = 0;
    for folder in folders {
        let report = bench.control().folder_load(&folder, None).expect("a tenant");
        assert!(
            report.skipped.iter().all(|skipped| !skipped.reason.contains("JSON")),
            "{:?}",
            report.skipped
        );
        policies += report.policies;
        let key = report.tenant.key().to_owned();
        let caller = bench.caller(&key).await;
        read_all(&mut contract, &caller, &key).await;
        references_lead_somewhere(&caller).await;
    }
    assert_eq!(policies, 350);
    bench.sim.stop().await;
}

async fn references_lead_somewhere(caller: &crate::common::Caller<'_>) {
    let list = caller.ok("/beta/identity/conditionalAccess/policies").await;
    let mut ids = std::collections::BTreeSet::new();
    for policy in list["value"].as_array().into_iter().flatten() {
        assert!(ids.insert(policy["id"].to_string()), "ids are unique");
        for list in ["includeGroups", "excludeGroups"] {
            for group in policy["conditions"]["users"][list].as_array().into_iter().flatten() {
                caller.ok(&format!("/v1.0/groups/{}", group.as_str().expect("an id"))).await;
            }
        }
    }
}
