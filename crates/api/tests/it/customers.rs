//! Customers: list, add, rename, delete.

use crate::support::{TestApp, onboard::at};
use policytab_domain::role::Role;
use policytab_graph_sim::TenantEdit;
use serde_json::{Value, json};

async fn add(app: &TestApp, name: &str) -> Value {
    let body = json!({"display_name": name, "cloud": "emulator"});
    app.admin().post("/api/v1/customers", &body).send().await.expect_status(201).json()
}

async fn names(app: &TestApp, query: &str) -> Vec<String> {
    let page = app.admin().read(&format!("/api/v1/customers?{query}")).await;
    let items = page["items"].as_array().expect("items");
    items.iter().map(|c| c["display_name"].as_str().expect("a name").to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_customer_is_pending_and_told_where_it_is() {
    let app = TestApp::start().await;
    let body = json!({"display_name": "  Ærø Kommune  ", "cloud": "emulator"});
    let made = app.admin().post("/api/v1/customers", &body).send().await.expect_status(201);
    let customer = made.json();
    assert_eq!(customer["display_name"], "Ærø Kommune");
    assert_eq!(customer["status"], "pending");
    assert_eq!(customer["next_step"], "connect");
    assert_eq!(customer["connected"], false);
    assert_eq!(customer["counts"], Value::Null);
    assert_eq!(made.header("location"), Some(at(&customer, "").as_str()));
    let read = app.as_role(&app.one, Role::Viewer).get(&at(&customer, "")).send().await.expect_status(200);
    assert_eq!(read.json(), customer);
    assert_eq!(read.header("etag"), made.header("etag"));
    assert_eq!(read.header("etag"), Some(format!("\"{}\"", customer["version"]).as_str()));
}

#[tokio::test(flavor = "multi_thread")]
async fn next_step_follows_the_customer() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let customer = app.connected(&admin, &app.tenant("no-policies")).await;
    assert_eq!(
        (customer["status"].as_str(), customer["next_step"].as_str()),
        (Some("connected"), Some("import"))
    );
    let import = app.import(&admin, &customer, &json!({})).await;
    assert_eq!(import["state"], "succeeded", "{import}");
    let customer = admin.read(&at(&customer, "")).await;
    assert_eq!(
        (customer["status"].as_str(), customer["next_step"].as_str()),
        (Some("imported"), Some("summary"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_unique_without_regard_to_case_within_an_msp() {
    let app = TestApp::start().await;
    let first = add(&app, "Straße Ltd").await;
    let other = add(&app, "Other").await;
    let again = json!({"display_name": "STRASSE ltd".replace("SS", "ß"), "cloud": "emulator"});
    let refused = app.admin().post("/api/v1/customers", &again).send().await;
    assert_eq!(refused.problem(409, "conflict")["reason"], "name_taken");
    let renamed = app.admin().patch(&at(&other, ""), &json!({"display_name": "straße LTD"})).send().await;
    renamed.problem(409, "conflict");
    // Its own name in other letters is no conflict.
    let own = app.admin().patch(&at(&first, ""), &json!({"display_name": "STRAßE Ltd"})).send().await;
    own.expect_status(200);
    // Nor is the name of another MSP's customer.
    let elsewhere = app.as_role(&app.two, Role::Admin).post("/api/v1/customers", &again).send().await;
    elsewhere.expect_status(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_must_be_a_name() {
    let app = TestApp::start().await;
    for name in ["", "   ", &"é".repeat(121), "bell\u{7}", "nul\u{0}"] {
        let body = json!({"display_name": name, "cloud": "emulator"});
        let refused = app.admin().post("/api/v1/customers", &body).send().await;
        refused.problem(422, "validation_failed");
    }
    add(&app, &"é".repeat(120)).await;
    let body = json!({"display_name": "Nowhere", "cloud": "moon"});
    app.admin().post("/api/v1/customers", &body).send().await.problem(422, "validation_failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cloud_that_is_not_enabled_is_refused() {
    let app = TestApp::with(&[("POLICYTAB_EMULATOR_URL", "")]).await;
    let body = json!({"display_name": "Emulated", "cloud": "emulator"});
    let refused = app.admin().post("/api/v1/customers", &body).send().await.problem(422, "validation_failed");
    assert!(refused["errors"]["cloud"].is_string(), "{refused}");
    let me = app.admin().read("/api/v1/me").await;
    assert_eq!(me["clouds"], json!(["global", "usgov", "usgov_dod", "china"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_searched_sorted_filtered_and_paged() {
    let app = TestApp::start().await;
    for name in ["beta", "Alpha", "gamma 100%", "Delta_x", "alphabet"] {
        add(&app, name).await;
    }
    app.connected(&app.admin(), &app.tenant("good")).await;
    let all = names(&app, "").await;
    assert_eq!(all[..2], ["Alpha", "alphabet"]);
    assert_eq!(names(&app, "search=ALPHA").await, ["Alpha", "alphabet"]);
    assert_eq!(names(&app, "search=%25").await, ["gamma 100%"], "wildcards are letters");
    assert_eq!(names(&app, "search=_").await, ["Delta_x"]);
    assert_eq!(names(&app, "search=nothing+like+it").await, [""; 0]);
    assert_eq!(names(&app, "status=connected").await.len(), 1);
    assert_eq!(names(&app, "status=pending").await.len(), 5);
    let tenant = app.tenant("good");
    let whole_name = tenant.name.replace(' ', "+").replace('&', "%26");
    for part in [tenant.domain.to_uppercase(), whole_name, tenant.tenant_id.to_uppercase()] {
        assert_eq!(names(&app, &format!("search={part}")).await.len(), 1, "found by {part}");
    }
    let mut backwards = names(&app, "sort=-name").await;
    backwards.reverse();
    assert_eq!(backwards, all);
    assert_eq!(names(&app, "sort=created_at").await[..2], ["beta", "Alpha"]);
    for sort in [
        "name",
        "-name",
        "created_at",
        "-created_at",
        "last_snapshot_at",
        "-last_snapshot_at",
        "severity",
        "-severity",
    ] {
        let whole = names(&app, &format!("sort={sort}")).await;
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = app.admin().read(&format!("/api/v1/customers?sort={sort}&limit=2{cursor}")).await;
            let items = page["items"].as_array().expect("items");
            assert!(items.len() <= 2);
            seen.extend(items.iter().map(|c| c["display_name"].as_str().expect("a name").to_owned()));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(seen, whole, "paging by {sort}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_means_nothing_is_refused() {
    let app = TestApp::start().await;
    add(&app, "One").await;
    add(&app, "Two").await;
    let page = app.admin().read("/api/v1/customers?limit=1").await;
    let cursor = page["next_cursor"].as_str().expect("a cursor");
    for query in [
        "limit=0",
        "limit=201",
        "limit=-1",
        "limit=many",
        "status=lost",
        "sort=colour",
        "page=2",
        "cursor=nonsense",
        "search=a%00b",
        &format!("cursor={cursor}&sort=-name"),
        &format!("search={}", "x".repeat(201)),
    ] {
        let answer = app.admin().get(&format!("/api/v1/customers?{query}")).send().await;
        answer.problem(422, "validation_failed");
    }
    app.admin().read("/api/v1/customers?limit=200").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_based_on_what_was_seen() {
    let app = TestApp::start().await;
    let customer = add(&app, "Before").await;
    let (path, version) = (at(&customer, ""), customer["version"].as_i64().expect("a version"));
    let rename = |name: &str, tag: String| {
        app.admin().patch(&path, &json!({"display_name": name})).header("if-match", &tag).send()
    };
    rename("Stale", "\"0\"".to_owned()).await.problem(412, "precondition_failed");
    rename("Nonsense", "\"abc\"".to_owned()).await.problem(422, "validation_failed");
    let renamed = rename("After", format!("\"{version}\"")).await.expect_status(200);
    assert_eq!(renamed.json()["display_name"], "After");
    assert_ne!(renamed.header("etag"), Some(format!("\"{version}\"").as_str()));
    rename("Late", format!("\"{version}\"")).await.problem(412, "precondition_failed");
    rename("Any", "*".to_owned()).await.expect_status(200);
    let stale = app.admin().delete(&path).header("if-match", &format!("\"{version}\"")).send().await;
    stale.problem(412, "precondition_failed");
    app.admin().delete(&path).send().await.expect_status(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_leaves_the_audit_trail_and_nothing_else() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let customer = app.imported(&admin, &app.tenant("good")).await;
    admin.delete(&at(&customer, "")).send().await.expect_status(204);
    for rest in ["", "/connect", "/imports", "/report", "/snapshots", "/co-managed-baseline"] {
        admin.get(&at(&customer, rest)).send().await.problem(404, "not_found");
    }
    let audit = admin.read("/api/v1/audit?limit=200").await;
    let id = customer["id"].as_str().expect("an id");
    let mut actions: Vec<_> = audit["items"].as_array().expect("items").iter().collect();
    actions.retain(|a| a["subject_id"] == id);
    let actions: Vec<_> = actions.iter().map(|a| a["action"].as_str().expect("an action")).collect();
    assert_eq!(actions, ["customer.delete", "import.start", "connection.create", "customer.create"]);
    let left = app.superuser().await;
    for table in ["connections", "imports", "snapshots", "reports", "co_managed_baselines", "documents"] {
        let rows = left.query_one(&format!("SELECT count(*) FROM {table}"), &[]).await;
        assert_eq!(rows.expect(table).get::<_, i64>(0), 0, "rows are left in {table}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_tells_how_findings_went() {
    let app = TestApp::start().await;
    let (admin, tenant) = (app.admin(), app.tenant("good"));
    let customer = app.imported(&admin, &tenant).await;
    let listed = async || admin.read("/api/v1/customers").await["items"][0].clone();
    let worst = |customer: &Value| {
        let findings = &customer["counts"]["findings"];
        findings["critical"].as_i64().expect("a count") + findings["high"].as_i64().expect("a count")
    };
    let first = listed().await;
    assert_eq!(first["trend"], json!([worst(&first)]));
    let policies = admin.read(&at(&customer, "/snapshots")).await;
    let snapshot = policies["items"][0]["id"].as_str().expect("an id").to_owned();
    let policies = admin.read(&at(&customer, &format!("/snapshots/{snapshot}/policies"))).await;
    for policy in policies["items"].as_array().expect("policies") {
        let name = policy["display_name"].as_str().expect("a name");
        let off = TenantEdit::PolicyPatch { policy: name.to_owned(), patch: json!({"state": "disabled"}) };
        app.control().edit(&tenant.tenant_id, &off).expect("an edit");
    }
    let import = app.import(&admin, &customer, &json!({})).await;
    app.ended(&admin, &customer, &import).await;
    let now = listed().await;
    assert_eq!(now["trend"], json!([worst(&first), worst(&now)]));
    assert!(worst(&now) > worst(&first), "{now}");
    let other = app.as_role(&app.two, Role::Viewer).read("/api/v1/customers").await;
    assert_eq!(other["items"], json!([]));
}
