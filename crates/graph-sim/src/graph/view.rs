//! How a stored policy looks to a caller: by version, with its strength put in, enumerations cut at the
//! sentinel.

use serde_json::{Value, json};

use super::Version;
use crate::tenant::Tenant;

/// Members of beta that v1.0 does not declare, by path below the policy.
const BETA_ONLY: &[&str] = &[
    "/conditions/agentIdRiskLevels",
    "/conditions/agents",
    "/conditions/agentContext",
    "/conditions/deviceStates",
    "/conditions/devices/includeDevices",
    "/conditions/devices/excludeDevices",
    "/conditions/devices/includeDeviceStates",
    "/conditions/devices/excludeDeviceStates",
    "/conditions/clientApplications/includeAgentIdServicePrincipals",
    "/conditions/clientApplications/excludeAgentIdServicePrincipals",
    "/conditions/clientApplications/agentIdServicePrincipalFilter",
    "/conditions/applications/globalSecureAccess",
    "/conditions/applications/networkAccess",
    "/sessionControls/continuousAccessEvaluation",
    "/sessionControls/globalSecureAccessFilteringProfile",
    "/sessionControls/networkAccessSecurity",
    "/sessionControls/blockSensitiveActions",
];

/// Values that come after an enumeration's sentinel.
const AFTER_SENTINEL: &[&str] = &["linux", "riskRemediation", "qrCodePin"];

/// Whether the policy uses something that only beta knows; v1.0 leaves such policies out of its list,
/// silently.
pub(super) fn is_beta_only(policy: &Value) -> bool {
    let used = |value: &Value| match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        _ => true,
    };
    BETA_ONLY.iter().any(|path| policy.pointer(path).is_some_and(used))
        || policy
            .pointer("/conditions/applications/includeApplications")
            .and_then(Value::as_array)
            .is_some_and(|apps| apps.iter().any(|app| app == "AllAgentIdResources"))
}

/// A policy as this caller gets it.
pub(super) fn policy(tenant: &Tenant, stored: &Value, version: Version, unknown_members: bool) -> Value {
    let mut shown = stored.clone();
    if version == Version::V1 {
        for path in BETA_ONLY {
            remove(&mut shown, path);
        }
    }
    let id = shown["id"].as_str().unwrap_or_default().to_owned();
    if let Some(grant) = shown.get_mut("grantControls").and_then(Value::as_object_mut) {
        let context = format!(
            "https://graph.microsoft.com/{}/$metadata#identity/conditionalAccess/policies('{id}')/grantControls/\
             authenticationStrength/$entity",
            version.name()
        );
        grant.insert("authenticationStrength@odata.context".to_owned(), json!(context));
        let reference = grant.get("authenticationStrength").and_then(|strength| strength["id"].as_str());
        if let Some(strength) = reference.and_then(|id| super::strengths::find(tenant, id)) {
            let mut strength = (**strength).clone();
            strength["combinationConfigurations@odata.context"] = json!(format!(
                "https://graph.microsoft.com/{}/$metadata#identity/conditionalAccess/policies('{id}')/grantControls/\
                 authenticationStrength/combinationConfigurations",
                version.name()
            ));
            grant.insert("authenticationStrength".to_owned(), strength);
        }
    }
    if !unknown_members {
        cut_at_sentinel(&mut shown);
    }
    shown
}

fn remove(value: &mut Value, path: &str) {
    if let Some((parent, name)) = path.rsplit_once('/')
        && let Some(object) = value.pointer_mut(parent).and_then(Value::as_object_mut)
    {
        object.remove(name);
    }
}

/// Without the `Prefer` header a value after the sentinel is delivered as `unknownFutureValue`.
pub(super) fn cut_at_sentinel(shown: &mut Value) {
    let places = [
        "/conditions/platforms/includePlatforms",
        "/conditions/platforms/excludePlatforms",
        "/grantControls/builtInControls",
        "/grantControls/authenticationStrength/allowedCombinations",
        "/allowedCombinations",
    ];
    for place in places {
        let Some(items) = shown.pointer_mut(place).and_then(Value::as_array_mut) else { continue };
        for item in items {
            if item.as_str().is_some_and(|text| text.split(',').any(|part| AFTER_SENTINEL.contains(&part))) {
                *item = json!("unknownFutureValue");
            }
        }
    }
}

/// The conditions without what the version does not declare.
pub(super) fn declared_conditions(conditions: &Value, version: Version) -> Value {
    let mut holder = json!({ "conditions": conditions });
    if version == Version::V1 {
        for path in BETA_ONLY {
            remove(&mut holder, path);
        }
    }
    holder["conditions"].take()
}
