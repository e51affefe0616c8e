//! The baseline library: versions, and what protects a baseline from deletion.

use crate::fixture::{document, failure, fixture, raw};
use policytab_domain::{ids::BaselineId, import::ComparisonBaseline, snapshot::DocumentKind};
use policytab_store::{BaselinePatch, CanonicalDocument, CustomerPatch, NewBaseline, NewVersion, StoreError};
use serde_json::json;
use std::time::Duration;
use uuid::Uuid;

fn baseline(name: &str, documents: &[CanonicalDocument]) -> NewBaseline {
    NewBaseline {
        display_name: name.to_owned(),
        description: "For all".to_owned(),
        first: NewVersion {
            source: json!({"kind": "files"}),
            documents: documents.to_vec(),
            created_by_name: "Ada".to_owned(),
            note: String::new(),
        },
        built_in: false,
    }
}

#[tokio::test]
async fn versions_are_kept() {
    let f = fixture().await;
    let policy = |n: u32| document(DocumentKind::Policy, &format!("p{n}"), &format!("{{\"n\":{n}}}"));
    f.store
        .write(&f.one, async |tx| {
            let made = tx.baseline_insert(&baseline("Zero Trust", &[policy(1)])).await?;
            assert_eq!((made.current_version, made.policy_count, made.version), (1, 1, 1));
            assert!(matches!(
                tx.baseline_insert(&baseline("zero trust", &[])).await,
                Err(StoreError::NameTaken)
            ));
            let content = Some(NewVersion {
                source: json!({"kind": "github"}),
                documents: vec![policy(1), policy(2)],
                created_by_name: "Grace".to_owned(),
                note: "More".to_owned(),
            });
            let patch = BaselinePatch { content, ..Default::default() };
            let newer = tx.baseline_update(made.id, &patch, Some(1)).await?;
            assert_eq!((newer.current_version, newer.policy_count, newer.version), (2, 2, 2));
            assert_eq!(newer.source, json!({"kind": "github"}));
            assert_eq!(newer.description, "For all");
            assert!(matches!(
                tx.baseline_update(made.id, &patch, Some(1)).await,
                Err(StoreError::VersionMismatch)
            ));
            assert_eq!(tx.baseline_documents(made.id, None).await?.len(), 2);
            assert_eq!(tx.baseline_documents(made.id, Some(1)).await?[0].object_id, "p1");
            assert!(matches!(
                tx.baseline_documents(made.id, Some(3)).await,
                Err(StoreError::NotFound { .. })
            ));
            let versions = tx.baseline_versions(made.id).await?;
            let told: Vec<_> =
                versions.iter().map(|v| (v.number, v.created_by_name.as_str(), v.note.as_str())).collect();
            assert_eq!(told, [(2, "Grace", "More"), (1, "Ada", "")]);
            assert_eq!(tx.baseline_version(made.id, None).await?.number, 2);
            tx.baseline_insert(&baseline("Another", &[])).await?;
            let first = tx.baseline_list(None, 1).await?;
            assert_eq!(first.items[0].display_name, "Another");
            let second = tx.baseline_list(first.next_cursor.as_deref(), 1).await?;
            assert_eq!((second.items[0].display_name.as_str(), second.next_cursor), ("Zero Trust", None));
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn a_baseline_in_use_stays() {
    let f = fixture().await;
    let id: BaselineId = f
        .store
        .write(&f.one, async |tx| {
            let document = document(DocumentKind::Policy, "p", "{}");
            Ok::<_, StoreError>(tx.baseline_insert(&baseline("Chosen", &[document])).await?.id)
        })
        .await
        .unwrap();
    let chosen = ComparisonBaseline::WorkspaceBaseline { baseline_id: id, version: None };
    let compared = f.connected(&f.one, "Compared", Uuid::from_u128(1)).await;
    let importing = f.connected(&f.one, "Importing", Uuid::from_u128(2)).await;
    let import = f
        .store
        .write(&f.one, async |tx| {
            let proof = tx.customer_lookup(compared).await?;
            let patch = CustomerPatch { comparison_baseline: Some(chosen), ..Default::default() };
            assert_eq!(tx.customer_update(&proof, &patch, None).await?.comparison_baseline, chosen);
            let proof = tx.customer_lookup(importing).await?;
            Ok::<_, StoreError>(tx.import_insert(&proof, chosen, None).await?.id)
        })
        .await
        .unwrap();
    let delete = async || f.store.write(&f.one, async |tx| tx.baseline_delete(id).await).await;
    let Err(StoreError::BaselineInUse { customers }) = delete().await else { panic!("must be in use") };
    assert_eq!(customers, [(compared, "Compared".to_owned()), (importing, "Importing".to_owned())]);

    f.store
        .write(&f.one, async |tx| {
            let proof = tx.customer_lookup(compared).await?;
            let patch = CustomerPatch {
                comparison_baseline: Some(ComparisonBaseline::ImportedSnapshot),
                ..Default::default()
            };
            tx.customer_update(&proof, &patch, None).await
        })
        .await
        .unwrap();
    assert!(matches!(delete().await, Err(StoreError::BaselineInUse { customers }) if customers.len() == 1));
    let job = f.claimed(Duration::from_secs(60)).await;
    f.store.write(&f.one, async |tx| tx.import_fail(import, &job, &failure()).await).await.unwrap();
    delete().await.expect("nothing needs it any more");
    assert!(matches!(delete().await, Err(StoreError::NotFound { what: "baseline" })));
    let client = raw(&f.db.superuser_url).await;
    let bodies: i64 = client.query_one("SELECT count(*) FROM documents", &[]).await.unwrap().get(0);
    assert_eq!(bodies, 0, "its bodies go with it");
    let history = f
        .store
        .read(&f.one, async |tx| {
            let proof = tx.customer_lookup(importing).await?;
            tx.import_fetch(&proof, import).await
        })
        .await
        .unwrap();
    assert_eq!(history.comparison_baseline, chosen, "history still tells what was chosen");
}
