//! The small ones: each a single situation.

use chrono::{DateTime, Duration, Utc};

use super::PERMISSIONS;
use super::build::*;
use super::skus::{Sku, buy};
use crate::tenant::Tenant;

pub(super) fn tenants(now: DateTime<Utc>) -> Vec<Tenant> {
    vec![
        no_licence(now),
        no_policies(now),
        security_defaults(now),
        expired_secret(now),
        no_consent(now),
        no_directory(now),
        no_policy_read(now),
        app_disabled(now),
        blocked(now),
        no_service_principal(now),
    ]
}

/// A plain company of a dozen people with six ordinary policies.
fn ordinary(tenant: Tenant) -> Builder {
    let mut b = Builder::new(tenant);
    buy(&mut b.tenant, Sku::BusinessPremium, 15, 12, "Enabled");
    let people = b.people(11);
    let glass = b.user("Emergency Access", "emergency");
    b.role(GLOBAL_ADMIN, &glass);
    b.role(GLOBAL_ADMIN, &people[0]);
    b.first_party();
    let excluded = b.group("Excluded from Conditional Access", &[glass]);
    let trusted = b.ip_location("Office", true, &["192.0.2.0/26"]);
    let out = excluded.as_str();
    let all = |name: &str| policy(name, ENABLED).users(&["All"]).not_groups(&[out]);
    b.policy(all("Require MFA for everyone").apps(&["All"]).grant("OR", &["mfa"]));
    b.policy(
        all("Block legacy authentication")
            .apps(&["All"])
            .clients(&["exchangeActiveSync", "other"])
            .grant("OR", &["block"]),
    );
    b.policy(
        policy("Require MFA for administrators", ENABLED)
            .roles(&[GLOBAL_ADMIN, SECURITY_ADMIN, USER_ADMIN])
            .not_groups(&[out])
            .apps(&["All"])
            .grant("OR", &["mfa"])
            .every(12),
    );
    b.policy(all("Require MFA for Azure").apps(&[AZURE_MANAGEMENT]).grant("OR", &["mfa"]));
    b.policy(
        all("Security information from the office")
            .action("urn:user:registersecurityinfo")
            .locations(&["All"], &[&trusted])
            .grant("OR", &["mfa"]),
    );
    b.policy(
        policy("Compliant computers (trial)", REPORT_ONLY)
            .users(&["All"])
            .not_groups(&[out])
            .apps(&["Office365"])
            .platforms(&["windows", "macOS"], &[])
            .grant("OR", &["compliantDevice"]),
    );
    b
}

fn no_licence(now: DateTime<Utc>) -> Tenant {
    let mut b = Builder::new(Tenant::new(
        "no-licence",
        "Cobblestone Bakery",
        "cobblestone-bakery.example",
        PERMISSIONS,
        now,
    ));
    buy(&mut b.tenant, Sku::BusinessStandard, 9, 9, "Enabled");
    let people = b.people(9);
    b.role(GLOBAL_ADMIN, &people[0]);
    b.first_party();
    b.done("no licence for Conditional Access (Business Standard), no policies, security defaults off")
}

fn no_policies(now: DateTime<Utc>) -> Tenant {
    let mut b = Builder::new(Tenant::new(
        "no-policies",
        "Driftwood Architects",
        "driftwood-architects.example",
        PERMISSIONS,
        now,
    ));
    buy(&mut b.tenant, Sku::E3, 24, 21, "Enabled");
    let people = b.people(21);
    b.role(GLOBAL_ADMIN, &people[0]);
    b.role(GLOBAL_ADMIN, &people[1]);
    b.first_party();
    b.done("licensed (Microsoft 365 E3), and not a single policy")
}

fn security_defaults(now: DateTime<Utc>) -> Tenant {
    let mut b = Builder::new(Tenant::new(
        "security-defaults",
        "Elmhurst Veterinary Clinic",
        "elmhurst-vet.example",
        PERMISSIONS,
        now,
    ));
    buy(&mut b.tenant, Sku::BusinessPremium, 14, 14, "Enabled");
    let people = b.people(14);
    b.role(GLOBAL_ADMIN, &people[0]);
    b.first_party();
    b.tenant.security_defaults = true;
    b.done("security defaults are on, and so there are no policies")
}

fn expired_secret(now: DateTime<Utc>) -> Tenant {
    let mut b = ordinary(Tenant::new(
        "expired-secret",
        "Greenfield Motors",
        "greenfield-motors.example",
        PERMISSIONS,
        now,
    ));
    for secret in b.tenant.apps.iter_mut().flat_map(|app| &mut app.secrets) {
        secret.start = now - Duration::days(190);
        secret.end = now - Duration::days(8);
    }
    b.done("the client secret expired eight days ago (AADSTS7000222)")
}

fn no_consent(now: DateTime<Utc>) -> Tenant {
    ordinary(Tenant::new("no-consent", "Harbour Lane Law", "harbourlane-law.example", &[], now))
        .done("admin consent was never given: a token comes, without roles")
}

fn no_directory(now: DateTime<Utc>) -> Tenant {
    let granted = ["Policy.Read.All", "Organization.Read.All"];
    ordinary(Tenant::new("no-directory", "Ironbridge Engineering", "ironbridge-eng.example", &granted, now))
        .done("an optional permission is missing: Directory.Read.All, so names stay unknown")
}

fn no_policy_read(now: DateTime<Utc>) -> Tenant {
    let granted = ["Directory.Read.All", "AuditLog.Read.All"];
    ordinary(Tenant::new(
        "no-policy-read",
        "Juniper Street Clinic",
        "juniperstreet-clinic.example",
        &granted,
        now,
    ))
    .done("the required permission Policy.Read.All is missing")
}

fn app_disabled(now: DateTime<Utc>) -> Tenant {
    let mut b = ordinary(Tenant::new(
        "app-disabled",
        "Kestrel Print Works",
        "kestrel-print.example",
        PERMISSIONS,
        now,
    ));
    for app in &mut b.tenant.apps {
        app.disabled = true;
    }
    b.done("sign-in of the enterprise application is switched off (AADSTS7000112)")
}

fn blocked(now: DateTime<Utc>) -> Tenant {
    let mut b =
        ordinary(Tenant::new("blocked", "Larkspur Travel", "larkspur-travel.example", PERMISSIONS, now));
    b.tenant.blocks_apps = true;
    b.done("a Conditional Access policy for workload identities blocks the app's sign-in (AADSTS53003)")
}

fn no_service_principal(now: DateTime<Utc>) -> Tenant {
    let mut b = ordinary(Tenant::new(
        "no-service-principal",
        "Maple Row Housing",
        "maplerow-housing.example",
        PERMISSIONS,
        now,
    ));
    for app in &mut b.tenant.apps {
        app.has_service_principal = false;
    }
    b.done("the enterprise application was deleted, the registration is left (AADSTS7000229)")
}
