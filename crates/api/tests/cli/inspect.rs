//! `inspect`

use crate::{run, run_in};
use serde_json::Value;
use std::fs;

#[test]
fn what_is_recognised_and_what_is_not() {
    let ran = run(&["inspect", "tenant", "baseline"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    insta::assert_json_snapshot!(ran.json());
    assert!(ran.err.contains("6 policies, 2 groups, 1 skipped"), "{}", ran.err);
}

#[test]
fn words_for_people() {
    let ran = run(&["inspect", "baseline", "--format", "text"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    for part in [
        "3 policies",
        "B01 - Require MFA [enabled]",
        "baseline/02 Legacy.json #0 is baseline/02 Legacy copy.json #0",
    ] {
        assert!(ran.out.contains(part), "{part} is not in {}", ran.out);
    }
}

#[test]
fn paths_are_told_as_they_were_given() {
    let first =
        |path: &str| run(&["inspect", path]).json()["policies"][0]["path"].as_str().map(str::to_owned);
    assert_eq!(first("baseline").as_deref(), Some("baseline/01 MFA.json"));
    assert_eq!(first("./baseline/").as_deref(), Some("./baseline/01 MFA.json"));
    assert_eq!(first("baseline/01 MFA.json").as_deref(), Some("baseline/01 MFA.json"));
}

#[test]
fn one_bad_file_stops_nothing() {
    let dir = tempfile::tempdir().expect("a folder");
    let policy = fs::read(crate::fixtures().join("baseline/01 MFA.json")).expect("a fixture");
    let text = String::from_utf8(policy).expect("UTF-8");
    let utf16: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    for (name, bytes) in [
        ("1 broken.json", b"{\"displayName\": ".to_vec()),
        ("2 empty.json", Vec::new()),
        ("3 garbage.json", vec![0, 0xFF, 0xC3, 0x28]),
        ("4 deep.json", "[".repeat(300_000).into_bytes()),
        ("5 utf16.json", utf16),
    ] {
        fs::write(dir.path().join(name), bytes).expect("a file");
    }
    fs::create_dir(dir.path().join("6 folder.json")).expect("a folder");
    let ran = run_in(dir.path(), &["inspect", "."]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let told = ran.json();
    assert_eq!(told["policies"][0]["path"], "./5 utf16.json");
    let skipped: Vec<&str> =
        told["skipped"].as_array().expect("a list").iter().filter_map(|one| one["path"].as_str()).collect();
    assert_eq!(skipped, ["./1 broken.json", "./2 empty.json", "./3 garbage.json", "./4 deep.json"]);
}

#[test]
fn a_name_cannot_steer_the_terminal() {
    let dir = tempfile::tempdir().expect("a folder");
    let policy = serde_json::json!({"displayName": "red\u{1b}[31m\nforged line", "state": "enabled", "conditions": {}});
    fs::write(dir.path().join("a.json"), policy.to_string()).expect("a file");
    let ran = run_in(dir.path(), &["inspect", ".", "--format", "text"]);
    assert!(ran.out.contains("red [31m forged line [enabled]"), "{}", ran.out);
}

#[test]
fn unusable_input_is_one_sentence_and_status_2() {
    let dir = tempfile::tempdir().expect("a folder");
    fs::write(dir.path().join("other.json"), r#"{"a": 1}"#).expect("a file");
    fs::create_dir(dir.path().join("empty")).expect("a folder");
    for (args, wanted) in [
        (vec!["inspect", "nowhere"], "nowhere can't be read: there is no such file or folder"),
        (vec!["inspect", "empty"], "no Conditional Access policy was found in empty"),
        (
            vec!["inspect", "other.json"],
            "no Conditional Access policy was found in other.json: other.json has the members a: not a Conditional \
             Access policy nor an object that policies name",
        ),
    ] {
        let ran = run_in(dir.path(), &args);
        assert_eq!(ran.status, 2, "{args:?}");
        assert_eq!(ran.err.lines().last(), Some(format!("policytab: {wanted}").as_str()));
    }
    assert_eq!(run_in(dir.path(), &["inspect"]).status, 2);
    assert_eq!(run_in(dir.path(), &["inspect", "empty", "--format", "yaml"]).status, 2);
    // What was seen is told all the same.
    assert_eq!(run_in(dir.path(), &["inspect", "empty"]).json()["policies"], Value::Array(Vec::new()));
}
