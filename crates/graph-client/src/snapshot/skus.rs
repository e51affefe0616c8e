//! Subscribed SKUs.

use crate::{GraphError, endpoint::SKUS, session::Session};
use policytab_domain::snapshot::SubscribedSku;
use serde::Deserialize;
use uuid::Uuid;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sku {
    sku_id: Uuid,
    sku_part_number: Option<String>,
    capability_status: Option<String>,
    prepaid_units: Option<Units>,
    consumed_units: Option<i64>,
    service_plans: Option<Vec<Plan>>,
}

#[derive(Deserialize)]
struct Units {
    enabled: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Plan {
    service_plan_id: Uuid,
    provisioning_status: Option<String>,
}

/// All of them. The endpoint takes no query options.
pub(super) async fn read(session: &Session<'_>) -> Result<Vec<SubscribedSku>, GraphError> {
    let items = session.list(&SKUS, "").await?;
    let broken =
        |_| GraphError::Unavailable { what: SKUS.what, detail: "a licence can't be read", upstream: None };
    items.into_iter().map(|item| serde_json::from_value::<Sku>(item).map(border).map_err(broken)).collect()
}

fn border(sku: Sku) -> SubscribedSku {
    let plans = sku.service_plans.unwrap_or_default().into_iter();
    SubscribedSku {
        sku_id: sku.sku_id,
        sku_part_number: sku.sku_part_number.unwrap_or_default(),
        capability_status: sku.capability_status.unwrap_or_default(),
        enabled_units: sku.prepaid_units.and_then(|units| units.enabled).unwrap_or(0),
        consumed_units: sku.consumed_units.unwrap_or(0),
        service_plans: plans
            .map(|p| (p.service_plan_id, p.provisioning_status.unwrap_or_default()))
            .collect(),
    }
}
