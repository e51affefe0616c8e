//! All servers and workers are replaced, one after the other, while they are used.

use crate::harness::{Answer, BUILT, Database, Process, Stage, eventually, nodes::Node, text};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

/// Who the load balancer sends requests to: nodes that said they were ready when it last asked.
#[derive(Clone)]
struct Balancer {
    bases: Vec<String>,
    ready: Arc<Mutex<Vec<String>>>,
    next: Arc<AtomicUsize>,
}

impl Balancer {
    fn new(bases: Vec<String>) -> Self {
        Self { ready: Arc::new(Mutex::new(bases.clone())), bases, next: Arc::default() }
    }

    async fn watch(&self, stage: &Stage, stop: &AtomicBool) {
        while !stop.load(Ordering::Relaxed) {
            let asked = join_all(self.bases.iter().map(|base| stage.is_ready(base))).await;
            let ready =
                self.bases.iter().zip(asked).filter(|(_, ready)| *ready).map(|(base, _)| base.clone());
            *self.ready.lock().unwrap() = ready.collect();
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    fn pick(&self) -> String {
        let ready = self.ready.lock().unwrap();
        ready[self.next.fetch_add(1, Ordering::Relaxed) % ready.len()].clone()
    }
}

/// One request by way of the balancer, on a connection that may have served others before, tried once.
async fn ask(
    stage: &Stage,
    balancer: &Balancer,
    method: Method,
    path: &str,
    body: Option<(&str, &Value)>,
) -> Answer {
    let base = balancer.pick();
    let request =
        stage.http.request(method.clone(), format!("{base}/api/v1{path}")).bearer_auth(stage.token());
    let request = match body {
        Some((key, body)) => request.header("idempotency-key", key).json(body),
        None => request,
    };
    Answer::of(request).await.unwrap_or_else(|error| panic!("{method} {path} at {base} was lost: {error:?}"))
}

/// What is replaced: this program itself, or one from before the newest migrations, as `make upgrade` has it; the database
/// has them all from the beginning.
fn before() -> PathBuf {
    std::env::var_os("POLICYTAB_PREVIOUS_PROGRAM").map_or_else(|| BUILT.into(), PathBuf::from)
}

#[tokio::test(flavor = "multi_thread")]
async fn replacing_every_process_one_by_one_loses_nothing() {
    let before = before();
    let start = |dir: &Path, settings: &[_]| Process::of(&before, "server", "serve", dir, settings);
    let mut stage = Stage::run(Database::new().await, &[], start).await;
    let built = std::mem::replace(&mut stage.program, before.clone());
    let (second, third) = tokio::join!(stage.node("second"), stage.node("third"));
    let bases = vec![stage.base.clone(), second.base.clone(), third.base.clone()];
    let none = stage.process("none", "openapi", &[]);
    let first = std::mem::replace(&mut stage.server, none);
    let mut nodes =
        vec![Node { name: "server".to_owned(), process: first, base: bases[0].clone() }, second, third];
    let mut workers: Vec<Process> =
        (0..3).map(|number| stage.worker(&format!("worker-{number}"), 2)).collect();
    let customers =
        join_all((0..8).map(async |number| stage.connected(&format!("Rolled {number}")).await)).await;
    stage.program = built;
    let (balancer, stop) = (Balancer::new(bases), AtomicBool::new(false));

    let rolling = async {
        for node in &mut nodes {
            node.process.terminate();
            let ended = node.process.ended(Duration::from_secs(30)).await;
            assert!(ended.success(), "{}: {ended}", node.name);
            *node = stage.node_at(&node.name, &node.base).await;
            // The balancer has seen it.
            tokio::time::sleep(Duration::from_millis(400)).await;
        }
        for (number, worker) in workers.iter_mut().enumerate() {
            worker.terminate();
            assert!(worker.ended(Duration::from_secs(30)).await.success());
            *worker = stage.worker(&format!("worker-{number}-new"), 2);
        }
        stop.store(true, Ordering::Relaxed);
    };
    let traffic = async {
        let mut answers: BTreeMap<String, Value> = BTreeMap::new();
        let mut number = 0;
        while !stop.load(Ordering::Relaxed) {
            let name = json!({"display_name": format!("Made meanwhile {number}"), "cloud": "emulator"});
            let key = format!("meanwhile-{number}");
            let made = ask(&stage, &balancer, Method::POST, "/customers", Some((&key, &name))).await;
            assert_eq!(made.status, 201, "{}", made.body);
            let listed = ask(&stage, &balancer, Method::GET, "/customers?limit=5", None).await;
            assert_eq!(listed.status, 200, "{}", listed.body);
            answers.insert(key, made.body);
            number += 1;
        }
        answers
    };
    let importing = async {
        let mut imports = Vec::new();
        for round in 0..2 {
            for (number, customer) in customers.iter().enumerate() {
                let path = format!("/customers/{}/import", customer.id);
                let key = format!("import-{round}-{number}");
                let asked = ask(&stage, &balancer, Method::POST, &path, Some((&key, &json!({})))).await;
                assert_eq!(asked.status, 202, "{}", asked.body);
                imports.push((customer, text(&asked.body["id"]).to_owned()));
            }
            for (customer, import) in imports.iter().rev().take(customers.len()) {
                let path = format!("/customers/{}/imports/{import}", customer.id);
                eventually("the import ends", Duration::from_secs(90), async || {
                    let now = ask(&stage, &balancer, Method::GET, &path, None).await.body;
                    matches!(text(&now["state"]), "succeeded" | "failed").then(|| {
                        assert_eq!(now["state"], "succeeded", "{now:#}");
                    })
                })
                .await;
                // Whoever made it, whoever is asked reads it.
                for what in ["report", "snapshots", "coverage"] {
                    let path = format!("/customers/{}/{what}", customer.id);
                    let read = ask(&stage, &balancer, Method::GET, &path, None).await;
                    assert_eq!(read.status, 200, "{path}: {}", read.body);
                }
            }
        }
        imports
    };
    let ((), (), made, imports) = tokio::join!(balancer.watch(&stage, &stop), rolling, traffic, importing);

    assert!(made.len() > 10, "{} customers were made meanwhile", made.len());
    let there = "SELECT count(*) FROM customers WHERE display_name LIKE 'Made meanwhile %'";
    assert_eq!(stage.behind.number(there).await, made.len() as i64, "each was made once");
    for (customer, import) in &imports {
        let snapshots = format!("SELECT count(*) FROM snapshots WHERE import_id = '{import}'");
        assert_eq!(stage.behind.number(&snapshots).await, 1, "{}", customer.tenant.name);
    }
    assert_eq!(stage.behind.number("SELECT count(*) FROM jobs").await, 0);
    stage.behind.has_no_orphans().await;
    eprintln!("{} requests and {} imports, none lost", made.len() * 2, imports.len());
}
