//! Downloads policy files of a public GitHub repository at one commit.
//!
//! Hosts come from a closed table, never from input: of the address that a person pastes, only the owner's and the
//! repository's names are used. Everything is bounded: files, bytes, time, redirects.

mod address;

pub use address::{Address, AddressError};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use policytab_domain::problem::{Problem, ProblemCode, Upstream};
use reqwest::{StatusCode, redirect};
use serde::{Deserialize, de::DeserializeOwned};
use std::time::Duration;
use url::Url;

/// Files that are downloaded at the most.
pub const MAX_FILES: usize = 2000;
/// Bytes that are downloaded at the most.
pub const MAX_BYTES: u64 = 10 * 1024 * 1024;
/// Largest listing of a repository that is read, in bytes.
const MAX_LISTING: usize = 32 * 1024 * 1024;
/// Time for one answer.
const TIMEOUT: Duration = Duration::from_secs(15);
/// Downloads side by side.
const CONCURRENCY: usize = 8;

/// A download that failed.
#[derive(Debug, thiserror::Error)]
pub enum GithubError {
    /// No such public repository, branch, tag or commit.
    #[error("GitHub knows no public repository, branch, tag or commit of this name")]
    NotFound,
    /// The folder holds no JSON file.
    #[error("there is no JSON file in this folder")]
    Empty,
    /// More than is downloaded at once.
    #[error("the folder holds more than {MAX_FILES} JSON files or {} MiB: name a folder below it", MAX_BYTES / 1024 / 1024)]
    TooLarge,
    /// GitHub wants a pause; seconds, where it says how long.
    #[error("GitHub limits requests without an account to a number an hour")]
    Throttled(Option<u64>),
    /// No answer, or not in GitHub's protocol.
    #[error("GitHub did not answer as expected: {0}")]
    Unavailable(String),
}

impl GithubError {
    /// What people are told.
    pub fn problem(&self) -> Problem {
        let upstream = Upstream { service: "github".to_owned(), ..Upstream::default() };
        match self {
            Self::NotFound => Problem::invalid("url", self.to_string()).upstream(upstream),
            Self::Empty | Self::TooLarge => Problem::invalid("folder", self.to_string()).upstream(upstream),
            Self::Throttled(seconds) => {
                let mut problem =
                    Problem::new(ProblemCode::Unavailable, format!("{self}.")).upstream(upstream);
                problem.retry_after = Some(seconds.unwrap_or(60).clamp(1, 3600));
                problem
            }
            Self::Unavailable(_) => {
                Problem::new(ProblemCode::Unavailable, "GitHub did not answer as expected.")
                    .remedy("Try again in a few minutes, or import the files themselves.")
                    .upstream(upstream)
            }
        }
    }
}

/// What was downloaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Download {
    /// The commit that the files are of.
    pub commit: String,
    /// Path and bytes of each JSON file, in order of path.
    pub files: Vec<(String, Vec<u8>)>,
}

/// GitHub's download endpoints. Cheap to clone.
#[derive(Debug, Clone)]
pub struct GithubClient {
    http: reqwest::Client,
    api: Url,
    raw: Url,
}

#[derive(Deserialize)]
struct Commit {
    sha: String,
}

#[derive(Deserialize)]
struct Tree {
    tree: Vec<Entry>,
    #[serde(default)]
    truncated: bool,
}

#[derive(Deserialize)]
struct Entry {
    path: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    size: u64,
}

impl GithubClient {
    /// For GitHub itself, or for the emulator at this origin.
    ///
    /// # Errors
    /// When no HTTP client can be made, or the emulator's address can't be extended.
    pub fn new(emulator: Option<&Url>) -> Result<Self, GithubError> {
        let unusable = |e: &dyn std::error::Error| GithubError::Unavailable(e.to_string());
        let (api, raw) = match emulator {
            Some(origin) => (origin.join("/github/"), origin.join("/github-raw/")),
            None => (Url::parse("https://api.github.com/"), Url::parse("https://raw.githubusercontent.com/")),
        };
        let same_host = redirect::Policy::custom(|attempt| {
            let first = attempt.previous().first().and_then(Url::host_str).map(str::to_owned);
            if attempt.previous().len() > 3 || attempt.url().host_str() != first.as_deref() {
                attempt.stop()
            } else {
                attempt.follow()
            }
        });
        let http = reqwest::Client::builder()
            .user_agent(concat!("policytab/", env!("CARGO_PKG_VERSION")))
            .timeout(TIMEOUT)
            .redirect(same_host)
            .https_only(emulator.is_none())
            .build()
            .map_err(|e| unusable(&e))?;
        Ok(Self { http, api: api.map_err(|e| unusable(&e))?, raw: raw.map_err(|e| unusable(&e))? })
    }

