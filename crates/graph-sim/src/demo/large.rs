//! The large one: two hundred policies, sixty groups, three thousand people, everything paged.

use chrono::{DateTime, Utc};

use super::PERMISSIONS;
use super::build::*;
use super::skus::{Sku, buy};
use crate::tenant::Tenant;

const PEOPLE: usize = 3200;
const GROUPS: usize = 60;
const POLICIES: usize = 200;
const APPS: usize = 130;

pub(super) fn tenant(now: DateTime<Utc>) -> Tenant {
    let mut b = Builder::new(Tenant::new(
        "large",
        "Fairhaven Logistics",
        "fairhaven-logistics.example",
        PERMISSIONS,
        now,
    ));
    buy(&mut b.tenant, Sku::E5, 3300, 3187, "Enabled");
    let people = b.people(PEOPLE);
    let glass = [b.user("Emergency North", "emergency.north"), b.user("Emergency South", "emergency.south")];
    for user in glass.iter().chain(&people[..3]) {
        b.role(GLOBAL_ADMIN, user);
    }
    for (number, user) in people.iter().enumerate().skip(3).take(140) {
        let roles = [SECURITY_ADMIN, EXCHANGE_ADMIN, SHAREPOINT_ADMIN, USER_ADMIN, HELPDESK_ADMIN];
        b.role(roles[number % roles.len()], user);
    }
    b.first_party();
    let apps: Vec<String> = (0..APPS).map(|number| b.app(&format!("Depot service {number:03}"))).collect();
    let excluded = b.group("CA-Emergency", &glass);
    let mut groups = Vec::with_capacity(GROUPS);
    for number in 0..GROUPS - 1 {
        // Sizes from a handful to most of the company; some groups hold the one before them.
        let size = [12, 40, 150, 700, 2500][number % 5];
        let first = number * 37 % (PEOPLE - size);
        let mut members = people[first..first + size].to_vec();
        if number % 6 == 5 {
            members.extend(groups.last().cloned());
        }
        groups.push(b.group(&format!("Depot {number:02}"), &members));
    }
    let sites: Vec<String> = (0..24)
        .map(|number| {
            b.ip_location(&format!("Depot network {number:02}"), true, &[&format!("10.{number}.0.0/16")])
        })
        .collect();
    let countries = b.countries("Countries served", &["NL", "BE", "DE", "FR", "PL", "IT", "ES"]);
    let out = excluded.as_str();
    for number in 0..POLICIES {
        let group = groups[number % groups.len()].as_str();
        let app = apps[number % apps.len()].as_str();
        let site = sites[number % sites.len()].as_str();
        let name = format!("CA{number:03}");
        let state = if number % 17 == 16 { REPORT_ONLY } else { ENABLED };
        let base = |what: &str| policy(&format!("{name} - {what}"), state).not_groups(&[out]);
        b.policy(match number {
            0 => base("Everyone - MFA").users(&["All"]).apps(&["All"]).grant("OR", &["mfa"]),
            1 => base("Everyone - Block legacy authentication")
                .users(&["All"])
                .apps(&["All"])
                .clients(&["exchangeActiveSync", "other"])
                .grant("OR", &["block"]),
            2 => base("Everyone - Risky sign-ins")
                .users(&["All"])
                .apps(&["All"])
                .sign_in_risk(&["medium", "high"])
                .grant("OR", &["mfa"])
                .every(0),
            3 => base("Everyone - Only from countries served")
                .users(&["All"])
                .apps(&["All"])
                .locations(&["All"], &[&countries])
                .grant("OR", &["block"]),
            4 => base("Administrators - Phishing-resistant MFA")
                .roles(&[GLOBAL_ADMIN, SECURITY_ADMIN, EXCHANGE_ADMIN])
                .apps(&["All"])
                .strength(PHISHING_RESISTANT),
            _ if number % 4 == 0 => base("Depot service from its network")
                .groups(&[group])
                .apps(&[app])
                .locations(&["All"], &[site])
                .grant("OR", &["block"]),
            _ if number % 4 == 1 => base("Depot service on compliant devices")
                .groups(&[group])
                .apps(&[app])
                .grant("OR", &["compliantDevice"]),
            _ if number % 4 == 2 => {
                base("Depot service with MFA").groups(&[group]).apps(&[app]).grant("OR", &["mfa"]).every(12)
            }
            _ => base("Depot phones with protected apps")
                .groups(&[group])
                .apps(&["Office365"])
                .platforms(&["android", "iOS"], &[])
                .grant("OR", &["compliantApplication"]),
        });
    }
    b.done("two hundred policies, sixty groups, three thousand users, all lists paged")
}
