//! `docs/reference-baseline.md` stays true: it has one row for each policy, as the product ships it.

use policytab_domain::reference_baseline::{ReferencePolicy, policies};
use std::{fs, path::Path};

fn row(policy: &ReferencePolicy) -> String {
    let severity = policy.notes.severity.map_or("", |severity| severity.as_str());
    let checks: Vec<String> = policy.checks.iter().map(|id| format!("`{id}`")).collect();
    format!(
        "| **{}** | {severity} | {} | {} | {} |",
        policy.body["displayName"].as_str().unwrap_or_default(),
        policy.licence.name().trim_start_matches("Microsoft "),
        policy.notes.note,
        checks.join(", "),
    )
}

#[test]
fn the_page_has_every_policy_and_nothing_else() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference-baseline.md");
    let page = fs::read_to_string(path).expect("the page");
    let missing: Vec<String> =
        policies().iter().map(row).filter(|row| !page.contains(row.as_str())).collect();
    assert!(missing.is_empty(), "docs/reference-baseline.md lacks these rows:\n{}", missing.join("\n"));
    let rows = page.lines().filter(|line| line.starts_with("| **")).count();
    assert_eq!(rows, policies().len(), "docs/reference-baseline.md has rows of policies that do not exist");
}
