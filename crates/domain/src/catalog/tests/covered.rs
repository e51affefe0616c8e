//! Goals held against small sets by the coverage engine: what meets a check, and what only looks like it.

use super::*;
use crate::{
    emergency::EmergencyAccess,
    facts::{Facts, Members},
    names::{NameKind, Names},
    wellknown::{DIRECTORY_SYNC_ROLE_ID, GLOBAL_ADMINISTRATOR_ROLE_ID, PHISHING_RESISTANT_STRENGTH_ID},
};
use serde_json::{Value, json};
use uuid::Uuid;

const GLASS: &str = "7b1f4c9e-0000-4000-8000-000000000001";
const STAFF: &str = "7b1f4c9e-0000-4000-8000-000000000002";

/// A policy for all users and apps, with conditions and controls of its own.
fn policy(conditions: &Value, controls: &Value) -> Value {
    let mut body = json!({
        "state": "enabled",
        "conditions": {
            "users": {"includeUsers": ["All"]}, "applications": {"includeApplications": ["All"]},
        },
    });
    for (name, value) in conditions.as_object().expect("an object") {
        body["conditions"][name] = value.clone();
    }
    for (name, value) in controls.as_object().expect("an object") {
        body[name] = value.clone();
    }
    body
}

fn one_of(controls: &[&str]) -> Value {
    json!({"grantControls": {"operator": "OR", "builtInControls": controls}})
}

fn mfa(conditions: &Value) -> Value {
    policy(conditions, &one_of(&["mfa"]))
}

fn block(conditions: &Value) -> Value {
    policy(conditions, &one_of(&["block"]))
}

fn verdict_with(id: &str, bodies: &[Value], facts: &Facts) -> Verdict {
    let live = PolicySet::of_bodies(bodies, Names::new());
    let emergency = EmergencyAccess::recognise(&live, facts);
    let subject = Subject { live: &live, facts, emergency: &emergency };
    let found = decide(&subject).into_iter().find(|outcome| outcome.check.id == id);
    found.expect("a check").verdict
}

#[track_caller]
fn met(id: &str, bodies: &[Value]) {
    let verdict = verdict_with(id, bodies, &Facts::default());
    assert!(verdict.is_met(), "{id}: {verdict:?}");
}

#[track_caller]
fn open(id: &str, bodies: &[Value]) {
    let verdict = verdict_with(id, bodies, &Facts::default());
    assert!(matches!(verdict, Verdict::NotMet { .. }), "{id}: {verdict:?}");
}

/// Multifactor authentication for everyone, in seven pieces.
fn seven() -> Vec<Value> {
    let mut pieces: Vec<Value> = ["android", "iOS", "windows", "macOS", "linux"]
        .iter()
        .map(|one| mfa(&json!({"platforms": {"includePlatforms": [one]}})))
        .collect();
    let other = json!({"platforms": {
        "includePlatforms": ["all"], "excludePlatforms": ["android", "iOS", "windows", "macOS", "linux"],
    }});
    let mut browser = other.clone();
    browser["clientAppTypes"] = json!(["browser", "mobileAppsAndDesktopClients"]);
    let mut legacy = other;
    legacy["clientAppTypes"] = json!(["exchangeActiveSync", "other"]);
    pieces.push(mfa(&browser));
    pieces.push(block(&legacy));
    pieces
}

#[test]
fn multifactor_authentication_is_met_by_one_policy_or_by_seven() {
    met("mfa-all-users", &[mfa(&json!({}))]);
    let pieces = seven();
    assert_eq!(pieces.len(), 7);
    met("mfa-all-users", &pieces);
    for missing in 0..pieces.len() {
        let mut fewer = pieces.clone();
        fewer.remove(missing);
        open("mfa-all-users", &fewer);
    }
}

