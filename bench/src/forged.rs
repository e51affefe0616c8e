//! Forged tokens, of our own issuer and of one outside: each must be refused, and cost the server less than its sender.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Instant;

use policytab_test_support::forge::{Forge, Signer, now};
use serde_json::json;
use uuid::Uuid;

use crate::AnyError;
use crate::connection::Connection;
use crate::pairs::median;
use crate::program::Program;
use crate::server::Server;
use crate::table::Row;

/// Milliseconds that refusing one may take at the most, answer included.
const MOST: f64 = 1.0;
const ISSUER: &str = "https://login.example/tenant";
const KID: &str = "outside-1";

/// Publishes keys at an address of this machine until the process ends.
fn publish(keys: String) -> Result<SocketAddr, AnyError> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let answer = move |mut stream: TcpStream| -> std::io::Result<()> {
        let mut lines = BufReader::new(stream.try_clone()?).lines();
        while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close";
        write!(stream, "{head}\r\nContent-Length: {}\r\n\r\n{keys}", keys.len())
    };
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // Who hangs up asks again.
            let _ = answer(stream);
        }
    });
    Ok(address)
}

/// Asks with a token on this connection; the status and the milliseconds until the answer was read.
fn ask(connection: &mut Connection, address: SocketAddr, token: &str) -> Result<(u16, f64), AnyError> {
    let request =
        format!("GET /api/v1/me HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\r\n");
    let sent = Instant::now();
    let answer = connection.ask(&request)?;
    let took = sent.elapsed().as_secs_f64() * 1000.0;
    if answer.closes {
        *connection = Connection::open(address)?;
    }
    Ok((answer.status, took))
}

/// The whole table, so many times in turn.
pub(crate) async fn measure(
    program: &Program,
    msp: Uuid,
    rounds: usize,
    say: &impl Fn(&str),
) -> Result<Row, AnyError> {
    let claims = json!({
        "iss": ISSUER, "aud": "policytab", "sub": "somebody", "exp": now() + 3600, "msp_id": msp, "role": "viewer",
    });
    let outside = Forge::new(&claims, Signer::rsa(), KID);
    let published = publish(json!({"keys": [outside.jwk()]}).to_string())?;
    let settings = [
        ("POLICYTAB_OIDC_ISSUER", ISSUER),
        ("POLICYTAB_OIDC_AUDIENCE", "policytab"),
        ("POLICYTAB_OIDC_JWKS_URL", &format!("http://{published}/keys")),
    ];
    let server = Server::start(program, 0, &settings).await?;
    let key = Signer::ec(&std::fs::read_to_string(program.signing_keys())?);
    let jwk = key.jwk(server.kid());
    let own = Forge::of(&server.token(msp)?, key, jwk);
    let table: Vec<_> = [("ours", &own), ("outside", &outside)]
        .into_iter()
        .flat_map(|(issuer, forge)| {
            forge.table().into_iter().map(move |(name, token)| (format!("{issuer}: {name}"), token))
        })
        .collect();
    say(&format!("{} forged tokens, {rounds} times each", table.len()));
    let mut connection = Connection::open(server.address)?;
    for forge in [&own, &outside] {
        let (status, _) = ask(&mut connection, server.address, forge.good())?;
        if status != 200 {
            return Err(format!("the good token is refused with {status}").into());
        }
    }
    let mut times = vec![Vec::with_capacity(rounds); table.len()];
    let mut believed = 0;
    // The first round warms up.
    for round in 0..=rounds {
        for ((_, token), times) in table.iter().zip(&mut times) {
            let (status, took) = ask(&mut connection, server.address, token)?;
            believed += usize::from(status != 401);
            if round > 0 {
                times.push(took);
            }
        }
    }
    let medians = table.iter().zip(times).map(|((name, _), times)| (median(times), name));
    let (most, name) = medians.max_by(|a, b| a.0.total_cmp(&b.0)).ok_or("there is no forged token")?;
    Ok(Row {
        subject: "a forged token refused".to_owned(),
        measured: format!("largest median {most:.3} ms ({name}), {believed} believed"),
        ceiling: format!("{} tokens, {rounds} times each", table.len()),
        demand: format!("<= {MOST:.0} ms, none believed"),
        met: Some(most <= MOST && believed == 0),
    })
}
