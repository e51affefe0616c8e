//! Versions of baselines: edits, roll back, updates from the source, and the reports that follow.

use crate::support::{app::TestApp, client::Client, onboard::at};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use policytab_domain::{problem::ProblemCode, role::Role};
use policytab_github_client::{GithubClient, GithubSettings};
use policytab_graph_sim::Repository;
use serde_json::{Value, json};
use std::time::Duration;

fn policy(name: &str, control: &str) -> Value {
    json!({
        "displayName": name,
        "state": "enabled",
        "conditions": {
            "users": {"includeUsers": ["All"]},
            "applications": {"includeApplications": ["All"]},
            "clientAppTypes": ["all"],
        },
        "grantControls": {"operator": "OR", "builtInControls": [control]},
    })
}

async fn made(admin: &Client, name: &str, policies: &[Value]) -> Value {
    let body = json!({"name": name, "policies": policies});
    admin.post("/api/v1/baselines", &body).send().await.expect_status(201).json()
}

fn of(baseline: &Value, rest: &str) -> String {
    format!("/api/v1/baselines/{}{rest}", baseline["id"].as_str().expect("an id"))
}

/// Compared with this baseline; a version pins it.
async fn compare(admin: &Client, customer: &Value, baseline: &Value, version: Option<i32>) {
    let mut choice = json!({"kind": "workspace_baseline", "baseline_id": baseline["id"]});
    if let Some(version) = version {
        choice["version"] = version.into();
    }
    admin.put(&at(customer, "/comparison-baseline"), &choice).send().await.expect_status(200);
}