#[test]
fn what_only_looks_like_it_does_not_meet_it() {
    let one_role = mfa(&json!({"users": {"includeRoles": [GLOBAL_ADMINISTRATOR_ROLE_ID]}}));
    open("mfa-all-users", std::slice::from_ref(&one_role));
    open("mfa-admins-cisa", std::slice::from_ref(&one_role));
    open("mfa-admins-template", &[one_role]);
    let mut report_only = mfa(&json!({}));
    report_only["state"] = json!("enabledForReportingButNotEnforced");
    open("mfa-all-users", &[report_only]);
    open("mfa-all-users", &[mfa(&json!({"clientAppTypes": ["browser"]}))]);
    open("mfa-all-users", &[mfa(&json!({"users": {"includeUsers": ["All"], "excludeGroups": [STAFF]}}))]);
    open("mfa-all-users", &[policy(&json!({}), &one_of(&["mfa", "compliantDevice"]))]);
    met("device-or-mfa-all-users", &[policy(&json!({}), &one_of(&["mfa", "compliantDevice"]))]);
    open("mfa-all-users-phishing-resistant", &[mfa(&json!({}))]);
    let strong = json!({"grantControls": {
        "operator": "OR", "authenticationStrength": {"id": PHISHING_RESISTANT_STRENGTH_ID},
    }});
    let strong = policy(&json!({}), &strong);
    for id in
        ["mfa-all-users", "mfa-all-users-phishing-resistant", "mfa-admins-phishing-resistant-privileged"]
    {
        met(id, std::slice::from_ref(&strong));
    }
    open("mfa-all-users", &[]);
}

#[test]
fn administrators_need_every_role_of_the_named_set() {
    for (id, set) in [("mfa-admins-cisa", RoleSet::Cisa), ("mfa-admins-template", RoleSet::Template)] {
        let roles = set.roles();
        met(id, &[mfa(&json!({"users": {"includeRoles": roles}}))]);
        open(id, &[mfa(&json!({"users": {"includeRoles": roles[1..]}}))]);
        met(id, &[mfa(&json!({}))]);
    }
}

#[test]
fn leaving_out_directory_synchronisation_and_emergency_access_opens_nothing() {
    let out = json!({"users": {
        "includeUsers": ["All"], "excludeRoles": [DIRECTORY_SYNC_ROLE_ID], "excludeGroups": [GLASS],
    }});
    let bodies = [mfa(&out)];
    let member = Uuid::from_u128(7);
    let members = Members { ids: vec![member], head_count: 1, complete: true };
    let mut facts = Facts {
        memberships: [((NameKind::Group, GLASS.to_owned()), members)].into(),
        people: Some(100),
        ..Facts::default()
    };
    assert!(matches!(verdict_with("mfa-all-users", &bodies, &facts), Verdict::NotMet { .. }));
    facts.emergency.confirmed.insert((NameKind::Group, GLASS.to_owned()));
    let Verdict::Met { how } = verdict_with("mfa-all-users", &bodies, &facts) else {
        panic!("{:?}", verdict_with("mfa-all-users", &bodies, &facts))
    };
    assert!(how.contains("emergency access"), "{how}");
}

#[test]
fn legacy_clients_are_blocked_by_whatever_they_cannot_do() {
    for id in ["legacy-authentication", "exchange-activesync"] {
        met(id, &[block(&json!({"clientAppTypes": ["exchangeActiveSync", "other"]}))]);
        met(id, &[mfa(&json!({}))]);
        met(id, &[policy(&json!({}), &one_of(&["compliantDevice", "domainJoinedDevice"]))]);
        open(id, &[mfa(&json!({"clientAppTypes": ["browser", "mobileAppsAndDesktopClients"]}))]);
    }
    open("exchange-activesync", &[block(&json!({"clientAppTypes": ["other"]}))]);
}

#[test]
fn flows_platforms_and_risk() {
    let flow = |method: &str| json!({"authenticationFlows": {"transferMethods": method}});
    met("device-code-flow", &[block(&flow("deviceCodeFlow,authenticationTransfer"))]);
    open("authentication-transfer", &[block(&flow("deviceCodeFlow"))]);
    open("device-code-flow", &[mfa(&json!({}))]);
    let unknown = json!({"platforms": {
        "includePlatforms": ["all"], "excludePlatforms": ["android", "iOS", "windows", "macOS", "linux"],
    }});
    met("unknown-platforms", &[block(&unknown)]);
    open("unknown-platforms", &[block(&json!({"platforms": {"includePlatforms": ["linux"]}}))]);
    let risk = json!({"userRiskLevels": ["high"]});
    let change = json!({"grantControls": {"operator": "AND", "builtInControls": ["mfa", "passwordChange"]}});
    met("user-risk-high-answered", &[policy(&risk, &change)]);
    open("user-risk-high-answered", &[mfa(&risk)]);
    open("user-risk-high-blocked", &[policy(&risk, &change)]);
    for id in ["user-risk-high-answered", "user-risk-high-blocked"] {
        met(id, &[block(&risk)]);
    }
    met("sign-in-risk-answered", &[mfa(&json!({"signInRiskLevels": ["medium", "high"]}))]);
    open("sign-in-risk-answered", &[mfa(&json!({"signInRiskLevels": ["high"]}))]);
    // Who is blocked has no session that could be too long.
    met("sign-in-risk-every-time", &[block(&json!({"signInRiskLevels": ["medium", "high"]}))]);
}

