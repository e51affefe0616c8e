//! A small load generator: blocking keep-alive connections, one thread each, so that little of the machine goes to it.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// What a run has shown.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Answers a second.
    pub(crate) rate: f64,
    /// Answers in all.
    pub(crate) count: u64,
    /// Answers that were not 200.
    pub(crate) failures: u64,
    /// Milliseconds.
    pub(crate) p50: f64,
    /// Milliseconds.
    pub(crate) p99: f64,
}

/// Keeps `connections` connections busy for `length`. `request` gives the whole request for a random number.
pub(crate) fn run(
    address: SocketAddr,
    connections: u64,
    length: Duration,
    request: impl Fn(u64) -> String + Sync,
) -> std::io::Result<Outcome> {
    let start = Instant::now();
    let results: Vec<std::io::Result<(Vec<u32>, u64)>> = std::thread::scope(|scope| {
        let request = &request;
        let threads: Vec<_> =
            (0..connections).map(|n| scope.spawn(move || one(address, n, start + length, request))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Ok(Default::default()))).collect()
    });
    let seconds = start.elapsed().as_secs_f64();
    let mut latencies = Vec::new();
    let mut failures = 0;
    for result in results {
        let (mut micros, failed) = result?;
        latencies.append(&mut micros);
        failures += failed;
    }
    latencies.sort_unstable();
    let at = |share: f64| {
        let index = (latencies.len() as f64 * share) as usize;
        latencies
            .get(index.min(latencies.len().saturating_sub(1)))
            .map_or(0.0, |micros| f64::from(*micros) / 1000.0)
    };
    Ok(Outcome {
        rate: latencies.len() as f64 / seconds,
        count: latencies.len() as u64,
        failures,
        p50: at(0.5),
        p99: at(0.99),
    })
}

fn one(
    address: SocketAddr,
    seed: u64,
    until: Instant,
    request: &(impl Fn(u64) -> String + Sync),
) -> std::io::Result<(Vec<u32>, u64)> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let mut answers = BufReader::with_capacity(64 * 1024, stream.try_clone()?);
    let mut random = 0x9e37_79b9_7f4a_7c15_u64 ^ (seed + 1).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let (mut latencies, mut failures, mut body) = (Vec::new(), 0, Vec::new());
    while Instant::now() < until {
        // xorshift: any spread over the MSPs does.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let text = request(random);
        let sent = Instant::now();
        stream.write_all(text.as_bytes())?;
        let status = read_answer(&mut answers, &mut body)?;
        latencies.push(u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX));
        failures += u64::from(status != 200);
    }
    Ok((latencies, failures))
}

/// Reads one answer whole and gives its status.
fn read_answer(answers: &mut impl BufRead, body: &mut Vec<u8>) -> std::io::Result<u16> {
    let bad = |text: &str| std::io::Error::other(text.to_owned());
    let mut line = String::new();
    if answers.read_line(&mut line)? == 0 {
        return Err(bad("the server closed the connection"));
    }
    let status =
        line.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or_else(|| bad("no status line"))?;
    let (mut length, mut chunked) = (0, false);
    loop {
        line.clear();
        answers.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().map_err(|_| bad("bad content-length"))?;
        }
        chunked |= name.eq_ignore_ascii_case("transfer-encoding");
    }
    loop {
        if chunked {
            line.clear();
            answers.read_line(&mut line)?;
            length = usize::from_str_radix(line.trim(), 16).map_err(|_| bad("bad chunk"))?;
        }
        let rest = if chunked { length + 2 } else { length };
        body.resize(rest, 0);
        answers.read_exact(body)?;
        if !chunked || length == 0 {
            return Ok(status);
        }
    }
}
