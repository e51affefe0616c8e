//! Behind the curtain, as the server's superuser: counting rows, and holding an import at an exact point.

use super::{Customer, Stage, eventually};
use serde_json::Value;
use std::time::Duration;
use tokio_postgres::{Client, NoTls};
use uuid::Uuid;

/// A step whose note in the database waits for an advisory lock. Nobody holds such a lock, save where a test does.
const GATES: &str = "
    CREATE FUNCTION public.gate() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock_shared(hashtextextended(concat_ws(':', NEW.import_id, NEW.step, NEW.state), 0));
        RETURN NEW;
    END $$;
    CREATE TRIGGER gate BEFORE UPDATE ON import_steps FOR EACH ROW EXECUTE FUNCTION public.gate();
    CREATE FUNCTION public.audit_gate() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock_shared(hashtextextended(concat_ws(':', NEW.subject_id, NEW.action), 0));
        RETURN NEW;
    END $$;
    CREATE TRIGGER gate BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION public.audit_gate();";

/// The database without row level security.
pub(crate) struct Behind {
    client: Client,
    url: String,
}

/// Imports wait here until it is dropped or opened.
pub(crate) struct Hold(Client);

impl Hold {
    pub(crate) fn open(self) {
        drop(self.0);
    }
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

impl Behind {
    pub(super) async fn new(url: &str) -> Self {
        let behind = Self::again(url).await;
        behind.run(GATES).await;
        behind
    }

    /// For a database that was new once and has been restarted.
    pub(crate) async fn again(url: &str) -> Self {
        Self { client: connect(url).await, url: url.to_owned() }
    }

    /// Whether the database lets anybody in.
    pub(crate) async fn is_there(url: &str) -> bool {
        match tokio_postgres::connect(url, NoTls).await {
            Ok((client, connection)) => {
                tokio::spawn(connection);
                client.batch_execute("SELECT 1").await.is_ok()
            }
            Err(_) => false,
        }
    }

    pub(crate) async fn run(&self, sql: &str) {
        self.client.batch_execute(sql).await.unwrap();
    }

    /// The one number that a query gives.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        self.client.query_one(sql, &[]).await.unwrap_or_else(|error| panic!("{sql}: {error:?}")).get(0)
    }

    /// The one id that a query gives.
    pub(crate) async fn id(&self, sql: &str) -> Uuid {
        let sql = format!("SELECT x::text FROM ({sql}) r(x)");
        self.client.query_one(&sql, &[]).await.unwrap().get::<_, String>(0).parse().unwrap()
    }

