//! List and get, in turn with `pgbench` doing the same.

use std::path::Path;
use std::time::Duration;

use policytab_dev_postgres::Urls;
use url::Url;

use crate::callers::Callers;
use crate::load::Load;
use crate::server::Server;
use crate::table::Row;
use crate::{AnyError, ceiling, proc};

/// Connections, and rounds with so many. The demands are for the first; the others are shown.
const LOADS: [(u64, usize); 3] = [(8, 3), (1, 1), (32, 1)];
const SECONDS: u64 = 4;

struct Operation {
    name: &'static str,
    script: &'static str,
    /// Share of the ceiling's rate, and microseconds of CPU, that are asked for.
    share: f64,
    cpu: f64,
}

const OPERATIONS: [Operation; 2] = [
    Operation { name: "get", script: include_str!("../sql/get.sql"), share: 0.35, cpu: 200.0 },
    Operation { name: "list", script: include_str!("../sql/list.sql"), share: 0.50, cpu: 400.0 },
];

/// Figures of several rounds; the median counts.
#[derive(Default)]
struct Series(Vec<f64>);

impl Series {
    fn median(&mut self) -> f64 {
        self.0.sort_by(f64::total_cmp);
        self.0.get(self.0.len() / 2).copied().unwrap_or_default()
    }
}

/// Measures both operations. `postgres` is the postmaster's process id.
pub(crate) async fn measure(
    server: &Server,
    urls: &Urls,
    postgres: u32,
    dir: &Path,
    say: impl Fn(&str),
) -> Result<Vec<Row>, AnyError> {
    let callers = Callers::new(server, urls).await?;
    let request = |name: &str, random: u64| match name {
        "get" => callers.get(random),
        _ => callers.list(random),
    };
    let runtime = Url::parse(&urls.runtime_url)?;
    let pgbench = ceiling::find();
    let mut rows = Vec::new();
    for operation in &OPERATIONS {
        let script = dir.join(format!("{}.sql", operation.name));
        std::fs::write(&script, operation.script)?;
        // Plans, caches and the pool's connections, for both.
        Load::busy(server.address, LOADS[0].0).run(Duration::from_secs(2), |n| request(operation.name, n));
        for (index, (clients, rounds)) in LOADS.into_iter().enumerate() {
            let mut series = Measured::default();
            for round in 1..=rounds {
                say(&format!(
                    "{} customers, {clients} connections, round {round} of {rounds}",
                    operation.name
                ));
                if let Some(pgbench) = &pgbench {
                    let before = proc::cpu_seconds(postgres);
                    let top = ceiling::run(pgbench, &runtime, &script, clients, SECONDS)?;
                    series.top_rate.0.push(top.rate);
                    series.top_cpu.0.push((proc::cpu_seconds(postgres) - before) * 1e6 / top.count);
                }
                let before = proc::cpu_seconds(postgres) + proc::cpu_seconds(server.pid);
                let length = Duration::from_secs(SECONDS);
                let run = Load::busy(server.address, clients).run(length, |n| request(operation.name, n));
                if run.broken > 0 {
                    return Err(format!("{} connections broke", run.broken).into());
                }
                let used = proc::cpu_seconds(postgres) + proc::cpu_seconds(server.pid) - before;
                series.rate.0.push(run.rate());
                series.cpu.0.push(used * 1e6 / run.count as f64);
                series.p50.0.push(run.p50);
                series.p99.0.push(run.p99);
                series.failures += run.failures();
            }
            rows.extend(series.rows(operation, clients, index == 0, pgbench.is_some()));
        }
    }
    Ok(rows)
}

/// All rounds with one number of connections.
#[derive(Default)]
struct Measured {
    rate: Series,
    cpu: Series,
    p50: Series,
    p99: Series,
    top_rate: Series,
    top_cpu: Series,
    failures: u64,
}

impl Measured {
    fn rows(mut self, operation: &Operation, clients: u64, demanded: bool, ceiling: bool) -> Vec<Row> {
        let (rate, cpu, top) = (self.rate.median(), self.cpu.median(), self.top_rate.median());
        let share = rate / top;
        let none = || "no pgbench on this machine".to_owned();
        let plural = if clients == 1 { "" } else { "s" };
        let rate_row = Row {
            subject: format!("{} customers, {clients} connection{plural}", operation.name),
            measured: format!(
                "{rate:.0} req/s, p50 {:.2} ms, p99 {:.1} ms, {} failed",
                self.p50.median(),
                self.p99.median(),
                self.failures
            ),
            ceiling: match ceiling {
                true => format!("pgbench {top:.0} tps; this is {:.0} %", share * 100.0),
                false => none(),
            },
            demand: match demanded {
                true => format!(">= {:.0} % of pgbench", operation.share * 100.0),
                false => "-".to_owned(),
            },
            met: (ceiling && demanded).then_some(share >= operation.share && self.failures == 0),
        };
        if !demanded {
            return vec![rate_row];
        }
        let cpu_row = Row {
            subject: format!("{} customers, CPU of server and PostgreSQL", operation.name),
            measured: format!("{cpu:.0} us each"),
            ceiling: match ceiling {
                true => format!("PostgreSQL alone {:.0} us", self.top_cpu.median()),
                false => none(),
            },
            demand: format!("<= {:.0} us", operation.cpu),
            met: Some(cpu <= operation.cpu),
        };
        vec![rate_row, cpu_row]
    }
}
