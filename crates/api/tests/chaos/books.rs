//! What must hold in the end, whatever went wrong before.

use crate::{
    figures::{BOOKS, Figures, WRONG},
    harness::{Answer, Behind, Stage, eventually},
    ledger::Ledger,
    scene::{Msp, Scene},
};
use serde_json::Value;
use std::{collections::BTreeSet, process::Command, time::Duration};

/// Everything that is not as it must be. Empty when nothing is lost.
pub(crate) async fn balance(
    stage: &Stage,
    scene: &Scene,
    msps: &[Msp],
    figures: &Figures,
    ledger: &Ledger,
) -> Vec<String> {
    let mut books = Books { wrong: ledger.all_wrong(), figures, behind: scene.behind().await };
    books.no_job_is_left().await;
    books.imports(ledger).await;
    books.customers(ledger).await;
    books.keys(stage, msps, ledger).await;
    books.counts(stage, msps, ledger).await;
    books.tenants(stage, msps, ledger).await;
    books.audit(stage);
    books.processes(scene);
    books.wrong
}

struct Books<'a> {
    wrong: Vec<String>,
    figures: &'a Figures,
    behind: Behind,
}

impl Books<'_> {
    /// A query that must find nothing; it gives the texts of what it finds.
    async fn none(&mut self, what: &str, sql: &str) {
        let found = self.behind.rows(sql).await;
        self.figures.add(WRONG, what, found.len() as u64);
        self.wrong.extend(found.into_iter().map(|row| format!("{what}: {row}")));
    }

    async fn no_job_is_left(&mut self) {
        let left = "SELECT (SELECT count(*) FROM jobs)
            + (SELECT count(*) FROM imports WHERE state IN ('queued', 'running'))";
        eventually("no job is left", Duration::from_secs(90), async || {
            (self.behind.number(left).await == 0).then_some(())
        })
        .await;
    }

    async fn imports(&mut self, ledger: &Ledger) {
        let told: BTreeSet<String> = ledger.imports.lock().unwrap().clone();
        let there: BTreeSet<String> = self
            .behind
            .rows("SELECT id FROM imports")
            .await
            .iter()
            .filter_map(|row| serde_json::from_str::<Value>(row).unwrap()["id"].as_str().map(str::to_owned))
            .collect();
        self.figures.add(BOOKS, "imports accepted and there", there.intersection(&told).count() as u64);
        for id in told.symmetric_difference(&there) {
            self.wrong.push(format!("the import {id} is there or was accepted, but not both"));
        }
        self.none(
            "imports without exactly one snapshot, or failed ones with any",
            "SELECT i.id, i.state, count(s.id) AS snapshots FROM imports i LEFT JOIN snapshots s ON s.import_id = i.id
             GROUP BY i.id, i.state HAVING count(s.id) <> (i.state = 'succeeded')::integer",
        )
        .await;
        self.none(
            "imports whose end is not audited exactly once",
            "SELECT i.id, i.state, count(a.*) AS entries FROM imports i LEFT JOIN audit a
                ON a.subject_id = i.id AND a.action IN ('import.succeed', 'import.fail')
             GROUP BY i.id, i.state
             HAVING count(a.*) <> 1 OR bool_or(a.action <> CASE i.state WHEN 'succeeded' THEN 'import.succeed' ELSE 'import.fail' END)",
        )
        .await;
        self.none(
            "steps that still run, or are not done in a success",
            "SELECT s.* FROM import_steps s JOIN imports i ON i.id = s.import_id
             WHERE s.state = 'running' OR (i.state = 'succeeded' AND s.state NOT IN ('succeeded', 'skipped'))",
        )
        .await;
        self.none(
            "snapshots without a report of their own",
            // Of each customer the last ten reports are kept.
            "SELECT s.id FROM snapshots s WHERE NOT EXISTS (SELECT FROM reports r WHERE r.snapshot_id = s.id)
             AND s.number > (SELECT max(number) - 10 FROM snapshots n WHERE (n.msp_id, n.customer_id) = (s.msp_id, s.customer_id))",
        )
        .await;
        self.none(
            "documents that nothing points at",
            "SELECT encode(d.sha256, 'hex') AS sha256 FROM documents d WHERE NOT EXISTS
                (SELECT FROM snapshot_documents s WHERE s.msp_id = d.msp_id AND s.sha256 = d.sha256) AND NOT EXISTS
                (SELECT FROM co_managed_documents s WHERE s.msp_id = d.msp_id AND s.sha256 = d.sha256) AND NOT EXISTS
                (SELECT FROM baseline_documents s WHERE s.msp_id = d.msp_id AND s.sha256 = d.sha256)",
        )
        .await;
    }

    async fn customers(&mut self, ledger: &Ledger) {
        let made: usize = ledger.customers.lock().unwrap().iter().map(BTreeSet::len).sum();
        let there = self.behind.number("SELECT count(*) FROM customers").await;
        self.figures.add(BOOKS, "customers made once each", made as u64);
        if there != made as i64 {
            self.wrong.push(format!("{made} customers were made and {there} are there"));
        }
        self.none(
            "customers that are not free, or don't show their newest snapshot",
            "SELECT c.id, c.status FROM customers c WHERE c.running_import_id IS NOT NULL OR c.last_snapshot_id IS DISTINCT FROM
                (SELECT s.id FROM snapshots s JOIN imports i ON i.id = s.import_id WHERE s.customer_id = c.id
                 ORDER BY i.finished_at DESC LIMIT 1)",
        )
        .await;
        self.none(
            "customers whose status does not fit what they have",
            "SELECT c.id, c.status FROM customers c WHERE (c.status = 'imported') <> (c.last_snapshot_id IS NOT NULL)
                OR (c.status = 'pending') <> NOT EXISTS (SELECT FROM connections x WHERE x.customer_id = c.id)",
        )
        .await;
    }

    /// Every key again, at every server: nothing happens, and the answer is the one that was given.
    async fn keys(&mut self, stage: &Stage, msps: &[Msp], ledger: &Ledger) {
        let counts = "SELECT (SELECT count(*) FROM customers) + (SELECT count(*) FROM imports)";
        let before = self.behind.number(counts).await;
        for keyed in ledger.keyed() {
            let msp = &msps[keyed.msp];
            for base in &msp.bases {
                let request = stage.http.post(format!("{base}/api/v1{}", keyed.path)).bearer_auth(&msp.token);
                let request = request.header("idempotency-key", &keyed.key).json(&keyed.body);
                let again = Answer::of(request).await.unwrap();
                self.figures.count(BOOKS, "keys sent again, same answer");
                if (again.status, &again.body) != (keyed.status, &keyed.answer) {
                    self.wrong.push(format!("{} {}: {} {}", keyed.path, keyed.key, again.status, again.body));
                }
            }
        }
        if self.behind.number(counts).await != before {
            self.wrong.push("a key that was sent again had an effect".to_owned());
        }
    }

    /// Counts that are stored, held against what they count.
    async fn counts(&mut self, stage: &Stage, msps: &[Msp], ledger: &Ledger) {
        self.none(
            "customers whose policy counts are not a recount",
            "SELECT c.id FROM customers c WHERE c.last_snapshot_id IS NOT NULL
                AND c.policies_enabled + c.policies_report_only + c.policies_disabled <> (SELECT count(*)
                FROM snapshot_documents d WHERE d.msp_id = c.msp_id AND d.customer_id = c.id AND d.until IS NULL AND d.kind = 'policy')",
        )
        .await;
        self.none(
            "snapshots whose policy counts are not a recount",
            "SELECT s.id FROM snapshots s
             WHERE s.policies_enabled + s.policies_report_only + s.policies_disabled <> (SELECT count(*)
                FROM snapshot_documents d WHERE d.msp_id = s.msp_id AND d.customer_id = s.customer_id AND d.kind = 'policy'
                AND d.since <= s.number AND (d.until IS NULL OR d.until > s.number))",
        )
        .await;
        let customers = ledger.customers.lock().unwrap().clone();
        for (msp, ids) in msps.iter().zip(customers) {
            for id in ids {
                let get = async |path: &str| {
                    let request = stage.http.get(format!("{}/api/v1/customers/{id}{path}", msp.bases[0]));
                    Answer::of(request.bearer_auth(&msp.token)).await.unwrap()
                };
                let (customer, report) = (get("").await, get("/report").await);
                if customer.body["counts"].is_null() {
                    continue;
                }
                self.figures.count(BOOKS, "customers recounted");
                for severity in ["critical", "high", "medium", "low", "info"] {
                    let listed = report.body["findings"].as_array().into_iter().flatten();
                    let open = listed.filter(|f| f["severity"] == severity && f["status"] == "open").count();
                    let counted = &customer.body["counts"]["findings"][severity];
                    if *counted != open {
                        self.wrong.push(format!("{id}: {counted} {severity} findings, recounted {open}"));
                    }
                }
            }
        }
    }

    /// Nobody was shown, and nobody can be shown, what is another MSP's.
    async fn tenants(&mut self, stage: &Stage, msps: &[Msp], ledger: &Ledger) {
        let (own, seen) = (ledger.customers.lock().unwrap().clone(), ledger.seen.lock().unwrap().clone());
        for (number, msp) in msps.iter().enumerate() {
            for foreign in seen[number].difference(&own[number]) {
                self.wrong.push(format!("{} was shown the customer {foreign}", msp.name));
            }
            for id in own[1 - number].iter().take(10) {
                let request = stage.http.get(format!("{}/api/v1/customers/{id}", msp.bases[0]));
                let answer = Answer::of(request.bearer_auth(&msp.token)).await.unwrap();
                self.figures.count(BOOKS, "foreign customers not found");
                if answer.status != 404 {
                    self.wrong.push(format!("{} reads {id}: {}", msp.name, answer.body));
                }
            }
        }
        for (table, of) in [("imports", "customers"), ("snapshots", "customers"), ("reports", "customers")] {
            let sql = format!(
                "SELECT t.id FROM {table} t JOIN {of} o ON o.id = t.customer_id WHERE o.msp_id <> t.msp_id"
            );
            self.none(&format!("{table} under another MSP"), &sql).await;
        }
    }

    fn audit(&mut self, stage: &Stage) {
        let verified = Command::new(env!("CARGO_BIN_EXE_policytab"))
            .args(["admin", "verify-audit"])
            .env_clear()
            .envs(stage.settings.iter().map(|(name, value)| (name, value)))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&verified.stdout);
        let chains = said.lines().filter(|line| line.ends_with("the chain holds")).count();
        self.figures.add(BOOKS, "audit chains that hold", chains as u64);
        if !verified.status.success() || chains != 2 {
            self.wrong.push(format!("the audit trail: {said}{}", String::from_utf8_lossy(&verified.stderr)));
        }
    }

    fn processes(&mut self, scene: &Scene) {
        for member in scene.servers.iter().chain(&scene.workers) {
            let log = member.process.as_ref().map(crate::harness::Process::log).unwrap_or_default();
            let panics = log.lines().filter(|line| line.contains("panicked"));
            self.wrong.extend(panics.map(|line| format!("{}: {line}", member.name)));
        }
    }
}
