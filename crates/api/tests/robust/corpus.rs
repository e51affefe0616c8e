//! Real, published policies through the whole path: as tenants, and as baselines.

use crate::harness::{Customer, Stage, text};
use futures_util::future::join_all;
use policytab_domain::reader::{Reading, read_many};
use policytab_test_support::shared;
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

#[track_caller]
pub(crate) fn folders() -> Vec<PathBuf> {
    let Some(corpus) = shared("corpus") else { return Vec::new() };
    let found = fs::read_dir(corpus).unwrap();
    let mut folders: Vec<_> = found.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn files(folder: &Path, root: &Path, out: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, root, out);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            let name = path.strip_prefix(root).unwrap().display().to_string();
            out.push((name, fs::read(&path).unwrap()));
        }
    }
    out.sort();
}

struct Set {
    files: Vec<(String, Vec<u8>)>,
    reading: Reading,
    customer: Customer,
    import: String,
}

#[tokio::test(flavor = "multi_thread")]
async fn every_published_set_is_imported_whole_and_serves_as_a_baseline() {
    let folders = folders();
    if folders.is_empty() {
        return;
    }
    let stage = Stage::new().await;
    let _worker = stage.worker("worker", folders.len());
    let mut sets = Vec::new();
    for folder in &folders {
        let mut found = Vec::new();
        files(folder, folder, &mut found);
        let reading = read_many(found.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())));
        let loaded = stage.control().folder_load(folder, None).unwrap();
        assert_eq!(loaded.policies, reading.policies.len(), "{}", folder.display());
        let customer = stage.onboard(&loaded.tenant.name, loaded.tenant.clone()).await;
        let import = stage.import(&customer).await;
        sets.push(Set { files: found, reading, customer, import });
    }
    let total: usize = sets.iter().map(|set| set.reading.policies.len()).sum();
    assert!(total > 300, "{total} policies");
    join_all(sets.iter().map(|set| is_imported(&stage, set))).await;
    let baselines = join_all(sets.iter().map(|set| baseline(&stage, set))).await;
    // Each is compared with the next one's set, and the first one with its own.
    let mut imports = Vec::new();
    for (number, set) in sets.iter().enumerate() {
        let baseline_id =
            if number == 0 { &baselines[0] } else { &baselines[(number + 1) % baselines.len()] };
        let choice =
            json!({"comparison_baseline": {"kind": "workspace_baseline", "baseline_id": baseline_id}});
        let asked = stage.post(&format!("/customers/{}/import", set.customer.id), &choice).await;
        imports.push((set, text(&asked["id"]).to_owned()));
    }
    for (number, (set, import)) in imports.iter().enumerate() {
        stage.succeeded(&set.customer, import, Duration::from_secs(60)).await;
        let address = format!("/customers/{}/report?source=comparison_baseline", set.customer.id);
        let report = stage.get(&address).await;
        let kinds: BTreeSet<&str> =
            report["findings"].as_array().unwrap().iter().map(|finding| text(&finding["kind"])).collect();
        let name = &set.customer.tenant.name;
        match number {
            // What came from these files lacks nothing of these files.
            0 => {
                let lacking: Vec<String> = report["findings"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter(|finding| finding["kind"] == "missing" || finding["kind"] == "gap")
                    .map(|finding| format!("{} {} {}", finding["title"], finding["cause"], finding["diff"]))
                    .collect();
                assert!(lacking.is_empty(), "{name}: {lacking:#?}");
            }
            _ => assert!(!kinds.is_empty(), "{name} is no copy of another one's set"),
        }
    }
    stage.behind.has_no_orphans().await;
}

/// The snapshot holds every policy that the reader finds in the files, by name, and reports nothing against itself.
async fn is_imported(stage: &Stage, set: &Set) {
    let (customer, name) = (&set.customer, &set.customer.tenant.name);
    let ended = stage.succeeded(customer, &set.import, Duration::from_secs(60)).await;
    let snapshot = text(&ended["snapshot_id"]);
    let policies = stage.get(&format!("/customers/{}/snapshots/{snapshot}/policies", customer.id)).await;
    let mut live: Vec<_> =
        policies["items"].as_array().unwrap().iter().map(|p| text(&p["display_name"])).collect();
    let mut read: Vec<_> = set.reading.policies.iter().map(|p| p.policy.name()).collect();
    live.sort_unstable();
    read.sort_unstable();
    assert_eq!(live, read, "{name}");
    let report = stage.get(&format!("/customers/{}/report?source=comparison_baseline", customer.id)).await;
    assert_eq!(
        (&report["findings"], report["notice"].is_null()),
        (&Value::Array(Vec::new()), false),
        "{name}"
    );
    let now = stage.customer_now(customer).await;
    assert_eq!(
        (&now["status"], &now["counts"]["policies"]["total"]),
        (&"imported".into(), &live.len().into()),
        "{name}"
    );
}

/// Uploads the files; gives the baseline's id.
async fn baseline(stage: &Stage, set: &Set) -> String {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let name = &set.customer.tenant.name;
    let upload = |(path, bytes): &(String, Vec<u8>)| match std::str::from_utf8(bytes) {
        Ok(content) => json!({"path": path, "content": content}),
        Err(_) => json!({"path": path, "content_base64": STANDARD.encode(bytes)}),
    };
    let files: Vec<_> = set.files.iter().map(upload).collect();
    let made = stage.post("/baselines/import/files", &json!({"name": name, "files": files})).await;
    assert_eq!(made["policies"].as_array().unwrap().len(), set.reading.policies.len(), "{name}");
    let distinct = set.reading.policies.len() - set.reading.duplicates.len();
    assert_eq!(made["baseline"]["policies"], distinct, "{name}");
    text(&made["baseline"]["id"]).to_owned()
}
