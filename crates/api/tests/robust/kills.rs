//! SIGKILL of a worker, at each step and at random moments.

use crate::harness::{Customer, Dice, LEASE, Stage, eventually, text};
use futures_util::future::join_all;
use policytab_graph_sim::{Fault, FaultKind};
use std::time::{Duration, Instant};

/// Where each step that asks Microsoft can be made to wait for ever.
const ASKING: [(&str, &str); 7] = [
    ("token", "*/token"),
    ("organization", "/organization"),
    ("licences", "/subscribedSkus"),
    ("policies", "/identity/conditionalAccess/policies"),
    ("named_locations", "*/namedLocations"),
    ("authentication_strengths", "/policies/authenticationStrengthPolicies"),
    ("referenced_objects", "*/getByIds"),
];

/// Points of the database's part: before its transaction, in it after each step, and before the commit.
const WRITING: [&str; 7] = [
    "snapshot:running",
    "snapshot:succeeded",
    "co_managed_baseline:running",
    "co_managed_baseline:succeeded",
    "comparison:succeeded",
    "report:succeeded",
    "import.succeed",
];

/// A lease's end, the next look at the queue, and an import of some seconds on a busy machine.
const TAKEN_OVER: Duration = Duration::from_secs(40);

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_killed_at_any_step_is_replaced_and_nothing_shows_twice_or_half() {
    let stage = Stage::new().await;
    stage.bodies_known().await;
    let mut imports: Vec<(Customer, String, Option<&str>)> = Vec::new();
    let connect = async |names: Vec<String>| join_all(names.iter().map(|name| stage.connected(name))).await;
    let names = ASKING.map(|(step, _)| format!("Killed asking {step}"));
    for ((step, path), customer) in ASKING.into_iter().zip(connect(names.into()).await) {
        stage.fault(&customer, Fault::on(path, FaultKind::Hang));
        let import = stage.import(&customer).await;
        imports.push((customer, import, Some(step)));
    }
    let mut points = Vec::new();
    let names = (0..WRITING.len()).map(|number| format!("Killed writing {number}"));
    for (point, customer) in WRITING.into_iter().zip(connect(names.collect()).await) {
        let import = stage.import(&customer).await;
        points.push(format!("{import}:{point}"));
        imports.push((customer, import, None));
    }
    let hold = stage.behind.hold(&points).await;

    let doomed = stage.worker("doomed", imports.len());
    stage.behind.held(WRITING.len() as i64).await;
    for (customer, import, step) in &imports {
        let Some(step) = step else { continue };
        eventually("the step runs", Duration::from_secs(20), async || {
            (stage.step(customer, import, step).await == "running").then_some(())
        })
        .await;
    }
    doomed.kill();
    let killed = Instant::now();
    stage.control().faults_clear();
    hold.open();

    // The dead worker's sessions are rolled back now. Whoever looks meanwhile sees imports that run and nothing else.
    for (customer, import, step) in &imports {
        stage.behind.is_bare(customer).await;
        let (state, now) = (stage.import_now(customer, import).await, stage.customer_now(customer).await);
        assert_eq!((text(&state["state"]), &state["snapshot_id"]), ("running", &serde_json::Value::Null));
        assert_eq!((text(&now["status"]), text(&now["running_import_id"])), ("connected", import.as_str()));
        if let Some(step) = step {
            assert_eq!(stage.step(customer, import, step).await, "running", "{}", customer.tenant.name);
        }
        assert!(state["steps"].as_array().unwrap().iter().all(|step| step["state"] != "failed"), "{state:#}");
    }
    stage.behind.has_no_orphans().await;

    let _heir = stage.worker("heir", imports.len());
    let begun_again = "SELECT count(*) FROM imports WHERE attempt >= 2";
    eventually("all are begun again", Duration::from_secs(15), async || {
        (stage.behind.number(begun_again).await == imports.len() as i64).then_some(())
    })
    .await;
    assert!(killed.elapsed() < Duration::from_secs(10), "begun again after {:?}", killed.elapsed());
    join_all(imports.iter().map(|(customer, import, _)| stage.succeeded(customer, import, TAKEN_OVER))).await;
    for (customer, import, _) in &imports {
        stage.is_whole(customer, import).await;
        // On a machine that is busy with other tests a lease may run out once more.
        let attempts = stage.import_now(customer, import).await["attempts"].as_u64();
        assert!(attempts.is_some_and(|attempts| (2..=4).contains(&attempts)), "{attempts:?}");
    }
    stage.behind.has_no_orphans().await;
}

/// How many workers are killed at random moments; `make chaos` kills 200.
const KILLS: u64 = 4;

/// Imports that a round's workers share.
const IMPORTS: u64 = 12;

/// Deaths that an import may meet: one that was begun five times fails, and on a busy machine a lease may run out besides.
const ROUNDS: u64 = 3;

