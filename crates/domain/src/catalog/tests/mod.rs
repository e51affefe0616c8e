//! The catalog as a whole, and each judged check on small sets.

mod covered;
mod gaps;
mod judged;

use super::*;
use crate::{normal::Field, policy::Policy, policy_set::PolicySet, severity::Severity};
use std::collections::BTreeSet;

/// The families of the sources, as the shared reference lists them.
const FAMILIES: [&str; 41] = [
    "MFA-ALL",
    "MFA-ALL-PR",
    "MFA-ADMIN",
    "MFA-ADMIN-PR",
    "MFA-AZURE",
    "MFA-PORTALS",
    "MFA-GUEST",
    "LEGACY",
    "USER-RISK",
    "SIGNIN-RISK",
    "RISK-SPLIT",
    "DEVICE",
    "DEVICE-ADMIN",
    "SEC-INFO",
    "DEVICE-JOIN",
    "DEVICE-CODE",
    "AUTH-TRANSFER",
    "PLATFORM",
    "LOCATION",
    "SESSION-ADMIN",
    "SESSION-ALL",
    "APP-ENFORCED",
    "APP-PROTECT",
    "TOKEN-PROT",
    "CAE",
    "ALL-APPS",
    "EMPTY",
    "BREAK-GLASS",
    "SYNC-ACCT",
    "EXCL-GAP",
    "DELETED-REF",
    "RMAU",
    "PROTECTED-ACTION",
    "WORKLOAD",
    "AGENTS",
    "INSIDER",
    "STALE-RO",
    "DISABLED-FIX",
    "LICENCE",
    "SEC-DEFAULTS",
    "DEVOPS",
];

#[test]
fn every_family_has_a_check_or_a_reason() {
    let known: BTreeSet<&str> = FAMILIES.into_iter().chain(["RMS"]).collect();
    let checked: BTreeSet<&str> = checks().iter().map(|check| check.family).collect();
    let undecided: BTreeSet<&str> = UNDECIDED.iter().map(|(family, _)| *family).collect();
    assert!(checked.is_disjoint(&undecided), "a family is either decided or not");
    assert_eq!(checked.union(&undecided).copied().collect::<BTreeSet<_>>(), known);
    assert!(UNDECIDED.iter().all(|(_, why)| why.ends_with('.')));
}

#[test]
fn every_check_is_complete() {
    let mut ids = BTreeSet::new();
    let mut titles = BTreeSet::new();
    for check in checks() {
        let id = check.id;
        assert!(ids.insert(id), "{id} is there twice");
        assert!(titles.insert(check.title), "{id}: the title is there twice");
        assert!(id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{id}");
        assert_eq!(find(id).map(|found| found.title), Some(check.title));
        for text in [check.asks, check.why].into_iter().chain(check.remedy.iter().copied()) {
            assert!(text.ends_with('.') && !text.contains("  ") && !text.contains('!'), "{id}: {text:?}");
        }
        assert!(!check.title.ends_with('.') && !check.remedy.is_empty(), "{id}");
        for one in &check.frameworks {
            assert!(!one.version.is_empty() && !one.id.is_empty(), "{id}: {one:?}");
            if one.framework == Framework::CisaScuba {
                assert!(one.id.ends_with(one.version), "{id}: ids of SCuBA carry their version");
            }
        }
        let distinct: BTreeSet<_> = check.frameworks.iter().map(|one| (one.framework, one.id)).collect();
        assert_eq!(distinct.len(), check.frameworks.len(), "{id}: a mapping is there twice");
        let about_admins = check.goals().iter().any(|goal| includes_roles(goal));
        assert_eq!(
            about_admins,
            check.role_set.is_some(),
            "{id}: a check on administrators says whose list it uses"
        );
    }
    assert!(ids.len() >= 35, "{} checks", ids.len());
    let covered = checks().iter().filter(|check| matches!(check.decide, Decide::Covered(_))).count();
    assert!(covered >= 35, "{covered} checks decided by coverage");
}

fn includes_roles(goal: &Policy) -> bool {
    goal.conditions
        .as_ref()
        .and_then(|c| c.users.as_ref())
        .is_some_and(|users| !users.include_roles.is_empty())
}

#[test]
fn every_goal_is_a_policy_that_is_understood_and_enforced() {
    for check in checks() {
        let goals = check.goals();
        assert_eq!(goals.is_empty(), matches!(check.decide, Decide::Judged(_)), "{}", check.id);
        for goal in goals {
            let (read, warnings) = Policy::read(&goal.to_graph());
            let warnings: Vec<_> = warnings.iter().filter(|one| !one.message.contains("retired")).collect();
            assert!(warnings.is_empty(), "{}: {warnings:?}", check.id);
            assert_eq!(read, *goal, "{}", check.id);
            let normal = crate::normal::normalise(goal, &crate::names::Names::new());
            assert!(
                normal.enforced && normal.uncertainties.is_empty(),
                "{}: {:?}",
                check.id,
                normal.uncertainties
            );
            let controls = normal.set(&Field::GrantControls);
            let block = controls.iter().any(|control| control.is("block"));
            assert!(!block || controls.len() == 1, "{}: what is blocked meets everything anyway", check.id);
            let session = normal.fields.keys().any(|field| field.role() == crate::normal::Role::Session);
            assert!(controls.is_empty() == session, "{}: a goal asks for one thing", check.id);
        }
    }
}

#[test]
fn the_severest_checks_are_those_of_the_sources() {
    let critical: Vec<&str> = checks()
        .iter()
        .filter(|check| check.severity == Severity::Critical)
        .map(|check| check.family)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    assert_eq!(critical, ["BREAK-GLASS", "LEGACY", "MFA-ADMIN", "MFA-ALL"]);
}

#[test]
fn the_catalog() {
    let lines: Vec<String> = checks()
        .iter()
        .map(|check| {
            let mut frameworks: Vec<String> = Vec::new();
            for one in &check.frameworks {
                let bod = if one.bod_25_01 { " (BOD 25-01)" } else { "" };
                frameworks.push(format!("{} {}: {}{bod}", one.framework.name(), one.version, one.id));
            }
            let licence = check.licence.map_or("none", crate::licence::Licence::name);
            let how = match &check.decide {
                Decide::Covered(ways) => {
                    let ways: Vec<_> = ways.iter().map(|way| way.len().to_string()).collect();
                    format!("covered {}", ways.join(" or "))
                }
                Decide::Judged(_) => "judged".to_owned(),
            };
            format!(
                "{} [{}] {} / impact {} / effort {} / {licence} / {how}\n  {}\n  {}",
                check.id,
                check.family,
                check.severity.as_str(),
                check.impact.as_str(),
                check.effort.as_str(),
                check.title,
                frameworks.join("; "),
            )
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}
