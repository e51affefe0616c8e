//! Routes of snapshots.

use super::{
    convert::{policies, snapshot},
    dto::{
        ComparisonOut, PolicyComparisonOut, PolicyList, ReferenceOut, SnapshotDetailOut, SnapshotPage,
        UnreadOut,
    },
    licences::licences,
};
use crate::{
    auth::{extract::Authed, perm},
    http::page::{self, PageQuery},
    problem::{ApiError, ApiResult},
    reports::same,
    state::State,
};
use actix_web::{get, web};
use policytab_app::snapshots;
use policytab_domain::{
    names::Names,
    snapshot::{DocumentKind, SnapshotContent},
};
use serde_json::Value;
use uuid::Uuid;

/// Lists a customer's snapshots, newest first.
#[utoipa::path(
    tag = "snapshots",
    params(("id" = Uuid, Path, description = "The customer."), PageQuery),
    responses((status = 200, description = "One page of snapshots.", body = SnapshotPage))
)]
#[get("/customers/{id}/snapshots")]
pub async fn snapshot_list(
    who: Authed<perm::CustomerRead>,
    state: web::Data<State>,
    id: web::Path<Uuid>,
    query: web::Query<PageQuery>,
) -> ApiResult<web::Json<SnapshotPage>> {
    let limit = page::limit(query.limit)?.into();
    let found = snapshots::list(&state.app, &who, (*id).into(), limit, query.cursor.as_deref()).await?;
    Ok(web::Json(SnapshotPage {
        items: found.items.iter().map(|s| snapshot(*id, s)).collect(),
        next_cursor: found.next_cursor,
    }))
}

/// Reads a snapshot: everything but its policies, which have an address of their own.
#[utoipa::path(
    tag = "snapshots",
    params(
        ("id" = Uuid, Path, description = "The customer."),
        ("snapshot_id" = Uuid, Path, description = "The snapshot."),
    ),
    responses((status = 200, description = "The snapshot.", body = SnapshotDetailOut))
)]
#[get("/customers/{id}/snapshots/{snapshot_id}")]
pub async fn snapshot_fetch(
    who: Authed<perm::CustomerRead>,
    state: web::Data<State>,
    path: web::Path<(Uuid, Uuid)>,
) -> ApiResult<web::Json<SnapshotDetailOut>> {
    let (customer, id) = path.into_inner();
    let (row, content) = snapshots::fetch(&state.app, &who, customer.into(), id.into()).await?;
    let bodies = |kind| -> Vec<Value> { content.of_kind(kind).map(|d| d.body.clone()).collect() };
    Ok(web::Json(SnapshotDetailOut {
        snapshot: snapshot(customer, &row),
        tenant_display_name: content.tenant.display_name.clone(),
        licences_readable: row.licences.is_some(),
        licences: row.licences.as_ref().map(licences).unwrap_or_default(),
        named_locations: bodies(DocumentKind::NamedLocation),
        authentication_strengths: bodies(DocumentKind::AuthenticationStrength),
        authentication_contexts: bodies(DocumentKind::AuthenticationContext),
        references: references(&content),
        unread: content
            .unread
            .into_iter()
            .map(|u| UnreadOut { what: u.what, permission: u.permission, detail: u.detail })
            .collect(),
    }))
}

/// Reads a snapshot's policies, readable and raw.
#[utoipa::path(
    tag = "snapshots",
    params(
        ("id" = Uuid, Path, description = "The customer."),
        ("snapshot_id" = Uuid, Path, description = "The snapshot."),
    ),
    responses((status = 200, description = "The policies, in Graph's order.", body = PolicyList))
)]
#[get("/customers/{id}/snapshots/{snapshot_id}/policies")]
pub async fn snapshot_policies(
    who: Authed<perm::CustomerRead>,
    state: web::Data<State>,
    path: web::Path<(Uuid, Uuid)>,
) -> ApiResult<web::Json<PolicyList>> {
    let (customer, id) = path.into_inner();
    let (_, content) = snapshots::fetch(&state.app, &who, customer.into(), id.into()).await?;
    let names = Names::of_snapshot(&content);
    let bodies = content
        .of_kind(DocumentKind::Policy)
        .map(|d| (Some(d.object_id.clone()), d.beta_only, d.body.clone()));
    Ok(web::Json(PolicyList { items: policies(bodies, &names) }))
}

