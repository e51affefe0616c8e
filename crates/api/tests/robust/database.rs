//! The database drops the product's sessions, or goes away for a while.

use crate::harness::{Behind, Database, Stage, eventually};
use futures_util::future::join_all;
use policytab_app::AppError;
use policytab_dev_postgres::{Cluster, ClusterConfig, Durability, bootstrap};
use policytab_domain::{ids::MspId, problem::ProblemCode, tenancy::MspScope};
use policytab_graph_sim::{Fault, FaultKind};
use policytab_store::{Store, StoreConfig};
use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    time::{Duration, Instant},
};
use tempfile::TempDir;

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
    let store = Store::connect(StoreConfig::new(stage.database.runtime_url.clone())).await.unwrap();
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

/// A PostgreSQL of the test's own, to be stopped and started again, with a stage on it.
pub(crate) struct Own {
    dir: TempDir,
    cluster: Option<Cluster>,
    port: u16,
    superuser_url: String,
}

impl Own {
    pub(crate) async fn new(settings: &[(&str, &str)]) -> (Self, Stage) {
        let dir = tempfile::tempdir().unwrap();
        // PostgreSQL's account must pass through when root runs the tests.
        fs::set_permissions(dir.path(), Permissions::from_mode(0o711)).unwrap();
        let cluster = cluster(dir.path(), None).await;
        let urls = bootstrap(&cluster, "policytab").await.unwrap();
        policytab_store::migrate(&urls.owner_url).await.unwrap();
        let (port, superuser_url) = (cluster.port(), cluster.superuser_url("policytab"));
        let database =
            Database { runtime_url: urls.runtime_url, superuser_url: superuser_url.clone(), _own: None };
        let stage = Stage::on(database, settings).await;
        (Self { dir, cluster: Some(cluster), port, superuser_url }, stage)
    }

    pub(crate) async fn stop(&mut self) {
        self.cluster.take().unwrap().stop().await.unwrap();
    }

    pub(crate) async fn start_again(&mut self) {
        assert!(!Behind::is_there(&self.superuser_url).await);
        self.cluster = Some(cluster(self.dir.path(), Some(self.port)).await);
    }

    /// Behind it, after it was started again.
    pub(crate) async fn behind(&self) -> Behind {
        Behind::again(&self.superuser_url).await
    }
}

async fn cluster(dir: &Path, port: Option<u16>) -> Cluster {
    let project_root = Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."));
    let durability = Durability::Throwaway;
    let data_dir = dir.join("cluster");
    Cluster::start(ClusterConfig { data_dir, durability, port, project_root }).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_restarted_costs_time_and_nothing_else() {
    let (mut own, mut stage) = Own::new(&[]).await;
    let (asking, writing) = (stage.connected("Away asking").await, stage.connected("Away writing").await);
    stage.fault(&asking, Fault::on("*/namedLocations", FaultKind::Hang));
    let (asked, written) = (stage.import(&asking).await, stage.import(&writing).await);
    let _hold = stage.behind.hold(&[format!("{written}:report:succeeded")]).await;
    let mut worker = stage.worker("worker", 2);
    eventually("the step runs", Duration::from_secs(20), async || {
        (stage.step(&asking, &asked, "named_locations").await == "running").then_some(())
    })
    .await;
    stage.behind.held(1).await;

    own.stop().await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    own.start_again().await;
    stage.behind = own.behind().await;
    stage.control().faults_clear();
    stage.ready().await;
    for (customer, import) in [(&asking, &asked), (&writing, &written)] {
        stage.is_whole(customer, import).await;
    }
    stage.behind.has_no_orphans().await;
    assert!(worker.is_alive() && stage.server.is_alive(), "nobody had to be started again");
}
