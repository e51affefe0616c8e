//! The service's checks on policy writes. Each refusal is a 400 with a number in front of its message;
//! numbers and texts are those of public issue reports and documentation.

use serde_json::Value;

use super::{GraphCall, Version, view};
use crate::call::Reply;
use crate::directory::Kind;
use crate::ids::is_guid;
use crate::tenant::Tenant;

pub(super) const PLAN_P1: &str = "41781fb2-bc02-4b7c-bd55-b576c07bb09d";
pub(super) const PLAN_P2: &str = "eec0eb4f-6444-4f95-aba0-50c24d67f998";
const PLANS_WORKLOAD: &[&str] =
    &["84c289f0-efcb-486f-8581-07f44fc9efad", "7dc0e92d-bf15-401d-907e-0884efe7c760"];

/// The tenant's limit, every state counted (documented since spring 2026; 195 before).
const MOST_POLICIES: usize = 240;

/// Applications that exist in every tenant without a service principal of their own there.
const ANYWHERE: &[&str] = &["All", "None", "Office365", "MicrosoftAdminPortals", "AllAgentIdResources"];
const FIRST_PARTY: &[&str] = &[
    "00000002-0000-0ff1-ce00-000000000000",
    "00000003-0000-0ff1-ce00-000000000000",
    "00000003-0000-0000-c000-000000000000",
    "797f4846-ba00-4fd7-ba43-dac1f8f63013",
    "d4ebce55-015a-49b5-a083-c84d1797ae8c",
    "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe",
];

const KNOWN: &[&str] = &[
    "id",
    "templateId",
    "displayName",
    "description",
    "createdDateTime",
    "modifiedDateTime",
    "deletedDateTime",
    "state",
    "partialEnablementStrategy",
    "conditions",
    "grantControls",
    "sessionControls",
];

/// Refuses what the service would refuse. `body` is the request, `policy` what it would make in the wire
/// shape.
pub(super) fn check(
    tenant: &Tenant,
    body: &Value,
    policy: &Value,
    call: &GraphCall<'_>,
) -> Result<(), Reply> {
    schema(body, policy)?;
    selections(policy)?;
    controls(policy)?;
    if call.version == Version::V1 && view::is_beta_only(policy) {
        return Err(numbered(
            1038,
            "The policy you are trying to create or update contains preview features. Use the Beta endpoint.",
        ));
    }
    licences(tenant, policy)?;
    references(tenant, policy, call)?;
    if tenant.security_defaults && policy["state"] == "enabled" {
        return Err(Reply::bad_request(
            "Security Defaults is enabled in the tenant. You must disable Security defaults before enabling a \
             Conditional Access policy.",
        ));
    }
    let is_new = call.call.method == "POST";
    if is_new && tenant.conditional_access.policies.len() >= MOST_POLICIES {
        return Err(Reply::bad_request(format!(
            "The tenant already has the maximum of {MOST_POLICIES} policies."
        )));
    }
    Ok(())
}

fn numbered(number: u32, text: &str) -> Reply {
    Reply::bad_request(format!("{number}: {text}"))
}

fn off_schema() -> Reply {
    numbered(
        1007,
        "Incoming ConditionalAccessPolicy object is null or does not match the schema of ConditionalAccessPolicy type. \
         For examples, please see API documentation.",
    )
}

fn strings<'a>(policy: &'a Value, path: &str) -> Vec<&'a str> {
    let list = policy.pointer(path).and_then(Value::as_array);
    list.map(|items| items.iter().filter_map(Value::as_str).collect()).unwrap_or_default()
}

fn schema(body: &Value, policy: &Value) -> Result<(), Reply> {
    let known = body
        .as_object()
        .is_some_and(|body| body.keys().all(|key| KNOWN.contains(&key.as_str()) || key.contains("@odata.")));
    let state = matches!(
        policy["state"].as_str(),
        Some("enabled" | "disabled" | "enabledForReportingButNotEnforced")
    );
    let named = policy["displayName"].as_str().is_some_and(|name| !name.trim().is_empty());
    let values = super::normal::spell(&mut policy.clone());
    let conditions = body.get("conditions").is_none_or(Value::is_object);
    if known && state && named && values && conditions { Ok(()) } else { Err(off_schema()) }
}

