//! Notices: after the commit, never for what was undone, and through a broken connection.

use crate::fixture::{customer, fixture, raw};
use futures_util::StreamExt as _;
use policytab_store::{EventKind, Notice, Notices, StoreError};
use std::time::Duration;
use uuid::Uuid;

async fn next(notices: &mut Notices) -> Notice {
    tokio::time::timeout(Duration::from_secs(20), notices.next()).await.expect("in time").expect("no end")
}

#[tokio::test]
async fn notices_follow_commits() {
    let f = fixture().await;
    let mut notices = f.store.listen();
    assert_eq!(next(&mut notices).await, Notice::Reconnected);
    let undone = f
        .store
        .write(&f.one, async |tx| {
            tx.customer_insert(&customer("Undone")).await?;
            Err::<(), _>(StoreError::Conflict("undone"))
        })
        .await;
    assert!(undone.is_err());
    let id = f.connected(&f.one, "Contoso", Uuid::from_u128(1)).await;
    let event = Notice::Event {
        msp_id: f.one.msp_id(),
        kind: EventKind::CustomerChanged,
        customer_id: Some(id),
        import_id: None,
    };
    // Added and connected in one transaction: PostgreSQL tells the same thing once.
    assert_eq!(next(&mut notices).await, event);

    let import = f.asked(&f.one, id).await.unwrap();
    assert_eq!(next(&mut notices).await, Notice::Jobs);
    let heard = next(&mut notices).await;
    assert!(
        matches!(heard, Notice::Event { kind: EventKind::ImportChanged, import_id: Some(i), .. } if i == import),
        "{heard:?}"
    );
}

#[tokio::test]
async fn every_listener_hears_everything_and_knows_when_it_may_have_missed_some() {
    let f = fixture().await;
    let (mut a, mut b) = (f.store.listen(), f.store.clone().listen());
    assert_eq!(next(&mut a).await, Notice::Reconnected);
    assert_eq!(next(&mut b).await, Notice::Reconnected);
    let admin = raw(&f.db.superuser_url).await;
    admin
        .execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND application_name = 'policytab listener'",
            &[],
        )
        .await
        .unwrap();
    assert_eq!(next(&mut a).await, Notice::Reconnected);
    f.store.write(&f.two, async |tx| tx.customer_insert(&customer("After")).await).await.unwrap();
    let heard = next(&mut a).await;
    assert!(matches!(heard, Notice::Event { msp_id, .. } if msp_id == f.two.msp_id()), "{heard:?}");
    loop {
        if next(&mut b).await == heard {
            break;
        }
    }
}
