//! Routes of the baseline-quality report and of the choice of what to compare with.

use super::{
    acceptance::AcceptanceBody,
    dto::{FindingOut, ReportOut, ReportQuery},
    export::{self, Exported, Format},
};
use crate::{
    auth::{extract::Authed, perm},
    http::{
        body::Valid,
        etag::{IfMatch, etag},
    },
    imports::dto::ComparisonBaselineBody,
    problem::ApiResult,
    state::State,
};
use actix_web::{HttpRequest, HttpResponse, delete, get, put, web};
use policytab_app::{
    acceptances::{self, Terms},
    actor::Actor,
    reports,
};
use policytab_domain::{problem::Problem, report::FindingKind, severity::Severity};
use policytab_store::Customer;
use serde::de::{DeserializeOwned, value::StrDeserializer};
use uuid::Uuid;

/// Reads the newest report. `Accept: text/csv`, `text/html` or `application/sarif+json` gives it as a file, which needs the
/// role operator.
#[utoipa::path(
    tag = "reports",
    params(("id" = Uuid, Path, description = "The customer."), ReportQuery),
    responses((status = 200, description = "The report.", content(
        (ReportOut = "application/json"),
        (String = "text/csv"),
        (String = "text/html"),
        (Object = "application/sarif+json"),
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
    let (mut report, summary) = (view.report.clone(), view.report.summary);
    let severities = words::<Severity>(query.severity.as_deref(), "severity")?;
    let kinds = words::<FindingKind>(query.kind.as_deref(), "kind")?;
    report.findings.retain(|f| {
        (severities.is_empty() || severities.contains(&f.severity))
            && (kinds.is_empty() || kinds.contains(&f.kind))
            && query.source.is_none_or(|s| s == f.source.into())
            && query.framework.as_deref().is_none_or(|wanted| names(&f.frameworks, wanted))
            && query.status.is_none_or(|s| s == f.status.into())
    });
    Ok(Exported { view, summary, report })
}

/// Whether one of the references names a framework or an id of it: as whole words, without regard to case.
fn names(frameworks: &[String], wanted: &str) -> bool {
    let wanted = wanted.trim().to_lowercase();
    let whole = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    frameworks.iter().map(|text| text.to_lowercase()).any(|text| {
        text.match_indices(&wanted).any(|(at, _)| {
            whole(text[..at].chars().next_back()) && whole(text[at + wanted.len()..].chars().next())
        })
    })
}

/// Splits a comma-separated filter and refuses words that it doesn't know.
fn words<T: DeserializeOwned>(text: Option<&str>, field: &str) -> Result<Vec<T>, Problem> {
    text.filter(|text| !text.is_empty())
        .into_iter()
        .flat_map(|text| text.split(','))
        .map(|word| {
            T::deserialize(StrDeserializer::<serde_json::Error>::new(word))
                .map_err(|error| Problem::invalid(field, error.to_string()))
        })
        .collect()
}

/// Accepts a finding of the newest report for a while: it counts as accepted and no longer as open. It is open again when
/// the time is over or the facts behind it change. The same terms again change nothing; other terms replace them.
#[utoipa::path(
    tag = "reports",
    params(
        ("id" = Uuid, Path, description = "The customer."),
        ("finding_id" = String, Path, description = "The finding, as the report names it."),
    ),
    request_body = AcceptanceBody,
    responses((status = 200, description = "The finding, accepted.", body = FindingOut))
)]
#[put("/customers/{id}/findings/{finding_id}/acceptance")]
pub async fn finding_acceptance_put(
    who: Authed<perm::FindingAccept>,
    state: web::Data<State>,
    path: web::Path<(Uuid, String)>,
    terms: Valid<AcceptanceBody>,
) -> ApiResult<web::Json<FindingOut>> {
    let (id, finding) = path.into_inner();
    let AcceptanceBody { reason, owner, expires_at } = terms.body;
    let terms = Terms { reason, owner, expires_at };
    let finding = acceptances::accept(&state.app, &who, id.into(), &finding, terms).await?;
    Ok(web::Json(export::same(&finding)?))
}

/// Opens an accepted finding again.
#[utoipa::path(
    tag = "reports",
    params(
        ("id" = Uuid, Path, description = "The customer."),
        ("finding_id" = String, Path, description = "The finding, as the report names it."),
    ),
    responses((status = 204, description = "It is open."))
)]
#[delete("/customers/{id}/findings/{finding_id}/acceptance")]
pub async fn finding_acceptance_delete(
    who: Authed<perm::FindingAccept>,
    state: web::Data<State>,
    path: web::Path<(Uuid, String)>,
) -> ApiResult<HttpResponse> {
    let (id, finding) = path.into_inner();
    acceptances::reopen(&state.app, &who, id.into(), &finding).await?;
    Ok(HttpResponse::NoContent().finish())
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