fn selections(policy: &Value) -> Result<(), Reply> {
    let any = |paths: &[&str]| paths.iter().any(|path| !strings(policy, path).is_empty());
    let filter = policy.pointer("/conditions/applications/applicationFilter").is_some_and(Value::is_object);
    let applications = filter
        || policy.pointer("/conditions/applications/globalSecureAccess").is_some_and(Value::is_object)
        || any(&[
            "/conditions/applications/includeApplications",
            "/conditions/applications/includeUserActions",
            "/conditions/applications/includeAuthenticationContextClassReferences",
        ]);
    if !applications {
        return Err(numbered(
            1011,
            "Invalid application selection: at least one application, user action or authentication context is required.",
        ));
    }
    let users =
        any(&[
            "/conditions/users/includeUsers",
            "/conditions/users/includeGroups",
            "/conditions/users/includeRoles",
        ]) || policy.pointer("/conditions/users/includeGuestsOrExternalUsers").is_some_and(Value::is_object)
            || policy.pointer("/conditions/clientApplications").is_some_and(Value::is_object);
    if users {
        Ok(())
    } else {
        Err(numbered(1011, "Invalid user selection: at least one user, group or role is required."))
    }
}

fn controls(policy: &Value) -> Result<(), Reply> {
    let refused =
        |reason: &str| numbered(1032, &format!("ConditionalActionPolicy validation failed due to {reason}."));
    if policy["grantControls"].is_null() && policy["sessionControls"].is_null() {
        return Err(refused("MissingControls"));
    }
    let built_in = strings(policy, "/grantControls/builtInControls");
    if built_in.contains(&"block") && built_in.len() > 1 {
        return Err(refused("InvalidBlockControl"));
    }
    if built_in.contains(&"passwordChange") {
        let operator = policy.pointer("/grantControls/operator").and_then(Value::as_str).unwrap_or_default();
        let fine = operator.eq_ignore_ascii_case("AND")
            && built_in.contains(&"mfa")
            && !strings(policy, "/conditions/userRiskLevels").is_empty()
            && strings(policy, "/conditions/applications/includeApplications") == ["All"];
        if !fine {
            return Err(refused("InvalidPasswordResetControl"));
        }
    }
    Ok(())
}

fn licences(tenant: &Tenant, policy: &Value) -> Result<(), Reply> {
    let p2 = tenant.has_plan(PLAN_P2);
    let risk = ["/conditions/userRiskLevels", "/conditions/signInRiskLevels"]
        .iter()
        .any(|path| !strings(policy, path).is_empty());
    let controls = strings(policy, "/grantControls/builtInControls");
    let risk_control = controls.contains(&"passwordChange") || controls.contains(&"riskRemediation");
    if (risk || risk_control) && !p2 {
        return Err(numbered(
            1039,
            "Cannot create or update policies with premium P2 features. Upgrade to a premium P2 license and try again.",
        ));
    }
    let workload = policy.pointer("/conditions/clientApplications").is_some_and(Value::is_object);
    if workload && !PLANS_WORKLOAD.iter().any(|plan| tenant.has_plan(plan)) {
        return Err(numbered(
            1150,
            "Cannot create or update policies with workload identity premium features. Upgrade to a workload identity \
             premium license and try again.",
        ));
    }
    if !p2 && !tenant.has_plan(PLAN_P1) {
        // That it is refused is documented, the number is not known.
        return Err(Reply::bad_request("Your tenant is not licensed for this feature."));
    }
    Ok(())
}

fn references(tenant: &Tenant, policy: &Value, call: &GraphCall<'_>) -> Result<(), Reply> {
    for path in
        ["/conditions/applications/includeApplications", "/conditions/applications/excludeApplications"]
    {
        for app in strings(policy, path) {
            let known = ANYWHERE.contains(&app)
                || FIRST_PARTY.contains(&app)
                || (is_guid(app) && tenant.directory.service_principal_by_app(app).is_some());
            if !known {
                return Err(numbered(1034, &format!("Policy contains invalid applications: {app}")));
            }
        }
    }
    let ca = &tenant.conditional_access;
    for path in ["/conditions/locations/includeLocations", "/conditions/locations/excludeLocations"] {
        for location in strings(policy, path) {
            let special = [
                "All",
                "AllTrusted",
                "00000000-0000-0000-0000-000000000000",
                "3d46dbda-8382-466a-856d-eb00cbc6b910",
            ];
            let listed = ca.locations.iter().any(|known| known["id"] == location)
                && ca.location_known_from.get(location).is_none_or(|from| *from <= call.now);
            if !special.contains(&location) && !listed {
                return Err(numbered(1040, &format!("Policy contains invalid location: {location}")));
            }
        }
    }
    for path in ["/conditions/users/includeGroups", "/conditions/users/excludeGroups"] {
        for group in strings(policy, path) {
            if tenant.directory.get_kind(Kind::Group, group).is_none() {
                return Err(numbered(1011, &format!("Invalid group value: {group}")));
            }
        }
    }
    Ok(())
}
