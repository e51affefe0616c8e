//! The same key sent many times at once: one effect, and the same answer for all.

use crate::fixture::{Fixture, config, customer, digest, fixture, idempotency_key, raw};
use policytab_domain::tenancy::MspScope;
use policytab_store::{Idempotency, IdempotencyKey, Store, StoreConfig, StoreError, StoredResponse};
use serde_json::json;

/// As a handler does it: claim, do, keep the answer; or repeat the answer.
async fn post(
    store: &Store,
    scope: &MspScope,
    key: &IdempotencyKey,
    name: &str,
) -> Result<(bool, Vec<u8>), StoreError> {
    store
        .write(scope, async |tx| match tx.idempotency_claim(key).await? {
            Idempotency::Fresh => {
                let added = tx.customer_insert(&customer(name)).await?;
                let body = added.id.to_string().into_bytes();
                let response =
                    StoredResponse { status: 201, headers: json!([["location", "/x"]]), body: body.clone() };
                tx.idempotency_store(key, &response).await?;
                Ok((true, body))
            }
            Idempotency::Replay(response) => {
                assert_eq!((response.status, response.headers), (201, json!([["location", "/x"]])));
                Ok((false, response.body))
            }
            Idempotency::Conflict => Err(StoreError::Conflict("other request")),
        })
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_at_once_have_one_effect() {
    let f = fixture().await;
    let store =
        Store::connect(StoreConfig { max_connections: 12, ..config(&f.db.runtime_url) }).await.unwrap();
    let posts: Vec<_> = (0..100)
        .map(|_| {
            let (store, scope) = (store.clone(), f.one);
            tokio::spawn(async move { post(&store, &scope, &idempotency_key("k", "body"), "Contoso").await })
        })
        .collect();
    let mut bodies = Vec::new();
    let mut fresh = 0;
    for post in posts {
        let (first, body) = post.await.unwrap().expect("an answer");
        fresh += u32::from(first);
        bodies.push(body);
    }
    assert_eq!(fresh, 1);
    assert!(bodies.iter().all(|body| *body == bodies[0]));
}

#[tokio::test]
async fn a_request_that_failed_leaves_its_key_free() {
    let f = fixture().await;
    let key = idempotency_key("k", "body");
    let failed = f
        .store
        .write(&f.one, async |tx| {
            assert_eq!(tx.idempotency_claim(&key).await?, Idempotency::Fresh);
            Err::<(), _>(StoreError::Conflict("failed"))
        })
        .await;
    assert!(failed.is_err());
    assert!(post(&f.store, &f.one, &key, "Contoso").await.unwrap().0);
}

#[tokio::test]
async fn a_waiting_request_takes_the_place_of_one_that_fails() {
    let f = fixture().await;
    let key = idempotency_key("k", "body");
    let (claimed, told) = tokio::sync::oneshot::channel();
    let first = f.store.write(&f.one, async |tx| {
        tx.idempotency_claim(&key).await?;
        let _ = claimed.send(());
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        Err::<(), _>(StoreError::Conflict("failed"))
    });
    let second = async {
        told.await.unwrap();
        post(&f.store, &f.one, &key, "Contoso").await
    };
    let (first, second) = tokio::join!(first, second);
    assert!(first.is_err());
    assert!(second.unwrap().0, "the second did the work");
}

async fn claim(f: &Fixture, scope: &MspScope, key: &IdempotencyKey) -> Idempotency {
    f.store
        .write(scope, async |tx| {
            let found = tx.idempotency_claim(key).await?;
            if found == Idempotency::Fresh {
                tx.idempotency_store(
                    key,
                    &StoredResponse { status: 200, headers: json!([]), body: Vec::new() },
                )
                .await?;
            }
            Ok::<_, StoreError>(found)
        })
        .await
        .unwrap()
}

#[tokio::test]
async fn a_key_is_bound_to_msp_actor_route_and_request() {
    let f = fixture().await;
    let key = idempotency_key("k", "body");
    assert_eq!(claim(&f, &f.one, &key).await, Idempotency::Fresh);
    let other = IdempotencyKey { request_sha256: digest("another body"), ..key.clone() };
    assert_eq!(claim(&f, &f.one, &other).await, Idempotency::Conflict);
    assert_eq!(claim(&f, &f.two, &key).await, Idempotency::Fresh);
    assert_eq!(
        claim(&f, &f.one, &IdempotencyKey { actor: "user:2".into(), ..key.clone() }).await,
        Idempotency::Fresh
    );
    assert_eq!(
        claim(&f, &f.one, &IdempotencyKey { route: "POST /x".into(), ..key.clone() }).await,
        Idempotency::Fresh
    );
    assert!(matches!(claim(&f, &f.one, &key).await, Idempotency::Replay(_)));
}

#[tokio::test]
async fn keys_live_for_a_day() {
    let f = fixture().await;
    let (old, young) = (idempotency_key("old", "body"), idempotency_key("young", "body"));
    for (scope, key) in [(&f.one, &old), (&f.two, &old), (&f.one, &young)] {
        claim(&f, scope, key).await;
    }
    let admin = raw(&f.db.superuser_url).await;
    let age = async |key: &str, hours: i32| {
        let sql = format!(
            "UPDATE idempotency_keys SET created_at = now() - interval '{hours} hours 1 minute' WHERE key = '{key}'"
        );
        admin.batch_execute(&sql).await.unwrap();
    };
    age("old", 24).await;
    age("young", 23).await;
    // Also when nothing has swept yet: a reused key is a new one.
    let later = IdempotencyKey { request_sha256: digest("another body"), ..old };
    assert_eq!(claim(&f, &f.one, &later).await, Idempotency::Fresh);
    let swept = f.store.sweep_expired().await.unwrap();
    assert_eq!(swept.idempotency_keys, 1, "the other MSP's; the reused and the young one stay");
    assert!(matches!(claim(&f, &f.one, &young).await, Idempotency::Replay(_)));
}
