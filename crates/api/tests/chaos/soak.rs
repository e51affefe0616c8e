//! A server's memory over many requests: `SOAK_REQUESTS` of them, after a warm-up.

use crate::{
    harness::{Answer, Dice, Stage},
    setting,
};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;
use std::time::{Duration, Instant};

/// Enough to show that the test works; `make soak` makes a million.
const REQUESTS: u64 = 2_000;

/// From here on the slope is asserted: with fewer requests, what caches and the allocator take at first is most of it.
const LONG: u64 = 500_000;

/// Callers side by side.
const CALLERS: u64 = 16;

/// Times at which the memory is looked at.
const SAMPLES: u64 = 50;

/// Growth that is still no leak: caches fill, the allocator keeps pages.
const GROWTH_KIB: u64 = 64 * 1024;

/// What is demanded is less than 1 MiB an hour in a day with a million requests. A run that makes them in half an hour can't tell so
/// small a slope over time from the coming and going of single pages; what it can tell is what a million requests leave behind,
/// and that is the same demand. A run of an hour or more must hold the slope over time as well.
const PER_MILLION_KIB: f64 = 24.0 * 1024.0;
const PER_HOUR_KIB: f64 = 1024.0;
const LONG_ENOUGH: Duration = Duration::from_secs(60 * 60);

/// The slope of a straight line through these points by least squares, and its standard error.
fn slope(points: &[(f64, f64)]) -> (f64, f64) {
    let count = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|p| p.0), mean(|p| p.1));
    let spread: f64 = points.iter().map(|p| (p.0 - x).powi(2)).sum();
    let slope = points.iter().map(|p| (p.0 - x) * (p.1 - y)).sum::<f64>() / spread;
    let left: f64 = points.iter().map(|p| (p.1 - y - slope * (p.0 - x)).powi(2)).sum();
    (slope, (left / (count - 2.0) / spread).sqrt())
}

#[test]
fn a_slope_is_told_from_noise() {
    let line = |noise: f64| -> Vec<_> {
        (0..40)
            .map(|n| (f64::from(n), 100.0 + 3.0 * f64::from(n) + if n % 2 == 0 { noise } else { -noise }))
            .collect()
    };
    let (exact, error) = slope(&line(0.0));
    assert!((exact - 3.0).abs() < 1e-9 && error < 1e-9, "{exact} ± {error}");
    let (noisy, error) = slope(&line(10.0));
    assert!((noisy - 3.0).abs() < 2.0 * error && error > 0.05, "{noisy} ± {error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_servers_memory_does_not_grow_with_its_requests() {
    let requests = setting("SOAK_REQUESTS").unwrap_or(REQUESTS);
    let stage = Stage::new().await;
    let customer = stage.connected("Read again and again").await;
    let worker = stage.worker("worker", 1);
    let import = stage.import(&customer).await;
    stage.is_whole(&customer, &import).await;
    drop(worker);
    // Names are changed, so that writing is in it; there are only so many customers.
    round(&stage, &customer.id, 0, requests / 10).await;
    let warm = stage.server.resident_kib();
    eprintln!("warm after {} requests: {warm} KiB", requests / 10);
    let (begun, mut last) = (Instant::now(), warm);
    let (mut by_request, mut by_hour) = (Vec::new(), Vec::new());
    for number in 1..=SAMPLES {
        round(&stage, &customer.id, number, requests / SAMPLES).await;
        last = stage.server.resident_kib();
        let (made, hours) = (number * requests / SAMPLES, begun.elapsed().as_secs_f64() / 3600.0);
        by_request.push((made as f64 / 1e6, last as f64));
        by_hour.push((hours, last as f64));
        if number % 5 == 0 {
            eprintln!("{made:>8} requests, {:>5.0} s: {last} KiB", hours * 3600.0);
        }
    }
    let growth = last.saturating_sub(warm);
    let ((per_million, of_million), (per_hour, of_hour)) = (slope(&by_request), slope(&by_hour));
    let mib = |kib: f64| kib / 1024.0;
    eprintln!(
        "grown by {growth} KiB over {requests} requests; slope {:.2} ± {:.2} MiB for a million requests, {:.2} ± {:.2} MiB an hour at this pace",
        mib(per_million),
        mib(of_million),
        mib(per_hour),
        mib(of_hour)
    );
    assert!(growth <= GROWTH_KIB, "{warm} KiB, then {last} KiB");
    if requests >= LONG {
        assert!(per_million < PER_MILLION_KIB, "{:.2} MiB stay for a million requests", mib(per_million));
    }
    if begun.elapsed() >= LONG_ENOUGH {
        assert!(per_hour < PER_HOUR_KIB, "{:.2} MiB an hour", mib(per_hour));
    }
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
