//! A whole fleet: imported for the first time, read again unchanged, and once more after a change in every tenant. Time,
//! memory of the server, and what the database grows by; of the latter follows a year of nightly snapshots.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use policytab_graph_sim::{AddTenant, CaThrottle, DemoTenant, Sim, TenantEdit};
use reqwest::Method;
use serde_json::json;
use tokio_postgres::{Client, NoTls};
use uuid::Uuid;

use crate::server::Server;
use crate::table::Row;
use crate::{AnyError, proc};

/// Imports side by side.
pub(crate) const AT_ONCE: usize = 64;
/// Round trip to Graph, in milliseconds.
const LATENCY: u64 = 100;
/// Calls of the API at once while customers are made and imports are asked for.
const CALLERS: usize = 16;

/// Whose year is computed: one snapshot a night, one changed policy a week.
const NIGHTS: f64 = 365.0;
const CHANGES: f64 = 52.0;
/// Imports whose steps are kept, and reports whose numbers are.
const STEPS: f64 = 5.0;
const REPORTS: f64 = 10.0;

/// Tenants of one kind, and how many bytes a year of one of them may take.
struct Kind {
    template: &'static str,
    /// One of its policies.
    policy: &'static str,
    bytes_a_year: f64,
}

const SMALL: Kind = Kind { template: "messy", policy: "MFA all users", bytes_a_year: 0.6e6 };
const LARGE: Kind = Kind { template: "large", policy: "CA000 - Everyone - MFA", bytes_a_year: 1.5e6 };

/// Memory of the server while it imports a fleet, however large, in MiB.
const MEMORY: f64 = 256.0;

/// How long a re-sync of so many may take, in seconds: 1,000 a minute.
fn seconds_allowed(customers: usize) -> f64 {
    customers as f64 * 60.0 / 1000.0
}

/// Measures a fleet of small tenants, and the growth for a few large ones.
pub(crate) async fn measure(
    server: &Arc<Server>,
    sim: &Sim,
    msp: Uuid,
    superuser_url: &str,
    customers: usize,
    say: impl Fn(&str),
) -> Result<Vec<Row>, AnyError> {
    let (db, connection) = tokio_postgres::connect(superuser_url, NoTls).await?;
    let connection = tokio::spawn(connection);
    let fleet = Fleet { server: Arc::clone(server), sim, db, msp };
    sim.control().settings_update(|settings| settings.ca_throttle = CaThrottle::Strict);
    let mut rows = fleet.rows(&SMALL, customers, true, &say).await?;
    rows.extend(fleet.rows(&LARGE, 20, false, &say).await?);
    connection.abort();
    Ok(rows)
}

struct Fleet<'a> {
    server: Arc<Server>,
    sim: &'a Sim,
    db: Client,
    msp: Uuid,
}

/// What one pass over the fleet took.
struct Pass {
    seconds: f64,
    peak_mib: f64,
    refused: f64,
    /// What the database grew by for each tenant.
    grown: Bytes,
}

impl fmt::Display for Pass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seconds, peak_mib, refused, .. } = self;
        write!(f, "{seconds:.0} s, {refused:.0} times 429, at most {peak_mib:.0} MiB")
    }
}

/// Bytes: what stays, and of what is kept for the last imports only the steps and the reports.
#[derive(Clone, Copy)]
struct Bytes {
    staying: f64,
    steps: f64,
    reports: f64,
}

