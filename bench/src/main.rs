//! `make bench`: see README.md in this folder.

mod analysis;
mod audit;
mod backup;
mod callers;
mod ceiling;
mod connection;
mod copies;
mod fleet;
mod foreign_ids;
mod forged;
mod imports;
mod load;
mod operations;
mod overload;
mod pairs;
mod proc;
mod program;
mod reads;
mod rotation;
mod server;
mod sign_ins;
mod slow;
mod table;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use policytab_dev_postgres::{Cluster, ClusterConfig, Durability, bootstrap};
use policytab_graph_sim::{Sim, SimConfig};
use tokio_postgres::NoTls;

use crate::program::Program;
use crate::server::Server;
use crate::table::Row;

type AnyError = Box<dyn std::error::Error + Send + Sync>;

const SEED: &str = include_str!("../sql/seed.sql");

/// What is measured, and where the programs are.
#[derive(Debug, clap::Parser)]
struct Args {
    /// The program under test.
    program: PathBuf,
    /// Folder of what criterion has measured.
    criterion: PathBuf,
    /// These parts only.
    #[arg(long, value_delimiter = ',')]
    only: Vec<Part>,
    /// Customers of the fleet that is imported.
    #[arg(long, default_value_t = 1000)]
    fleet: usize,
    #[command(flatten)]
    operations: operations::Sizes,
}

/// The parts of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// List and get beside pgbench.
    Reads,
    /// Imports of single tenants.
    Imports,
    /// A whole fleet, and storage.
    Fleet,
    /// Overload, sign-ins, keys, the audit trail, backups.
    Operations,
    /// What criterion has measured.
    Analysis,
}

impl Args {
    fn wants(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let args = <Args as clap::Parser>::parse();
    let analysis = match args.wants(Part::Analysis) {
        true => analysis::rows(&args.criterion),
        false => Ok(Vec::new()),
    };
    let measured = match analysis {
        Ok(analysis) if args.only == [Part::Analysis] => Ok(analysis),
        Ok(analysis) => measure(&args).await.map(|rows| [rows, analysis].concat()),
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

async fn measure(args: &Args) -> Result<Vec<Row>, AnyError> {
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
    let result = with_cluster(args, dir.path(), &cluster).await;
    if result.is_err() {
        last_words(dir.path());
    }
    cluster.stop().await?;
    std::fs::remove_dir_all(data_dir)?;
    result
}

async fn with_cluster(args: &Args, dir: &Path, cluster: &Cluster) -> Result<Vec<Row>, AnyError> {
    let urls = bootstrap(cluster, "policytab").await?;
    policytab_store::migrate(&urls.owner_url).await?;
    say("filling it: 1,000 MSPs with 200 customers each");
    let superuser_url = cluster.superuser_url("policytab");
    let postgres = seed(&superuser_url).await?;
    let (client, connection) = tokio_postgres::connect(&superuser_url, NoTls).await?;
    let connection = tokio::spawn(connection);
    let msp = client.query_one("SELECT md5('msp0')::uuid::text", &[]).await?.get::<_, String>(0).parse()?;
    connection.abort();
    let sim = Sim::start(SimConfig::default()).await?;
    let program = Program::new(&args.program, dir, &urls, sim.base_url());
    let start = async |workers| Server::start(&program, workers, &[]).await;
    let mut rows = Vec::new();
    if args.wants(Part::Reads) || args.wants(Part::Imports) {
        let server = start(2).await?;
        server.watched(Duration::from_secs(10)).await?;
        let idle = proc::resident_mib(server.pid);
        rows.push(Row {
            subject: "memory of the idle server".to_owned(),
            measured: format!("{idle:.0} MiB"),
            ceiling: "bare actix-web server 15 MiB".to_owned(),
            demand: "<= 60 MiB".to_owned(),
            met: Some(idle <= 60.0),
        });
        if args.wants(Part::Reads) {
            rows.extend(reads::measure(&server, &urls, postgres, dir, say).await?);
        }
        if args.wants(Part::Imports) {
            rows.extend(imports::measure(&server, &sim, msp, say).await?);
        }
    }
    if args.wants(Part::Fleet) {
        let server = Arc::new(start(fleet::AT_ONCE).await?);
        rows.extend(fleet::measure(&server, &sim, msp, &superuser_url, args.fleet, say).await?);
    }
    if args.wants(Part::Operations) {
        rows.extend(operations::measure(&program, cluster, &sim, &args.operations, say).await?);
    }
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

/// What the server has logged last, where something went wrong.
fn last_words(dir: &Path) {
    let log = std::fs::read(dir.join(program::LOG)).unwrap_or_default();
    let log = String::from_utf8_lossy(&log);
    let lines: Vec<_> = log.lines().rev().take(20).collect();
    lines.iter().rev().for_each(|line| say(line));
}

/// Progress; the table alone goes to standard output.
fn say(text: &str) {
    eprintln!("{text}");
}
