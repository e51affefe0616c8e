//! Multifactor authentication: for everyone, for administrators, for guests, for administration.

use super::{
    check::{Check, Level, RoleSet, check},
    goal::*,
};
use crate::{
    licence::Licence::EntraIdP1,
    severity::Severity::{Critical, High, Low, Medium},
    wellknown::AZURE_MANAGEMENT_APP_ID,
};
use serde_json::Value;

const MFA: &[&str] = &["mfa"];

const PHISHING: &str = "Codes and push prompts can be relayed by a phishing site in between; a passkey, Windows Hello \
for Business or a certificate can't.";
const STOLEN: &str = "A password that was guessed, leaked or phished is not enough to get in.";
const ADMINS_STOLEN: &str = "One administrator's password would otherwise be enough to take over the tenant.";

pub(super) fn checks() -> Vec<Check> {
    let mut checks = everyone_checks();
    checks.extend(admin_checks());
    checks.extend(target_checks());
    checks
}

fn everyone_checks() -> Vec<Check> {
    vec![
        check("mfa-all-users", "MFA-ALL", "Multifactor authentication for all users")
            .asks("Every user, guests too, needs multifactor authentication for every app, from everywhere and with every client; accounts of directory synchronisation aside.")
            .why(STOLEN)
            .weight(Critical, Level::Medium, Level::Medium)
            .licence(EntraIdP1)
            .cisa("MS.AAD.3.2v2")
            .cis("5.2.2.2")
            .template("Require multifactor authentication for all users")
            .maester("MT.1007")
            .zero_trust("21784")
            .policy([
                "Under Users, include All users.",
                "Under Target resources, include All resources, with no exclusions.",
                "Under Grant, select Require authentication strength: Multifactor authentication.",
            ])
            .covered([goal(everyone(), all_apps(), always(), one_of(MFA))]),
        check("mfa-all-users-phishing-resistant", "MFA-ALL-PR", "Phishing-resistant authentication for all users")
            .asks("Every user needs a phishing-resistant method for every app.")
            .why(PHISHING)
            .weight(Medium, Level::Medium, Level::High)
            .licence(EntraIdP1)
            .cisa("MS.AAD.3.1v1")
            .maester("CISA.3.1")
            .zero_trust("21784")
            .policy([
                "First let users register a passkey, Windows Hello for Business or a certificate; a temporary access pass helps them to.",
                "Under Users, include All users; under Target resources, All resources.",
                "Under Grant, select Require authentication strength: Phishing-resistant MFA.",
            ])
            .covered([goal(everyone(), all_apps(), always(), phishing_resistant())]),
    ]
}

fn admin_check(id: &'static str, title: &'static str, asks: &'static str, set: RoleSet) -> Check {
    check(id, "MFA-ADMIN", title)
        .asks(asks)
        .why(ADMINS_STOLEN)
        .weight(Critical, Level::Low, Level::Low)
        .licence(EntraIdP1)
        .role_set(set)
        .policy([
            "Under Users, include Directory roles and select the roles that this check names.",
            "Under Target resources, include All resources.",
            "Under Grant, select Require authentication strength: Multifactor authentication, or a stricter one.",
        ])
        .covered([admin_goal(set, one_of(MFA))])
}

fn admin_strong_check(id: &'static str, title: &'static str, asks: &'static str, set: RoleSet) -> Check {
    check(id, "MFA-ADMIN-PR", title)
        .asks(asks)
        .why(PHISHING)
        .weight(High, Level::Medium, Level::High)
        .licence(EntraIdP1)
        .role_set(set)
        .policy([
            "First let every administrator register a passkey, Windows Hello for Business or a certificate.",
            "Under Users, include Directory roles and select the roles that this check names.",
            "Under Target resources, include All resources.",
            "Under Grant, select Require authentication strength: Phishing-resistant MFA.",
        ])
        .covered([admin_goal(set, phishing_resistant())])
}

fn admin_goal(set: RoleSet, controls: Value) -> crate::policy::Policy {
    goal(roles(&set.roles()), all_apps(), always(), controls)
}

