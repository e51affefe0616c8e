//! Routes of the baseline-quality report and of the choice of what to compare with.

use super::{
    dto::{FindingStatusName, ReportOut, ReportQuery},
    export::{self, Exported, Format},
};
use crate::{
    auth::{extract::Authed, perm},
    http::{
        body::Valid,
        etag::{IfMatch, etag},
    },
    imports::dto::ComparisonBaselineBody,
    problem::{ApiError, ApiResult},
    state::State,
};
use actix_web::{HttpRequest, HttpResponse, get, put, web};
use policytab_app::{actor::Actor, reports};
use policytab_domain::{
    problem::Problem,
    report::{FindingKind, Report},
    severity::Severity,
};
use policytab_store::Customer;
use serde::de::{DeserializeOwned, value::StrDeserializer};
use uuid::Uuid;

/// Reads the newest report. `Accept: text/csv` or `text/html` gives it as a file, which needs the role operator.
#[utoipa::path(
    tag = "reports",
    params(("id" = Uuid, Path, description = "The customer."), ReportQuery),
    responses((status = 200, description = "The report.", content(
        (ReportOut = "application/json"),
        (String = "text/csv"),
        (String = "text/html"),
    )))
)]
#[get("/customers/{id}/report")]
pub async fn report_fetch(
    who: Authed<perm::ReportRead>,
    state: web::Data<State>,
    id: web::Path<Uuid>,
    query: web::Query<ReportQuery>,
    request: HttpRequest,
) -> ApiResult<HttpResponse> {
    let format = export::wanted(&request);
    if format != Format::Json {
        who.need(perm::EXPORT_ROLE)?;
    }
    let out = load(&state, &who, *id, &query).await?;
    export::answer(out, format)
}

async fn load(state: &State, who: &Actor, id: Uuid, query: &ReportQuery) -> ApiResult<Exported> {
    let view = reports::latest(&state.app, who, id.into()).await?;
    let mut report: Report = serde_json::from_value(view.report.body.clone()).map_err(ApiError::internal)?;
    let severities = words::<Severity>(query.severity.as_deref(), "severity")?;
    let kinds = words::<FindingKind>(query.kind.as_deref(), "kind")?;
    report.findings.retain(|f| {
        (severities.is_empty() || severities.contains(&f.severity))
            && (kinds.is_empty() || kinds.contains(&f.kind))
            && query.source.is_none_or(|s| s == f.source.into())
            && query.status.is_none_or(|s| s == FindingStatusName::Open)
    });
    Ok(Exported { view, report })
}

/// Splits a comma-separated filter and refuses words that it doesn't know.
fn words<T: DeserializeOwned>(text: Option<&str>, field: &str) -> Result<Vec<T>, Problem> {
    text.unwrap_or_default()
        .split(',')
        .map(|word| word.trim().to_lowercase())
        .filter(|word| !word.is_empty())
        .map(|word| {
            T::deserialize(StrDeserializer::<serde_json::Error>::new(&word))
                .map_err(|error| Problem::invalid(field, error.to_string()))
        })
        .collect()
}

/// What a customer is compared with.
#[utoipa::path(
    tag = "reports",
    params(("id" = Uuid, Path, description = "The customer.")),
    responses((status = 200, description = "The choice.", body = ComparisonBaselineBody,
        headers(("etag", description = "The customer's version."))))
)]
#[get("/customers/{id}/comparison-baseline")]
pub async fn comparison_baseline_fetch(
    who: Authed<perm::CustomerRead>,
    state: web::Data<State>,
    id: web::Path<Uuid>,
) -> ApiResult<HttpResponse> {
    Ok(choice(&policytab_app::customers::fetch(&state.app, &who, (*id).into()).await?))
}

/// Chooses what a customer is compared with; an imported customer's report is made anew.
#[utoipa::path(
    tag = "reports",
    params(
        ("id" = Uuid, Path, description = "The customer."),
        ("If-Match" = Option<String>, Header, description = "The ETag that the change is based on."),
    ),
    request_body = ComparisonBaselineBody,
    responses((status = 200, description = "The choice.", body = ComparisonBaselineBody,
        headers(("etag", description = "The customer's version."))))
)]
#[put("/customers/{id}/comparison-baseline")]
pub async fn comparison_baseline_put(
    who: Authed<perm::ComparisonWrite>,
    state: web::Data<State>,
    id: web::Path<Uuid>,
    expected: IfMatch,
    new: Valid<ComparisonBaselineBody>,
) -> ApiResult<HttpResponse> {
    let customer = reports::choose(&state.app, &who, (*id).into(), new.body.into(), expected.0).await?;
    Ok(choice(&customer))
}

fn choice(customer: &Customer) -> HttpResponse {
    let body = ComparisonBaselineBody::from(customer.comparison_baseline);
    HttpResponse::Ok().insert_header(etag(customer.version)).json(body)
}
