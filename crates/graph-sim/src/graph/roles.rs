//! Directory roles: templates, the activated ones with their members, definitions and assignments.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use super::query::{List, page, select};
use super::role_names::{BUILT_IN, name};
use super::{GraphCall, groups, tenant};
use crate::call::Reply;
use crate::tenant::Tenant;
use crate::world::World;

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
    let name = name(template);
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
                let name = name(&assignment.role);
                value["roleDefinition"] = definition(&assignment.role, name);
            }
            _ => {}
        }
        Arc::new(value)
    });
    let list = List { directory: false, ..List::directory("roleManagement/directory/roleAssignments") };
    Ok(page(call, items.collect(), &list))
}
