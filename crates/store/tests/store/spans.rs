//! Snapshots as spans: each gives back what it held, and costs what it changed.

use crate::fixture::{Fixture, content, document, fixture, membership, raw};
use policytab_domain::{
    ids::{CustomerId, SnapshotId},
    snapshot::{DocumentKind, Reference, ReferenceKind, ReferenceState, SnapshotContent, SubscribedSku},
};
use policytab_store::{CanonicalDocument, StoreError};
use std::{collections::BTreeMap, time::Duration};
use uuid::Uuid;

type Night = (SnapshotContent, Vec<CanonicalDocument>);

fn policy(id: &str, body: &str) -> CanonicalDocument {
    document(DocumentKind::Policy, id, &format!(r#"{{"{id}":{body}}}"#))
}

fn sku(consumed: i64) -> SubscribedSku {
    SubscribedSku {
        sku_id: Uuid::from_u128(7),
        sku_part_number: "AAD_PREMIUM".to_owned(),
        capability_status: "Enabled".to_owned(),
        enabled_units: 10,
        consumed_units: consumed,
        service_plans: BTreeMap::from([(Uuid::from_u128(8), "Success".to_owned())]),
    }
}

/// A tenant's days: nothing, a policy, its place, a membership, licences, everything unreadable, and back.
fn nights() -> Vec<Night> {
    let first = {
        let mut content = content(Uuid::from_u128(1));
        content.skus = Some(vec![sku(3)]);
        content.memberships = vec![membership("g1", &[1, 2]), membership("g2", &[3])];
        content.references = vec![Reference {
            kind: ReferenceKind::Group,
            id: "g1".to_owned(),
            display_name: Some("One".to_owned()),
            state: ReferenceState::Resolved,
        }];
        let location = document(DocumentKind::NamedLocation, "l1", r#"{"l":1}"#);
        (content, vec![policy("p1", "1"), policy("p2", "1"), location, policy("p3", "1")])
    };
    let mut all = vec![first.clone(), first.clone()];
    let mut night = |change: fn(&mut Night)| {
        let mut next = all.last().expect("a night").clone();
        change(&mut next);
        all.push(next);
    };
    night(|(_, documents)| documents[1] = policy("p2", "2"));
    night(|(_, documents)| documents.swap(0, 1));
    night(|(_, documents)| {
        documents.remove(2);
        documents.push(policy("p4", "1"));
    });
    night(|(content, _)| content.memberships[0] = membership("g1", &[1]));
    night(|(content, _)| content.skus = Some(vec![sku(4)]));
    night(|(content, documents)| {
        content.skus = None;
        content.memberships.clear();
        documents.clear();
    });
    all.push(first);
    all
}

async fn onboard(f: &Fixture, nights: &[Night]) -> (CustomerId, Vec<SnapshotId>) {
    let customer = f.connected(&f.one, "Contoso", Uuid::from_u128(1)).await;
    let mut snapshots = Vec::new();
    for (content, documents) in nights {
        let import = f.asked(&f.one, customer).await.expect("an import");
        let job = f.claimed(Duration::from_secs(60)).await;
        let made = f.finish_with(&f.one, import, &job, content, documents).await;
        snapshots.push(made.expect("a snapshot"));
    }
    (customer, snapshots)
}

async fn holds(f: &Fixture, customer: CustomerId, snapshots: &[SnapshotId], nights: &[Night]) {
    for (number, (snapshot, (content, documents))) in snapshots.iter().zip(nights).enumerate() {
        let (read, stored) = f
            .store
            .read(&f.one, async |tx| {
                let proof = tx.customer_lookup(customer).await?;
                let stored = tx.snapshot_documents(&proof, *snapshot, None).await?;
                Ok::<_, StoreError>((tx.snapshot_content(&proof, *snapshot).await?, stored))
            })
            .await
            .expect("a snapshot");
        let of_kind = |kind: DocumentKind| documents.iter().filter(move |d| d.kind == kind).map(|d| &d.bytes);
        for kind in DocumentKind::ALL {
            let found: Vec<_> = stored.iter().filter(|d| d.kind == kind).map(|d| &d.body).collect();
            assert_eq!(found, of_kind(kind).collect::<Vec<_>>(), "{kind:?} of night {number}");
        }
        assert_eq!(read.skus, content.skus, "night {number}");
        assert_eq!(read.memberships, content.memberships, "night {number}");
        assert_eq!(read.references, content.references, "night {number}");
        assert_eq!(read.tenant, content.tenant, "night {number}");
        assert_eq!(read.documents.len(), documents.len(), "night {number}");
    }
}

#[tokio::test]
async fn every_snapshot_gives_back_what_it_held() {
    let f = fixture().await;
    let nights = nights();
    let (customer, snapshots) = onboard(&f, &nights).await;
    holds(&f, customer, &snapshots, &nights).await;
}

#[tokio::test]
async fn a_night_costs_what_it_changed() {
    let f = fixture().await;
    let client = raw(&f.db.superuser_url).await;
    let (_, snapshots) = onboard(&f, &nights()).await;
    let mut costs = Vec::new();
    for number in 1..=i32::try_from(snapshots.len()).expect("few") {
        let sql = "SELECT (SELECT count(*) FROM snapshot_documents WHERE since = $1),
            (SELECT count(*) FROM snapshot_facts WHERE since = $1),
            (SELECT count(*) FROM snapshot_memberships WHERE since = $1)";
        let row = client.query_one(sql, &[&number]).await.expect("counts");
        costs.push([0, 1, 2].map(|column| row.get::<_, i64>(column)));
    }
    assert_eq!(
        costs,
        [
            // tenant, skus, sku_units, licences, references, unread
            [4, 6, 2],
            [0, 0, 0],
            [1, 0, 0],
            [1, 0, 0],
            [1, 0, 0],
            [0, 0, 1],
            // The numbers alone.
            [0, 1, 0],
            [0, 0, 0],
            [4, 2, 2],
        ]
    );
}

#[tokio::test]
async fn steps_and_reports_of_long_ago_are_not_kept() {
    let f = fixture().await;
    let client = raw(&f.db.superuser_url).await;
    let night = nights().swap_remove(0);
    let (customer, _) = onboard(&f, &vec![night; 13]).await;
    let count = async |sql: &str| client.query_one(sql, &[]).await.expect(sql).get::<_, i64>(0);
    assert_eq!(count("SELECT count(*) FROM imports").await, 13);
    assert_eq!(count("SELECT count(DISTINCT import_id) FROM import_steps").await, 5);
    assert_eq!(count("SELECT count(*) FROM reports").await, 10);
    assert_eq!(count("SELECT count(*) FROM reports WHERE body IS NOT NULL").await, 1);
    let latest = f
        .store
        .read(&f.one, async |tx| {
            let proof = tx.customer_lookup(customer).await?;
            Ok::<_, StoreError>((
                tx.report_latest(&proof).await?,
                tx.customer_fetch(customer).await?.findings_trend,
            ))
        })
        .await
        .expect("a report");
    assert!(latest.0.is_some());
    assert_eq!(latest.1.len(), 10);
}

/// The migration that made spans of snapshots, taken back and made again over what is there.
#[tokio::test]
async fn the_migration_keeps_every_snapshot_in_both_directions() {
    const DOWN: &str = include_str!("../../../../migrations/2026-11-29-000500_spans/down.sql");
    const UP: &str = include_str!("../../../../migrations/2026-11-29-000500_spans/up.sql");
    // A later one that stores memberships in another form.
    const PEOPLE_DOWN: &str = include_str!("../../../../migrations/2026-11-29-000700_people/down.sql");
    const PEOPLE_UP: &str = include_str!("../../../../migrations/2026-11-29-000700_people/up.sql");
    let f = fixture().await;
    let nights = nights();
    let (customer, snapshots) = onboard(&f, &nights).await;
    let other = f.imported(&f.two, "Fabrikam", Uuid::from_u128(9), &[policy("p1", "1")]).await;
    let owner = raw(&f.db.owner_url).await;
    owner.batch_execute(PEOPLE_DOWN).await.expect("down to ids");
    owner.batch_execute(DOWN).await.expect("down");
    let superuser = raw(&f.db.superuser_url).await;
    let row = superuser
        .query_one("SELECT count(*), count(DISTINCT snapshot_id) FROM snapshot_documents", &[])
        .await
        .expect("counts");
    let held: usize = nights.iter().map(|(_, documents)| documents.len()).sum();
    assert_eq!(row.get::<_, i64>(0), i64::try_from(held + 1).expect("few"));
    owner.batch_execute(UP).await.expect("up");
    owner.batch_execute(PEOPLE_UP).await.expect("up to numbers");
    holds(&f, customer, &snapshots, &nights).await;
    let documents = f
        .store
        .read(&f.two, async |tx| {
            let proof = tx.customer_lookup(other.0).await?;
            tx.snapshot_documents(&proof, other.1, None).await
        })
        .await
        .expect("documents");
    assert_eq!(documents.len(), 1);
    // And goes on from there.
    let import = f.asked(&f.one, customer).await.expect("an import");
    let job = f.claimed(Duration::from_secs(60)).await;
    let (content, documents) = &nights[2];
    let next = f.finish_with(&f.one, import, &job, content, documents).await.expect("a snapshot");
    holds(&f, customer, &[next], &nights[2..3]).await;
}
