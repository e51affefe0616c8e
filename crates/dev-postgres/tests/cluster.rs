//! A private cluster from its first start to its last, on real servers.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use policytab_dev_postgres::{Cluster, ClusterConfig, ClusterError, Durability, bootstrap};
use tokio_postgres::{Client, NoTls};

fn config(data_dir: &Path) -> ClusterConfig {
    let project_root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    ClusterConfig {
        data_dir: data_dir.to_path_buf(),
        durability: Durability::Throwaway,
        port: None,
        project_root: Some(project_root),
    }
}

/// A data directory that takes along, when it goes, what was put elsewhere on its behalf.
struct Folder(tempfile::TempDir);

impl Folder {
    /// One that any account may pass through.
    fn reachable() -> Folder {
        Folder::with_mode(0o711)
    }

    /// One that only we may enter, as a checkout in root's home is.
    fn private() -> Folder {
        Folder::with_mode(0o700)
    }

    fn with_mode(mode: u32) -> Folder {
        let folder = tempfile::tempdir().expect("a folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode)).expect("chmod");
        Folder(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Ok(elsewhere) = fs::read_link(self.path().join("storage")) {
            let _ = fs::remove_dir_all(elsewhere);
        }
    }
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("a connection");
    tokio::spawn(connection);
    client
}

async fn single(client: &Client, sql: &str) -> String {
    let messages = client.simple_query(sql).await.expect("the query");
    let row = messages.iter().find_map(|message| match message {
        tokio_postgres::SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    row.and_then(|row| row.get(0)).expect("one value").to_owned()
}

#[tokio::test]
async fn roles_and_data_survive_a_restart() {
    let dir = Folder::reachable();
    let durable = ClusterConfig { durability: Durability::Durable, ..config(dir.path()) };
    let cluster = Cluster::start(durable.clone()).await.expect("start");
    let urls = bootstrap(&cluster, "policytab").await.expect("bootstrap");
    let mode = fs::metadata(dir.path().join("passwords.json")).expect("passwords").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let owner = connect(&urls.owner_url).await;
    owner
        .batch_execute(
            "CREATE TABLE note (text text); INSERT INTO note VALUES ('kept'); \
             GRANT SELECT ON note TO policytab_runtime; GRANT CREATE ON SCHEMA public TO policytab_lookup; \
             CREATE FUNCTION lookup() RETURNS text LANGUAGE sql SECURITY DEFINER RETURN current_user; \
             ALTER FUNCTION lookup() OWNER TO policytab_lookup;",
        )
        .await
        .expect("the owner makes tables and hands functions over");
    cluster.stop().await.expect("stop");

    let cluster = Cluster::start(durable).await.expect("start again");
    let again = bootstrap(&cluster, "policytab").await.expect("bootstrap again");
    let runtime = connect(&again.runtime_url).await;
    assert_eq!(single(&runtime, "SELECT text FROM note").await, "kept");
    assert_eq!(single(&runtime, "SELECT lookup()").await, "policytab_lookup");
    runtime.batch_execute("CREATE TABLE mine ()").await.expect_err("the runtime role makes no tables");
    let powers = "SELECT string_agg(rolname || ' ' || rolsuper || ' ' || rolbypassrls || ' ' || rolcanlogin, ', ' \
                  ORDER BY rolname) FROM pg_roles WHERE rolname LIKE 'policytab%'";
    assert_eq!(
        single(&runtime, powers).await,
        "policytab_lookup false false false, policytab_owner false false true, policytab_runtime false false true"
    );
    let without_password = format!("postgres://policytab_runtime@127.0.0.1:{}/policytab", cluster.port());
    tokio_postgres::connect(&without_password, NoTls).await.map(|_| ()).expect_err("no password, no entry");
}

#[tokio::test]
async fn an_installed_server_does_as_well() {
    let dir = Folder::reachable();
    match Cluster::start(ClusterConfig { project_root: None, ..config(dir.path()) }).await {
        Ok(cluster) => {
            let urls = bootstrap(&cluster, "policytab").await.expect("bootstrap");
            let owner = connect(&urls.owner_url).await;
            assert_eq!(single(&owner, "SHOW server_encoding").await, "UTF8");
            cluster.stop().await.expect("stop");
        }
        Err(ClusterError::NoBinaries { tried }) => {
            policytab_test_support::skip("the installed PostgreSQL", format!("there is none: {tried}"));
        }
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn a_checkout_that_only_root_may_enter_works_too() {
    let dir = Folder::private();
    let usual = config(dir.path());
    // The programs are then out of the server's reach as well, not only the data.
    let checkout = Folder::private();
    let frontend = usual.project_root.as_deref().map(|root| root.join("frontend")).expect("a checkout");
    symlink(frontend.canonicalize().expect("the front end"), checkout.path().join("frontend")).expect("link");
    for _ in 0..2 {
        let config = ClusterConfig { project_root: Some(checkout.path().to_path_buf()), ..usual.clone() };
        Cluster::start(config).await.expect("start").stop().await.expect("stop");
    }
    let is_root = fs::metadata("/proc/self").is_ok_and(|meta| meta.uid() == 0);
    let elsewhere = fs::read_link(dir.path().join("storage"));
    assert_eq!(elsewhere.is_ok(), is_root, "the data go elsewhere for root's sake only");
}

#[tokio::test]
async fn a_running_data_directory_is_refused_and_an_abandoned_server_replaced() {
    let dir = Folder::reachable();
    let first = Cluster::start(config(dir.path())).await.expect("start");
    let second = Cluster::start(config(dir.path())).await.expect_err("in use");
    assert!(matches!(second, ClusterError::AlreadyRunning { .. }), "{second}");

    let url = first.superuser_url("postgres");
    first.detach();
    connect(&url).await;
    let third = Cluster::start(config(dir.path())).await.expect("takes the place of the abandoned one");
    tokio_postgres::connect(&url, NoTls).await.map(|_| ()).expect_err("the abandoned one is gone");
    let url = third.superuser_url("postgres");
    drop(third);
    tokio_postgres::connect(&url, NoTls).await.map(|_| ()).expect_err("dropping stops");
}

#[tokio::test]
async fn a_process_id_that_now_is_someone_else_s_does_not_block() {
    let dir = Folder::reachable();
    Cluster::start(config(dir.path())).await.expect("start").stop().await.expect("stop");
    // Ours is alive for certain, and no PostgreSQL.
    let stale = format!("{}\n{}\n", std::process::id(), pgdata(dir.path()).display());
    fs::write(pgdata(dir.path()).join("postmaster.pid"), stale).expect("write");
    Cluster::start(config(dir.path())).await.expect("start").stop().await.expect("stop");
}

#[tokio::test]
async fn damage_and_other_versions_get_one_clear_sentence() {
    let dir = Folder::reachable();
    Cluster::start(config(dir.path())).await.expect("start").stop().await.expect("stop");
    let version = pgdata(dir.path()).join("PG_VERSION");
    let right = fs::read_to_string(&version).expect("read");

    fs::write(&version, "12\n").expect("write");
    let error = Cluster::start(config(dir.path())).await.expect_err("another version").to_string();
    assert!(
        error.contains("was made by PostgreSQL 12") && error.contains("move the directory away"),
        "{error}"
    );

    fs::write(&version, right).expect("write");
    let control = pgdata(dir.path()).join("global/pg_control");
    fs::write(&control, "damaged").expect("write");
    let error = Cluster::start(config(dir.path())).await.expect_err("damaged").to_string();
    assert!(error.starts_with("PostgreSQL did not start:") && error.contains("pg_control"), "{error}");
    fs::remove_file(control).expect("remove");
    let error = Cluster::start(config(dir.path())).await.expect_err("incomplete").to_string();
    assert!(error.contains("is not a usable PostgreSQL cluster"), "{error}");
}

#[tokio::test]
async fn a_port_that_was_asked_for_and_is_taken_is_named() {
    let dir = Folder::reachable();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("its address").port();
    let error =
        Cluster::start(ClusterConfig { port: Some(port), ..config(dir.path()) }).await.expect_err("taken");
    assert!(matches!(error, ClusterError::PortInUse { port: named } if named == port), "{error}");
}

#[tokio::test]
async fn a_database_name_that_needs_quoting_is_refused() {
    let dir = Folder::reachable();
    let cluster = Cluster::start(config(dir.path())).await.expect("start");
    let error = bootstrap(&cluster, "x; DROP DATABASE postgres").await.expect_err("refused");
    assert!(matches!(error, ClusterError::InvalidDatabaseName(_)), "{error}");
}

fn pgdata(data_dir: &Path) -> PathBuf {
    data_dir.join("pgdata")
}
