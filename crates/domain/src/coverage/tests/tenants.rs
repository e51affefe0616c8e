//! Tenants drawn at random from a small vocabulary, in which everything overlaps. A seed gives the same tenant in
//! every run.

use crate::{
    facts::{Facts, Members},
    names::{NameKind, Names},
    policy_set::PolicySet,
    wellknown::{COMPLIANT_NETWORK_LOCATION_ID, MFA_TRUSTED_IPS_LOCATION_ID},
};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// SplitMix64: small, and the same everywhere.
#[derive(Debug, Clone)]
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    pub(super) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
    /// True in so many of a hundred throws.
    pub(super) fn percent(&mut self, percent: u64) -> bool {
        self.next() % 100 < percent
    }
    pub(super) fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
    /// Up to `most` of some words, at least one.
    pub(super) fn some(&mut self, of: &[&str], most: usize) -> Vec<String> {
        let count = 1 + self.below(most.min(of.len()));
        let picked: BTreeSet<usize> = (0..count).map(|_| self.below(of.len())).collect();
        picked.into_iter().map(|at| of[at].to_owned()).collect()
    }
}

pub(super) const EXCHANGE: &str = "00000002-0000-0ff1-ce00-000000000000";
const PORTAL: &str = "c44b4083-3bb0-49c1-b47d-974e53cbdf3c";
pub(super) const APPS: [&str; 8] = [
    EXCHANGE,
    PORTAL,
    "a0000000-0000-4000-8000-000000000001",
    "a0000000-0000-4000-8000-000000000002",
    "Office365",
    "MicrosoftAdminPortals",
    "AllAgentIdResources",
    "All",
];
pub(super) const APP_RULES: [&str; 2] =
    ["CustomSecurityAttribute.Apps_Tier -eq \"one\"", "CustomSecurityAttribute.Apps_Tier -eq \"two\""];
const PRINCIPAL_RULES: [&str; 2] =
    ["CustomSecurityAttribute.Bots_Tier -eq \"one\"", "CustomSecurityAttribute.Bots_Kind -eq \"x\""];
pub(super) const DEVICE_RULES: [&str; 7] = [
    "device.isCompliant -eq True",
    "device.isCompliant -ne True",
    "device.trustType -eq \"ServerAD\" -or device.isCompliant -eq True",
    "device.trustType -ne \"ServerAD\"",
    "device.extensionAttribute1 -startsWith \"PAW\"",
    "device.model -in [\"Surface\", \"Pixel\"] -and device.isCompliant -eq True",
    "device.deviceOwnership ~~ \"Company\"",
];
pub(super) const TENANTS: [&str; 2] =
    ["d0000000-0000-4000-8000-00000000000a", "d0000000-0000-4000-8000-00000000000b"];
pub(super) const GUEST_TYPES: [&str; 6] = [
    "internalGuest",
    "b2bCollaborationGuest",
    "b2bCollaborationMember",
    "b2bDirectConnectUser",
    "otherExternalUser",
    "serviceProvider",
];
pub(super) const CLIENTS: [&str; 4] =
    ["browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "other"];
pub(super) const PLATFORMS: [&str; 6] = ["android", "iOS", "windows", "macOS", "linux", "windowsPhone"];
pub(super) const RISKS: [&str; 4] = ["none", "low", "medium", "high"];
const BOTS: [&str; 2] = ["b0000000-0000-4000-8000-000000000001", "b0000000-0000-4000-8000-000000000002"];
const PLACES: [&str; 9] = [
    "10000000-0000-4000-8000-000000000000",
    "10000000-0000-4000-8000-000000000001",
    "10000000-0000-4000-8000-000000000002",
    "10000000-0000-4000-8000-000000000003",
    "10000000-0000-4000-8000-000000000004",
    MFA_TRUSTED_IPS_LOCATION_ID,
    COMPLIANT_NETWORK_LOCATION_ID,
    "AllTrusted",
    "All",
];
/// A location of which nothing but the id is known.
const UNREAD_PLACE: &str = "10000000-0000-4000-8000-00000000000f";

/// How much of the vocabulary is used.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope {
    pub(super) groups: usize,
    pub(super) apps: usize,
    pub(super) places: usize,
    pub(super) rules: usize,
    /// Whether all memberships and places were read.
    pub(super) all_read: bool,
    /// In how many of a hundred policies each condition is set.
    pub(super) density: u64,
    pub(super) policies: usize,
    pub(super) goals: usize,
}

