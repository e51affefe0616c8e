//! What goes wrong, by dice.

use crate::{
    figures::{FAULTS, Figures, pick},
    harness::{Behind, Dice, Stage, eventually},
    scene::{Member, Scene},
};
use policytab_graph_sim::{Fault, FaultKind, FaultScope};
use rustix::process::{Pid, Signal, kill_process};
use std::time::{Duration, Instant};

/// The paths that an import asks, and Connect.
const PATHS: [&str; 8] = [
    "*/token",
    "/organization",
    "/subscribedSkus",
    "/identity/conditionalAccess/policies",
    "*/namedLocations",
    "/policies/authenticationStrengthPolicies",
    "*/getByIds",
    "*",
];

/// Makes trouble for that long, and leaves what is broken to be mended.
pub(crate) async fn make(stage: &Stage, scene: &mut Scene, seed: u64, time: Duration, figures: &Figures) {
    let mut dice = Dice::new(seed);
    let end = Instant::now() + time;
    // The ones that happen once in a while come first, so that a short run sees them as well.
    let mut first = vec![0, 30, 45, 68, 70, 72, 58, 65];
    while Instant::now() < end {
        tokio::time::sleep(Duration::from_millis(100 + dice.below(500))).await;
        revive(stage, scene);
        // Not always, or hardly an import would end well.
        if dice.below(3) == 0 {
            microsoft(stage, &mut dice, figures);
        }
        let what = if first.is_empty() { dice.below(80) } else { first.remove(0) };
        match what {
            0..30 => {
                let worker = dice.below(3) as usize;
                kill(&mut scene.workers[worker], "worker killed", figures);
            }
            30..45 => {
                let server = dice.below(2) as usize;
                kill(&mut scene.servers[server], "server killed", figures);
            }
            45..58 => cut(&scene.superuser_url, figures).await,
            58..65 => {
                let worker = dice.below(3) as usize;
                stop(&mut scene.workers[worker], "worker told to stop", figures).await;
            }
            65..68 => {
                let worker = dice.below(3) as usize;
                pause(&mut scene.workers[worker], &mut dice, figures).await;
            }
            68..70 => {
                figures.count(FAULTS, "database restarted");
                scene.database_stop().await;
                tokio::time::sleep(Duration::from_millis(dice.below(1500))).await;
                scene.database_start().await;
            }
            70..72 => crash(&scene.superuser_url, figures).await,
            _ => token_lifetime(stage, &mut dice, figures),
        }
    }
}

/// Starts what died a turn ago.
fn revive(stage: &Stage, scene: &mut Scene) {
    for member in scene.servers.iter_mut().chain(&mut scene.workers) {
        let alive = member.process.as_mut().is_some_and(|process| process.is_alive());
        if !alive {
            member.start(stage);
        }
    }
}

fn kill(member: &mut Member, what: &str, figures: &Figures) {
    if let Some(mut process) = member.process.take()
        && process.is_alive()
    {
        // SIGKILL when it is dropped. One that found no database when it started may be ending by itself just now.
        drop(process);
        figures.count(FAULTS, what);
    }
}

/// SIGTERM, and the time that it asks for.
async fn stop(member: &mut Member, what: &str, figures: &Figures) {
    let Some(mut process) = member.process.take() else { return };
    if process.is_alive() {
        process.terminate();
        process.ended(Duration::from_secs(30)).await;
        figures.count(FAULTS, what);
    }
}

/// SIGSTOP for longer or shorter than a lease.
async fn pause(member: &mut Member, dice: &mut Dice, figures: &Figures) {
    let Some(process) = &mut member.process else { return };
    if process.is_alive() {
        process.pause();
        tokio::time::sleep(Duration::from_millis(500 + dice.below(4500))).await;
        process.resume();
        figures.count(FAULTS, "worker paused");
    }
}

async fn cut(superuser_url: &str, figures: &Figures) {
    let cut = Behind::again(superuser_url).await.sessions_end().await;
    figures.add(FAULTS, "database sessions cut", u64::try_from(cut).unwrap_or_default());
}

/// SIGKILL of one of the database's processes: it ends all the others and recovers from its log.
async fn crash(superuser_url: &str, figures: &Figures) {
    let any =
        "SELECT coalesce(max(pid), 0)::bigint FROM pg_stat_activity WHERE usename = 'policytab_runtime'";
    let pid = Behind::again(superuser_url).await.number(any).await;
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    if let Some(pid) = pid {
        kill_process(pid, Signal::KILL).unwrap();
        figures.count(FAULTS, "database crashed");
        // Nobody gets in before it has recovered.
        eventually("the database has recovered", Duration::from_secs(30), async || {
            Behind::is_there(superuser_url).await.then_some(())
        })
        .await;
    }
}

fn token_lifetime(stage: &Stage, dice: &mut Dice, figures: &Figures) {
    let seconds = *pick(dice, &[1, 2, 4, 3599]);
    stage.control().settings_update(|settings| settings.token_lifetime_s = seconds);
    figures.count(FAULTS, "tokens that expire on the way");
}

fn microsoft(stage: &Stage, dice: &mut Dice, figures: &Figures) {
    let status = |status, retry_after: Option<&str>| FaultKind::Status {
        status,
        retry_after: retry_after.map(str::to_owned),
    };
    let kinds = [
        ("Microsoft: 429 without Retry-After", status(429, None)),
        ("Microsoft: 429 with Retry-After", status(429, Some("1"))),
        ("Microsoft: 429 for a day", status(429, Some("86400"))),
        ("Microsoft: 500", status(500, None)),
        ("Microsoft: 503", status(503, Some("1"))),
        ("Microsoft: 504", status(504, None)),
        ("Microsoft: hangs", FaultKind::Hang),
        ("Microsoft: resets", FaultKind::Reset),
        ("Microsoft: truncated", FaultKind::Truncated),
        ("Microsoft: no JSON", FaultKind::Garbage),
        ("Microsoft: HTML", FaultKind::WrongContentType),
        ("Microsoft: trickles", FaultKind::Trickle { interval_ms: 50 }),
        ("Microsoft: late", FaultKind::Latency { ms: 800 }),
        ("Microsoft: nextLink loops", FaultKind::NextLinkLoop),
        ("Microsoft: nextLink to another host", FaultKind::NextLinkOtherHost),
        ("Microsoft: a page twice", FaultKind::DuplicatePage),
    ];
    let (name, kind) = pick(dice, &kinds).clone();
    let inner = matches!(kind, FaultKind::Status { .. }) && dice.below(3) == 0;
    let mut fault = Fault::on(pick::<&str>(dice, &PATHS), kind).times(1 + dice.below(3) as u32);
    if inner {
        fault.scope = FaultScope::Inner;
    }
    stage.control().fault_set(fault).unwrap();
    figures.count(FAULTS, name);
}
