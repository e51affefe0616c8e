//! `compare`

use crate::{run, run_in};
use serde_json::Value;
use std::fs;

const BOTH: [&str; 5] = ["compare", "--live", "tenant", "--baseline", "baseline"];

fn compare(more: &[&str]) -> crate::Ran {
    run(&[&BOTH, more].concat())
}

#[test]
fn the_report_is_that_of_the_domain() {
    let ran = compare(&[]);
    assert_eq!(ran.status, 1, "legacy authentication is only reported: {}", ran.err);
    let report = ran.json();
    for member in ["summary", "findings", "pairs"] {
        assert!(!report[member].is_null(), "{member}");
    }
    for severity in ["critical", "high", "medium", "low", "info"] {
        assert!(report["summary"][severity].is_u64(), "{severity}");
    }
    for finding in report["findings"].as_array().expect("findings") {
        for member in ["id", "severity", "kind", "source", "title", "cause", "remedy"] {
            assert!(finding[member].as_str().is_some_and(|text| !text.is_empty()), "{member} of {finding}");
        }
    }
    assert_eq!(report["compared_with"]["name"], "baseline");
    assert_eq!(report["pairs"].as_array().map(Vec::len), Some(2), "the copy is left out");
    assert!(ran.err.contains("left out: 1 policy of baseline with the same meaning"), "{}", ran.err);
    assert_eq!(compare(&[]).out, ran.out, "the same every time");
}

#[test]
fn the_status_follows_the_worst_finding() {
    let worst = compare(&[]).json()["findings"][0]["severity"].clone();
    assert_eq!(worst, "high");
    for (fail_on, status) in
        [("critical", 0), ("high", 1), ("medium", 1), ("low", 1), ("info", 1), ("never", 0)]
    {
        assert_eq!(compare(&["--fail-on", fail_on]).status, status, "{fail_on}");
    }
    let same = run(&["compare", "--live", "baseline", "--baseline", "baseline"]);
    assert_eq!((same.status, &same.json()["summary"]["high"]), (0, &Value::from(0)), "{}", same.err);
    assert_eq!(compare(&["--fail-on", "terrible"]).status, 2);
}

#[test]
fn emergency_access_is_assumed_until_a_file_says_otherwise() {
    let excluded = |ran: &crate::Ran| {
        let report = ran.json();
        let pairs = report["pairs"].as_array().expect("pairs").clone();
        let pair = pairs
            .into_iter()
            .find(|pair| pair["baseline_policy"]["display_name"] == "B01 - Require MFA")
            .expect("a pair");
        pair["diff"].as_array().expect("a diff").iter().map(|field| field["live"].clone()).collect::<Vec<_>>()
    };
    let assumed = compare(&[]);
    assert!(
        assumed.json()["notice"].as_str().is_some_and(|said| said.contains("taken for \"Emergency access\""))
    );
    assert_eq!(excluded(&assumed), [Value::from(vec!["Emergency access", "Scanners and printers"])]);
    let told = compare(&["--bindings", "bindings.json"]);
    assert!(!told.json()["notice"].as_str().is_some_and(|said| said.contains("taken for")), "{}", told.out);
    assert_ne!(told.out, assumed.out);
}

#[test]
fn broken_bindings_are_named_with_their_entry() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("b.json");
    let path = file.to_str().expect("UTF-8");
    for (text, wanted) in [
        ("{", "is not JSON"),
        (
            r#"{"bindings": [{"kind": "crowd", "reference": "X", "live": null}]}"#,
            "entry 1 (\"X\"): \"crowd\" is no kind",
        ),
    ] {
        fs::write(&file, text).expect("a file");
        let ran = compare(&["--bindings", path]);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""));
        assert!(ran.err.contains(wanted), "{}", ran.err);
    }
    assert_eq!(compare(&["--bindings", "nowhere.json"]).status, 2);
    fs::write(&file, r#"{"bindings": [{"kind": "group", "reference": "Nobody", "live": null}]}"#)
        .expect("a file");
    let ran = compare(&["--bindings", path]);
    assert_eq!(ran.status, 1);
    assert!(ran.err.contains("the baseline names no group \"Nobody\""), "{}", ran.err);
}

#[test]
fn every_form_of_the_report() {
    let html = compare(&["--format", "html"]).out;
    assert!(html.starts_with("<!doctype html>") && html.contains("B02 - Block legacy authentication"));
    let sarif: Value = compare(&["--format", "sarif"]).json();
    assert_eq!(sarif["version"], "2.1.0");
    let report = compare(&[]).json();
    let count = report["findings"].as_array().map(Vec::len);
    assert_eq!(sarif["runs"][0]["results"].as_array().map(Vec::len), count);
    let table = compare(&["--format", "csv"]).out;
    assert_eq!(Some(csv::Reader::from_reader(table.as_bytes()).records().count()), count);
    let text = compare(&["--format", "text"]);
    assert!(text.out.contains("[high] ") && text.status == 1);
}

#[test]
fn a_side_without_policies_is_unusable() {
    let dir = tempfile::tempdir().expect("a folder");
    let baseline = crate::fixtures().join("baseline");
    fs::write(dir.path().join("none.json"), r#"{"value": []}"#).expect("a file");
    let ran = run_in(
        dir.path(),
        &["compare", "--live", "none.json", "--baseline", baseline.to_str().expect("UTF-8")],
    );
    assert_eq!((ran.status, ran.out.as_str()), (2, ""));
    assert_eq!(
        ran.err,
        "policytab: no Conditional Access policy was found in none.json: none.json is an empty list\n"
    );
    assert_eq!(run(&["compare", "--live", "tenant"]).status, 2);
}
