//! From recognised objects to a tenant in which every reference leads somewhere.
//!
//! What is repaired, because a live tenant could not hold it otherwise: missing ids (made from the place in
//! the folder), ids used twice (copies of one policy in several sets), missing members of the wire shape,
//! `"locations": []`, member names in the wrong case, flags written as lists, enumeration values that Graph
//! does not have (become the sentinel, as the service delivers what a caller may not know), unknown states
//! (become `disabled`), placeholders where a GUID belongs (become an object of that name), references to
//! objects that the folder does not hold (the object is made up).

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{Item, LoadReport, Seen, Skipped};
use crate::demo;
use crate::directory::{self, Kind};
use crate::graph::{normalise_policy, normalise_strength, settle_policy};
use crate::ids::{id_of, is_guid};
use crate::tenant::Tenant;
use crate::time;

const SPECIAL_USERS: &[&str] = &["All", "None", "GuestsOrExternalUsers"];
const SPECIAL_APPS: &[&str] = &["All", "None", "Office365", "MicrosoftAdminPortals", "AllAgentIdResources"];
const SPECIAL_LOCATIONS: &[&str] =
    &["All", "AllTrusted", "00000000-0000-0000-0000-000000000000", "3d46dbda-8382-466a-856d-eb00cbc6b910"];
const SPECIAL_PRINCIPALS: &[&str] = &["All", "None", "ServicePrincipalsInMyTenant"];

struct Assembly {
    tenant: Tenant,
    people: Vec<String>,
    skipped: Vec<Skipped>,
    seen: Seen,
    now: String,
    /// Ids of locations as the folder's policies may call them.
    locations: BTreeMap<String, String>,
}

pub(super) fn tenant(name: &str, items: Vec<Item>, now: DateTime<Utc>) -> (Tenant, LoadReport) {
    let key = slug(name);
    let mut tenant = Tenant::new(&key, name, &format!("{key}.example"), demo::PERMISSIONS, now);
    tenant.note = format!("{key}: loaded from a folder of policy JSON");
    demo::license_fully(&mut tenant);
    let mut assembly = Assembly {
        tenant,
        people: Vec::new(),
        skipped: Vec::new(),
        seen: Seen::default(),
        now: time::ticks(now),
        locations: BTreeMap::new(),
    };
    assembly.hire();
    let mut policies = Vec::new();
    for item in items {
        if is_policy(&item.value) {
            policies.push(item);
        } else if let Some(kind) = location_kind(&item.value) {
            assembly.location(&item, kind);
        } else if item.value["allowedCombinations"].is_array() {
            assembly.strength(&item.value, &item.place);
        } else if is_group(&item.value) {
            assembly.group(&item);
        } else {
            let reason = match item.value["@odata.type"].as_str() {
                Some(kind) => format!("is a {}", kind.trim_start_matches('#')),
                None => "is no policy, named location, group or authentication strength".to_owned(),
            };
            assembly.skipped.push(Skipped { path: item.place, reason });
        }
    }
    for item in policies {
        assembly.policy(item);
    }
    let tenant = assembly.tenant;
    let report = LoadReport {
        tenant: tenant.demo(),
        files: 0,
        policies: tenant.conditional_access.policies.len(),
        named_locations: tenant.conditional_access.locations.len(),
        groups: tenant.directory.of_kind(Kind::Group).count(),
        authentication_strengths: tenant
            .conditional_access
            .strengths
            .iter()
            .filter(|strength| strength["policyType"] == "custom")
            .count(),
        skipped: assembly.skipped,
    };
    (tenant, report)
}

/// A name as a label of a domain.
pub(crate) fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-').chars().take(50).collect::<String>();
    if slug.is_empty() { id_of(&["slug", name]) } else { slug }
}

fn is_policy(value: &Value) -> bool {
    value["conditions"].is_object() && value["displayName"].is_string()
}

fn is_group(value: &Value) -> bool {
    value["displayName"].is_string()
        && ["mailNickname", "securityEnabled", "groupTypes"].iter().any(|name| value.get(name).is_some())
}

fn location_kind(value: &Value) -> Option<&'static str> {
    let named = value["@odata.type"].as_str().or_else(|| value["locationType"].as_str()).unwrap_or_default();
    let kinds = ["ipNamedLocation", "countryNamedLocation", "compliantNetworkNamedLocation"];
    let named = kinds.into_iter().find(|kind| named.trim_start_matches("#microsoft.graph.") == *kind);
    named.or_else(|| {
        let has = |name: &str| value[name].is_array();
        match value["displayName"].is_string() {
            true if has("ipRanges") => Some("ipNamedLocation"),
            true if has("countriesAndRegions") => Some("countryNamedLocation"),
            _ => None,
        }
    })
}

impl Assembly {
    /// A few people to be members of everything.
    fn hire(&mut self) {
        for name in ["Ada Linde", "Bo Kramer", "Cato Brandt", "Dina Faber", "Erik Holm", "Fenna Post"] {
            let local = name.to_lowercase().replace(' ', ".");
            let id = self.tenant.id_for("user", &local);
            let upn = format!("{local}@{}", self.tenant.default_domain());
            self.people.push(self.tenant.directory.put(Kind::User, directory::user(&id, name, &upn, false)));
        }
    }

