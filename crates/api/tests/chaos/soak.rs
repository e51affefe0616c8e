//! A server's memory over many requests: `SOAK_REQUESTS` of them, after a warm-up.

use crate::{
    harness::{Answer, Dice, Stage},
    setting,
};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

/// Enough to show that the test works; `make soak` makes 100,000.
const REQUESTS: u64 = 2_000;

/// Callers side by side.
const CALLERS: u64 = 16;

/// Growth that is still no leak: caches fill, the allocator keeps pages.
const GROWTH_MIB: u64 = 64;

#[tokio::test(flavor = "multi_thread")]
async fn a_servers_memory_does_not_grow_with_its_requests() {
    let requests = setting("SOAK_REQUESTS").unwrap_or(REQUESTS);
    let stage = Stage::new().await;
    let customer = stage.connected("Read again and again").await;
    let worker = stage.worker("worker", 1);
    let import = stage.import(&customer).await;
    stage.is_whole(&customer, &import).await;
    drop(worker);
    // Names are added, so that writing is in it; there are only so many customers.
    let rounds = 10;
    round(&stage, &customer.id, 0, requests / 10).await;
    let warm = stage.server.resident_mib();
    eprintln!("warm after {} requests: {warm} MiB", requests / 10);
    let mut last = warm;
    for number in 1..=rounds {
        round(&stage, &customer.id, number, requests / rounds).await;
        last = stage.server.resident_mib();
        eprintln!("{:>8} requests: {last} MiB", number * requests / rounds);
    }
    let growth = last.saturating_sub(warm);
    eprintln!("grown by {growth} MiB over {requests} requests");
    assert!(growth <= GROWTH_MIB, "{warm} MiB, then {last} MiB");
}

async fn round(stage: &Stage, customer: &str, number: u64, count: u64) {
    join_all((0..CALLERS).map(async |caller| {
        let mut dice = Dice::new(number * CALLERS + caller);
        for _ in 0..count / CALLERS {
            one(stage, customer, dice.below(20)).await;
        }
    }))
    .await;
}

async fn one(stage: &Stage, customer: &str, what: u64) {
    let read = async |path: String| stage.ask(&stage.base, Method::GET, &path, None).await;
    let answer: Answer = match what {
        0 => read(format!("/customers/{customer}/report")).await,
        1 => read(format!("/customers/{customer}/snapshots")).await,
        2 => {
            let name = json!({"display_name": "Read again and again"});
            stage.ask(&stage.base, Method::PATCH, &format!("/customers/{customer}"), Some(&name)).await
        }
        3 => read("/nothing-here".to_owned()).await,
        4..8 => read("/fleet".to_owned()).await,
        8..12 => read(format!("/customers/{customer}")).await,
        _ => read("/customers".to_owned()).await,
    };
    assert!(matches!(answer.status, 200 | 404), "{} {}", answer.status, answer.body);
}
