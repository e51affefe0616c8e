//! Futures that are dropped at any moment, as when a client hangs up: nobody may see another MSP's rows or an empty
//! page, and no connection may go back to the pool in a transaction.

use crate::fixture::{config, customer, fixture, raw};
use policytab_domain::tenancy::MspScope;
use policytab_store::{CustomerFilter, Store, StoreConfig, StoreError};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

const PER_MSP: usize = 5;

/// Requests, and the MSPs that they are of; more where `POLICYTAB_HANG_UPS` names a number, as the long form does.
fn size() -> (u64, usize) {
    match std::env::var("POLICYTAB_HANG_UPS") {
        Ok(text) => (text.parse().expect("a number of requests"), 1_000),
        Err(_) => (5_000, 2),
    }
}

async fn names(store: &Store, scope: &MspScope) -> Result<Vec<String>, StoreError> {
    let filter = CustomerFilter { limit: 50, ..Default::default() };
    let page = store.read(scope, async |tx| tx.customer_list(&filter).await).await?;
    Ok(page.items.into_iter().map(|c| c.display_name).collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn hanging_up_leaves_no_trace() {
    let fixture = fixture().await;
    let (requests, msps) = size();
    let mut scopes = vec![fixture.one, fixture.two];
    for n in scopes.len()..msps {
        scopes.push(fixture.another(n).await);
    }
    let scopes: Arc<[MspScope]> = scopes.into();
    let expected = |who: usize| (0..PER_MSP).map(|n| format!("MSP {who} customer {n}")).collect::<Vec<_>>();
    for (who, scope) in scopes.iter().enumerate() {
        fixture
            .store
            .write(scope, async |tx| {
                for name in expected(who) {
                    tx.customer_insert(&customer(&name)).await?;
                }
                Ok::<_, StoreError>(())
            })
            .await
            .unwrap();
    }
    let store =
        Store::connect(StoreConfig { max_connections: 6, ..config(&fixture.db.runtime_url) }).await.unwrap();
    let answered = Arc::new(AtomicU64::new(0));
    let next = Arc::new(AtomicU64::new(0));
    let clients: Vec<_> = (0..24)
        .map(|_| {
            let (store, answered, next) = (store.clone(), answered.clone(), next.clone());
            let scopes = Arc::clone(&scopes);
            tokio::spawn(async move {
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= requests {
                        break;
                    }
                    let who = usize::try_from(n.wrapping_mul(2_654_435_761) >> 7).unwrap() % scopes.len();
                    // Three of four hang up within 2 ms, at moments that spread over the whole request.
                    let patience = if n % 4 == 0 { 60_000_000 } else { n.wrapping_mul(7_919) % 2_000 };
                    let write = n % 16 == 1;
                    let request = async {
                        if write {
                            // Rolled back whatever happens: what is seen afterwards must not change.
                            let _ = store
                                .write(&scopes[who], async |tx| {
                                    tx.customer_insert(&customer(&format!("passing {n}"))).await?;
                                    Err::<(), _>(StoreError::Conflict("undo"))
                                })
                                .await;
                        }
                        names(&store, &scopes[who]).await
                    };
                    if let Ok(page) = tokio::time::timeout(Duration::from_micros(patience), request).await {
                        let seen = page.expect("an answer");
                        let expected: Vec<_> =
                            (0..PER_MSP).map(|n| format!("MSP {who} customer {n}")).collect();
                        assert_eq!(seen, expected, "request {n}");
                        answered.fetch_add(1, Ordering::Relaxed);
                    }
                }
            })
        })
        .collect();
    for client in clients {
        client.await.unwrap();
    }
    let answered = answered.load(Ordering::Relaxed);
    assert!((requests / 4..requests).contains(&answered), "{answered} of {requests} were answered");

    // What was thrown away may take the server a moment to notice.
    let admin = raw(&fixture.db.superuser_url).await;
    let mut stuck = i64::MAX;
    for _ in 0..100 {
        stuck = admin
            .query_one(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
                 AND usename = 'policytab_runtime' AND state <> 'idle'",
                &[],
            )
            .await
            .unwrap()
            .get(0);
        if stuck == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(stuck, 0, "connections are still in a transaction");
    println!(
        "{requests} requests of {msps} MSPs: {answered} answered, all whole and their own; {} hung up, no connection left in a \
         transaction",
        requests - answered
    );
}

#[tokio::test]
async fn a_panic_in_a_transaction_costs_one_connection() {
    let fixture = fixture().await;
    let store =
        Store::connect(StoreConfig { max_connections: 1, ..config(&fixture.db.runtime_url) }).await.unwrap();
    let (panicking, scope) = (store.clone(), fixture.one);
    let task = tokio::spawn(async move {
        panicking
            .write(&scope, async |tx| {
                tx.customer_insert(&customer("never")).await?;
                if tx.msp_id() == scope.msp_id() {
                    panic!("on purpose");
                }
                Ok::<_, StoreError>(())
            })
            .await
    });
    assert!(task.await.unwrap_err().is_panic());
    assert_eq!(names(&store, &fixture.one).await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_hidden_failure_is_not_committed_in_silence() {
    let fixture = fixture().await;
    let result = fixture
        .store
        .write(&fixture.one, async |tx| {
            let added = tx.customer_insert(&customer("kept?")).await?;
            // 121 characters are one too many for the table: the statement fails, and its error is dropped.
            let _ = tx.customer_insert(&customer(&"x".repeat(121))).await;
            Ok::<_, StoreError>(added.id)
        })
        .await;
    assert!(matches!(result, Err(StoreError::Aborted)), "{result:?}");
    assert_eq!(names(&fixture.store, &fixture.one).await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn errors_of_the_database_do_not_quote_rows() {
    let fixture = fixture().await;
    let long = "canary".repeat(30);
    let error = fixture
        .store
        .write(&fixture.one, async |tx| tx.customer_insert(&customer(&long)).await)
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Database(_)));
    let mut shown = format!("{error} {error:?}");
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        shown += &format!(" {cause} {cause:?}");
        source = cause.source();
    }
    assert!(!shown.contains("canary"), "{shown}");
    assert!(shown.contains("customers_display_name_check"), "{shown}");
}

#[tokio::test]
async fn connections_that_died_in_the_pool_are_replaced() {
    let fixture = fixture().await;
    let store =
        Store::connect(StoreConfig { max_connections: 3, ..config(&fixture.db.runtime_url) }).await.unwrap();
    let parallel = async || {
        let (a, b, c) = tokio::join!(
            names(&store, &fixture.one),
            names(&store, &fixture.one),
            names(&store, &fixture.one)
        );
        [a, b, c].into_iter().collect::<Result<Vec<_>, _>>()
    };
    parallel().await.unwrap();
    let admin = raw(&fixture.db.superuser_url).await;
    // A session ends a moment after it was told to, and one may have been in the making for somebody who was served by
    // another meanwhile. One that ends in the middle of a request is another matter.
    let end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
               WHERE datname = current_database() AND usename = 'policytab_runtime'";
    while admin.query_one(end, &[]).await.unwrap().get::<_, i64>(0) > 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // What was in use a moment ago is believed to be there.
    tokio::time::sleep(Duration::from_millis(100)).await;
    parallel().await.expect("a request must not pay for a connection that died before it");
}
