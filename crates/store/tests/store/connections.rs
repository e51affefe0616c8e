//! Connections: a customer is one tenant for good, and a tenant is one customer of an MSP.

use crate::fixture::{connection, customer, fixture};
use policytab_domain::{cloud::Cloud, customer::CustomerStatus, ids::EntraTenantId};
use policytab_store::{ConnectionCheck, NewConnection, NewCustomer, SealedSecret, StoreError};
use uuid::Uuid;

#[tokio::test]
async fn connecting_and_rotating() {
    let f = fixture().await;
    let tenant = Uuid::from_u128(1);
    let id = f.connected(&f.one, "Contoso", tenant).await;
    f.store
        .write(&f.one, async |tx| {
            let (proof, customer) = tx.customer_lock(id).await?;
            assert_eq!(customer.status, CustomerStatus::Connected);
            assert_eq!(customer.tenant.unwrap().id, EntraTenantId::from_uuid(tenant));
            let rotated = NewConnection { sealed_secret: b"rotated".to_vec(), ..connection(tenant) };
            let stored = tx.connection_put(&proof, &rotated).await?;
            assert_eq!(stored.version, 2);
            assert_eq!(tx.connection_secret(&proof).await?.as_deref(), Some(b"rotated".as_slice()));
            let check = ConnectionCheck {
                permissions: Default::default(),
                app_display_name: None,
                secret_expires_at: None,
            };
            tx.connection_verified(&proof, &check).await?;
            let checked = tx.connection_fetch(&proof).await?.unwrap();
            assert!(checked.permissions.granted.is_empty() && checked.secret_expires_at.is_none());
            assert_eq!(checked.version, 2, "a check is no edit");
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn a_customer_stays_its_tenant() {
    let f = fixture().await;
    let id = f.connected(&f.one, "Contoso", Uuid::from_u128(1)).await;
    let put = async |tenant| {
        f.store
            .write(&f.one, async |tx| {
                let proof = tx.customer_lookup(id).await?;
                tx.connection_put(&proof, &connection(tenant)).await
            })
            .await
    };
    let mismatch = |e: StoreError| matches!(e, StoreError::TenantMismatch { expected } if expected.as_uuid() == Uuid::from_u128(1));
    assert!(mismatch(put(Uuid::from_u128(2)).await.unwrap_err()));
    f.store
        .write(&f.one, async |tx| {
            let proof = tx.customer_lookup(id).await?;
            tx.connection_delete(&proof).await?;
            let customer = tx.customer_fetch(id).await?;
            assert_eq!(customer.status, CustomerStatus::Pending);
            assert_eq!(customer.tenant.unwrap().id.as_uuid(), Uuid::from_u128(1), "the tenant is remembered");
            assert_eq!(tx.connection_fetch(&proof).await?, None);
            assert!(matches!(
                tx.connection_delete(&proof).await,
                Err(StoreError::NotFound { what: "connection" })
            ));
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    assert!(mismatch(put(Uuid::from_u128(2)).await.unwrap_err()), "also without a connection");
    put(Uuid::from_u128(1)).await.unwrap();
}

#[tokio::test]
async fn a_tenant_is_one_customer() {
    let f = fixture().await;
    let tenant = Uuid::from_u128(1);
    let first = f.connected(&f.one, "First", tenant).await;
    let add = async |scope, name: &str, cloud| {
        let new = NewCustomer { cloud, ..customer(name) };
        f.store
            .write(scope, async |tx| {
                let added = tx.customer_insert(&new).await?;
                let proof = tx.customer_lookup(added.id).await?;
                tx.connection_put(&proof, &connection(tenant)).await
            })
            .await
    };
    let taken = add(&f.one, "Second", Cloud::Global).await.unwrap_err();
    assert!(
        matches!(&taken, StoreError::TenantTaken { customer_id, display_name } if *customer_id == first && display_name == "First"),
        "{taken:?}"
    );
    add(&f.one, "Other cloud", Cloud::China).await.expect("ids are unique within a cloud only");
    add(&f.two, "Second", Cloud::Global).await.expect("another MSP may have the same customer");
    let owner =
        f.store.read(&f.one, async |tx| tx.tenant_owner(tenant.into(), Cloud::Global).await).await.unwrap();
    assert_eq!(owner, Some((first, "First".to_owned())));
}

#[tokio::test]
async fn a_tenant_that_is_claimed_twice_at_once_is_given_once() {
    let f = fixture().await;
    let tenant = Uuid::from_u128(9);
    let tries: Vec<_> = (0..8)
        .map(|n| {
            let (store, scope) = (f.store.clone(), f.one);
            tokio::spawn(async move {
                store
                    .write(&scope, async |tx| {
                        let added = tx.customer_insert(&customer(&format!("Claimant {n}"))).await?;
                        let proof = tx.customer_lookup(added.id).await?;
                        tx.connection_put(&proof, &connection(tenant)).await
                    })
                    .await
            })
        })
        .collect();
    let mut won = 0;
    for attempt in tries {
        match attempt.await.unwrap() {
            Ok(_) => won += 1,
            Err(error) => assert!(matches!(error, StoreError::TenantTaken { .. }), "{error:?}"),
        }
    }
    assert_eq!(won, 1);
}

#[tokio::test]
async fn secrets_are_rewrapped_by_compare_and_swap() {
    let f = fixture().await;
    let mut ids = Vec::new();
    for n in 1..4 {
        ids.push(f.connected(&f.one, &format!("Customer {n}"), Uuid::from_u128(n)).await);
    }
    f.connected(&f.two, "Foreign", Uuid::from_u128(1)).await;
    f.store
        .write(&f.one, async |tx| {
            let page = tx.sealed_page(None).await?;
            assert_eq!(page.iter().map(|s| s.customer_id).collect::<Vec<_>>(), ids);
            assert!(!format!("{page:?}").contains("sealed:"), "{page:?}");
            assert_eq!(tx.sealed_page(Some(ids[1])).await?.len(), 1);
            assert_eq!(tx.sealed_page(Some(ids[2])).await?.len(), 0);
            let pair = |old: &SealedSecret, new: &[u8]| (old.clone(), new.to_vec());
            let both = [pair(&page[0], b"again"), pair(&page[1], b"again")];
            assert_eq!(tx.sealed_replace(&both).await?, 2);
            let late = [pair(&page[1], b"late"), pair(&page[2], b"again")];
            assert_eq!(tx.sealed_replace(&late).await?, 1, "one was changed meanwhile");
            for id in &ids {
                let proof = tx.customer_lookup(*id).await?;
                assert_eq!(tx.connection_secret(&proof).await?.as_deref(), Some(b"again".as_slice()));
            }
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
}
