//! `make bench`: see README.md in this folder.

mod analysis;
mod ceiling;
mod imports;
mod load;
mod proc;
mod reads;
mod server;
mod table;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use policytab_dev_postgres::{Cluster, ClusterConfig, Durability, bootstrap};
use policytab_graph_sim::{Sim, SimConfig};
use tokio_postgres::NoTls;

use crate::server::Server;
use crate::table::Row;

type AnyError = Box<dyn std::error::Error + Send + Sync>;

const SEED: &str = include_str!("../sql/seed.sql");

#[tokio::main]
async fn main() -> ExitCode {
    let (Some(program), Some(criterion)) = (std::env::args_os().nth(1), std::env::args_os().nth(2)) else {
        say("usage: policytab-bench PATH-OF-POLICYTAB FOLDER-OF-CRITERION");
        return ExitCode::from(2);
    };
    let measured = match analysis::rows(&PathBuf::from(criterion)) {
        Ok(analysis) => measure(&PathBuf::from(program)).await.map(|rows| [rows, analysis].concat()),
        Err(error) => Err(error),
    };
    match measured {
        Ok(rows) => ExitCode::from(u8::from(!table::print(&rows))),
        Err(error) => {
            say(&format!("policytab: {error}"));
            ExitCode::from(2)
        }
    }
}

async fn measure(program: &Path) -> Result<Vec<Row>, AnyError> {
    let dir = tempfile::tempdir()?;
    say("starting PostgreSQL");
    let data_dir = std::env::temp_dir().join(format!("policytab-bench-{}", std::process::id()));
    let cluster = Cluster::start(ClusterConfig {
        data_dir: data_dir.clone(),
        durability: Durability::Durable,
        port: None,
        project_root: Some(std::env::current_dir()?),
    })
    .await?;
    let result = with_cluster(program, dir.path(), &cluster).await;
    cluster.stop().await?;
    std::fs::remove_dir_all(data_dir)?;
    result
}

async fn with_cluster(program: &Path, dir: &Path, cluster: &Cluster) -> Result<Vec<Row>, AnyError> {
    let urls = bootstrap(cluster, "policytab").await?;
    policytab_store::migrate(&urls.owner_url).await?;
    say("filling it: 1,000 MSPs with 200 customers each");
    let postgres = seed(&cluster.superuser_url("policytab")).await?;
    let sim = Sim::start(SimConfig::default()).await?;
    let server = Server::start(program, dir, &urls, &sim.base_url()).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let idle = proc::resident_mib(server.pid);
    let mut rows = vec![Row {
        subject: "memory of the idle server".to_owned(),
        measured: format!("{idle:.0} MiB"),
        ceiling: "bare actix-web server 15 MiB".to_owned(),
        demand: "<= 60 MiB".to_owned(),
        met: Some(idle <= 60.0),
    }];
    rows.extend(reads::measure(&server, &urls, postgres, dir, say).await?);
    let (client, connection) = tokio_postgres::connect(&cluster.superuser_url("policytab"), NoTls).await?;
    let connection = tokio::spawn(connection);
    let msp = client.query_one("SELECT md5('msp0')::uuid::text", &[]).await?.get::<_, String>(0).parse()?;
    connection.abort();
    rows.extend(imports::measure(&server, &sim, msp, say).await?);
    drop(server);
    sim.stop().await;
    Ok(rows)
}

/// Fills the database and gives the postmaster's process id.
async fn seed(url: &str) -> Result<u32, AnyError> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    let connection = tokio::spawn(connection);
    // One by one: VACUUM refuses to be part of a longer message.
    for statement in SEED.split_inclusive(";\n") {
        client.batch_execute(statement).await?;
    }
    let file = client.query_one("SELECT pg_read_file('postmaster.pid')", &[]).await?.get::<_, String>(0);
    connection.abort();
    Ok(file.lines().next().ok_or("an empty postmaster.pid")?.trim().parse()?)
}

/// Progress; the table alone goes to standard output.
fn say(text: &str) {
    eprintln!("{text}");
}
