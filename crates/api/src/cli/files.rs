//! Policies from files and folders: what the commands that need no server read.

use super::Failure;
use policytab_domain::reader::{Reading, read_many};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Reads files, and the JSON files in folders, in the order of their names.
pub(super) fn read_paths(paths: &[PathBuf]) -> Result<Reading, Failure> {
    let mut files = Vec::new();
    for path in paths {
        add(path, true, &mut files).map_err(|error| format!("{} can't be read: {error}", path.display()))?;
    }
    Ok(read_many(files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()))))
}

fn add(path: &Path, named: bool, files: &mut Vec<(String, Vec<u8>)>) -> std::io::Result<()> {
    if path.is_dir() {
        let mut inside: Vec<PathBuf> =
            fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
        inside.sort();
        // A link to a folder may lead round in circles.
        let is_link = |path: &Path| path.is_symlink() && path.is_dir();
        return inside.iter().filter(|path| !is_link(path)).try_for_each(|path| add(path, false, files));
    }
    if named || path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json")) {
        files.push((path.to_string_lossy().into_owned(), fs::read(path)?));
    }
    Ok(())
}