    fn location(&mut self, item: &Item, kind: &str) {
        let given = &item.value;
        let name = given["displayName"].as_str().unwrap_or(&item.place).to_owned();
        let id = match given["id"].as_str().filter(|id| is_guid(id)) {
            Some(id) => id.to_owned(),
            None => self.tenant.id_for("location", &item.place),
        };
        if !self.seen.first(&id) {
            self.skipped.push(Skipped {
                path: item.place.clone(),
                reason: "repeats the id of another location".to_owned(),
            });
            return;
        }
        self.locations.insert(name.clone(), id.clone());
        let created = given["createdDateTime"].as_str().unwrap_or(&self.now).to_owned();
        let mut value = json!({
            "@odata.type": format!("#microsoft.graph.{kind}"),
            "id": id,
            "displayName": name,
            "createdDateTime": created,
            "modifiedDateTime": given["modifiedDateTime"].as_str().unwrap_or(&created),
            "deletedDateTime": null,
        });
        match kind {
            "ipNamedLocation" => {
                value["isTrusted"] = json!(given["isTrusted"].as_bool().unwrap_or(false));
                value["ipRanges"] =
                    given["ipRanges"].as_array().into_iter().flatten().filter_map(ip_range).collect();
            }
            "countryNamedLocation" => {
                value["countriesAndRegions"] = given["countriesAndRegions"].clone();
                let unknown = given["includeUnknownCountriesAndRegions"].as_bool().unwrap_or(false);
                value["includeUnknownCountriesAndRegions"] = json!(unknown);
                value["countryLookupMethod"] =
                    json!(given["countryLookupMethod"].as_str().unwrap_or("clientIpAddress"));
            }
            _ => {
                value["compliantNetworkType"] = json!("allTenantCompliantNetworks");
                value["isTrusted"] = json!(given["isTrusted"].as_bool().unwrap_or(false));
            }
        }
        self.tenant.conditional_access.locations.push(Arc::new(value));
    }

    fn strength(&mut self, given: &Value, place: &str) -> String {
        let id = match given["id"].as_str().filter(|id| is_guid(id)) {
            Some(id) => id.to_ascii_lowercase(),
            None => self.tenant.id_for("strength", given["displayName"].as_str().unwrap_or(place)),
        };
        let known =
            self.tenant.conditional_access.strengths.iter().any(|strength| strength["id"] == id.as_str());
        if !known {
            let value = normalise_strength(given, &id, &self.now);
            self.tenant.conditional_access.strengths.push(Arc::new(value));
        }
        id
    }

    fn group(&mut self, item: &Item) {
        let given = &item.value;
        let name = given["displayName"].as_str().unwrap_or_default().to_owned();
        let id = match given["id"].as_str().filter(|id| is_guid(id)) {
            Some(id) => id.to_ascii_lowercase(),
            None => self.tenant.id_for("group", &name),
        };
        self.put_group(&id, &name, given["description"].as_str(), given["membershipRule"].as_str());
    }

    fn put_group(&mut self, id: &str, name: &str, description: Option<&str>, rule: Option<&str>) {
        let id = self.tenant.directory.put(Kind::Group, directory::group(id, name, description, rule));
        // Which of the people are members follows from the name, so that groups differ and stay the same.
        let turn = name.bytes().map(usize::from).sum::<usize>();
        let members = (0..3).map(|step| self.people[(turn + step) % self.people.len()].clone()).collect();
        self.tenant.directory.members_set(&id, members);
    }

    fn policy(&mut self, item: Item) {
        let inline = &item.value["grantControls"]["authenticationStrength"];
        let strength = if inline.is_object() {
            let mut inline = inline.clone();
            if inline["allowedCombinations"].as_array().is_none_or(Vec::is_empty) {
                inline["allowedCombinations"] = json!(["windowsHelloForBusiness", "fido2"]);
            }
            Some(self.strength(&inline, &item.place))
        } else {
            None
        };
        let mut policy = normalise_policy(&item.value);
        if let Some(id) = strength {
            policy["grantControls"]["authenticationStrength"] = json!({ "id": id });
        }
        let id = policy["id"].as_str().filter(|id| is_guid(id)).map(str::to_ascii_lowercase);
        let id =
            id.filter(|id| self.seen.first(id)).unwrap_or_else(|| self.tenant.id_for("policy", &item.place));
        policy["id"] = json!(id);
        if policy["createdDateTime"].is_null() {
            policy["createdDateTime"] = json!(self.now);
        }
        if !matches!(
            policy["state"].as_str(),
            Some("enabled" | "disabled" | "enabledForReportingButNotEnforced")
        ) {
            policy["state"] = json!("disabled");
        }
        settle_policy(&mut policy);
        self.references(&mut policy);
        self.tenant.conditional_access.policies.push(Arc::new(policy));
    }

