//! `docs/reference-checks.md` stays true: it has one row for each check, as the catalog has it.

use policytab_domain::catalog::{Check, Decide, Framework, UNDECIDED, checks};
use std::{collections::BTreeSet, fs, path::Path};

fn row(check: &Check) -> String {
    // Controls and techniques follow from the SCuBA policy; the page would drown in them.
    let shown = [
        Framework::CisaScuba,
        Framework::CisMicrosoft365,
        Framework::MicrosoftTemplate,
        Framework::Maester,
        Framework::ZeroTrustAssessment,
    ];
    let short = |framework: Framework| match framework {
        Framework::CisaScuba => "CISA",
        Framework::CisMicrosoft365 => "CIS",
        Framework::MicrosoftTemplate => "Template",
        Framework::ZeroTrustAssessment => "ZTA",
        other => other.name(),
    };
    let mut frameworks: Vec<String> = Vec::new();
    for one in check.frameworks.iter().filter(|one| shown.contains(&one.framework)) {
        let bod = if one.bod_25_01 { " (BOD 25-01)" } else { "" };
        frameworks.push(match one.framework {
            Framework::MicrosoftTemplate => format!("Template \"{}\"", one.id),
            framework => format!("{} {}{bod}", short(framework), one.id),
        });
    }
    let how = match check.decide {
        Decide::Covered(_) => "coverage",
        Decide::Judged(_) => "policies",
    };
    let licence = check.licence.map_or("–", |licence| licence.name().trim_start_matches("Microsoft "));
    format!(
        "| **{}** `{}`<br>{} | {} | {how} | {licence} | {} / {} | {} |",
        check.title,
        check.id,
        check.asks,
        check.severity.as_str(),
        check.impact.as_str(),
        check.effort.as_str(),
        frameworks.join("; "),
    )
}

#[test]
fn the_page_has_every_check_and_nothing_else() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference-checks.md");
    let page = fs::read_to_string(path).expect("the page");
    let lines: BTreeSet<&str> = page.lines().collect();
    let mut wanted: Vec<String> = checks().iter().map(row).collect();
    wanted.extend(UNDECIDED.iter().map(|(family, why)| format!("| {family} | {why} |")));
    let missing: Vec<&String> = wanted.iter().filter(|row| !lines.contains(row.as_str())).collect();
    let listed = missing.iter().map(|row| row.as_str()).collect::<Vec<_>>().join("\n");
    assert!(missing.is_empty(), "docs/reference-checks.md lacks these rows:\n{listed}");
    let rows = lines.iter().filter(|line| line.starts_with("| **")).count();
    assert_eq!(rows, checks().len(), "docs/reference-checks.md has rows of checks that do not exist");
}
