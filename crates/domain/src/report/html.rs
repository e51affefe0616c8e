//! The report as one page that needs nothing else: no script, no font, no image from anywhere.
//!
//! Invariant: every text that comes from a tenant or a person is escaped, in elements and in attributes.

use super::{Finding, FindingKind, FindingStatus, Report, acceptance::acceptance_words, findings::shown};
use crate::{diff::Direction, severity::Severity};

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
    let customer = escape(&context.customer);
    page.push_str("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.push_str(
        "<meta name=\"robots\" content=\"noindex\">\n<meta name=\"referrer\" content=\"no-referrer\">\n",
    );
    page.push_str(&format!("<title>Baseline-quality report: {customer}</title>\n<style>{STYLE}</style>\n"));
    page.push_str("</head>\n<body>\n<main>\n");
    page.push_str(&format!(
        "<header>\n<h1>Baseline-quality report</h1>\n<p class=\"customer\">{customer}</p>\n"
    ));
    page.push_str("<dl>\n");
    for (term, text) in [
        ("Tenant", context.tenant.as_str()),
        ("Compared with", &report.compared_with.describe()),
        ("Live policies read", &context.snapshot_taken),
        ("Report made", &context.generated),
    ] {
        if !text.is_empty() {
            page.push_str(&format!("<div><dt>{term}</dt><dd>{}</dd></div>\n", escape(text)));
        }
    }
    page.push_str("</dl>\n</header>\n");
    summary(&mut page, report);
    if let Some(notice) = &report.notice {
        page.push_str(&format!("<p class=\"notice\">{}</p>\n", escape(notice)));
    }
    page.push_str("<section>\n<h2>Findings</h2>\n");
    if report.findings.is_empty() {
        page.push_str("<p>No findings.</p>\n");
    }
    for one in &report.findings {
        finding(&mut page, one);
    }
    page.push_str("</section>\n");
    pairs(&mut page, report);
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

fn summary(page: &mut String, report: &Report) {
    page.push_str("<ul class=\"summary\">\n");
    let counts = report.summary;
    for (severity, count) in
        Severity::ALL.into_iter().zip([counts.critical, counts.high, counts.medium, counts.low, counts.info])
    {
        let name = severity.as_str();
        page.push_str(&format!("<li class=\"{name}\"><b>{count}</b> {name}</li>\n"));
    }
    if counts.accepted > 0 {
        page.push_str(&format!("<li class=\"accepted\"><b>{}</b> accepted</li>\n", counts.accepted));
    }
    page.push_str("</ul>\n");
}

fn finding(page: &mut String, finding: &Finding) {
    let severity = finding.severity.as_str();
    page.push_str(&format!("<article class=\"{severity}\" id=\"f-{}\">\n", escape(&finding.id)));
    let accepted = match finding.status {
        FindingStatus::Open => "",
        FindingStatus::Accepted => " <span class=\"badge\">accepted</span>",
    };
    page.push_str(&format!(
        "<h3><span class=\"badge\">{severity}</span>{accepted} {}</h3>\n",
        escape(&finding.title)
    ));
    page.push_str(&format!("<p>{}</p>\n", escape(&finding.cause)));
    if !finding.diff.is_empty() {
        page.push_str("<table>\n<thead><tr><th scope=\"col\">Field</th><th scope=\"col\">Baseline</th>");
        page.push_str("<th scope=\"col\">Live</th><th scope=\"col\">Effect</th></tr></thead>\n<tbody>\n");
        for field in &finding.diff {
            let effect = match field.direction {
                Direction::Weaker => "weaker",
                Direction::Different => "different",
                Direction::Stronger => "stronger",
            };
            page.push_str(&format!(
                "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td class=\"{effect}\">{effect}</td></tr>\n",
                escape(&field.label),
                escape(&shown(&field.baseline)),
                escape(&shown(&field.live)),
            ));
        }
        page.push_str("</tbody>\n</table>\n");
    }
    page.push_str(&format!("<p><b>What to do.</b> {}</p>\n", escape(&finding.remedy)));
    let mut notes = vec![format!("{}; severity: {}", kind_word(finding.kind), finding.severity_reason)];
    if !finding.not_licensed.is_empty() {
        notes.push(format!("not licensed: {}", finding.not_licensed.join(", ")));
    }
    let acceptance = acceptance_words(finding);
    if !acceptance.is_empty() {
        notes.push(acceptance);
    }
    page.push_str(&format!("<p class=\"note\">{}</p>\n</article>\n", escape(&notes.join("; "))));
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
        page.push_str(&format!(
            "<tr><td>{}</td><td>{}</td><td>{}</td></tr>\n",
            escape(&pair.baseline_policy.display_name),
            escape(live),
            escape(&differences),
        ));
    }
    page.push_str("</tbody>\n</table>\n</section>\n");
}

pub(super) const fn kind_word(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::Missing => "Missing",
        FindingKind::Changed => "Changed",
        FindingKind::Extra => "Extra",
    }
}

/// Escapes a text for elements and quoted attributes. Control characters, which HTML has no place for, go.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(' '),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

const STYLE: &str = "\
:root{color-scheme:light;--critical:#a4262c;--high:#c43501;--medium:#835b00;--low:#0f548c;--info:#616161}\
*{box-sizing:border-box}\
body{margin:0;background:#fff;color:#242424;font:14px/1.5 'Segoe UI',system-ui,sans-serif}\
main{max-width:60rem;margin:0 auto;padding:2rem 1rem}\
h1{font-size:1.7rem;margin:0}h2{font-size:1.25rem;margin:2rem 0 .5rem}h3{font-size:1rem;margin:0 0 .5rem}\
.customer{font-size:1.15rem;margin:.25rem 0 1rem}\
dl{display:flex;flex-wrap:wrap;gap:.5rem 2rem;margin:0}dt{color:#616161;font-size:.85rem}dd{margin:0}\
.summary{display:flex;flex-wrap:wrap;gap:1.5rem;list-style:none;padding:0;margin:1.5rem 0}.summary b{font-size:1.5rem}\
.notice{background:#f5f5f5;border-left:4px solid #616161;padding:.75rem 1rem}\
article{border:1px solid #d1d1d1;border-left-width:4px;border-radius:4px;padding:1rem;margin:0 0 1rem;break-inside:avoid}\
.badge{border:1px solid currentColor;border-radius:3px;font-size:.75rem;padding:0 .4rem;text-transform:uppercase}\
article.critical{border-left-color:var(--critical)}article.high{border-left-color:var(--high)}\
article.medium{border-left-color:var(--medium)}article.low{border-left-color:var(--low)}\
article.info{border-left-color:var(--info)}\
.critical>b,.critical .badge{color:var(--critical)}.high>b,.high .badge{color:var(--high)}\
.medium>b,.medium .badge{color:var(--medium)}.low>b,.low .badge{color:var(--low)}.info>b,.info .badge{color:var(--info)}\
table{border-collapse:collapse;width:100%;margin:.5rem 0}\
th,td{border-bottom:1px solid #e0e0e0;padding:.35rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}\
th{font-weight:600}td.weaker{color:var(--critical)}.note{color:#616161;font-size:.85rem;margin:0}\
@media print{main{max-width:none;padding:0}body{font-size:11px}thead{display:table-header-group}tr{break-inside:avoid}}";
