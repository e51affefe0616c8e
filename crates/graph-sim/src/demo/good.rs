//! The good one: an accountancy that did its homework.

use chrono::{DateTime, Utc};

use super::build::*;
use super::skus::{Sku, buy};
use super::{PERMISSIONS, settings};
use crate::ids::id_of;
use crate::tenant::Tenant;

pub(super) fn tenant(now: DateTime<Utc>) -> Tenant {
    let mut b = Builder::new(Tenant::new(
        "good",
        "Alder & Finch Accountants",
        "alderfinch.example",
        PERMISSIONS,
        now,
    ));
    buy(&mut b.tenant, Sku::BusinessPremium, 45, 41, "Enabled");
    buy(&mut b.tenant, Sku::EntraP2, 45, 41, "Enabled");
    b.tenant.authentication_methods = settings::authentication_methods(false);
    b.tenant.cross_tenant_partners.push(settings::cross_tenant_partner(&id_of(&["msp tenant"]), true));

    let people = b.people(38);
    let glass = [b.user("Break Glass One", "breakglass1"), b.user("Break Glass Two", "breakglass2")];
    let sync = b.user("On-Premises Directory Synchronization Service Account", "sync_dc01");
    let guests =
        [b.guest("Priya Nair", "priya@auditors.example"), b.guest("Tom Reed", "tom@lawfirm.example")];
    let admins = [b.user("Admin Anna", "adm.anna"), b.user("Admin Goran", "adm.goran")];
    for user in &glass {
        b.role(GLOBAL_ADMIN, user);
    }
    b.role(SECURITY_ADMIN, &admins[0]);
    b.role(EXCHANGE_ADMIN, &admins[0]);
    b.role(USER_ADMIN, &admins[1]);
    b.role(DIRECTORY_SYNC, &sync);
    b.first_party();
    let ledger = b.app("Ledger Cloud");

    let emergency = b.group("CA-BreakGlass", &glass);
    let phones = b.group("CA-MobileUsers", &people[..20]);
    let partners = b.group("Partners", &people[..4]);
    let finance = b.group("Finance", &[people[4].clone(), people[5].clone(), partners]);
    b.group("All guests", &guests);
    let office = b.ip_location("Head office Utrecht", true, &["198.51.100.0/25", "2001:db8:42::/48"]);
    let countries = b.countries("Countries we work in", &["NL", "BE", "DE"]);
    b.context("c1", "Client tax records");

    let glass_group = emergency.as_str();
    let roles = [
        GLOBAL_ADMIN,
        SECURITY_ADMIN,
        EXCHANGE_ADMIN,
        SHAREPOINT_ADMIN,
        USER_ADMIN,
        HELPDESK_ADMIN,
        PRIVILEGED_ROLE_ADMIN,
        CONDITIONAL_ACCESS_ADMIN,
    ];
    let all = |name: &str| policy(name, ENABLED).users(&["All"]).not_groups(&[glass_group]);

    b.policy(
        all("CA001 - All users - Block legacy authentication")
            .apps(&["All"])
            .clients(&["exchangeActiveSync", "other"])
            .grant("OR", &["block"]),
    );
    b.policy(
        all("CA002 - All users - Require MFA")
            .not_roles(&[DIRECTORY_SYNC])
            .apps(&["All"])
            .grant("OR", &["mfa"]),
    );
    b.policy(
        policy("CA003 - Admins - Require phishing-resistant MFA", ENABLED)
            .roles(&roles)
            .not_groups(&[glass_group])
            .apps(&["All"])
            .strength(PHISHING_RESISTANT),
    );
    b.policy(
        policy("CA004 - Admins - Short sessions", ENABLED)
            .roles(&roles)
            .not_groups(&[glass_group])
            .apps(&["All"])
            .every(8)
            .no_persistence(),
    );
    b.policy(
        all("CA005 - All users - Admin portals and Azure need phishing-resistant MFA")
            .apps(&["MicrosoftAdminPortals", AZURE_MANAGEMENT])
            .strength(PHISHING_RESISTANT),
    );
    b.policy(
        all("CA006 - All users - High user risk changes the password")
            .apps(&["All"])
            .user_risk(&["high"])
            .grant("AND", &["mfa", "passwordChange"])
            .every(0),
    );
    b.policy(
        all("CA007 - All users - Risky sign-ins need MFA every time")
            .apps(&["All"])
            .sign_in_risk(&["high", "medium"])
            .grant("OR", &["mfa"])
            .every(0),
    );
    b.policy(
        all("CA008 - All users - Computers must be compliant")
            .apps(&["Office365", ledger.as_str()])
            .platforms(&["windows", "macOS"], &[])
            .clients(&["browser", "mobileAppsAndDesktopClients"])
            .grant("OR", &["compliantDevice", "domainJoinedDevice"]),
    );
    b.policy(
        policy("CA009 - Mobile users - Protected apps on phones", ENABLED)
            .groups(&[phones.as_str(), finance.as_str()])
            .not_groups(&[glass_group])
            .apps(&["Office365"])
            .platforms(&["android", "iOS"], &[])
            .grant("OR", &["compliantApplication", "compliantDevice"]),
    );
    b.policy(
        all("CA010 - All users - Block unknown platforms")
            .apps(&["All"])
            .platforms(&["all"], &["android", "iOS", "windows", "macOS", "linux"])
            .grant("OR", &["block"]),
    );
    b.policy(
        all("CA011 - All users - Block device code flow and authentication transfer")
            .apps(&["All"])
            .set(
                "conditions/authenticationFlows",
                serde_json::json!({ "transferMethods": "deviceCodeFlow,authenticationTransfer" }),
            )
            .grant("OR", &["block"]),
    );
    b.policy(
        all("CA012 - All users - Register security information from the office or with MFA")
            .action("urn:user:registersecurityinfo")
            .locations(&["All"], &["AllTrusted", &office])
            .grant("OR", &["mfa"]),
    );
    b.policy(
        policy("CA013 - Guests - Require MFA", ENABLED)
            .guests()
            .not_groups(&[glass_group])
            .apps(&["All"])
            .grant("OR", &["mfa"])
            .every(24),
    );
    b.policy(
        all("CA014 - All users - Block other countries")
            .not_groups(&[glass_group])
            .apps(&["All"])
            .locations(&["All"], &[countries.as_str()])
            .grant("OR", &["block"]),
    );
    b.done("fourteen solid policies with P2, emergency accounts excluded everywhere")
}
