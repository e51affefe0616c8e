//! The drill of docs/operations.md, with the page's own settings: PostgreSQL archives its write-ahead log, its disk is lost
//! while something is written every second, and it comes back from a base backup and the archive.

use crate::{
    harness::{Database, Process, Stage, eventually, text},
    installed::{cluster_of, programs},
};
use policytab_dev_postgres::{Cluster, Durability, bootstrap};
use policytab_test_support::skip;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use std::{
    fs::{self, File, Permissions},
    io::Write as _,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown},
    path::Path,
    process::Command,
    time::{Duration, Instant},
};
use tokio_postgres::NoTls;

/// Enough for some segments; `make drill` takes five minutes, with the time-out that the page recommends.
const SECONDS: u64 = 12;
const SHORT_TIMEOUT: &str = "'2s'";

/// What may be lost at the most.
const LOSS: Duration = Duration::from_secs(5 * 60);

const PAGE: &str = include_str!("../../../../docs/operations.md");

/// The block of the page, in this language, that holds this.
fn block(language: &str, holds: &str) -> &'static str {
    let opens = format!("```{language}\n");
    let mut blocks = PAGE.split(opens.as_str()).skip(1).map(|part| part.split("```").next().unwrap());
    blocks.find(|text| text.contains(holds)).unwrap_or_else(|| panic!("no block has {holds}"))
}

/// The settings that the page has for a recovery.
fn recovery_settings(archive: &Path, target: Option<&str>) -> String {
    let script = block("sh", "recovery.signal");
    let settings = script.split_once("<<'EOF'\n").unwrap().1.split_once("EOF\n").unwrap().0;
    let mut settings = settings.replace("/archive", archive.to_str().unwrap());
    if let Some(moment) = target {
        let (before, example) = settings.split_once("#recovery_target_time = ").unwrap();
        let after = example.split_once('\n').unwrap().1;
        settings = format!("{before}recovery_target_time = '{moment}'\n{after}");
    }
    // What is recovered for a look must not write into the archive.
    format!("\n{settings}archive_mode = off\n")
}

/// Gives everything below a folder to whom PostgreSQL runs as.
fn give(path: &Path, owner: (u32, u32)) {
    chown(path, Some(owner.0), Some(owner.1)).unwrap();
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            give(&entry.unwrap().path(), owner);
        }
    }
}

fn copy(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap().success());
}

fn kill(pid: u32) {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).unwrap();
    // Some end by themselves as soon as the first of them has.
    let _ = kill_process(pid, Signal::KILL);
}

/// One member of each row.
async fn column(stage: &Stage, name: &str, sql: &str) -> Vec<Value> {
    let rows = stage.behind.rows(sql).await;
    rows.iter().map(|row| serde_json::from_str::<Value>(row).unwrap()[name].clone()).collect()
}

/// A server on a copy of the base backup, once it has taken from the archive what it was told to.
async fn recovered(dir: &Path, name: &str, bin: &Path, owner: (u32, u32), target: Option<&str>) -> Cluster {
    let place = dir.join(name);
    fs::create_dir(&place).unwrap();
    fs::set_permissions(&place, Permissions::from_mode(0o711)).unwrap();
    copy(&dir.join("passwords.json"), &place);
    let data = place.join("pgdata");
    copy(&dir.join("base"), &data);
    fs::set_permissions(&data, Permissions::from_mode(0o700)).unwrap();
    File::create(data.join("recovery.signal")).unwrap();
    let mut settings = File::options().append(true).open(data.join("postgresql.auto.conf")).unwrap();
    settings.write_all(recovery_settings(&dir.join("archive"), target).as_bytes()).unwrap();
    give(&data, owner);
    let cluster = cluster_of(Durability::Durable, &place, bin).await;
    let (client, connection) =
        tokio_postgres::connect(&cluster.superuser_url("postgres"), NoTls).await.unwrap();
    tokio::spawn(connection);
    eventually("it is recovered", Duration::from_secs(120), async || {
        let recovering = client.query_one("SELECT pg_is_in_recovery()", &[]).await.unwrap();
        (!recovering.get::<_, bool>(0)).then_some(())
    })
    .await;
    cluster
}

/// PostgreSQL that archives as the page says; with whom it runs as.
async fn archiving(dir: &Path, bin: &Path, timeout: Option<&str>) -> (Cluster, (u32, u32)) {
    let place = dir.join("first");
    let server = cluster_of(Durability::Durable, &place, bin).await;
    let data = fs::metadata(place.join("pgdata")).unwrap();
    let (archive, owner) = (dir.join("archive"), (data.uid(), data.gid()));
    fs::create_dir(&archive).unwrap();
    give(&archive, owner);
    copy(&place.join("passwords.json"), dir);
    let (client, connection) =
        tokio_postgres::connect(&server.superuser_url("postgres"), NoTls).await.unwrap();
    tokio::spawn(connection);
    for statement in block("sql", "archive_command").split_terminator(";\n") {
        let mut statement = statement.replace("/archive", archive.to_str().unwrap()).replace('…', PASSWORD);
        if let Some(timeout) = timeout {
            statement = statement.replace("'60s'", timeout);
        }
        client.batch_execute(&statement).await.unwrap();
    }
    drop(client);
    server.stop().await.unwrap();
    (cluster_of(Durability::Durable, &place, bin).await, owner)
}

