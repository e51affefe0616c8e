//! Imports from start to end: all or nothing, and exactly one snapshot.

use crate::fixture::{customer, document, failure, fixture};
use policytab_domain::{
    customer::CustomerStatus,
    import::{ComparisonBaseline, ImportState, ImportStep, StepState},
    snapshot::DocumentKind,
};
use policytab_store::StoreError;
use serde_json::json;
use std::time::Duration;
use uuid::Uuid;

const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn an_import_needs_a_connection_and_is_alone() {
    let f = fixture().await;
    let pending =
        f.store.write(&f.one, async |tx| tx.customer_insert(&customer("Pending")).await).await.unwrap();
    assert!(matches!(f.asked(&f.one, pending.id).await, Err(StoreError::Conflict(_))));
    let id = f.connected(&f.one, "Contoso", Uuid::from_u128(1)).await;
    let import = f.asked(&f.one, id).await.unwrap();
    assert!(
        matches!(f.asked(&f.one, id).await, Err(StoreError::ImportRunning { import_id }) if import_id == import)
    );
    let fetched = f
        .store
        .read(&f.one, async |tx| {
            let proof = tx.customer_lookup(id).await?;
            tx.import_fetch(&proof, import).await
        })
        .await
        .unwrap();
    assert_eq!(fetched.state, ImportState::Queued);
    assert_eq!(fetched.steps.iter().map(|s| s.step).collect::<Vec<_>>(), ImportStep::ALL);
    assert!(fetched.steps.iter().all(|s| s.state == StepState::Pending));
    let deleted = f
        .store
        .write(&f.one, async |tx| {
            let proof = tx.customer_lookup(id).await?;
            tx.connection_delete(&proof).await
        })
        .await;
    assert!(matches!(deleted, Err(StoreError::ImportRunning { .. })));
}

#[tokio::test]
async fn asked_for_many_times_at_once_it_is_started_once() {
    let f = fixture().await;
    let id = f.connected(&f.one, "Contoso", Uuid::from_u128(1)).await;
    let asks: Vec<_> = (0..10)
        .map(|_| {
            let (store, scope) = (f.store.clone(), f.one);
            tokio::spawn(async move {
                store
                    .write(&scope, async |tx| {
                        let proof = tx.customer_lookup(id).await?;
                        tx.import_insert(&proof, ComparisonBaseline::ImportedSnapshot, None).await
                    })
                    .await
            })
        })
        .collect();
    let mut won = 0;
    for ask in asks {
        match ask.await.unwrap() {
            Ok(_) => won += 1,
            Err(error) => assert!(matches!(error, StoreError::ImportRunning { .. }), "{error:?}"),
        }
    }
    assert_eq!((won, f.store.job_queue_stats().await.unwrap().ready), (1, 1));
}

#[tokio::test]
async fn a_failed_import_leaves_the_customer_connected_and_can_be_repeated() {
    let f = fixture().await;
    let id = f.connected(&f.one, "Contoso", Uuid::from_u128(1)).await;
    let import = f.asked(&f.one, id).await.unwrap();
    let job = f.claimed(LONG).await;
    f.store
        .write(&f.one, async |tx| {
            tx.import_start(import, &job).await?;
            tx.import_step_set(import, &job, ImportStep::Token, StepState::Succeeded, &json!({}), None)
                .await?;
            tx.import_step_set(
                import,
                &job,
                ImportStep::Policies,
                StepState::Running,
                &json!({"policies": 7}),
                None,
            )
            .await
        })
        .await
        .unwrap();
    f.store.write(&f.one, async |tx| tx.import_fail(import, &job, &failure()).await).await.unwrap();
    let (customer, failed) = f
        .store
        .read(&f.one, async |tx| {
            let proof = tx.customer_lookup(id).await?;
            Ok::<_, StoreError>((tx.customer_fetch(id).await?, tx.import_fetch(&proof, import).await?))
        })
        .await
        .unwrap();
    assert_eq!((customer.status, customer.last_error), (CustomerStatus::Connected, Some(failure())));
    assert_eq!((customer.last_snapshot_id, customer.running_import_id), (None, None));
    assert_eq!((failed.state, failed.error.as_ref()), (ImportState::Failed, Some(&failure())));
    let step = |wanted| failed.steps.iter().find(|s| s.step == wanted).unwrap();
    assert_eq!(step(ImportStep::Token).state, StepState::Succeeded);
    assert_eq!(step(ImportStep::Policies).state, StepState::Failed);
    assert_eq!(step(ImportStep::Policies).error, Some(failure()));
    assert_eq!(step(ImportStep::Policies).counts, json!({"policies": 7}));
    assert_eq!(step(ImportStep::Report).state, StepState::Pending);

    let again = f.asked(&f.one, id).await.unwrap();
    let job = f.claimed(LONG).await;
    f.store.write(&f.one, async |tx| tx.import_start(again, &job).await).await.unwrap();
    let snapshot = f.finish(&f.one, again, &job, &[]).await.unwrap();
    let (customer, imports, snapshots) = f
        .store
        .read(&f.one, async |tx| {
            let proof = tx.customer_lookup(id).await?;
            Ok::<_, StoreError>((
                tx.customer_fetch(id).await?,
                tx.import_list(&proof, None, 50).await?.items,
                tx.snapshot_list(&proof, None, 50).await?.items,
            ))
        })
        .await
        .unwrap();
    assert_eq!((customer.status, customer.last_error), (CustomerStatus::Imported, None));
    assert_eq!(customer.last_snapshot_id, Some(snapshot));
    assert_eq!(
        imports.iter().map(|i| (i.id, i.state)).collect::<Vec<_>>(),
        [(again, ImportState::Succeeded), (import, ImportState::Failed)]
    );
    assert!(imports[0].steps.iter().all(|s| s.state == StepState::Succeeded));
    assert_eq!(snapshots.iter().map(|s| s.id).collect::<Vec<_>>(), [snapshot]);
}

