//! Users, groups, service principals and role assignments.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};

/// What a directory object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    User,
    Group,
    ServicePrincipal,
}

impl Kind {
    pub(crate) const fn odata_type(self) -> &'static str {
        match self {
            Self::User => "#microsoft.graph.user",
            Self::Group => "#microsoft.graph.group",
            Self::ServicePrincipal => "#microsoft.graph.servicePrincipal",
        }
    }

    /// The name that `getByIds` and type casts use.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        match name
            .trim_start_matches('#')
            .trim_start_matches("microsoft.graph.")
            .to_ascii_lowercase()
            .as_str()
        {
            "user" => Some(Self::User),
            "group" => Some(Self::Group),
            "serviceprincipal" => Some(Self::ServicePrincipal),
            _ => None,
        }
    }
}

/// An object in full; what is shown of it depends on `$select`.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) kind: Kind,
    pub(crate) value: Arc<Value>,
    /// Ids of direct members, for groups.
    pub(crate) members: Vec<String>,
}

/// One directory role held by one principal.
#[derive(Clone)]
pub(crate) struct RoleAssignment {
    pub(crate) id: String,
    pub(crate) role: String,
    pub(crate) principal: String,
    /// `/` for the tenant, `/administrativeUnits/{id}` for a unit.
    pub(crate) scope: String,
}

#[derive(Clone, Default)]
pub(crate) struct Directory {
    entries: BTreeMap<String, Entry>,
    order: Vec<String>,
    pub(crate) role_assignments: Vec<RoleAssignment>,
}

impl Directory {
    pub(crate) fn put(&mut self, kind: Kind, value: Value) -> String {
        let id = value["id"].as_str().unwrap_or_default().to_ascii_lowercase();
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.kind = kind;
            entry.value = Arc::new(value);
        } else {
            self.order.push(id.clone());
            self.entries.insert(id.clone(), Entry { kind, value: Arc::new(value), members: Vec::new() });
        }
        id
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Entry> {
        self.entries.get(&id.to_ascii_lowercase())
    }

    pub(crate) fn get_kind(&self, kind: Kind, id: &str) -> Option<&Entry> {
        self.get(id).filter(|entry| entry.kind == kind)
    }

    pub(crate) fn contains(&self, id: &str) -> bool {
        self.get(id).is_some()
    }

    pub(crate) fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Entry> {
        self.order.iter().filter_map(|id| self.entries.get(id)).filter(move |entry| entry.kind == kind)
    }

    pub(crate) fn members_set(&mut self, group: &str, members: Vec<String>) {
        if let Some(entry) = self.entries.get_mut(&group.to_ascii_lowercase()) {
            entry.members = members.into_iter().map(|id| id.to_ascii_lowercase()).collect();
        }
    }

    /// Deletes an object and its memberships; policies keep the dangling id, as the real service does.
    pub(crate) fn remove(&mut self, id: &str) -> bool {
        let id = id.to_ascii_lowercase();
        self.order.retain(|other| *other != id);
        for entry in self.entries.values_mut() {
            entry.members.retain(|member| *member != id);
        }
        self.role_assignments.retain(|assignment| assignment.principal != id);
        self.entries.remove(&id).is_some()
    }

    pub(crate) fn service_principal_by_app(&self, app_id: &str) -> Option<&Entry> {
        self.of_kind(Kind::ServicePrincipal)
            .find(|entry| entry.value["appId"].as_str().is_some_and(|id| id.eq_ignore_ascii_case(app_id)))
    }

    pub(crate) fn direct_members(&self, group: &str) -> Vec<&Entry> {
        let Some(entry) = self.get(group) else { return Vec::new() };
        entry.members.iter().filter_map(|id| self.entries.get(id)).collect()
    }

    /// Everything below a group, each once, nested groups among them. Survives groups that contain each
    /// other.
    pub(crate) fn transitive_members(&self, group: &str) -> Vec<&Entry> {
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        let mut todo: Vec<&str> = self
            .get(group)
            .map(|entry| entry.members.iter().map(String::as_str).collect())
            .unwrap_or_default();
        todo.reverse();
        while let Some(id) = todo.pop() {
            if !seen.insert(id.to_owned()) || id.eq_ignore_ascii_case(group) {
                continue;
            }
            let Some(entry) = self.entries.get(id) else { continue };
            found.push(entry);
            todo.extend(entry.members.iter().rev().map(String::as_str));
        }
        found
    }

