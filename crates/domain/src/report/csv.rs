//! The report as a table.
//!
//! Invariant: no cell can be taken for a formula by a spreadsheet, whatever a policy is called.

use super::{Acceptance, Accepted, Finding, Report, findings::shown, told};
use std::borrow::Cow;

const HEADINGS: [&str; 18] = [
    "severity",
    "kind",
    "source",
    "title",
    "baseline_policy",
    "live_policies",
    "unprotected",
    "regions",
    "witness",
    "cause",
    "remedy",
    "frameworks",
    "differences",
    "not_licensed",
    "accepted",
    "severity_reason",
    "compared_with",
    "id",
];

/// Writes one row for each finding, under a row of headings, in the report's order.
pub fn to_csv(report: &Report) -> String {
    to_csv_with(report, &Accepted::new())
}

/// The same with the findings that people live with.
pub fn to_csv_with(report: &Report, accepted: &Accepted) -> String {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let against = report.compared_with.describe();
    // Writing into memory can't fail; a row of another length could, and every row has the length of the headings.
    let mut write =
        |row: &[String; 18]| writer.write_record(row.iter().map(|cell| harmless(cell).into_owned())).is_ok();
    write(&HEADINGS.map(str::to_owned));
    for finding in &report.findings {
        write(&row(finding, &against, accepted.get(&finding.id)));
    }
    writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

fn row(finding: &Finding, against: &str, accepted: Option<&Acceptance>) -> [String; 18] {
    let differences = finding
        .diff
        .iter()
        .map(|field| format!("{}: {} → {}", field.label, shown(&field.baseline), shown(&field.live)))
        .collect::<Vec<_>>()
        .join("; ");
    let regions: Vec<String> = told::parts(finding).into_iter().map(|part| part.text).collect();
    [
        finding.severity.as_str().to_owned(),
        told::kind(finding),
        told::source(finding),
        finding.title.clone(),
        finding.baseline_policy.as_ref().map(|policy| policy.display_name.clone()).unwrap_or_default(),
        told::live_names(finding).join("; "),
        finding.share.map(told::percent).unwrap_or_default(),
        regions.join("; "),
        told::witness(finding).unwrap_or_default(),
        finding.cause.clone(),
        finding.remedy.clone(),
        finding.frameworks.join("; "),
        differences,
        finding.not_licensed.join("; "),
        accepted.map(Acceptance::sentence).unwrap_or_default(),
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
