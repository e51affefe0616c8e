//! The database drops the product's sessions.

use crate::harness::Stage;
use futures_util::future::join_all;
use policytab_app::AppError;
use policytab_domain::{ids::MspId, problem::ProblemCode, tenancy::MspScope};
use policytab_store::{Store, StoreConfig};
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread")]
async fn imports_outlive_the_sessions_they_began_with() {
    let stage = Stage::new().await;
    stage.bodies_known().await;
    let mut imports = Vec::new();
    for number in 0..6 {
        let customer = stage.connected(&format!("Dropped {number}")).await;
        let import = stage.import(&customer).await;
        imports.push((customer, import));
    }
    // One is in the middle of writing, another one about to commit.
    let (writing, ending) = (&imports[0].1, &imports[1].1);
    let points = [format!("{writing}:comparison:succeeded"), format!("{ending}:import.succeed")];
    let hold = stage.behind.hold(&points).await;
    let mut worker = stage.worker("worker", imports.len());
    stage.behind.held(2).await;
    assert!(stage.behind.sessions_end().await > 2);
    hold.open();
    // The others are met wherever they are.
    let end = Instant::now() + Duration::from_secs(2);
    while Instant::now() < end {
        tokio::time::sleep(Duration::from_millis(170)).await;
        stage.behind.sessions_end().await;
    }
    join_all(
        imports.iter().map(|(customer, import)| stage.succeeded(customer, import, Duration::from_secs(40))),
    )
    .await;
    for (customer, import) in &imports {
        stage.is_whole(customer, import).await;
    }
    stage.behind.has_no_orphans().await;
    assert!(worker.is_alive());
    assert_eq!(worker.log().matches("panicked").count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_lost_before_the_commit_is_the_databases_absence_and_no_defect() {
    let stage = Stage::new().await;
    let store = Store::connect(StoreConfig::new(stage.db.runtime_url.clone())).await.unwrap();
    let msp = stage.behind.id("SELECT msp_id FROM msps").await;
    #[expect(clippy::disallowed_methods, reason = "the test's own MSP")]
    let scope = MspScope::assume_verified(MspId::from_uuid(msp));
    let behind = &stage.behind;
    let ended = store
        .write(&scope, async |tx| {
            let page = tx.baseline_list(None, 1).await?;
            assert!(page.items.is_empty());
            behind.sessions_end().await;
            Ok::<_, AppError>(())
        })
        .await;
    let error = ended.expect_err("nothing can have been committed");
    assert_eq!(error.problem().code, ProblemCode::Unavailable, "{error:?}");
}
