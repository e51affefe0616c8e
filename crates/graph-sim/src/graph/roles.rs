//! Directory roles: templates, the activated ones with their members, definitions and assignments.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use super::query::{List, page, select};
use super::{GraphCall, groups, tenant};
use crate::call::Reply;
use crate::tenant::Tenant;
use crate::world::World;

/// Built-in roles by template id. The id of a built-in definition is its template id, in every tenant.
pub(crate) const BUILT_IN: &[(&str, &str)] = &[
    ("62e90394-69f5-4237-9190-012177145e10", "Global Administrator"),
    ("f2ef992c-3afb-46b9-b7cf-a126ee74c451", "Global Reader"),
    ("e8611ab8-c189-46e8-94e1-60213ab1f814", "Privileged Role Administrator"),
    ("7be44c8a-adaf-4e2a-84d6-ab2649e08a13", "Privileged Authentication Administrator"),
    ("c4e39bd9-1100-46d3-8c65-fb160da0071f", "Authentication Administrator"),
    ("b1be1c3e-b65d-4f19-8427-f6fa0d97feb9", "Conditional Access Administrator"),
    ("194ae4cb-b126-40b2-bd5b-6091b380977d", "Security Administrator"),
    ("5d6b6bb7-de71-4623-b4af-96380a352509", "Security Reader"),
    ("fe930be7-5e62-47db-91af-98c3a49a38b1", "User Administrator"),
    ("729827e3-9c14-49f7-bb1b-9608f156bbb8", "Helpdesk Administrator"),
    ("966707d0-3269-4727-9be2-8c3a10f19b9d", "Password Administrator"),
    ("29232cdf-9323-42fd-ade2-1d097af3e4de", "Exchange Administrator"),
    ("f28a1f50-f6e7-4571-818b-6a12f2af6b6c", "SharePoint Administrator"),
    ("69091246-20e8-4a56-aa4d-066075b2a7a8", "Teams Administrator"),
    ("9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", "Application Administrator"),
    ("158c047a-c907-4556-b7ef-446551a6b5f7", "Cloud Application Administrator"),
    ("b0f54661-2d74-4c50-afa3-1ec803f12efe", "Billing Administrator"),
    ("3a2c62db-5318-420d-8d74-23affee5d9d5", "Intune Administrator"),
    ("8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2", "Hybrid Identity Administrator"),
    ("d29b2b05-8046-44ba-8758-1e26182fcf32", "Directory Synchronization Accounts"),
    ("88d8e3e3-8f55-4a1e-953a-9b9898b8876b", "Directory Readers"),
];

pub(super) fn answer(world: &World, call: &GraphCall<'_>, parts: &[&str]) -> Reply {
    let tenant = match tenant(world, call.claims) {
        Ok(tenant) => tenant,
        Err(refusal) => return refusal,
    };
    let result = match parts {
        ["directoryRoleTemplates"] => {
            let items = BUILT_IN.iter().map(|(id, name)| {
                Arc::new(json!({ "id": id, "deletedDateTime": null, "description": description(name), "displayName": name }))
            });
            Ok(page(call, items.collect(), &List::whole("directoryRoleTemplates")))
        }
        ["directoryRoles"] => Ok(page(
            call,
            activated(tenant).iter().map(|role| Arc::new(directory_role(tenant, role))).collect(),
            &List::whole("directoryRoles"),
        )),
        ["directoryRoles", key] => find_role(tenant, key).map(|role| {
            let mut body = select(call, &directory_role(tenant, &role), None);
            body["@odata.context"] = json!(call.context("directoryRoles/$entity"));
            Reply::ok(body)
        }),
        ["directoryRoles", key, "members"] => find_role(tenant, key).map(|role| {
            let items = tenant
                .directory
                .role_assignments
                .iter()
                .filter(|assignment| assignment.role == role && assignment.scope == "/")
                .filter_map(|assignment| tenant.directory.get(&assignment.principal))
                .map(|entry| Arc::new(groups::member(call, entry)))
                .collect();
            page(call, items, &List::whole("directoryObjects"))
        }),
        ["roleManagement", "directory", "roleDefinitions"] => {
            let items = BUILT_IN.iter().map(|(id, name)| Arc::new(definition(id, name)));
            Ok(page(call, items.collect(), &List::whole("roleManagement/directory/roleDefinitions")))
        }
        ["roleManagement", "directory", "roleDefinitions", id] => {
            let found = BUILT_IN.iter().find(|(template, _)| template.eq_ignore_ascii_case(id));
            found.ok_or_else(|| Reply::directory_missing(id)).map(|(id, name)| {
                let mut body = select(call, &definition(id, name), None);
                body["@odata.context"] =
                    json!(call.context("roleManagement/directory/roleDefinitions/$entity"));
                Reply::ok(body)
            })
        }
        ["roleManagement", "directory", "roleAssignments"] => assignments(call, tenant),
        _ => Err(super::route::no_such(call)),
    };
    result.unwrap_or_else(|refusal| refusal)
}

