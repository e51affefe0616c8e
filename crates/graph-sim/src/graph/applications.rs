//! App registrations and enterprise applications.

use std::sync::Arc;

use serde_json::{Value, json};

use super::query::{List, check_names, page, select};
use super::{GraphCall, groups, tenant};
use crate::call::Reply;
use crate::directory::Kind;
use crate::tenant::{App, Tenant};
use crate::world::World;

/// Graph's own app-role ids, from Microsoft's published permission data.
const ROLE_IDS: &[(&str, &str)] = &[
    ("Policy.Read.All", "246dd0d5-5bd0-4def-940b-0421030a5b68"),
    ("Policy.Read.ConditionalAccess", "37730810-e9ba-4e46-b07e-8ca78d182097"),
    ("Policy.ReadWrite.ConditionalAccess", "01c0a623-fc9b-48e9-b794-0756f8e8f067"),
    ("Policy.Read.AuthenticationMethod", "8e3bc81b-d2f3-4b7b-838c-32c88218d2f0"),
    ("Policy.ReadWrite.SecurityDefaults", "1c6e93a6-28e2-4cbb-9f64-1a46a821124d"),
    ("Directory.Read.All", "7ab1d382-f21e-4acd-a863-ba3e13f7da61"),
    ("Organization.Read.All", "498476ce-e0fe-48b0-b801-37ba7e2685c6"),
    ("LicenseAssignment.Read.All", "e2f98668-2877-4f38-a2f4-8202e0717aa1"),
    ("Domain.Read.All", "dbb9058a-0e50-45d7-ae91-66909b5d4664"),
    ("Group.Read.All", "5b567255-7703-4780-807c-7be8301ae99b"),
    ("Group.ReadBasic.All", "07d67222-3a10-4d3b-9ddc-b8aa43198a00"),
    ("GroupMember.Read.All", "98830695-27a2-44f7-8c18-0c3ebc9698f6"),
    ("GroupMember.ReadBasic.All", "8222c640-cae5-4860-8d11-b32cfad95e03"),
    ("User.Read.All", "df021288-bdef-4463-88db-98f22de89214"),
    ("User.ReadBasic.All", "97235f07-e226-4f63-ace3-39588e11d3a1"),
    ("Application.Read.All", "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30"),
    ("Application.ReadWrite.OwnedBy", "18a4783c-866b-4cc7-a460-3d5e5662c884"),
    ("RoleManagement.Read.Directory", "483bed4a-2ad3-4361-a73b-c83ccdbdc53c"),
    ("AuditLog.Read.All", "b0afded3-3588-46d8-8b3d-9842eff778da"),
    ("AuthenticationContext.Read.All", "381f742f-e1f8-4309-b4ab-e3d91ae4c5c1"),
    ("CrossTenantInformation.ReadBasic.All", "cac88765-0581-4025-9725-5ebc13f729ee"),
    ("Agreement.Read.All", "2f3e6f8c-093b-4c57-a58b-ba5ce494a169"),
];

pub(super) fn answer(world: &World, call: &GraphCall<'_>, parts: &[&str]) -> Reply {
    let tenant = match tenant(world, call.claims) {
        Ok(tenant) => tenant,
        Err(refusal) => return refusal,
    };
    let result = match parts {
        ["applications"] => Ok(page(
            call,
            tenant.apps.iter().map(|app| Arc::new(application(tenant, app))).collect(),
            &List::directory("applications").of("application", None),
        )),
        ["applications", key] => one_application(call, tenant, key),
        ["servicePrincipals"] => Ok(page(
            call,
            service_principals(tenant),
            &List::directory("servicePrincipals").of("servicePrincipal", None),
        )),
        ["servicePrincipals", "$count"] => groups::count(call, service_principals(tenant).len()),
        ["servicePrincipals", key] => one_service_principal(call, tenant, key).map(|value| {
            let mut body = select(call, &value, None);
            body["@odata.context"] = json!(call.context("servicePrincipals/$entity"));
            Reply::ok(body)
        }),
        ["servicePrincipals", key, "appRoleAssignments"] => app_roles(call, tenant, key),
        _ => Err(super::route::no_such(call)),
    };
    result.unwrap_or_else(|refusal| refusal)
}