    /// Everything that a query finds, as text, to be compared.
    pub(crate) async fn rows(&self, sql: &str) -> Vec<String> {
        let sql = format!("SELECT to_jsonb(r)::text FROM ({sql}) r");
        self.client.query(&sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
    }

    /// Holds imports at notes of steps, each `import:step:state`, or at `import:import.succeed`, the last statement
    /// before the commit.
    pub(crate) async fn hold(&self, points: &[String]) -> Hold {
        let client = connect(&self.url).await;
        for point in points {
            client.execute("SELECT pg_advisory_lock(hashtextextended($1, 0))", &[point]).await.unwrap();
        }
        Hold(client)
    }

    /// Holds the rows that a `SELECT … FOR UPDATE` finds.
    pub(crate) async fn row_hold(&self, select: &str) -> Hold {
        let client = connect(&self.url).await;
        client.batch_execute(&format!("BEGIN; {select}")).await.unwrap();
        Hold(client)
    }

    /// Waits until this many imports wait at holds.
    pub(crate) async fn held(&self, count: i64) {
        let waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        eventually(&format!("{count} imports are held"), Duration::from_secs(20), async || {
            (self.number(waiting).await == count).then_some(())
        })
        .await;
    }

    /// Ends every session that the product has. Gives how many there were.
    pub(crate) async fn sessions_end(&self) -> i64 {
        self.number(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
             WHERE datname = current_database() AND usename = 'policytab_runtime'",
        )
        .await
    }

    /// Nothing of a snapshot is there yet.
    pub(crate) async fn is_bare(&self, customer: &Customer) {
        for table in
            ["snapshots", "snapshot_documents", "reports", "co_managed_baselines", "co_managed_documents"]
        {
            let sql = format!("SELECT count(*) FROM {table} WHERE customer_id = '{}'", customer.id);
            assert_eq!(self.number(&sql).await, 0, "{}: {table}", customer.tenant.name);
        }
    }

    /// No body is there that nothing points at.
    pub(crate) async fn has_no_orphans(&self) {
        let orphans = "SELECT count(*) FROM documents d WHERE NOT EXISTS
            (SELECT FROM snapshot_documents s WHERE s.msp_id = d.msp_id AND s.sha256 = d.sha256) AND NOT EXISTS
            (SELECT FROM co_managed_documents s WHERE s.msp_id = d.msp_id AND s.sha256 = d.sha256) AND NOT EXISTS
            (SELECT FROM baseline_documents s WHERE s.msp_id = d.msp_id AND s.sha256 = d.sha256)";
        assert_eq!(self.number(orphans).await, 0, "bodies that nothing points at");
    }
}

impl Stage {
    /// The import is done, wholly and once: what a customer's first import must have left behind.
    pub(crate) async fn is_whole(&self, customer: &Customer, import: &str) {
        let (name, id) = (&customer.tenant.name, &customer.id);
        let now = self.succeeded(customer, import, Duration::from_secs(30)).await;
        for step in now["steps"].as_array().unwrap() {
            assert!(matches!(step["state"].as_str(), Some("succeeded" | "skipped")), "{name}: {step}");
            assert!(!step["finished_at"].is_null() && step["error"].is_null(), "{name}: {step}");
        }
        for (what, sql) in [
            ("snapshot", format!("SELECT count(*) FROM snapshots WHERE customer_id = '{id}' AND import_id = '{import}'")),
            ("snapshot in all", format!("SELECT count(*) FROM snapshots WHERE customer_id = '{id}'")),
            ("report", format!("SELECT count(*) FROM reports WHERE customer_id = '{id}'")),
            ("co-managed baseline", format!(
                "SELECT count(*) FROM co_managed_baselines c JOIN snapshots s ON s.id = c.snapshot_id
                 WHERE c.customer_id = '{id}' AND s.import_id = '{import}'")),
            ("audited success", format!("SELECT count(*) FROM audit WHERE subject_id = '{import}' AND action = 'import.succeed'")),
            ("customer that is imported and free", format!(
                "SELECT count(*) FROM customers c JOIN snapshots s ON s.id = c.last_snapshot_id
                 WHERE c.id = '{id}' AND c.status = 'imported' AND c.running_import_id IS NULL AND c.last_error IS NULL")),
        ] {
            assert_eq!(self.behind.number(&sql).await, 1, "{name}: {what}");
        }
        let documents =
            |table: &str, of: &str| format!("SELECT count(*) FROM {table} WHERE kind = 'policy' AND {of}");
        let of = format!("customer_id = '{id}' AND until IS NULL");
        let policies = self.behind.number(&documents("snapshot_documents", &of)).await;
        assert_eq!(policies, 14, "{name}: policies");
        let seeded =
            self.behind.number(&documents("co_managed_documents", &format!("customer_id = '{id}'"))).await;
        assert_eq!(seeded, policies, "{name}: policies of the co-managed baseline");
        let jobs = format!("SELECT count(*) FROM jobs WHERE subject_id = '{import}'");
        assert_eq!(self.behind.number(&jobs).await, 0, "{name}: jobs");
        assert_eq!(
            self.get(&format!("/customers/{id}/report?source=comparison_baseline")).await["findings"],
            Value::Array(Vec::new()),
            "{name}"
        );
    }

    /// The state of one step, as users see it.
    pub(crate) async fn step(&self, customer: &Customer, import: &str, step: &str) -> String {
        let now = self.import_now(customer, import).await;
        super::text(&super::http::step(&now, step)["state"]).to_owned()
    }
}
