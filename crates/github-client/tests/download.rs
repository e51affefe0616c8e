//! The client against the emulator and against answers that break the protocol.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use policytab_archive::ArchiveError;
use policytab_github_client::{Address, GithubClient, GithubError, GithubSettings};
use policytab_graph_sim::{Fault, FaultKind, Repository, Seed, Sim, SimConfig};
use secrecy::SecretString;
use url::Url;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

fn client(origin: &str) -> GithubClient {
    let emulator = Some(Url::parse(origin).unwrap());
    GithubClient::new(GithubSettings { emulator, ..GithubSettings::default() }).unwrap()
}

fn repository() -> Repository {
    let files = [
        ("README.md", "# Baseline"),
        ("CA/b.json", "{\"displayName\": \"B\"}"),
        ("CA/a & b.json", "{\"displayName\": \"A\"}"),
        ("other/c.JSON", "{}"),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
    Repository {
        refs: vec!["main".to_owned(), "release/1".to_owned()],
        ..Repository::of("contoso", "baseline", files)
    }
}

async fn sim(repository: Repository) -> (Sim, GithubClient) {
    let sim = Sim::start(SimConfig { seed: Seed::Empty, ..SimConfig::default() }).await.unwrap();
    sim.control().repository_put(repository);
    let client = client(&sim.base_url());
    (sim, client)
}

fn address(git_ref: Option<&str>, folder: &str) -> Address {
    Address::parse("https://github.com/contoso/baseline", git_ref, Some(folder), &[]).unwrap()
}

#[tokio::test]
async fn a_folder_comes_whole_in_order_and_of_one_commit_in_one_request() {
    let (sim, client) = sim(repository()).await;
    let download = client.download(&address(Some("release/1"), "CA"), None).await.unwrap();
    let paths: Vec<_> = download.files.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["CA/a & b.json", "CA/b.json"]);
    assert_eq!(download.files[1].1, b"{\"displayName\": \"B\"}");
    assert_eq!(download.commit.len(), 40);
    assert_eq!(client.head(&address(None, ""), None).await.unwrap(), download.commit);
    assert_eq!(client.download(&address(None, ""), None).await.unwrap().files.len(), 3);
    let pasted = "https://github.com/contoso/baseline/tree/release/1/CA";
    let pasted = Address::parse(pasted, None, None, &[]).unwrap();
    let download = client.download(&pasted, None).await.unwrap();
    assert_eq!((download.address.git_ref.as_deref(), download.files.len()), (Some("release/1"), 2));
    sim.stop().await;
}

#[tokio::test]
async fn what_is_not_there_is_told_apart() {
    let (sim, client) = sim(repository()).await;
    assert_eq!(client.download(&address(Some("nope"), ""), None).await, Err(GithubError::RefNotFound));
    assert_eq!(client.download(&address(None, "empty"), None).await, Err(GithubError::Empty));
    let stranger = Address::parse("nobody/nothing", None, None, &[]).unwrap();
    assert_eq!(client.download(&stranger, None).await, Err(GithubError::NotFound));
    sim.stop().await;
}

#[tokio::test]
async fn a_private_repository_needs_its_token() {
    let (sim, client) = sim(Repository { token: Some("right".to_owned()), ..repository() }).await;
    let at = address(None, "");
    let with = async |token: &str| client.download(&at, Some(&SecretString::from(token))).await;
    assert_eq!(client.download(&at, None).await, Err(GithubError::NotFound));
    assert_eq!(with("bad").await, Err(GithubError::Token));
    assert_eq!(with("right").await.unwrap().files.len(), 3);
    sim.stop().await;
}

#[tokio::test]
async fn it_is_led_nowhere_else() {
    for target in
        ["http://169.254.169.254/latest", "https://127.0.0.1/x", "http://localhost/x", "file:///etc/passwd"]
    {
        let (sim, client) = sim(Repository { redirect: Some(target.to_owned()), ..repository() }).await;
        let refused = client.download(&address(None, ""), None).await;
        assert!(matches!(refused, Err(GithubError::Redirect(_))), "{target}: {refused:?}");
        sim.stop().await;
    }
}

