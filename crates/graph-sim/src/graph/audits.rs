//! The audit log of Conditional Access changes, and the reports that need a premium licence.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::policies::Actor;
use super::query::{List, page};
use super::{GraphCall, objects, tenant};
use crate::call::Reply;
use crate::directory::Kind;
use crate::tenant::{AuditEntry, Tenant};
use crate::time;
use crate::world::World;

/// Adds an entry. It can be read after the log's usual delay.
#[expect(
    clippy::too_many_arguments,
    reason = "an audit entry has that many facts, and all callers have them at hand"
)]
pub(super) fn record(
    tenant: &mut Tenant,
    verb: &str,
    kind: &str,
    old: Option<&Value>,
    new: Option<&Value>,
    actor: &Actor<'_>,
    now: DateTime<Utc>,
    delay_s: i64,
) {
    let subject = new.or(old).unwrap_or(&Value::Null);
    let initiated_by = match actor {
        Actor::App { app_id } => {
            let app = tenant.app(app_id);
            json!({
                "user": null,
                "app": {
                    "appId": null,
                    "displayName": app.map(|app| app.display_name.clone()),
                    "servicePrincipalId": app.map(|app| app.service_principal_id.to_string()),
                    "servicePrincipalName": null,
                },
            })
        }
        Actor::Portal => json!({
            "app": null,
            "user": {
                "id": tenant.id_for("user", "administrator"),
                "displayName": null,
                "userPrincipalName": format!("admin@{}", tenant.default_domain()),
                "ipAddress": "198.51.100.24",
            },
        }),
    };
    let whole = |value: Option<&Value>| value.map(Value::to_string);
    let value = json!({
        "id": format!("Conditional Access_{}", Uuid::new_v4().simple()),
        "category": "Policy",
        "correlationId": Uuid::new_v4().to_string(),
        "result": "success",
        "resultReason": null,
        "activityDisplayName": format!("{verb} {kind}"),
        "activityDateTime": time::ticks(now),
        "loggedByService": "Conditional Access",
        "operationType": verb,
        "initiatedBy": initiated_by,
        "targetResources": [{
            "id": subject["id"],
            "displayName": subject["displayName"],
            "type": "Policy",
            "userPrincipalName": null,
            "groupType": null,
            "modifiedProperties": [{
                "displayName": "ConditionalAccessPolicy",
                "oldValue": whole(old),
                "newValue": whole(new),
            }],
        }],
        "additionalDetails": [],
    });
    tenant.audits.insert(0, AuditEntry { visible_from: now + Duration::seconds(delay_s), value });
}

pub(super) fn check_premium(tenant: &Tenant) -> Result<(), Reply> {
    if objects::is_premium(tenant) {
        return Ok(());
    }
    Err(Reply::graph_error(
        403,
        "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
        "Neither tenant is B2C or tenant doesn't have premium license",
    ))
}

pub(super) fn answer(world: &World, call: &GraphCall<'_>, parts: &[&str]) -> Reply {
    let tenant = match tenant(world, call.claims) {
        Ok(tenant) => tenant,
        Err(refusal) => return refusal,
    };
    let now = world.now();
    // Kept thirty days, seven in tenants without a premium licence.
    let oldest = now - Duration::days(if objects::is_premium(tenant) { 30 } else { 7 });
    let visible = |entry: &&AuditEntry| {
        let at =
            entry.value["activityDateTime"].as_str().and_then(|at| DateTime::parse_from_rfc3339(at).ok());
        entry.visible_from <= now && at.is_none_or(|at| at >= oldest)
    };
    let result = match parts {
        ["auditLogs", "directoryAudits"] => {
            let items =
                tenant.audits.iter().filter(visible).map(|entry| Arc::new(entry.value.clone())).collect();
            let list = List { page: 1000, top_cuts: false, ..List::whole("auditLogs/directoryAudits") };
            Ok(page(call, items, &list))
        }
        ["auditLogs", "directoryAudits", id] => tenant
            .audits
            .iter()
            .filter(visible)
            .find(|entry| entry.value["id"] == *id)
            .map(|entry| Reply::ok(entry.value.clone()))
            .ok_or_else(|| Reply::directory_missing(id)),
        ["auditLogs", "signIns"] => {
            // The service reads the tenant's licence with the caller's own directory permission.
            if !call.may(&["Directory.Read.All"]) {
                return Reply::graph_error(
                    403,
                    "Authentication_MSGraphPermissionMissing",
                    "The principal does not have required Microsoft Graph permission(s): Directory.Read.All to call \
                     this API.",
                );
            }
            check_premium(tenant).map(|()| page(call, Vec::new(), &List::whole("auditLogs/signIns")))
        }
        ["reports", "authenticationMethods", "userRegistrationDetails"] => {
            check_premium(tenant).map(|()| registration_details(call, tenant))
        }
        _ => Err(super::route::no_such(call)),
    };
    result.unwrap_or_else(|refusal| refusal)
}

fn registration_details(call: &GraphCall<'_>, tenant: &Tenant) -> Reply {
    let items = tenant.directory.of_kind(Kind::User).enumerate().map(|(number, entry)| {
        let user = &entry.value;
        let registered = number % 5 != 0;
        Arc::new(json!({
            "id": user["id"],
            "userPrincipalName": user["userPrincipalName"],
            "userDisplayName": user["displayName"],
            "userType": if user["userType"] == "Guest" { "guest" } else { "member" },
            "isAdmin": tenant.directory.role_assignments.iter().any(|role| user["id"] == role.principal.as_str()),
            "isMfaCapable": registered,
            "isMfaRegistered": registered,
            "isPasswordlessCapable": number % 7 == 0,
            "isSsprCapable": registered,
            "isSsprEnabled": true,
            "isSsprRegistered": registered,
            "isSystemPreferredAuthenticationMethodEnabled": true,
            "lastUpdatedDateTime": "2026-10-01T04:00:00Z",
            "methodsRegistered": if registered { json!(["microsoftAuthenticatorPush"]) } else { json!([]) },
            "systemPreferredAuthenticationMethods": if registered { json!(["PhoneAppNotification"]) } else { json!([]) },
            "userPreferredMethodForSecondaryAuthentication": if registered { "push" } else { "none" },
        }))
    });
    let list = List {
        page: 1000,
        top_cuts: false,
        ..List::whole("reports/authenticationMethods/userRegistrationDetails")
    };
    page(call, items.collect(), &list)
}
