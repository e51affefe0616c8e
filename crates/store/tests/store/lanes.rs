//! Reads that wait for their query only, and connections of threads with a runtime of their own.

use crate::fixture::{config, customer, fixture, raw};
use policytab_domain::tenancy::MspScope;
use policytab_store::{CustomerFilter, Store, StoreConfig, StoreError};
use std::{
    sync::{Arc, mpsc},
    thread,
};
use tokio::sync::Barrier;

async fn names(store: &Store, scope: &MspScope) -> Vec<String> {
    let filter = CustomerFilter { limit: 50, ..Default::default() };
    let page = store.read(scope, async |tx| tx.customer_list(&filter).await).await.expect("a page");
    page.items.into_iter().map(|customer| customer.display_name).collect()
}

async fn add(store: &Store, scope: &MspScope, name: &str) {
    let added = store.write(scope, async |tx| tx.customer_insert(&customer(name)).await).await;
    added.expect("a customer");
}

/// One connection serves everybody in turn: what one leaves behind, the next would see.
#[tokio::test]
async fn transactions_follow_each_other_on_one_connection() {
    let f = fixture().await;
    let config = StoreConfig { max_connections: 1, ..config(&f.db.runtime_url) };
    let store = Store::connect(config).await.expect("a store");
    for n in 0..40 {
        let (scope, other) = if n % 2 == 0 { (&f.one, &f.two) } else { (&f.two, &f.one) };
        let before = names(&store, scope).await;
        // A failed statement leaves nothing of its transaction behind either.
        let missing = uuid::Uuid::from_u128(n).into();
        let failed = store.read(scope, async |tx| tx.customer_fetch(missing).await).await;
        assert!(matches!(failed, Err(StoreError::NotFound { .. })), "{failed:?}");
        let broken = store
            .read(scope, async |tx| {
                let filter = CustomerFilter { cursor: Some("zz".to_owned()), ..Default::default() };
                tx.customer_list(&filter).await
            })
            .await;
        assert!(matches!(broken, Err(StoreError::InvalidCursor)), "{broken:?}");
        let theirs = names(&store, other).await;
        add(&store, scope, &format!("{n:02}")).await;
        let mut expected = before;
        expected.push(format!("{n:02}"));
        assert_eq!(names(&store, scope).await, expected);
        assert_eq!(names(&store, other).await, theirs);
    }
    assert_eq!(store.connections(), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn threads_have_connections_of_their_own_and_use_idle_ones_of_others() {
    const CONNECTIONS: u32 = 8;
    let f = fixture().await;
    let config = StoreConfig { max_connections: CONNECTIONS, threads: 2, ..config(&f.db.runtime_url) };
    let store = Store::connect(config).await.expect("a store");
    add(&store, &f.one, "One").await;
    add(&store, &f.two, "Two").await;

    // Neither thread ends while the other may use a connection of its.
    let (both, (opened, here)) = (Arc::new(Barrier::new(2)), mpsc::channel());
    let threads: Vec<_> = [(f.one, "One"), (f.two, "Two")]
        .into_iter()
        .map(|(scope, name)| {
            let (store, both, opened) = (store.clone(), Arc::clone(&both), opened.clone());
            thread::spawn(move || {
                let runtime =
                    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
                runtime.block_on(async {
                    store.connect_here();
                    // More at once than its share.
                    for _ in 0..20 {
                        let reads = (0..12).map(|_| names(&store, &scope));
                        for seen in futures_util::future::join_all(reads).await {
                            assert_eq!(seen, [name]);
                        }
                    }
                    both.wait().await;
                });
                opened.send(()).expect("the test waits");
            })
        })
        .collect();
    drop(opened);
    here.recv().expect("one thread");
    here.recv().expect("the other");
    let admin = raw(&f.db.superuser_url).await;
    let sessions = "SELECT count(*) FROM pg_stat_activity
                    WHERE datname = current_database() AND application_name = 'policytab'";
    let open: i64 = admin.query_one(sessions, &[]).await.expect("a count").get(0);
    // And one for those who watch, of this store and of the fixture's.
    assert!(open <= i64::from(CONNECTIONS) + 3, "{open} sessions");
    for thread in threads {
        tokio::task::spawn_blocking(move || thread.join()).await.expect("joined").expect("no panic");
    }

    // Their runtimes are gone and what those drove with them: nobody is given a connection of theirs.
    for _ in 0..10 {
        let reads = (0..12).map(|_| names(&store, &f.one));
        for seen in futures_util::future::join_all(reads).await {
            assert_eq!(seen, ["One"]);
        }
    }
}
