use super::*;

const GUID: &str = "AAAAAAAA-0000-4000-8000-000000000001";
const GUID_LOWER: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const EXCHANGE: &str = "00000002-0000-0ff1-ce00-000000000000";

#[test]
fn people_are_in_by_any_inclusion_and_out_by_any_exclusion() {
    let users = |users: Value| json!({ "users": users });
    let some = |more: Value| {
        let mut users = json!({"includeUsers": []});
        merge(&mut users, more);
        json!({ "users": users })
    };
    let user = |user: Value| json!({ "user": user });
    table([
        (users(json!({})), user(json!({"id": "u"})), "applied"),
        (users(json!({})), json!({}), "applied"),
        (users(json!({})), user(json!({"type": "b2bCollaborationGuest"})), "applied"),
        (some(json!({"includeUsers": [GUID]})), user(json!({"id": GUID_LOWER})), "applied"),
        (
            some(json!({"includeGroups": ["g-1"], "includeRoles": ["r"]})),
            user(json!({"roles": ["r"]})),
            "applied",
        ),
        (
            some(json!({"includeGroups": ["g-1"]})),
            user(json!({"groups": ["g-2"]})),
            "users: only group Emergency access",
        ),
        (some(json!({"includeUsers": ["None"]})), user(json!({"id": "u"})), "users: includes nobody"),
        (users(json!({"excludeUsers": ["u"]})), user(json!({"id": "u"})), "users: excludes user u"),
        (
            users(json!({"excludeGroups": ["g-1"]})),
            user(json!({"groups": ["g-1"]})),
            "users: excludes group Emergency access",
        ),
        (users(json!({"excludeGroups": ["g-1"]})), user(json!({"groups": ["g-2"]})), "applied"),
        (
            users(json!({"excludeRoles": ["62e90394-69f5-4237-9190-012177145e10"]})),
            user(json!({"roles": ["62E90394-69F5-4237-9190-012177145E10"]})),
            "users: excludes role Global Administrator",
        ),
        (
            some(json!({"includeGroups": ["a", "b", "c", "d"]})),
            user(json!({})),
            "users: only group a, group b, group c and 1 more",
        ),
    ]);
}

#[test]
fn guests_are_told_by_type_and_tenant() {
    let include =
        |guests: Value| json!({"users": {"includeUsers": [], "includeGuestsOrExternalUsers": guests}});
    let exclude = |guests: Value| json!({"users": {"excludeGuestsOrExternalUsers": guests}});
    let guest = json!({"guestOrExternalUserTypes": "b2bCollaborationGuest,serviceProvider"});
    let of_tenant = json!({
        "guestOrExternalUserTypes": "b2bCollaborationGuest",
        "externalTenants": {"membershipKind": "enumerated", "members": [GUID]},
    });
    let user = |kind: &str, tenant: Value| json!({"user": {"type": kind, "external_tenant_id": tenant}});
    let old = json!({"users": {"includeUsers": ["GuestsOrExternalUsers"]}});
    table([
        (include(guest.clone()), user("guest", Value::Null), "applied"),
        (include(guest.clone()), user("ServiceProvider", Value::Null), "applied"),
        (
            include(guest.clone()),
            user("Member", Value::Null),
            "users: only B2B collaboration guest users, Service provider users",
        ),
        (
            include(guest),
            user("b2bCollaborationMember", Value::Null),
            "users: only B2B collaboration guest users, Service provider users",
        ),
        (include(of_tenant.clone()), user("guest", json!(GUID_LOWER)), "applied"),
        (
            include(of_tenant.clone()),
            user("guest", Value::Null),
            "users: only B2B collaboration guest users of tenant aaaaaaaa-0000-4000-8000-000000000001",
        ),
        (exclude(of_tenant.clone()), user("guest", json!("other")), "applied"),
        (
            exclude(of_tenant),
            user("guest", json!(GUID)),
            "users: excludes B2B collaboration guest users of tenant aaaaaaaa-0000-4000-8000-000000000001",
        ),
        (old.clone(), user("b2bCollaborationMember", Value::Null), "applied"),
        (old.clone(), user("internalGuest", Value::Null), "applied"),
    ]);
    assert!(outcome(&when(old), &user("member", Value::Null)).starts_with("users: only "));
}

