//! The client against the emulator and against answers that break the protocol.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use policytab_github_client::{Address, GithubClient, GithubError};
use policytab_graph_sim::{Repository, Seed, Sim, SimConfig};
use std::collections::BTreeMap;
use url::Url;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

async fn sim() -> (Sim, GithubClient) {
    let sim = Sim::start(SimConfig { seed: Seed::Empty, ..SimConfig::default() }).await.unwrap();
    let files = BTreeMap::from(
        [
            ("README.md", "# Baseline"),
            ("CA/b.json", "{\"displayName\": \"B\"}"),
            ("CA/a & b.json", "{\"displayName\": \"A\"}"),
            ("other/c.JSON", "{}"),
        ]
        .map(|(path, text)| (path.to_owned(), text.to_owned())),
    );
    let repository = Repository {
        owner: "contoso".to_owned(),
        name: "baseline".to_owned(),
        refs: vec!["main".to_owned(), "release/1".to_owned()],
        files,
    };
    sim.control().repository_put(repository);
    let client = GithubClient::new(Some(&Url::parse(&sim.base_url()).unwrap())).unwrap();
    (sim, client)
}

fn address(git_ref: Option<&str>, folder: &str) -> Address {
    Address::parse("https://github.com/contoso/baseline", git_ref, Some(folder)).unwrap()
}

#[tokio::test]
async fn a_folder_comes_whole_in_order_and_of_one_commit() {
    let (sim, client) = sim().await;
    let download = client.download(&address(Some("release/1"), "CA")).await.unwrap();
    let paths: Vec<_> = download.files.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["CA/a & b.json", "CA/b.json"]);
    assert_eq!(download.files[1].1, b"{\"displayName\": \"B\"}");
    assert_eq!(download.commit.len(), 40);
    assert_eq!(client.download(&address(None, "")).await.unwrap().files.len(), 3);
    sim.stop().await;
}

#[tokio::test]
async fn what_is_not_there_is_told_apart() {
    let (sim, client) = sim().await;
    assert!(matches!(client.download(&address(Some("nope"), "")).await, Err(GithubError::NotFound)));
    assert!(matches!(client.download(&address(None, "empty")).await, Err(GithubError::Empty)));
    let stranger = Address::parse("nobody/nothing", None, None).unwrap();
    assert!(matches!(client.download(&stranger).await, Err(GithubError::NotFound)));
    sim.stop().await;
}

#[tokio::test]
async fn limits_redirects_and_garbage_end_in_an_error() {
    for (answer, expected) in [
        (ResponseTemplate::new(403).insert_header("retry-after", "7"), "limits requests"),
        (ResponseTemplate::new(302).insert_header("location", "http://localhost:9/elsewhere"), "302"),
        (ResponseTemplate::new(200).set_body_string("<html>"), "did not answer as expected"),
        (ResponseTemplate::new(200).set_body_string("{\"sha\": \"../../etc\"}"), "no id"),
        (ResponseTemplate::new(500), "500"),
    ] {
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(answer).mount(&server).await;
        let client = GithubClient::new(Some(&Url::parse(&server.uri()).unwrap())).unwrap();
        let error = client.download(&address(None, "")).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{error} should tell {expected}");
    }
}
