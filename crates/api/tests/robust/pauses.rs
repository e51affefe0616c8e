//! A worker that was only paused: thought dead, replaced, and then it goes on.

use crate::harness::{LEASE, Stage, eventually};
use policytab_graph_sim::{Fault, FaultKind};
use serde_json::Value;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_comes_back_after_its_lease_ends_nothing_twice() {
    let stage = Stage::new().await;
    stage.bodies_known().await;
    let asking = stage.connected("Paused while asking").await;
    let writing = stage.connected("Paused while writing").await;
    stage.fault(&asking, Fault::on("*/namedLocations", FaultKind::Latency { ms: 4000 }).times(1));
    let (asked, written) = (stage.import(&asking).await, stage.import(&writing).await);
    let hold = stage.behind.hold(&[format!("{written}:report:succeeded")]).await;
    let mut sleeper = stage.worker("sleeper", 2);
    eventually("one asks, the other one writes", Duration::from_secs(20), async || {
        (stage.step(&asking, &asked, "named_locations").await == "running").then_some(())
    })
    .await;
    stage.behind.held(1).await;
    sleeper.pause();
    hold.open();

    let heir = stage.worker("heir", 2);
    let taken = |import: &Value| import["attempts"] == 2;
    stage.import_when(&asking, &asked, "it is taken over", LEASE + Duration::from_secs(12), taken).await;
    // The other one's transaction is still open and keeps its job's row locked, so nobody could take it, whatever its
    // lease says. Awake, the sleeper ends it.
    sleeper.resume();
    stage.is_whole(&writing, &written).await;
    stage.is_whole(&asking, &asked).await;
    let rows =
        "SELECT i.*, (SELECT jsonb_agg(s ORDER BY position) FROM import_steps s WHERE s.import_id = i.id)
                FROM imports i WHERE i.id = ";
    let before = stage.behind.rows(&format!("{rows} '{asked}'")).await;
    // Time enough for all that the sleeper had under way.
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert_eq!(stage.behind.rows(&format!("{rows} '{asked}'")).await, before, "nothing was written over");
    for (customer, import) in [(&asking, &asked), (&writing, &written)] {
        stage.is_whole(customer, import).await;
    }
    assert_eq!(stage.import_now(&asking, &asked).await["attempts"], 2);
    // PostgreSQL ends a session that sleeps in a transaction for ten seconds: on a very busy machine it comes to that.
    let attempts = stage.import_now(&writing, &written).await["attempts"].as_u64();
    assert!(matches!(attempts, Some(1 | 2)), "{attempts:?}");
    stage.behind.has_no_orphans().await;

    // It lost two leases, and works on.
    heir.kill();
    assert!(sleeper.is_alive());
    let next = stage.connected("Next").await;
    let import = stage.import(&next).await;
    stage.is_whole(&next, &import).await;
}