#[test]
fn resources_actions_and_contexts_are_apart() {
    let apps = |more: Value| {
        let mut apps = json!({"includeApplications": []});
        merge(&mut apps, more);
        json!({ "applications": apps })
    };
    let app = |id: &str| json!({ "application": id });
    let action = json!({"user_action": "urn:user:RegisterSecurityInfo"});
    let all = json!({});
    table([
        (all.clone(), app("anything"), "applied"),
        (all.clone(), json!({}), "applied"),
        (all.clone(), app("globalSecureAccess:internet"), "applied"),
        (all.clone(), action.clone(), "application: only All resources"),
        (all, json!({"authentication_context": "c1"}), "application: only All resources"),
        (apps(json!({"includeApplications": ["Office365"]})), app(EXCHANGE), "applied"),
        (apps(json!({"includeApplications": ["Office365"]})), app("office365"), "applied"),
        (
            apps(json!({"includeApplications": ["MicrosoftAdminPortals"]})),
            app("c44b4083-3bb0-49c1-b47d-974e53cbdf3c"),
            "applied",
        ),
        (
            apps(json!({"includeApplications": [EXCHANGE]})),
            app("Office365"),
            "application: only app Office 365 Exchange Online",
        ),
        (
            apps(json!({"includeApplications": ["All"], "excludeApplications": ["Office365"]})),
            app(EXCHANGE),
            "application: excludes Office 365",
        ),
        (apps(json!({"includeApplications": ["None"]})), app("x"), "application: targets nothing"),
        (apps(json!({"includeUserActions": ["urn:user:registersecurityinfo"]})), action.clone(), "applied"),
        (
            apps(json!({"includeUserActions": ["urn:user:registerdevice"]})),
            action,
            "userActions: only Register or join devices",
        ),
        (
            apps(json!({"includeUserActions": ["urn:user:registerdevice"]})),
            app("x"),
            "userActions: only Register or join devices",
        ),
        (
            apps(json!({"includeAuthenticationContextClassReferences": ["C1"]})),
            json!({"authentication_context": "c1"}),
            "applied",
        ),
        (
            apps(json!({"includeAuthenticationContextClassReferences": ["c1"]})),
            json!({"authentication_context": "c2"}),
            "authenticationContext: only authentication context c1",
        ),
        (
            apps(json!({"globalSecureAccess": {"includeTrafficProfiles": "internet"}})),
            app("globalSecureAccess:internet"),
            "applied",
        ),
        (
            apps(json!({"globalSecureAccess": {"includeTrafficProfiles": "internet"}})),
            app("globalSecureAccess:m365"),
            "application: only Internet traffic",
        ),
        (
            apps(json!({"includeApplications": ["AllAgentIdResources"]})),
            app("AllAgentIdResources"),
            "applied",
        ),
    ]);
}

#[test]
fn filters_that_cannot_be_read_hold_where_the_sign_in_says_so() {
    let filter = |mode: &str| {
        let include = if mode == "include" { json!([]) } else { json!(["All"]) };
        let filter = json!({"mode": mode, "rule": "CustomSecurityAttribute.A_B  -eq \"x\""});
        json!({"applications": {"includeApplications": include, "applicationFilter": filter}})
    };
    let says = json!({"application": "a", "matching_filters": [" CustomSecurityAttribute.A_B -eq \"x\""]});
    table([
        (filter("include"), says.clone(), "applied"),
        (
            filter("include"),
            json!({"application": "a"}),
            "application: only what matches the filter CustomSecurityAttribute.A_B -eq \"x\"",
        ),
        (
            filter("exclude"),
            says,
            "application: excludes what matches the filter CustomSecurityAttribute.A_B -eq \"x\"",
        ),
        (filter("exclude"), json!({"application": "a"}), "applied"),
    ]);
}

#[test]
fn client_apps_and_platforms() {
    let clients = |types: Value| json!({ "clientAppTypes": types });
    let platforms = |platforms: Value| json!({ "platforms": platforms });
    let on = |platform: &str| json!({ "platform": platform });
    table([
        (clients(json!(["all"])), json!({}), "applied"),
        (clients(json!(["browser"])), json!({"client_app": "BROWSER"}), "applied"),
        (clients(json!(["browser"])), json!({"client_app": "other"}), "clientApps: only Browser"),
        (clients(json!(["browser"])), json!({}), "clientApps: only Browser"),
        (clients(json!(["easSupported"])), json!({"client_app": "exchangeActiveSync"}), "applied"),
        (clients(json!(["exchangeActiveSync"])), json!({"client_app": "easSupported"}), "applied"),
        (platforms(json!({"includePlatforms": ["all"]})), json!({}), "applied"),
        (platforms(json!({"includePlatforms": ["all"], "excludePlatforms": ["iOS"]})), json!({}), "applied"),
        (
            platforms(json!({"includePlatforms": ["all"], "excludePlatforms": ["iOS"]})),
            on("ios"),
            "devicePlatform: excludes iOS",
        ),
        (
            platforms(json!({"includePlatforms": ["android", "iOS"]})),
            on("windows"),
            "devicePlatform: only Android, iOS",
        ),
        (platforms(json!({"includePlatforms": ["android"]})), json!({}), "devicePlatform: only Android"),
        (platforms(json!({"includePlatforms": ["android"]})), on("android"), "applied"),
    ]);
}

