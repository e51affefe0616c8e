//! Policies from files and folders: what the commands that need no server read.
//!
//! Invariants: the order is that of the names, whatever the file system gives; one bad file never stops the rest, and
//! is named with the reason; no link leads round in circles, no file is read twice, and nothing is read without bound.

use super::{Failure, output};
use policytab_domain::reader::{FileReading, Reading, Skipped, read_bytes};
use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

/// A file of more bytes than this is no policy.
const MAX_FILE: u64 = 16 * 1024 * 1024;
/// So many bytes of files are read in one go.
const MAX_TOTAL: u64 = 128 * 1024 * 1024;
/// So many files and folders are looked at.
const MAX_ENTRIES: usize = 100_000;
/// Folders in folders, so deep.
const MAX_DEPTH: usize = 64;
/// Endings of the files that are read in a folder. A file that is named itself is read whatever its ending.
const ENDINGS: [&str; 3] = ["json", "jsonl", "ndjson"];

/// Reads the files at `paths`, and those in the folders there. Paths in the result begin as they were given.
pub(super) fn read_paths(paths: &[PathBuf]) -> Result<Reading, Failure> {
    let mut walk = Walk::default();
    for path in paths {
        walk.start(path)?;
    }
    Ok(Reading::of_files(walk.found))
}

/// The policies at a path, at least one.
pub(super) fn read_policies(path: &Path) -> Result<Reading, Failure> {
    let paths = [path.to_path_buf()];
    let reading = read_paths(&paths)?;
    if reading.policies.is_empty() {
        return Err(output::no_policy(&paths, &reading));
    }
    for skipped in reading.skipped.iter().filter(|skipped| is_damaged(&skipped.reason)) {
        output::say(&format!("{} {}", skipped.path, skipped.reason));
    }
    Ok(reading)
}

/// Whether a file was left out that may have held a policy, so that the answer may lack something.
fn is_damaged(reason: &str) -> bool {
    ["is not JSON", "goes on with", "can't be read", "is larger", "is empty"]
        .iter()
        .any(|at| reason.starts_with(at))
}

/// Reads one file, for instance of bindings, as far as a file may be long.
pub(super) fn read_file(path: &Path) -> Result<Vec<u8>, Failure> {
    let bytes =
        read_bounded(path).map_err(|error| format!("{} can't be read: {}", path.display(), said(&error)))?;
    bytes.ok_or_else(|| format!("{} is larger than {}", path.display(), mebibytes(MAX_FILE)).into())
}

#[derive(Default)]
struct Walk {
    found: Vec<FileReading>,
    seen: BTreeSet<PathBuf>,
    entries: usize,
    bytes: u64,
}

impl Walk {
    /// A path that the caller named: that it can't be read is an error, not a remark.
    fn start(&mut self, path: &Path) -> Result<(), Failure> {
        let fail = |error: &io::Error| -> Failure {
            format!("{} can't be read: {}", path.display(), said(error)).into()
        };
        let kind = fs::metadata(path).map_err(|error| fail(&error))?;
        if kind.is_dir() {
            fs::read_dir(path).map_err(|error| fail(&error))?;
            return self.folder(path, 0);
        }
        if !kind.is_file() {
            return Err(format!("{} is neither a file nor a folder", path.display()).into());
        }
        if kind.len() > MAX_FILE {
            return Err(format!("{} is larger than {}", path.display(), mebibytes(MAX_FILE)).into());
        }
        File::open(path).map_err(|error| fail(&error))?;
        self.file(path)
    }

