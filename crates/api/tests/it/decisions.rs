//! What people decide beside the report: emergency access, bindings. And what changed between two snapshots.

use crate::{
    recipes::Side,
    support::{app::TestApp, onboard::at},
};
use policytab_domain::role::Role;
use policytab_graph_sim::{DemoTenant, TenantEdit};
use serde_json::{Value, json};
use uuid::Uuid;

async fn newest_report(app: &TestApp, customer: &Value) -> String {
    let report = app.owner().read(&at(customer, "/report")).await;
    report["id"].as_str().expect("an id").to_owned()
}

async fn audited(app: &TestApp, action: &str) -> usize {
    let page = app.owner().read("/api/v1/audit?limit=200").await;
    page["items"].as_array().expect("items").iter().filter(|entry| entry["action"] == action).count()
}

fn standing<'a>(view: &'a Value, id: &str) -> Option<&'a str> {
    let objects = view["objects"].as_array().expect("objects");
    objects.iter().find(|object| object["id"] == id).and_then(|object| object["standing"].as_str())
}

#[tokio::test(flavor = "multi_thread")]
async fn emergency_access_is_recognised_confirmed_and_refused() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let customer = app.imported(&admin, &app.tenant("good")).await;
    let path = at(&customer, "/emergency-access");
    let first = admin.get(&path).send().await.expect_status(200);
    let (tag, view) = (first.header("etag").expect("a tag").to_owned(), first.json());
    let found = view["objects"].as_array().expect("objects");
    assert!(!found.is_empty(), "a well-run tenant has emergency access: {view}");
    let (id, kind) = (found[0]["id"].as_str().expect("an id").to_owned(), found[0]["kind"].clone());
    assert_eq!(standing(&view, &id), Some("recognised"), "{view}");
    assert!(found[0]["members"].as_u64().is_some_and(|count| count > 0), "{view}");
    assert!(view["accounts"].as_u64().is_some_and(|count| count > 0), "{view}");

    let report = newest_report(&app, &customer).await;
    let another = Uuid::new_v4().to_string();
    let choices = json!({
        "confirmed": [{"kind": "user", "id": another}, {"kind": "user", "id": another}],
        "refused": [{"kind": kind, "id": id}],
    });
    let put = admin.put(&path, &choices).header("if-match", &tag).send().await.expect_status(200);
    assert_eq!(standing(&put.json(), &id), Some("refused"));
    assert_eq!(standing(&put.json(), &another), Some("confirmed"));
    assert_ne!(put.header("etag"), Some(tag.as_str()));
    let confirmed = put.json()["objects"]
        .as_array()
        .expect("objects")
        .iter()
        .find(|o| o["id"] == another.as_str())
        .cloned();
    let reached = confirmed.expect("the confirmed one");
    assert!(
        [&reached["blocked_by"], &reached["asked_by"]]
            .iter()
            .any(|list| list.as_array().is_some_and(|l| !l.is_empty())),
        "policies reach an account that none leaves out: {reached}"
    );
    assert_ne!(newest_report(&app, &customer).await, report, "the report is made anew");
    assert_eq!(audited(&app, "emergency_access.choose").await, 1);
    assert_eq!(admin.read(&path).await, put.json());

    admin.put(&path, &choices).header("if-match", &tag).send().await.problem(412, "precondition_failed");
    for bad in [
        json!({"confirmed": []}),
        json!({"confirmed": [{"kind": "role", "id": id}], "refused": []}),
        json!({"confirmed": [{"kind": "user", "id": "ada@contoso.example"}], "refused": []}),
        json!({"confirmed": [{"kind": kind, "id": id}], "refused": [{"kind": kind, "id": id}]}),
        json!({"confirmed": vec![json!({"kind": "user", "id": id}); 101], "refused": []}),
    ] {
        admin.put(&path, &bad).send().await.problem(422, "validation_failed");
    }
    // They outlive an import.
    app.import(&admin, &customer, &json!({})).await;
    assert_eq!(standing(&admin.read(&path).await, &id), Some("refused"));
    let operator = app.as_role(&app.one, Role::Operator);
    assert_eq!(operator.read(&path).await["accounts"], 1);
    operator.put(&path, &choices).send().await.problem(403, "forbidden");
    let stranger = app.as_role(&app.two, Role::Owner);
    stranger.get(&path).send().await.problem(404, "not_found");
    stranger.put(&path, &choices).send().await.problem(404, "not_found");
    let pending = app.pending(&admin).await;
    admin.get(&at(&pending, "/emergency-access")).send().await.problem(409, "invalid_state");
    let nothing = json!({"confirmed": [], "refused": []});
    admin.put(&at(&pending, "/emergency-access"), &nothing).send().await.problem(409, "invalid_state");
}

