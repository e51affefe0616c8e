//! The server that all processes of one test run share, and the migrated template on it.

use std::fs::{self, DirBuilder, File};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use policytab_dev_postgres::{Cluster, ClusterConfig, Durability, bootstrap_at};
use serde::{Deserialize, Serialize};
use tokio::sync::OnceCell;

use crate::runner::Run;

const WATCHER: &str = include_str!("watcher.sh");

/// How to reach the run's server, and what to copy.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Shared {
    pub(crate) superuser_url: String,
    pub(crate) password: String,
    pub(crate) template: String,
}

/// The run's server, started and prepared by whichever process is first.
///
/// # Panics
/// With the reason, when there is no server to be had.
pub(crate) async fn shared() -> &'static Shared {
    static SHARED: OnceCell<Shared> = OnceCell::const_new();
    SHARED
        .get_or_init(async || {
            // Waiting for another process's lock blocks, which a test's only thread must not.
            let prepared = tokio::task::spawn_blocking(|| {
                let runtime = tokio::runtime::Runtime::new()?;
                runtime.block_on(find_or_prepare())
            });
            match prepared.await {
                Ok(Ok(shared)) => shared,
                Ok(Err(error)) => panic!("no PostgreSQL for tests: {error}"),
                Err(error) => std::panic::resume_unwind(error.into_panic()),
            }
        })
        .await
}

type AnyError = Box<dyn std::error::Error + Send + Sync>;

async fn find_or_prepare() -> Result<Shared, AnyError> {
    let run = Run::current();
    let dir = std::env::temp_dir().join(format!("policytab-test-{}", run.key));
    // PostgreSQL's account must pass through when root runs the tests.
    match DirBuilder::new().mode(0o711).create(&dir) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(error.into()),
        _ => {}
    }
    if fs::metadata(&dir)?.uid() != rustix::process::geteuid().as_raw() {
        return Err(format!("{} belongs to someone else", dir.display()).into());
    }
    let lock = File::options().create(true).truncate(false).write(true).open(dir.join("lock"))?;
    lock.lock()?;
    let description = dir.join("server.json");
    if let Ok(text) = fs::read_to_string(&description) {
        return Ok(serde_json::from_str(&text)?);
    }
    // First of all, so that whatever happens next is cleaned up.
    watch(&dir, run.pid)?;
    let shared = prepare(&dir, &run).await?;
    let mut file = File::options().write(true).create_new(true).mode(0o600).open(&description)?;
    file.write_all(&serde_json::to_vec(&shared)?)?;
    Ok(shared)
}

/// Leaves a process behind that outlives this one and ends soon after the runner.
fn watch(dir: &Path, runner: u32) -> std::io::Result<()> {
    Command::new("/bin/sh")
        .args(["-c", WATCHER, "policytab-test-watcher"])
        .arg(dir)
        .arg(runner.to_string())
        .current_dir("/")
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map(drop)
}

async fn prepare(dir: &Path, run: &Run) -> Result<Shared, AnyError> {
    let (superuser_url, template, cluster) = match std::env::var("POLICYTAB_TEST_PG") {
        Ok(url) if !url.is_empty() => (url, format!("policytab_template_{}", run.pid), None),
        _ => {
            let cluster = Cluster::start(ClusterConfig {
                data_dir: dir.join("cluster"),
                durability: Durability::Throwaway,
                port: None,
                project_root: Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")),
            })
            .await?;
            (cluster.superuser_url("postgres"), "policytab_template".to_owned(), Some(cluster))
        }
    };
    // The same for both roles, and on a server that several runs share the same in every run.
    let password = url::Url::parse(&superuser_url)?.password().unwrap_or("policytab").to_owned();
    let urls = bootstrap_at(&superuser_url, &template, &password, &password).await?;
    policytab_store::migrate(&urls.owner_url).await?;
    if let Some(cluster) = cluster {
        cluster.detach();
    }
    Ok(Shared { superuser_url, password, template })
}
