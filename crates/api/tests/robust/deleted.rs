//! A customer that is deleted while its import runs.

use crate::harness::{Customer, Stage, eventually};
use policytab_graph_sim::{Fault, FaultKind};
use reqwest::Method;
use std::time::Duration;

async fn delete(stage: &Stage, customer: &Customer) {
    let (status, answer) = stage.call(Method::DELETE, &format!("/customers/{}", customer.id), None).await;
    assert_eq!(status, 204, "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_deleted_under_way_is_gone_and_frees_its_worker() {
    let stage = Stage::new().await;
    stage.bodies_known().await;
    let (asking, writing) =
        (stage.connected("Deleted asking").await, stage.connected("Deleted writing").await);
    let next = stage.connected("Next").await;
    stage.fault(&asking, Fault::on("*/namedLocations", FaultKind::Hang));
    let mut worker = stage.worker("worker", 1);

    let asked = stage.import(&asking).await;
    eventually("the step runs", Duration::from_secs(20), async || {
        (stage.step(&asking, &asked, "named_locations").await == "running").then_some(())
    })
    .await;
    delete(&stage, &asking).await;

    // The only slot is free again, though Microsoft still owes the deleted one an answer.
    let written = stage.import(&writing).await;
    let hold = stage.behind.hold(&[format!("{written}:report:succeeded")]).await;
    stage.behind.held(1).await;
    // Who deletes waits for the import that is just writing, and takes its rows as well.
    let opening = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        hold.open();
    };
    tokio::join!(delete(&stage, &writing), opening);

    let import = stage.import(&next).await;
    stage.is_whole(&next, &import).await;
    for (customer, import) in [(&asking, &asked), (&writing, &written)] {
        stage.behind.is_bare(customer).await;
        for left in [
            format!("customers WHERE id = '{}'", customer.id),
            format!("connections WHERE customer_id = '{}'", customer.id),
            format!("imports WHERE id = '{import}'"),
            format!("import_steps WHERE import_id = '{import}'"),
            format!("jobs WHERE subject_id = '{import}'"),
        ] {
            assert_eq!(stage.behind.number(&format!("SELECT count(*) FROM {left}")).await, 0, "{left}");
        }
        let trail = format!("SELECT count(*) FROM audit WHERE subject_id = '{}'", customer.id);
        assert!(stage.behind.number(&trail).await > 1, "the audit trail stays");
    }
    stage.behind.has_no_orphans().await;
    assert!(worker.is_alive());
}
