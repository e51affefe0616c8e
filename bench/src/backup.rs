//! Everything is backed up and restored into another database, by the program's own commands.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use policytab_dev_postgres::{Cluster, bootstrap};
use reqwest::Method;
use serde_json::json;
use tokio_postgres::{Client, NoTls};

use crate::operations::Stage;
use crate::program::Program;
use crate::rotation::Connected;
use crate::table::Row;
use crate::{AnyError, ceiling, copies};

const SETTING: &str = "POLICYTAB_BACKUP_DATABASE_URL";
/// Of each MSP.
const ALL: u64 = 200;
/// Minutes for both, with a snapshot of every customer.
const MINUTES: f64 = 15.0;

pub(crate) async fn measure(
    stage: &Stage,
    program: &Program,
    cluster: &Cluster,
    template: &Connected,
    snapshots: u64,
    say: &impl Fn(&str),
) -> Result<Row, AnyError> {
    let subject = format!("backup and restore, 1,000 MSPs x {ALL} customers, {snapshots} with a snapshot");
    let demand = format!("<= {MINUTES:.0} min with all snapshots, equal rows");
    let server =
        stage.number("SELECT current_setting('server_version_num')::bigint / 10000 AS major").await?;
    let folder = match pg_dump(server) {
        Ok(folder) => folder,
        Err(why) => {
            let ceiling = "PG_BIN=<folder of both> takes a server that it goes with".to_owned();
            return Ok(Row { subject, measured: why, ceiling, demand, met: None });
        }
    };
    say(&format!("importing a tenant, and giving its snapshot to {snapshots} customers of each MSP"));
    let size_of = "SELECT pg_database_size(current_database())";
    let bare = stage.number(size_of).await? as f64;
    import(stage, template).await?;
    let template = template.path.rsplit('/').next().unwrap_or_default();
    copies::make(&stage.db, template, snapshots).await?;
    let rows = counts(&stage.db).await?;
    let bytes = stage.number(size_of).await? as f64;

    say("backing up");
    let path = std::env::var("PATH").unwrap_or_default();
    let folder = folder.to_string_lossy();
    let settings = |url: &str, run: &[&str]| {
        program.run(run, &[(SETTING, url), ("PATH", path.as_str()), ("PG_BIN", &*folder)])
    };
    let file = program.dir().join("bench.pgdump");
    let name = file.to_string_lossy();
    let began = Instant::now();
    settings(&cluster.superuser_url("policytab"), &["admin", "backup", "--to", &name])?;
    let backup = began.elapsed().as_secs_f64();
    let size = std::fs::metadata(&file)?.len();

    say("restoring");
    let urls = bootstrap(cluster, "restored").await?;
    let copy_url = cluster.superuser_url("restored");
    let began = Instant::now();
    settings(&copy_url, &["admin", "restore", "--from", &name])?;
    let restore = began.elapsed().as_secs_f64();
    std::fs::remove_file(&file)?;
    let (copy, connection) = tokio_postgres::connect(&copy_url, NoTls).await?;
    let connection = tokio::spawn(connection);
    let equal = counts(&copy).await? == rows;
    connection.abort();
    let trail = program.on(urls).run(&["admin", "verify-audit"], &[]);

    // As many bytes as it would be, at the same pace.
    let full = bare + (bytes - bare) * ALL as f64 / snapshots.max(1) as f64;
    let minutes = (backup + restore) / 60.0 * full / bytes;
    Ok(Row {
        subject,
        measured: format!(
            "{backup:.0} s and {restore:.0} s; {} rows {}, audit trail {}; database {:.0} MB, file {:.0} MB",
            rows.iter().map(|(_, count)| count).sum::<i64>(),
            if equal { "equal" } else { "DIFFERENT" },
            if trail.is_ok() { "holds" } else { "BROKEN" },
            bytes / 1e6,
            size as f64 / 1e6
        ),
        ceiling: match snapshots {
            ALL => format!("{minutes:.1} min"),
            0 => "no snapshots, no pace".to_owned(),
            _ => format!("at this pace {minutes:.1} min for the {:.1} GB with all snapshots", full / 1e9),
        },
        demand,
        met: if equal && trail.is_ok() { (snapshots > 0).then_some(minutes <= MINUTES) } else { Some(false) },
    })
}

/// The folder of a `pg_dump` that is no older than the server; empty for the one on the path. Else why there is none.
fn pg_dump(server: i64) -> Result<PathBuf, String> {
    let folders = match std::env::var_os("PG_BIN").filter(|folder| !folder.is_empty()) {
        // The server was taken from there as well.
        Some(folder) => vec![PathBuf::from(folder)],
        None => [PathBuf::new()].into_iter().chain(ceiling::packaged()).collect(),
    };
    let versions: Vec<_> =
        folders.into_iter().filter_map(|folder| Some((version(&folder.join("pg_dump"))?, folder))).collect();
    match versions.iter().max_by_key(|(version, _)| *version) {
        None => Err("not measured: no pg_dump on this machine".to_owned()),
        Some((found, _)) if *found < server => {
            Err(format!("not measured: pg_dump here is of version {found}, the server of {server}"))
        }
        // The first that will do.
        Some(_) => {
            let folder = versions.into_iter().find(|(version, _)| *version >= server);
            Ok(folder.map(|(_, folder)| folder).unwrap_or_default())
        }
    }
}

/// `18` of `pg_dump (PostgreSQL) 18.4`.
fn version(program: &Path) -> Option<i64> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let version = text.split_once("(PostgreSQL) ")?.1;
    version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Imports the tenant of a connected customer.
async fn import(stage: &Stage, customer: &Connected) -> Result<(), AnyError> {
    let (path, token) = (&customer.path, Connected::token(stage)?);
    let body = json!({"comparison_baseline": {"kind": "imported_snapshot"}});
    let import = stage.server.call(&token, Method::POST, &format!("{path}/import"), Some(&body)).await?;
    let import = format!("{path}/imports/{}", import["id"].as_str().unwrap_or_default());
    let began = Instant::now();
    loop {
        let now = stage.server.call(&token, Method::GET, &import, None).await?;
        match now["state"].as_str() {
            Some("succeeded") => return Ok(()),
            Some("failed") => return Err(format!("an import failed: {}", now["error"]).into()),
            _ if began.elapsed() > Duration::from_secs(60) => {
                return Err("an import took more than a minute".into());
            }
            _ => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

/// Rows of every table.
async fn counts(db: &Client) -> Result<Vec<(String, i64)>, AnyError> {
    let tables =
        "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
                  ORDER BY 1";
    let mut counts = Vec::new();
    for row in db.query(tables, &[]).await? {
        let table: String = row.get(0);
        let count = db.query_one(&format!("SELECT count(*) FROM public.{table}"), &[]).await?;
        counts.push((table, count.get(0)));
    }
    Ok(counts)
}
