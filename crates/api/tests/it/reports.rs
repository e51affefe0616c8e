//! The report against a workspace baseline, its filters and exports, and the library itself.

use crate::support::{app::TestApp, onboard::at};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use policytab_domain::role::Role;
use serde_json::{Value, json};

/// The good tenant imported, and its policies' bodies.
async fn good(app: &TestApp) -> (Value, Vec<Value>) {
    let admin = app.admin();
    let customer = app.imported(&admin, &app.tenant("good")).await;
    let snapshots = admin.read(&at(&customer, "/snapshots")).await;
    let id = snapshots["items"][0]["id"].as_str().expect("an id").to_owned();
    let policies = admin.read(&at(&customer, &format!("/snapshots/{id}/policies"))).await;
    let bodies = policies["items"].as_array().expect("items").iter().map(|p| p["body"].clone()).collect();
    (customer, bodies)
}

/// A baseline like the tenant's own policies, but for three things: one policy less, one stricter, one more.
fn altered(policies: &[Value]) -> Vec<Value> {
    let mut altered = policies.to_vec();
    let leave_out = |p: &Value| p["conditions"]["applications"]["includeUserActions"][0].is_string();
    altered.remove(altered.iter().position(leave_out).expect("a policy on a user action"));
    let strict = altered.iter_mut().find(|p| p["grantControls"]["builtInControls"][0] == "mfa");
    strict.expect("a policy that asks for MFA")["grantControls"] =
        json!({"operator": "OR", "builtInControls": ["block"]});
    altered.push(json!({
        "displayName": "Block device code flow",
        "state": "enabled",
        "conditions": {
            "users": {"includeUsers": ["All"]},
            "applications": {"includeApplications": ["All"]},
            "authenticationFlows": {"transferMethods": "deviceCodeFlow"},
        },
        "grantControls": {"operator": "OR", "builtInControls": ["block"]},
    }));
    altered
}

async fn baseline(app: &TestApp, name: &str, policies: &[Value]) -> Value {
    let file = json!({"path": "export/policies.json", "content": Value::from(policies).to_string()});
    let body = json!({"name": name, "files": [file]});
    let made = app.admin().post("/api/v1/baselines/import/files", &body).send().await.expect_status(201);
    made.json()["baseline"].clone()
}

fn choice(baseline: &Value) -> Value {
    json!({"kind": "workspace_baseline", "baseline_id": baseline["id"]})
}

