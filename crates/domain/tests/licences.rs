//! Microsoft's own list of products and service plans, read through licence detection.

use policytab_domain::{
    licence::{Licence, PLANS, detect},
    snapshot::SubscribedSku,
};
use policytab_test_support::shared;
use std::{collections::BTreeMap, fs};
use uuid::Uuid;

fn products() -> Option<BTreeMap<Uuid, SubscribedSku>> {
    let text = fs::read_to_string(shared("graph/service-plans.csv")?).expect("the list is UTF-8");
    let mut products: BTreeMap<Uuid, SubscribedSku> = BTreeMap::new();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    for row in reader.records() {
        let row = row.expect("a row");
        let sku_id = Uuid::parse_str(&row[2]).expect("a product id");
        let product = products.entry(sku_id).or_insert_with(|| SubscribedSku {
            sku_id,
            sku_part_number: row[1].to_owned(),
            capability_status: "Enabled".to_owned(),
            enabled_units: 1,
            consumed_units: 1,
            service_plans: BTreeMap::new(),
        });
        product.service_plans.insert(Uuid::parse_str(&row[4]).expect("a plan id"), "Success".to_owned());
    }
    Some(products)
}

#[test]
fn every_product_grants_exactly_what_its_plans_say() {
    let Some(products) = products() else { return };
    assert!(products.len() > 90);
    for product in products.values() {
        let licences = detect(std::slice::from_ref(product));
        for licence in [
            Licence::EntraIdP1,
            Licence::EntraIdP2,
            Licence::Intune,
            Licence::CloudApps,
            Licence::InsiderRisk,
        ] {
            let expected = PLANS
                .iter()
                .any(|plan| plan.grants == licence && product.service_plans.contains_key(&plan.id));
            assert_eq!(licences.of(licence).licensed, expected, "{} {licence:?}", product.sku_part_number);
        }
        assert!(licences.p1.licensed || !licences.p2.licensed, "{}", product.sku_part_number);
    }
}

#[test]
fn the_products_that_msps_sell_are_known() {
    use Licence::{CloudApps, EntraIdP1, EntraIdP2, InsiderRisk, InternetAccess, Intune, WorkloadIdentities};
    let Some(products) = products() else { return };
    let expected: [(&str, &[Licence], &[Licence]); 9] = [
        // Business Premium
        ("cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46", &[EntraIdP1, Intune], &[EntraIdP2, CloudApps]),
        ("a3f586b6-8cce-4d9b-99d6-55238397f77a", &[EntraIdP1, Intune], &[EntraIdP2]),
        // Microsoft 365 E3, E5
        ("05e9a617-0261-4cee-bb44-138d3ef5d965", &[EntraIdP1, Intune], &[EntraIdP2]),
        (
            "06ebc4ee-1bb5-47dd-8120-11324bc54e06",
            &[EntraIdP1, EntraIdP2, Intune, CloudApps, InsiderRisk],
            &[],
        ),
        // E5 Security: P2 without the plan of P1
        ("26124093-3d78-432b-b5dc-48bf992543d5", &[EntraIdP1, EntraIdP2, CloudApps], &[Intune]),
        // Microsoft 365 F3, F1
        ("66b55226-6b4f-492c-910c-a3b7a3c9d993", &[EntraIdP1, Intune], &[EntraIdP2]),
        ("44575883-256e-4a79-9da4-ebe9acabe2b2", &[EntraIdP1, Intune], &[EntraIdP2]),
        ("f9602137-2203-447b-9fff-41b36e08ce5d", &[InternetAccess], &[EntraIdP1]),
        ("73fa80b5-689f-4db9-bbe4-bd414bc41e44", &[WorkloadIdentities], &[EntraIdP1]),
    ];
    for (sku, granted, absent) in expected {
        let product = &products[&Uuid::parse_str(sku).expect("a product id")];
        let licences = detect(std::slice::from_ref(product));
        for licence in granted {
            assert!(licences.of(*licence).licensed, "{} grants {licence:?}", product.sku_part_number);
        }
        for licence in absent {
            assert!(
                !licences.of(*licence).licensed,
                "{} does not grant {licence:?}",
                product.sku_part_number
            );
        }
    }
}