/// A baseline whose one policy leaves out a group that is only a placeholder.
async fn with_placeholder(app: &TestApp) -> Value {
    let policy = json!({
        "displayName": "Require MFA for all users", "state": "enabled",
        "conditions": {
            "users": {"includeUsers": ["All"], "excludeGroups": ["<Helpdesk exceptions>"]},
            "applications": {"includeApplications": ["All"]},
        },
        "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
    });
    let body = json!({"name": format!("Baseline {}", Uuid::new_v4()), "policies": [policy]});
    app.admin().post("/api/v1/baselines", &body).send().await.expect_status(201).json()
}

#[tokio::test(flavor = "multi_thread")]
async fn references_of_a_baseline_are_bound_by_people() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let customer = app.imported(&admin, &app.tenant("good")).await;
    let path = at(&customer, "/bindings");
    let own = admin.read(&path).await;
    assert_eq!(
        (&own["comparison_baseline"]["kind"], &own["items"]),
        (&json!("imported_snapshot"), &json!([]))
    );
    let nothing = json!({"bindings": []});
    admin.put(&path, &nothing).send().await.problem(409, "invalid_state");

    let made = with_placeholder(&app).await;
    let choice = json!({"kind": "workspace_baseline", "baseline_id": made["id"]});
    admin.put(&at(&customer, "/comparison-baseline"), &choice).send().await.expect_status(200);
    let first = admin.get(&path).send().await.expect_status(200);
    let tag = first.header("etag").expect("a tag").to_owned();
    let item = first.json()["items"][0].clone();
    assert_eq!((&item["kind"], &item["used_by"][0]["use"]), (&json!("group"), &json!("exclude")), "{item}");
    let reference = item["reference"].as_str().expect("a reference").to_owned();
    let report = newest_report(&app, &customer).await;
    let live = Uuid::new_v4().to_string();
    let said = |live: Value| json!({"bindings": [{"kind": "group", "reference": reference, "live": live}]});
    let put = admin.put(&path, &said(json!([live]))).header("if-match", &tag).send().await.expect_status(200);
    let bound = put.json()["items"][0].clone();
    assert_eq!((&bound["state"], &bound["live"][0]["id"]), (&json!("confirmed"), &json!(live)), "{bound}");
    assert_ne!(newest_report(&app, &customer).await, report, "the report is made anew");
    assert_eq!(audited(&app, "bindings.confirm").await, 1);
    admin
        .put(&path, &said(json!([live])))
        .header("if-match", &tag)
        .send()
        .await
        .problem(412, "precondition_failed");
    let refused =
        admin.put(&path, &said(json!([]))).send().await.expect_status(200).json()["items"][0].clone();
    assert_eq!((&refused["state"], &refused["live"]), (&json!("refused"), &json!([])), "{refused}");
    let unknown = json!({"bindings": [{"kind": "user", "reference": "nobody", "live": []}]});
    for bad in [
        unknown,
        json!({}),
        json!({"bindings": [{"kind": "planet", "reference": "x", "live": []}]}),
        json!({"bindings": [{"kind": "group", "reference": " ", "live": []}]}),
        json!({"bindings": [{"kind": "group", "reference": reference, "live": [""]}]}),
        json!({"bindings": [{"kind": "group", "reference": reference, "live": []}, {"kind": "group", "reference": reference, "live": []}]}),
    ] {
        admin.put(&path, &bad).send().await.problem(422, "validation_failed");
    }
    // What was said belongs to this baseline, and comes back with it.
    admin
        .put(&at(&customer, "/comparison-baseline"), &json!({"kind": "imported_snapshot"}))
        .send()
        .await
        .expect_status(200);
    admin.put(&at(&customer, "/comparison-baseline"), &choice).send().await.expect_status(200);
    assert_eq!(admin.read(&path).await["items"][0], refused);
    admin.put(&path, &nothing).send().await.expect_status(200);
    assert_eq!(admin.read(&path).await["items"][0], item);
    let stranger = app.as_role(&app.two, Role::Owner);
    stranger.get(&path).send().await.problem(404, "not_found");
    stranger.put(&path, &nothing).send().await.problem(404, "not_found");
    app.as_role(&app.one, Role::Operator).put(&path, &nothing).send().await.problem(403, "forbidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_changes_at_once_both_hold() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let customer = app.imported(&admin, &app.tenant("good")).await;
    let made = with_placeholder(&app).await;
    let choice = json!({"kind": "workspace_baseline", "baseline_id": made["id"]});
    admin.put(&at(&customer, "/comparison-baseline"), &choice).send().await.expect_status(200);
    let reference = admin.read(&at(&customer, "/bindings")).await["items"][0]["reference"].clone();
    let bindings = json!({"bindings": [{"kind": "group", "reference": reference, "live": []}]});
    let emergency = json!({"confirmed": [{"kind": "user", "id": Uuid::new_v4()}], "refused": []});
    let (one, two) = tokio::join!(
        admin.put(&at(&customer, "/bindings"), &bindings).send(),
        admin.put(&at(&customer, "/emergency-access"), &emergency).send(),
    );
    one.expect_status(200);
    two.expect_status(200);
    assert_eq!(
        admin.read(&at(&customer, "/bindings")).await["items"][0]["reason"],
        "left unbound on purpose"
    );
    let view = admin.read(&at(&customer, "/emergency-access")).await;
    assert!(view["objects"].as_array().is_some_and(|all| all.iter().any(|o| o["standing"] == "confirmed")));
}

