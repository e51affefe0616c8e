//! `make chaos`: two MSPs work over two servers and three workers while processes are killed, the database is
//! restarted and its sessions cut, and Microsoft misbehaves in every way the emulator knows. Then the faults stop,
//! everything settles, and the books must balance: see [`books`].
//!
//! `CHAOS_SECONDS` says for how long, `CHAOS_SEED` repeats the same dice (not the same interleaving). Loopback only.
//! `make soak` is [`soak`]: a server's memory over many requests.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod books;
mod figures;
#[path = "../robust/harness/mod.rs"]
#[expect(dead_code, reason = "shared with other tests, which use more of it")]
mod harness;
mod ledger;
mod scene;
mod soak;
mod traffic;
mod trouble;

use figures::{Figures, MEMORY};
use futures_util::future::join_all;
use ledger::Ledger;
use scene::Scene;
use std::{
    env,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

/// Long enough for every part to play once; `make chaos` runs longer.
const SECONDS: u64 = 12;

fn setting(name: &str) -> Option<u64> {
    env::var(name)
        .ok()
        .filter(|text| !text.is_empty())
        .map(|text| text.parse().unwrap_or_else(|_| panic!("{name}: {text:?} is no number")))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whatever_happens_the_books_balance() {
    let seconds = setting("CHAOS_SECONDS").unwrap_or(SECONDS);
    let seed = setting("CHAOS_SEED").unwrap_or_else(|| u64::from(std::process::id()));
    eprintln!("CHAOS_SECONDS={seconds} CHAOS_SEED={seed}");
    let (figures, ledger) = (Figures::default(), Ledger::default());
    let (stage, mut scene) = Scene::new().await;
    let msps = scene::msps(&stage, &scene.bases).await;

    let (stop, done) = (AtomicBool::new(false), AtomicBool::new(false));
    let traffic = async {
        let actors = msps.iter().enumerate().flat_map(|(number, msp)| {
            traffic::actors(&stage, msp, seed + number as u64 * 1000, &figures, &ledger, &stop)
        });
        let listeners = msps.iter().map(|msp| traffic::listen(&stage, msp, &figures, &ledger, &done));
        let working = async {
            // What is under way is finished, however long it takes: that is what is to be shown.
            join_all(actors).await;
            done.store(true, Ordering::Relaxed);
        };
        tokio::join!(working, join_all(listeners));
    };
    let trouble = async {
        trouble::make(&stage, &mut scene, seed, Duration::from_secs(seconds), &figures).await;
        stop.store(true, Ordering::Relaxed);
        let settling = Instant::now();
        scene.settle(&stage).await;
        settling
    };
    let all = async { tokio::join!(traffic, trouble).1 };
    let patience = Duration::from_secs(seconds + 120);
    let settling = tokio::time::timeout(patience, all)
        .await
        .unwrap_or_else(|_| panic!("seed {seed}: not settled after {patience:?}\n{}", figures.table()));
    for member in scene.servers.iter().chain(&scene.workers) {
        let memory = member.process.as_ref().map_or(0, harness::Process::resident_mib);
        figures.add(MEMORY, member.name.as_str(), memory);
    }
    let lost = books::balance(&stage, &scene, &msps, &figures, &ledger).await;
    eprintln!("{}", figures.table());
    eprintln!("settled and balanced after {:.1} s; lost: {}", settling.elapsed().as_secs_f64(), lost.len());
    assert!(lost.is_empty(), "seed {seed}: the books don't balance:\n{}", lost.join("\n"));
}
