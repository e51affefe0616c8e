//! Subscriptions, by the names and ids of Microsoft's licence list. Only the plans that matter to Conditional
//! Access are carried, and a few that look like them and are not.

use serde_json::{Value, json};

use crate::ids::id_of;
use crate::tenant::Tenant;

const P1: (&str, &str) = ("AAD_PREMIUM", "41781fb2-bc02-4b7c-bd55-b576c07bb09d");
const P2: (&str, &str) = ("AAD_PREMIUM_P2", "eec0eb4f-6444-4f95-aba0-50c24d67f998");
const INTUNE: (&str, &str) = ("INTUNE_A", "c1ec4a95-1f05-45b3-a911-aa3fa01094f5");
const CLOUD_APPS: (&str, &str) = ("ADALLOM_S_STANDALONE", "2e2ddb96-6af9-4b1d-a3f0-d6ecfd22edb2");
const INSIDER_RISK: (&str, &str) = ("INSIDER_RISK", "d587c7a3-bda9-4f99-8776-9bcf59c84f75");
// These three sound like P1, Intune and Cloud Apps, and open none of their features.
const AAD_SMB: (&str, &str) = ("AAD_SMB", "de377cbc-0019-4ec2-b77c-3f223947e102");
const INTUNE_O365: (&str, &str) = ("INTUNE_O365", "882e1d05-acd1-4ccb-8708-6ee03664b117");
const DISCOVERY: (&str, &str) = ("ADALLOM_S_DISCOVERY", "932ad362-64a8-4783-9106-97849a1a30b9");

/// A product that a demo tenant buys.
#[derive(Clone, Copy)]
pub(crate) enum Sku {
    BusinessPremium,
    BusinessStandard,
    E3,
    E5,
    EmsE3,
    EntraP2,
    E5Security,
}

impl Sku {
    fn facts(self) -> (&'static str, &'static str, &'static [(&'static str, &'static str)]) {
        match self {
            Self::BusinessPremium => (
                "SPB",
                "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46",
                &[P1, INTUNE, AAD_SMB, INTUNE_O365, DISCOVERY],
            ),
            Self::BusinessStandard => {
                ("O365_BUSINESS_PREMIUM", "f245ecc8-75af-4f8e-b61f-27d8114de5f3", &[AAD_SMB, INTUNE_O365])
            }
            Self::E3 => {
                ("SPE_E3", "05e9a617-0261-4cee-bb44-138d3ef5d965", &[P1, INTUNE, INTUNE_O365, DISCOVERY])
            }
            Self::E5 => (
                "SPE_E5",
                "06ebc4ee-1bb5-47dd-8120-11324bc54e06",
                &[P1, P2, INTUNE, CLOUD_APPS, INSIDER_RISK, INTUNE_O365],
            ),
            Self::EmsE3 => ("EMS", "efccb6f7-5641-4e0e-bd10-b4976e1bf68e", &[P1, INTUNE]),
            Self::EntraP2 => ("AAD_PREMIUM_P2", "84a661c4-e949-4bd2-a560-ed7766fcaf2b", &[P1, P2]),
            Self::E5Security => {
                ("IDENTITY_THREAT_PROTECTION", "26124093-3d78-432b-b5dc-48bf992543d5", &[P2, CLOUD_APPS])
            }
        }
    }
}

/// Adds a subscription. `status` is the capability status; units lie under the heading that belongs to it.
pub(super) fn buy(tenant: &mut Tenant, sku: Sku, units: u32, consumed: u32, status: &str) {
    let (part, id, plans) = sku.facts();
    let tenant_id = tenant.id.to_string();
    let under = |wanted: &[&str]| if wanted.contains(&status) { units } else { 0 };
    let plans: Vec<Value> = plans
        .iter()
        .map(|(name, plan)| {
            json!({
                "servicePlanId": plan,
                "servicePlanName": name,
                "provisioningStatus": "Success",
                "appliesTo": "User",
            })
        })
        .collect();
    tenant.skus.push(json!({
        "accountId": tenant_id,
        "accountName": tenant.name,
        "appliesTo": "User",
        "capabilityStatus": status,
        "consumedUnits": consumed,
        "id": format!("{tenant_id}_{id}"),
        "skuId": id,
        "skuPartNumber": part,
        "subscriptionIds": [id_of(&["subscription", &tenant_id, id])],
        "prepaidUnits": {
            "enabled": under(&["Enabled"]),
            "suspended": under(&["Suspended"]),
            "warning": under(&["Warning"]),
            "lockedOut": under(&["LockedOut"]),
        },
        "servicePlans": plans,
    }));
}

/// Subscriptions carry the tenant's id in their own.
pub(super) fn move_to(skus: &mut [Value], tenant_id: &str) {
    for sku in skus {
        sku["id"] = json!(format!("{tenant_id}_{}", sku["skuId"].as_str().unwrap_or_default()));
        sku["accountId"] = json!(tenant_id);
    }
}
