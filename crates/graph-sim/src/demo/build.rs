//! The words in which demo tenants are written.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::directory::{self, Kind, RoleAssignment};
use crate::graph::{normalise_policy, normalise_strength};
use crate::tenant::Tenant;

pub(super) const ENABLED: &str = "enabled";
pub(super) const DISABLED: &str = "disabled";
pub(super) const REPORT_ONLY: &str = "enabledForReportingButNotEnforced";

pub(super) const GLOBAL_ADMIN: &str = "62e90394-69f5-4237-9190-012177145e10";
pub(super) const SECURITY_ADMIN: &str = "194ae4cb-b126-40b2-bd5b-6091b380977d";
pub(super) const EXCHANGE_ADMIN: &str = "29232cdf-9323-42fd-ade2-1d097af3e4de";
pub(super) const SHAREPOINT_ADMIN: &str = "f28a1f50-f6e7-4571-818b-6a12f2af6b6c";
pub(super) const USER_ADMIN: &str = "fe930be7-5e62-47db-91af-98c3a49a38b1";
pub(super) const HELPDESK_ADMIN: &str = "729827e3-9c14-49f7-bb1b-9608f156bbb8";
pub(super) const PRIVILEGED_ROLE_ADMIN: &str = "e8611ab8-c189-46e8-94e1-60213ab1f814";
pub(super) const CONDITIONAL_ACCESS_ADMIN: &str = "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9";
pub(super) const DIRECTORY_SYNC: &str = "d29b2b05-8046-44ba-8758-1e26182fcf32";

pub(super) const EXCHANGE: &str = "00000002-0000-0ff1-ce00-000000000000";
pub(super) const SHAREPOINT: &str = "00000003-0000-0ff1-ce00-000000000000";
pub(super) const AZURE_MANAGEMENT: &str = "797f4846-ba00-4fd7-ba43-dac1f8f63013";
pub(super) const INTUNE_ENROLMENT: &str = "d4ebce55-015a-49b5-a083-c84d1797ae8c";

pub(super) const PHISHING_RESISTANT: &str = "00000000-0000-0000-0000-000000000004";

const FIRST: &[&str] = &[
    "Anna", "Bram", "Carla", "Dario", "Elif", "Femke", "Goran", "Hanna", "Ivo", "Jelle", "Karin", "Luca",
    "Mira", "Nils", "Olga", "Pieter", "Quirin", "Rosa", "Sven", "Tessa", "Umar", "Vera", "Wout", "Xenia",
    "Yara", "Zeno",
];
const LAST: &[&str] = &[
    "Aalders",
    "Bakker",
    "Castelli",
    "Dekker",
    "Ekström",
    "Ferrari",
    "Graaf",
    "Hoek",
    "Ivarsson",
    "Jansen",
    "Koster",
    "Lindqvist",
    "Meijer",
    "Novak",
    "Oliveira",
    "Prins",
    "Quist",
    "Rossi",
    "Smit",
    "Timmer",
    "Ulrich",
    "Visser",
    "Wolters",
    "Yilmaz",
    "Zanetti",
];

/// A policy in the making.
pub(super) struct P(Value);

pub(super) fn policy(name: &str, state: &str) -> P {
    P(json!({ "displayName": name, "state": state, "conditions": {} }))
}

impl P {
    /// Sets a member by its path below the policy, making what lies between.
    pub(super) fn set(mut self, path: &str, value: impl Into<Value>) -> Self {
        let mut place = &mut self.0;
        for name in path.split('/') {
            if !place.is_object() {
                *place = Value::Object(Map::new());
            }
            place = &mut place[name];
        }
        *place = value.into();
        self
    }

    fn list(self, path: &str, items: &[&str]) -> Self {
        self.set(path, json!(items))
    }

    pub(super) fn users(self, users: &[&str]) -> Self {
        self.list("conditions/users/includeUsers", users)
    }

    pub(super) fn not_users(self, users: &[&str]) -> Self {
        self.list("conditions/users/excludeUsers", users)
    }

    pub(super) fn groups(self, groups: &[&str]) -> Self {
        self.list("conditions/users/includeGroups", groups)
    }

    pub(super) fn not_groups(self, groups: &[&str]) -> Self {
        self.list("conditions/users/excludeGroups", groups)
    }

    pub(super) fn roles(self, roles: &[&str]) -> Self {
        self.list("conditions/users/includeRoles", roles)
    }

    pub(super) fn not_roles(self, roles: &[&str]) -> Self {
        self.list("conditions/users/excludeRoles", roles)
    }