/// Leases run out by themselves: nobody but the next worker cleans up after the dead.
#[tokio::test(flavor = "multi_thread")]
async fn workers_killed_at_random_moments_leave_one_snapshot_each() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let seed = number("POLICYTAB_TEST_SEED").unwrap_or_else(|| u64::from(std::process::id()));
    let kills = number("POLICYTAB_KILLS").unwrap_or(KILLS).max(1);
    eprintln!("POLICYTAB_TEST_SEED={seed} POLICYTAB_KILLS={kills}");
    // As many die at a time as it takes for two rounds at least, so that who has begun again is killed as well.
    let at_once = (kills / 2).clamp(1, 4);
    let (mut dice, stage) = (Dice::new(seed), Stage::new().await);
    let (mut killed, mut done, mut met, mut longest) = (0, 0, 0, Duration::ZERO);
    while killed < kills {
        let mut imports = Vec::new();
        for number in 0..IMPORTS {
            let customer = stage.connected(&format!("Random {number} after {killed} kills")).await;
            // Each at its own speed, so that one kill meets them at different moments.
            stage.fault(&customer, Fault::on("*", FaultKind::Latency { ms: dice.below(300) }));
            let import = stage.import(&customer).await;
            imports.push((customer, import));
        }
        for _ in 0..ROUNDS {
            let dying = at_once.min(kills - killed);
            if dying == 0 {
                break;
            }
            let (slots, before) = (IMPORTS.div_ceil(dying) as usize, begun(&stage).await);
            let doomed: Vec<_> =
                (0..dying).map(|n| stage.worker(&format!("doomed-{}", killed + n), slots)).collect();
            killed += dying;
            longest = longest.max(goes_on(&stage, before).await);
            let mut moments: Vec<_> = doomed.into_iter().map(|worker| (dice.below(4000), worker)).collect();
            moments.sort_unstable_by_key(|(at, _)| *at);
            let mut now = 0;
            for (at, worker) in moments {
                tokio::time::sleep(Duration::from_millis(at - now)).await;
                now = at;
                met += stage.behind.number("SELECT count(*) FROM jobs WHERE lease_until > now()").await;
                worker.kill();
            }
            for (customer, import) in &imports {
                let now = stage.import_now(customer, import).await;
                match text(&now["state"]) {
                    "succeeded" => {}
                    "queued" | "running" => stage.behind.is_bare(customer).await,
                    _ => panic!("seed {seed}: {now:#}"),
                }
            }
        }
        stage.control().faults_clear();
        let before = begun(&stage).await;
        let heir = stage.worker(&format!("heir-{killed}"), imports.len());
        longest = longest.max(goes_on(&stage, before).await);
        join_all(imports.iter().map(|(customer, import)| stage.succeeded(customer, import, TAKEN_OVER)))
            .await;
        for (customer, import) in &imports {
            stage.is_whole(customer, import).await;
        }
        stage.behind.has_no_orphans().await;
        done += imports.len();
        drop(heir);
    }
    let snapshots = stage.behind.number("SELECT count(*) FROM snapshots").await;
    assert_eq!(snapshots, done as i64, "seed {seed}");
    assert!(met > 0, "seed {seed}: nobody was at work when a worker was killed");
    eprintln!(
        "{killed} workers killed, {met} leases held at those moments; {done} imports, {snapshots} snapshots; \
         work went on after {:.1} s at the latest",
        longest.as_secs_f64()
    );
    assert!(longest < Duration::from_secs(10), "seed {seed}: {longest:?}");
}

/// How often imports have been begun.
async fn begun(stage: &Stage) -> i64 {
    stage.behind.number("SELECT coalesce(sum(attempt), 0)::bigint FROM imports").await
}

/// Waits until one more has been begun than before, or all are done; gives how long it took.
async fn goes_on(stage: &Stage, before: i64) -> Duration {
    let waiting = Instant::now();
    eventually("an import is begun", Duration::from_secs(20), async || {
        let left = stage.behind.number("SELECT count(*) FROM jobs").await;
        (left == 0 || begun(stage).await > before).then_some(())
    })
    .await;
    waiting.elapsed()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_kills_its_workers_ends_as_a_clear_failure_at_the_step_that_does() {
    let stage = Stage::new().await;
    let customer = stage.connected("Deadly").await;
    stage.fault(&customer, Fault::on("*/namedLocations", FaultKind::Hang));
    let import = stage.import(&customer).await;
    // Four workers died before this one.
    stage.behind.run("UPDATE jobs SET attempt = 4").await;
    let last = stage.worker("last", 1);
    eventually("the step runs", Duration::from_secs(20), async || {
        (stage.step(&customer, &import, "named_locations").await == "running").then_some(())
    })
    .await;
    last.kill();
    let _next = stage.worker("next", 1);
    let failed = stage.ended(&customer, &import, LEASE + Duration::from_secs(15)).await;
    assert_eq!((text(&failed["state"]), text(&failed["error"]["code"])), ("failed", "internal"));
    assert_eq!(stage.step(&customer, &import, "named_locations").await, "failed");
    stage.behind.is_bare(&customer).await;
    stage.control().faults_clear();
    let again = stage.import(&customer).await;
    stage.is_whole(&customer, &again).await;
}