/// Findings against the baseline: what is open of it, what differs without a gap, what is beyond it.
fn kinds(report: &Value) -> [usize; 3] {
    let count =
        |kind| report["findings"].as_array().expect("findings").iter().filter(|f| f["kind"] == kind).count();
    [count("missing") + count("gap"), count("changed"), count("extra")]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_baseline_shows_what_is_missing_changed_and_extra() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let (customer, policies) = good(&app).await;
    let made = baseline(&app, "House standard", &altered(&policies)).await;
    let path = at(&customer, "/comparison-baseline");
    let before = admin.get(&path).send().await.expect_status(200);
    assert_eq!(before.json(), json!({"kind": "imported_snapshot"}));
    let put = admin.put(&path, &choice(&made)).send().await.expect_status(200);
    assert_eq!(put.json(), choice(&made));
    let report = admin.read(&at(&customer, "/report")).await;
    let exactly = json!({"kind": "workspace_baseline", "baseline_id": made["id"], "version": 1});
    assert_eq!(report["comparison_baseline"], exactly);
    assert_eq!(report["comparison_baseline_name"], "House standard");
    let [open, _, extra] = kinds(&report);
    assert!(open >= 2 && extra >= 1, "{open} {extra}: {report}");
    let findings = report["findings"].as_array().expect("findings");
    assert!(findings.iter().any(|f| f["kind"] == "gap" && f["title"].to_string().contains("device code")));
    let weaker = findings.iter().find(|f| f["kind"] == "gap" && f["diff"] != json!([])).expect("a change");
    assert!(weaker["witness"].is_object() && weaker["share"].is_number(), "{weaker}");
    assert!(
        weaker["diff"].as_array().is_some_and(|d| d.iter().any(|x| x["direction"] == "weaker")),
        "{weaker}"
    );
    for finding in findings {
        assert!(!finding["remedy"].as_str().unwrap_or_default().is_empty(), "{finding}");
    }
    let worth = ["critical", "high", "medium", "low", "info"];
    let rank = |f: &Value| worth.iter().position(|w| f["severity"] == *w).expect("a severity");
    assert!(findings.is_sorted_by_key(rank), "not by severity: {report}");
    for (index, severity) in worth.iter().enumerate() {
        let counted = findings.iter().filter(|f| rank(f) == index).count();
        assert_eq!(report["summary"][severity], counted, "{severity}");
    }
    let customer_now = admin.read(&at(&customer, "")).await;
    for counted in [&customer_now["counts"]["findings"], &admin.read("/api/v1/fleet").await["findings"]] {
        for severity in worth {
            assert_eq!(counted[severity], report["summary"][severity], "{severity}");
        }
    }
    assert_eq!(report["summary"]["accepted"], 0);
    // And back.
    admin.put(&path, &json!({"kind": "imported_snapshot"})).send().await.expect_status(200);
    let report = admin.read(&at(&customer, "/report")).await;
    assert_eq!(kinds(&report), [0, 0, 0], "{report}");
    let stale = admin.put(&path, &choice(&made)).header("if-match", before.header("etag").expect("a tag"));
    stale.send().await.problem(412, "precondition_failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_can_compare_with_a_workspace_baseline_from_the_start() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let (_, policies) = good(&app).await;
    let made = baseline(&app, "House standard", &policies[..3]).await;
    let customer = app.connected(&admin, &app.tenant("no-policies")).await;
    let import = app.import(&admin, &customer, &json!({"comparison_baseline": choice(&made)})).await;
    assert_eq!(import["state"], "succeeded", "{import}");
    let report = admin.read(&at(&customer, "/report")).await;
    assert_eq!(kinds(&report), [3, 0, 0], "{report}");
    assert_eq!(admin.read(&at(&customer, "")).await["comparison_baseline"], choice(&made));
    let used = admin.read(&format!("/api/v1/baselines/{}", made["id"].as_str().expect("an id"))).await;
    assert_eq!(used["customers"], 1);
    let path = format!("/api/v1/baselines/{}", made["id"].as_str().expect("an id"));
    let refused = admin.delete(&path).send().await;
    assert_eq!(refused.problem(409, "conflict")["reason"], "baseline_in_use");
    let free = at(&customer, "/comparison-baseline");
    admin.put(&free, &json!({"kind": "imported_snapshot"})).send().await.expect_status(200);
    admin.delete(&path).send().await.expect_status(204);
    admin.get(&path).send().await.problem(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_filtered() {
    let app = TestApp::start().await;
    let (admin, (customer, policies)) = (app.admin(), good(&app).await);
    let made = baseline(&app, "House standard", &altered(&policies)).await;
    admin.put(&at(&customer, "/comparison-baseline"), &choice(&made)).send().await.expect_status(200);
    let all = admin.read(&at(&customer, "/report")).await;
    let only = async |query: &str| admin.read(&at(&customer, &format!("/report?{query}"))).await;
    let [open, _, extra] = kinds(&all);
    assert_eq!(kinds(&only("kind=missing,gap").await), [open, 0, 0]);
    assert_eq!(kinds(&only("kind=missing,gap,extra").await), [open, 0, extra]);
    assert_eq!(
        only("severity=critical").await["summary"],
        all["summary"],
        "the summary is of the whole report"
    );
    let sources = async |query: &str| -> Vec<Value> {
        let report = only(query).await;
        report["findings"].as_array().expect("findings").iter().map(|f| f["source"].clone()).collect()
    };
    let compared = sources("source=comparison_baseline&status=open").await;
    let checked = sources("source=reference_check").await;
    assert!(
        compared.iter().all(|s| s == "comparison_baseline") && checked.iter().all(|s| s == "reference_check")
    );
    assert_eq!(Some(compared.len() + checked.len()), all["findings"].as_array().map(Vec::len));
    // A framework by name, an id of one, and a part of a word.
    let of = async |framework: &str| sources(&format!("framework={framework}")).await.len();
    let scuba = of("cisa%20scuba").await;
    assert!(scuba > 0 && scuba <= checked.len(), "{scuba}");
    assert!(of("MS.AAD").await > 0);
    assert_eq!((of("SCuB").await, of("No%20such%20framework").await), (0, 0));
    for query in ["severity=awful", "kind=odd", "status=closed", "source=x", "colour=red"] {
        admin.get(&at(&customer, &format!("/report?{query}"))).send().await.problem(422, "validation_failed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_exported_by_operators() {
    let app = TestApp::start().await;
    let (admin, (customer, policies)) = (app.admin(), good(&app).await);
    let mut hostile = altered(&policies);
    hostile.last_mut().expect("a policy")["displayName"] =
        json!("=HYPERLINK(\"x\") <script>alert(1)</script>");
    let made = baseline(&app, "House standard", &hostile).await;
    admin.put(&at(&customer, "/comparison-baseline"), &choice(&made)).send().await.expect_status(200);
    let export = |role: Role, kind: &str| {
        app.as_role(&app.one, role).get(&at(&customer, "/report")).header("accept", kind).send()
    };
    let findings = admin.read(&at(&customer, "/report")).await["findings"].as_array().map(Vec::len);
    let csv = export(Role::Operator, "text/csv").await.expect_status(200);
    assert!(csv.header("content-disposition").is_some_and(|d| d.starts_with("attachment")), "{csv}");
    let mut reader = csv::Reader::from_reader(csv.body.as_slice());
    let rows: Vec<_> = reader.records().map(|r| r.expect("a row")).collect();
    assert_eq!(Some(rows.len()), findings);
    for cell in rows.iter().flatten() {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "a spreadsheet would run {cell}");
    }
    let html = export(Role::Operator, "text/html").await.expect_status(200);
    assert!(html.header("content-disposition").is_some_and(|d| d.contains(".html")), "{html}");
    let page = html.text();
    assert!(page.contains("House standard") && page.contains("device code") || page.contains("&lt;script"));
    for outside in ["<script", "http://", "https://", "src=", "<link"] {
        assert!(!page.contains(outside), "{outside} is in the page");
    }
    let sarif = export(Role::Operator, "application/sarif+json").await.expect_status(200);
    assert!(sarif.header("content-disposition").is_some_and(|d| d.contains(".sarif")), "{sarif}");
    assert_eq!(sarif.json()["version"], "2.1.0");
    assert_eq!(sarif.json()["runs"][0]["results"].as_array().map(Vec::len), findings);
    for kind in ["text/csv", "text/html", "application/sarif+json"] {
        let refused = export(Role::Viewer, kind).await;
        assert_eq!(refused.problem(403, "forbidden")["required_role"], "operator");
    }
    export(Role::Viewer, "application/json, text/csv").await.expect_status(200);
    let nothing_named = export(Role::Viewer, "*/*").await.expect_status(200);
    assert_eq!(nothing_named.header("content-type"), Some("application/json"));
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_read_as_they_come_and_every_oddity_is_told() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let policy = json!({"displayName": "Ünique", "state": "enabled", "conditions": {"users": {"includeUsers": ["All"]}}});
    let utf16: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain(policy.to_string().encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let files = json!([
        {"path": "a.json", "content": policy.to_string()},
        {"path": "again.json", "content": policy.to_string()},
        {"path": "utf16.json", "content_base64": STANDARD.encode(utf16)},
        {"path": "readme.md", "content": "# Not a policy"},
        {"path": "broken.json", "content": "{"},
    ]);
    let body = json!({"name": "Mixed", "files": files, "preview": true});
    let preview = admin.post("/api/v1/baselines/import/files", &body).send().await.expect_status(200).json();
    assert_eq!(preview["baseline"], Value::Null);
    assert_eq!(preview["policies"].as_array().map(Vec::len), Some(3), "{preview}");
    assert_eq!(preview["policies"][2]["display_name"], "Ünique");
    assert_eq!(preview["skipped"].as_array().map(Vec::len), Some(2), "{preview}");
    assert_eq!(preview["duplicates"].as_array().map(Vec::len), Some(2), "{preview}");
    let library = admin.read("/api/v1/baselines").await;
    let own = library["items"].as_array().map(|all| all.iter().all(|one| one["built_in"] == true));
    assert_eq!(own, Some(true), "a preview stores nothing: {library}");
    let body = json!({"name": "Mixed", "files": files});
    let made = admin.post("/api/v1/baselines/import/files", &body).send().await.expect_status(201).json();
    assert_eq!(made["baseline"]["policies"], 1);
    let twice = json!({"name": "MIXED", "files": files});
    let taken = admin.post("/api/v1/baselines/import/files", &twice).send().await;
    assert_eq!(taken.problem(409, "conflict")["reason"], "name_taken");
    for files in [
        json!([{"path": "readme.md", "content": "nothing"}]),
        json!([{"path": "x.json", "content": "[]", "content_base64": "W10="}]),
        json!([{"path": "x.json"}]),
        json!([{"path": "x.json", "content_base64": "***"}]),
        json!([]),
    ] {
        let body = json!({"name": "Nothing", "files": files});
        let refused = admin.post("/api/v1/baselines/import/files", &body).send().await;
        refused.problem(422, "validation_failed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_baseline_comes_from_a_public_repository_at_one_commit() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let url = "https://github.com/northlight-it/conditional-access-baseline";
    let body = json!({"name": "From GitHub", "url": url});
    let made = admin.post("/api/v1/baselines/import/github", &body).send().await.expect_status(201).json();
    let source = &made["baseline"]["source"];
    assert_eq!(source["kind"], "github");
    assert_eq!(source["commit"].as_str().map(str::len), Some(40), "{made}");
    assert!(made["baseline"]["policies"].as_i64().is_some_and(|n| n > 0), "{made}");
    for url in [
        "https://evil.example/a/b",
        "http://127.0.0.1/a/b",
        "https://github.com/northlight-it/no-such-repository",
        "https://github.com@evil.example/a/b",
        "file:///etc/passwd",
        "nonsense",
    ] {
        let body = json!({"name": "Refused", "url": url});
        let refused = admin.post("/api/v1/baselines/import/github", &body).send().await;
        refused.problem(422, "validation_failed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_baseline_is_renamed_on_the_version_that_was_seen() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let policy = json!({"displayName": "P", "state": "enabled", "conditions": {}});
    let body = json!({"name": "First", "policies": [policy]});
    let made = admin.post("/api/v1/baselines", &body).send().await.expect_status(201).json();
    let path = format!("/api/v1/baselines/{}", made["id"].as_str().expect("an id"));
    let rename = |tag: &str| admin.patch(&path, &json!({"name": "Second"})).header("if-match", tag).send();
    rename("\"0\"").await.problem(412, "precondition_failed");
    let tag = admin.get(&path).send().await.header("etag").expect("a tag").to_owned();
    assert_eq!(rename(&tag).await.expect_status(200).json()["name"], "Second");
    rename(&tag).await.problem(412, "precondition_failed");
}