#[tokio::test]
async fn an_import_that_was_killed_starts_clean_and_ends_with_one_snapshot() {
    let f = fixture().await;
    let id = f.connected(&f.one, "Contoso", Uuid::from_u128(1)).await;
    let import = f.asked(&f.one, id).await.unwrap();
    let killed = f.claimed(Duration::from_millis(300)).await;
    f.store
        .write(&f.one, async |tx| {
            tx.import_start(import, &killed).await?;
            let error = failure();
            tx.import_step_set(
                import,
                &killed,
                ImportStep::Policies,
                StepState::Failed,
                &json!({"policies": 3}),
                Some(&error),
            )
            .await
        })
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_millis(350)).await;
    let job = f.claimed(LONG).await;
    let restarted = f.store.write(&f.one, async |tx| tx.import_start(import, &job).await).await.unwrap();
    assert_eq!((restarted.state, restarted.attempt), (ImportState::Running, 2));
    assert!(
        restarted
            .steps
            .iter()
            .all(|s| s.state == StepState::Pending && s.counts == json!({}) && s.error.is_none())
    );
    f.finish(&f.one, import, &job, &[]).await.unwrap();
    assert!(matches!(f.finish(&f.one, import, &job, &[]).await, Err(StoreError::LeaseLost)), "not twice");
    let count = f
        .store
        .read(&f.one, async |tx| {
            let proof = tx.customer_lookup(id).await?;
            tx.snapshot_list(&proof, None, 50).await
        })
        .await
        .unwrap();
    assert_eq!(count.items.len(), 1);
}

#[tokio::test]
async fn an_import_whose_customer_is_deleted_is_lost() {
    let f = fixture().await;
    let id = f.connected(&f.one, "Contoso", Uuid::from_u128(1)).await;
    let import = f.asked(&f.one, id).await.unwrap();
    let job = f.claimed(LONG).await;
    f.store
        .write(&f.one, async |tx| {
            let (proof, _) = tx.customer_lock(id).await?;
            tx.customer_delete(&proof).await
        })
        .await
        .unwrap();
    assert!(!f.store.job_heartbeat(&job, LONG).await.unwrap());
    let failed = f.store.write(&f.one, async |tx| tx.import_fail(import, &job, &failure()).await).await;
    assert!(matches!(failed, Err(StoreError::LeaseLost)));
}

#[tokio::test]
async fn a_snapshot_gives_back_what_was_stored() {
    let f = fixture().await;
    let documents = [
        document(DocumentKind::Policy, "p2", r#"{"n":2}"#),
        document(DocumentKind::NamedLocation, "l1", r#"{"n":3}"#),
        document(DocumentKind::Policy, "p1", r#"{"n":1}"#),
        // Two policies with the same body share it.
        document(DocumentKind::Policy, "p3", r#"{"n":1}"#),
    ];
    let (id, snapshot) = f.imported(&f.one, "Contoso", Uuid::from_u128(1), &documents).await;
    f.store
        .read(&f.one, async |tx| {
            let proof = tx.customer_lookup(id).await?;
            let policies = tx.snapshot_documents(&proof, snapshot, Some(DocumentKind::Policy)).await?;
            let ids: Vec<_> = policies.iter().map(|d| d.object_id.as_str()).collect();
            assert_eq!(ids, ["p2", "p1", "p3"], "in the order they were read");
            assert_eq!(policies[0].body, documents[0].bytes);
            assert_eq!(policies[0].normal_sha256, documents[0].normal_sha256);
            let content = tx.snapshot_content(&proof, snapshot).await?;
            assert_eq!(content.documents.len(), 4);
            assert_eq!(content.of_kind(DocumentKind::NamedLocation).next().unwrap().body, json!({"n": 3}));
            assert_eq!(content.skus, Some(Vec::new()));
            let (co_managed, copies) = tx.co_managed_fetch(&proof).await?.unwrap();
            assert_eq!((co_managed.snapshot_id, copies.len()), (snapshot, 4));
            let report = tx.report_latest(&proof).await?.unwrap();
            assert_eq!((report.snapshot_id, report.summary), (snapshot, [0, 1, 2, 3, 4]));
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    let client = crate::fixture::raw(&f.db.superuser_url).await;
    let bodies: i64 = client.query_one("SELECT count(*) FROM documents", &[]).await.unwrap().get(0);
    assert_eq!(bodies, 3);

    // Re-syncing an unchanged tenant stores no body again.
    let import = f.asked(&f.one, id).await.unwrap();
    let job = f.claimed(LONG).await;
    f.finish(&f.one, import, &job, &documents).await.unwrap();
    let bodies: i64 = client.query_one("SELECT count(*) FROM documents", &[]).await.unwrap().get(0);
    assert_eq!(bodies, 3);
}