    /// The newest commit of what an address names.
    ///
    /// # Errors
    /// See [`GithubError`].
    pub async fn head(&self, address: &Address) -> Result<String, GithubError> {
        let Address { owner, name, git_ref, .. } = address;
        let wanted = git_ref.as_deref().unwrap_or("HEAD");
        let commit: Commit = self.json(&["repos", owner, name, "commits", wanted], None).await?;
        Ok(commit.sha)
    }

    /// Downloads every JSON file of a folder, all of one commit.
    ///
    /// # Errors
    /// See [`GithubError`].
    pub async fn download(&self, address: &Address) -> Result<Download, GithubError> {
        let Address { owner, name, git_ref, folder } = address;
        let wanted = git_ref.as_deref().unwrap_or("HEAD");
        let commit: Commit = self.json(&["repos", owner, name, "commits", wanted], None).await?;
        if commit.sha.len() < 40 || !commit.sha.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(GithubError::Unavailable("the commit has no id".to_owned()));
        }
        let tree: Tree =
            self.json(&["repos", owner, name, "git", "trees", &commit.sha], Some("recursive=1")).await?;
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let mut entries: Vec<Entry> = tree
            .tree
            .into_iter()
            .filter(|e| e.kind == "blob" && e.path.starts_with(&prefix))
            .filter(|e| e.path.to_ascii_lowercase().ends_with(".json"))
            .collect();
        let bytes: u64 = entries.iter().map(|e| e.size).sum();
        if tree.truncated || entries.len() > MAX_FILES || bytes > MAX_BYTES {
            return Err(GithubError::TooLarge);
        }
        if entries.is_empty() {
            return Err(GithubError::Empty);
        }
        entries.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        let files = stream::iter(entries)
            .map(|entry| self.file(owner, name, &commit.sha, entry.path))
            .buffered(CONCURRENCY)
            .try_collect()
            .await?;
        Ok(Download { commit: commit.sha, files })
    }

    async fn file(
        &self,
        owner: &str,
        name: &str,
        commit: &str,
        path: String,
    ) -> Result<(String, Vec<u8>), GithubError> {
        let mut segments = vec![owner, name, commit];
        segments.extend(path.split('/'));
        let url = extend(&self.raw, &segments, None)?;
        let bytes = self.get(url, usize::try_from(MAX_BYTES).unwrap_or(usize::MAX)).await?;
        Ok((path, bytes))
    }

    async fn json<T: DeserializeOwned>(
        &self,
        segments: &[&str],
        query: Option<&str>,
    ) -> Result<T, GithubError> {
        let bytes = self.get(extend(&self.api, segments, query)?, MAX_LISTING).await?;
        serde_json::from_slice(&bytes).map_err(|e| GithubError::Unavailable(e.to_string()))
    }

    async fn get(&self, url: Url, limit: usize) -> Result<Vec<u8>, GithubError> {
        let unavailable = |e: reqwest::Error| GithubError::Unavailable(e.without_url().to_string());
        let mut response = self.http.get(url).send().await.map_err(unavailable)?;
        match response.status() {
            StatusCode::OK => {}
            // 422: the reference is no commit.
            StatusCode::NOT_FOUND | StatusCode::UNPROCESSABLE_ENTITY | StatusCode::CONFLICT => {
                return Err(GithubError::NotFound);
            }
            StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS => {
                let seconds =
                    response.headers().get("retry-after").and_then(|v| v.to_str().ok()?.parse().ok());
                return Err(GithubError::Throttled(seconds));
            }
            other => return Err(GithubError::Unavailable(format!("it answered {other}"))),
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unavailable)? {
            if bytes.len() + chunk.len() > limit {
                return Err(GithubError::TooLarge);
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }
}

/// Appends path segments, each encoded: a name can't leave its place.
fn extend(base: &Url, segments: &[&str], query: Option<&str>) -> Result<Url, GithubError> {
    let mut url = base.clone();
    url.path_segments_mut()
        .map_err(|()| GithubError::Unavailable("the address can't be extended".to_owned()))?
        .pop_if_empty()
        .extend(segments);
    url.set_query(query);
    Ok(url)
}