impl Fleet<'_> {
    async fn rows(
        &self,
        kind: &Kind,
        count: usize,
        timed: bool,
        say: &impl Fn(&str),
    ) -> Result<Vec<Row>, AnyError> {
        say(&format!("a fleet of {count} tenants like {}", kind.template));
        let tenants = self.tenants(kind, count)?;
        let customers = self.connect(&tenants).await?;
        say("importing it");
        let first = self.pass(&customers, None).await?;
        say(&first.to_string());
        say(&self.largest(count).await?);
        say("reading it again, unchanged");
        let again = self.pass(&customers, None).await?;
        say(&again.to_string());
        say("reading it again, one policy of each changed");
        let changed = self.pass(&customers, Some((kind, &tenants))).await?;
        let policies = self
            .number(
                "SELECT (policies_enabled + policies_report_only + policies_disabled)::float8 FROM customers
            WHERE last_snapshot_id IS NOT NULL ORDER BY created_at DESC, id DESC LIMIT 1",
            )
            .await?;
        // A changed night costs what an unchanged one does, and the change.
        let (first_bytes, night) = (first.grown, again.grown);
        let change = (changed.grown.staying - night.staying).max(0.0);
        let passing = first_bytes.steps
            + first_bytes.reports
            + (STEPS - 1.0) * changed.grown.steps.max(night.steps)
            // One may be larger than the one that it takes the place of; of the others only the numbers are left.
            + changed.grown.reports.max(night.reports)
            + (REPORTS - 2.0) * changed.grown.reports.min(night.reports);
        let year = first_bytes.staying + NIGHTS * night.staying + CHANGES * change + passing;
        let mut rows = Vec::new();
        if timed {
            let bound = self.bound(count);
            rows.push(pass_row("first import", count, &first, bound, None));
            rows.push(pass_row("re-sync", count, &again, bound, Some(seconds_allowed(count))));
        }
        rows.push(Row {
            subject: format!("a year of nightly snapshots, {policies:.0} policies"),
            measured: format!(
                "{:.3} MB: first {:.1} kB, a night {:.2} kB, a change {:.1} kB more, last reports and steps {:.1} kB",
                year / 1e6,
                first_bytes.staying / 1e3,
                night.staying / 1e3,
                change / 1e3,
                passing / 1e3
            ),
            ceiling: "full copies 18 to 115 MB".to_owned(),
            demand: format!("<= {:.1} MB", kind.bytes_a_year / 1e6),
            met: Some(year <= kind.bytes_a_year),
        });
        Ok(rows)
    }

    /// Seconds below which nobody gets: the two paced requests of each import and its four round trips, 64 at once.
    fn bound(&self, count: usize) -> f64 {
        let each = 1.0 + 4.0 * LATENCY as f64 / 1000.0;
        (count as f64 / AT_ONCE as f64).ceil() * each
    }

    fn tenants(&self, kind: &Kind, count: usize) -> Result<Vec<DemoTenant>, AnyError> {
        let control = self.sim.control();
        let template = Some(kind.template.to_owned());
        (0..count)
            .map(|n| {
                let name = format!("{} {n}", kind.template);
                Ok(control.tenant_add(&AddTenant {
                    name,
                    template: template.clone(),
                    ..AddTenant::default()
                })?)
            })
            .collect()
    }

    /// Makes customers of tenants; gives their paths. Not timed.
    async fn connect(&self, tenants: &[DemoTenant]) -> Result<Vec<String>, AnyError> {
        self.each(tenants.to_vec(), async |server, token, tenant: DemoTenant| {
            let body = json!({"display_name": tenant.name, "cloud": "emulator"});
            let made = server.call(&token, Method::POST, "/customers", Some(&body)).await?;
            let path = format!("/customers/{}", made["id"].as_str().unwrap_or_default());
            let body = json!({
                "client_id": tenant.client_id,
                "client_secret": tenant.client_secret,
                "tenant_hint": tenant.tenant_id,
            });
            server.call(&token, Method::PUT, &format!("{path}/connect"), Some(&body)).await?;
            Ok(path)
        })
        .await
    }

    /// Imports all customers and waits for the last of them.
    async fn pass(
        &self,
        customers: &[String],
        change: Option<(&Kind, &[DemoTenant])>,
    ) -> Result<Pass, AnyError> {
        let control = self.sim.control();
        if let Some((kind, tenants)) = change {
            for tenant in tenants {
                let patch = json!({"state": "enabledForReportingButNotEnforced"});
                control.edit(
                    &tenant.tenant_id,
                    &TenantEdit::PolicyPatch { policy: kind.policy.to_owned(), patch },
                )?;
            }
        }
        let token = self.server.token(self.msp)?;
        let before = self.bytes().await?;
        let throttled = self.server.throttled().await?;
        control.settings_update(|settings| settings.latency_ms = LATENCY);
        let start = Instant::now();
        self.each(customers.to_vec(), async |server, token, path: String| {
            let body = json!({"comparison_baseline": {"kind": "imported_snapshot"}});
            server.call(&token, Method::POST, &format!("{path}/import"), Some(&body)).await
        })
        .await?;
        let mut peak_mib: f64 = 0.0;
        loop {
            peak_mib = peak_mib.max(proc::resident_mib(self.server.pid));
            if self.server.call(&token, Method::GET, "/fleet", None).await?["imports_running"] == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let seconds = start.elapsed().as_secs_f64();
        control.settings_update(|settings| settings.latency_ms = 0);
        let refused = self.server.throttled().await? - throttled;
        let failed = self.number("SELECT count(*)::float8 FROM imports WHERE state = 'failed'").await?;
        if failed > 0.0 {
            return Err(format!("{failed} imports failed").into());
        }
        let (after, count) = (self.bytes().await?, customers.len() as f64);
        let grown = Bytes {
            staying: (after.staying - before.staying) / count,
            steps: (after.steps - before.steps) / count,
            reports: (after.reports - before.reports) / count,
        };
        Ok(Pass { seconds, peak_mib, refused, grown })
    }
}

