//! The database is gone, or stands still, while people work: they are told so in time, and everything goes on by itself
//! when it is back. `POLICYTAB_AWAY` sets for how many seconds.

use crate::{
    database::Own,
    harness::{Answer, Stage, eventually},
};
use futures_util::future::join_all;
use policytab_graph_sim::{Fault, FaultKind};
use reqwest::{Method, StatusCode};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use std::{
    collections::BTreeSet,
    fs,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

/// The promise: whoever asks meanwhile is told within this time.
const TOLD: Duration = Duration::from_secs(2);

const CALLERS: usize = 8;

fn away() -> Duration {
    Duration::from_secs(std::env::var("POLICYTAB_AWAY").map_or(5, |seconds| seconds.parse().unwrap()))
}

/// A request: when it was begun and ended, and what came of it.
struct Call {
    begun: Instant,
    ended: Instant,
    answer: Answer,
    /// What it was to add, if anything.
    name: Option<String>,
}

/// One caller who asks and adds in turn until told to stop.
async fn caller(stage: &Stage, number: usize, stop: &AtomicBool) -> Vec<Call> {
    let mut calls = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let adds = calls.len() % 3 == 0;
        let name = adds.then(|| format!("Added by {number}, {}", calls.len()));
        let begun = Instant::now();
        let answer = match &name {
            Some(name) => add(stage, name).await,
            None => stage.ask(&stage.base, Method::GET, "/customers?limit=1&sort=name", None).await,
        };
        calls.push(Call { begun, ended: Instant::now(), answer, name });
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
    calls
}

/// Adds a customer. Once, however often it is asked: the name is the key.
async fn add(stage: &Stage, name: &str) -> Answer {
    let request = stage.http.post(format!("{}/api/v1/customers", stage.base)).bearer_auth(stage.token());
    let body = json!({"display_name": name, "cloud": "emulator"});
    Answer::of(request.header("idempotency-key", name).json(&body)).await.unwrap()
}

/// Holds what callers were told against the time in which the database was away.
async fn judge(stage: &Stage, calls: Vec<Call>, gone: Instant, back: Instant) {
    let (mut before, mut told, mut slowest) = (0, 0, Duration::ZERO);
    let mut added = BTreeSet::new();
    for call in calls {
        let took = call.ended - call.begun;
        let good = if call.name.is_some() { 201 } else { 200 };
        let refused = call.answer.status == 503;
        if refused {
            assert_eq!(call.answer.body["code"], "unavailable", "{}", call.answer.body);
            assert!(call.answer.headers.contains_key("retry-after"), "{}", call.answer.body);
        } else {
            assert_eq!(call.answer.status, good, "{}", call.answer.body);
        }
        if call.name.is_none() && !refused {
            assert_eq!(call.answer.body["items"][0]["display_name"], "0 Known", "{}", call.answer.body);
        }
        if call.ended < gone {
            assert!(!refused, "before it was gone: {}", call.answer.body);
            before += 1;
        }
        if call.begun > gone && call.ended < back {
            assert!(refused, "{} while the database is away", call.answer.body);
            told += 1;
        }
        if refused {
            assert!(took < TOLD, "told after {took:?}");
            slowest = slowest.max(took);
        }
        added.extend(call.name);
    }
    assert!(before >= CALLERS && told >= CALLERS, "{before} before, {told} meanwhile");
    eprintln!("{before} answered before, {told} told that it is away, the slowest after {slowest:?}");
    // Whoever was refused sends the same again, and it is there once: also where it had been done after all.
    for name in &added {
        let answer = add(stage, name).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
    }
    let there = "SELECT count(*) FROM customers WHERE display_name LIKE 'Added by %'";
    assert_eq!(usize::try_from(stage.behind.number(there).await).unwrap(), added.len());
    let open = "SELECT count(*) FROM pg_stat_activity
        WHERE usename = 'policytab_runtime' AND state LIKE 'idle in transaction%'";
    eventually("no session is left in a transaction", Duration::from_secs(5), async || {
        (stage.behind.number(open).await == 0).then_some(())
    })
    .await;
}

/// Asks for health, readiness and metrics for so long: each must answer in time and say that the database is away.
async fn watch(stage: &Stage, until: Instant) {
    while Instant::now() < until {
        for (path, status) in [("/healthz", 200), ("/readyz", 503), ("/metrics", 200)] {
            let begun = Instant::now();
            let answer = stage.http.get(format!("{}{path}", stage.base)).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::from_u16(status).unwrap(), "{path}");
            let text = answer.text().await.unwrap();
            assert!(begun.elapsed() < TOLD + Duration::from_millis(500), "{path} took {:?}", begun.elapsed());
            match path {
                "/readyz" => assert!(text.contains("database can't be reached"), "{text}"),
                "/metrics" => assert!(text.contains("policytab_database_up 0"), "{text}"),
                _ => {}
            }
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Whoever is refused while it is away asks again after it is back, and all are served.
async fn recovers(stage: &Stage) {
    eventually("everybody is served again", Duration::from_secs(10), async || {
        let asked = (0..CALLERS).map(|_| stage.ask(&stage.base, Method::GET, "/customers", None));
        join_all(asked).await.iter().all(|answer| answer.status == 200).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_gone_is_told_of_within_two_seconds_and_missed_no_longer_than_that() {
    let (mut own, mut stage) = Own::new(&[]).await;
    assert_eq!(add(&stage, "0 Known").await.status, 201);
    let stop = AtomicBool::new(false);
    let callers = join_all((0..CALLERS).map(|number| caller(&stage, number, &stop)));
    let trouble = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let leaves = Instant::now();
        own.stop().await;
        let gone = Instant::now();
        watch(&stage, gone + away()).await;
        let back = Instant::now();
        own.start_again().await;
        recovers(&stage).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        stop.store(true, Ordering::Relaxed);
        (leaves, gone, back)
    };
    let (calls, (leaves, gone, back)) = tokio::join!(callers, trouble);
    let calls: Vec<Call> = calls.into_iter().flatten().collect();
    assert!(calls.iter().any(|call| call.ended < leaves));
    // Who asked while it stopped may have been answered either way.
    let calls = calls.into_iter().filter(|call| call.ended < leaves || call.begun > gone).collect();
    stage.behind = own.behind().await;
    judge(&stage, calls, gone, back).await;
    assert!(stage.server.is_alive(), "nobody had to start it again");
}

/// Every process of the PostgreSQL server whose superuser is behind the stage.
async fn processes(stage: &Stage) -> Vec<Pid> {
    let parent = |pid: i32| -> Option<i32> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name in brackets may hold anything.
        stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
    };
    let own = stage.behind.number("SELECT pg_backend_pid()::bigint").await;
    let postmaster = parent(i32::try_from(own).unwrap()).expect("a session's process has a parent");
    let all =
        fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let children = all.filter(|pid| parent(*pid) == Some(postmaster));
    // It first, so that no others are born.
    [postmaster].into_iter().chain(children.collect::<Vec<i32>>()).filter_map(Pid::from_raw).collect()
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_stands_still_is_told_of_as_one_that_is_gone() {
    let (_own, stage) = Own::new(&[]).await;
    assert_eq!(add(&stage, "0 Known").await.status, 201);
    // An import is under way all the time.
    let customer = stage.connected("Imported meanwhile").await;
    stage.fault(&customer, Fault::on("*/token", FaultKind::Latency { ms: 3000 }));
    let import = stage.import(&customer).await;
    let mut worker = stage.worker("worker", 1);
    let stop = AtomicBool::new(false);
    let callers = join_all((0..CALLERS).map(|number| caller(&stage, number, &stop)));
    let trouble = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let stopped = processes(&stage).await;
        let stopping = Instant::now();
        for pid in &stopped {
            kill_process(*pid, Signal::STOP).unwrap();
        }
        let gone = Instant::now();
        // What was asked before may still look alive to those who watch.
        tokio::time::sleep(Duration::from_secs(2)).await;
        watch(&stage, gone + away()).await;
        let back = Instant::now();
        for pid in &stopped {
            // Some ended when they were told that nobody listens to them any more.
            let _ = kill_process(*pid, Signal::CONT);
        }
        recovers(&stage).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        stop.store(true, Ordering::Relaxed);
        (stopping, gone, back)
    };
    let (calls, (stopping, gone, back)) = tokio::join!(callers, trouble);
    let calls: Vec<Call> = calls.into_iter().flatten().collect();
    let calls = calls.into_iter().filter(|call| call.ended < stopping || call.ended > gone).collect();
    judge(&stage, calls, gone, back).await;
    stage.control().faults_clear();
    stage.is_whole(&customer, &import).await;
    assert!(worker.is_alive());
    assert_eq!(stage.server.log().matches("panicked").count(), 0);
}

/// A process that stands still until it is dropped, however the test ends.
struct Stopped(Pid);

impl Stopped {
    fn now(pid: Pid) -> Self {
        kill_process(pid, Signal::STOP).unwrap();
        Self(pid)
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        let _ = kill_process(self.0, Signal::CONT);
    }
}

/// A machine with too much to do may let single sessions wait for seconds, the one for signs of life as well.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_answers_others_is_waited_for_without_a_sign_of_life() {
    let stage = Stage::new().await;
    assert_eq!(add(&stage, "0 Known").await.status, 201);
    assert!(stage.is_ready(&stage.base).await);
    let of_signs = "SELECT pid::bigint FROM pg_stat_activity
        WHERE usename = 'policytab_runtime' AND datname = current_database() AND query = 'SELECT CURRENT_TIMESTAMP'";
    let pid = Pid::from_raw(i32::try_from(stage.behind.number(of_signs).await).unwrap()).unwrap();
    let (mut locker, connection) =
        tokio_postgres::connect(&stage.database.superuser_url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let lock = locker.transaction().await.unwrap();
    lock.batch_execute("LOCK TABLE baselines").await.unwrap();
    let _stopped = Stopped::now(pid);

    let stop = AtomicBool::new(false);
    let others = async {
        let mut asked = 0;
        while !stop.load(Ordering::Relaxed) {
            let answer = stage.ask(&stage.base, Method::GET, "/customers", None).await;
            assert_eq!(answer.status, 200, "{}", answer.body);
            asked += 1;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        asked
    };
    let slow = async || stage.ask(&stage.base, Method::GET, "/baselines", None).await;
    let meanwhile = async {
        let ready = async {
            tokio::time::sleep(Duration::from_secs(3)).await;
            let ready = stage.is_ready(&stage.base).await;
            lock.rollback().await.unwrap();
            ready
        };
        let (answer, ready) = tokio::join!(slow(), ready);
        stop.store(true, Ordering::Relaxed);
        (answer, ready)
    };
    let (asked, (answer, ready)) = tokio::join!(others, meanwhile);
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(ready && asked > 20, "{ready}, {asked}");
}