#[test]
fn devices_registration_and_sessions() {
    let managed = one_of(&["compliantDevice", "domainJoinedDevice"]);
    let managed =
        std::slice::from_ref(&managed).iter().map(|one| policy(&json!({}), one)).collect::<Vec<_>>();
    for id in [
        "device-all-users",
        "device-desktop",
        "device-admins",
        "app-protection-mobile",
        "app-enforced-restrictions",
        "session-unmanaged-daily",
        "session-unmanaged-browser",
    ] {
        met(id, &managed);
        open(id, &[mfa(&json!({}))]);
    }
    let every = |hours: i64| {
        json!({"sessionControls": {"signInFrequency": {
            "isEnabled": true, "frequencyInterval": "timeBased", "type": "hours", "value": hours,
        }}})
    };
    met("session-all-weekly", &[policy(&json!({}), &every(24))]);
    open("session-all-weekly", &[policy(&json!({}), &every(24 * 30))]);
    let filter = json!({"devices": {"deviceFilter": {
        "mode": "include", "rule": "device.isCompliant -ne True -and device.trustType -ne \"ServerAD\"",
    }}});
    met("session-unmanaged-daily", &[policy(&filter, &every(1))]);
    let info = json!({"applications": {"includeUserActions": ["urn:user:registersecurityinfo"]}});
    met("security-info-registration", &[mfa(&info)]);
    open("security-info-registration", &[mfa(&json!({}))]);
    open("security-info-managed-device", &[mfa(&info)]);
    let join = json!({"applications": {"includeUserActions": ["urn:user:registerdevice"]}});
    met("device-registration-mfa", &[mfa(&join)]);
}

#[test]
fn guests_partners_workloads_and_agents() {
    met("mfa-guests", &[mfa(&json!({}))]);
    let old_form = mfa(&json!({"users": {"includeUsers": ["GuestsOrExternalUsers"]}}));
    for id in ["mfa-guests", "mfa-service-providers"] {
        met(id, std::slice::from_ref(&old_form));
    }
    let only_guests = json!({"users": {"includeGuestsOrExternalUsers": {
        "guestOrExternalUserTypes": "b2bCollaborationGuest", "externalTenants": {"membershipKind": "all"},
    }}});
    for id in ["mfa-guests", "mfa-service-providers"] {
        open(id, &[mfa(&only_guests)]);
    }
    let own = json!({
        "users": {"includeUsers": ["None"]},
        "clientApplications": {"includeServicePrincipals": ["ServicePrincipalsInMyTenant"]},
        "servicePrincipalRiskLevels": ["high"],
    });
    met("workload-risk-blocked", &[block(&own)]);
    open("workload-risk-blocked", &[block(&json!({}))]);
    let agents = json!({
        "users": {"includeUsers": ["None"]},
        "clientApplications": {"includeAgentIdServicePrincipals": ["All"]},
        "agentIdRiskLevels": "high",
    });
    met("agent-identities-risk-blocked", &[block(&agents)]);
    open("agent-users-risk-blocked", &[block(&agents)]);
}

#[test]
fn the_remedy_of_a_check_is_its_goal() {
    // A tenant that enforces the goals themselves meets what they ask for; one that enforces nothing meets none.
    for check in checks() {
        let Decide::Covered(ways) = &check.decide else { continue };
        for way in ways {
            let bodies: Vec<Value> = way.iter().map(Policy::to_graph).collect();
            met(check.id, &bodies);
        }
        open(check.id, &[]);
    }
}
