//! Imports: from the 202 to the customer's counts, and what stops them.

use crate::support::{
    app::TestApp,
    onboard::{at, credentials},
};
use policytab_domain::role::Role;
use policytab_graph_sim::{Fault, FaultKind, TenantEdit};
use serde_json::{Value, json};
use std::time::Duration;

fn strings<'a>(list: &'a Value, member: &str) -> Vec<&'a str> {
    list.as_array().expect("a list").iter().map(|v| v[member].as_str().expect("a text")).collect()
}

/// The newest snapshot of a customer, with its policies.
async fn snapshot(app: &TestApp, customer: &Value) -> (Value, Value) {
    let admin = app.admin();
    let list = admin.read(&at(customer, "/snapshots")).await;
    let id = list["items"][0]["id"].as_str().expect("a snapshot").to_owned();
    let detail = admin.read(&at(customer, &format!("/snapshots/{id}"))).await;
    let policies = admin.read(&at(customer, &format!("/snapshots/{id}/policies"))).await;
    (detail, policies["items"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_goes_through_its_steps_and_makes_everything() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let customer = app.connected(&admin, &app.tenant("good")).await;
    let started = admin.post(&at(&customer, "/import"), &json!({})).send().await.expect_status(202);
    let import = started.json();
    let path = at(&customer, &format!("/imports/{}", import["id"].as_str().expect("an id")));
    assert_eq!(started.header("location"), Some(path.as_str()));
    assert_eq!(import["state"], "queued");
    assert_eq!(import["comparison_baseline"], json!({"kind": "imported_snapshot"}));
    let import = app.ended(&admin, &customer, &import).await;
    assert_eq!(import["state"], "succeeded", "{import}");
    assert_eq!(import["attempts"], 1);
    let order = [
        "token",
        "organization",
        "licences",
        "policies",
        "named_locations",
        "authentication_strengths",
        "referenced_objects",
        "snapshot",
        "co_managed_baseline",
        "comparison",
        "report",
    ];
    assert_eq!(strings(&import["steps"], "name"), order);
    assert_eq!(strings(&import["steps"], "state"), ["succeeded"; 11]);
    assert!(
        import["steps"].as_array().expect("steps").iter().all(|s| s["finished_at"].is_string()),
        "{import}"
    );
    assert_eq!(import["steps"][3]["counts"]["policies"], 14, "{import}");
    let (detail, policies) = snapshot(&app, &customer).await;
    assert_eq!(detail["id"], import["snapshot_id"]);
    assert_eq!(detail["import_id"], import["id"]);
    assert_eq!(policies.as_array().expect("policies").len(), 14);
    assert!(detail["named_locations"].as_array().is_some_and(|l| !l.is_empty()), "{detail}");
    assert!(
        detail["licences"].as_array().expect("licences").iter().any(|l| l["licensed"] == true),
        "{detail}"
    );
    assert_eq!(detail["unread"], json!([]));
    let after = admin.read(&at(&customer, "")).await;
    assert_eq!((&after["status"], &after["next_step"]), (&json!("imported"), &json!("summary")));
    assert_eq!(after["counts"]["policies"]["total"], 14);
    assert_eq!(after["last_error"], Value::Null);
    assert_eq!(after["running_import_id"], Value::Null);
    let agreed = admin.read(&at(&customer, "/co-managed-baseline")).await;
    assert_eq!(agreed["policy_items"].as_array().map(Vec::len), Some(14));
    assert_eq!(agreed["seeded_from"], import["snapshot_id"]);
    let report = admin.read(&at(&customer, "/report?source=comparison_baseline")).await;
    assert_eq!(report["findings"], json!([]), "compared with itself, nothing is missing");
    assert!(report["notice"].is_string(), "an empty report says why");
    let fleet = admin.read("/api/v1/fleet").await;
    assert_eq!(fleet["customers"], json!({"total": 1, "pending": 0, "connected": 0, "imported": 1}));
    assert_eq!(fleet["policies"]["total"], 14);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_messy_tenant_is_read_whole() {
    let app = TestApp::start().await;
    let customer = app.imported(&app.admin(), &app.tenant("messy")).await;
    let (detail, policies) = snapshot(&app, &customer).await;
    let policies = policies.as_array().expect("policies");
    assert_eq!(policies.len(), 31);
    assert_eq!(policies.iter().filter(|p| p["beta_only"] == true).count(), 2);
    let references = detail["references"].as_array().expect("references");
    let dangling = references.iter().filter(|r| r["state"] == "deleted").count();
    assert!(dangling > 0, "ids that lead nowhere are kept and marked: {detail}");
    let counted = references.iter().any(|r| r["kind"] == "group" && r["head_count"].is_u64());
    assert!(counted, "groups have head counts: {detail}");
    let counts = &customer["counts"]["policies"];
    let sum = ["enabled", "report_only", "disabled"].iter().filter_map(|s| counts[s].as_i64()).sum::<i64>();
    assert_eq!((sum, counts["total"].as_i64()), (31, Some(31)));
    for policy in policies {
        for part in ["who", "what", "then"] {
            assert!(policy[part].as_array().is_some_and(|lines| !lines.is_empty()), "{part} of {policy}");
        }
        let sentence = policy["sentence"].as_str().expect("a sentence");
        assert_eq!(policy["state"] == "enabled", !sentence.contains("If it were on"), "{policy}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_policies_of_a_snapshot_are_compared_by_meaning_and_with_names() {
    let app = TestApp::start().await;
    let customer = app.imported(&app.admin(), &app.tenant("messy")).await;
    let (detail, policies) = snapshot(&app, &customer).await;
    let called = |name: &str| {
        let found = policies.as_array().expect("policies").iter().find(|p| p["display_name"] == name);
        found.unwrap_or_else(|| panic!("no policy {name}"))["id"].as_str().expect("an id").to_owned()
    };
    let (one, other) = (called("Guests"), called("Compliant device or MFA"));
    let path = |one: &str, other: &str| {
        let snapshot = detail["id"].as_str().expect("an id");
        at(&customer, &format!("/snapshots/{snapshot}/policies/{one}/compare/{other}"))
    };
    let compared = app.admin().read(&path(&one, &other)).await;
    assert_eq!(compared["first"]["display_name"], "Guests");
    assert_eq!(compared["second"]["display_name"], "Compliant device or MFA");
    let differs = compared["diff"].as_array().expect("differences");
    let of = |label: &str| differs.iter().find(|each| each["label"] == label).cloned().unwrap_or_default();
    assert_eq!(of("Included users")["live"], serde_json::json!(["All users"]), "{compared}");
    assert_eq!(
        of("Access controls")["direction"],
        "weaker",
        "one of three asks for less than one: {compared}"
    );
    assert!(compared["same"].as_array().expect("fields").iter().any(|each| each["label"] == "State"));

    // Ids count without regard to case, as in Graph; nothing differs from itself.
    let itself = app.admin().read(&path(&one, &one.to_uppercase())).await;
    assert_eq!(itself["diff"], serde_json::json!([]));
    let gone = app.admin().get(&path(&one, "00000000-0000-0000-0000-000000000000")).send().await;
    assert_eq!(gone.expect_status(404).json()["code"], "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_policies_is_a_success_that_says_why() {
    let app = TestApp::start().await;
    for (key, why) in [
        ("no-policies", "none_exist"),
        ("security-defaults", "security_defaults_on"),
        ("no-licence", "not_licensed"),
    ] {
        let customer = app.imported(&app.admin(), &app.tenant(key)).await;
        assert_eq!(customer["zero_policies"], why, "{customer}");
        assert_eq!(customer["counts"]["policies"]["total"], 0);
        let imports = app.admin().read(&at(&customer, "/imports")).await;
        assert_eq!(imports["items"][0]["zero_policies"], why);
        let report = app.admin().read(&at(&customer, "/report")).await;
        assert_eq!(report["zero_policies"], why);
        assert!(report["notice"].is_string(), "{report}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_read_is_named() {
    let app = TestApp::start().await;
    let customer = app.imported(&app.admin(), &app.tenant("no-directory")).await;
    let (detail, _) = snapshot(&app, &customer).await;
    let unread = detail["unread"].as_array().expect("a list");
    assert!(unread.iter().any(|u| u["permission"] == "Directory.Read.All"), "{detail}");
    let references = detail["references"].as_array().expect("references");
    assert!(references.iter().any(|r| r["state"] == "unreadable"), "{detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_permission_is_no_zero() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let customer = app.connected(&admin, &app.tenant("good")).await;
    let edit = |edit: TenantEdit| app.control().edit("good", &edit).expect("an edit");
    let permission = "Policy.Read.All".to_owned();
    edit(TenantEdit::PermissionRevoke { permission: permission.clone() });
    let import = app.import(&admin, &customer, &json!({})).await;
    assert_eq!(import["state"], "failed");
    // The token itself tells, or the first read does.
    let code = import["error"]["code"].as_str().expect("a code");
    assert!(["graph_permission_missing", "graph_token_failed"].contains(&code), "{import}");
    assert!(import["error"].to_string().contains("Policy.Read.All"), "{import}");
    let failed: Vec<_> =
        import["steps"].as_array().expect("steps").iter().filter(|s| s["state"] == "failed").collect();
    assert_eq!(failed.len(), 1, "{import}");
    assert_eq!(failed[0]["error"]["code"], code);
    let after = admin.read(&at(&customer, "")).await;
    assert_eq!((&after["status"], &after["last_error"]["code"]), (&json!("connected"), &json!(code)));
    assert_eq!(admin.read(&at(&customer, "/snapshots")).await["items"], json!([]));
    admin.get(&at(&customer, "/report")).send().await.problem(404, "not_found");
    edit(TenantEdit::PermissionGrant { permission });
    let again = app.import(&admin, &customer, &json!({})).await;
    assert_eq!(again["state"], "succeeded", "{again}");
    assert_eq!(admin.read(&at(&customer, "")).await["last_error"], Value::Null);
    assert_eq!(
        strings(&admin.read(&at(&customer, "/imports")).await["items"], "state"),
        ["succeeded", "failed"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_fails_leaves_the_customer_as_it_was() {
    let app = TestApp::with(&[("POLICYTAB_IMPORT_DEADLINE_SECONDS", "4")]).await;
    let admin = app.admin();
    let customer = app.connected(&admin, &app.tenant("good")).await;
    let broken = FaultKind::Status { status: 503, retry_after: None };
    app.control().fault_set(Fault::on("/identity/conditionalAccess/*", broken)).expect("a fault");
    let import = app.import(&admin, &customer, &json!({})).await;
    assert_eq!((&import["state"], &import["error"]["code"]), (&json!("failed"), &json!("graph_unavailable")));
    assert_eq!(admin.read(&at(&customer, "")).await["status"], "connected");
    app.control().faults_clear();
    assert_eq!(app.import(&admin, &customer, &json!({})).await["state"], "succeeded");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_does_not_come_next_is_refused() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let customer = app.pending(&admin).await;
    let early = admin.post(&at(&customer, "/import"), &json!({})).send().await;
    early.problem(409, "graph_credentials_unavailable");
    for rest in ["/report", "/co-managed-baseline"] {
        admin.get(&at(&customer, rest)).send().await.problem(404, "not_found");
    }
    assert_eq!(admin.read(&at(&customer, "/imports")).await["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_import_at_a_time() {
    // Nobody works: the import stays queued.
    let app = TestApp::with(&[("POLICYTAB_WORKERS", "0")]).await;
    let admin = app.admin();
    let customer = app.connected(&admin, &app.tenant("good")).await;
    let posts = (0..10).map(|_| admin.post(&at(&customer, "/import"), &json!({})).send());
    let answers = futures_util::future::join_all(posts).await;
    let started: Vec<_> = answers.iter().filter(|a| a.status == 202).map(|a| a.json()).collect();
    assert_eq!(started.len(), 1);
    for answer in answers.iter().filter(|a| a.status != 202) {
        assert_eq!(answer.problem(409, "import_in_progress")["import_id"], started[0]["id"]);
    }
    let running = admin.read(&at(&customer, "")).await;
    assert_eq!(running["running_import_id"], started[0]["id"]);
    assert_eq!(admin.read("/api/v1/fleet").await["imports_running"], 1);
    // What the import stands on stays under it, unless the customer goes as a whole; then its job goes too.
    admin.delete(&at(&customer, "/connect")).send().await.problem(409, "import_in_progress");
    admin.delete(&at(&customer, "")).send().await.expect_status(204);
    let jobs = app.superuser().await.query_one("SELECT count(*) FROM jobs", &[]).await.expect("a count");
    assert_eq!(jobs.get::<_, i64>(0), 0, "a job is left that nobody can end");
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_re_sync_and_admins_import() {
    let app = TestApp::start().await;
    let (admin, operator) = (app.admin(), app.as_role(&app.one, Role::Operator));
    let customer = app.connected(&admin, &app.tenant("no-policies")).await;
    let first = operator.post(&at(&customer, "/import"), &json!({})).send().await;
    assert_eq!(first.problem(403, "forbidden")["required_role"], "admin");
    app.import(&admin, &customer, &json!({})).await;
    assert_eq!(app.import(&operator, &customer, &json!({})).await["state"], "succeeded");
    let policy = json!({"displayName": "P", "state": "enabled", "conditions": {}});
    let baseline = json!({"name": "Another", "policies": [policy]});
    let baseline = admin.post("/api/v1/baselines", &baseline).send().await.expect_status(201).json();
    let body = json!({"comparison_baseline": {"kind": "workspace_baseline", "baseline_id": baseline["id"]}});
    let other = operator.post(&at(&customer, "/import"), &body).send().await;
    assert_eq!(other.problem(403, "forbidden")["required_role"], "admin");
    assert_eq!(app.import(&admin, &customer, &body).await["state"], "succeeded");
    assert_eq!(admin.read(&at(&customer, "/snapshots")).await["items"].as_array().map(Vec::len), Some(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_re_sync_shows_what_changed_since_the_first_import() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let customer = app.imported(&admin, &app.tenant("good")).await;
    let (_, policies) = snapshot(&app, &customer).await;
    let ids = strings(&policies, "id");
    let edit = |edit: TenantEdit| app.control().edit("good", &edit).expect("an edit");
    edit(TenantEdit::PolicyDelete { policy: ids[0].to_owned() });
    edit(TenantEdit::PolicyPatch { policy: ids[1].to_owned(), patch: json!({"state": "disabled"}) });
    assert_eq!(app.import(&admin, &customer, &json!({})).await["state"], "succeeded");
    let report = admin.read(&at(&customer, "/report")).await;
    let findings = report["findings"].as_array().expect("findings").iter();
    let open = findings.filter(|f| f["kind"] == "missing" || f["kind"] == "gap");
    let mut open: Vec<_> = open.filter_map(|f| f["baseline_policy"]["id"].as_str()).collect();
    open.sort_unstable();
    let mut expected = ids[..2].to_vec();
    expected.sort_unstable();
    assert_eq!(open, expected, "{report}");
    let agreed = admin.read(&at(&customer, "/co-managed-baseline")).await;
    assert_eq!(agreed["policy_items"].as_array().map(Vec::len), Some(14), "changed only on purpose");
    let steps = admin.read(&at(&customer, "/imports?limit=1")).await["items"][0]["steps"].clone();
    assert_eq!(steps[8]["state"], "skipped", "{steps}");
}

/// Reads events until one satisfies, or some time has passed; gives all of them.
async fn events(response: &mut reqwest::Response, until: impl Fn(&Value) -> bool) -> Vec<Value> {
    let (mut text, mut seen) = (String::new(), Vec::new());
    let deadline = tokio::time::Instant::now() + Duration::from_secs(15);
    while let Ok(Ok(Some(chunk))) = tokio::time::timeout_at(deadline, response.chunk()).await {
        text.push_str(&String::from_utf8_lossy(&chunk));
        while let Some((event, rest)) = text.split_once("\n\n") {
            if let Some(data) = event.lines().find_map(|l| l.strip_prefix("data: ")) {
                assert!(event.contains("event: change"), "{event}");
                seen.push(serde_json::from_str::<Value>(data).expect("JSON"));
            }
            text = rest.to_owned();
        }
        if seen.iter().any(&until) {
            break;
        }
    }
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn events_tell_an_msp_of_its_own_changes_only() {
    let app = TestApp::start().await;
    let mut streams = Vec::new();
    for msp in [&app.one, &app.two] {
        let response = app.as_role(msp, Role::Viewer).get("/api/v1/events").raw().await;
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-store");
        streams.push(response);
    }
    let own = app.imported(&app.admin(), &app.tenant("no-policies")).await;
    // The other MSP's stream is alive: it tells of this.
    let other = app.pending(&app.as_role(&app.two, Role::Admin)).await;
    let seen = events(&mut streams[0], |e| e["kind"] == "import_changed").await;
    assert!(
        seen.iter().any(|e| e["kind"] == "customer_changed" && e["customer_id"] == own["id"]),
        "{seen:?}"
    );
    assert!(seen.iter().any(|e| e["kind"] == "import_changed" && e["import_id"].is_string()), "{seen:?}");
    let seen = events(&mut streams[1], |e| e["customer_id"] == other["id"]).await;
    assert!(seen.iter().any(|e| e["customer_id"] == other["id"]), "{seen:?}");
    assert!(!seen.iter().any(|e| e["customer_id"] == own["id"]), "another MSP's event: {seen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rename_during_an_import_is_kept() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let customer = app.connected(&admin, &app.tenant("good")).await;
    app.control().fault_set(Fault::on("/subscribedSkus", FaultKind::Latency { ms: 500 })).expect("a fault");
    let import = admin.post(&at(&customer, "/import"), &json!({})).send().await.expect_status(202).json();
    let name = json!({"display_name": "Renamed meanwhile"});
    admin.patch(&at(&customer, ""), &name).send().await.expect_status(200);
    assert_eq!(app.ended(&admin, &customer, &import).await["state"], "succeeded");
    let after = admin.read(&at(&customer, "")).await;
    assert_eq!(after["display_name"], "Renamed meanwhile");
    // Credentials may be rotated while an import runs as well.
    let again = admin.post(&at(&customer, "/import"), &json!({})).send().await.expect_status(202).json();
    let put = admin.put(&at(&customer, "/connect"), &credentials(&app.tenant("good"))).send().await;
    put.expect_status(200);
    assert_eq!(app.ended(&admin, &customer, &again).await["state"], "succeeded");
}
