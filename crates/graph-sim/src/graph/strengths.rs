//! Authentication strengths: three built-in ones with the same ids everywhere, and up to fifteen of the
//! tenant's own.

use std::sync::Arc;

use serde_json::{Value, json};
use uuid::Uuid;

use super::query::{List, page};
use super::{GraphCall, normal, tenant, view};
use crate::call::Reply;
use crate::tenant::Tenant;
use crate::time;
use crate::world::World;

const FRAGMENT: &str = "identity/conditionalAccess/authenticationStrength/policies";
const MOST_CUSTOM: usize = 15;

const PHISHING_RESISTANT: &[&str] = &["windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor"];
const PASSWORDLESS: &[&str] =
    &["windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor", "deviceBasedPush"];
const MULTIFACTOR: &[&str] = &[
    "windowsHelloForBusiness",
    "fido2",
    "x509CertificateMultiFactor",
    "deviceBasedPush",
    "temporaryAccessPassOneTime",
    "temporaryAccessPassMultiUse",
    "password,microsoftAuthenticatorPush",
    "password,softwareOath",
    "password,hardwareOath",
    "password,sms",
    "password,voice",
    "federatedMultiFactor",
    "microsoftAuthenticatorPush,federatedSingleFactor",
    "softwareOath,federatedSingleFactor",
    "hardwareOath,federatedSingleFactor",
    "sms,federatedSingleFactor",
    "voice,federatedSingleFactor",
];

/// The built-in strengths.
pub(crate) fn built_in() -> Vec<Arc<Value>> {
    [
        ("00000000-0000-0000-0000-000000000002", "Multifactor authentication", MULTIFACTOR),
        ("00000000-0000-0000-0000-000000000003", "Passwordless MFA", PASSWORDLESS),
        ("00000000-0000-0000-0000-000000000004", "Phishing-resistant MFA", PHISHING_RESISTANT),
    ]
    .into_iter()
    .map(|(id, name, combinations)| {
        let given = json!({
            "displayName": name,
            "description": format!("Built in: {name}"),
            "policyType": "builtIn",
            "allowedCombinations": combinations,
        });
        Arc::new(normal::strength(&given, id, "2021-12-01T08:00:00Z"))
    })
    .collect()
}

pub(crate) fn find<'a>(tenant: &'a Tenant, id: &str) -> Option<&'a Arc<Value>> {
    tenant
        .conditional_access
        .strengths
        .iter()
        .find(|strength| strength["id"].as_str().is_some_and(|other| other.eq_ignore_ascii_case(id)))
}

pub(super) fn answer(world: &mut World, call: &GraphCall<'_>, rest: &[&str]) -> Reply {
    let result = match (call.call.method.as_str(), rest) {
        ("GET", []) => list(world, call),
        ("GET", [id]) => {
            existing(world, call, id).map(|strength| super::access::single(call, FRAGMENT, &strength))
        }
        ("GET", [id, "combinationConfigurations"]) => existing(world, call, id).map(|strength| {
            let items = strength["combinationConfigurations"].as_array().cloned().unwrap_or_default();
            let fragment = format!("{FRAGMENT}('{id}')/combinationConfigurations");
            page(call, items.into_iter().map(Arc::new).collect(), &List::whole(&fragment))
        }),
        ("GET", [id, "usage"]) => usage(world, call, id),
        ("POST", []) => create(world, call),
        ("POST", [id, "updateAllowedCombinations"]) => combinations(world, call, id),
        ("PATCH", [id]) => update(world, call, id),
        ("DELETE", [id]) => delete(world, call, id),
        _ => Err(super::route::no_such(call)),
    };
    result.unwrap_or_else(|refusal| refusal)
}

fn missing(id: &str) -> Reply {
    Reply::graph_error(
        404,
        "ResourceNotFound",
        format!("AuthenticationStrengthPolicy with id {id} was not found."),
    )
}

fn shown(call: &GraphCall<'_>, strength: &Value) -> Value {
    let mut strength = strength.clone();
    if !call.wants_unknown_members() {
        view::cut_at_sentinel(&mut strength);
    }
    strength
}

fn list(world: &World, call: &GraphCall<'_>) -> Result<Reply, Reply> {
    let tenant = tenant(world, call.claims)?;
    let items = tenant.conditional_access.strengths.iter().map(|strength| {
        let mut strength = shown(call, strength);
        let id = strength["id"].as_str().unwrap_or_default().to_owned();
        strength["combinationConfigurations@odata.context"] =
            json!(call.context(&format!("{FRAGMENT}('{id}')/combinationConfigurations")));
        Arc::new(strength)
    });
    Ok(page(call, items.collect(), &List::whole(FRAGMENT)))
}

fn existing(world: &World, call: &GraphCall<'_>, id: &str) -> Result<Value, Reply> {
    let tenant = tenant(world, call.claims)?;
    find(tenant, id).map(|strength| shown(call, strength)).ok_or_else(|| missing(id))
}

