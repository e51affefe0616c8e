//! Ten times more than the server can do is asked of it for a while, and then as much as before.

use std::time::Duration;

use crate::load::{Load, Outcome};
use crate::operations::Stage;
use crate::pairs::median;
use crate::table::Row;
use crate::{AnyError, proc};

/// Connections with which the peak is reached.
const NORMAL: u64 = 8;
/// More than the server works on and lets wait, which are 256 each.
const CROWD: u64 = 640;
/// Requests that are asked, of those of the peak.
const TIMES: f64 = 10.0;
/// Share of the peak that is demanded meanwhile.
const GOODPUT: f64 = 0.7;
/// A server that has just been started is a little faster than one that has served for a while.
const WARM_UP: Duration = Duration::from_secs(15);
/// Rounds of the normal load, before and after, of which the medians count, and seconds of each: on a busy machine one lasts
/// long enough to be lucky.
const ROUNDS: usize = 5;
const SECONDS: u64 = 4;
/// Time to become normal again.
const RECOVERY: Duration = Duration::from_secs(10);
/// How much longer the same load may take then.
const SLOWER: f64 = 1.25;

/// What a normal load gets.
struct Normal {
    goodput: f64,
    p95: f64,
    failures: u64,
}

impl Normal {
    fn of(load: &Load, request: &(impl Fn(u64) -> String + Sync), say: &impl Fn(&str)) -> Self {
        let rounds: Vec<_> = (0..ROUNDS).map(|_| load.run(Duration::from_secs(SECONDS), request)).collect();
        let each: Vec<String> = rounds
            .iter()
            .map(|one| format!("{:.0} a second, p95 {:.1} ms", one.goodput(), one.p95))
            .collect();
        say(&each.join("; "));
        Self {
            goodput: median(rounds.iter().map(Outcome::goodput).collect()),
            p95: median(rounds.iter().map(|one| one.p95).collect()),
            failures: rounds.iter().map(Outcome::failures).sum(),
        }
    }
}

pub(crate) async fn measure(stage: &Stage, seconds: u64, say: &impl Fn(&str)) -> Result<Vec<Row>, AnyError> {
    let request = |random| stage.callers.get_or_list(random);
    let normal = Load::busy(stage.server.address, NORMAL);
    say(&format!("get and list, {NORMAL} connections"));
    normal.run(WARM_UP, request);
    let before = Normal::of(&normal, &request, say);
    if before.failures > 0 {
        return Err(format!("{} requests failed at a normal load", before.failures).into());
    }

    let met_before = stage.server.bounds_met().await?;
    say(&format!("{CROWD} connections for {seconds} s"));
    let every = Duration::from_secs_f64(CROWD as f64 / (TIMES * before.goodput));
    let crowd = Load { connections: CROWD, every, ..normal };
    let began = proc::own_cpu_seconds();
    let storm = crowd.run(Duration::from_secs(seconds), request);
    let cores = (proc::own_cpu_seconds() - began) / storm.seconds;
    let met = stage.server.bounds_met().await?;
    let met = met.iter().filter(|(bound, count)| {
        let earlier = met_before.iter().find(|(name, _)| name == bound).map_or(0.0, |(_, count)| *count);
        *count > earlier
    });
    let met: Vec<&str> = met.map(|(bound, _)| bound.as_str()).collect();

    say("becoming normal again");
    tokio::time::sleep(RECOVERY).await;
    let after = Normal::of(&normal, &request, say);
    let share = storm.goodput() / before.goodput;
    Ok(vec![
        Row {
            subject: format!("{CROWD} connections ask {TIMES} times as much, {seconds} s"),
            measured: format!(
                "{:.0} good a second, p95 {:.0} ms; {} refused ({}), {} wrong, {} connections broken",
                storm.goodput(),
                storm.p95,
                storm.refused,
                met.join(", "),
                storm.wrong(),
                storm.broken
            ),
            ceiling: format!(
                "peak {:.0} of {NORMAL} connections; this is {:.0} %; all answers {:.1} times the peak, for which the \
                 load itself took {cores:.1} cores",
                before.goodput,
                share * 100.0,
                storm.rate() / before.goodput,
            ),
            demand: format!(">= {:.0} %, the rest 429 or 503 with Retry-After", GOODPUT * 100.0),
            // A crowd that is not too much shows nothing.
            met: (storm.refused > 0 || storm.wrong() > 0 || storm.broken > 0)
                .then_some(share >= GOODPUT && storm.wrong() == 0 && storm.broken == 0),
        },
        Row {
            subject: format!("{NORMAL} connections, {} s after that", RECOVERY.as_secs()),
            measured: format!(
                "p95 {:.1} ms, {:.0} req/s, {} failed",
                after.p95, after.goodput, after.failures
            ),
            ceiling: format!("before it p95 {:.1} ms", before.p95),
            demand: format!("p95 <= {SLOWER} times that"),
            met: Some(after.p95 <= SLOWER * before.p95 && after.failures == 0),
        },
    ])
}