fn admin_checks() -> Vec<Check> {
    vec![
        admin_check(
            "mfa-admins-cisa",
            "Multifactor authentication for highly privileged roles (CISA)",
            "Holders of the eight roles that CISA calls highly privileged need multifactor authentication for every app.",
            RoleSet::Cisa,
        ),
        admin_check(
            "mfa-admins-template",
            "Multifactor authentication for administrators (Microsoft's template)",
            "Holders of the fourteen roles of Microsoft's template need multifactor authentication for every app.",
            RoleSet::Template,
        )
        .cis("5.2.2.1")
        .template("Require multifactor authentication for admins")
        .maester("MT.1006"),
        admin_strong_check(
            "mfa-admins-phishing-resistant-cisa",
            "Phishing-resistant authentication for highly privileged roles (CISA)",
            "Holders of the eight roles that CISA calls highly privileged need a phishing-resistant method for every app.",
            RoleSet::Cisa,
        )
        .cisa("MS.AAD.3.6v1")
        .maester("CISA.3.6"),
        admin_strong_check(
            "mfa-admins-phishing-resistant-template",
            "Phishing-resistant authentication for administrators (Microsoft's template)",
            "Holders of the fourteen roles of Microsoft's template need a phishing-resistant method for every app.",
            RoleSet::Template,
        )
        .cis("5.2.2.5")
        .template("Require phishing-resistant multifactor authentication for administrators"),
        admin_strong_check(
            "mfa-admins-phishing-resistant-privileged",
            "Phishing-resistant authentication for every privileged role (Microsoft's label)",
            "Holders of any built-in role that Microsoft labels as privileged need a phishing-resistant method for every app.",
            RoleSet::Privileged,
        )
        .zero_trust("21783"),
    ]
}

fn target_checks() -> Vec<Check> {
    let one_app =
        |id, family, title| check(id, family, title).weight(High, Level::Low, Level::Low).licence(EntraIdP1);
    vec![
        one_app("mfa-azure-management", "MFA-AZURE", "Multifactor authentication for Azure management")
            .asks("Every user needs multifactor authentication for the Azure portal, Azure CLI, Azure PowerShell and the interface behind them.")
            .why("Who manages Azure can start, read and delete everything in it.")
            .template("Require multifactor authentication for Azure management")
            .maester("MT.1008")
            .policy([
                "Under Users, include All users.",
                "Under Target resources, select Windows Azure Service Management API.",
                "Under Grant, select Require authentication strength: Multifactor authentication.",
            ])
            .covered([goal(everyone(), apps(&[AZURE_MANAGEMENT_APP_ID]), always(), one_of(MFA))]),
        one_app("mfa-admin-portals", "MFA-PORTALS", "Multifactor authentication for Microsoft admin portals")
            .asks("Every user needs multifactor authentication for the admin centers of Microsoft 365. Microsoft's template names administrators only; who holds no role can open them too.")
            .why("The portals show users, devices and settings to whoever signs in. This covers the portals, not the interfaces behind them.")
            .template("Require multifactor authentication for Microsoft admin portals")
            .policy([
                "Under Users, include All users.",
                "Under Target resources, select Microsoft Admin Portals.",
                "Under Grant, select Require authentication strength: Multifactor authentication.",
            ])
            .covered([goal(everyone(), apps(&["MicrosoftAdminPortals"]), always(), one_of(MFA))]),
        one_app("mfa-azure-devops", "DEVOPS", "Multifactor authentication for Azure DevOps")
            .asks("Every user needs multifactor authentication for Azure DevOps, which is an app of its own beside Azure management.")
            .why("Source code, pipelines and their secrets are behind it, and a policy for Azure management does not name it.")
            .weight(Low, Level::Low, Level::Low)
            .maester("MT.1071")
            .policy([
                "Under Users, include All users.",
                "Under Target resources, select Azure DevOps beside Windows Azure Service Management API.",
                "Under Grant, select Require authentication strength: Multifactor authentication.",
            ])
            .covered([goal(everyone(), apps(&[AZURE_DEVOPS]), always(), one_of(MFA))]),
        one_app("mfa-guests", "MFA-GUEST", "Multifactor authentication for guests")
            .asks("Guests and other external users need multifactor authentication for every app.")
            .why("Nobody here looks after their passwords.")
            .template("Require multifactor authentication for guest access")
            .maester("MT.1016")
            .policy([
                "Under Users, include Guest or external users and select every kind but service provider users.",
                "Under Target resources, include All resources.",
                "Under Grant, select Require authentication strength: Multifactor authentication.",
                "If partners have multifactor authentication of their own, trust it under External Identities > Cross-tenant access settings.",
            ])
            .covered([goal(guests(GUESTS), all_apps(), always(), one_of(MFA))]),
        one_app("mfa-service-providers", "MFA-GUEST", "Multifactor authentication for partners' technicians")
            .asks("Service provider users, who administer this tenant for a partner, need multifactor authentication for every app.")
            .why("They hold roles in many tenants at once; one of their passwords would open all of them.")
            .template("Require multifactor authentication for guest access")
            .policy([
                "Under Users, include Guest or external users and select Service provider users.",
                "Under Target resources, include All resources.",
                "Under Grant, select Require multifactor authentication. Do not block them: that locks the partner out.",
            ])
            .covered([goal(guests(SERVICE_PROVIDERS), all_apps(), always(), one_of(MFA))]),
    ]
}