impl Fleet<'_> {
    /// Calls the API for each of these, some at once; gives the answers in order.
    async fn each<T, R, F>(&self, items: Vec<T>, call: F) -> Result<Vec<R>, AnyError>
    where
        T: Send + 'static,
        R: Send + 'static,
        F: AsyncFn(Arc<Server>, String, T) -> Result<R, AnyError>,
    {
        use futures_util::{StreamExt as _, TryStreamExt as _};
        // A fresh one each time: it holds for a quarter of an hour, which a large fleet outlasts.
        let token = self.server.token(self.msp)?;
        futures_util::stream::iter(items)
            .map(|item| call(Arc::clone(&self.server), token.clone(), item))
            .buffered(CALLERS)
            .try_collect()
            .await
    }

    /// Bytes of all tables with their indexes and what is stored beside them, rewritten without dead rows: of what stays,
    /// and of what is kept of the last imports only. What goes by itself is left out (answers kept under an
    /// Idempotency-Key for a day), and so are customers, whose rows don't become more.
    async fn bytes(&self) -> Result<Bytes, AnyError> {
        self.db.batch_execute("VACUUM FULL").await?;
        let row = self
            .db
            .query_one(
                "SELECT coalesce(sum(size) FILTER (WHERE relname NOT IN ('import_steps', 'reports')), 0)::float8,
                        coalesce(sum(size) FILTER (WHERE relname = 'import_steps'), 0)::float8,
                        coalesce(sum(size) FILTER (WHERE relname = 'reports'), 0)::float8
                 FROM (SELECT pg_total_relation_size(oid) AS size, relname
                       FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
                         AND relname NOT IN ('idempotency_keys', 'customers')) t",
                &[],
            )
            .await?;
        Ok(Bytes { staying: row.get(0), steps: row.get(1), reports: row.get(2) })
    }

    /// The tables that take most, in kB for each tenant.
    async fn largest(&self, count: usize) -> Result<String, AnyError> {
        let sql = "SELECT string_agg(name || ' ' || round(size / $1::float8)::text || ' kB', ', ' ORDER BY size DESC)
                   FROM (SELECT relname AS name, pg_total_relation_size(oid) / 1000.0 AS size FROM pg_class
                         WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'customers'
                         ORDER BY 2 DESC LIMIT 8) t";
        Ok(format!("for each: {}", self.db.query_one(sql, &[&(count as f64)]).await?.get::<_, String>(0)))
    }

    async fn number(&self, sql: &str) -> Result<f64, AnyError> {
        Ok(self.db.query_one(sql, &[]).await?.get(0))
    }
}

fn pass_row(what: &str, count: usize, pass: &Pass, bound: f64, demand: Option<f64>) -> Row {
    Row {
        subject: format!("{what} of {count} tenants, {AT_ONCE} at once"),
        measured: format!(
            "{pass}, database {:.0} MB more",
            (pass.grown.staying + pass.grown.steps + pass.grown.reports) * count as f64 / 1e6
        ),
        ceiling: format!("waiting for Graph alone {bound:.0} s"),
        demand: match demand {
            None => format!("<= {MEMORY:.0} MiB"),
            Some(seconds) => format!("<= {seconds:.0} s, no 429, <= {MEMORY:.0} MiB"),
        },
        met: Some(
            pass.peak_mib <= MEMORY
                && demand.is_none_or(|seconds| pass.seconds <= seconds && pass.refused == 0.0),
        ),
    }
}
