//! Memberships of snapshots: given back as they were read, with each person's id stored once for a customer.

use crate::fixture::{Fixture, content, fixture, membership, raw};
use policytab_domain::{
    ids::{CustomerId, SnapshotId},
    snapshot::{Membership, ReferenceKind},
    tenancy::MspScope,
};
use policytab_store::StoreError;
use std::time::Duration;
use tokio_postgres::Client;
use uuid::Uuid;

/// A customer's next night, on which these memberships are read.
async fn night(
    f: &Fixture,
    scope: &MspScope,
    customer: CustomerId,
    memberships: &[Membership],
) -> SnapshotId {
    let mut content = content(Uuid::from_u128(1));
    content.memberships = memberships.to_vec();
    let import = f.asked(scope, customer).await.expect("an import");
    let job = f.claimed(Duration::from_secs(60)).await;
    f.finish_with(scope, import, &job, &content, &[]).await.expect("a snapshot")
}

async fn read(f: &Fixture, scope: &MspScope, customer: CustomerId, snapshot: SnapshotId) -> Vec<Membership> {
    f.store
        .read(scope, async |tx| {
            let proof = tx.customer_lookup(customer).await?;
            Ok::<_, StoreError>(tx.snapshot_content(&proof, snapshot).await?.memberships)
        })
        .await
        .expect("a snapshot")
}

/// A group of whom some were read only.
fn cut(group: &str, members: &[u128], head_count: u64) -> Membership {
    Membership { head_count, complete: false, ..membership(group, members) }
}

fn role(template: &str, members: &[u128]) -> Membership {
    Membership { kind: ReferenceKind::Role, ..membership(template, members) }
}

/// People join, leave and come back; a group can't be read to its end, or not at all, or is empty.
fn nights() -> Vec<Vec<Membership>> {
    let many: Vec<u128> = (1000..1300).collect();
    vec![
        vec![membership("g1", &[20, 30]), membership("g2", &[30, 40, 50]), role("g1", &[20])],
        vec![membership("g1", &[10, 20, 30]), membership("g2", &[30, 40, 50]), role("g1", &[20])],
        vec![membership("g1", &[10, 30]), cut("g2", &[30], 3), role("g1", &[20, 25])],
        vec![cut("g1", &[], 70_000), cut("g2", &[30], 4), membership("g3", &[])],
        vec![],
        vec![membership("g1", &[20, 30]), membership("g2", &many)],
        vec![membership("g1", &[20, 30]), membership("g2", &many[1..]), role("g1", &[5, 20, 2000])],
    ]
}

/// MSP, number and ids of each row of people.
async fn people(client: &Client) -> Vec<(String, i32, Vec<String>)> {
    let sql =
        "SELECT msp_id::text, chunk, ids::text[] FROM snapshot_people ORDER BY msp_id, customer_id, chunk";
    let rows = client.query(sql, &[]).await.expect("people");
    rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect()
}

#[tokio::test]
async fn every_night_gives_back_the_memberships_it_was_given() {
    let f = fixture().await;
    let (one, two) = (f.one, f.two);
    let first = f.connected(&one, "Contoso", Uuid::from_u128(1)).await;
    // The same people, known there in another order.
    let second = f.connected(&two, "Contoso", Uuid::from_u128(1)).await;
    let (nights, mut others) = (nights(), nights());
    others.reverse();
    let (mut taken, mut taken_there) = (Vec::new(), Vec::new());
    for (here, there) in nights.iter().zip(&others) {
        taken.push(night(&f, &one, first, here).await);
        taken_there.push(night(&f, &two, second, there).await);
    }
    for (scope, customer, taken, nights) in
        [(one, first, taken, &nights), (two, second, taken_there, &others)]
    {
        for (n, (snapshot, given)) in taken.into_iter().zip(nights).enumerate() {
            assert_eq!(&read(&f, &scope, customer, snapshot).await, given, "night {n}");
        }
    }
    // Each person once for each customer.
    let client = raw(&f.db.superuser_url).await;
    for msp in [one.msp_id(), two.msp_id()] {
        let rows = people(&client).await;
        let mut ids: Vec<String> =
            rows.into_iter().filter(|(of, ..)| *of == msp.to_string()).flat_map(|(_, _, ids)| ids).collect();
        assert_eq!(ids.len(), 308);
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 308);
    }
}

