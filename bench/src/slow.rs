//! Callers who never finish a head, many of them, while others work as usual.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::load::Load;
use crate::operations::Stage;
use crate::table::Row;
use crate::{AnyError, proc};

/// Connections on which the others work.
const NORMAL: u64 = 8;
/// Seconds of each part.
const SECONDS: u64 = 15;
/// Connections that trickle a head.
const TRICKLING: usize = 1000;
/// Connections on which a large head grows and does not end.
const LARGE: usize = 200;
/// Its size.
const LARGE_BYTES: usize = 100 * 1024;
/// How much longer the others' 95th percentile may be.
const SLOWER: f64 = 2.0;
/// MiB that the server may hold meanwhile.
const MEMORY: f64 = 256.0;

pub(crate) async fn measure(stage: &Stage, say: &impl Fn(&str)) -> Result<Vec<Row>, AnyError> {
    let address = stage.server.address;
    let request = |random| stage.callers.get_or_list(random);
    let normal = Load::busy(address, NORMAL);
    let length = Duration::from_secs(SECONDS);
    say(&format!("get and list, {NORMAL} connections, beside slow callers"));
    normal.run(Duration::from_secs(2), request);
    let mut rows = Vec::new();
    for (subject, count, head) in [
        (format!("{TRICKLING} connections trickle a head"), TRICKLING, String::from("GET / HTTP/1.1\r\nX: ")),
        (
            format!("{LARGE} connections send {} KiB of a head", LARGE_BYTES / 1024),
            LARGE,
            format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}", "x".repeat(LARGE_BYTES)),
        ),
    ] {
        let before = normal.run(length, request);
        let crowd = Crowd { address, pid: stage.server.pid, count, head };
        let stop = AtomicBool::new(false);
        let (meanwhile, seen) = std::thread::scope(|scope| {
            let crowd = scope.spawn(|| crowd.run(&stop));
            std::thread::sleep(Duration::from_secs(2));
            let meanwhile = normal.run(length, request);
            stop.store(true, Ordering::Relaxed);
            (meanwhile, crowd.join().unwrap_or_default())
        });
        if before.failures() > 0 {
            return Err(format!("{} requests failed without slow callers", before.failures()).into());
        }
        rows.push(Row {
            subject,
            measured: format!(
                "others p95 {:.1} ms, {:.0} req/s, {} failed; {:.0} MiB at the most, cut off {} times",
                meanwhile.p95,
                meanwhile.goodput(),
                meanwhile.failures(),
                seen.memory,
                seen.ended
            ),
            ceiling: format!("without them p95 {:.1} ms, {:.0} req/s", before.p95, before.goodput()),
            demand: format!("p95 <= {SLOWER} times that, <= {MEMORY:.0} MiB"),
            // Who was never cut off was not there, or is there for good.
            met: Some(
                meanwhile.p95 <= SLOWER * before.p95
                    && meanwhile.failures() == 0
                    && seen.memory <= MEMORY
                    && seen.ended >= count,
            ),
        });
    }
    Ok(rows)
}

/// Slow callers. Whoever is cut off comes back.
struct Crowd {
    address: SocketAddr,
    pid: u32,
    count: usize,
    head: String,
}

/// What came of them.
#[derive(Default)]
struct Seen {
    /// The most that the server held, in MiB.
    memory: f64,
    /// Connections that the server has ended.
    ended: usize,
}

impl Crowd {
    /// Each connection sends a byte a second. Every other one was served once before.
    fn run(&self, stop: &AtomicBool) -> Seen {
        let mut seen = Seen::default();
        let mut held: Vec<Option<TcpStream>> = (0..self.count).map(|_| None).collect();
        while !stop.load(Ordering::Relaxed) {
            for (number, place) in held.iter_mut().enumerate() {
                let there = place.take_if(|stream| !goes_on(stream)).is_none();
                seen.ended += usize::from(!there);
                if place.is_none() {
                    *place = self.open(number % 2 == 1).ok();
                }
            }
            seen.memory = seen.memory.max(proc::resident_mib(self.pid));
            std::thread::sleep(Duration::from_secs(1));
        }
        seen
    }

    fn open(&self, served: bool) -> std::io::Result<TcpStream> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.set_write_timeout(Some(Duration::from_secs(5)))?;
        if served {
            stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")?;
            let _ = stream.read(&mut [0; 4096])?;
        }
        stream.write_all(self.head.as_bytes())?;
        stream.set_nonblocking(true)?;
        Ok(stream)
    }
}

/// Sends one byte more, unless the server has ended it.
fn goes_on(stream: &mut TcpStream) -> bool {
    match stream.read(&mut [0; 4096]) {
        Ok(_) => false,
        Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => stream.write_all(b"x").is_ok(),
        Err(_) => false,
    }
}