const PASSWORD: &str = "of-the-replication";

/// The base backup as the page makes it.
fn base_backup(dir: &Path, bin: &Path, port: u16) {
    let command = block("sh", "pg_basebackup")
        .replace("…@db.example", &format!("{PASSWORD}@127.0.0.1:{port}"))
        .replace("/backups/base-$(date +%F)", dir.join("base").to_str().unwrap())
        .replace("pg_basebackup", bin.join("pg_basebackup").to_str().unwrap());
    let made = Command::new("sh").args(["-c", &command]).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

/// What is written every second: a customer, and its entry in the audit trail.
struct Mark {
    id: String,
    told: Instant,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_disk_costs_less_than_five_minutes_and_any_moment_can_be_returned_to() {
    let bin = match programs() {
        Ok(bin) => bin,
        Err(reason) => return skip("recovery from an archive, which takes an installed PostgreSQL", reason),
    };
    let seconds = std::env::var("POLICYTAB_DRILL_SECONDS").ok().map(|text| text.parse::<u64>().unwrap());
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    // PostgreSQL's account must pass through when root runs the tests.
    fs::set_permissions(dir, Permissions::from_mode(0o711)).unwrap();
    let (server, owner) = archiving(dir, &bin, seconds.is_none().then_some(SHORT_TIMEOUT)).await;
    let urls = bootstrap(&server, "policytab").await.unwrap();
    policytab_store::migrate(&urls.owner_url).await.unwrap();
    let superuser_url = server.superuser_url("policytab");
    let database = Database { runtime_url: urls.runtime_url, superuser_url, _own: None };
    let mut stage = Stage::on(database, &[]).await;
    base_backup(dir, &bin, server.port());

    let (begun, lasts) = (Instant::now(), Duration::from_secs(seconds.unwrap_or(SECONDS)));
    let mut marks = Vec::new();
    while begun.elapsed() < lasts {
        let name = format!("Mark {}", marks.len());
        let made = stage.post("/customers", &json!({"display_name": name, "cloud": "emulator"})).await;
        marks.push(Mark { id: text(&made["id"]).to_owned(), told: Instant::now() });
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(stage.behind.number("SELECT failed_count FROM pg_stat_archiver").await, 0, "not archived");
    let early = marks.len() / 3;
    let moment =
        format!("SELECT at::timestamptz(6)::text AS at FROM audit WHERE subject_id = '{}'", marks[early].id);
    let moment = text(&column(&stage, "at", &moment).await[0]).to_owned();

    // All of its processes, and then the disk.
    let processes = column(&stage, "pid", "SELECT pid FROM pg_stat_activity").await;
    let lost = Instant::now();
    kill(server.detach());
    for process in processes {
        kill(u32::try_from(process.as_u64().unwrap()).unwrap());
    }
    fs::remove_dir_all(dir.join("first")).unwrap();
    stage.server_kill();

    for (name, target) in [("end", None), ("moment", Some(moment.as_str()))] {
        let copy = recovered(dir, name, &bin, owner, target).await;
        let urls = bootstrap(&copy, "policytab").await.unwrap();
        stage.server_on(&urls.runtime_url, &copy.superuser_url("policytab")).await;
        let (status, log) = stage.command("admin verify-audit", Duration::from_secs(60)).await;
        assert!(status.success(), "{log}");
        let kept = kept(&stage, &marks).await;
        stage.get(&format!("/customers/{}", marks[kept - 1].id)).await;
        match target {
            None => {
                let (made, loss) = (marks.len(), lost - marks[kept - 1].told);
                eprintln!(
                    "{kept} of {made} marks are recovered: the last {:.1} s are lost",
                    loss.as_secs_f64()
                );
                assert!(loss <= LOSS, "{loss:?}");
                assert!(kept > made / 2, "next to nothing came from the archive: {kept} of {made}");
            }
            Some(moment) => {
                eprintln!("returned to {moment}: {kept} marks");
                // The entry's time is that of its transaction's beginning: its commit lies after that moment.
                assert_eq!(kept, early);
            }
        }
        stage.server_kill();
        copy.stop().await.unwrap();
    }
    stage.server = Process::start("nobody", "--version", stage.dir.path(), &[]);
}

/// How many marks are there: the first ones, each with its entry in the audit trail, and none after a gap.
async fn kept(stage: &Stage, marks: &[Mark]) -> usize {
    let mut there = Vec::new();
    for Mark { id, .. } in marks {
        let parts = format!(
            "SELECT (SELECT count(*) FROM customers WHERE id = '{id}') + (SELECT count(*) FROM audit WHERE subject_id = '{id}')"
        );
        let parts = stage.behind.number(&parts).await;
        assert!(parts == 0 || parts == 2, "half a mark");
        there.push(parts == 2);
    }
    let kept = there.iter().filter(|there| **there).count();
    assert!(kept > 0 && there[..kept].iter().all(|there| *there), "there is a gap: {there:?}");
    kept
}