    fn folder(&mut self, path: &Path, depth: usize) -> Result<(), Failure> {
        if depth > MAX_DEPTH {
            self.skip(path, format!("is a folder more than {MAX_DEPTH} folders deep"));
            return Ok(());
        }
        if !self.is_new(path) {
            return Ok(());
        }
        let mut inside = Vec::new();
        match fs::read_dir(path) {
            Ok(entries) => inside.extend(entries.filter_map(Result::ok).map(|entry| entry.path())),
            Err(error) => self.skip(path, format!("can't be read: {}", said(&error))),
        }
        inside.sort();
        for path in inside.into_iter().filter(|path| !is_hidden(path)) {
            self.entries += 1;
            if self.entries > MAX_ENTRIES {
                return Err(
                    format!("more than {MAX_ENTRIES} files are too many; name a smaller folder").into()
                );
            }
            match fs::metadata(&path) {
                Ok(kind) if kind.is_dir() => self.folder(&path, depth + 1)?,
                Ok(_) if !is_wanted(&path) => {}
                Ok(kind) if kind.is_file() => self.file(&path)?,
                Ok(_) => self.skip(&path, "is neither a file nor a folder".to_owned()),
                Err(error) if is_wanted(&path) => {
                    self.skip(&path, format!("can't be read: {}", said(&error)))
                }
                Err(_) => {}
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path) -> Result<(), Failure> {
        if !self.is_new(path) {
            return Ok(());
        }
        match read_bounded(path) {
            Ok(Some(bytes)) => {
                self.bytes = self.bytes.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
                if self.bytes > MAX_TOTAL {
                    let limit = mebibytes(MAX_TOTAL);
                    return Err(
                        format!("more than {limit} of JSON is too much; name a smaller folder").into()
                    );
                }
                self.found.push(read_bytes(&path.to_string_lossy(), &bytes));
            }
            Ok(None) => self.skip(path, format!("is larger than {}", mebibytes(MAX_FILE))),
            Err(error) => self.skip(path, format!("can't be read: {}", said(&error))),
        }
        Ok(())
    }

    /// Whether this file or folder was not met before, under this name or through a link.
    fn is_new(&mut self, path: &Path) -> bool {
        self.seen.insert(fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf()))
    }

    fn skip(&mut self, path: &Path, reason: String) {
        let skipped = vec![Skipped { path: path.to_string_lossy().into_owned(), reason }];
        self.found.push(FileReading::of_skipped(skipped));
    }
}

/// The file's bytes; `None` when there are too many, also when it grows while it is read.
fn read_bounded(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
    Ok((u64::try_from(bytes.len()).is_ok_and(|len| len <= MAX_FILE)).then_some(bytes))
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

fn is_wanted(path: &Path) -> bool {
    let ending = path.extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase);
    ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}

fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", bytes / 1024 / 1024)
}

/// An error of the operating system in words, without its number.
fn said(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(name: &str) -> String {
        format!(
            r#"{{"displayName": "{name}", "state": "enabled", "conditions": {{"clientAppTypes": ["all"]}}}}"#
        )
    }

    fn names(reading: &Reading) -> Vec<&str> {
        reading.policies.iter().map(|read| read.policy.name()).collect()
    }

    #[test]
    fn folders_are_read_in_the_order_of_names_without_what_is_hidden() {
        let dir = tempfile::tempdir().expect("a folder");
        let put = |name: &str, text: &str| {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("a file");
        };
        put("b.json", &policy("b"));
        put("a/2.JSON", &policy("a2"));
        put("a/1.json", &policy("a1"));
        put(".git/x.json", &policy("git"));
        put(".hidden.json", &policy("hidden"));
        put("README.md", "words");
        put("broken.json", "{");
        let reading = read_paths(&[dir.path().to_path_buf()]).expect("it can be read");
        assert_eq!(names(&reading), ["a1", "a2", "b"]);
        assert_eq!(reading.policies[0].path, dir.path().join("a/1.json").display().to_string());
        assert_eq!(reading.skipped.len(), 1);
        let twice = [dir.path().join("b.json"), dir.path().to_path_buf(), dir.path().join("a")];
        let reading = read_paths(&twice).expect("it can be read");
        assert_eq!((names(&reading), reading.duplicates.len()), (vec!["b", "a1", "a2"], 2));
    }

    #[test]
    fn a_named_file_is_read_whatever_it_is_called_and_a_missing_one_is_an_error() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("policies.txt");
        fs::write(&file, policy("a")).expect("a file");
        assert_eq!(names(&read_paths(&[file]).expect("it can be read")), ["a"]);
        let error = read_paths(&[dir.path().join("nothing")]).expect_err("nothing is there");
        assert!(
            error.to_string().ends_with("nothing can't be read: there is no such file or folder"),
            "{error}"
        );
    }

    #[test]
    fn a_large_file_is_passed_over_and_named() {
        let dir = tempfile::tempdir().expect("a folder");
        File::create(dir.path().join("large.json")).expect("a file").set_len(MAX_FILE + 1).expect("a hole");
        fs::write(dir.path().join("ok.json"), policy("a")).expect("a file");
        let reading = read_paths(&[dir.path().to_path_buf()]).expect("it can be read");
        assert_eq!(names(&reading), ["a"]);
        assert_eq!(reading.skipped[0].reason, "is larger than 16 MiB");
        assert!(read_paths(&[dir.path().join("large.json")]).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn links_may_go_round_in_circles_and_lead_nowhere() {
        let dir = tempfile::tempdir().expect("a folder");
        let inner = dir.path().join("inner");
        fs::create_dir(&inner).expect("a folder");
        fs::write(inner.join("a.json"), policy("a")).expect("a file");
        std::os::unix::fs::symlink(dir.path(), inner.join("loop")).expect("a link");
        std::os::unix::fs::symlink(inner.join("a.json"), dir.path().join("same.json")).expect("a link");
        std::os::unix::fs::symlink("nowhere", dir.path().join("lost.json")).expect("a link");
        let reading = read_paths(&[dir.path().to_path_buf()]).expect("it can be read");
        assert_eq!(names(&reading), ["a"]);
        assert_eq!(reading.skipped[0].reason, "can't be read: there is no such file or folder");
    }
}
