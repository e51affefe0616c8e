//! The demo fleet: invented companies, each showing one situation that onboarding meets. All of it depends on
//! names only, save the dates of secrets, which count from the day of the start.

pub(crate) mod baseline;
mod build;
mod good;
mod large;
mod messy;
pub(crate) mod settings;
mod skus;
mod small;

use chrono::{DateTime, Utc};

use crate::tenant::Tenant;

/// What an app registration by the book is given.
pub(crate) const PERMISSIONS: &[&str] =
    &["Policy.Read.All", "Directory.Read.All", "AuthenticationContext.Read.All", "AuditLog.Read.All"];

/// All demo tenants, in the order in which they are shown.
pub(crate) fn fleet(now: DateTime<Utc>) -> Vec<Tenant> {
    let mut fleet = vec![good::tenant(now), messy::tenant(now)];
    fleet.extend(small::tenants(now));
    fleet.push(large::tenant(now));
    fleet
}

/// A copy of a tenant under another key and name: same content, own ids for tenant and app.
pub(crate) fn copy_of(source: &Tenant, key: &str, name: &str, domain: &str, now: DateTime<Utc>) -> Tenant {
    let granted: Vec<&str> =
        source.apps.first().map(|app| app.granted.iter().map(String::as_str).collect()).unwrap_or_default();
    let fresh = Tenant::new(key, name, domain, &granted, now);
    let mut tenant = source.clone();
    skus::move_to(&mut tenant.skus, &fresh.id.to_string());
    Tenant {
        key: fresh.key,
        name: fresh.name,
        note: format!("{key}: a copy of the tenant '{}'", source.key),
        id: fresh.id,
        domains: fresh.domains,
        apps: fresh.apps,
        ..tenant
    }
}

/// Buys everything that a Conditional Access policy can ask for.
pub(crate) fn license_fully(tenant: &mut Tenant) {
    skus::buy(tenant, skus::Sku::E5, 50, 25, "Enabled");
}
