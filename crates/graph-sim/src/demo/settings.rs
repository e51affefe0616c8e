//! Tenant-wide settings around Conditional Access, as a tenant has them from the start.

use serde_json::{Value, json};

/// The authentication methods policy; `sms` tells whether text messages are still allowed.
pub(crate) fn authentication_methods(sms: bool) -> Value {
    let all_users = |extra: Value| {
        let mut target = json!({ "targetType": "group", "id": "all_users", "isRegistrationRequired": false });
        if let (Some(target), Some(extra)) = (target.as_object_mut(), extra.as_object()) {
            target.extend(extra.clone());
        }
        json!([target])
    };
    let state = |on: bool| if on { "enabled" } else { "disabled" };
    json!({
        "id": "authenticationMethodsPolicy",
        "displayName": "Authentication Methods Policy",
        "description": "The tenant-wide policy that controls which authentication methods are allowed.",
        "lastModifiedDateTime": "2025-11-18T10:02:44.1853009Z",
        "policyVersion": "1.5",
        "policyMigrationState": "migrationComplete",
        "registrationEnforcement": {
            "authenticationMethodsRegistrationCampaign": {
                "snoozeDurationInDays": 1,
                "enforceRegistrationAfterAllowedSnoozes": true,
                "state": "default",
                "excludeTargets": [],
                "includeTargets": [{
                    "id": "all_users",
                    "targetType": "group",
                    "targetedAuthenticationMethod": "microsoftAuthenticator",
                }],
            },
        },
        "authenticationMethodConfigurations": [
            {
                "@odata.type": "#microsoft.graph.fido2AuthenticationMethodConfiguration",
                "id": "Fido2",
                "state": "enabled",
                "isSelfServiceRegistrationAllowed": true,
                "isAttestationEnforced": false,
                "excludeTargets": [],
                "keyRestrictions": { "isEnforced": false, "enforcementType": "block", "aaGuids": [] },
                "includeTargets": all_users(json!({})),
            },
            {
                "@odata.type": "#microsoft.graph.microsoftAuthenticatorAuthenticationMethodConfiguration",
                "id": "MicrosoftAuthenticator",
                "state": "enabled",
                "isSoftwareOathEnabled": false,
                "excludeTargets": [],
                "includeTargets": all_users(json!({ "authenticationMode": "any" })),
            },
            {
                "@odata.type": "#microsoft.graph.smsAuthenticationMethodConfiguration",
                "id": "Sms",
                "state": state(sms),
                "excludeTargets": [],
                "includeTargets": all_users(json!({ "isUsableForSignIn": false })),
            },
            {
                "@odata.type": "#microsoft.graph.temporaryAccessPassAuthenticationMethodConfiguration",
                "id": "TemporaryAccessPass",
                "state": "enabled",
                "defaultLifetimeInMinutes": 60,
                "defaultLength": 8,
                "minimumLifetimeInMinutes": 60,
                "maximumLifetimeInMinutes": 480,
                "isUsableOnce": true,
                "excludeTargets": [],
                "includeTargets": all_users(json!({})),
            },
            {
                "@odata.type": "#microsoft.graph.softwareOathAuthenticationMethodConfiguration",
                "id": "SoftwareOath",
                "state": "enabled",
                "excludeTargets": [],
                "includeTargets": all_users(json!({})),
            },
        ],
    })
}

/// The default for collaboration with other tenants: nothing of theirs is trusted.
pub(crate) fn cross_tenant_default() -> Value {
    json!({
        "id": "00000000-0000-0000-0000-000000000006",
        "isServiceDefault": true,
        "inboundTrust": {
            "isMfaAccepted": false,
            "isCompliantDeviceAccepted": false,
            "isHybridAzureADJoinedDeviceAccepted": false,
        },
        "automaticUserConsentSettings": { "inboundAllowed": false, "outboundAllowed": false },
    })
}

/// A partner whose second factor counts.
pub(crate) fn cross_tenant_partner(tenant_id: &str, is_service_provider: bool) -> Value {
    json!({
        "tenantId": tenant_id,
        "isServiceProvider": is_service_provider,
        "isInMultiTenantOrganization": false,
        "inboundTrust": {
            "isMfaAccepted": true,
            "isCompliantDeviceAccepted": false,
            "isHybridAzureADJoinedDeviceAccepted": false,
        },
    })
}
