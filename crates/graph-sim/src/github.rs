//! The few download endpoints of GitHub that a reader of baseline repositories needs.

use std::{collections::BTreeMap, fs, io, path::Path};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
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
    /// Bytes of files that are no UTF-8, by path.
    #[serde(default, skip)]
    pub bytes: BTreeMap<String, Vec<u8>>,
    /// The token without which the repository does not exist.
    #[serde(default)]
    pub token: Option<String>,
    /// Served instead of the files' archive.
    #[serde(default, skip)]
    pub archive: Option<Vec<u8>>,
    /// Where a request for the archive is sent instead of to the download host.
    #[serde(default)]
    pub redirect: Option<String>,
}

impl Repository {
    /// A repository with a branch `main`.
    pub fn of(owner: &str, name: &str, files: impl IntoIterator<Item = (String, String)>) -> Self {
        Self {
            owner: owner.to_owned(),
            name: name.to_owned(),
            refs: default_refs(),
            files: files.into_iter().collect(),
            bytes: BTreeMap::new(),
            token: None,
            archive: None,
            redirect: None,
        }
    }

    /// A repository of what a folder of this machine holds; links are left out.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn of_folder(owner: &str, name: &str, folder: &Path) -> io::Result<Self> {
        let mut repository = Self::of(owner, name, []);
        let mut open = vec![folder.to_path_buf()];
        while let Some(at) = open.pop() {
            for entry in fs::read_dir(at)? {
                let entry = entry?;
                let (kind, path) = (entry.file_type()?, entry.path());
                if kind.is_dir() {
                    open.push(path);
                } else if kind.is_file() {
                    let inner = path.strip_prefix(folder).map_err(io::Error::other)?;
                    let inner = inner.to_string_lossy().replace('\\', "/");
                    match String::from_utf8(fs::read(&path)?) {
                        Ok(text) => drop(repository.files.insert(inner, text)),
                        Err(other) => drop(repository.bytes.insert(inner, other.into_bytes())),
                    }
                }
            }
        }
        Ok(repository)
    }

    /// Every file by path.
    fn all(&self) -> BTreeMap<&str, &[u8]> {
        let texts = self.files.iter().map(|(path, text)| (path.as_str(), text.as_bytes()));
        texts.chain(self.bytes.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()))).collect()
    }

    /// The archive as GitHub packs it: a comment that names the commit, then a folder of its own around the files.
    fn tar_gz(&self) -> io::Result<Vec<u8>> {
        if let Some(archive) = &self.archive {
            return Ok(archive.clone());
        }
        let commit = self.commit();
        let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        let comment = format!("52 comment={commit}\n");
        let mut header = tar::Header::new_ustar();
        header.set_entry_type(tar::EntryType::XGlobalHeader);
        header.set_path("pax_global_header")?;
        header.set_size(comment.len() as u64);
        header.set_mode(0o666);
        header.set_cksum();
        tar.append(&header, comment.as_bytes())?;
        let folder = format!("{}-{}-{}", self.owner, self.name, &commit[..7]);
        for (path, bytes) in self.all() {
            let mut header = tar::Header::new_gnu();
            header.set_size(bytes.len() as u64);
            header.set_mode(0o664);
            tar.append_data(&mut header, format!("{folder}/{path}"), bytes)?;
        }
        tar.into_inner()?.finish()
    }
}

fn default_refs() -> Vec<String> {
    vec!["main".to_owned()]
}

impl Repository {
    /// The commit's name: depends on all files, as it does in git.
    pub fn commit(&self) -> String {
        let mut hash = Sha256::new();
        for (path, text) in self.all() {
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
            ["github", "repos", owner, name, rest @ ..] => {
                let given = call.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
                if given.is_some_and(|token| token.starts_with("bad")) {
                    return Reply::json(401, json!({ "message": "Bad credentials", "status": "401" }));
                }
                match self.find(owner, name) {
                    // A repository that may not be seen is not told from one that does not exist.
                    Some(repository)
                        if repository.token.is_none() || repository.token.as_deref() == given =>
                    {
                        api(repository, rest, call)
                    }
                    _ => not_found(),
                }
            }
            ["github-codeload", owner, name, "legacy.tar.gz", sha] => {
                match self
                    .find(owner, name)
                    .filter(|repository| repository.knows(sha))
                    .map(Repository::tar_gz)
                {
                    Some(Ok(bytes)) => Reply {
                        status: 200,
                        headers: Vec::new(),
                        body: Body::Bytes { content_type: "application/x-gzip", bytes },
                    },
                    _ => Reply::text(404, "404: Not Found"),
                }
            }
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
        ["tarball", reference @ ..] if repository.knows(&reference.join("/")) => {
            let own = format!(
                "{}/github-codeload/{}/{}/legacy.tar.gz/{commit}",
                call.origin, repository.owner, repository.name
            );
            let location = repository.redirect.clone().unwrap_or(own);
            Reply::text(302, "").with("location", location)
        }
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