/// Compares two policies of a snapshot by meaning, field by field, with names.
#[utoipa::path(
    tag = "snapshots",
    params(
        ("id" = Uuid, Path, description = "The customer."),
        ("snapshot_id" = Uuid, Path, description = "The snapshot."),
        ("policy_id" = String, Path, description = "The id of the policy that is compared with."),
        ("other_id" = String, Path, description = "The id of the policy that is compared."),
    ),
    responses((status = 200, description = "The two policies, and where they differ.", body = PolicyComparisonOut))
)]
#[get("/customers/{id}/snapshots/{snapshot_id}/policies/{policy_id}/compare/{other_id}")]
pub async fn policy_compare(
    who: Authed<perm::CustomerRead>,
    state: web::Data<State>,
    path: web::Path<(Uuid, Uuid, String, String)>,
) -> ApiResult<web::Json<PolicyComparisonOut>> {
    let (customer, id, one, other) = path.into_inner();
    let found = snapshots::compare_two(&state.app, &who, customer.into(), id.into(), [&one, &other]).await?;
    let both = [found.first, found.second].map(|d| (Some(d.object_id), d.beta_only, d.body));
    let [first, second] = <[_; 2]>::try_from(policies(both.into_iter(), &found.names))
        .map_err(|_| ApiError::internal("two policies make two"))?;
    Ok(web::Json(PolicyComparisonOut { first, second, diff: same(&found.diff)?, same: same(&found.same)? }))
}

/// A snapshot as a zip of Graph JSON, which this and other tools read.
#[utoipa::path(
    tag = "snapshots",
    params(
        ("id" = Uuid, Path, description = "The customer."),
        ("snapshot_id" = Uuid, Path, description = "The snapshot."),
    ),
    responses((status = 200, description = "A zip.", content_type = "application/octet-stream", body = crate::baselines::version_dto::DownloadedFile))
)]
#[get("/customers/{id}/snapshots/{snapshot_id}/export")]
pub async fn snapshot_export(
    who: Authed<perm::BaselineExport>,
    state: web::Data<State>,
    path: web::Path<(Uuid, Uuid)>,
) -> ApiResult<actix_web::HttpResponse> {
    let (customer, id) = path.into_inner();
    let export = policytab_app::exports::snapshot(&state.app, &who, customer.into(), id.into()).await?;
    Ok(crate::baselines::versions::zip(export))
}

/// Compares two snapshots of a customer by meaning: what changed from the first to the second, and which sign-ins lost or
/// gained protection by it.
#[utoipa::path(
    tag = "snapshots",
    params(
        ("id" = Uuid, Path, description = "The customer."),
        ("snapshot_id" = Uuid, Path, description = "The snapshot that is compared with, the earlier one as a rule."),
        ("other_id" = Uuid, Path, description = "The snapshot that is compared."),
    ),
    responses((status = 200, description = "What changed.", body = ComparisonOut))
)]
#[get("/customers/{id}/snapshots/{snapshot_id}/compare/{other_id}")]
pub async fn snapshot_compare(
    who: Authed<perm::CustomerRead>,
    state: web::Data<State>,
    path: web::Path<(Uuid, Uuid, Uuid)>,
) -> ApiResult<web::Json<ComparisonOut>> {
    let (customer, before, after) = path.into_inner();
    let compared = snapshots::compare(&state.app, &who, customer.into(), before.into(), after.into()).await?;
    let (changes, drift) = (compared.changes, compared.drift);
    Ok(web::Json(ComparisonOut {
        before: snapshot(customer, &compared.before),
        after: snapshot(customer, &compared.after),
        direction: same(&drift.direction)?,
        lost: same(&drift.lost)?,
        gained: same(&drift.gained)?,
        security_defaults: drift.security_defaults,
        added: same(&changes.added)?,
        removed: same(&changes.removed)?,
        changed: same(&changes.changed)?,
        unchanged: changes.unchanged,
        objects: same(&changes.objects)?,
    }))
}

fn references(content: &SnapshotContent) -> Vec<ReferenceOut> {
    let heads = |r: &policytab_domain::snapshot::Reference| {
        content.memberships.iter().find(|m| m.kind == r.kind && m.id == r.id).map(|m| m.head_count)
    };
    content
        .references
        .iter()
        .map(|r| ReferenceOut {
            kind: r.kind,
            id: r.id.clone(),
            display_name: r.display_name.clone(),
            state: r.state,
            head_count: heads(r),
        })
        .collect()
}
