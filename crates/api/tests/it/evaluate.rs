//! What If over HTTP.

use crate::{
    recipes::Side,
    support::{app::TestApp, onboard::at},
};
use policytab_domain::role::Role;
use serde_json::{Value, json};
use uuid::Uuid;

const EXCHANGE: &str = "00000002-0000-0ff1-ce00-000000000000";

/// From a place that the tenant's policies let in.
fn from_home(snapshot: &Value) -> Value {
    let countries = |l: &&Value| l["countriesAndRegions"].is_array();
    let locations = snapshot["named_locations"].as_array().expect("named locations");
    let mut home = sign_in();
    home["location"]["named_locations"] = json!([locations.iter().find(countries).expect("countries")["id"]]);
    home
}

fn sign_in() -> Value {
    json!({
        "user": {"id": Uuid::new_v4(), "type": "member"},
        "application": EXCHANGE,
        "client_app": "browser",
        "platform": "windows",
        "location": {"named_locations": [], "trusted": false},
        "device": {"compliant": false},
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_is_decided_policy_by_policy() {
    let app = TestApp::start().await;
    let customer = app.imported(&app.admin(), &app.tenant("good")).await;
    let viewer = app.as_role(&app.one, Role::Viewer);
    let path = at(&customer, "/evaluate");
    let ask = async |question: &Value| viewer.post(&path, question).send().await.expect_status(200).json();
    let snapshots = viewer.read(&at(&customer, "/snapshots")).await;
    let newest = snapshots["items"][0].clone();
    let id = newest["id"].as_str().expect("an id");
    let home = from_home(&viewer.read(&at(&customer, &format!("/snapshots/{id}"))).await);
    let answer = ask(&json!({"sign_in": home})).await;
    assert_eq!(answer["snapshot_id"], newest["id"]);
    assert_eq!(answer["policies"], "live");
    assert_eq!(answer["decision"], "grant", "{answer}");
    assert!(!answer["requirements"].as_array().expect("requirements").is_empty(), "{answer}");
    assert!(answer["sentence"].as_str().is_some_and(|s| s.starts_with("Access is granted")), "{answer}");
    let told = |member: &str| answer[member].as_array().map(Vec::len).expect("a list");
    let all = usize::try_from(newest["policies"]["total"].as_u64().expect("a count")).expect("small");
    assert_eq!(told("applied") + told("not_applied"), all, "every policy is told");
    // Legacy authentication is blocked in a well-run tenant.
    let mut legacy = home;
    legacy["client_app"] = json!("other");
    let blocked = ask(&json!({"sign_in": legacy})).await;
    assert_eq!((&blocked["decision"], &blocked["requirements"]), (&json!("block"), &json!([])), "{blocked}");
    // The same question has the same answer, of the snapshot named as well; nothing is kept.
    let named = json!({"sign_in": legacy, "snapshot_id": newest["id"], "policies": "live"});
    assert_eq!(ask(&named).await, blocked);
    // By default the baseline is the tenant's own first snapshot.
    let own = ask(&json!({"sign_in": legacy, "policies": "comparison_baseline"})).await;
    assert_eq!(own["decision"], "block");
    assert_eq!(own["policies"], "comparison_baseline");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_baseline_decides_with_its_references_bound() {
    let app = TestApp::start().await;
    let side = Side::new(&app, &app.one).await;
    let ask = async |policies: &str| {
        let question = json!({"sign_in": sign_in(), "policies": policies});
        side.owner.post(&at(&side.customer, "/evaluate"), &question).send().await.expect_status(200).json()
    };
    assert_eq!(ask("live").await["applied"], json!([]), "the tenant has no policies");
    let baseline = ask("comparison_baseline").await;
    assert_eq!(baseline["requirements"], json!([{"any_of": ["mfa"]}]), "{baseline}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_snapshot_knows_of_a_person_is_added() {
    let app = TestApp::start().await;
    let customer = app.imported(&app.admin(), &app.tenant("good")).await;
    let view = app.admin().read(&at(&customer, "/emergency-access")).await;
    let group =
        view["objects"].as_array().expect("objects").iter().find(|o| o["kind"] == "group").expect("a group");
    let mut question = sign_in();
    question["user"] = json!({"id": group["member_ids"][0]});
    let question = json!({"sign_in": question});
    let answer =
        app.admin().post(&at(&customer, "/evaluate"), &question).send().await.expect_status(200).json();
    let groups = answer["sign_in"]["user"]["groups"].as_array().expect("groups");
    assert!(groups.contains(&group["id"]), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_witness_of_a_finding_is_a_question() {
    let app = TestApp::start().await;
    let admin = app.admin();
    for tenant in ["messy", "good"] {
        let customer = app.imported(&admin, &app.tenant(tenant)).await;
        let report = admin.read(&at(&customer, "/report")).await;
        for finding in report["findings"].as_array().expect("findings") {
            if finding["witness"].is_object() {
                let question = json!({"sign_in": finding["witness"]});
                admin.post(&at(&customer, "/evaluate"), &question).send().await.expect_status(200);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_means_nothing_is_refused() {
    let app = TestApp::start().await;
    let (side, other) = (Side::new(&app, &app.one).await, Side::new(&app, &app.two).await);
    let path = at(&side.customer, "/evaluate");
    let without = |member: &str| {
        let mut sign_in = sign_in();
        sign_in.as_object_mut().expect("an object").remove(member);
        json!({"sign_in": sign_in})
    };
    let with = |member: &str, value: Value| {
        let mut sign_in = sign_in();
        sign_in[member] = value;
        json!({"sign_in": sign_in})
    };
    for bad in [
        json!({}),
        without("user"),
        without("application"),
        with("user_action", json!("urn:user:registerdevice")),
        with("service_principal", json!({"id": Uuid::new_v4()})),
        with("client_app", json!("fax")),
        with("platform", json!("amiga")),
        with("sign_in_risk", json!("dreadful")),
        with("colour", json!("red")),
        with("device", json!({"joined": "ByHand"})),
        json!({"sign_in": sign_in(), "policies": "somebody's"}),
        json!({"sign_in": sign_in(), "snapshot_id": "newest"}),
    ] {
        side.owner.post(&path, &bad).send().await.problem(422, "validation_failed");
    }
    let question = json!({"sign_in": sign_in()});
    for foreign in [&other.snapshot, &Uuid::new_v4().to_string()] {
        let mut question = question.clone();
        question["snapshot_id"] = json!(foreign);
        side.owner.post(&path, &question).send().await.problem(404, "not_found");
    }
    other.owner.post(&path, &question).send().await.problem(404, "not_found");
    let pending = app.pending(&side.owner).await;
    side.owner.post(&at(&pending, "/evaluate"), &question).send().await.problem(409, "invalid_state");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_coverage_map_tells_what_holds_where() {
    let app = TestApp::start().await;
    let viewer = app.as_role(&app.one, Role::Viewer);
    let pending = app.pending(&app.admin()).await;
    viewer.get(&at(&pending, "/coverage")).send().await.problem(409, "invalid_state");
    let good = app.imported(&app.admin(), &app.tenant("good")).await;
    let map = viewer.read(&at(&good, "/coverage")).await;
    let place = |list: &str, key: &str| {
        map[list].as_array().and_then(|all| all.iter().position(|one| one["key"] == key)).expect("a place")
    };
    let cell = |row: &str, column: &str| &map["cells"][place("personas", row)][place("columns", column)];
    assert_eq!(cell("members", "other_clients")["enforced"], "blocked", "{map}");
    let admins = cell("administrators", "all_apps");
    assert_eq!(admins["mfa"], 1.0, "{admins}");
    let named = admins["policies"].as_array().expect("policies");
    let policies = map["policies"].as_array().expect("policies");
    assert!(named.iter().all(|at| policies[at.as_u64().expect("a place") as usize]["state"] == "enabled"));
    assert!(cell("workloads", "windows").is_null());
    // What is open is decided alike by What If.
    let open: Vec<&Value> = map["cells"]
        .as_array()
        .expect("rows")
        .iter()
        .flat_map(|row| row.as_array().expect("cells"))
        .filter(|cell| cell["witness"].is_object())
        .collect();
    for cell in open {
        let asked = json!({"sign_in": cell["witness"]});
        let answer = viewer.post(&at(&good, "/evaluate"), &asked).send().await.expect_status(200).json();
        assert_eq!(answer["decision"], "grant", "{cell}");
    }
    let stranger = app.as_role(&app.two, Role::Admin);
    stranger.get(&at(&good, "/coverage")).send().await.problem(404, "not_found");
}