/// The version that a customer's newest report rests on, once it is this one.
async fn rests_on(admin: &Client, customer: &Value, version: i32) {
    for _ in 0..100 {
        let report = admin.read(&at(customer, "/report")).await;
        if report["comparison_baseline"]["version"] == version {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the report of {customer} was not made anew for version {version}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_baseline_keeps_its_versions_and_reports_follow_the_latest() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let following = app.imported(&admin, &app.tenant("good")).await;
    let staying = app.imported(&admin, &app.another_tenant("good")).await;
    let first = made(&admin, "House rules", &[policy("MFA", "mfa")]).await;
    compare(&admin, &following, &first, None).await;
    compare(&admin, &staying, &first, Some(1)).await;

    let edit = json!({"policies": [policy("MFA", "block"), policy("Devices", "compliantDevice")], "note": "Stricter"});
    let answer = admin.post(&of(&first, "/versions"), &edit).send().await.expect_status(201);
    assert_eq!(answer.json()["current_version"], 2);
    let tag = answer.header("etag").expect("a tag").to_owned();
    admin.post(&of(&first, "/versions"), &edit).send().await.problem(409, "conflict");

    let compared = admin.read(&of(&first, "/versions/1/compare/2")).await;
    assert_eq!(compared["added"][0]["display_name"], "Devices");
    assert_eq!(compared["changed"][0]["diff"][0]["field"], "grantControls");
    assert_eq!(compared["changed"][0]["diff"][0]["direction"], "stronger");
    let versions = admin.read(&of(&first, "/versions")).await;
    assert_eq!(
        (&versions["items"][0]["note"], &versions["items"][0]["source"]["kind"]),
        (&"Stricter".into(), &"edited".into())
    );
    assert!(versions["items"][1]["created_by"].is_string(), "{versions}");
    let old = admin.read(&of(&first, "/versions/1")).await;
    assert_eq!(old["policy_items"].as_array().map(Vec::len), Some(1));

    policytab_app::baseline_followers::renew_outdated(&app.state.app).await.expect("renewed");
    rests_on(&admin, &following, 2).await;
    rests_on(&admin, &staying, 1).await;
    let users = admin.read(&of(&first, "/customers")).await;
    let pinned: Vec<_> = users["items"].as_array().expect("items").iter().map(|one| &one["pinned"]).collect();
    assert_eq!(pinned.len(), 2);
    assert!(pinned.contains(&&json!(1)) && pinned.contains(&&Value::Null), "{users}");

    // Rolled back: the third version is the first again, on the version that was seen.
    let restore = json!({"restore": 1});
    let stale = admin.post(&of(&first, "/versions"), &restore).header("if-match", "\"1\"").send().await;
    stale.problem(412, "precondition_failed");
    let back = admin.post(&of(&first, "/versions"), &restore).header("if-match", &tag).send().await;
    assert_eq!(back.expect_status(201).json()["current_version"], 3);
    let same = admin.read(&of(&first, "/versions/1/compare/3")).await;
    assert_eq!((&same["unchanged"], &same["changed"]), (&json!(1), &json!([])));
    admin.get(&of(&first, "/versions/9")).send().await.problem(404, "not_found");
    let unknown = json!({"kind": "workspace_baseline", "baseline_id": first["id"], "version": 9});
    admin.put(&at(&staying, "/comparison-baseline"), &unknown).send().await.problem(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_of_a_policy_counts_and_is_carried_over() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let customer = app.imported(&admin, &app.tenant("messy")).await;
    let first = made(&admin, "House rules", &[policy("No access", "block"), policy("MFA", "mfa")]).await;
    compare(&admin, &customer, &first, None).await;
    let at_policy = of(&first, "/policies/name:No%20access");
    let notes =
        json!({"severity": "low", "frameworks": ["House 1"], "note": "Agreed.", "intended_state": "enabled"});
    let change = json!({"notes": notes, "note": "Less strict"});
    let answer = admin.put(&at_policy, &change).send().await.expect_status(200);
    assert_eq!(answer.json()["current_version"], 2);
    admin.put(&at_policy, &change).send().await.problem(409, "conflict");
    admin.put(&of(&first, "/policies/name:Nobody"), &change).send().await.problem(404, "not_found");
    policytab_app::baseline_followers::renew_outdated(&app.state.app).await.expect("renewed");
    rests_on(&admin, &customer, 2).await;
    let report = admin.read(&at(&customer, "/report?source=comparison_baseline")).await;
    let finding =
        report["findings"].as_array().and_then(|all| all.iter().find(|f| f["frameworks"][0] == "House 1"));
    let finding = finding.unwrap_or_else(|| panic!("{report}"));
    assert!(finding["severity"] == "low" || finding["severity"] == "info", "{finding}");

    let edit = json!({"policies": [policy("No access", "block"), policy("Devices", "compliantDevice")]});
    admin.post(&of(&first, "/versions"), &edit).send().await.expect_status(201);
    let now = admin.read(&of(&first, "")).await;
    let kept =
        now["policy_items"].as_array().and_then(|all| all.iter().find(|p| p["key"] == "name:No access"));
    assert_eq!(kept.map(|policy| &policy["notes"]["note"]), Some(&json!("Agreed.")), "{now}");
    // An export brings it along.
    let zip = admin.get(&of(&first, "/versions/3/export")).send().await.expect_status(200);
    let file = json!({"path": "export.zip", "content_base64": STANDARD.encode(&zip.body)});
    let again = json!({"name": "Again", "files": [file]});
    let again = admin.post("/api/v1/baselines/import/files", &again).send().await.expect_status(201).json();
    let read = admin.read(&of(&again["baseline"], "")).await;
    let there =
        read["policy_items"].as_array().and_then(|all| all.iter().find(|p| p["key"] == "name:No access"));
    assert_eq!(there.map(|policy| &policy["notes"]), kept.map(|policy| &policy["notes"]), "{read}");
    let whole = json!({"policy": policy("No access", "mfa"), "notes": {}});
    admin.put(&at_policy, &whole).send().await.expect_status(200);
    let compared = admin.read(&of(&first, "/versions/3/compare/4")).await;
    assert_eq!(compared["changed"][0]["diff"][0]["direction"], "weaker");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_customer_has_becomes_a_baseline_for_others() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let gold = app.imported(&admin, &app.tenant("good")).await;
    let body = json!({"name": "Gold", "customer_id": gold["id"]});
    let made = admin.post("/api/v1/baselines/import/snapshot", &body).send().await.expect_status(201).json();
    assert_eq!(
        (&made["source"]["kind"], &made["source"]["customer"]),
        (&"snapshot".into(), &gold["display_name"])
    );
    let snapshots = admin.read(&at(&gold, "/snapshots")).await;
    assert_eq!(made["policies"], snapshots["items"][0]["policies"]["total"]);
    // Held against itself it asks for nothing that is not there.
    compare(&admin, &gold, &made, None).await;
    let report = admin.read(&at(&gold, "/report?source=comparison_baseline&kind=missing,gap")).await;
    assert_eq!(report["findings"], json!([]), "{report}");
    // Other policies leave what policies refer to, and its names, as they were.
    let locations = async || -> usize {
        let zip = admin.get(&of(&made, "/versions/2/export")).send().await.expect_status(200);
        String::from_utf8_lossy(&zip.body).matches("NamedLocations/").count()
    };
    let edit = json!({"policies": [policy("Only this", "mfa")]});
    admin.post(&of(&made, "/versions"), &edit).send().await.expect_status(201);
    assert!(locations().await > 0);
    let pending = app.pending(&admin).await;
    let body = json!({"name": "Nothing yet", "customer_id": pending["id"]});
    admin.post("/api/v1/baselines/import/snapshot", &body).send().await.problem(409, "invalid_state");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_exported_is_read_back_as_the_same() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let gold = app.imported(&admin, &app.tenant("good")).await;
    let body = json!({"name": "Gold", "customer_id": gold["id"]});
    let first = admin.post("/api/v1/baselines/import/snapshot", &body).send().await.expect_status(201).json();
    let snapshots = admin.read(&at(&gold, "/snapshots")).await;
    let snapshot = snapshots["items"][0]["id"].as_str().expect("an id");
    for address in [of(&first, "/versions/1/export"), at(&gold, &format!("/snapshots/{snapshot}/export"))] {
        let zip = admin.get(&address).send().await.expect_status(200);
        assert_eq!(zip.header("content-type"), Some("application/octet-stream"));
        let file = json!({"path": "export.zip", "content_base64": STANDARD.encode(&zip.body)});
        let again = json!({"name": format!("Again {address}"), "files": [file]});
        let made =
            admin.post("/api/v1/baselines/import/files", &again).send().await.expect_status(201).json();
        let made = &made["baseline"];
        let read = async |baseline: &Value| -> Vec<(String, Value)> {
            let detail = admin.read(&of(baseline, "")).await;
            let mut policies: Vec<(String, Value)> = detail["policy_items"]
                .as_array()
                .expect("policies")
                .iter()
                .map(|policy| (policy["key"].to_string(), policy["body"].clone()))
                .collect();
            policies.sort_by(|a, b| a.0.cmp(&b.0));
            policies
        };
        assert_eq!(read(made).await, read(&first).await, "{address}");
        // The names came along: a customer whose ids are others is told them.
        let stranger = app.imported(&admin, &app.another_tenant("messy")).await;
        compare(&admin, &stranger, made, None).await;
        let bindings = admin.read(&at(&stranger, "/bindings")).await;
        let named = bindings["items"]
            .as_array()
            .is_some_and(|all| all.iter().any(|one| one["kind"] == "group" && one["name"].is_string()));
        assert!(named, "{bindings}");
        // And held against its own tenant, the copy asks for nothing that is not there.
        compare(&admin, &gold, made, None).await;
        let report = admin.read(&at(&gold, "/report?source=comparison_baseline&kind=missing,gap")).await;
        assert_eq!(report["findings"], json!([]), "{report}");
    }
    let bomb = json!({"path": "x.zip", "content_base64": STANDARD.encode(b"PK\x03\x04 broken")});
    let body = json!({"name": "Broken", "files": [bomb]});
    admin.post("/api/v1/baselines/import/files", &body).send().await.problem(422, "validation_failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_source_is_read_with_its_token_which_nobody_sees_again() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let private =
        |policies: &[Value]| Repository { token: Some("ghp_right".to_owned()), ..repository(policies) };
    app.control().repository_put(private(&[policy("MFA", "mfa")]));
    let mut body = json!({"name": "Private", "url": "fabrikam/rules"});
    admin.post("/api/v1/baselines/import/github", &body).send().await.problem(422, "validation_failed");
    body["token"] = "bad".into();
    let refused = admin.post("/api/v1/baselines/import/github", &body).send().await;
    assert!(refused.json()["errors"]["token"].is_string(), "{}", refused.json());
    body["token"] = "ghp_right".into();
    let made = admin.post("/api/v1/baselines/import/github", &body).send().await.expect_status(201);
    assert!(!made.json().to_string().contains("ghp_right"));
    let made = made.json()["baseline"].clone();
    app.control().repository_put(private(&[policy("MFA", "mfa"), policy("No access", "block")]));
    let taken = admin.post(&of(&made, "/update"), &json!({})).send().await.expect_status(200).json();
    assert_eq!(taken["baseline"]["current_version"], 2, "{taken}");
    // It runs out, and another takes its place once the source can be read with it.
    let renewed = Repository { token: Some("ghp_next".to_owned()), ..repository(&[policy("MFA", "mfa")]) };
    app.control().repository_put(renewed);
    let look = |token: Value| json!({"preview": true, "token": token});
    for token in [Value::Null, json!("bad")] {
        admin.post(&of(&made, "/update"), &look(token)).send().await.problem(422, "validation_failed");
    }
    assert!(admin.read(&of(&made, "")).await["source_problem"].is_string());
    admin.post(&of(&made, "/update"), &look(json!("ghp_next"))).send().await.expect_status(200);
    admin.post(&of(&made, "/update"), &look(Value::Null)).send().await.expect_status(200);
    // Sealed: neither the database nor a look at the baseline tells it.
    let looked = admin.read(&of(&made, "")).await.to_string();
    assert!(!looked.contains("ghp_right"), "{looked}");
    let (client, connection) =
        tokio_postgres::connect(&app.db.superuser_url, tokio_postgres::NoTls).await.expect("a connection");
    tokio::spawn(connection);
    let sql = "SELECT position('ghp_'::bytea in source_token) FROM baselines WHERE source_token IS NOT NULL";
    assert_eq!(client.query_one(sql, &[]).await.expect("the token").get::<_, i32>(0), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listed_host_whose_name_leads_into_a_private_network_is_not_called() {
    let app = TestApp::start().await;
    let settings = GithubSettings { emulator: None, enterprise: vec!["localhost".to_owned()] };
    let mut real = app.state.app.clone();
    real.github = GithubClient::new(settings).expect("a client");
    let told = policytab_app::baselines::read_github(&real, "https://localhost/a/b", None, None, None).await;
    let problem = told.expect_err("refused").problem();
    assert_eq!(problem.code, ProblemCode::ValidationFailed);
    assert!(problem.errors.values().any(|said| said.contains("private network")), "{problem:?}");
    assert_eq!(app.admin().read("/api/v1/baselines").await["items"].as_array().map(Vec::len), Some(1));
}

fn repository(policies: &[Value]) -> Repository {
    let files = policies.iter().map(|policy| {
        let name = policy["displayName"].as_str().expect("a name");
        (format!("policies/{name}.json"), policy.to_string())
    });
    Repository::of("fabrikam", "rules", files)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_moved_on_is_told_previewed_and_taken_over() {
    let app = TestApp::start().await;
    let admin = app.admin();
    app.control().repository_put(repository(&[policy("MFA", "mfa")]));
    let body = json!({"name": "Fabrikam", "url": "fabrikam/rules"});
    let made = admin.post("/api/v1/baselines/import/github", &body).send().await.expect_status(201).json();
    let made = made["baseline"].clone();
    assert_eq!((&made["update_available"], &made["current_version"]), (&Value::Null, &json!(1)));
    let customer = app.imported(&admin, &app.tenant("good")).await;
    compare(&admin, &customer, &made, None).await;
    policytab_app::baseline_sources::look_at_sources(&app.state.app).await.expect("looked");
    assert_eq!(admin.read(&of(&made, "")).await["update_available"], false);
    let nothing = admin.post(&of(&made, "/update"), &json!({})).send().await.expect_status(200).json();
    assert_eq!((&nothing["baseline"], &nothing["unchanged"]), (&Value::Null, &json!(1)));

    app.control().repository_put(repository(&[policy("MFA", "mfa"), policy("No access", "block")]));
    let preview = json!({"preview": true});
    let told = admin.post(&of(&made, "/update"), &preview).send().await.expect_status(200).json();
    assert_eq!((&told["baseline"], &told["added"][0]["display_name"]), (&Value::Null, &json!("No access")));
    let effect = &told["customers"][0];
    assert_eq!(effect["customer_id"], customer["id"]);
    assert_ne!(effect["before"], effect["after"], "blocking everything is a gap of every tenant");
    let listed = admin.read(&of(&made, "")).await;
    assert_eq!((&listed["update_available"], &listed["current_version"]), (&json!(true), &json!(1)));

    let taken =
        admin.post(&of(&made, "/update"), &json!({"note": "Spring"})).send().await.expect_status(200).json();
    assert_eq!(
        (&taken["baseline"]["current_version"], &taken["baseline"]["update_available"]),
        (&json!(2), &json!(false))
    );
    // Edited here, it still knows where it came from.
    let edit = json!({"policies": [policy("Mine", "mfa")]});
    let edited = admin.post(&of(&made, "/versions"), &edit).send().await.expect_status(201).json();
    assert_eq!((&edited["source"]["kind"], &edited["has_source"]), (&json!("edited"), &json!(true)));
    let told = admin.post(&of(&made, "/update"), &preview).send().await.expect_status(200).json();
    assert_eq!(told["from"], told["to"], "{told}");
    let files = made_of_files(&admin).await;
    assert_eq!(files["has_source"], false);
    admin.post(&of(&files, "/update"), &json!({})).send().await.problem(409, "invalid_state");
}

async fn made_of_files(admin: &Client) -> Value {
    made(admin, "Of files", &[policy("MFA", "mfa")]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_products_own_baseline_is_in_every_library_and_stays_as_it_is() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let built_in = async |client: &Client| -> Value {
        let list = client.read("/api/v1/baselines").await;
        let items = list["items"].as_array().expect("items").clone();
        let own: Vec<Value> = items.into_iter().filter(|one| one["built_in"] == true).collect();
        assert_eq!(own.len(), 1, "{list}");
        own[0].clone()
    };
    let (one, again, other) =
        (built_in(&admin).await, built_in(&admin).await, built_in(&app.as_role(&app.two, Role::Admin)).await);
    assert_eq!(one["id"], again["id"]);
    assert_ne!(one["id"], other["id"], "each workspace has its own");
    assert!(one["policies"].as_i64().is_some_and(|n| n >= 25), "{one}");
    assert_eq!((&one["source"]["kind"], &one["current_version"]), (&json!("built_in"), &json!(1)));
    admin.delete(&of(&one, "")).send().await.problem(409, "invalid_state");
    let edit = json!({"policies": [policy("Mine", "block")]});
    admin.post(&of(&one, "/versions"), &edit).send().await.problem(409, "invalid_state");
    admin.patch(&of(&one, ""), &json!({"name": "Mine"})).send().await.problem(409, "invalid_state");

    let customer = app.imported(&admin, &app.tenant("messy")).await;
    compare(&admin, &customer, &one, None).await;
    let report = admin.read(&at(&customer, "/report?source=comparison_baseline")).await;
    let findings = report["findings"].as_array().expect("findings");
    let named = |finding: &&Value| finding["frameworks"].as_array().is_some_and(|all| !all.is_empty());
    let gap = findings.iter().find(named).unwrap_or_else(|| panic!("{report}"));
    assert!(gap["title"].to_string().contains("PT-"), "{gap}");
}
