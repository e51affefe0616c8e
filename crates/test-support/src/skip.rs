//! What a test lacks, said so that nobody overlooks it: a runner hides what passed tests print.
//!
//! `POLICYTAB_SKIPS` names a file that each skip is added to; `make test` shows it at the end. With `POLICYTAB_NO_SKIPS=1`,
//! as `.ci/run` sets it, a skip for want of a program is a failure. Two reasons are told and never fail, since nothing
//! that could be installed mends them: the folder of shared test data is not a part of the project, and a container may
//! be denied what its kernel could do.

use std::{
    env,
    fmt::Display,
    fs::File,
    io::Write as _,
    panic::Location,
    path::{Path, PathBuf},
};

/// Says that this part of a test can't run for want of something that can be installed.
///
/// # Panics
/// With `POLICYTAB_NO_SKIPS=1`.
#[track_caller]
pub fn skip(what: &str, why: impl Display) {
    assert!(!is_set("POLICYTAB_NO_SKIPS"), "{what} is skipped, which POLICYTAB_NO_SKIPS forbids: {why}");
    tell(what, &why);
}

/// Says that this part of a test can't run since the machine doesn't allow it.
#[track_caller]
pub fn skip_forbidden(what: &str, why: impl Display) {
    tell(what, &why);
}

/// A file or folder of the shared test data: beside the project, or where `POLICYTAB_SHARED` says. `None`, and said so, where it
/// is not there.
#[track_caller]
pub fn shared(part: &str) -> Option<PathBuf> {
    let root = env::var_os("POLICYTAB_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let path = root.join(part);
    if path.exists() {
        return Some(path);
    }
    tell(
        "what holds it against shared test data",
        &format!("{part} is not there; set POLICYTAB_SHARED to their folder"),
    );
    None
}

fn is_set(name: &str) -> bool {
    env::var(name).is_ok_and(|value| !matches!(value.as_str(), "" | "0"))
}

#[track_caller]
#[expect(clippy::print_stderr, reason = "what a test skips is told loudly")]
fn tell(what: &str, why: &dyn Display) {
    let place = Location::caller();
    let reason = why.to_string();
    let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = format!("{}:{}: {what}: {reason}\n", place.file(), place.line());
    eprint!("SKIPPED {line}");
    if let Some(file) = env::var_os("POLICYTAB_SKIPS").filter(|file| !file.is_empty()) {
        // One write of a short line: tests run side by side.
        let noted = File::options()
            .create(true)
            .append(true)
            .open(&file)
            .and_then(|mut f| f.write_all(line.as_bytes()));
        noted.unwrap_or_else(|error| panic!("{}: {error}", Path::new(&file).display()));
    }
}
