//! Two kinds of requests that must take the same time, asked in turn so that whatever drifts meets both.

use std::net::SocketAddr;
use std::time::Instant;

use crate::AnyError;
use crate::connection::Connection;

/// How far the medians may be apart.
pub(crate) const APART: f64 = 0.05;

/// Medians of both kinds, in milliseconds.
pub(crate) struct Pair {
    pub(crate) medians: [f64; 2],
    /// The last answers' bodies.
    pub(crate) bodies: [Vec<u8>; 2],
}

impl Pair {
    /// How far they are apart, of the shorter one.
    pub(crate) fn apart(&self) -> f64 {
        let [one, other] = self.medians;
        (one - other).abs() / one.min(other)
    }
}

/// Asks so many of each on one connection. `request` gives the request of the first or second kind with this number; all
/// answers must have this status.
pub(crate) fn measure(
    address: SocketAddr,
    count: usize,
    status: u16,
    request: impl Fn(usize, usize) -> String,
) -> Result<Pair, AnyError> {
    let mut connection = Connection::open(address)?;
    let (mut times, mut bodies) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
    // The first ones warm up.
    let warm = count / 10 + 1;
    for number in 0..warm + count {
        // A B, then B A: neither kind always follows the other.
        for kind in if number % 2 == 0 { [0, 1] } else { [1, 0] } {
            let text = request(kind, number);
            let sent = Instant::now();
            let answer = connection.ask(&text)?;
            let took = sent.elapsed().as_secs_f64() * 1000.0;
            if answer.status != status {
                let body = String::from_utf8_lossy(connection.body());
                return Err(format!("expected {status}, got {}: {body}", answer.status).into());
            }
            if number >= warm {
                times[kind].push(took);
            }
            bodies[kind] = connection.body().to_vec();
            // As it does where secrets were sent: nobody's next request waits for a new one here.
            if answer.closes {
                connection = Connection::open(address)?;
            }
        }
    }
    let medians = times.map(median);
    Ok(Pair { medians, bodies })
}

/// The middle one.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