/// Turns a live policy of the tenant off, as somebody would in the admin center.
fn turn_off(app: &TestApp, tenant: &DemoTenant, policy: &str) {
    let patch = TenantEdit::PolicyPatch { policy: policy.to_owned(), patch: json!({"state": "disabled"}) };
    app.control().edit(&tenant.tenant_id, &patch).expect("a policy");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_snapshots_are_compared_by_meaning() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let tenant = app.another_tenant("good");
    let customer = app.imported(&admin, &tenant).await;
    let newest = async || -> String {
        let page = admin.read(&at(&customer, "/snapshots")).await;
        page["items"][0]["id"].as_str().expect("an id").to_owned()
    };
    let before = newest().await;
    let policies = admin.read(&at(&customer, &format!("/snapshots/{before}/policies"))).await;
    let policies = policies["items"].as_array().expect("items").clone();
    let on = policies.iter().find(|p| p["state"] == "enabled").expect("a policy that is on").clone();
    turn_off(&app, &tenant, on["id"].as_str().expect("an id"));
    app.import(&admin, &customer, &json!({})).await;
    let after = newest().await;
    let compare = |a: &str, b: &str| at(&customer, &format!("/snapshots/{a}/compare/{b}"));
    let found = app.as_role(&app.one, Role::Viewer).read(&compare(&before, &after)).await;
    assert_eq!((&found["before"]["id"], &found["after"]["id"]), (&json!(before), &json!(after)));
    assert_eq!((&found["added"], &found["removed"]), (&json!([]), &json!([])), "{found}");
    assert_eq!(found["unchanged"], policies.len() - 1);
    let changed = found["changed"].as_array().expect("changes");
    assert_eq!(changed.len(), 1, "{found}");
    assert_eq!(
        (&changed[0]["before"]["state"], &changed[0]["after"]["state"]),
        (&json!("enabled"), &json!("disabled"))
    );
    assert_eq!(
        (&changed[0]["diff"][0]["field"], &changed[0]["diff"][0]["direction"]),
        (&json!("state"), &json!("weaker"))
    );
    assert_eq!((&found["direction"], &found["gained"]), (&json!("weakens"), &json!([])), "{found}");
    let lost = &found["lost"][0];
    assert_eq!(lost["policy"]["id"], on["id"], "{found}");
    assert!(lost["share"].as_f64().is_some_and(|share| share > 0.0), "{lost}");
    let question = json!({"sign_in": lost["witness"], "snapshot_id": before});
    admin.post(&at(&customer, "/evaluate"), &question).send().await.expect_status(200);
    let back = admin.read(&compare(&after, &before)).await;
    assert_eq!((&back["direction"], &back["lost"]), (&json!("strengthens"), &json!([])), "{back}");
    let same = admin.read(&compare(&after, &after)).await;
    assert_eq!(
        (&same["direction"], &same["lost"], &same["gained"]),
        (&json!("neutral"), &json!([]), &json!([]))
    );
    assert_eq!((&same["changed"], &same["unchanged"]), (&json!([]), &json!(policies.len())));
    // Snapshots of another customer, and of another MSP.
    let (own, other) = (Side::new(&app, &app.one).await, Side::new(&app, &app.two).await);
    for foreign in [&own.snapshot, &other.snapshot, &Uuid::new_v4().to_string()] {
        admin.get(&compare(&before, foreign)).send().await.problem(404, "not_found");
        admin.get(&compare(foreign, &after)).send().await.problem(404, "not_found");
    }
    other.owner.get(&compare(&before, &after)).send().await.problem(404, "not_found");
}