    /// Makes every reference of the policy lead to something.
    fn references(&mut self, policy: &mut Value) {
        for list in ["includeGroups", "excludeGroups"] {
            self.each(policy, &format!("/conditions/users/{list}"), &[], Self::group_named);
        }
        for list in ["includeUsers", "excludeUsers"] {
            self.each(policy, &format!("/conditions/users/{list}"), SPECIAL_USERS, Self::user_named);
        }
        for list in ["includeApplications", "excludeApplications"] {
            self.each(policy, &format!("/conditions/applications/{list}"), SPECIAL_APPS, Self::app_named);
        }
        for list in ["includeLocations", "excludeLocations"] {
            self.each(
                policy,
                &format!("/conditions/locations/{list}"),
                SPECIAL_LOCATIONS,
                Self::location_named,
            );
        }
        for list in ["includeServicePrincipals", "excludeServicePrincipals"] {
            let path = format!("/conditions/clientApplications/{list}");
            self.each(policy, &path, SPECIAL_PRINCIPALS, Self::principal_named);
        }
        self.each(policy, "/grantControls/termsOfUse", &[], |assembly, text| {
            assembly.named("agreement", "", text).0
        });
        let contexts = policy.pointer("/conditions/applications/includeAuthenticationContextClassReferences");
        for context in contexts.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            let all = &mut self.tenant.conditional_access.contexts;
            if !all.iter().any(|known| known["id"] == context) {
                all.push(Arc::new(json!({
                    "id": context, "displayName": format!("Context {context}"), "description": null, "isAvailable": true,
                })));
            }
        }
    }

    fn each(
        &mut self,
        policy: &mut Value,
        path: &str,
        special: &[&str],
        make: fn(&mut Self, &str) -> String,
    ) {
        let Some(items) = policy.pointer_mut(path).and_then(Value::as_array_mut) else { return };
        for item in items {
            if let Some(text) = item.as_str().filter(|text| !special.contains(text)) {
                *item = json!(make(self, text));
            }
        }
    }

    fn group_named(&mut self, text: &str) -> String {
        let (id, name) = self.named("group", "Group", text);
        if !self.tenant.directory.contains(&id) {
            self.put_group(&id, &name, None, None);
        }
        id
    }

    fn user_named(&mut self, text: &str) -> String {
        let (id, name) = self.named("user", "User", text);
        if !self.tenant.directory.contains(&id) {
            let upn = format!("{}@{}", slug(&name), self.tenant.default_domain());
            self.tenant.directory.put(Kind::User, directory::user(&id, &name, &upn, false));
        }
        id
    }

    fn app_named(&mut self, text: &str) -> String {
        let (app_id, name) = self.named("app", "Application", text);
        if self.tenant.directory.service_principal_by_app(&app_id).is_none() {
            let id = self.tenant.id_for("service principal", &app_id);
            let owner = self.tenant.id.to_string();
            let value = directory::service_principal(&id, &app_id, &name, &owner);
            self.tenant.directory.put(Kind::ServicePrincipal, value);
        }
        app_id
    }

    fn principal_named(&mut self, text: &str) -> String {
        let (id, name) = self.named("principal", "Workload", text);
        if !self.tenant.directory.contains(&id) {
            let app_id = self.tenant.id_for("app", &id);
            let owner = self.tenant.id.to_string();
            let value = directory::service_principal(&id, &app_id, &name, &owner);
            self.tenant.directory.put(Kind::ServicePrincipal, value);
        }
        id
    }

    fn location_named(&mut self, text: &str) -> String {
        if let Some(id) = self.locations.get(text) {
            return id.clone();
        }
        let (id, name) = self.named("location", "Named location", text);
        let known = |location: &Arc<Value>| {
            location["id"].as_str().is_some_and(|other| other.eq_ignore_ascii_case(&id))
        };
        if !self.tenant.conditional_access.locations.iter().any(known) {
            self.tenant.conditional_access.locations.push(Arc::new(json!({
                "@odata.type": "#microsoft.graph.ipNamedLocation",
                "id": id,
                "displayName": name,
                "createdDateTime": self.now,
                "modifiedDateTime": self.now,
                "deletedDateTime": null,
                "isTrusted": false,
                "ipRanges": [{ "@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "192.0.2.0/24" }],
            })));
        }
        id
    }

    /// A GUID stands for itself, anything else is the name of something.
    fn named(&self, kind: &str, label: &str, text: &str) -> (String, String) {
        if is_guid(text) {
            let short: String = text.chars().take(8).collect();
            return (text.to_ascii_lowercase(), format!("{label} {short}"));
        }
        let name = text.trim_matches(|c| matches!(c, '<' | '>' | '{' | '}' | '%' | '[' | ']')).to_owned();
        (self.tenant.id_for(kind, &name), name)
    }
}

fn ip_range(range: &Value) -> Option<Value> {
    let cidr = range["cidrAddress"].as_str()?;
    let kind = if cidr.contains(':') { "iPv6CidrRange" } else { "iPv4CidrRange" };
    Some(json!({ "@odata.type": format!("#microsoft.graph.{kind}"), "cidrAddress": cidr }))
}
