//! A finished import's job runs once more.

use crate::harness::{Stage, eventually, text};
use policytab_graph_sim::TenantEdit;
use std::time::Duration;

/// Everything but what a request or a login leaves behind.
const TABLES: [&str; 15] = [
    "imports",
    "import_steps",
    "snapshots",
    "snapshot_documents",
    "snapshot_facts",
    "snapshot_memberships",
    "snapshot_people",
    "documents",
    "co_managed_baselines",
    "co_managed_documents",
    "reports",
    "customers",
    "connections",
    "audit",
    "audit_heads",
];

async fn everything(stage: &Stage) -> Vec<(&'static str, Vec<String>)> {
    let mut all = Vec::new();
    for table in TABLES {
        all.push((table, stage.behind.rows(&format!("SELECT * FROM {table} t ORDER BY t::text")).await));
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finished_import_whose_job_runs_again_changes_nothing() {
    let stage = Stage::new().await;
    let (good, bad) = (stage.connected("Ends well").await, stage.connected("Ends badly").await);
    let expire = TenantEdit::SecretExpire;
    stage.control().edit(&bad.tenant.tenant_id, &expire).unwrap();
    let _worker = stage.worker("worker", 2);
    let (done, failed) = (stage.import(&good).await, stage.import(&bad).await);
    stage.is_whole(&good, &done).await;
    let ended = stage.ended(&bad, &failed, Duration::from_secs(20)).await;
    assert_eq!(text(&ended["error"]["reason"]), "expired_secret");

    let before = everything(&stage).await;
    for import in [&done, &failed] {
        stage.behind.run(&format!(
            "INSERT INTO jobs (id, msp_id, kind, subject_id) SELECT gen_random_uuid(), msp_id, 'import', id FROM imports
             WHERE id = '{import}'; NOTIFY policytab_jobs"
        )).await;
    }
    eventually("the jobs are gone", Duration::from_secs(15), async || {
        (stage.behind.number("SELECT count(*) FROM jobs").await == 0).then_some(())
    })
    .await;
    for ((table, before), (_, after)) in before.into_iter().zip(everything(&stage).await) {
        assert_eq!(before, after, "{table}");
    }
    stage.is_whole(&good, &done).await;
}
