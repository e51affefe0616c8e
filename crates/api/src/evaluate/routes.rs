//! The route of What If.

use super::dto::{EvaluateBody, EvaluationOut, WhoseName};
use crate::{
    auth::{extract::Authed, perm},
    http::body::Valid,
    problem::{ApiError, ApiResult},
    reports::same,
    state::State,
};
use actix_web::{post, web};
use policytab_app::evaluate::{self, Question, Whose};
use uuid::Uuid;

/// Decides one sign-in against the customer's policies: block or grant, what is asked for, and policy by policy why.
/// Nothing is changed or kept, so it takes no `Idempotency-Key`: asking twice is harmless.
#[utoipa::path(
    tag = "reports",
    params(("id" = Uuid, Path, description = "The customer.")),
    request_body = EvaluateBody,
    responses((status = 200, description = "The decision.", body = EvaluationOut))
)]
#[post("/customers/{id}/evaluate")]
pub async fn sign_in_evaluate(
    who: Authed<perm::ReportRead>,
    state: web::Data<State>,
    id: web::Path<Uuid>,
    question: Valid<EvaluateBody>,
) -> ApiResult<web::Json<EvaluationOut>> {
    let EvaluateBody { sign_in, snapshot_id, policies } = question.body;
    sign_in.check()?;
    let question = Question {
        sign_in: same(&sign_in)?,
        snapshot: snapshot_id.map(Into::into),
        policies: match policies {
            WhoseName::Live => Whose::Live,
            WhoseName::ComparisonBaseline => Whose::ComparisonBaseline,
        },
    };
    let answer = evaluate::evaluate(&state.app, &who, (*id).into(), question).await?;
    Ok(web::Json(EvaluationOut {
        snapshot_id: answer.snapshot.as_uuid(),
        policies,
        sign_in: same(&answer.sign_in)?,
        sentence: answer.sentence,
        decision: serde_json::from_value(answer.decision).map_err(ApiError::internal)?,
    }))
}
