//! The tenant itself: organization, domains, subscriptions, and lookups of other tenants.

use std::sync::Arc;

use serde_json::{Value, json};

use super::query::{List, check_names, page, select};
use super::{GraphCall, tenant};
use crate::call::Reply;
use crate::tenant::Tenant;
use crate::world::World;

pub(super) fn answer(world: &World, call: &GraphCall<'_>, parts: &[&str]) -> Reply {
    let tenant = match tenant(world, call.claims) {
        Ok(tenant) => tenant,
        Err(refusal) => return refusal,
    };
    let result = match parts {
        ["organization"] => Ok(page(
            call,
            vec![Arc::new(organization(tenant))],
            &List::whole("organization").of("organization", None),
        )),
        ["organization", id] if id.eq_ignore_ascii_case(&tenant.id.to_string()) => {
            let checked =
                call.query.get("$select").map_or(Ok(()), |names| check_names("organization", names));
            checked.map(|()| entity(call, "organization", &organization(tenant)))
        }
        ["domains"] => Ok(page(
            call,
            tenant.domains.iter().map(|name| Arc::new(domain(tenant, name))).collect(),
            &List::whole("domains"),
        )),
        ["domains", name] if tenant.has_domain(name) => Ok(entity(call, "domains", &domain(tenant, name))),
        ["subscribedSkus"] => Ok(page(
            call,
            tenant.skus.iter().cloned().map(Arc::new).collect(),
            &List::whole("subscribedSkus"),
        )),
        ["subscribedSkus", id] => tenant
            .skus
            .iter()
            .find(|sku| sku["id"] == *id)
            .map(|sku| entity(call, "subscribedSkus", sku))
            .ok_or_else(|| Reply::directory_missing(id)),
        ["tenantRelationships", "findTenantInformationByDomainName", key] => information(world, call, key),
        ["tenantRelationships", "findTenantInformationByTenantId", key] => information(world, call, key),
        ["organization" | "domains", id] => Err(Reply::directory_missing(id)),
        _ => Err(super::route::no_such(call)),
    };
    result.unwrap_or_else(|refusal| refusal)
}

fn entity(call: &GraphCall<'_>, fragment: &str, value: &Value) -> Reply {
    let mut body = select(call, value, None);
    body["@odata.context"] = json!(call.context(&format!("{fragment}/$entity")));
    Reply::ok(body)
}

fn information(world: &World, call: &GraphCall<'_>, key: &str) -> Result<Reply, Reply> {
    let wanted = key.split_once('=').map_or(key, |(_, value)| value);
    let found = world.tenant_of_authority(wanted).ok_or_else(|| Reply::directory_missing(wanted))?;
    Ok(Reply::ok(json!({
        "@odata.context": call.context("microsoft.graph.tenantInformation"),
        "tenantId": found.id.to_string(),
        "federationBrandName": null,
        "displayName": found.name,
        "defaultDomainName": found.default_domain(),
    })))
}

fn organization(tenant: &Tenant) -> Value {
    let plans: Vec<Value> = tenant
        .skus
        .iter()
        .flat_map(|sku| sku["servicePlans"].as_array().cloned().unwrap_or_default())
        .map(|plan| {
            json!({
                "assignedDateTime": "2024-02-01T00:00:00Z",
                "capabilityStatus": "Enabled",
                "service": "AADPremiumService",
                "servicePlanId": plan["servicePlanId"],
            })
        })
        .collect();
    let initial = tenant.domains.last();
    let domains: Vec<Value> = tenant
        .domains
        .iter()
        .map(|name| {
            json!({
                "capabilities": "Email, OfficeCommunicationsOnline",
                "isDefault": name == tenant.default_domain(),
                "isInitial": Some(name) == initial,
                "name": name,
                "type": "Managed",
            })
        })
        .collect();
    json!({
        "id": tenant.id.to_string(),
        "deletedDateTime": null,
        "assignedPlans": plans,
        "businessPhones": [],
        "city": null,
        "country": null,
        "countryLetterCode": tenant.country,
        "createdDateTime": tenant.created,
        "defaultUsageLocation": null,
        "displayName": tenant.name,
        "marketingNotificationEmails": [],
        "onPremisesLastSyncDateTime": null,
        "onPremisesSyncEnabled": null,
        "partnerTenantType": null,
        "postalCode": null,
        "preferredLanguage": "en",
        "privacyProfile": null,
        "provisionedPlans": [],
        "securityComplianceNotificationMails": [],
        "securityComplianceNotificationPhones": [],
        "state": null,
        "street": null,
        "technicalNotificationMails": [format!("it@{}", tenant.default_domain())],
        "tenantType": "AAD",
        "verifiedDomains": domains,
    })
}

fn domain(tenant: &Tenant, name: &str) -> Value {
    json!({
        "id": name,
        "authenticationType": "Managed",
        "availabilityStatus": null,
        "isAdminManaged": true,
        "isDefault": name == tenant.default_domain(),
        "isInitial": tenant.domains.last().is_some_and(|initial| initial == name),
        "isRoot": true,
        "isVerified": true,
        "manufacturer": null,
        "model": null,
        "passwordNotificationWindowInDays": 14,
        "passwordValidityPeriodInDays": 2_147_483_647,
        "state": null,
        "supportedServices": ["Email", "OfficeCommunicationsOnline"],
    })
}
