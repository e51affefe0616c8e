//! The report for a terminal.
//!
//! Invariant: no text from a tenant can steer the terminal: control characters are left out.

use super::{Report, acceptance::acceptance_words, gaps::capitalised, told};
use std::fmt::Write as _;

/// Writes the report as plain text.
pub fn to_text(report: &Report) -> String {
    let counts = report.summary;
    let mut out = format!("Compared with {}.\n", plain(&report.compared_with.describe()));
    let _ = writeln!(
        out,
        "{} critical, {} high, {} medium, {} low, {} for information.",
        counts.critical, counts.high, counts.medium, counts.low, counts.info
    );
    if let Some(notice) = &report.notice {
        let _ = writeln!(out, "\n{}", plain(notice));
    }
    for finding in &report.findings {
        let _ = writeln!(out, "\n[{}] {}", finding.severity.as_str(), plain(&finding.title));
        let mut line = |label: &str, text: &str| {
            if !text.is_empty() {
                let _ = writeln!(out, "  {label}{}", plain(text));
            }
        };
        line("", &finding.cause);
        line("Unprotected: ", &finding.share.map(told::percent).unwrap_or_default());
        for region in &finding.regions {
            line("- ", region);
        }
        line("For instance: ", finding.witness_text.as_deref().unwrap_or_default());
        for condition in &finding.conditions {
            line("Conditions: ", condition);
        }
        line("What to do: ", &finding.remedy);
        line("Not licensed: ", &finding.not_licensed.join(", "));
        line("Frameworks: ", &finding.frameworks.join(", "));
        line("Severity: ", &finding.severity_reason);
        line("", &capitalised(&acceptance_words(finding)));
    }
    out
}

fn plain(text: &str) -> String {
    text.chars().map(|c| if c == '\n' || c == '\t' { ' ' } else { c }).filter(|c| !c.is_control()).collect()
}
