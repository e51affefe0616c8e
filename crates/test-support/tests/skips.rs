//! A skip is told, noted, and where that is wanted a failure.

use policytab_test_support::{shared, skip, skip_forbidden};
use std::{
    env, fs,
    process::{Command, Output},
};

/// Runs one of the tests below in a process of its own, with these settings besides a note of skips.
fn run(test: &str, settings: &[(&str, &str)]) -> (Output, String) {
    let note = env::temp_dir().join(format!("policytab-skips-{}-{test}", std::process::id()));
    let output = Command::new(env::current_exe().expect("this program"))
        .args(["--exact", test, "--ignored", "--nocapture"])
        .env_remove("POLICYTAB_NO_SKIPS")
        .env("POLICYTAB_SKIPS", &note)
        .envs(settings.iter().copied())
        .output()
        .expect("a test");
    let noted = fs::read_to_string(&note).unwrap_or_default();
    let _ = fs::remove_file(note);
    (output, noted)
}

#[test]
#[ignore = "run by the others"]
fn for_want_of_a_program() {
    skip("this part", "no\n such  program");
}

#[test]
#[ignore = "run by the others"]
fn for_want_of_what_nobody_can_install() {
    skip_forbidden("that part", "not allowed");
    assert_eq!(shared("nothing/here"), None);
}

#[test]
fn a_skip_is_told_and_noted_with_its_place() {
    let (output, noted) = run("for_want_of_a_program", &[]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(
        noted.ends_with(": this part: no such program\n") && noted.contains("tests/skips.rs:"),
        "{noted}"
    );
    assert!(said.contains(&format!("SKIPPED {noted}")), "{said}");
}

#[test]
fn where_everything_is_installed_a_skip_is_a_failure() {
    let strict = [("POLICYTAB_NO_SKIPS", "1")];
    let (output, noted) = run("for_want_of_a_program", &strict);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("POLICYTAB_NO_SKIPS forbids"), "{said}");
    assert_eq!(noted, "");
    let (output, noted) = run("for_want_of_what_nobody_can_install", &strict);
    assert!(output.status.success());
    assert_eq!(noted.lines().count(), 2, "{noted}");
}
