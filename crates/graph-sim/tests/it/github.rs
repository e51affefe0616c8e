//! GitHub's download endpoints.

use std::collections::BTreeMap;

use policytab_graph_sim::Repository;
use serde_json::Value;

use crate::common::Bench;

async fn json(bench: &Bench, path: &str) -> (u16, Value) {
    let response = bench.client.get(bench.url(path)).send().await.expect("an answer");
    (response.status().as_u16(), response.json().await.unwrap_or(Value::Null))
}

#[tokio::test]
async fn the_demo_repository_downloads_file_by_file() {
    let bench = Bench::start().await;
    let base = "/github/repos/northlight-it/conditional-access-baseline";
    let (status, commit) = json(&bench, &format!("{base}/commits/main")).await;
    assert_eq!(status, 200);
    let sha = commit["sha"].as_str().expect("a commit");
    assert_eq!(sha.len(), 40);
    assert_eq!(json(&bench, &format!("{base}/commits/v1.2.0")).await.1["sha"], sha);
    assert_eq!(json(&bench, &format!("{base}/commits/nowhere")).await.0, 422);
    let (_, tree) = json(&bench, &format!("{base}/git/trees/{sha}?recursive=1")).await;
    let paths: Vec<&str> =
        tree["tree"].as_array().into_iter().flatten().filter_map(|file| file["path"].as_str()).collect();
    let policies: Vec<_> = paths.iter().filter(|path| path.starts_with("policies/")).collect();
    assert_eq!(policies.len(), 6);
    for path in policies {
        let url = bench.url(&format!("/github-raw/northlight-it/conditional-access-baseline/{sha}/{path}"));
        let text = bench.client.get(url).send().await.expect("an answer").text().await.expect("text");
        let policy: Value = serde_json::from_str(&text).expect("a policy");
        assert!(policy["displayName"].as_str().is_some_and(|name| name.starts_with("NL")));
    }
    assert_eq!(json(&bench, "/github/repos/nobody/nothing/commits/main").await.0, 404);
    bench.sim.stop().await;
}

#[tokio::test]
async fn control_feeds_other_repositories() {
    let bench = Bench::start().await;
    let files = BTreeMap::from([("a/b.json".to_owned(), "{}".to_owned())]);
    let repository = Repository { refs: vec!["trunk".to_owned()], ..Repository::of("me", "mine", files) };
    let sha = repository.commit();
    bench.control().repository_put(repository);
    assert_eq!(json(&bench, "/github/repos/me/mine/commits/trunk").await.1["sha"], sha);
    let (_, file) = json(&bench, "/github/repos/me/mine/contents/a/b.json?ref=trunk").await;
    assert_eq!(file["content"], "e30=");
    bench.sim.stop().await;
}
