//! Who plays: a database cluster of the run's own, two servers, three workers, two MSPs.

use crate::harness::{Behind, Database, Process, Stage, eventually, free_address, text};
use policytab_dev_postgres::{Cluster, ClusterConfig, Durability, bootstrap};
use serde_json::json;
use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    time::Duration,
};
use tempfile::TempDir;

/// A process that may be dead just now.
pub(crate) struct Member {
    pub(crate) name: String,
    command: &'static str,
    own: Vec<(String, String)>,
    pub(crate) process: Option<Process>,
}

impl Member {
    pub(crate) fn start(&mut self, stage: &Stage) {
        self.process = Some(stage.process(&self.name, self.command, &self.own));
    }
}

/// What trouble is made for.
pub(crate) struct Scene {
    pub(crate) servers: Vec<Member>,
    pub(crate) workers: Vec<Member>,
    pub(crate) bases: Vec<String>,
    pub(crate) superuser_url: String,
    cluster: Option<Cluster>,
    port: u16,
    folder: TempDir,
}

/// One workspace and its script's token.
pub(crate) struct Msp {
    pub(crate) number: usize,
    pub(crate) name: &'static str,
    pub(crate) token: String,
    pub(crate) bases: Vec<String>,
}

async fn cluster(folder: &Path, port: Option<u16>) -> Cluster {
    let project_root = Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."));
    let config = ClusterConfig {
        data_dir: folder.join("cluster"),
        // The other kind may lose what it has committed when it is stopped.
        durability: Durability::Durable,
        port,
        project_root,
    };
    Cluster::start(config).await.unwrap()
}

impl Scene {
    pub(crate) async fn new() -> (Stage, Self) {
        let folder = tempfile::tempdir().unwrap();
        // PostgreSQL's account must pass through when root runs the tests.
        fs::set_permissions(folder.path(), Permissions::from_mode(0o711)).unwrap();
        let cluster = cluster(folder.path(), None).await;
        let urls = bootstrap(&cluster, "policytab").await.unwrap();
        policytab_store::migrate(&urls.owner_url).await.unwrap();
        let superuser_url = cluster.superuser_url("policytab");
        let database =
            Database { runtime_url: urls.runtime_url, superuser_url: superuser_url.clone(), _own: None };
        let settings = [
            ("POLICYTAB_IMPORT_DEADLINE_SECONDS", "12"),
            ("POLICYTAB_DATABASE_CONNECTIONS", "8"),
            ("POLICYTAB_DRAIN_SECONDS", "1"),
        ];
        let mut stage = Stage::on(database, &settings).await;
        let second = free_address();
        let bases = vec![stage.base.clone(), format!("http://{second}")];
        let own = |list: &[(&str, &str)]| -> Vec<(String, String)> {
            list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let none = stage.process("none", "openapi", &[]);
        let first = std::mem::replace(&mut stage.server, none);
        let member = |name: String, command, own, process| Member { name, command, own, process };
        let mut servers = vec![
            member("server".to_owned(), "serve", Vec::new(), Some(first)),
            member("server-2".to_owned(), "serve", own(&[("POLICYTAB_LISTEN", &second)]), None),
        ];
        servers[1].start(&stage);
        let mut workers: Vec<_> = (0..3)
            .map(|number| {
                member(format!("worker-{number}"), "worker", own(&[("POLICYTAB_WORKERS", "3")]), None)
            })
            .collect();
        workers.iter_mut().for_each(|worker| worker.start(&stage));
        let port = cluster.port();
        let scene = Self { servers, workers, bases, superuser_url, cluster: Some(cluster), port, folder };
        scene.all_ready(&stage).await;
        (stage, scene)
    }

    async fn all_ready(&self, stage: &Stage) {
        for base in &self.bases {
            eventually(&format!("{base} is ready"), Duration::from_secs(60), async || {
                stage.is_ready(base).await.then_some(())
            })
            .await;
        }
    }

    pub(crate) async fn database_stop(&mut self) {
        if let Some(cluster) = self.cluster.take() {
            cluster.stop().await.unwrap();
        }
    }

    pub(crate) async fn database_start(&mut self) {
        if self.cluster.is_none() {
            self.cluster = Some(cluster(self.folder.path(), Some(self.port)).await);
        }
    }

    /// Ends every fault, and starts whatever is dead.
    pub(crate) async fn settle(&mut self, stage: &Stage) {
        stage.control().faults_clear();
        stage.control().settings_update(|settings| settings.token_lifetime_s = 3599);
        self.database_start().await;
        for member in self.servers.iter_mut().chain(&mut self.workers) {
            if !member.process.as_mut().is_some_and(Process::is_alive) {
                member.start(stage);
            }
        }
        self.all_ready(stage).await;
    }

    /// The database without row level security.
    pub(crate) async fn behind(&self) -> Behind {
        Behind::again(&self.superuser_url).await
    }
}

/// The stage's own workspace and another one, each with an API token: sessions would expire on the way.
pub(crate) async fn msps(stage: &Stage, bases: &[String]) -> Vec<Msp> {
    let other = stage.another_msp().await;
    let wanted = json!({"name": "Chaos", "role": "admin", "expires_in_days": 1});
    let first = stage.post("/api-tokens", &wanted).await;
    let request =
        stage.http.post(format!("{}/api/v1/api-tokens", stage.base)).bearer_auth(&other).json(&wanted);
    let second = crate::harness::Answer::of(request).await.unwrap();
    let token = |body: &serde_json::Value| text(&body["token"]).to_owned();
    [(0, "North", token(&first)), (1, "South", token(&second.body))]
        .into_iter()
        .map(|(number, name, token)| Msp { number, name, token, bases: bases.to_vec() })
        .collect()
}
