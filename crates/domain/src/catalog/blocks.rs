//! What should be shut: legacy clients, flows that phishing uses, unknown platforms; and no sign-in without any control.

use super::{
    check::{Check, Level, check},
    goal::*,
};
use crate::{
    licence::Licence::EntraIdP1,
    severity::Severity::{Critical, High, Medium},
};
use serde_json::json;

/// What no legacy client can do: the protocols carry a name and a password and nothing else, so asking for any of these
/// blocks them (Microsoft's page on the conditions of Conditional Access, "Client apps").
const BEYOND_LEGACY: &[&str] = &["mfa", "compliantDevice", "domainJoinedDevice", "compliantApplication"];

/// Every control that asks something of a person or a device before access is granted.
const ANY_CONTROL: &[&str] = &[
    "mfa",
    "compliantDevice",
    "domainJoinedDevice",
    "approvedApplication",
    "compliantApplication",
    "passwordChange",
    "riskRemediation",
];

fn legacy(id: &'static str, title: &'static str, client: &'static str) -> Check {
    check(id, "LEGACY", title)
        .why("These protocols can't do multifactor authentication, so a guessed password is enough; most password spraying comes this way.")
        // The graders disagree on the impact (CIPP low, Zero Trust Assessment high); who still has such clients notices.
        .weight(Critical, Level::High, Level::Low)
        .licence(EntraIdP1)
        .cisa("MS.AAD.1.1v1")
        .cis("5.2.2.3")
        .template("Block legacy authentication")
        .zero_trust("21796")
        .covered([goal(
            everyone(),
            all_apps(),
            json!({"clientAppTypes": [client]}),
            one_of(BEYOND_LEGACY),
        )])
}

pub(super) fn checks() -> Vec<Check> {
    vec![
        legacy("legacy-authentication", "Legacy authentication is blocked", "other")
            .asks("Clients with legacy authentication (IMAP, POP, SMTP, old Office) get in nowhere, for every user and app. A policy that asks them for multifactor authentication or a managed device blocks them as well, because they can show neither.")
            .maester("MT.1009")
            .policy([
                "Find who still uses it: in the sign-in logs, filter Client app by the legacy authentication clients.",
                "Under Users, include All users; under Target resources, All resources.",
                "Under Conditions > Client apps, select Other clients.",
                "Under Grant, select Block access.",
            ]),
        legacy("exchange-activesync", "Exchange ActiveSync is blocked", "exchangeActiveSync")
            .asks("Exchange ActiveSync clients get in nowhere, for every user and app, or are asked for what they can't show.")
            .maester("MT.1010")
            .policy([
                "Find who still uses it: in the sign-in logs, filter Client app by Exchange ActiveSync.",
                "Under Users, include All users; under Target resources, All resources.",
                "Under Conditions > Client apps, select Exchange ActiveSync clients.",
                "Under Grant, select Block access.",
            ]),
        check("device-code-flow", "DEVICE-CODE", "Device code flow is blocked")
            .asks("No user can sign in by device code flow.")
            .why("An attacker starts the flow and talks a user into entering the code; the user's session is then the attacker's.")
            .weight(High, Level::Low, Level::Low)
            .licence(EntraIdP1)
            .cisa("MS.AAD.3.9v1")
            .cis("5.2.2.12")
            .maester("MT.1052")
            .zero_trust("21808")
            .policy([
                "Find who uses it: in the sign-in logs, filter Authentication protocol by Device code. Meeting room devices often do.",
                "Under Users, include All users; under Target resources, All resources.",
                "Under Conditions > Authentication flows, select Device code flow.",
                "Under Grant, select Block access.",
            ])
            .covered([flow("deviceCodeFlow")]),
        check("authentication-transfer", "AUTH-TRANSFER", "Authentication transfer is blocked")
            .asks("No user can carry a signed-in state from one device to another.")
            .why("A session can be moved to a device that nobody manages by scanning a code.")
            .weight(Medium, Level::Low, Level::Low)
            .licence(EntraIdP1)
            .cis("5.2.2.17")
            .zero_trust("21828")
            .policy([
                "Under Users, include All users; under Target resources, All resources.",
                "Under Conditions > Authentication flows, select Authentication transfer.",
                "Under Grant, select Block access.",
            ])
            .covered([flow("authenticationTransfer")]),
        check("unknown-platforms", "PLATFORM", "Unknown device platforms are blocked")
            .asks("A sign-in from a platform that Entra does not know is blocked. The platform is what the client says of itself, so this stops what is odd, not who lies.")
            .why("Policies for named platforms do not reach a client that says it is something else.")
            .weight(Medium, Level::Low, Level::Low)
            .licence(EntraIdP1)
            .template("Block access for unknown or unsupported device platform")
            .maester("MT.1015")
            .policy([
                "Under Users, include All users; under Target resources, All resources.",
                "Under Conditions > Device platforms, include Any device and exclude Android, iOS, Windows, macOS and Linux.",
                "Under Grant, select Block access.",
            ])
            .covered([goal(
                everyone(),
                all_apps(),
                json!({"platforms": {
                    "includePlatforms": ["all"],
                    "excludePlatforms": ["android", "iOS", "windows", "windowsPhone", "macOS", "linux"],
                }}),
                blocked(),
            )]),
        check("some-control-everywhere", "ALL-APPS", "No app without any control")
            .asks("For every user and every app, also one that is added tomorrow, at least one control is required or access is blocked.")
            .why("Policies that name single apps leave out the next one, and attackers look for the app that was forgotten.")
            .weight(High, Level::Medium, Level::Medium)
            .licence(EntraIdP1)
            .maester("MT.1003")
            .maester("MT.1004")
            .policy([
                "Under Users, include All users.",
                "Under Target resources, include All resources and exclude nothing.",
                "Under Grant, require multifactor authentication or a managed device.",
            ])
            .covered([goal(everyone(), all_apps(), always(), one_of(ANY_CONTROL))]),
    ]
}

fn flow(method: &str) -> crate::policy::Policy {
    goal(everyone(), all_apps(), json!({"authenticationFlows": {"transferMethods": method}}), blocked())
}