#[tokio::test]
async fn whoever_joins_a_group_costs_a_span_and_one_row_of_people_at_most() {
    let f = fixture().await;
    let client = raw(&f.db.superuser_url).await;
    let customer = f.connected(&f.one, "Contoso", Uuid::from_u128(1)).await;
    // Rows of people that a night touched; membership spans that began.
    let mut seen = Vec::new();
    let mut spent = async |memberships: &[Membership]| {
        let snapshot = night(&f, &f.one, customer, memberships).await;
        let now = people(&client).await;
        let touched = now.iter().filter(|row| !seen.contains(*row)).count();
        for (_, chunk, ids) in &seen {
            let kept = now.iter().any(|(_, other, longer)| other == chunk && longer.starts_with(ids));
            assert!(kept, "people are appended only");
        }
        seen = now;
        let sql = "SELECT count(*) FROM snapshot_memberships m JOIN snapshots s ON s.number = m.since WHERE s.id::text = $1";
        let begun: i64 = client.query_one(sql, &[&snapshot.to_string()]).await.expect("spans").get(0);
        (begun, touched)
    };
    let staff: Vec<u128> = (100..338).collect();
    let mut groups =
        vec![membership("g1", &[1, 2]), membership("g2", &staff), membership("g3", &[2, 3, 100])];
    // 241 people: two rows of 120 and one more.
    assert_eq!(spent(&groups).await, (3, 3));
    assert_eq!(spent(&groups).await, (0, 0));
    groups[0] = membership("g1", &[1, 2, 3]);
    assert_eq!(spent(&groups).await, (1, 0), "known from another group");
    groups[0] = membership("g1", &[0, 1, 2, 3]);
    assert_eq!(spent(&groups).await, (1, 1), "somebody new");
    groups[0] = membership("g1", &[0, 2, 3]);
    assert_eq!(spent(&groups).await, (1, 0), "left");
    let more: Vec<u128> = (100..338).chain(1000..1118).collect();
    groups[1] = membership("g2", &more);
    assert_eq!(spent(&groups).await, (1, 1), "the last row is full");
    groups[1] = membership("g2", &[&more[..], &[2000]].concat());
    assert_eq!(spent(&groups).await, (1, 1), "a new row");
}

#[tokio::test]
async fn a_hundred_thousand_people_are_given_back() {
    let f = fixture().await;
    let customer = f.connected(&f.one, "Contoso", Uuid::from_u128(1)).await;
    let everybody: Vec<u128> = (0..100_000).map(|n| n * 2).collect();
    let first = [membership("all", &everybody), membership("some", &everybody[50_000..])];
    let taken = night(&f, &f.one, customer, &first).await;
    let second = [membership("all", &everybody[1..]), membership("some", &[3, 50_001, 199_998])];
    let next = night(&f, &f.one, customer, &second).await;
    assert_eq!(read(&f, &f.one, customer, taken).await, first);
    assert_eq!(read(&f, &f.one, customer, next).await, second);
}

#[tokio::test]
async fn the_migration_keeps_members_in_both_directions() {
    const DOWN: &str = include_str!("../../../../migrations/2026-11-29-000700_people/down.sql");
    const UP: &str = include_str!("../../../../migrations/2026-11-29-000700_people/up.sql");
    let f = fixture().await;
    let (first, second) = (
        f.connected(&f.one, "Contoso", Uuid::from_u128(1)).await,
        f.connected(&f.two, "Fabrikam", Uuid::from_u128(2)).await,
    );
    let nights = nights();
    let mut taken = Vec::new();
    for given in &nights {
        taken.push(night(&f, &f.one, first, given).await);
    }
    let given_there = [membership("g1", &[30, 1299]), membership("g2", &[20])];
    let there = night(&f, &f.two, second, &given_there).await;
    let owner = raw(&f.db.owner_url).await;
    owner.batch_execute(&format!("BEGIN; {DOWN}; COMMIT")).await.expect("down");
    let superuser = raw(&f.db.superuser_url).await;
    let sql = "SELECT object_id, members::text[] FROM snapshot_memberships
               WHERE msp_id::text = $1 AND kind = 'group' AND since = 1 ORDER BY 1";
    let rows = superuser.query(sql, &[&f.two.msp_id().to_string()]).await.expect("memberships");
    let found: Vec<(String, Vec<String>)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let expected = given_there.clone().map(|m| (m.id, m.members.iter().map(Uuid::to_string).collect()));
    assert_eq!(found, expected);
    owner.batch_execute(&format!("BEGIN; {UP}; COMMIT")).await.expect("up");
    for (n, (snapshot, given)) in taken.into_iter().zip(&nights).enumerate() {
        assert_eq!(&read(&f, &f.one, first, snapshot).await, given, "night {n}");
    }
    assert_eq!(read(&f, &f.two, second, there).await, given_there);
    // And goes on from there.
    let next = [membership("g1", &[7, 20, 30]), membership("g2", &[1299])];
    let snapshot = night(&f, &f.one, first, &next).await;
    assert_eq!(read(&f, &f.one, first, snapshot).await, next);
    let rows = people(&superuser).await;
    assert!(rows.iter().all(|(.., ids)| ids.len() <= 120));
}
