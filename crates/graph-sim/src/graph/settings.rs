//! Policies around Conditional Access: security defaults, authentication methods, cross-tenant access,
//! authorization.

use std::sync::Arc;

use serde_json::{Value, json};

use super::query::{List, page, select};
use super::{GraphCall, Version};
use crate::call::Reply;
use crate::tenant::Tenant;
use crate::world::World;

pub(super) fn answer(world: &mut World, call: &GraphCall<'_>, rest: &[&str]) -> Reply {
    let Some(tenant) = world.tenants.get_mut(&call.claims.tenant) else {
        return super::auth::identity_not_found();
    };
    match (call.call.method.as_str(), rest) {
        ("GET", ["identitySecurityDefaultsEnforcementPolicy"]) => singleton(
            call,
            "policies/identitySecurityDefaultsEnforcementPolicy/$entity",
            &security_defaults(tenant),
        ),
        ("PATCH", ["identitySecurityDefaultsEnforcementPolicy"]) => set_security_defaults(call, tenant),
        ("GET", ["authenticationMethodsPolicy"]) => {
            singleton(call, "authenticationMethodsPolicy/$entity", &tenant.authentication_methods)
        }
        // A single object in v1.0, a list of one in beta.
        ("GET", ["authorizationPolicy"]) => match call.version {
            Version::V1 => singleton(call, "policies/authorizationPolicy/$entity", &authorization()),
            Version::Beta => {
                page(call, vec![Arc::new(authorization())], &List::whole("policies/authorizationPolicy"))
            }
        },
        ("GET", ["crossTenantAccessPolicy"]) => singleton(
            call,
            "policies/crossTenantAccessPolicy/$entity",
            &json!({ "id": "CrossTenantAccessPolicy", "displayName": "CrossTenantAccessPolicy", "allowedCloudEndpoints": [] }),
        ),
        ("GET", ["crossTenantAccessPolicy", "default"]) => {
            singleton(call, "policies/crossTenantAccessPolicy/default/$entity", &tenant.cross_tenant_default)
        }
        ("GET", ["crossTenantAccessPolicy", "partners"]) => page(
            call,
            tenant.cross_tenant_partners.iter().cloned().map(Arc::new).collect(),
            &List::whole("policies/crossTenantAccessPolicy/partners"),
        ),
        _ => super::route::no_such(call),
    }
}

fn singleton(call: &GraphCall<'_>, fragment: &str, value: &Value) -> Reply {
    let mut body = select(call, value, None);
    body["@odata.context"] = json!(call.context(fragment));
    Reply::ok(body)
}

fn security_defaults(tenant: &Tenant) -> Value {
    json!({
        "id": "00000000-0000-0000-0000-000000000005",
        "deletedDateTime": null,
        "description": "Security defaults is a set of basic identity security mechanisms recommended by Microsoft.",
        "displayName": "Security Defaults",
        "isEnabled": tenant.security_defaults,
    })
}

fn set_security_defaults(call: &GraphCall<'_>, tenant: &mut Tenant) -> Reply {
    let body = match call.json_body() {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    let Some(enabled) = body["isEnabled"].as_bool() else {
        return Reply::bad_request("isEnabled is required.");
    };
    let enforced = tenant.conditional_access.policies.iter().any(|policy| policy["state"] == "enabled");
    if enabled && enforced {
        return Reply::bad_request(
            "Your organization has Conditional Access policies enabled, which prevents enabling Security defaults.",
        );
    }
    tenant.security_defaults = enabled;
    Reply::no_content()
}

fn authorization() -> Value {
    json!({
        "id": "authorizationPolicy",
        "deletedDateTime": null,
        "description": "Used to manage authorization related settings across the company.",
        "displayName": "Authorization Policy",
        "allowedToSignUpEmailBasedSubscriptions": true,
        "allowedToUseSSPR": true,
        "allowEmailVerifiedUsersToJoinOrganization": false,
        "allowInvitesFrom": "adminsAndGuestInviters",
        "allowUserConsentForRiskyApps": null,
        "blockMsolPowerShell": true,
        "guestUserRoleId": "10dae51f-b6af-4016-8d66-8c2a99b929b3",
        "defaultUserRolePermissions": {
            "allowedToCreateApps": false,
            "allowedToCreateSecurityGroups": false,
            "allowedToCreateTenants": false,
            "allowedToReadBitlockerKeysForOwnedDevice": true,
            "allowedToReadOtherUsers": true,
            "permissionGrantPoliciesAssigned": [],
        },
    })
}
