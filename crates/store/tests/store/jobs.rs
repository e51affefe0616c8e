//! The queue: every job is claimed once, leases run out, late workers end nothing.

use crate::fixture::{Fixture, failure, fixture};
use chrono::{TimeDelta, Utc};
use policytab_domain::{
    ids::ImportId,
    import::{ImportStep, StepState},
};
use policytab_store::{ClaimedJob, JobKind, StoreError};
use serde_json::json;
use std::{collections::BTreeSet, time::Duration};
use uuid::Uuid;

const LONG: Duration = Duration::from_secs(60);

async fn queued(f: &Fixture, count: u128) -> BTreeSet<Uuid> {
    let mut ids = BTreeSet::new();
    for n in 1..=count {
        let scope = if n % 2 == 0 { f.one } else { f.two };
        let customer = f.connected(&scope, &format!("Customer {n}"), Uuid::from_u128(n)).await;
        ids.insert(f.asked(&scope, customer).await.unwrap().as_uuid());
    }
    ids
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_job_is_claimed_once() {
    let f = fixture().await;
    let expected = queued(&f, 24).await;
    let workers: Vec<_> = (0..8)
        .map(|n| {
            let store = f.store.clone();
            tokio::spawn(async move {
                let mut mine = Vec::new();
                let mut misses = 0;
                // A miss can mean that another worker is just claiming the last free one.
                while misses < 3 {
                    match store.job_claim(&format!("worker {n}"), LONG).await.unwrap() {
                        Some(job) => mine.push(job),
                        None => misses += 1,
                    }
                }
                mine
            })
        })
        .collect();
    let mut claimed = Vec::new();
    for worker in workers {
        claimed.extend(worker.await.unwrap());
    }
    assert_eq!(claimed.len(), 24);
    assert_eq!(claimed.iter().map(|j| j.subject_id).collect::<BTreeSet<_>>(), expected);
    assert!(claimed.iter().all(|j| j.attempt == 1 && j.kind == JobKind::Import));
    let stats = f.store.job_queue_stats().await.unwrap();
    assert_eq!((stats.ready, stats.leased, stats.scheduled, stats.oldest_ready), (0, 24, 0, None));
}

async fn step(f: &Fixture, import: ImportId, job: &ClaimedJob) -> Result<(), StoreError> {
    f.store
        .write(&f.two, async |tx| {
            tx.import_step_set(import, job, ImportStep::Token, StepState::Running, &json!({}), None).await
        })
        .await
}

#[tokio::test]
async fn a_lease_that_ran_out_is_taken_over() {
    let f = fixture().await;
    queued(&f, 1).await;
    let lost = f.claimed(Duration::from_millis(1)).await;
    let import = ImportId::from_uuid(lost.subject_id);
    tokio::time::sleep(Duration::from_millis(20)).await;
    let job = f.claimed(LONG).await;
    assert_eq!((job.id, job.attempt), (lost.id, 2));
    assert_ne!(job.lease_token, lost.lease_token);
    assert_eq!(f.store.job_claim("third", LONG).await.unwrap(), None);

    // Who lost it can neither keep it, nor give it back, nor write.
    assert!(!f.store.job_heartbeat(&lost, LONG).await.unwrap());
    assert!(!f.store.job_release(&lost, Utc::now()).await.unwrap());
    assert!(matches!(step(&f, import, &lost).await, Err(StoreError::LeaseLost)));
    let failed = f.store.write(&f.two, async |tx| tx.import_fail(import, &lost, &failure()).await).await;
    assert!(matches!(failed, Err(StoreError::LeaseLost)));
    assert!(matches!(f.finish(&f.two, import, &lost, &[]).await, Err(StoreError::LeaseLost)));

    assert!(f.store.job_heartbeat(&job, LONG).await.unwrap());
    step(&f, import, &job).await.unwrap();
    f.finish(&f.two, import, &job, &[]).await.unwrap();
    assert!(!f.store.job_heartbeat(&job, LONG).await.unwrap(), "done");
    assert_eq!(f.store.job_queue_stats().await.unwrap(), Default::default());
}

#[tokio::test]
async fn an_expired_lease_counts_as_lost_before_anybody_takes_over() {
    let f = fixture().await;
    queued(&f, 1).await;
    let job = f.claimed(Duration::from_millis(1)).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(!f.store.job_heartbeat(&job, LONG).await.unwrap());
    assert!(matches!(step(&f, ImportId::from_uuid(job.subject_id), &job).await, Err(StoreError::LeaseLost)));
}

#[tokio::test]
async fn heartbeats_keep_a_lease() {
    let f = fixture().await;
    queued(&f, 1).await;
    let job = f.claimed(Duration::from_millis(400)).await;
    for _ in 0..8 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(f.store.job_heartbeat(&job, Duration::from_millis(400)).await.unwrap());
        assert_eq!(f.store.job_claim("other", LONG).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_job_that_is_given_back_waits_for_its_time() {
    let f = fixture().await;
    queued(&f, 1).await;
    let stats = f.store.job_queue_stats().await.unwrap();
    assert_eq!((stats.ready, stats.oldest_ready.is_some()), (1, true));
    let job = f.claimed(LONG).await;
    assert!(f.store.job_release(&job, Utc::now() + TimeDelta::hours(1)).await.unwrap());
    assert_eq!(f.store.job_claim("other", LONG).await.unwrap(), None);
    assert_eq!(f.store.job_queue_stats().await.unwrap().scheduled, 1);
    assert!(!f.store.job_heartbeat(&job, LONG).await.unwrap());
}

#[tokio::test]
async fn a_job_entitles_to_its_own_import_only() {
    let f = fixture().await;
    queued(&f, 2).await;
    let (a, b) = (f.claimed(LONG).await, f.claimed(LONG).await);
    assert_ne!(a.msp_id, b.msp_id);
    let (first, other) = if a.msp_id == f.two.msp_id() { (a, b) } else { (b, a) };
    assert!(matches!(
        step(&f, ImportId::from_uuid(other.subject_id), &first).await,
        Err(StoreError::LeaseLost)
    ));
    assert!(matches!(
        step(&f, ImportId::from_uuid(other.subject_id), &other).await,
        Err(StoreError::LeaseLost)
    ));
    step(&f, ImportId::from_uuid(first.subject_id), &first).await.unwrap();
}