    /// Guests of every kind, from any tenant.
    pub(super) fn guests(self) -> Self {
        self.set(
            "conditions/users/includeGuestsOrExternalUsers",
            json!({
                "guestOrExternalUserTypes": "internalGuest,b2bCollaborationGuest,b2bCollaborationMember,\
                                             b2bDirectConnectUser,otherExternalUser",
                "externalTenants": { "membershipKind": "all" },
            }),
        )
    }

    pub(super) fn apps(self, apps: &[&str]) -> Self {
        self.list("conditions/applications/includeApplications", apps)
    }

    pub(super) fn action(self, action: &str) -> Self {
        self.list("conditions/applications/includeUserActions", &[action])
    }

    pub(super) fn clients(self, clients: &[&str]) -> Self {
        self.list("conditions/clientAppTypes", clients)
    }

    pub(super) fn platforms(self, include: &[&str], exclude: &[&str]) -> Self {
        self.list("conditions/platforms/includePlatforms", include)
            .list("conditions/platforms/excludePlatforms", exclude)
    }

    pub(super) fn locations(self, include: &[&str], exclude: &[&str]) -> Self {
        self.list("conditions/locations/includeLocations", include)
            .list("conditions/locations/excludeLocations", exclude)
    }

    pub(super) fn sign_in_risk(self, levels: &[&str]) -> Self {
        self.list("conditions/signInRiskLevels", levels)
    }

    pub(super) fn user_risk(self, levels: &[&str]) -> Self {
        self.list("conditions/userRiskLevels", levels)
    }

    pub(super) fn grant(self, operator: &str, controls: &[&str]) -> Self {
        self.set("grantControls/operator", operator).list("grantControls/builtInControls", controls)
    }

    pub(super) fn strength(self, id: &str) -> Self {
        self.set("grantControls/operator", "OR")
            .set("grantControls/authenticationStrength", json!({ "id": id }))
    }

    /// Ask again after so many hours; at every sign-in when zero.
    pub(super) fn every(self, hours: u32) -> Self {
        let frequency = if hours == 0 {
            json!({ "isEnabled": true, "value": null, "type": null, "frequencyInterval": "everyTime" })
        } else {
            json!({ "isEnabled": true, "value": hours, "type": "hours", "frequencyInterval": "timeBased" })
        };
        self.set("sessionControls/signInFrequency", frequency)
    }

    pub(super) fn no_persistence(self) -> Self {
        self.set("sessionControls/persistentBrowser", json!({ "isEnabled": true, "mode": "never" }))
    }
}

/// A tenant in the making.
pub(super) struct Builder {
    pub(super) tenant: Tenant,
    people: usize,
}

impl Builder {
    pub(super) fn new(tenant: Tenant) -> Self {
        Self { tenant, people: 0 }
    }

    pub(super) fn user(&mut self, display_name: &str, local_part: &str) -> String {
        let id = self.tenant.id_for("user", local_part);
        let upn = format!("{local_part}@{}", self.tenant.default_domain());
        self.tenant.directory.put(Kind::User, directory::user(&id, display_name, &upn, false))
    }

    pub(super) fn guest(&mut self, display_name: &str, mail: &str) -> String {
        let id = self.tenant.id_for("guest", mail);
        let initial = self.tenant.domains.last().cloned().unwrap_or_default();
        let upn = format!("{}#EXT#@{initial}", mail.replace('@', "_"));
        self.tenant.directory.put(Kind::User, directory::user(&id, display_name, &upn, true))
    }

    /// So many employees with names of their own.
    pub(super) fn people(&mut self, count: usize) -> Vec<String> {
        let first = self.people;
        self.people += count;
        (first..first + count)
            .map(|number| {
                let given = FIRST[number % FIRST.len()];
                let surname = LAST[(number / FIRST.len() + number * 7) % LAST.len()];
                let local = format!(
                    "{}.{}{}",
                    given.to_lowercase(),
                    surname.to_lowercase().replace('ö', "o"),
                    number
                );
                self.user(&format!("{given} {surname}"), &local)
            })
            .collect()
    }

    pub(super) fn group(&mut self, name: &str, members: &[String]) -> String {
        let id = self.tenant.id_for("group", name);
        let id = self.tenant.directory.put(Kind::Group, directory::group(&id, name, None, None));
        self.tenant.directory.members_set(&id, members.to_vec());
        id
    }

    pub(super) fn app(&mut self, name: &str) -> String {
        let app_id = self.tenant.id_for("app", name);
        let id = self.tenant.id_for("service principal", name);
        let owner = self.tenant.id.to_string();
        let value = directory::service_principal(&id, &app_id, name, &owner);
        self.tenant.directory.put(Kind::ServicePrincipal, value);
        app_id
    }

