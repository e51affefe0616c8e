use super::*;
use crate::{
    binding::Bindings,
    facts::Facts,
    names::NameKind,
    policy::Policy,
    report::{BaselineSource, CheckStatus, ComparisonInput, FindingKind, check, compare},
};
use std::collections::BTreeSet;

#[test]
fn every_policy_is_read_without_doubt() {
    assert!(policies().len() >= 25, "{}", policies().len());
    let known: BTreeSet<&str> = checks().iter().map(|check| check.id).collect();
    for policy in policies() {
        let (read, warnings) = Policy::read(&policy.body);
        assert!(warnings.is_empty(), "{}: {warnings:?}", policy.file);
        assert!(policy.file.starts_with(&read.name()[..6]), "{}", policy.file);
        assert!(!policy.notes.note.is_empty());
        for id in &policy.checks {
            assert!(known.contains(id.as_str()), "{}: no check {id}", policy.file);
        }
    }
    for one in policy_set().policies {
        assert!(one.normal.enforced && one.normal.uncertainties.is_empty(), "{:?}", one.normal);
    }
    let licences: BTreeSet<_> = policies().iter().map(|policy| policy.licence.name()).collect();
    assert!(licences.len() >= 4, "{licences:?}");
}

#[test]
fn whom_it_leaves_out_are_placeholders() {
    let mut groups = BTreeSet::new();
    for one in policy_set().policies {
        for reference in one.normal.references() {
            if matches!(reference.kind, NameKind::Group | NameKind::NamedLocation) {
                assert!(reference.id.starts_with('<') && reference.id.ends_with('>'), "{}", reference.id);
                groups.insert(reference.id.clone());
            }
        }
    }
    let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
    let own =
        ["<Allowed countries>", "<Emergency access accounts>", "<Service accounts>", "<Trusted networks>"];
    assert_eq!(groups, own);
}

/// The set as a tenant would have it: objects for placeholders, everything on.
fn rolled_out() -> PolicySet {
    const NAMES: [(NameKind, &str, &str); 4] = [
        (NameKind::Group, "<Emergency access accounts>", "10000000-0000-4000-8000-000000000001"),
        (NameKind::Group, "<Service accounts>", "10000000-0000-4000-8000-000000000002"),
        (NameKind::NamedLocation, "<Allowed countries>", "10000000-0000-4000-8000-000000000003"),
        (NameKind::NamedLocation, "<Trusted networks>", "10000000-0000-4000-8000-000000000004"),
    ];
    let mut names = Names::new();
    for (kind, placeholder, id) in NAMES {
        let body = match placeholder {
            "<Allowed countries>" => Some(serde_json::json!({
                "@odata.type": "#microsoft.graph.countryNamedLocation",
                "countriesAndRegions": ["DE", "NL"], "includeUnknownCountriesAndRegions": false,
            })),
            "<Trusted networks>" => Some(serde_json::json!({
                "@odata.type": "#microsoft.graph.ipNamedLocation",
                "isTrusted": true, "ipRanges": [{"cidrAddress": "203.0.113.0/24"}],
            })),
            _ => None,
        };
        names.insert(kind, id, placeholder.trim_matches(['<', '>']), body);
    }
    let bodies: Vec<Value> = policies()
        .iter()
        .enumerate()
        .map(|(at, policy)| {
            let mut text = policy.body.to_string();
            for (_, placeholder, id) in NAMES {
                text = text.replace(placeholder, id);
            }
            let mut body: Value = serde_json::from_str(&text).expect("JSON");
            body["id"] = format!("20000000-0000-4000-8000-{at:012x}").into();
            body["state"] = "enabled".into();
            body
        })
        .collect();
    PolicySet::of_bodies(&bodies, names)
}

#[test]
fn a_tenant_that_runs_it_meets_the_checks_that_it_names() {
    let report = check(&rolled_out(), &Facts::default());
    let status = |id: &str| report.checks.iter().find(|check| check.id == id).expect(id);
    for policy in policies() {
        for id in &policy.checks {
            let check = status(id);
            assert_eq!(check.status, CheckStatus::Met, "{} {id}: {}", policy.file, check.detail);
        }
    }
    // What it does not meet, so that a change shows.
    let unmet: Vec<&str> = report
        .checks
        .iter()
        .filter(|check| check.status == CheckStatus::NotMet)
        .map(|check| check.id.as_str())
        .collect();
    insta::assert_json_snapshot!(unmet);
}

#[test]
fn a_tenant_that_runs_it_has_no_gap_against_it() {
    let (live, facts) = (rolled_out(), Facts::default());
    let baseline = policy_set();
    let bindings = Bindings::suggest(&baseline, &live, &facts);
    let report = compare(&ComparisonInput {
        live: &live,
        facts: &facts,
        baseline: &baseline,
        baseline_source: BaselineSource::Workspace { name: NAME.to_owned(), baseline_id: None },
        bindings: &bindings,
        with_checks: false,
    });
    let open: Vec<_> = report
        .findings
        .iter()
        .filter(|finding| matches!(finding.kind, FindingKind::Missing | FindingKind::Gap))
        .map(|finding| (&finding.title, &finding.cause))
        .collect();
    assert!(open.is_empty(), "{open:#?}");
}
