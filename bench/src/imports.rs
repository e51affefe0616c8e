//! Wall time of an import against the emulator at a distance, beside the critical path of its requests.

use std::time::{Duration, Instant};

use policytab_graph_sim::{CaThrottle, Sim};
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use crate::server::Server;
use crate::table::Row;
use crate::{AnyError, proc};

/// Round trip to Graph.
const LATENCY: Duration = Duration::from_millis(100);
const ROUNDS: usize = 3;

/// A tenant to import, and how long that may take.
struct Subject {
    tenant: &'static str,
    policies: u64,
    seconds: f64,
}

const SUBJECTS: [Subject; 2] = [
    Subject { tenant: "messy", policies: 30, seconds: 2.5 },
    Subject { tenant: "large", policies: 200, seconds: 3.5 },
];

/// Imports each tenant a few times; the median counts.
pub(crate) async fn measure(
    server: &Server,
    sim: &Sim,
    msp: Uuid,
    say: impl Fn(&str),
) -> Result<Vec<Row>, AnyError> {
    let token = server.token(msp)?;
    let mut rows = Vec::new();
    for subject in &SUBJECTS {
        let mut runs = Vec::new();
        for round in 1..=ROUNDS {
            say(&format!("import of about {} policies, round {round} of {ROUNDS}", subject.policies));
            runs.push(once(server, sim, &token, subject.tenant).await?);
        }
        runs.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
        let run = &runs[runs.len() / 2];
        let refused: usize = runs.iter().map(|run| run.refused).sum();
        rows.push(Row {
            subject: format!("import of {} policies at {} ms", run.policies, LATENCY.as_millis()),
            measured: format!(
                "{:.2} s, {} requests, {refused} times 429 in {ROUNDS} runs",
                run.seconds, run.requests
            ),
            ceiling: format!(
                "critical path {:.2} s, {:.2} s with the look at v1.0",
                run.critical, run.with_v1
            ),
            demand: format!("<= {:.1} s, no 429", subject.seconds),
            met: Some(run.seconds <= subject.seconds && refused == 0),
        });
    }
    let resident = proc::resident_mib(server.pid);
    rows.push(Row {
        subject: "memory of the server after all of this".to_owned(),
        measured: format!("{resident:.0} MiB"),
        ceiling: "bare actix-web server 15 MiB".to_owned(),
        demand: "bounded".to_owned(),
        met: None,
    });
    Ok(rows)
}

struct Run {
    seconds: f64,
    policies: u64,
    requests: usize,
    refused: usize,
    critical: f64,
    with_v1: f64,
}

async fn once(server: &Server, sim: &Sim, token: &str, tenant: &str) -> Result<Run, AnyError> {
    let control = sim.control();
    control.settings_update(|settings| {
        settings.latency_ms = 0;
        settings.ca_throttle = CaThrottle::Strict;
    });
    let found = control.tenant(tenant).ok_or_else(|| format!("the emulator has no tenant {tenant}"))?;
    let body = json!({"display_name": format!("Bench {tenant}"), "cloud": "emulator"});
    let customer = server.call(token, Method::POST, "/customers", Some(&body)).await?;
    let path = format!("/customers/{}", customer["id"].as_str().unwrap_or_default());
    let body = json!({
        "client_id": found.client_id,
        "client_secret": found.client_secret,
        "tenant_hint": found.tenant_id,
    });
    server.call(token, Method::PUT, &format!("{path}/connect"), Some(&body)).await?;
    // Whoever asked last about Conditional Access did so more than a second ago.
    tokio::time::sleep(Duration::from_millis(1100)).await;

    control.settings_update(|settings| settings.latency_ms = LATENCY.as_millis() as u64);
    control.requests_clear();
    let start = Instant::now();
    let body = json!({"comparison_baseline": {"kind": "imported_snapshot"}});
    let import = server.call(token, Method::POST, &format!("{path}/import"), Some(&body)).await?;
    let import = format!("{path}/imports/{}", import["id"].as_str().unwrap_or_default());
    let ended = loop {
        let now = server.call(token, Method::GET, &import, None).await?;
        match now["state"].as_str() {
            Some("succeeded") => break now,
            Some("failed") => return Err(format!("the import of {tenant} failed: {}", now["error"]).into()),
            _ if start.elapsed() > Duration::from_secs(60) => {
                return Err("an import took more than a minute".into());
            }
            _ => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    };
    let seconds = start.elapsed().as_secs_f64();

    control.settings_update(|settings| settings.latency_ms = 0);
    let requests: Vec<_> = control.requests().into_iter().filter(|request| !request.in_batch).collect();
    let lists = |version: &str| {
        let path = format!("/{version}/identity/conditionalAccess/policies");
        requests.iter().filter(|request| request.status == 200 && request.path.starts_with(&path)).count()
    };
    let policies = ended["steps"].as_array().into_iter().flatten().find(|step| step["name"] == "policies");
    let run = Run {
        seconds,
        policies: policies.and_then(|step| step["counts"]["policies"].as_u64()).unwrap_or_default(),
        requests: requests.len(),
        refused: requests.iter().filter(|request| request.status == 429).count(),
        critical: critical_path(lists("beta"), 0),
        with_v1: critical_path(lists("beta"), lists("v1.0")),
    };
    server.call(token, Method::DELETE, &path, None).await?;
    Ok(run)
}

/// Seconds that no client can save: connection and token, then the longer of the paced Conditional Access requests (the
/// pages of policies, one of named locations, and the pages asked for `more`) and the look-ups of what the last page of
/// policies names.
fn critical_path(pages: usize, more: usize) -> f64 {
    let round_trip = LATENCY.as_secs_f64();
    // One second between each two of them, and the last one's answer.
    let paced = (pages + more) as f64 + round_trip;
    let look_ups = pages.saturating_sub(1) as f64 + 3.0 * round_trip;
    2.0 * round_trip + paced.max(look_ups)
}
