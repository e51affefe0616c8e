//! A small load generator: blocking keep-alive connections, one thread each, so that little of the machine goes to it.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::connection::{Answer, Connection};

/// How long a connection that broke is left alone.
const REST: Duration = Duration::from_millis(20);

/// Who asks, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    pub(crate) address: SocketAddr,
    pub(crate) connections: u64,
    /// Time from one request of a connection to its next; the next comes at once where the answer took longer.
    pub(crate) every: Duration,
    /// The status that answers shall have.
    pub(crate) wanted: u16,
}

/// What a run has shown.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) seconds: f64,
    /// Answers in all.
    pub(crate) count: u64,
    /// Answers with the status that was wanted.
    pub(crate) good: u64,
    /// 429 and 503 that tell when to come again.
    pub(crate) refused: u64,
    /// Connections that could not be made, or broke before a whole answer had come.
    pub(crate) broken: u64,
    /// Milliseconds that good answers took.
    pub(crate) p50: f64,
    pub(crate) p95: f64,
    pub(crate) p99: f64,
}

impl Outcome {
    /// Answers a second.
    pub(crate) fn rate(&self) -> f64 {
        self.count as f64 / self.seconds
    }

    /// Good answers a second.
    pub(crate) fn goodput(&self) -> f64 {
        self.good as f64 / self.seconds
    }

    /// Whatever was not answered well.
    pub(crate) fn failures(&self) -> u64 {
        self.count - self.good + self.broken
    }

    /// Answers that were neither good nor a proper refusal.
    pub(crate) fn wrong(&self) -> u64 {
        self.count - self.good - self.refused
    }
}

/// One connection's part.
#[derive(Default)]
struct Part {
    micros: Vec<u32>,
    count: u64,
    refused: u64,
    broken: u64,
}

impl Load {
    /// Connections that are always busy, with answers of 200.
    pub(crate) fn busy(address: SocketAddr, connections: u64) -> Self {
        Self { address, connections, every: Duration::ZERO, wanted: 200 }
    }

    /// Asks for so long. `request` gives the whole request for a random number.
    pub(crate) fn run(&self, length: Duration, request: impl Fn(u64) -> String + Sync) -> Outcome {
        let end = Instant::now() + length;
        self.run_while(|| Instant::now() < end, request)
    }

    /// Asks while `more` says so.
    pub(crate) fn run_while(
        &self,
        more: impl Fn() -> bool + Sync,
        request: impl Fn(u64) -> String + Sync,
    ) -> Outcome {
        let start = Instant::now();
        let (more, request) = (&more, &request);
        let parts: Vec<Part> = std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..self.connections).map(|n| scope.spawn(move || self.one(n, more, request))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap_or_default()).collect()
        });
        let seconds = start.elapsed().as_secs_f64();
        let mut micros: Vec<u32> = parts.iter().flat_map(|part| &part.micros).copied().collect();
        micros.sort_unstable();
        let at = |share: f64| {
            let index = (micros.len() as f64 * share) as usize;
            micros
                .get(index.min(micros.len().saturating_sub(1)))
                .map_or(0.0, |micros| f64::from(*micros) / 1000.0)
        };
        Outcome {
            seconds,
            count: parts.iter().map(|part| part.count).sum(),
            good: micros.len() as u64,
            refused: parts.iter().map(|part| part.refused).sum(),
            broken: parts.iter().map(|part| part.broken).sum(),
            p50: at(0.5),
            p95: at(0.95),
            p99: at(0.99),
        }
    }

    fn one(
        &self,
        seed: u64,
        more: &(impl Fn() -> bool + Sync),
        request: &(impl Fn(u64) -> String + Sync),
    ) -> Part {
        let mut random = Random::new(seed);
        let mut part = Part::default();
        let mut connection = None;
        // Spread over the time between two, so that not all ask at the same moment.
        let mut next = Instant::now() + self.every.mul_f64(seed as f64 / self.connections as f64);
        while more() {
            let now = Instant::now();
            if next > now {
                std::thread::sleep(next - now);
            }
            next = next.max(now) + self.every;
            let text = request(random.next());
            let sent = Instant::now();
            match self.ask(&mut connection, &text) {
                Ok(answer) => {
                    part.count += 1;
                    if answer.status == self.wanted {
                        part.micros.push(u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX));
                    }
                    part.refused += u64::from(answer.retry_after && matches!(answer.status, 429 | 503));
                    if answer.closes {
                        connection = None;
                    }
                }
                Err(_) => {
                    part.broken += 1;
                    connection = None;
                    std::thread::sleep(REST);
                }
            }
        }
        part
    }

    fn ask(&self, connection: &mut Option<Connection>, text: &str) -> std::io::Result<Answer> {
        let open = match connection.take() {
            Some(open) => open,
            None => Connection::open(self.address)?,
        };
        connection.insert(open).ask(text)
    }
}

/// xorshift: any spread over the MSPs does.
pub(crate) struct Random(u64);

impl Random {
    /// The same numbers for the same seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(0x9e37_79b9_7f4a_7c15 ^ (seed + 1).wrapping_mul(0xbf58_476d_1ce4_e5b9))
    }

    /// The next number.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}
