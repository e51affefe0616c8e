//! Real, published policies.

use crate::run_in;
use policytab_test_support::shared;
use std::collections::BTreeMap;

/// Of each set: how many policies, other objects, copies and versions, and what was left out for which reason.
#[test]
fn what_is_in_each_published_set() {
    let Some(corpus) = shared("corpus") else { return };
    let told = run_in(&corpus, &["inspect", "."]).json();
    let mut sets: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    let mut count = |path: &str, what: &str| {
        let set = path.split('/').nth(1).unwrap_or_default();
        *sets.entry(set.to_owned()).or_default().entry(what.to_owned()).or_default() += 1;
    };
    for part in ["policies", "named_locations", "groups", "authentication_strengths", "names", "duplicates"] {
        for item in told[part].as_array().expect("a list") {
            count(item["path"].as_str().expect("a path"), part);
        }
    }
    for policy in told["policies"].as_array().expect("a list") {
        for warning in policy["warnings"].as_array().expect("a list") {
            count(
                policy["path"].as_str().expect("a path"),
                &format!("warning: {}", warning.as_str().expect("a text")),
            );
        }
    }
    for item in told["skipped"].as_array().expect("a list") {
        let what = format!("skipped: {}", item["reason"].as_str().expect("a reason"));
        count(item["path"].as_str().expect("a path"), &what);
    }
    for item in told["same_names"].as_array().expect("a list") {
        count(item["places"][0]["path"].as_str().expect("a path"), "names of several versions");
    }
    insta::assert_json_snapshot!(sets);
}

#[test]
fn a_published_set_compared_with_itself_has_no_gap() {
    let Some(corpus) = shared("corpus") else { return };
    for set in ["j0eyv__ConditionalAccessBaseline", "jsa2__caOptics"] {
        let ran = run_in(&corpus, &["compare", "--live", set, "--baseline", set, "--fail-on", "low"]);
        assert_eq!(ran.status, 0, "{set}: {}", ran.err);
    }
}
