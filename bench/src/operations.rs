//! What operators rely on: too much at once, callers who never finish, people who guess, keys that change, the audit trail, backups.

use policytab_dev_postgres::Cluster;
use policytab_graph_sim::Sim;
use tokio_postgres::{Client, NoTls};

use crate::callers::Callers;
use crate::program::Program;
use crate::server::Server;
use crate::table::Row;
use crate::{AnyError, audit, backup, foreign_ids, forged, overload, rotation, sign_ins, slow};

/// How much of each; the demands are for the defaults.
#[derive(Debug, clap::Args)]
pub(crate) struct Sizes {
    /// Seconds of overload.
    #[arg(long, default_value_t = 60)]
    overload: u64,
    /// Pairs of sign-ins, and fifty times as many of ids, whose times are compared.
    #[arg(long, default_value_t = 400)]
    pairs: usize,
    /// How often each forged token is sent.
    #[arg(long, default_value_t = 50)]
    forged: usize,
    /// Secrets that are sealed again, and rows of the audit trail that is verified.
    #[arg(long, default_value_t = 100_000)]
    rows: usize,
    /// Customers of each MSP that have a snapshot when the database is backed up; 200 are all.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(0..=200))]
    snapshots: u64,
}

/// Measures all of them.
pub(crate) async fn measure(
    program: &Program,
    cluster: &Cluster,
    sim: &Sim,
    sizes: &Sizes,
    say: impl Fn(&str),
) -> Result<Vec<Row>, AnyError> {
    // Sign-ins come from many addresses: a proxy tells which.
    let server = Server::start(program, 2, &[("POLICYTAB_TRUST_FORWARDED_FOR", "true")]).await?;
    let (db, connection) = tokio_postgres::connect(&cluster.superuser_url("policytab"), NoTls).await?;
    let connection = tokio::spawn(connection);
    let mut stage = Stage { callers: Callers::new(&server, &program.urls).await?, server, db };

    let mut rows = overload::measure(&stage, sizes.overload, &say).await?;
    stage.callers.renew(&stage.server)?;
    rows.extend(slow::measure(&stage, &say).await?);
    stage.callers.renew(&stage.server)?;
    rows.push(foreign_ids::measure(&stage, sizes.pairs * 50, &say)?);
    rows.push(forged::measure(program, stage.callers.msps[0], sizes.forged, &say).await?);
    rows.push(sign_ins::timing(&stage, sizes.pairs, &say).await?);
    stage.callers.renew(&stage.server)?;
    rows.push(sign_ins::hashing(&stage, &say)?);
    let connected = rotation::connect(&stage, sim).await?;
    rows.push(rotation::measure(&mut stage, program, &connected, sizes.rows, &say).await?);
    rows.push(audit::measure(&stage, program, sizes.rows, &say).await?);
    rows.push(backup::measure(&stage, program, cluster, &connected, sizes.snapshots, &say).await?);
    connection.abort();
    Ok(rows)
}

/// What all of them work with.
pub(crate) struct Stage {
    pub(crate) callers: Callers,
    pub(crate) server: Server,
    /// As a superuser, who sees all rows.
    pub(crate) db: Client,
}

impl Stage {
    /// One number that a query gives.
    pub(crate) async fn number(&self, sql: &str) -> Result<i64, AnyError> {
        Ok(self.db.query_one(sql, &[]).await?.get(0))
    }
}
