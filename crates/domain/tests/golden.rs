//! Reports over published policies, frozen after they were read against the policies for truth.
//!
//! A golden holds what we say of policies, not the policies: titles, severity and its reason, share, regions, witness,
//! cause, near misses, remedy. A change here is a change of what people are told: read it beside the policies of
//! `../shared/corpus` before it is accepted.

use policytab_domain::{
    binding::Bindings,
    facts::Facts,
    policy::{Policy, PolicyState},
    policy_set::PolicySet,
    reader::read_many,
    report::{BaselineSource, CheckStatus, ComparisonInput, Finding, FindingKind, Report, check, compare},
};
use policytab_test_support::shared;
use std::{fmt::Write as _, fs, path::Path};

const J0EYV: &str = "j0eyv__ConditionalAccessBaseline";
const CLOUDSHIELD: &str = "Cloudshield-io__Conditional-Access-Framework";
const ALEX: &str = "AlexFilipin__ConditionalAccess/PolicyRepository";
const NIS2: &str = "Clutch2View__nis2-conditional-access-policies";
const CAOPTICS: &str = "jsa2__caOptics";
const AZURE: &str = "Azure-Samples__azure-ad-conditional-access-apis";
const NATHAN: &str = "nathanmcnulty__nathanmcnulty";

fn json_files(folder: &Path, out: &mut Vec<(String, Vec<u8>)>) {
    let mut entries: Vec<_> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            json_files(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            out.push((path.display().to_string(), fs::read(&path).expect("a file")));
        }
    }
}

/// A set of the corpus, where it is there.
fn set(name: &str) -> Option<PolicySet> {
    let folder = shared(&format!("corpus/{name}"))?;
    let mut files = Vec::new();
    json_files(&folder, &mut files);
    Some(PolicySet::of_reading(&read_many(
        files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())),
    )))
}

/// The same policies, all that are in report-only switched on.
fn as_if_on(set: PolicySet) -> PolicySet {
    let policies = set.policies.into_iter().map(|policy| {
        let on = policy.normal.state() == PolicyState::ReportOnly;
        let state = if on { Some(PolicyState::Enabled) } else { policy.policy.state };
        Policy { state, ..policy.policy }
    });
    PolicySet::new(policies, set.names)
}

fn compared(baseline_name: &str, baseline: &PolicySet, live: &PolicySet) -> Report {
    let facts = Facts::default();
    let bindings = Bindings::suggest(baseline, live, &facts);
    compare(&ComparisonInput {
        live,
        facts: &facts,
        baseline,
        baseline_source: BaselineSource::Workspace { name: baseline_name.to_owned(), baseline_id: None },
        bindings: &bindings,
        with_checks: false,
    })
}

fn told(report: &Report) -> String {
    let summary = report.summary;
    let mut out = format!(
        "{} critical, {} high, {} medium, {} low, {} for information\n",
        summary.critical, summary.high, summary.medium, summary.low, summary.info
    );
    if let Some(notice) = &report.notice {
        let _ = writeln!(out, "{notice}");
    }
    for finding in report.findings.iter().filter(|finding| finding.kind != FindingKind::Extra) {
        tell(finding, &mut out);
    }
    let extra: Vec<&str> = report
        .findings
        .iter()
        .filter(|finding| finding.kind == FindingKind::Extra)
        .map(|finding| finding.title.as_str())
        .collect();
    if !extra.is_empty() {
        let _ = write!(out, "\nBeyond the baseline\n");
        extra.iter().for_each(|title| {
            let _ = writeln!(out, "  {title}");
        });
    }
    out
}

fn tell(finding: &Finding, out: &mut String) {
    let _ = writeln!(out, "\n[{}] {}", finding.severity.as_str(), finding.title);
    let mut line = |label: &str, text: &str| {
        if !text.is_empty() {
            let _ = writeln!(out, "  {label}: {text}");
        }
    };
    line("why", &finding.severity_reason);
    line("cause", &finding.cause);
    line("share", &finding.share.map(|share| format!("{share:.4}")).unwrap_or_default());
    finding.regions.iter().for_each(|region| line("open", region));
    line("witness", finding.witness_text.as_deref().unwrap_or_default());
    finding
        .near_misses
        .iter()
        .for_each(|near| line("near", &format!("{} / {}", near.policy.display_name, near.lacks)));
    finding.conditions.iter().for_each(|condition| line("holds", condition));
    line("remedy", &finding.remedy);
}

fn golden(name: &str, baseline: &str, live: &str) {
    let (Some(baseline_set), Some(live_set)) = (set(baseline), set(live)) else { return };
    insta::assert_snapshot!(name, told(&compared(baseline, &baseline_set, &live_set)));
}

fn golden_as_if_on(name: &str, baseline: &str, live: &str) {
    let (Some(baseline_set), Some(live_set)) = (set(baseline), set(live)) else { return };
    insta::assert_snapshot!(name, told(&compared(baseline, &baseline_set, &as_if_on(live_set))));
}

fn golden_checks(name: &str, live: &str) {
    let Some(live) = set(live).map(as_if_on) else { return };
    let report = check(&live, &Facts::default());
    let mut out = String::new();
    for view in &report.checks {
        let status = match view.status {
            CheckStatus::Met => "met",
            CheckStatus::NotMet => "NOT MET",
            CheckStatus::NotAssessable => "not assessable",
        };
        let _ = writeln!(out, "{} {status}: {}", view.id, view.detail);
    }
    let _ = write!(out, "\n{}", told(&report));
    insta::assert_snapshot!(name, out);
}

#[test]
fn cloudshield_live_held_against_j0eyv() {
    golden("j0eyv_for_cloudshield", J0EYV, CLOUDSHIELD);
    golden_as_if_on("j0eyv_for_cloudshield_as_if_on", J0EYV, CLOUDSHIELD);
}

#[test]
fn j0eyv_live_held_against_cloudshield() {
    golden("cloudshield_for_j0eyv", CLOUDSHIELD, J0EYV);
    golden_as_if_on("cloudshield_for_j0eyv_as_if_on", CLOUDSHIELD, J0EYV);
}

#[test]
fn j0eyv_live_held_against_the_policy_repository() {
    golden_as_if_on("policy_repository_for_j0eyv_as_if_on", ALEX, J0EYV);
}

#[test]
fn caoptics_and_nis2_held_against_each_other() {
    golden("nis2_for_caoptics", NIS2, CAOPTICS);
    golden_as_if_on("caoptics_for_nis2_as_if_on", CAOPTICS, NIS2);
}

#[test]
fn the_samples_and_nathanmcnulty_as_baselines() {
    golden_as_if_on("azure_samples_for_j0eyv_as_if_on", AZURE, J0EYV);
    golden("nathanmcnulty_for_caoptics", NATHAN, CAOPTICS);
}

#[test]
fn reference_checks_of_three_sets() {
    golden_checks("checks_of_j0eyv_as_if_on", J0EYV);
    golden_checks("checks_of_caoptics", CAOPTICS);
    golden_checks("checks_of_nis2_as_if_on", NIS2);
}
