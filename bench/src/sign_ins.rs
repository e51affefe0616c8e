//! People who guess passwords: they must not learn by the clock who exists, nor keep others from working.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use policytab_app::passwords::Passwords;
use secrecy::ExposeSecret as _;

use crate::AnyError;
use crate::callers::MSPS;
use crate::load::Load;
use crate::operations::Stage;
use crate::pairs::{self, APART};
use crate::table::Row;

/// Nobody's.
const GUESS: &str = "a wrong guess of twenty";
/// Attempts of one account in an hour are limited to 20; each MSP's admin is one.
const MOST_PAIRS: usize = 19 * MSPS as usize;
/// Connections that guess, for two passwords are hashed at a time; and connections that work meanwhile.
const GUESSERS: u64 = 4;
const OTHERS: u64 = 8;
const SECONDS: u64 = 10;
/// Milliseconds that 95 % of the others may take at the most.
const P95: f64 = 50.0;

/// A sign-in with a wrong password, from an address that nobody has used before.
fn sign_in(address: SocketAddr, email: &str, from: u32) -> String {
    let body = format!(r#"{{"email":"{email}","password":"{GUESS}"}}"#);
    format!(
        "POST /api/v1/auth/login HTTP/1.1\r\nHost: {address}\r\nX-Forwarded-For: {}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        Ipv4Addr::from_bits(from),
        body.len()
    )
}

/// Wrong passwords of people who exist and of people who don't.
pub(crate) async fn timing(stage: &Stage, pairs: usize, say: &impl Fn(&str)) -> Result<Row, AnyError> {
    if pairs > MOST_PAIRS * 9 / 10 {
        return Err(format!("{MOST_PAIRS} sign-ins are allowed in an hour").into());
    }
    say(&format!("{pairs} sign-ins of people who exist, and as many of others"));
    let hash = Passwords::new()?.hash("the right password of all".to_owned().into()).await?;
    stage.db.execute("UPDATE users SET password_hash = $1", &[&hash.expose_secret()]).await?;
    let address = stage.server.address;
    let pair = pairs::measure(address, pairs, 401, |kind, number| {
        let who = if kind == 0 { "bench" } else { "nobod" };
        // People who don't exist come as often as the others.
        let email = format!("{who}@msp{}.example", number as u64 % MSPS);
        sign_in(address, &email, (10 << 24) + (2 * number + kind) as u32)
    })?;
    Ok(Row {
        subject: "wrong password of somebody, and of nobody".to_owned(),
        measured: format!(
            "medians {:.1} and {:.1} ms, {:.1} % apart",
            pair.medians[0],
            pair.medians[1],
            pair.apart() * 100.0
        ),
        ceiling: format!("{pairs} of each, in turn"),
        demand: format!("<= {:.0} % apart", APART * 100.0),
        met: Some(pair.apart() <= APART),
    })
}

/// How long others wait while as many passwords are hashed as the server will.
pub(crate) fn hashing(stage: &Stage, say: &impl Fn(&str)) -> Result<Row, AnyError> {
    let address = stage.server.address;
    let others = Load::busy(address, OTHERS);
    let length = Duration::from_secs(SECONDS);
    let request = |random| stage.callers.get_or_list(random);
    say("get and list without sign-ins");
    others.run(Duration::from_secs(2), request);
    let quiet = others.run(length, request);
    say("get and list while passwords are hashed");
    let done = AtomicBool::new(false);
    let guess = |random: u64| {
        // Each guess of another account: none is refused before it is hashed.
        sign_in(address, &format!("{random:x}@nobody.example"), (11 << 24) + (random >> 40) as u32)
    };
    let guessers = Load { connections: GUESSERS, wanted: 401, ..others };
    let (guesses, beside) = std::thread::scope(|scope| {
        let guessing = scope.spawn(|| guessers.run_while(|| !done.load(Ordering::Relaxed), guess));
        let beside = others.run(length, request);
        done.store(true, Ordering::Relaxed);
        (guessing.join().unwrap_or_default(), beside)
    });
    if guesses.good == 0 || guesses.failures() > 0 {
        let failed = guesses.failures();
        return Err(format!("{failed} sign-ins failed otherwise than by their password").into());
    }
    Ok(Row {
        subject: format!("get and list, {OTHERS} connections, while passwords are hashed"),
        measured: format!(
            "p95 {:.1} ms, {:.0} req/s, {} failed; {:.0} passwords a second",
            beside.p95,
            beside.goodput(),
            beside.failures(),
            guesses.goodput()
        ),
        ceiling: format!("without them p95 {:.1} ms, {:.0} req/s", quiet.p95, quiet.goodput()),
        demand: format!("p95 <= {P95:.0} ms"),
        met: Some(beside.p95 <= P95 && beside.failures() == 0),
    })
}
