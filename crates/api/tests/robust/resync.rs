//! The second import of a customer, after things were changed in the portal.

use crate::harness::{Stage, text};
use policytab_graph_sim::TenantEdit;
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_second_import_shows_what_changed_and_leaves_the_agreed_state_alone() {
    let stage = Stage::new().await;
    let customer = stage.connected("Twice").await;
    let _worker = stage.worker("worker", 1);
    let first = stage.import(&customer).await;
    stage.is_whole(&customer, &first).await;
    let agreed = format!("/customers/{}/co-managed-baseline", customer.id);
    let (agreed_before, bodies_before) = (stage.get(&agreed).await, bodies(&stage).await);
    let policies = agreed_before["policy_items"].as_array().unwrap();
    let enabled: Vec<&Value> = policies.iter().filter(|policy| policy["state"] == "enabled").collect();
    let (changed, deleted) = (enabled[0], enabled[1]);
    let edit = |edit| stage.control().edit(&customer.tenant.tenant_id, &edit).unwrap();
    edit(TenantEdit::PolicyPatch {
        policy: text(&changed["id"]).to_owned(),
        patch: json!({"state": "disabled"}),
    });
    edit(TenantEdit::PolicyDelete { policy: text(&deleted["id"]).to_owned() });
    edit(TenantEdit::PolicyPut {
        policy: json!({
            "displayName": "Brand new: block device code flow", "state": "enabled",
            "conditions": {
                "users": {"includeUsers": ["All"]}, "applications": {"includeApplications": ["All"]},
                "clientAppTypes": ["all"], "authenticationFlows": {"transferMethods": "deviceCodeFlow"},
            },
            "grantControls": {"operator": "OR", "builtInControls": ["block"]},
        }),
    });
    let second = stage.import(&customer).await;
    let ended = stage.succeeded(&customer, &second, Duration::from_secs(30)).await;
    assert_eq!(stage.step(&customer, &second, "co_managed_baseline").await, "skipped");

    assert_eq!(stage.get(&agreed).await, agreed_before, "changed on purpose only");
    assert_eq!(
        bodies(&stage).await,
        bodies_before + 2,
        "only the changed and the new policy are stored anew"
    );
    let listed = stage.get(&format!("/customers/{}/snapshots", customer.id)).await;
    let listed: Vec<_> =
        listed["items"].as_array().unwrap().iter().map(|s| text(&s["import_id"]).to_owned()).collect();
    assert_eq!(listed, [second.clone(), first], "newest first");
    let now = stage.customer_now(&customer).await;
    assert_eq!(now["counts"]["policies"]["total"], 14);

    let address = format!("/customers/{}/report?source=comparison_baseline", customer.id);
    let report = stage.get(&address).await;
    assert_eq!(report["snapshot_id"], ended["snapshot_id"]);
    let kinds: Vec<(&str, String)> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            let live = &finding["live_policies"][0]["display_name"];
            let named = finding["baseline_policy"]["display_name"].as_str().or(live.as_str());
            (text(&finding["kind"]), named.unwrap_or_default().to_owned())
        })
        .collect();
    let name = |policy: &Value| text(&policy["display_name"]).to_owned();
    for expected in [
        ("gap", name(changed)),
        ("gap", name(deleted)),
        ("extra", "Brand new: block device code flow".to_owned()),
    ] {
        assert!(kinds.contains(&expected), "{expected:?} is not in {kinds:?}");
    }
    assert_eq!(kinds.len(), 3, "{kinds:?}");

    // A third one that fails takes nothing away: the customer shows what it showed, and the error.
    edit(TenantEdit::ForceAadsts { code: Some(7_000_222) });
    let third = stage.import(&customer).await;
    let failed = stage.ended(&customer, &third, Duration::from_secs(30)).await;
    assert_eq!((text(&failed["state"]), text(&failed["error"]["code"])), ("failed", "graph_token_failed"));
    let mut after = stage.customer_now(&customer).await;
    assert_eq!(after["last_error"]["code"], "graph_token_failed");
    after["last_error"] = Value::Null;
    assert_eq!(after, now);
    assert_eq!(stage.get(&address).await, report);
    edit(TenantEdit::ForceAadsts { code: None });
    let fourth = stage.import(&customer).await;
    stage.succeeded(&customer, &fourth, Duration::from_secs(30)).await;
    assert_eq!(stage.customer_now(&customer).await["last_error"], Value::Null);
    stage.behind.has_no_orphans().await;
}

async fn bodies(stage: &Stage) -> i64 {
    stage.behind.number("SELECT count(*) FROM documents").await
}