#[test]
fn locations_by_id_and_by_trust() {
    let places = |include: Value, exclude: Value| json!({"locations": {"includeLocations": include, "excludeLocations": exclude}});
    let at = |ids: Value, trusted: bool| json!({"location": {"named_locations": ids, "trusted": trusted}});
    let mfa_ips = json!(["00000000-0000-0000-0000-000000000000"]);
    let all = json!(["All"]);
    let trusted = json!(["AllTrusted"]);
    table([
        (places(all.clone(), trusted.clone()), json!({}), "applied"),
        (
            places(all.clone(), trusted.clone()),
            at(json!([]), true),
            "location: excludes All trusted locations",
        ),
        (
            places(all.clone(), trusted.clone()),
            at(mfa_ips.clone(), false),
            "location: excludes All trusted locations",
        ),
        (
            places(all.clone(), trusted.clone()),
            at(json!(["l-office"]), false),
            "location: excludes All trusted locations",
        ),
        (
            places(trusted.clone(), json!([])),
            at(json!(["l-other"]), false),
            "location: only All trusted locations",
        ),
        (places(trusted.clone(), json!([])), at(json!(["l-office"]), true), "applied"),
        (
            places(trusted, json!(["l-office"])),
            at(json!(["l-office"]), true),
            "location: excludes named location Office",
        ),
        (places(json!(["l-2"]), json!([])), at(json!(["l-1", "l-2"]), false), "applied"),
        (
            places(json!(["l-2"]), json!(["l-1"])),
            at(json!(["l-1", "l-2"]), false),
            "location: excludes named location l-1",
        ),
        (places(json!(["l-2"]), json!([])), json!({}), "location: only named location l-2"),
        (places(mfa_ips.clone(), json!([])), at(mfa_ips, false), "applied"),
        (places(all.clone(), all), json!({}), "location: excludes Any location"),
    ]);
}

#[test]
fn risks_and_flows_match_the_listed_words_only() {
    table([
        (json!({"userRiskLevels": ["high"]}), json!({"user_risk": "High"}), "applied"),
        (
            json!({"userRiskLevels": ["medium"]}),
            json!({"user_risk": "high"}),
            "userRisk: only user risk Medium",
        ),
        (json!({"userRiskLevels": ["none"]}), json!({}), "applied"),
        (
            json!({"signInRiskLevels": ["high", "medium"]}),
            json!({}),
            "signInRisk: only sign-in risk High, Medium",
        ),
        (json!({"signInRiskLevels": ["high", "medium"]}), json!({"sign_in_risk": "medium"}), "applied"),
        (json!({"insiderRiskLevels": "moderate,elevated"}), json!({"insider_risk": "elevated"}), "applied"),
        (json!({"insiderRiskLevels": "elevated"}), json!({}), "insiderRisk: only insider risk Elevated"),
        (
            json!({"authenticationFlows": {"transferMethods": "deviceCodeFlow"}}),
            json!({"authentication_flow": "deviceCodeFlow"}),
            "applied",
        ),
        (
            json!({"authenticationFlows": {"transferMethods": "deviceCodeFlow"}}),
            json!({}),
            "authenticationFlow: only Device code flow",
        ),
        (
            json!({"servicePrincipalRiskLevels": ["high"]}),
            json!({}),
            "workloadIdentities: only service principal risk High",
        ),
    ]);
}

#[test]
fn devices_by_filter_and_by_the_older_lists() {
    let filter = |mode: &str, rule: &str| json!({"devices": {"deviceFilter": {"mode": mode, "rule": rule}}});
    let device = |device: Value| json!({ "device": device });
    let compliant = "device.isCompliant -eq True";
    let states = |list: Value| json!({"devices": {"excludeDeviceStates": list}});
    table([
        (filter("include", compliant), device(json!({"compliant": true})), "applied"),
        (
            filter("include", compliant),
            json!({}),
            "devices: only devices that match device.isCompliant -eq True",
        ),
        (filter("exclude", compliant), json!({}), "applied"),
        (
            filter("exclude", compliant),
            device(json!({"compliant": true})),
            "devices: excludes devices that match device.isCompliant -eq True",
        ),
        (filter("include", "device.isCompliant -ne True"), json!({}), "applied"),
        (
            filter("include", "no such  language"),
            json!({}),
            "devices: only devices that match no such language",
        ),
        (
            filter("include", "no such  language"),
            json!({"matching_filters": ["no such language"]}),
            "applied",
        ),
        (
            states(json!(["Compliant", "DomainJoined"])),
            device(json!({"joined": true})),
            "devices: excludes Microsoft Entra hybrid joined devices",
        ),
        (states(json!(["Compliant"])), device(json!({"joined": true})), "applied"),
        (
            states(json!(["Purple"])),
            json!({}),
            "invalidPolicy: has a part of unknown meaning: conditions.devices.excludeDeviceStates",
        ),
    ]);
}

