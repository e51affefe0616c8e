//! The report as a table.

use super::{Finding, Report, acceptance::acceptance_words, differences::shown, told};
use crate::table::table;

const HEADINGS: [&str; 21] = [
    "severity",
    "kind",
    "source",
    "check",
    "title",
    "baseline_policy",
    "live_policies",
    "unprotected",
    "regions",
    "witness",
    "conditions",
    "cause",
    "remedy",
    "frameworks",
    "differences",
    "not_licensed",
    "status",
    "acceptance",
    "severity_reason",
    "compared_with",
    "id",
];

/// Writes one row for each finding, under a row of headings, in the report's order.
pub fn to_csv(report: &Report) -> String {
    let against = report.compared_with.describe();
    let rows = report.findings.iter().map(|finding| row(finding, &against));
    table(HEADINGS.map(str::to_owned), rows)
}

fn row(finding: &Finding, against: &str) -> [String; 21] {
    let differences = finding
        .diff
        .iter()
        .map(|field| format!("{}: {} → {}", field.label, shown(&field.baseline), shown(&field.live)))
        .collect::<Vec<_>>()
        .join("; ");
    [
        finding.severity.as_str().to_owned(),
        told::kind(finding),
        told::source(finding),
        finding.check.clone().unwrap_or_default(),
        finding.title.clone(),
        finding.baseline_policy.as_ref().map(|policy| policy.display_name.clone()).unwrap_or_default(),
        told::live_names(finding).join("; "),
        finding.share.map(told::percent).unwrap_or_default(),
        finding.regions.join("; "),
        finding.witness_text.clone().unwrap_or_default(),
        finding.conditions.join(" "),
        finding.cause.clone(),
        finding.remedy.clone(),
        finding.frameworks.join("; "),
        differences,
        finding.not_licensed.join("; "),
        finding.status.as_str().to_owned(),
        acceptance_words(finding),
        finding.severity_reason.clone(),
        against.to_owned(),
        finding.id.clone(),
    ]
}
