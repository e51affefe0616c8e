//! Goals: a region and what must be guaranteed there, written as an enforced policy in Graph's form.
//!
//! The conditions are the region, the controls the requirement. `block` stands in no list of alternatives: what is
//! blocked meets every requirement. Alternatives are joined by `OR`; what must hold besides is a goal of its own.

use crate::{
    policy::Policy,
    wellknown::{DIRECTORY_SYNC_ROLE_ID, PHISHING_RESISTANT_STRENGTH_ID},
};
use serde_json::{Map, Value, json};

/// Guests whose accounts or devices belong to another tenant, without a partner's technicians.
pub(crate) const GUESTS: &str =
    "internalGuest,b2bCollaborationGuest,b2bCollaborationMember,b2bDirectConnectUser,otherExternalUser";
/// A partner's technicians, who come by granular delegated admin privileges.
pub(crate) const SERVICE_PROVIDERS: &str = "serviceProvider";
/// Everyone whose device is managed elsewhere. `internalGuest` is an account of the tenant itself.
const FOREIGN: &str = "b2bCollaborationGuest,b2bDirectConnectUser,otherExternalUser,serviceProvider";

/// The clients of Exchange Online, SharePoint Online, Teams.
pub(crate) const EXCHANGE: &str = "00000002-0000-0ff1-ce00-000000000000";
pub(crate) const SHAREPOINT: &str = "00000003-0000-0ff1-ce00-000000000000";
pub(crate) const INTUNE_ENROLLMENT: &str = "d4ebce55-015a-49b5-a083-c84d1797ae8c";
pub(crate) const AZURE_DEVOPS: &str = "499b84ac-1321-427f-aa17-267ca6975798";
pub(crate) const RIGHTS_MANAGEMENT: &str = "00000012-0000-0000-c000-000000000000";

/// A managed device: compliant, or hybrid joined.
pub(crate) const MANAGED: &[&str] = &["compliantDevice", "domainJoinedDevice"];

/// Every user but the accounts of directory synchronisation, which can answer no prompt and have no device; a check
/// of its own sees to it that they are left out.
pub(crate) fn everyone() -> Value {
    json!({"includeUsers": ["All"], "excludeRoles": [DIRECTORY_SYNC_ROLE_ID]})
}

/// Everyone whose account and device this tenant can manage.
pub(crate) fn own_people() -> Value {
    json!({
        "includeUsers": ["All"], "excludeRoles": [DIRECTORY_SYNC_ROLE_ID],
        "excludeGuestsOrExternalUsers": {"guestOrExternalUserTypes": FOREIGN, "externalTenants": any_tenant()},
    })
}

fn any_tenant() -> Value {
    json!({"membershipKind": "all"})
}

/// Holders of directory roles, by template id.
pub(crate) fn roles(ids: &[&str]) -> Value {
    json!({"includeRoles": ids})
}

/// Guests of the given kinds, from any tenant.
pub(crate) fn guests(kinds: &str) -> Value {
    json!({"includeGuestsOrExternalUsers": {
        "guestOrExternalUserTypes": kinds, "externalTenants": any_tenant(),
    }})
}

/// Nobody: the goal is about workloads or agents.
pub(crate) fn nobody() -> Value {
    json!({"includeUsers": ["None"]})
}

/// Every app.
pub(crate) fn all_apps() -> Value {
    apps(&["All"])
}

/// Apps by client id or Graph's word.
pub(crate) fn apps(ids: &[&str]) -> Value {
    json!({"includeApplications": ids})
}

/// A user action.
pub(crate) fn action(urn: &str) -> Value {
    json!({"includeUserActions": [urn]})
}

/// No further condition.
pub(crate) fn always() -> Value {
    json!({})
}

/// From anywhere but a trusted location.
pub(crate) fn untrusted() -> Value {
    json!({"locations": {"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]}})
}

/// With a device that is neither compliant nor hybrid joined, in the words of Microsoft's template for unmanaged
/// devices.
pub(crate) fn unmanaged() -> Value {
    json!({"devices": {"deviceFilter": {
        "mode": "exclude", "rule": "device.isCompliant -eq True -or device.trustType -eq \"ServerAD\"",
    }}})
}

/// One of the built-in controls.
pub(crate) fn one_of(controls: &[&str]) -> Value {
    json!({"grantControls": {"operator": "OR", "builtInControls": controls}})
}

/// Blocked.
pub(crate) fn blocked() -> Value {
    one_of(&["block"])
}

/// The built-in strength *Phishing-resistant MFA*.
pub(crate) fn phishing_resistant() -> Value {
    json!({"grantControls": {
        "operator": "OR", "authenticationStrength": {"id": PHISHING_RESISTANT_STRENGTH_ID},
    }})
}

/// A session control.
pub(crate) fn session(control: Value) -> Value {
    json!({"sessionControls": control})
}

/// A sign-in at least every so many hours.
pub(crate) fn every_hours(hours: u32) -> Value {
    session(json!({"signInFrequency": {
        "isEnabled": true, "frequencyInterval": "timeBased", "type": "hours", "value": hours,
        "authenticationType": "primaryAndSecondaryAuthentication",
    }}))
}

/// A sign-in every time.
pub(crate) fn every_time() -> Value {
    session(json!({"signInFrequency": {
        "isEnabled": true, "frequencyInterval": "everyTime",
        "authenticationType": "primaryAndSecondaryAuthentication",
    }}))
}

/// No session that outlives the browser.
pub(crate) fn no_persistent_browser() -> Value {
    session(json!({"persistentBrowser": {"isEnabled": true, "mode": "never"}}))
}

/// Puts a goal together.
pub(crate) fn goal(users: Value, applications: Value, narrowed: Value, controls: Value) -> Policy {
    let mut conditions = Map::new();
    conditions.insert("users".to_owned(), users);
    conditions.insert("applications".to_owned(), applications);
    if let Value::Object(narrowed) = narrowed {
        conditions.extend(narrowed);
    }
    let mut body = Map::new();
    body.insert("state".to_owned(), json!("enabled"));
    body.insert("conditions".to_owned(), Value::Object(conditions));
    if let Value::Object(controls) = controls {
        body.extend(controls);
    }
    Policy::read(&Value::Object(body)).0
}
