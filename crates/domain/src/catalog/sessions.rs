//! How long a session lives and what it is bound to.

use super::{
    check::{Check, Level, RoleSet, check},
    goal::*,
};
use crate::{
    licence::Licence::EntraIdP1,
    policy::Policy,
    severity::Severity::{Low, Medium},
};
use serde_json::{Value, json};

/// Hours. CIPP's reading of CIS 7.0.0, 5.2.2.13: seven days at most.
const A_WEEK: u32 = 168;
/// Hours, for administrators, guests and unmanaged devices.
const A_DAY: u32 = 24;
/// Hours. Zero Trust Assessment 21825 asks for four where P2 is licensed, for twenty-four where it is not.
const HALF_A_WORKING_DAY: u32 = 4;

const LONG_SESSION: &str =
    "A session token that was stolen works until the session ends; a short one ends soon.";

const TEAMS: &str = "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe";

pub(super) fn checks() -> Vec<Check> {
    let mut checks = admin_checks();
    checks.extend(everyone_checks());
    checks.extend(binding_checks());
    checks
}

fn for_admins(id: &'static str, title: &'static str, controls: Value) -> Check {
    check(id, "SESSION-ADMIN", title)
        .why(LONG_SESSION)
        .weight(Medium, Level::Medium, Level::Low)
        .licence(EntraIdP1)
        .role_set(RoleSet::Template)
        .covered([goal(roles(&RoleSet::Template.roles()), all_apps(), always(), controls)])
}

fn admin_checks() -> Vec<Check> {
    const ROLES: &str = "Under Users, include Directory roles and select the roles that this check names; under Target resources, All resources.";
    vec![
        for_admins("session-admins-daily", "Administrators sign in every day (Microsoft's template)", every_hours(A_DAY))
            .asks("Holders of the fourteen roles of Microsoft's template sign in again after 24 hours at most.")
            .cis("5.2.2.4")
            .zero_trust("21825")
            .policy([ROLES, "Under Session, set Sign-in frequency to 24 hours or less."]),
        for_admins(
            "session-admins-four-hours",
            "Administrators sign in every four hours (Microsoft's template)",
            every_hours(HALF_A_WORKING_DAY),
        )
        .asks("Holders of the fourteen roles of Microsoft's template sign in again after four hours at most.")
        .weight(Low, Level::Medium, Level::Low)
        .zero_trust("21825")
        .policy([ROLES, "Under Session, set Sign-in frequency to 4 hours or less."]),
        for_admins(
            "session-admins-browser",
            "No persistent browser session for administrators (Microsoft's template)",
            no_persistent_browser(),
        )
        .asks("The sign-in of holders of the fourteen roles of Microsoft's template ends when the browser closes.")
        .cis("5.2.2.4")
        .policy([ROLES, "Under Session, set Persistent browser session to Never persistent."]),
    ]
}

fn everyone_checks() -> Vec<Check> {
    let periodic = |id, title| {
        check(id, "SESSION-ALL", title)
            .why(LONG_SESSION)
            .weight(Medium, Level::Low, Level::Low)
            .licence(EntraIdP1)
    };
    vec![
        periodic("session-all-weekly", "Everyone signs in every week")
            .asks("Every user signs in again after seven days at most, for every app.")
            .cis("5.2.2.13")
            .policy([
                "Under Users, include All users; under Target resources, All resources.",
                "Under Session, set Sign-in frequency to 7 days or less.",
            ])
            .covered([goal(everyone(), all_apps(), always(), every_hours(A_WEEK))]),
        periodic("session-guests-daily", "Guests sign in every day")
            .asks("Guests and other external users sign in again after 24 hours at most, for every app.")
            .zero_trust("21824")
            .policy([
                "Under Users, include Guest or external users; under Target resources, All resources.",
                "Under Session, set Sign-in frequency to 24 hours or less.",
            ])
            .covered([goal(guests(GUESTS), all_apps(), always(), every_hours(A_DAY))]),
        periodic("session-unmanaged-daily", "Short sessions on unmanaged devices")
            .asks("On a device that is neither compliant nor hybrid joined, every user signs in again after 24 hours at most, or gets no access.")
            .maester("MT.1018")
            .template("No persistent browser session")
            .policy([
                "Under Users, include All users; under Target resources, All resources.",
                "Under Conditions > Filter for devices, exclude devices that are compliant or hybrid joined.",
                "Under Session, set Sign-in frequency to 24 hours or less.",
            ])
            .covered_either(on_unmanaged(every_hours(A_DAY))),
        periodic("session-unmanaged-browser", "No persistent browser session on unmanaged devices")
            .asks("On a device that is neither compliant nor hybrid joined, the sign-in ends when the browser closes, or there is no access.")
            .maester("MT.1017")
            .template("No persistent browser session")
            .policy([
                "Under Users, include All users; under Target resources, All resources.",
                "Under Conditions > Filter for devices, exclude devices that are compliant or hybrid joined.",
                "Under Session, set Persistent browser session to Never persistent.",
            ])
            .covered_either(on_unmanaged(no_persistent_browser())),
    ]
}

/// Where a managed device is required there is no session on an unmanaged one.
fn on_unmanaged(controls: Value) -> Vec<Vec<Policy>> {
    vec![
        vec![goal(everyone(), all_apps(), unmanaged(), controls)],
        vec![goal(everyone(), all_apps(), unmanaged(), one_of(MANAGED))],
    ]
}

fn binding_checks() -> Vec<Check> {
    vec![
        check("token-protection-windows", "TOKEN-PROT", "Tokens are bound to the device on Windows")
            .asks("On Windows, apps reach Exchange Online, SharePoint Online and Teams only with a sign-in token that is bound to the device; external users aside. Browsers can't do it.")
            .why("A token that was copied off a computer is worth nothing elsewhere.")
            .weight(Medium, Level::Low, Level::Medium)
            .licence(EntraIdP1)
            .cis("5.2.2.16")
            .zero_trust("21786")
            .zero_trust("21941")
            .policy([
                "Under Users, start with a pilot group; under Target resources, select Office 365 Exchange Online, Office 365 SharePoint Online and Microsoft Teams Services.",
                "Under Conditions > Device platforms, include Windows; under Client apps, select only Mobile apps and desktop clients.",
                "Under Session, select Require token protection for sign-in sessions.",
            ])
            .covered([goal(
                own_people(),
                apps(&[EXCHANGE, SHAREPOINT, TEAMS]),
                json!({
                    "platforms": {"includePlatforms": ["windows"]},
                    "clientAppTypes": ["mobileAppsAndDesktopClients"],
                }),
                session(json!({"secureSignInSession": {"isEnabled": true}})),
            )]),
        check("strict-location", "CAE", "Locations are enforced strictly during the session")
            .asks("For every user and app, continuous access evaluation enforces locations strictly, so that a token stops at once outside of the locations that policies allow.")
            .why("A token that was stolen inside the network works elsewhere until it expires.")
            .weight(Low, Level::Medium, Level::Medium)
            .licence(EntraIdP1)
            .policy([
                "First make sure that every address your users come from, as Exchange and SharePoint see it, is in a named location.",
                "Under Users, include All users; under Target resources, All resources; under Network, the locations that are blocked.",
                "Under Session, set Customize continuous access evaluation to Strictly enforce location policies.",
            ])
            .covered([goal(
                own_people(),
                all_apps(),
                always(),
                session(json!({"continuousAccessEvaluation": {"mode": "strictLocation"}})),
            )]),
    ]
}
