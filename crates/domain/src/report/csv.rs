//! The report as a table.
//!
//! Invariant: no cell can be taken for a formula by a spreadsheet, whatever a policy is called.

use super::{Finding, Report, acceptance::acceptance_words, findings::shown};
use std::borrow::Cow;

const HEADINGS: [&str; 14] = [
    "severity",
    "kind",
    "title",
    "baseline_policy",
    "live_policies",
    "cause",
    "remedy",
    "differences",
    "not_licensed",
    "severity_reason",
    "compared_with",
    "id",
    "status",
    "acceptance",
];

/// Writes one row for each finding, under a row of headings, in the report's order.
pub fn to_csv(report: &Report) -> String {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let against = report.compared_with.describe();
    // Writing into memory can't fail; a row of another length could, and every row has the length of the headings.
    let mut write =
        |row: &[String; 14]| writer.write_record(row.iter().map(|cell| harmless(cell).into_owned())).is_ok();
    write(&HEADINGS.map(str::to_owned));
    for finding in &report.findings {
        write(&row(finding, &against));
    }
    writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

fn row(finding: &Finding, against: &str) -> [String; 14] {
    let differences = finding
        .diff
        .iter()
        .map(|field| format!("{}: {} → {}", field.label, shown(&field.baseline), shown(&field.live)))
        .collect::<Vec<_>>()
        .join("; ");
    let names = finding.live_policies.iter().map(|policy| policy.display_name.as_str()).collect::<Vec<_>>();
    [
        finding.severity.as_str().to_owned(),
        super::html::kind_word(finding.kind).to_lowercase(),
        finding.title.clone(),
        finding.baseline_policy.as_ref().map(|policy| policy.display_name.clone()).unwrap_or_default(),
        names.join("; "),
        finding.cause.clone(),
        finding.remedy.clone(),
        differences,
        finding.not_licensed.join("; "),
        finding.severity_reason.clone(),
        against.to_owned(),
        finding.id.clone(),
        finding.status.as_str().to_owned(),
        acceptance_words(finding),
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