fn description(name: &str) -> String {
    format!("Holders of the {name} role.")
}

fn definition(id: &str, name: &str) -> Value {
    json!({
        "id": id,
        "description": description(name),
        "displayName": name,
        "isBuiltIn": true,
        "isEnabled": true,
        "resourceScopes": ["/"],
        "rolePermissions": [],
        "templateId": id,
        "version": "1",
    })
}

/// Only roles that somebody was ever given appear as `directoryRoles`.
fn activated(tenant: &Tenant) -> BTreeSet<String> {
    let held = tenant.directory.role_assignments.iter().map(|assignment| assignment.role.clone());
    held.chain([BUILT_IN[0].0.to_owned()]).collect()
}

fn directory_role(tenant: &Tenant, template: &str) -> Value {
    let name = BUILT_IN.iter().find(|(id, _)| *id == template).map_or("Custom role", |(_, name)| name);
    json!({
        "id": tenant.id_for("directory role", template),
        "deletedDateTime": null,
        "description": description(name),
        "displayName": name,
        "roleTemplateId": template,
    })
}

fn find_role(tenant: &Tenant, key: &str) -> Result<String, Reply> {
    let wanted = key.strip_prefix("roleTemplateId=");
    activated(tenant)
        .into_iter()
        .find(|template| match wanted {
            Some(id) => template.eq_ignore_ascii_case(id),
            None => tenant.id_for("directory role", template).eq_ignore_ascii_case(key),
        })
        .ok_or_else(|| Reply::directory_missing(wanted.unwrap_or(key)))
}

fn assignments(call: &GraphCall<'_>, tenant: &Tenant) -> Result<Reply, Reply> {
    let expand = call.query.get("$expand").unwrap_or_default();
    if expand.contains(',') {
        return Err(Reply::directory_bad_request("Only one $expand is supported on this resource."));
    }
    let items = tenant.directory.role_assignments.iter().map(|assignment| {
        let mut value = json!({
            "id": assignment.id,
            "appScopeId": null,
            "condition": null,
            "directoryScopeId": assignment.scope,
            "principalId": assignment.principal,
            "principalOrganizationId": tenant.id.to_string(),
            "resourceScope": assignment.scope,
            "roleDefinitionId": assignment.role,
        });
        match expand {
            "principal" => {
                if let Some(entry) = tenant.directory.get(&assignment.principal) {
                    value["principal"] = (*entry.value).clone();
                    value["principal"]["@odata.type"] = json!(entry.kind.odata_type());
                }
            }
            "roleDefinition" => {
                let name = BUILT_IN
                    .iter()
                    .find(|(id, _)| *id == assignment.role)
                    .map_or("Custom role", |(_, name)| name);
                value["roleDefinition"] = definition(&assignment.role, name);
            }
            _ => {}
        }
        Arc::new(value)
    });
    let list = List { directory: false, ..List::directory("roleManagement/directory/roleAssignments") };
    Ok(page(call, items.collect(), &list))
}