impl Scope {
    pub(super) const WIDE: Self = Self {
        groups: 4,
        apps: APPS.len(),
        places: PLACES.len(),
        rules: DEVICE_RULES.len(),
        all_read: false,
        density: 30,
        policies: 14,
        goals: 16,
    };
}

/// A tenant and goals for it, as Graph would give them.
#[derive(Debug, Clone)]
pub(super) struct Tenant {
    pub(super) live: Vec<Value>,
    pub(super) goals: Vec<Value>,
    pub(super) names: Names,
    pub(super) facts: Facts,
}

pub(super) fn group(at: usize) -> String {
    format!("e0000000-0000-4000-8000-00000000000{at}")
}
pub(super) fn role(at: usize) -> String {
    ["62e90394-69f5-4237-9190-012177145e10", "29232cdf-9323-42fd-ade2-1d097af3e4de"][at % 2].to_owned()
}
pub(super) fn user(at: usize) -> Uuid {
    Uuid::from_u128(0xf000_0000_0000_4000_8000_0000_0000_0000 + at as u128)
}

impl Tenant {
    pub(super) fn draw(seed: u64, scope: Scope) -> Self {
        let dice = &mut Dice(seed);
        let mut drawer = Drawer { dice, scope, read_groups: 0 };
        let names = drawer.names();
        let facts = drawer.facts();
        // Half of the tenants have broad policies, so that much is closed.
        drawer.scope.density /= if drawer.dice.percent(50) { 3 } else { 1 };
        let live: Vec<Value> = (0..scope.policies).map(|at| drawer.policy(&format!("L{at}"))).collect();
        let goals = (0..scope.goals).map(|at| drawer.goal(&format!("G{at}"), &live)).collect();
        Self { live, goals, names, facts }
    }

    pub(super) fn live_set(&self) -> PolicySet {
        PolicySet::of_bodies(&self.live, self.names.clone())
    }
    pub(super) fn goal_set(&self) -> PolicySet {
        PolicySet::of_bodies(&self.goals, self.names.clone())
    }
}

struct Drawer<'d> {
    dice: &'d mut Dice,
    scope: Scope,
    read_groups: usize,
}