#[tokio::test]
async fn archives_that_break_off_or_mean_harm_are_refused() {
    let (sim, client) = sim(repository()).await;
    let codeload = "/github-codeload/*";
    sim.control().fault_set(Fault::on(codeload, FaultKind::Truncated).times(1)).unwrap();
    let at = address(None, "");
    assert!(matches!(client.download(&at, None).await, Err(GithubError::Unavailable(_))));
    sim.control().fault_set(Fault::on(codeload, FaultKind::Reset).times(1)).unwrap();
    assert!(matches!(client.download(&at, None).await, Err(GithubError::Unavailable(_))));
    sim.control().repository_put(Repository { archive: Some(b"<html>".to_vec()), ..repository() });
    assert!(matches!(client.download(&at, None).await, Err(GithubError::Unavailable(_))));
    let link = hostile();
    sim.control().repository_put(Repository { archive: Some(link), ..repository() });
    let refused = client.download(&at, None).await;
    assert_eq!(refused, Err(GithubError::Archive(ArchiveError::Link("CA/link.json".to_owned()))));
    sim.stop().await;
}

/// An archive with a link that leads out of it.
fn hostile() -> Vec<u8> {
    let packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let mut tar = tar::Builder::new(packed);
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::Symlink);
    header.set_size(0);
    tar.append_link(&mut header, "o-n-1234567/CA/link.json", "/etc/passwd").unwrap();
    tar.into_inner().unwrap().finish().unwrap()
}

#[tokio::test]
async fn a_renamed_repository_is_followed_with_its_token_and_a_token_without_rights_is_told() {
    use wiremock::matchers::{header, path};
    let server = MockServer::start().await;
    let sha = "0123456789abcdef0123456789abcdef01234567";
    let moved = |to: &str| ResponseTemplate::new(301).insert_header("location", to);
    Mock::given(path(format!("/github/repos/contoso/baseline/tarball/{sha}")))
        .respond_with(moved(&format!("/github/repositories/7/tarball/{sha}")))
        .mount(&server)
        .await;
    Mock::given(path("/github/repos/contoso/baseline/commits/HEAD"))
        .respond_with(moved("/github/repositories/7/commits/HEAD"))
        .mount(&server)
        .await;
    Mock::given(path("/github/repositories/7/commits/HEAD"))
        .and(header("authorization", "Bearer right"))
        .respond_with(ResponseTemplate::new(200).set_body_string(format!("{{\"sha\": \"{sha}\"}}")))
        .mount(&server)
        .await;
    Mock::given(path(format!("/github/repositories/7/tarball/{sha}")))
        .respond_with(ResponseTemplate::new(403).insert_header("x-ratelimit-remaining", "4999"))
        .mount(&server)
        .await;
    let (client, token) = (client(&server.uri()), SecretString::from("right"));
    assert_eq!(client.head(&address(None, ""), Some(&token)).await.as_deref(), Ok(sha));
    assert_eq!(client.download(&address(None, ""), Some(&token)).await, Err(GithubError::Forbidden));
    // One that leads to itself is left.
    let ring = MockServer::start().await;
    Mock::given(any()).respond_with(moved("/github/again")).mount(&ring).await;
    let left = self::client(&ring.uri()).head(&address(None, ""), None).await;
    assert_eq!(left, Err(GithubError::Unavailable("it leads on and on".to_owned())));
}

#[tokio::test]
async fn limits_and_garbage_end_in_an_error() {
    let reset = (std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() + 90)
        .to_string();
    for (answer, expected) in [
        (ResponseTemplate::new(403).insert_header("retry-after", "7"), "how often"),
        (
            ResponseTemplate::new(403)
                .insert_header("x-ratelimit-remaining", "0")
                .insert_header("x-ratelimit-reset", reset.as_str()),
            "how often",
        ),
        (ResponseTemplate::new(429), "how often"),
        (ResponseTemplate::new(403).insert_header("x-ratelimit-remaining", "59"), "needs a token"),
        (ResponseTemplate::new(200).set_body_string("<html>"), "did not answer as expected"),
        (ResponseTemplate::new(200).set_body_string("{\"sha\": \"../../etc\"}"), "no id"),
        (ResponseTemplate::new(500), "500"),
    ] {
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(answer).mount(&server).await;
        let error = client(&server.uri()).download(&address(None, ""), None).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{error} should tell {expected}");
        if let GithubError::Throttled(seconds) = error {
            assert!(matches!(seconds, None | Some(7 | 85..=90)), "{seconds:?}");
        }
    }
}