#[test]
fn identities_are_of_one_kind() {
    let nobody = json!({"includeUsers": ["None"]});
    let workloads = |clients: Value| json!({"users": nobody, "clientApplications": clients});
    let principal = json!({"service_principal": {"id": "s"}});
    let own = workloads(json!({"includeServicePrincipals": ["ServicePrincipalsInMyTenant"]}));
    let agents = workloads(
        json!({"includeAgentIdServicePrincipals": ["All"], "excludeAgentIdServicePrincipals": ["a"]}),
    );
    let mut risky = own.clone();
    merge(&mut risky, json!({"servicePrincipalRiskLevels": ["high"]}));
    let agent_users = json!({"users": nobody, "agents": {"includeAgentUsers": ["All"]}});
    table([
        (own.clone(), principal.clone(), "applied"),
        (own.clone(), json!({"user": {"id": "s"}}), "workloadIdentities: only workload identities"),
        (json!({}), principal.clone(), "users: only users"),
        (workloads(json!({"includeServicePrincipals": ["s"]})), principal.clone(), "applied"),
        (
            workloads(json!({"includeServicePrincipals": ["t"]})),
            principal.clone(),
            "workloadIdentities: only service principal t",
        ),
        (
            workloads(
                json!({"includeServicePrincipals": ["ServicePrincipalsInMyTenant"], "excludeServicePrincipals": ["s"]}),
            ),
            principal.clone(),
            "workloadIdentities: excludes service principal s",
        ),
        (
            workloads(json!({"servicePrincipalFilter": {"mode": "include", "rule": "x"}})),
            json!({"service_principal": {}, "matching_filters": ["x"]}),
            "applied",
        ),
        (risky.clone(), principal.clone(), "workloadIdentities: only service principal risk High"),
        (risky, json!({"service_principal": {"id": "s"}, "service_principal_risk": "high"}), "applied"),
        (agents.clone(), json!({"agent": {"id": "b"}}), "applied"),
        (agents.clone(), json!({"agent": {"id": "a"}}), "agentIdentities: excludes service principal a"),
        (agents, json!({"agent": {"id": "b", "agent_user": true}}), "agentIdentities: only agents"),
        (agent_users.clone(), json!({"agent": {"id": "b", "agent_user": true}}), "applied"),
        (agent_users, json!({"user": {"id": "b"}}), "agentIdentities: only agents"),
        (json!({}), json!({"agent": {"id": "b", "agent_user": true}}), "users: only users"),
        (
            json!({"agentContext": {"includeAgentContexts": ["x"]}}),
            json!({}),
            "notEnoughInformation: depends on the context of an agent, of which the sign-in says nothing",
        ),
        (json!({"users": nobody}), json!({}), "users: includes nobody"),
    ]);
}

#[test]
fn a_policy_that_cannot_be_relied_on_never_applies() {
    let invalid = when(json!({"times": {"from": 1}}));
    assert_eq!(
        outcome(&invalid, &json!({})),
        "invalidPolicy: has a part of unknown meaning: conditions.times"
    );
    let off = policy(json!({"state": "disabled", "conditions": {"times": {"from": 1}}}));
    assert_eq!(outcome(&off, &json!({})), "policyNotEnabled: is off");
    let odd_state = policy(json!({"state": "paused"}));
    assert_eq!(outcome(&odd_state, &json!({})), "invalidPolicy: has a part of unknown meaning: state");
    assert_eq!(outcome(&policy(json!({"state": null})), &json!({})), "policyNotEnabled: has no state");
    let empty = policy(json!({"grantControls": null}));
    assert_eq!(outcome(&empty, &json!({})), "emptyPolicy: asks for nothing");
    let mut other = empty.clone();
    merge(&mut other, json!({"conditions": {"users": {"includeUsers": ["x"]}}}));
    assert_eq!(outcome(&other, &json!({})), "users: only user x");
    let report = policy(
        json!({"state": "enabledForReportingButNotEnforced", "conditions": {"platforms": {"includePlatforms": ["iOS"]}}}),
    );
    assert_eq!(outcome(&report, &json!({})), "devicePlatform: only iOS");
}
