//! Customers: names, versions, deletion.

use crate::fixture::{audit_entry, customer, document, fixture};
use policytab_domain::{customer::CustomerStatus, import::ComparisonBaseline, snapshot::DocumentKind};
use policytab_store::{CustomerPatch, StoreError};
use uuid::Uuid;

#[tokio::test]
async fn names_are_unique_without_regard_to_case() {
    let f = fixture().await;
    let add = async |scope, name: &str| {
        let new = customer(name);
        f.store.write(scope, async |tx| tx.customer_insert(&new).await).await
    };
    let added = add(&f.one, "Ärzte Contoso").await.unwrap();
    assert_eq!((added.status, added.version), (CustomerStatus::Pending, 1));
    assert_eq!(added.comparison_baseline, ComparisonBaseline::ImportedSnapshot);
    assert!(matches!(add(&f.one, "ärzte contoso").await, Err(StoreError::NameTaken)));
    assert!(matches!(add(&f.one, "ÄRZTE CONTOSO").await, Err(StoreError::NameTaken)));
    add(&f.one, "Aerzte Contoso").await.unwrap();
    add(&f.two, "Ärzte Contoso").await.expect("another MSP's names don't count");

    let rename = async |name: &str, version| {
        let patch = CustomerPatch { display_name: Some(name.to_owned()), ..Default::default() };
        f.store
            .write(&f.one, async |tx| {
                let proof = tx.customer_lookup(added.id).await?;
                tx.customer_update(&proof, &patch, version).await
            })
            .await
    };
    assert!(matches!(rename("AERZTE contoso", None).await, Err(StoreError::NameTaken)));
    let renamed = rename("ÄRZTE Contoso", Some(1)).await.expect("its own name in other letters is free");
    assert_eq!((renamed.display_name.as_str(), renamed.version), ("ÄRZTE Contoso", 2));
    assert!(matches!(rename("Other", Some(1)).await, Err(StoreError::VersionMismatch)));
}

#[tokio::test]
async fn names_taken_at_the_same_moment_are_given_once() {
    let f = fixture().await;
    let new = customer("Same");
    let adds: Vec<_> = (0..12)
        .map(|_| {
            let (store, scope, new) = (f.store.clone(), f.one, new.clone());
            tokio::spawn(async move { store.write(&scope, async |tx| tx.customer_insert(&new).await).await })
        })
        .collect();
    let mut won = 0;
    for add in adds {
        match add.await.unwrap() {
            Ok(_) => won += 1,
            Err(error) => assert!(matches!(error, StoreError::NameTaken), "{error:?}"),
        }
    }
    assert_eq!(won, 1);
}

#[tokio::test]
async fn deleting_takes_everything_but_the_audit_trail() {
    let f = fixture().await;
    let shared = document(DocumentKind::Policy, "shared", r#"{"shared":true}"#);
    let own = document(DocumentKind::Policy, "own", r#"{"own":true}"#);
    let (doomed, _) = f.imported(&f.one, "Doomed", Uuid::from_u128(1), &[shared.clone(), own]).await;
    let (other, other_snapshot) =
        f.imported(&f.one, "Other", Uuid::from_u128(2), std::slice::from_ref(&shared)).await;
    f.imported(&f.two, "Doomed", Uuid::from_u128(1), std::slice::from_ref(&shared)).await;
    f.asked(&f.one, doomed).await.unwrap();
    f.store.write(&f.one, async |tx| tx.audit(&audit_entry("customer.create")).await).await.unwrap();

    f.store
        .write(&f.one, async |tx| {
            let (proof, _) = tx.customer_lock(doomed).await?;
            tx.customer_delete(&proof).await?;
            tx.audit(&audit_entry("customer.delete")).await
        })
        .await
        .unwrap();

    let client = crate::fixture::raw(&f.db.superuser_url).await;
    for table in
        ["connections", "imports", "snapshots", "reports", "co_managed_baselines", "co_managed_documents"]
    {
        let sql = format!("SELECT count(*) FROM {table} WHERE customer_id = '{doomed}'");
        let left: i64 = client.query_one(&sql, &[]).await.unwrap().get(0);
        assert_eq!(left, 0, "{table}");
    }
    let count = async |sql: &str| -> i64 { client.query_one(sql, &[]).await.unwrap().get(0) };
    assert_eq!(count("SELECT count(*) FROM jobs").await, 0, "its queued import is gone from the queue");
    assert_eq!(count("SELECT count(*) FROM documents").await, 2, "one shared body in each MSP is left");
    assert_eq!(count("SELECT count(*) FROM audit").await, 2);
    let kept = f
        .store
        .read(&f.one, async |tx| {
            let proof = tx.customer_lookup(other).await?;
            tx.snapshot_documents(&proof, other_snapshot, None).await
        })
        .await
        .unwrap();
    assert_eq!(kept[0].body, shared.bytes);
}