fn application(tenant: &Tenant, app: &App) -> Value {
    app.application(tenant.default_domain(), "2026-05-04T09:00:00Z")
}

/// The owned-by permission reads only what the caller's service principal owns, and none of the demo apps own
/// any.
fn owned_only(call: &GraphCall<'_>) -> bool {
    !call.may(&[
        "Application.Read.All",
        "Application.ReadWrite.All",
        "Directory.Read.All",
        "Directory.ReadWrite.All",
    ])
}

fn one_application(call: &GraphCall<'_>, tenant: &Tenant, key: &str) -> Result<Reply, Reply> {
    if let Some(names) = call.query.get("$select") {
        check_names("application", names)?;
    }
    if owned_only(call) {
        return Err(Reply::graph_error(
            403,
            "Authorization_RequestDenied",
            "Insufficient privileges to complete the operation.",
        ));
    }
    let app = match key.strip_prefix("appId=") {
        Some(client_id) => tenant.app(client_id),
        None => tenant.apps.iter().find(|app| app.object_id.to_string().eq_ignore_ascii_case(key)),
    };
    let app = app.ok_or_else(|| Reply::directory_missing(key.trim_start_matches("appId=")))?;
    let mut body = select(call, &application(tenant, app), None);
    body["@odata.context"] = json!(call.context("applications/$entity"));
    Ok(Reply::ok(body))
}

/// The enterprise applications of the tenant, those of its own registrations among them.
fn service_principals(tenant: &Tenant) -> Vec<Arc<Value>> {
    let own =
        tenant.apps.iter().filter(|app| app.has_service_principal).map(|app| Arc::new(own(tenant, app)));
    own.chain(tenant.directory.of_kind(Kind::ServicePrincipal).map(|entry| entry.value.clone())).collect()
}

fn own(tenant: &Tenant, app: &App) -> Value {
    let mut value = crate::directory::service_principal(
        &app.service_principal_id.to_string(),
        &app.client_id.to_string(),
        &app.display_name,
        &tenant.id.to_string(),
    );
    value["accountEnabled"] = json!(!app.disabled);
    value["signInAudience"] = json!("AzureADMyOrg");
    value
}

fn one_service_principal(call: &GraphCall<'_>, tenant: &Tenant, key: &str) -> Result<Arc<Value>, Reply> {
    if let Some(names) = call.query.get("$select") {
        check_names("servicePrincipal", names)?;
    }
    let (property, wanted) = match key.strip_prefix("appId=") {
        Some(app_id) => ("appId", app_id),
        None => ("id", key),
    };
    service_principals(tenant)
        .into_iter()
        .find(|value| value[property].as_str().is_some_and(|id| id.eq_ignore_ascii_case(wanted)))
        .ok_or_else(|| Reply::directory_missing(wanted))
}

fn app_roles(call: &GraphCall<'_>, tenant: &Tenant, key: &str) -> Result<Reply, Reply> {
    let principal = one_service_principal(call, tenant, key)?;
    let app = tenant.apps.iter().find(|app| principal["id"] == app.service_principal_id.to_string());
    let items = app
        .map(|app| {
            let known = ROLE_IDS.iter().filter(|(name, _)| app.granted.contains(*name));
            known
                .map(|(name, role)| {
                    Arc::new(json!({
                        "id": tenant.id_for("app role assignment", name),
                        "deletedDateTime": null,
                        "appRoleId": role,
                        "createdDateTime": "2026-05-04T09:05:00Z",
                        "principalDisplayName": app.display_name,
                        "principalId": app.service_principal_id.to_string(),
                        "principalType": "ServicePrincipal",
                        "resourceDisplayName": "Microsoft Graph",
                        "resourceId": tenant.id_for("service principal", "Microsoft Graph"),
                    }))
                })
                .collect::<Vec<_>>()
        })
        .unwrap_or_default();
    let fragment =
        format!("servicePrincipals('{}')/appRoleAssignments", principal["id"].as_str().unwrap_or_default());
    Ok(page(call, items, &List::whole(&fragment)))
}
