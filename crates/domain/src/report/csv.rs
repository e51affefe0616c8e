//! The report as a table.
//!
//! Invariant: no cell can be taken for a formula by a spreadsheet, whatever a policy is called.

use super::{Finding, Report, acceptance::acceptance_words, differences::shown, told};
use std::borrow::Cow;

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
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let against = report.compared_with.describe();
    // Writing into memory can't fail; a row of another length could, and every row has the length of the headings.
    let mut write =
        |row: &[String; 21]| writer.write_record(row.iter().map(|cell| harmless(cell).into_owned())).is_ok();
    write(&HEADINGS.map(str::to_owned));
    for finding in &report.findings {
        write(&row(finding, &against));
    }
    writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
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

/// A cell that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV injection).
fn harmless(cell: &str) -> Cow<'_, str> {
    match cell.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠') => {
            Cow::Owned(format!("'{cell}"))
        }
        _ => Cow::Borrowed(cell),
    }
}