impl Drawer<'_> {
    fn names(&mut self) -> Names {
        let mut names = Names::new();
        for at in 0..self.scope.groups {
            names.insert(NameKind::Group, &group(at), &format!("Group {at}"), None);
        }
        let ip = |trusted: bool, ranges: &[&str]| {
            let ranges: Vec<Value> = ranges.iter().map(|range| json!({"cidrAddress": range})).collect();
            json!({"isTrusted": trusted, "ipRanges": ranges})
        };
        let bodies = [
            ip(false, &["10.0.0.0/8", "192.0.2.0/24"]),
            ip(true, &["10.1.2.3/16", "2001:db8::/32"]),
            json!({"countriesAndRegions": ["NL", "BE"], "includeUnknownCountriesAndRegions": self.dice.percent(50)}),
            json!({"countriesAndRegions": ["BE", "DE"], "includeUnknownCountriesAndRegions": false, "countryLookupMethod": "authenticatorAppGps"}),
            ip(self.dice.percent(30), &["10.1.0.0/24", "203.0.113.0/24"]),
        ];
        for (id, body) in PLACES.iter().zip(bodies) {
            names.insert(NameKind::NamedLocation, id, &format!("Place {}", &id[35..]), Some(body));
        }
        for (at, combinations) in STRENGTHS.iter().enumerate() {
            let configured = if at == 3 {
                json!([{"appliesToCombinations": ["fido2"], "allowedAAGUIDs": ["x"]}])
            } else {
                json!([])
            };
            let body = json!({"displayName": strength_name(at), "allowedCombinations": combinations, "combinationConfigurations": configured});
            names.insert(NameKind::AuthenticationStrength, &strength_id(at), &strength_name(at), Some(body));
        }
        names
    }

    fn facts(&mut self) -> Facts {
        let mut facts = Facts { people: self.dice.percent(50).then_some(100), ..Facts::default() };
        self.read_groups = if self.scope.all_read { self.scope.groups } else { self.scope.groups / 2 };
        let groups = (0..self.read_groups).map(|at| (NameKind::Group, group(at)));
        let roles = (0..2).filter(|_| self.scope.all_read).map(|at| (NameKind::Role, role(at)));
        for key in groups.chain(roles).collect::<Vec<_>>() {
            let ids: Vec<Uuid> = (0..8).filter(|_| self.dice.percent(40)).map(user).collect();
            let head_count = ids.len() as u64;
            facts.memberships.insert(key, Members { ids, head_count, complete: true });
        }
        if self.scope.all_read || self.dice.percent(50) {
            facts.guests = Some((6..8).map(user).collect());
        }
        if self.scope.groups > 0 && self.dice.percent(30) {
            facts.emergency.confirmed.insert((NameKind::Group, group(0)));
        }
        facts
    }

    fn set(&mut self) -> bool {
        self.dice.percent(self.scope.density)
    }

    fn people(&mut self) -> Value {
        let groups: Vec<String> = (0..self.scope.groups).map(group).collect();
        let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
        let users: Vec<String> = (0..8).map(|at| user(at).to_string()).collect();
        let users: Vec<&str> = users.iter().map(String::as_str).collect();
        let roles = [role(0), role(1)];
        let roles: Vec<&str> = roles.iter().map(String::as_str).collect();
        let mut people = json!({});
        if self.dice.percent(50) {
            people["includeUsers"] = json!(["All"]);
        } else {
            if self.dice.percent(60) && !groups.is_empty() {
                people["includeGroups"] = json!(self.dice.some(&groups, 2));
            }
            if self.dice.percent(25) {
                people["includeRoles"] = json!(self.dice.some(&roles, 2));
            }
            if self.dice.percent(25) {
                people["includeUsers"] = json!(self.dice.some(&users, 2));
            }
            if self.dice.percent(10) && !self.scope.all_read {
                people["includeUsers"] = json!(["<somebody>"]);
            }
            if self.dice.percent(30) {
                people["includeGuestsOrExternalUsers"] = self.guests();
            } else if self.dice.percent(10) {
                people["includeUsers"] = json!(["GuestsOrExternalUsers"]);
            }
        }
        if self.set() && !groups.is_empty() {
            people["excludeGroups"] = json!(self.dice.some(&groups, 2));
        }
        if self.set() {
            people["excludeUsers"] = json!(self.dice.some(&users, 2));
        }
        if self.dice.percent(10) {
            people["excludeRoles"] = json!(self.dice.some(&roles, 1));
        }
        if self.dice.percent(15) {
            people["excludeGuestsOrExternalUsers"] = self.guests();
        }
        if self.dice.percent(1) {
            people["excludeUsers"] = json!(["All"]);
        }
        people
    }

    fn guests(&mut self) -> Value {
        let mut guests = json!({"guestOrExternalUserTypes": self.dice.some(&GUEST_TYPES, 3).join(",")});
        if self.dice.percent(40) {
            guests["externalTenants"] =
                json!({"membershipKind": "enumerated", "members": self.dice.some(&TENANTS, 2)});
        }
        guests
    }

    fn targets(&mut self) -> Value {
        let apps = &APPS[..self.scope.apps];
        let mut targets = json!({});
        match self.dice.below(10) {
            0 => targets["includeUserActions"] = json!(["urn:user:registersecurityinfo"]),
            1 => targets["includeUserActions"] = json!(["urn:user:registerdevice"]),
            2 => {
                targets["includeAuthenticationContextClassReferences"] =
                    json!(self.dice.some(&["c1", "c2"], 2));
            }
            3 if self.scope.rules > 0 => {
                targets["globalSecureAccess"] = json!({"includeTrafficProfiles": "m365"});
            }
            at => {
                let all = at > 6;
                targets["includeApplications"] =
                    if all { json!(["All"]) } else { json!(self.dice.some(apps, 3)) };
                if self.set() {
                    targets["excludeApplications"] = json!(self.dice.some(apps, 2));
                }
                if self.scope.rules > 0 && self.dice.percent(20) {
                    targets["applicationFilter"] = json!({"mode": self.dice.one(&["include", "exclude"]), "rule": self.dice.one(&APP_RULES)});
                }
            }
        }
        targets
    }

    fn places(&mut self) -> Value {
        let mut places: Vec<&str> = PLACES[..self.scope.places].to_vec();
        if !self.scope.all_read {
            places.push(UNREAD_PLACE);
        }
        let mut out = json!({"includeLocations": if self.dice.percent(50) { vec!["All".to_owned()] } else { self.dice.some(&places, 2) }});
        if self.dice.percent(60) {
            out["excludeLocations"] = json!(self.dice.some(&places, 2));
        }
        out
    }

    fn devices(&mut self) -> Value {
        if self.dice.percent(10) {
            return json!({"includeDeviceStates": ["All"], "excludeDeviceStates": self.dice.some(&["Compliant", "DomainJoined"], 2)});
        }
        let rule = self.dice.one(&DEVICE_RULES[..self.scope.rules]);
        json!({"deviceFilter": {"mode": self.dice.one(&["include", "exclude"]), "rule": rule}})
    }

    /// A policy of any kind.
    pub(super) fn policy(&mut self, name: &str) -> Value {
        let mut conditions = json!({ "applications": self.targets() });
        match self.dice.below(20) {
            0 | 1 => {
                conditions["clientApplications"] = self.workloads();
                if self.set() {
                    conditions["servicePrincipalRiskLevels"] = json!(self.dice.some(&RISKS, 3));
                }
            }
            2 => {
                conditions["clientApplications"] = self.agents();
                if self.dice.percent(50) {
                    conditions["agents"] = json!({"includeAgentUsers": self.dice.some(&["All", BOTS[0], BOTS[1]], 1), "excludeAgentUsers": self.dice.some(&BOTS, 1)});
                }
                if self.set() {
                    conditions["agentIdRiskLevels"] = json!(self.dice.some(&RISKS, 3).join(","));
                }
            }
            _ => conditions["users"] = self.people(),
        }
        // Conditions that fit people alone are rare elsewhere, but files have them.
        let fits = conditions.get("users").is_some() || self.dice.percent(10);
        if self.set() {
            conditions["locations"] = self.places();
        }
        if fits && self.set() {
            conditions["clientAppTypes"] = json!(self.dice.some(&CLIENTS, 3));
            if self.dice.percent(10) {
                conditions["clientAppTypes"] = json!(["easSupported"]);
            }
        }
        if fits && self.set() {
            let mut platforms = json!({"includePlatforms": if self.dice.percent(50) { vec!["all".to_owned()] } else { self.dice.some(&PLATFORMS, 3) }});
            if self.dice.percent(50) {
                platforms["excludePlatforms"] = json!(self.dice.some(&PLATFORMS, 2));
            }
            conditions["platforms"] = platforms;
        }
        if fits && self.scope.rules > 0 && self.set() {
            conditions["devices"] = self.devices();
        }
        for risk in ["signInRiskLevels", "userRiskLevels"] {
            if fits && self.dice.percent(self.scope.density / 2) {
                conditions[risk] = json!(self.dice.some(&RISKS, 3));
            }
        }
        if fits && self.dice.percent(self.scope.density / 3) {
            conditions["insiderRiskLevels"] =
                json!(self.dice.some(&["minor", "moderate", "elevated"], 2).join(","));
        }
        if fits && self.dice.percent(self.scope.density / 3) {
            conditions["authenticationFlows"] = json!({"transferMethods": self.dice.some(&["deviceCodeFlow", "authenticationTransfer"], 2).join(",")});
        }
        if self.dice.percent(2) {
            conditions["weather"] = json!("rain");
        }
        let state = match self.dice.below(10) {
            0 => "disabled",
            1 => "enabledForReportingButNotEnforced",
            _ => "enabled",
        };
        let mut policy = json!({"displayName": name, "state": state, "conditions": conditions});
        if self.dice.percent(85) {
            policy["grantControls"] = self.grant();
        }
        if self.dice.percent(35) {
            policy["sessionControls"] = self.session();
        }
        policy
    }

    /// Something to ask for: a policy of its own, or what a live one asks for, of others or of fewer.
    fn goal(&mut self, name: &str, live: &[Value]) -> Value {
        let mut goal = self.policy(name);
        if self.dice.percent(75) {
            let like = self.dice.one(live).clone();
            for part in ["grantControls", "sessionControls"] {
                goal[part] = like[part].clone();
            }
            let of = &like["conditions"];
            if self.dice.percent(60) {
                let own = goal["conditions"].take();
                goal["conditions"] = of.clone();
                // One condition is another, so that it is closed but for that.
                let names: Vec<&String> = own.as_object().expect("conditions").keys().collect();
                let name = *self.dice.one(&names);
                if !["users", "clientApplications", "agents"].contains(&name.as_str()) {
                    goal["conditions"][name] = own[name].clone();
                }
            }
        }
        goal["state"] = json!("enabled");
        goal
    }

    fn workloads(&mut self) -> Value {
        let mut workloads = json!({});
        if self.dice.percent(80) {
            workloads["includeServicePrincipals"] =
                json!(self.dice.some(&["ServicePrincipalsInMyTenant", BOTS[0], BOTS[1]], 1));
        }
        if self.dice.percent(30) {
            workloads["excludeServicePrincipals"] = json!(self.dice.some(&BOTS, 1));
        }
        if self.scope.rules > 0 && self.dice.percent(40) {
            workloads["servicePrincipalFilter"] = json!({"mode": self.dice.one(&["include", "exclude"]), "rule": self.dice.one(&PRINCIPAL_RULES)});
        }
        workloads
    }

    fn agents(&mut self) -> Value {
        let mut agents =
            json!({"includeAgentIdServicePrincipals": self.dice.some(&["All", BOTS[0], BOTS[1]], 1)});
        if self.dice.percent(30) {
            agents["excludeAgentIdServicePrincipals"] = json!(self.dice.some(&BOTS, 1));
        }
        if self.scope.rules > 0 && self.dice.percent(40) {
            agents["agentIdServicePrincipalFilter"] = json!({"mode": self.dice.one(&["include", "exclude"]), "rule": self.dice.one(&PRINCIPAL_RULES)});
        }
        agents
    }

    fn grant(&mut self) -> Value {
        if self.dice.percent(15) {
            return json!({"operator": "OR", "builtInControls": ["block"]});
        }
        const BUILT_IN: [&str; 7] = [
            "mfa",
            "mfa",
            "compliantDevice",
            "domainJoinedDevice",
            "approvedApplication",
            "compliantApplication",
            "passwordChange",
        ];
        let mut grant = json!({"operator": self.dice.one(&["AND", "OR"])});
        if self.dice.percent(70) {
            grant["builtInControls"] = json!(self.dice.some(&BUILT_IN, 2));
        }
        if self.dice.percent(30) {
            let at = self.dice.below(STRENGTHS.len() + 3);
            let id = if at < STRENGTHS.len() {
                strength_id(at)
            } else {
                format!("00000000-0000-0000-0000-00000000000{}", at - STRENGTHS.len() + 2)
            };
            grant["authenticationStrength"] = json!({ "id": id });
        }
        if self.dice.percent(15) {
            grant["termsOfUse"] = json!(self.dice.some(&["tou-1", "tou-2"], 2));
        }
        grant
    }

    fn session(&mut self) -> Value {
        let mut session = json!({});
        if self.dice.percent(50) {
            session["signInFrequency"] = if self.dice.percent(25) {
                json!({"isEnabled": true, "frequencyInterval": "everyTime"})
            } else {
                json!({"isEnabled": true, "value": 1 + self.dice.below(3), "type": self.dice.one(&["hours", "days"]), "frequencyInterval": "timeBased"})
            };
            if self.dice.percent(25) {
                session["signInFrequency"]["authenticationType"] = json!("secondaryAuthentication");
            }
        }
        if self.dice.percent(30) {
            session["persistentBrowser"] =
                json!({"isEnabled": true, "mode": self.dice.one(&["always", "never"])});
        }
        if self.dice.percent(20) {
            session["cloudAppSecurity"] = json!({"isEnabled": true, "cloudAppSecurityType": self.dice.one(&["mcasConfigured", "monitorOnly", "blockDownloads"])});
        }
        if self.dice.percent(20) {
            session["applicationEnforcedRestrictions"] = json!({"isEnabled": true});
        }
        if self.dice.percent(20) {
            session["secureSignInSession"] = json!({"isEnabled": self.dice.percent(80)});
        }
        if self.dice.percent(15) {
            session["continuousAccessEvaluation"] =
                json!({"mode": self.dice.one(&["strictEnforcement", "disabled", "strictLocation"])});
        }
        if self.dice.percent(10) {
            session["disableResilienceDefaults"] = json!(true);
        }
        if self.dice.percent(10) {
            session["globalSecureAccessFilteringProfile"] =
                json!({"isEnabled": true, "profileId": self.dice.one(&["p1", "p2"])});
        }
        session
    }
}

/// Custom strengths: a passkey, any key, a text message, a passkey of one make.
pub(super) const STRENGTHS: [&[&str]; 4] =
    [&["fido2"], &["fido2", "x509CertificateMultiFactor"], &["password,sms", "fido2"], &["fido2"]];

pub(super) fn strength_id(at: usize) -> String {
    format!("c0000000-0000-4000-8000-00000000000{at}")
}
pub(super) fn strength_name(at: usize) -> String {
    format!("Strength {at}")
}