fn usage(world: &World, call: &GraphCall<'_>, id: &str) -> Result<Reply, Reply> {
    let tenant = tenant(world, call.claims)?;
    find(tenant, id).ok_or_else(|| missing(id))?;
    let users: Vec<Value> = tenant
        .conditional_access
        .policies
        .iter()
        .filter(|policy| {
            policy.pointer("/grantControls/authenticationStrength/id").is_some_and(|other| other == id)
        })
        .map(|policy| view::policy(tenant, policy, call.version, call.wants_unknown_members()))
        .collect();
    Ok(Reply::ok(json!({
        "@odata.context": call.context("microsoft.graph.authenticationStrengthUsage"),
        "mfa": users,
        "none": [],
    })))
}

fn custom_index(tenant: &Tenant, id: &str) -> Result<usize, Reply> {
    let strengths = &tenant.conditional_access.strengths;
    let at = strengths.iter().position(|strength| strength["id"] == id).ok_or_else(|| missing(id))?;
    if strengths[at]["policyType"] == "builtIn" {
        return Err(Reply::bad_request("Built-in authentication strengths cannot be changed."));
    }
    Ok(at)
}

fn create(world: &mut World, call: &GraphCall<'_>) -> Result<Reply, Reply> {
    let body = call.json_body()?;
    let now = time::ticks(world.now());
    let tenant = world.tenants.get_mut(&call.claims.tenant).ok_or_else(super::auth::identity_not_found)?;
    let strengths = &mut tenant.conditional_access.strengths;
    if body["displayName"].as_str().is_none()
        || body["allowedCombinations"].as_array().is_none_or(Vec::is_empty)
    {
        return Err(Reply::bad_request("displayName and allowedCombinations are required."));
    }
    if strengths.iter().filter(|strength| strength["policyType"] == "custom").count() >= MOST_CUSTOM {
        return Err(Reply::bad_request(
            "The maximum of 15 custom authentication strengths has been reached.",
        ));
    }
    let mut strength = normal::strength(&body, &Uuid::new_v4().to_string(), &now);
    strength["policyType"] = json!("custom");
    strengths.push(Arc::new(strength.clone()));
    strength["@odata.context"] = json!(call.context(&format!("{FRAGMENT}/$entity")));
    Ok(Reply::json(201, strength))
}

fn update(world: &mut World, call: &GraphCall<'_>, id: &str) -> Result<Reply, Reply> {
    let body = call.json_body()?;
    let now = time::ticks(world.now());
    let tenant = world.tenants.get_mut(&call.claims.tenant).ok_or_else(super::auth::identity_not_found)?;
    if body.get("allowedCombinations").is_some() {
        return Err(Reply::bad_request("Use updateAllowedCombinations to change the allowed combinations."));
    }
    let at = custom_index(tenant, id)?;
    let strength = Arc::make_mut(&mut tenant.conditional_access.strengths[at]);
    for name in ["displayName", "description"] {
        if body[name].is_string() {
            strength[name] = body[name].clone();
        }
    }
    strength["modifiedDateTime"] = json!(now);
    Ok(Reply::no_content())
}

fn combinations(world: &mut World, call: &GraphCall<'_>, id: &str) -> Result<Reply, Reply> {
    let body = call.json_body()?;
    let now = time::ticks(world.now());
    let tenant = world.tenants.get_mut(&call.claims.tenant).ok_or_else(super::auth::identity_not_found)?;
    let wanted = body["allowedCombinations"].as_array().filter(|list| !list.is_empty()).cloned();
    let wanted = wanted.ok_or_else(|| Reply::bad_request("allowedCombinations is required."))?;
    let at = custom_index(tenant, id)?;
    let policies: Vec<Value> = tenant
        .conditional_access
        .policies
        .iter()
        .filter(|policy| {
            policy.pointer("/grantControls/authenticationStrength/id").is_some_and(|other| other == id)
        })
        .map(|policy| policy["id"].clone())
        .collect();
    let strength = Arc::make_mut(&mut tenant.conditional_access.strengths[at]);
    let before = strength["allowedCombinations"].clone();
    strength["allowedCombinations"] = Value::Array(wanted);
    strength["modifiedDateTime"] = json!(now);
    Ok(Reply::ok(json!({
        "@odata.context": call.context("microsoft.graph.updateAllowedCombinationsResult"),
        "previousCombinations": before,
        "currentCombinations": strength["allowedCombinations"],
        "additionalInformation": "",
        "conditionalAccessReferences": policies,
    })))
}

fn delete(world: &mut World, call: &GraphCall<'_>, id: &str) -> Result<Reply, Reply> {
    let tenant = world.tenants.get_mut(&call.claims.tenant).ok_or_else(super::auth::identity_not_found)?;
    let at = custom_index(tenant, id)?;
    let used = tenant.conditional_access.policies.iter().any(|policy| {
        policy.pointer("/grantControls/authenticationStrength/id").is_some_and(|other| other == id)
    });
    if used {
        return Err(Reply::bad_request(
            "The authentication strength is used by a Conditional Access policy.",
        ));
    }
    tenant.conditional_access.strengths.remove(at);
    Ok(Reply::no_content())
}
