//! Policies drawn at random: every member that the model knows, in every way of writing it, and some it does not.

use proptest::prelude::*;
use serde_json::Value;

fn ids() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-3]".prop_map(|n| format!("7b1f4c9e-0000-4000-8000-00000000000{n}")),
        Just("<Placeholder>".to_owned()),
    ]
}

fn list(words: &'static [&'static str]) -> BoxedStrategy<Value> {
    prop::collection::vec(
        prop_oneof![1 => ids(), 2 => prop::sample::select(words).prop_map(str::to_owned)],
        0..4,
    )
    .prop_map(Value::from)
    .boxed()
}

fn words(words: &'static [&'static str]) -> BoxedStrategy<Value> {
    prop::collection::vec(prop::sample::select(words).prop_map(str::to_owned), 0..4)
        .prop_map(Value::from)
        .boxed()
}

fn flags(list: &'static [&'static str]) -> BoxedStrategy<Value> {
    prop::collection::vec(prop::sample::select(list), 0..4).prop_map(|l| Value::from(l.join(","))).boxed()
}

fn one(list: &'static [&'static str]) -> BoxedStrategy<Value> {
    prop::sample::select(list).prop_map(Value::from).boxed()
}

/// An object in which each member may be absent, null or set.
fn object(members: Vec<(&'static str, BoxedStrategy<Value>)>) -> BoxedStrategy<Value> {
    let members: Vec<_> = members
        .into_iter()
        .map(|(name, value)| {
            prop_oneof![1 => Just(None), 1 => Just(Some(Value::Null)), 3 => value.prop_map(Some)]
                .prop_map(move |value| value.map(|value| (name.to_owned(), value)))
        })
        .collect();
    members.prop_map(|members| Value::Object(members.into_iter().flatten().collect())).boxed()
}

fn guests() -> BoxedStrategy<Value> {
    const TYPES: &[&str] = &[
        "none",
        "internalGuest",
        "b2bCollaborationGuest",
        "serviceProvider",
        "otherExternalUser",
        "martian",
    ];
    let tenants = object(vec![("membershipKind", one(&["all", "enumerated"])), ("members", ids_only())]);
    object(vec![("guestOrExternalUserTypes", flags(TYPES)), ("externalTenants", tenants)])
}

fn ids_only() -> BoxedStrategy<Value> {
    prop::collection::vec(ids(), 0..3).prop_map(Value::from).boxed()
}

fn filter() -> BoxedStrategy<Value> {
    object(vec![("mode", one(&["include", "exclude"])), ("rule", one(&["", "a  -eq 'b  c'", "d -ne True"]))])
}

fn conditions() -> BoxedStrategy<Value> {
    const RISKS: &[&str] = &["low", "Medium", "high", "none", "odd"];
    let users = object(vec![
        ("includeUsers", list(&["All", "None", "GuestsOrExternalUsers"])),
        ("excludeUsers", list(&["GuestsOrExternalUsers"])),
        ("includeGroups", ids_only()),
        ("excludeGroups", ids_only()),
        ("includeRoles", ids_only()),
        ("excludeRoles", ids_only()),
        ("includeGuestsOrExternalUsers", guests()),
        ("excludeGuestsOrExternalUsers", guests()),
    ]);
    let traffic = || object(vec![("includeTrafficProfiles", flags(&["m365", "internet"]))]);
    let applications = object(vec![
        ("includeApplications", list(&["All", "None", "Office365", "AllAgentIdResources"])),
        ("excludeApplications", list(&["Office365"])),
        ("includeUserActions", words(&["urn:user:registerdevice", "urn:user:RegisterSecurityInfo"])),
        ("includeAuthenticationContextClassReferences", words(&["c1", "C2"])),
        ("applicationFilter", filter()),
        ("globalSecureAccess", traffic()),
        ("networkAccess", traffic()),
    ]);
    let platforms = || words(&["all", "iOS", "android", "toaster"]);
    let places = || list(&["All", "AllTrusted"]);
    let workloads = object(vec![
        ("includeServicePrincipals", list(&["ServicePrincipalsInMyTenant", "None"])),
        ("excludeServicePrincipals", ids_only()),
        ("includeAgentIdServicePrincipals", list(&["All"])),
        ("servicePrincipalFilter", filter()),
    ]);
    let devices = object(vec![
        ("deviceFilter", filter()),
        ("includeDevices", words(&["All", "x"])),
        ("excludeDeviceStates", words(&["Compliant", "DomainJoined"])),
    ]);
    object(vec![
        ("users", users),
        ("applications", applications),
        (
            "clientAppTypes",
            words(&["all", "browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "other"]),
        ),
        ("platforms", object(vec![("includePlatforms", platforms()), ("excludePlatforms", platforms())])),
        ("locations", object(vec![("includeLocations", places()), ("excludeLocations", places())])),
        ("userRiskLevels", words(RISKS)),
        ("signInRiskLevels", words(RISKS)),
        ("insiderRiskLevels", flags(&["minor", "moderate", "elevated"])),
        ("agentIdRiskLevels", flags(&["medium", "high"])),
        ("clientApplications", workloads),
        ("devices", devices),
        (
            "deviceStates",
            object(vec![("includeStates", words(&["All"])), ("excludeStates", words(&["Compliant"]))]),
        ),
        ("authenticationFlows", object(vec![("transferMethods", flags(&["none", "deviceCodeFlow"]))])),
        ("agents", object(vec![("includeAgentUsers", list(&["All"])), ("excludeAgentUsers", ids_only())])),
        ("times", one(&["x", "y"])),
        ("novelty", object(vec![("deep", one(&["x", "y"]))])),
    ])
}

fn controls() -> (BoxedStrategy<Value>, BoxedStrategy<Value>) {
    let strength = object(vec![
        (
            "id",
            prop_oneof![ids(), Just("00000000-0000-0000-0000-000000000004".to_owned())]
                .prop_map(Value::from)
                .boxed(),
        ),
        ("displayName", one(&["Keys", "Other"])),
        ("allowedCombinations", words(&["fido2", "password,sms"])),
    ]);
    let grant = object(vec![
        ("operator", one(&["AND", "or", "xor"])),
        ("builtInControls", words(&["mfa", "block", "compliantDevice", "approvedApplication", "unheardOf"])),
        ("termsOfUse", ids_only()),
        ("customAuthenticationFactors", ids_only()),
        ("authenticationStrength", strength),
    ]);
    let on = || any::<bool>().prop_map(Value::from).boxed();
    let frequency = object(vec![
        ("isEnabled", on()),
        ("value", (1..40_i64).prop_map(Value::from).boxed()),
        ("type", one(&["days", "hours", "moons"])),
        ("frequencyInterval", one(&["timeBased", "everyTime", "rarely"])),
        ("authenticationType", one(&["primaryAndSecondaryAuthentication", "secondaryAuthentication"])),
    ]);
    let session = object(vec![
        ("signInFrequency", frequency),
        ("persistentBrowser", object(vec![("isEnabled", on()), ("mode", one(&["always", "never"]))])),
        (
            "cloudAppSecurity",
            object(vec![("isEnabled", on()), ("cloudAppSecurityType", one(&["monitorOnly"]))]),
        ),
        ("applicationEnforcedRestrictions", object(vec![("isEnabled", on())])),
        ("secureSignInSession", object(vec![("isEnabled", on())])),
        ("disableResilienceDefaults", on()),
        ("continuousAccessEvaluation", object(vec![("mode", one(&["disabled", "strictLocation"]))])),
        ("globalSecureAccessFilteringProfile", object(vec![("isEnabled", on()), ("profileId", one(&["p"]))])),
        ("networkAccessSecurity", object(vec![("isEnabled", on()), ("policyId", one(&["p"]))])),
    ]);
    (grant, session)
}

/// A policy in its Graph form, with every way of writing it.
pub(crate) fn any_policy() -> BoxedStrategy<Value> {
    let (grant, session) = controls();
    object(vec![
        ("displayName", one(&["a", "b"])),
        ("state", one(&["enabled", "disabled", "enabledForReportingButNotEnforced", "paused"])),
        ("conditions", conditions()),
        ("grantControls", grant),
        ("sessionControls", session),
        ("novelty", one(&["x"])),
    ])
}
