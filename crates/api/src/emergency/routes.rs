//! Routes of emergency access.

use super::dto::{EmergencyBody, EmergencyKindName, EmergencyObjectOut, EmergencyOut, EmergencyStandingName};
use crate::{
    auth::{extract::Authed, perm},
    http::{
        body::Valid,
        etag::{IfMatch, etag},
    },
    problem::ApiResult,
    reports::dto::PolicyRefOut,
    state::State,
};
use actix_web::{HttpResponse, get, put, web};
use policytab_app::emergency::{self, Account, EmergencyView};
use policytab_domain::{emergency::Standing, names::NameKind, report::PolicyRef};
use uuid::Uuid;

/// Reads which accounts and groups are emergency access: recognised from the newest snapshot's policies, confirmed or
/// refused by people, with the policies that still reach them.
#[utoipa::path(
    tag = "reports",
    params(("id" = Uuid, Path, description = "The customer.")),
    responses((status = 200, description = "Emergency access.", body = EmergencyOut,
        headers(("etag", description = "The customer's version."))))
)]
#[get("/customers/{id}/emergency-access")]
pub async fn emergency_access_fetch(
    who: Authed<perm::CustomerRead>,
    state: web::Data<State>,
    id: web::Path<Uuid>,
) -> ApiResult<HttpResponse> {
    Ok(answer(emergency::fetch(&state.app, &who, (*id).into()).await?))
}

/// Says what is emergency access and what is not, in place of what was said before; the report is made anew.
#[utoipa::path(
    tag = "reports",
    params(
        ("id" = Uuid, Path, description = "The customer."),
        ("If-Match" = Option<String>, Header, description = "The ETag that the change is based on."),
    ),
    request_body = EmergencyBody,
    responses((status = 200, description = "Emergency access as it is now.", body = EmergencyOut,
        headers(("etag", description = "The customer's version."))))
)]
#[put("/customers/{id}/emergency-access")]
pub async fn emergency_access_put(
    who: Authed<perm::ComparisonWrite>,
    state: web::Data<State>,
    id: web::Path<Uuid>,
    expected: IfMatch,
    new: Valid<EmergencyBody>,
) -> ApiResult<HttpResponse> {
    let choices = new.body.choices()?;
    Ok(answer(emergency::choose(&state.app, &who, (*id).into(), choices, expected.0).await?))
}

fn answer(view: EmergencyView) -> HttpResponse {
    let body = EmergencyOut {
        snapshot_id: view.snapshot.as_uuid(),
        objects: view.accounts.into_iter().map(object).collect(),
        accounts: view.count,
    };
    HttpResponse::Ok().insert_header(etag(view.customer.version)).json(body)
}

fn object(account: Account) -> EmergencyObjectOut {
    let Account { object, refused, members, blocked_by, asked_by } = account;
    let standing = match object.standing {
        _ if refused => EmergencyStandingName::Refused,
        Standing::Confirmed => EmergencyStandingName::Confirmed,
        Standing::Recognised => EmergencyStandingName::Recognised,
        Standing::Candidate => EmergencyStandingName::Candidate,
    };
    EmergencyObjectOut {
        kind: if object.kind == NameKind::User { EmergencyKindName::User } else { EmergencyKindName::Group },
        id: object.id,
        name: object.name,
        standing,
        telling_name: object.telling_name,
        members: object.members,
        member_ids: members,
        excluded_from: object.excluded_from,
        of: object.of,
        blocked_by: blocked_by.into_iter().map(policy).collect(),
        asked_by: asked_by.into_iter().map(policy).collect(),
    }
}

fn policy(policy: PolicyRef) -> PolicyRefOut {
    PolicyRefOut { id: policy.id, display_name: policy.display_name, state: policy.state }
}
