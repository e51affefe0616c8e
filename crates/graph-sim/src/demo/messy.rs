//! The messy one: ten years of good intentions.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::build::*;
use super::skus::{Sku, buy};
use crate::tenant::Tenant;

const PERMISSIONS: &[&str] = &[
    "Policy.Read.All",
    "Directory.Read.All",
    "AuditLog.Read.All",
    // Granted and not needed: whoever set the app up ticked what sounded right.
    "Policy.ReadWrite.ConditionalAccess",
    "Mail.Read",
];

pub(super) fn tenant(now: DateTime<Utc>) -> Tenant {
    let mut b = Builder::new(Tenant::new(
        "messy",
        "Brightwater Dental Group",
        "brightwater-dental.example",
        PERMISSIONS,
        now,
    ));
    buy(&mut b.tenant, Sku::BusinessPremium, 120, 117, "Enabled");
    buy(&mut b.tenant, Sku::E5Security, 5, 5, "Enabled");
    buy(&mut b.tenant, Sku::EntraP2, 10, 3, "Warning");
    buy(&mut b.tenant, Sku::EmsE3, 25, 0, "Suspended");
    buy(&mut b.tenant, Sku::BusinessStandard, 30, 22, "Enabled");

    let people = b.people(132);
    let owner = b.user("Dr. Marit Vos", "marit.vos");
    let scanner = b.user("Scanner Reception", "scanner");
    let old_admin = b.user("Old IT Supplier", "it-supplier");
    b.guest("Lab Partner", "lab@prosthetics.example");
    b.role(GLOBAL_ADMIN, &owner);
    b.role(GLOBAL_ADMIN, &old_admin);
    b.role(GLOBAL_ADMIN, &people[0]);
    b.role(HELPDESK_ADMIN, &people[1]);
    b.role_in(
        USER_ADMIN,
        &people[2],
        &format!("/administrativeUnits/{}", crate::ids::id_of(&["unit", "north"])),
    );
    b.first_party();
    let planner = b.app("Chair Planner");
    let imaging = b.app("DentaView Imaging");

    let exceptions = b.group("MFA exceptions", &people[10..58]);
    let service = b.group("Service accounts", std::slice::from_ref(&scanner));
    let locations = b.group("Clinics North", &people[60..80]);
    let nested = b.group("All clinics", &[locations.clone(), people[81].clone()]);
    let empty = b.group("CA pilot 2021", &[]);
    let staff = b.group("Reception", &people[20..40]);
    let gone_group = b.tenant.id_for("deleted group", "CA exclusions (old)");
    let gone_user = b.tenant.id_for("deleted user", "former practice manager");
    let gone_location = b.tenant.id_for("deleted location", "Old office");
    let clinic = b.ip_location("Clinics", true, &["203.0.113.16/28", "12.34.221.11/22"]);
    b.ip_location("Clinics", false, &["198.51.100.200/32"]);
    let blocked = b.countries("Blocked countries", &["RU", "KP", "CN", "IR"]);
    b.location(
        "All Compliant Network locations",
        json!({
            "@odata.type": "#microsoft.graph.compliantNetworkNamedLocation",
            "compliantNetworkType": "allTenantCompliantNetworks",
            "isTrusted": false,
        }),
    );
    let strong = b.strength(
        "Clinic strong sign-in",
        &["fido2", "windowsHelloForBusiness", "password,softwareOath", "qrCodePin"],
    );

    let exempt = exceptions.as_str();
    b.policy(
        policy("MFA all users", ENABLED)
            .users(&["All"])
            .not_groups(&[exempt, &service, &gone_group])
            .apps(&["All"])
            .grant("OR", &["mfa"]),
    );
    b.policy(policy("MFA all users", DISABLED).users(&["All"]).apps(&["All"]).grant("OR", &["mfa"]));
    b.policy(
        policy("MFA all users NEW - do not touch", REPORT_ONLY)
            .users(&["All"])
            .not_users(&[&owner, &gone_user])
            .apps(&["All"])
            .grant("OR", &["mfa"]),
    );
    b.policy(
        policy("Block legacy auth", REPORT_ONLY)
            .users(&["All"])
            .not_groups(&[&service])
            .apps(&["All"])
            .clients(&["exchangeActiveSync", "other"])
            .grant("OR", &["block"]),
    );
    b.policy(
        policy("Block legacy auth - exchange only", ENABLED)
            .users(&["All"])
            .not_users(&[&scanner])
            .apps(&[EXCHANGE])
            .clients(&["other"])
            .grant("OR", &["block"]),
    );
    b.policy(
        policy("Admins MFA", ENABLED)
            .roles(&[GLOBAL_ADMIN])
            .not_users(&[&old_admin])
            .apps(&["All"])
            .grant("OR", &["mfa"]),
    );
    b.policy(
        policy("Admins MFA (2)", ENABLED)
            .roles(&[GLOBAL_ADMIN, EXCHANGE_ADMIN])
            .apps(&["All"])
            .grant("OR", &["mfa"]),
    );
    b.policy(
        policy("Compliant device or MFA", ENABLED)
            .users(&["All"])
            .not_groups(&[exempt])
            .apps(&["Office365"])
            .grant("OR", &["mfa", "compliantDevice", "domainJoinedDevice"]),
    );
    b.policy(
        policy("Phones: approved apps", ENABLED)
            .users(&["All"])
            .apps(&["Office365"])
            .platforms(&["android", "iOS"], &[])
            .grant("OR", &["approvedApplication"]),
    );
    b.policy(
        policy("Imaging from clinics only", ENABLED)
            .groups(&[&nested])
            .apps(&[&imaging])
            .locations(&["All"], &[&clinic])
            .grant("OR", &["block"]),
    );
    b.policy(
        policy("Chair Planner without MFA in clinics", ENABLED)
            .groups(&[&staff])
            .apps(&[&planner])
            .locations(&["All"], &[&clinic, &gone_location])
            .grant("OR", &["mfa"]),
    );
    b.policy(
        policy("Pilot", ENABLED).groups(&[&empty]).apps(&["All"]).grant("AND", &["mfa", "compliantDevice"]),
    );
    b.policy(
        policy("Pilot - copy", DISABLED)
            .groups(&[&gone_group])
            .apps(&["All"])
            .grant("AND", &["mfa", "compliantDevice"]),
    );
    b.policy(
        policy("Guests", ENABLED).users(&["GuestsOrExternalUsers"]).apps(&["All"]).grant("OR", &["mfa"]),
    );
    b.policy(
        policy("Guests - block admin portals", REPORT_ONLY)
            .guests()
            .apps(&["MicrosoftAdminPortals"])
            .grant("OR", &["block"]),
    );
    b.policy(
        policy("Block countries", ENABLED)
            .users(&["All"])
            .not_users(&[&owner])
            .apps(&["All"])
            .locations(&[&blocked], &[])
            .grant("OR", &["block"]),
    );
    b.policy(
        policy("Block countries for SharePoint", DISABLED)
            .users(&["All"])
            .apps(&[SHAREPOINT])
            .locations(&[&blocked], &[])
            .grant("OR", &["block"]),
    );
    b.policy(policy("Reception: sign in daily", ENABLED).groups(&[&staff]).apps(&["Office365"]).every(24));
    let unmanaged = json!({
        "mode": "exclude",
        "rule": "device.isCompliant -eq True -or device.trustType -eq \"ServerAD\"",
    });
    b.policy(
        policy("Web access limited on home computers", REPORT_ONLY)
            .users(&["All"])
            .apps(&[EXCHANGE, SHAREPOINT])
            .clients(&["browser"])
            .set("conditions/devices/deviceFilter", unmanaged)
            .set("sessionControls/applicationEnforcedRestrictions", json!({ "isEnabled": true })),
    );
    b.policy(
        policy("Session control off again", ENABLED)
            .users(&["All"])
            .apps(&["Office365"])
            .set("sessionControls/persistentBrowser", json!({ "isEnabled": false, "mode": null }))
            .grant("OR", &["mfa"])
            .not_groups(&[exempt]),
    );
    b.policy(
        policy("High risk users", REPORT_ONLY)
            .users(&["All"])
            .apps(&["All"])
            .user_risk(&["high"])
            .grant("OR", &["block"]),
    );
    b.policy(
        policy("Risk remediation (preview)", REPORT_ONLY)
            .users(&["All"])
            .apps(&["All"])
            .user_risk(&["high"])
            .grant("AND", &["riskRemediation"])
            .every(0),
    );
    b.policy(policy("Strong sign-in for owners", ENABLED).users(&[&owner]).apps(&["All"]).strength(&strong));
    b.policy(
        policy("Register devices with MFA", ENABLED)
            .users(&["All"])
            .not_groups(&[exempt])
            .action("urn:user:registerdevice")
            .grant("OR", &["mfa"]),
    );
    b.policy(
        policy("Linux not supported", ENABLED)
            .users(&["All"])
            .apps(&["Office365"])
            .platforms(&["linux"], &[])
            .grant("OR", &["block"]),
    );
    b.policy(
        policy("Strict location for clinics", ENABLED)
            .groups(&[&nested])
            .apps(&["Office365"])
            .locations(&["All"], &["AllTrusted"])
            .set("sessionControls/continuousAccessEvaluation", json!({ "mode": "strictLocation" }))
            .grant("OR", &["block"]),
    );
    b.policy(
        policy("Risky agents", REPORT_ONLY)
            .set("conditions/clientApplications", json!({ "includeAgentIdServicePrincipals": ["All"] }))
            .set("conditions/agentIdRiskLevels", "medium,high")
            .apps(&["All"])
            .grant("OR", &["block"]),
    );
    b.policy(
        policy("Terms of use", DISABLED)
            .users(&["All"])
            .apps(&["Office365"])
            .set("grantControls/operator", "OR")
            .set("grantControls/termsOfUse", json!([b.tenant.id_for("agreement", "House rules")])),
    );
    b.policy(
        policy("Device code flow", DISABLED)
            .users(&["All"])
            .apps(&["All"])
            .set("conditions/authenticationFlows", json!({ "transferMethods": "deviceCodeFlow" }))
            .grant("OR", &["block"]),
    );
    b.managed(
        policy(
            "Microsoft-managed: Multifactor authentication for admins accessing Microsoft Admin Portals",
            REPORT_ONLY,
        )
        .roles(&[GLOBAL_ADMIN, SECURITY_ADMIN, EXCHANGE_ADMIN, SHAREPOINT_ADMIN, USER_ADMIN])
        .apps(&["MicrosoftAdminPortals"])
        .grant("OR", &["mfa"])
        .set("templateId", "c503282a-7a1b-4f5c-8e2d-52a1c1d1f9b6"),
    );
    b.managed(
        policy("Microsoft-managed: Block legacy authentication", REPORT_ONLY)
            .users(&["All"])
            .apps(&["All"])
            .clients(&["exchangeActiveSync", "other"])
            .grant("OR", &["block"]),
    );
    b.done(
        "thirty-one policies of ten years: duplicates, report-only, deleted groups, two that only beta shows",
    )
}