    /// Microsoft's own applications that policies name.
    pub(super) fn first_party(&mut self) {
        let known = [
            ("Office 365 Exchange Online", EXCHANGE),
            ("Office 365 SharePoint Online", SHAREPOINT),
            ("Microsoft Graph", "00000003-0000-0000-c000-000000000000"),
            ("Windows Azure Service Management API", AZURE_MANAGEMENT),
            ("Microsoft Intune Enrollment", INTUNE_ENROLMENT),
        ];
        for (name, app_id) in known {
            let id = self.tenant.id_for("service principal", name);
            let value = directory::service_principal(&id, app_id, name, crate::sts::jwt::MICROSOFT_TENANT);
            self.tenant.directory.put(Kind::ServicePrincipal, value);
        }
    }

    pub(super) fn role(&mut self, role: &str, principal: &str) {
        self.role_in(role, principal, "/");
    }

    pub(super) fn role_in(&mut self, role: &str, principal: &str, scope: &str) {
        let id = self.tenant.id_for("role assignment", &format!("{role}{principal}{scope}"));
        self.tenant.directory.role_assignments.push(RoleAssignment {
            id,
            role: role.to_owned(),
            principal: principal.to_owned(),
            scope: scope.to_owned(),
        });
    }

    pub(super) fn ip_location(&mut self, name: &str, trusted: bool, ranges: &[&str]) -> String {
        let ranges: Vec<Value> = ranges
            .iter()
            .map(|cidr| {
                let kind = if cidr.contains(':') { "iPv6CidrRange" } else { "iPv4CidrRange" };
                json!({ "@odata.type": format!("#microsoft.graph.{kind}"), "cidrAddress": cidr })
            })
            .collect();
        self.location(
            name,
            json!({
                "@odata.type": "#microsoft.graph.ipNamedLocation", "isTrusted": trusted, "ipRanges": ranges,
            }),
        )
    }

    pub(super) fn countries(&mut self, name: &str, countries: &[&str]) -> String {
        self.location(
            name,
            json!({
                "@odata.type": "#microsoft.graph.countryNamedLocation",
                "countriesAndRegions": countries,
                "includeUnknownCountriesAndRegions": false,
                "countryLookupMethod": "clientIpAddress",
            }),
        )
    }

    pub(super) fn location(&mut self, name: &str, mut value: Value) -> String {
        let id = self.tenant.id_for("location", name);
        value["id"] = json!(id);
        value["displayName"] = json!(name);
        value["createdDateTime"] = json!("2023-02-11T09:30:12.4419876Z");
        value["modifiedDateTime"] = value["createdDateTime"].clone();
        value["deletedDateTime"] = Value::Null;
        self.tenant.conditional_access.locations.push(Arc::new(value));
        id
    }

    pub(super) fn strength(&mut self, name: &str, combinations: &[&str]) -> String {
        let id = self.tenant.id_for("strength", name);
        let given = json!({ "displayName": name, "allowedCombinations": combinations });
        let value = normalise_strength(&given, &id, "2024-04-08T12:17:55.0348812Z");
        self.tenant.conditional_access.strengths.push(Arc::new(value));
        id
    }

    pub(super) fn context(&mut self, id: &str, name: &str) {
        self.tenant.conditional_access.contexts.push(Arc::new(json!({
            "id": id,
            "displayName": name,
            "description": format!("{name}, as agreed with the customer"),
            "isAvailable": true,
        })));
    }

    /// Adds a policy. Every other one was changed once, as in life; dates come from the position.
    pub(super) fn policy(&mut self, policy: P) -> String {
        let number = self.tenant.conditional_access.policies.len();
        let mut value = normalise_policy(&policy.0);
        let name = value["displayName"].as_str().unwrap_or_default().to_owned();
        let id = self.tenant.id_for("policy", &format!("{name}#{number}"));
        value["id"] = json!(id);
        value["createdDateTime"] = json!(format!(
            "2024-{:02}-{:02}T10:15:{:02}.{:07}Z",
            number / 28 % 12 + 1,
            number % 28 + 1,
            number % 60,
            number * 7919 % 10_000_000 + 1
        ));
        if number % 2 == 1 {
            value["modifiedDateTime"] = json!(format!(
                "2025-{:02}-{:02}T07:42:{:02}.{:07}Z",
                number / 28 % 12 + 1,
                number % 28 + 1,
                number % 60,
                number * 6151 % 10_000_000 + 1
            ));
        }
        self.tenant.conditional_access.policies.push(Arc::new(value));
        id
    }

    pub(super) fn managed(&mut self, policy: P) -> String {
        let id = self.policy(policy);
        self.tenant.conditional_access.managed.insert(id.clone());
        id
    }

    pub(super) fn done(mut self, note: &str) -> Tenant {
        self.tenant.note = format!("{}: {note}", self.tenant.key);
        self.tenant
    }
}