    /// Groups that contain the object, directly or through others.
    pub(crate) fn transitive_member_of(&self, id: &str) -> Vec<&Entry> {
        let id = id.to_ascii_lowercase();
        self.of_kind(Kind::Group)
            .filter(|group| {
                let group_id = group.value["id"].as_str().unwrap_or_default();
                self.transitive_members(group_id).iter().any(|member| member.value["id"] == id.as_str())
            })
            .collect()
    }
}

/// A user with every property the emulator knows.
pub(crate) fn user(id: &str, display_name: &str, upn: &str, guest: bool) -> Value {
    let (given, surname) = display_name.split_once(' ').unwrap_or((display_name, ""));
    json!({
        "id": id,
        "deletedDateTime": null,
        "accountEnabled": true,
        "assignedLicenses": [],
        "businessPhones": [],
        "city": null,
        "companyName": null,
        "country": null,
        "createdDateTime": "2022-03-01T09:12:33Z",
        "creationType": if guest { json!("Invitation") } else { Value::Null },
        "department": null,
        "displayName": display_name,
        "employeeType": null,
        "externalUserState": if guest { json!("Accepted") } else { Value::Null },
        "givenName": given,
        "jobTitle": null,
        "mail": upn.replace("#EXT#", "").to_ascii_lowercase(),
        "mailNickname": upn.split('@').next(),
        "mobilePhone": null,
        "officeLocation": null,
        "onPremisesImmutableId": null,
        "onPremisesSyncEnabled": null,
        "otherMails": [],
        "preferredLanguage": null,
        "proxyAddresses": [],
        "surname": surname,
        "usageLocation": "NL",
        "userPrincipalName": upn,
        "userType": if guest { "Guest" } else { "Member" },
    })
}

/// A security group.
pub(crate) fn group(
    id: &str,
    display_name: &str,
    description: Option<&str>,
    membership_rule: Option<&str>,
) -> Value {
    let nickname: String = id.chars().take(10).collect();
    json!({
        "id": id,
        "deletedDateTime": null,
        "classification": null,
        "createdDateTime": "2023-01-17T13:45:02Z",
        "description": description,
        "displayName": display_name,
        "expirationDateTime": null,
        "groupTypes": if membership_rule.is_some() { json!(["DynamicMembership"]) } else { json!([]) },
        "isAssignableToRole": null,
        "mail": null,
        "mailEnabled": false,
        "mailNickname": nickname,
        "membershipRule": membership_rule,
        "membershipRuleProcessingState": membership_rule.map(|_| "On"),
        "onPremisesLastSyncDateTime": null,
        "onPremisesSyncEnabled": null,
        "preferredDataLocation": null,
        "preferredLanguage": null,
        "proxyAddresses": [],
        "renewedDateTime": "2023-01-17T13:45:02Z",
        "resourceBehaviorOptions": [],
        "resourceProvisioningOptions": [],
        "securityEnabled": true,
        "securityIdentifier": "S-1-12-1-1000000001-1000000002-1000000003-1000000004",
        "theme": null,
        "visibility": null,
    })
}

/// An enterprise application.
pub(crate) fn service_principal(id: &str, app_id: &str, display_name: &str, owner_tenant: &str) -> Value {
    json!({
        "id": id,
        "deletedDateTime": null,
        "accountEnabled": true,
        "alternativeNames": [],
        "appDescription": null,
        "appDisplayName": display_name,
        "appId": app_id,
        "appOwnerOrganizationId": owner_tenant,
        "appRoleAssignmentRequired": false,
        "applicationTemplateId": null,
        "description": null,
        "disabledByMicrosoftStatus": null,
        "displayName": display_name,
        "homepage": null,
        "loginUrl": null,
        "notes": null,
        "notificationEmailAddresses": [],
        "replyUrls": [],
        "servicePrincipalNames": [app_id],
        "servicePrincipalType": "Application",
        "signInAudience": "AzureADMultipleOrgs",
        "tags": [],
    })
}
