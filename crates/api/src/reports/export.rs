//! A report as the caller asked for it: JSON, or a file.

use super::dto::{FindingSourceName, ReportOut};
use crate::problem::{ApiError, ApiResult};
use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{ACCEPT, CONTENT_DISPOSITION, VARY},
};
use chrono::{DateTime, Utc};
use policytab_app::reports::ReportView;
use policytab_domain::report::{FindingSource, HtmlContext, Report, Summary, to_csv, to_html, to_sarif};

/// A report with what its file needs around it.
pub(super) struct Exported {
    pub(super) view: ReportView,
    /// Of the whole report.
    pub(super) summary: Summary,
    /// Its findings filtered as asked for.
    pub(super) report: Report,
}

/// Forms of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Csv,
    Html,
    Sarif,
}

impl From<FindingSource> for FindingSourceName {
    fn from(source: FindingSource) -> Self {
        match source {
            FindingSource::ComparisonBaseline => Self::ComparisonBaseline,
            FindingSource::ReferenceCheck => Self::ReferenceCheck,
        }
    }
}

/// The first form in the `Accept` header that we have; JSON when none is named.
pub(super) fn wanted(request: &HttpRequest) -> Format {
    let accept = request.headers().get(ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    accept
        .split(',')
        .find_map(|part| match part.split(';').next().unwrap_or_default().trim() {
            "application/json" | "*/*" | "application/*" => Some(Format::Json),
            "text/csv" => Some(Format::Csv),
            "text/html" => Some(Format::Html),
            "application/sarif+json" => Some(Format::Sarif),
            _ => None,
        })
        .unwrap_or(Format::Json)
}

/// Writes the report in that form.
pub(super) fn answer(exported: Exported, format: Format) -> ApiResult<HttpResponse> {
    let mut response = HttpResponse::Ok();
    response.insert_header((VARY, "accept"));
    let name = |ending: &str| {
        let date = exported.view.stored.created_at.format("%Y-%m-%d");
        format!("attachment; filename=\"report-{date}.{ending}\"")
    };
    Ok(match format {
        Format::Json => {
            let body = json(&exported)?;
            response.json(body)
        }
        Format::Csv => response
            .content_type("text/csv; charset=utf-8")
            .insert_header((CONTENT_DISPOSITION, name("csv")))
            .body(to_csv(&exported.report)),
        // The media type is registered without a charset parameter: SARIF is UTF-8 always.
        Format::Sarif => response
            .content_type("application/sarif+json")
            .insert_header((CONTENT_DISPOSITION, name("sarif")))
            .body(to_sarif(&exported.report, env!("CARGO_PKG_VERSION"))),
        Format::Html => {
            let view = &exported.view;
            let tenant = &view.snapshot.tenant;
            let context = HtmlContext {
                customer: view.customer.display_name.clone(),
                tenant: match &tenant.default_domain {
                    Some(domain) => format!("{} ({domain})", tenant.display_name),
                    None => tenant.display_name.clone(),
                },
                snapshot_taken: when(view.snapshot.taken_at),
                generated: when(view.stored.created_at),
            };
            response
                .content_type("text/html; charset=utf-8")
                .insert_header((CONTENT_DISPOSITION, name("html")))
                .body(to_html(&exported.report, &context))
        }
    })
}

fn when(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

/// A value of the domain as the API describes it.
pub(crate) fn same<T: serde::Serialize, U: serde::de::DeserializeOwned>(value: &T) -> ApiResult<U> {
    serde_json::to_value(value).and_then(serde_json::from_value).map_err(ApiError::internal)
}

/// The report as the API describes it. The DTOs name the domain's members, so that one is read from the other.
fn json(exported: &Exported) -> ApiResult<ReportOut> {
    let Exported { view, summary, report } = exported;
    Ok(ReportOut {
        id: view.stored.id.as_uuid(),
        customer_id: view.customer.id.as_uuid(),
        snapshot_id: view.stored.snapshot_id.as_uuid(),
        snapshot_taken_at: view.snapshot.taken_at,
        created_at: view.stored.created_at,
        comparison_baseline: view.stored.comparison_baseline.into(),
        comparison_baseline_name: view.baseline_name.clone(),
        summary: same(summary)?,
        findings: same(&report.findings)?,
        pairs: same(&report.pairs)?,
        checks: same(&report.checks)?,
        notice: report.notice.clone(),
        zero_policies: view.zero_policies,
    })
}
