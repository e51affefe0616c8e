//! The few download endpoints of GitHub that a reader of baseline repositories needs.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::call::{Body, Call, Reply};

/// A repository: branches and tags as names of one and the same tree, which is all a download needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repository {
    /// The account.
    pub owner: String,
    /// The repository.
    pub name: String,
    /// Branches and tags that name the commit.
    #[serde(default = "default_refs")]
    pub refs: Vec<String>,
    /// Text of each file by path.
    pub files: BTreeMap<String, String>,
}

fn default_refs() -> Vec<String> {
    vec!["main".to_owned()]
}

impl Repository {
    /// The commit's name: depends on all files, as it does in git.
    pub fn commit(&self) -> String {
        let mut hash = Sha256::new();
        for (path, text) in &self.files {
            hash.update(path);
            hash.update([0]);
            hash.update(text);
            hash.update([0]);
        }
        hex(&hash.finalize())
    }

    fn knows(&self, reference: &str) -> bool {
        let commit = self.commit();
        self.refs.iter().any(|name| name == reference)
            || reference == "HEAD"
            || (reference.len() >= 7 && commit.starts_with(&reference.to_ascii_lowercase()))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().take(20).map(|byte| format!("{byte:02x}")).collect()
}

fn blob(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// All repositories, by `owner/name`.
#[derive(Default)]
pub(crate) struct Github {
    repositories: BTreeMap<String, Repository>,
}

impl Github {
    pub(crate) fn with_demo() -> Self {
        let mut github = Self::default();
        github.put(crate::demo::baseline::repository());
        github
    }

    pub(crate) fn put(&mut self, repository: Repository) {
        let key = format!("{}/{}", repository.owner, repository.name).to_ascii_lowercase();
        self.repositories.insert(key, repository);
    }

    fn find(&self, owner: &str, name: &str) -> Option<&Repository> {
        self.repositories.get(&format!("{owner}/{name}").to_ascii_lowercase())
    }

    /// Answers below `/github` and `/github-raw`.
    pub(crate) fn answer(&self, call: &Call) -> Reply {
        let segments = call.segments();
        let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
        if call.method != "GET" {
            return not_found();
        }
        match parts.as_slice() {
            ["github", "repos", owner, name, rest @ ..] => match self.find(owner, name) {
                Some(repository) => api(repository, rest, call),
                None => not_found(),
            },
            ["github-raw", owner, name, reference, path @ ..] => {
                let text = self
                    .find(owner, name)
                    .filter(|repository| repository.knows(reference))
                    .and_then(|repository| repository.files.get(&path.join("/")));
                match text {
                    Some(text) => Reply {
                        status: 200,
                        headers: Vec::new(),
                        body: Body::Bytes {
                            content_type: "text/plain; charset=utf-8",
                            bytes: text.clone().into_bytes(),
                        },
                    },
                    None => Reply::text(404, "404: Not Found"),
                }
            }
            _ => not_found(),
        }
    }
}

fn api(repository: &Repository, rest: &[&str], call: &Call) -> Reply {
    let commit = repository.commit();
    match rest {
        [] => Reply::ok(json!({
            "name": repository.name,
            "full_name": format!("{}/{}", repository.owner, repository.name),
            "default_branch": repository.refs.first().map_or("main", String::as_str),
            "private": false,
            "license": { "key": "mit", "spdx_id": "MIT" },
        })),
        ["commits", reference @ ..] if repository.knows(&reference.join("/")) => Reply::ok(json!({
            "sha": commit,
            "commit": {
                "message": "Publish the baseline",
                "tree": { "sha": commit },
                "committer": { "name": repository.owner, "date": "2026-06-02T08:30:00Z" },
            },
        })),
        ["commits", reference @ ..] => Reply::json(
            422,
            json!({ "message": format!("No commit found for SHA: {}", reference.join("/")), "status": "422" }),
        ),
        ["git", "trees", sha] if repository.knows(sha) => {
            let recursive = call.query().has("recursive");
            let tree: Vec<_> = repository
                .files
                .iter()
                .filter(|(path, _)| recursive || !path.contains('/'))
                .map(|(path, text)| {
                    json!({ "path": path, "mode": "100644", "type": "blob", "sha": blob(text), "size": text.len() })
                })
                .collect();
            Reply::ok(json!({ "sha": commit, "tree": tree, "truncated": false }))
        }
        ["git", "blobs", sha] => match repository.files.values().find(|text| blob(text) == *sha) {
            Some(text) => Reply::ok(json!({
                "sha": sha, "size": text.len(), "encoding": "base64", "content": STANDARD.encode(text),
            })),
            None => not_found(),
        },
        ["contents", path @ ..] => {
            let known = call.query().get("ref").is_none_or(|reference| repository.knows(reference));
            let path = path.join("/");
            match repository.files.get(&path).filter(|_| known) {
                Some(text) => Reply::ok(json!({
                    "type": "file", "path": path, "name": path.rsplit('/').next(), "sha": blob(text),
                    "size": text.len(), "encoding": "base64", "content": STANDARD.encode(text),
                })),
                None => not_found(),
            }
        }
        _ => not_found(),
    }
}

fn not_found() -> Reply {
    Reply::json(404, json!({ "message": "Not Found", "status": "404" }))
}
