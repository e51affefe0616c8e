//! The report as one page that needs nothing else: no script, no font, no image from anywhere. It follows the reader's
//! light or dark screen, and prints on A4 with a header on every page.
//!
//! Invariant: every text that comes from a tenant or a person is escaped, in elements, in attributes, and in the
//! style's header for print.

mod escape;
mod style;

use super::{
    CheckStatus, Finding, Report, acceptance::acceptance_words, differences::shown, gaps::capitalised, told,
};
use crate::{diff::FieldDiff, severity::Severity};
use escape::{css_text, escape};
use std::fmt::Write as _;

/// What the page says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HtmlContext {
    /// The customer's name.
    pub customer: String,
    /// The tenant, for instance "Contoso (contoso.com)"; empty where there is none.
    pub tenant: String,
    /// When the live policies were read, as it should stand there.
    pub snapshot_taken: String,
    /// When the report was made, as it should stand there.
    pub generated: String,
}

/// Writes the page.
pub fn to_html(report: &Report, context: &HtmlContext) -> String {
    let mut page = String::with_capacity(16 * 1024);
    head(&mut page, context);
    page.push_str("<body>\n<main>\n");
    title(&mut page, report, context);
    summary(&mut page, report);
    if let Some(notice) = &report.notice {
        paragraph(&mut page, "notice", notice);
    }
    page.push_str("<section>\n<h2>Findings</h2>\n");
    if report.findings.is_empty() {
        page.push_str("<p>No findings.</p>\n");
    }
    for one in &report.findings {
        finding(&mut page, one);
    }
    page.push_str("</section>\n");
    checks(&mut page, report);
    pairs(&mut page, report);
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

fn head(page: &mut String, context: &HtmlContext) {
    let customer = escape(&context.customer);
    page.push_str("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.push_str(
        "<meta name=\"robots\" content=\"noindex\">\n<meta name=\"referrer\" content=\"no-referrer\">\n",
    );
    let _ = writeln!(page, "<title>Baseline-quality report: {customer}</title>");
    let header = css_text(&format!("Baseline-quality report: {}", context.customer));
    let date = css_text(&context.generated);
    let _ = writeln!(
        page,
        "<style>{}@page{{@top-left{{content:\"{header}\"}}@top-right{{content:\"{date}\"}}}}</style>",
        style::STYLE
    );
    page.push_str("</head>\n");
}

fn title(page: &mut String, report: &Report, context: &HtmlContext) {
    page.push_str("<header>\n<h1>Baseline-quality report</h1>\n");
    paragraph(page, "customer", &context.customer);
    page.push_str("<dl>\n");
    for (term, text) in [
        ("Tenant", context.tenant.as_str()),
        ("Compared with", &report.compared_with.describe()),
        ("Live policies read", &context.snapshot_taken),
        ("Report made", &context.generated),
    ] {
        term_of(page, term, text);
    }
    page.push_str("</dl>\n</header>\n");
}

fn summary(page: &mut String, report: &Report) {
    page.push_str("<ul class=\"summary\">\n");
    let counts = report.summary;
    for (severity, count) in
        Severity::ALL.into_iter().zip([counts.critical, counts.high, counts.medium, counts.low, counts.info])
    {
        let name = severity.as_str();
        let _ = writeln!(page, "<li class=\"{name}\"><b>{count}</b> {name}</li>");
    }
    page.push_str("</ul>\n");
}

fn finding(page: &mut String, finding: &Finding) {
    let severity = finding.severity.as_str();
    let _ = writeln!(page, "<article class=\"{severity}\" id=\"f-{}\">", escape(&finding.id));
    let _ = writeln!(page, "<h3><span class=\"badge\">{severity}</span> {}</h3>", escape(&finding.title));
    let accepted = acceptance_words(finding);
    if !accepted.is_empty() {
        paragraph(page, "accepted", &capitalised(&accepted));
    }
    if !finding.cause.is_empty() {
        let _ = writeln!(page, "<p>{}</p>", escape(&finding.cause));
    }
    exposed(page, finding);
    differences(page, &finding.diff);
    if !finding.remedy.is_empty() {
        let _ = writeln!(page, "<p><b>What to do.</b> {}</p>", escape(&finding.remedy));
    }
    page.push_str("<dl class=\"note\">\n");
    let against =
        format!("{} · {}", told::spoken(&told::source(finding)), told::spoken(&told::kind(finding)));
    for (term, text) in [
        ("Found against", against),
        ("Severity", finding.severity_reason.clone()),
        ("Not licensed", finding.not_licensed.join(", ")),
        ("User impact", finding.user_impact.clone().unwrap_or_default()),
        ("Effort", finding.effort.clone().unwrap_or_default()),
        ("Frameworks", finding.frameworks.join(", ")),
    ] {
        term_of(page, term, &text);
    }
    page.push_str("</dl>\n</article>\n");
}

/// Who gets in: the share as a bar, the parts it is made of, one sign-in.
fn exposed(page: &mut String, finding: &Finding) {
    if let Some(share) = finding.share {
        let percent = told::percent(share);
        // A sliver is shown for what is not nothing.
        let width = if share > 0.0 { (share * 100.0).clamp(1.0, 100.0) } else { 0.0 };
        let _ = writeln!(
            page,
            "<p class=\"share\"><span class=\"bar\" aria-hidden=\"true\"><span style=\"width:{width:.0}%\"></span>\
             </span> {} of these sign-ins unprotected</p>",
            escape(&percent)
        );
    }
    if !finding.regions.is_empty() {
        page.push_str("<ul class=\"regions\">\n");
        for region in &finding.regions {
            let _ = writeln!(page, "<li>{}</li>", escape(region));
        }
        page.push_str("</ul>\n");
    }
    if let Some(witness) = &finding.witness_text {
        let _ = writeln!(page, "<p><b>For instance.</b> {}</p>", escape(witness));
    }
    for condition in &finding.conditions {
        paragraph(page, "condition", condition);
    }
}

fn differences(page: &mut String, diff: &[FieldDiff]) {
    if diff.is_empty() {
        return;
    }
    page.push_str("<table>\n<thead><tr><th scope=\"col\">Field</th><th scope=\"col\">Baseline</th>");
    page.push_str("<th scope=\"col\">Live</th><th scope=\"col\">Effect</th></tr></thead>\n<tbody>\n");
    for field in diff {
        let effect = match serde_json::to_value(field.direction) {
            Ok(serde_json::Value::String(word)) => escape(&word),
            _ => String::new(),
        };
        let _ = writeln!(
            page,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td class=\"{effect}\">{effect}</td></tr>",
            escape(&field.label),
            escape(&shown(&field.baseline)),
            escape(&shown(&field.live)),
        );
    }
    page.push_str("</tbody>\n</table>\n");
}

/// Every check of the reference catalog, met ones too, so that a reader sees what was looked at.
fn checks(page: &mut String, report: &Report) {
    if report.checks.is_empty() {
        return;
    }
    page.push_str("<section>\n<h2>Reference checks</h2>\n<table>\n<thead><tr><th scope=\"col\">Check</th>");
    page.push_str("<th scope=\"col\">Result</th><th scope=\"col\">Why</th></tr></thead>\n<tbody>\n");
    for check in &report.checks {
        let (class, word) = match check.status {
            CheckStatus::Met => ("stronger", "met"),
            CheckStatus::NotMet => ("weaker", "not met"),
            CheckStatus::NotAssessable => ("different", "not assessable"),
        };
        let _ = writeln!(
            page,
            "<tr><th scope=\"row\">{}</th><td class=\"{class}\">{word}</td><td>{}</td></tr>",
            escape(&check.title),
            escape(&check.detail),
        );
    }
    page.push_str("</tbody>\n</table>\n</section>\n");
}

fn pairs(page: &mut String, report: &Report) {
    if report.pairs.is_empty() {
        return;
    }
    page.push_str(
        "<section>\n<h2>Policies side by side</h2>\n<table>\n<thead><tr><th scope=\"col\">Baseline</th>",
    );
    page.push_str("<th scope=\"col\">Live</th><th scope=\"col\">Differences</th></tr></thead>\n<tbody>\n");
    for pair in &report.pairs {
        let live = pair.live_policy.as_ref().map_or("none", |policy| policy.display_name.as_str());
        let differences = match (&pair.live_policy, pair.diff.is_empty()) {
            (None, _) => String::new(),
            (Some(_), true) => "none".to_owned(),
            (Some(_), false) => {
                pair.diff.iter().map(|field| field.label.as_str()).collect::<Vec<_>>().join(", ")
            }
        };
        let _ = writeln!(
            page,
            "<tr><td>{}</td><td>{}</td><td>{}</td></tr>",
            escape(&pair.baseline_policy.display_name),
            escape(live),
            escape(&differences),
        );
    }
    page.push_str("</tbody>\n</table>\n</section>\n");
}

fn paragraph(page: &mut String, class: &str, text: &str) {
    let _ = writeln!(page, "<p class=\"{class}\">{}</p>", escape(text));
}

fn term_of(page: &mut String, term: &str, text: &str) {
    if !text.is_empty() {
        let _ = writeln!(page, "<div><dt>{term}</dt><dd>{}</dd></div>", escape(text));
    }
}
