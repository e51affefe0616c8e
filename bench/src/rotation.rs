//! The master key is changed while people work: how long it takes, whether anybody notices, and what the old key is
//! good for afterwards.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use policytab_app::keys::REFRESH;
use policytab_domain::ids::{CustomerId, MspId};
use policytab_graph_sim::Sim;
use policytab_vault::{KeyRing, SealContext, SealedFor};
use reqwest::Method;
use secrecy::ExposeSecret as _;
use serde_json::json;
use uuid::Uuid;

use crate::AnyError;
use crate::callers::{CUSTOMERS, MSPS};
use crate::load::Load;
use crate::operations::Stage;
use crate::program::Program;
use crate::table::Row;

/// What customers' secrets are sealed for.
const PURPOSE: &str = "graph client secret";
/// As long as those of Entra.
const SECRET: &[u8] = b"fake~secret-of.forty-characters-xxxxxxx";
/// Reads of so many connections, one of each in so many milliseconds: a thousand a second.
const READERS: u64 = 8;
const READ_EVERY: Duration = Duration::from_millis(8);
/// How often a secret is opened meanwhile.
const OPEN_EVERY: Duration = Duration::from_millis(250);
/// Secrets, and seconds that they may take.
const DEMANDED: usize = 100_000;
const SECONDS: f64 = 60.0;

/// A customer of the first MSP with a secret that works.
pub(crate) struct Connected {
    pub(crate) path: String,
}

impl Connected {
    /// A fresh token of who may use it.
    pub(crate) fn token(stage: &Stage) -> Result<String, AnyError> {
        stage.server.token(stage.callers.msps[0])
    }
}

/// Makes one, with a tenant of the emulator.
pub(crate) async fn connect(stage: &Stage, sim: &Sim) -> Result<Connected, AnyError> {
    let tenant = sim.control().tenant("messy").ok_or("the emulator has no tenant messy")?;
    let token = Connected::token(stage)?;
    let body = json!({"display_name": "Bench operations", "cloud": "emulator"});
    let customer = stage.server.call(&token, Method::POST, "/customers", Some(&body)).await?;
    let path = format!("/customers/{}", customer["id"].as_str().unwrap_or_default());
    let body = json!({
        "client_id": tenant.client_id,
        "client_secret": tenant.client_secret,
        "tenant_hint": tenant.tenant_id,
    });
    stage.server.call(&token, Method::PUT, &format!("{path}/connect"), Some(&body)).await?;
    Ok(Connected { path })
}

pub(crate) async fn measure(
    stage: &mut Stage,
    program: &Program,
    connected: &Connected,
    count: usize,
    say: &impl Fn(&str),
) -> Result<Row, AnyError> {
    let count = count.min((MSPS * CUSTOMERS) as usize);
    say(&format!("sealing {count} secrets"));
    let old_text = fs::read_to_string(program.key_file())?;
    let new_text = KeyRing::fresh_line()?.expose_secret().to_owned();
    let (old, new) = (KeyRing::parse(&old_text.clone().into())?, KeyRing::parse(&new_text.clone().into())?);
    seed(stage, &old, count).await?;
    let both = KeyRing::parse(&format!("{new_text}{old_text}").into())?;
    let all = sealed(stage).await?;
    let began = Instant::now();
    for (context, secret) in &all {
        both.rewrap(context, secret)?;
    }
    let alone = began.elapsed().as_secs_f64();

    say("rotating the master key under load");
    stage.callers.renew(&stage.server)?;
    let stage = &*stage;
    let done = AtomicBool::new(false);
    let more = || !done.load(Ordering::Relaxed);
    let address = stage.server.address;
    let open = format!(
        "POST /api/v1{}/connect/test HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\nContent-Length: 0\r\n\r\n",
        connected.path,
        Connected::token(stage)?
    );
    let readers = Load { every: READ_EVERY, ..Load::busy(address, READERS) };
    let opener = Load { connections: 1, every: OPEN_EVERY, ..readers };
    let (rotated, reads, openings) = std::thread::scope(|scope| {
        let reading = scope.spawn(|| readers.run_while(more, |random| stage.callers.get_or_list(random)));
        let opening = scope.spawn(|| opener.run_while(more, |_| open.clone()));
        let rotated = rotate(program, &old_text, &new_text);
        done.store(true, Ordering::Relaxed);
        (rotated, reading.join().unwrap_or_default(), opening.join().unwrap_or_default())
    });
    let seconds = rotated?;

    let ring = stage.server.key_ring().await?;
    if ring != "usable" {
        return Err(format!("the server's key ring is {ring} after the rotation").into());
    }
    let (mut left, mut lost) = (named(stage, old.active_id()).await?, 0);
    for (context, secret) in sealed(stage).await? {
        // Also where somebody writes the old key's name on it.
        let renamed = String::from_utf8_lossy(&secret).replace(new.active_id(), old.active_id());
        left +=
            i64::from(old.open(&context, &secret).is_ok() || old.open(&context, renamed.as_bytes()).is_ok());
        lost += u64::from(new.open(&context, &secret).is_err());
    }
    let failed = reads.failures() + openings.failures();
    let none = failed == 0 && reads.good > 0 && openings.good > 0 && left == 0 && lost == 0;
    Ok(Row {
        subject: format!("rotation of {} sealed secrets under load", all.len()),
        measured: format!(
            "{seconds:.1} s; {} reads ({:.0}/s) and {} uses of a secret, {failed} failed; the old key opens {left}, the \
             new one all but {lost}",
            reads.good,
            reads.goodput(),
            openings.good
        ),
        ceiling: format!("the cipher alone {alone:.2} s"),
        demand: format!("{DEMANDED} in <= {SECONDS:.0} s, none failed, old key opens none"),
        met: if none { (count >= DEMANDED).then_some(seconds <= SECONDS) } else { Some(false) },
    })
}

/// As docs/credential-rotation.md says; gives the seconds of its third step.
fn rotate(program: &Program, old: &str, new: &str) -> Result<f64, AnyError> {
    keys_set(program, &format!("{old}{new}"))?;
    keys_set(program, &format!("{new}{old}"))?;
    let began = Instant::now();
    program.run(&["admin", "rotate-keys"], &[])?;
    let seconds = began.elapsed().as_secs_f64();
    keys_set(program, new)?;
    // The load goes on with the new key alone.
    std::thread::sleep(Duration::from_secs(2));
    Ok(seconds)
}

/// Replaces the key file, and waits until every process has read it.
fn keys_set(program: &Program, text: &str) -> Result<(), AnyError> {
    let beside = program.key_file().with_extension("next");
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    file.write_all(text.as_bytes())?;
    fs::rename(beside, program.key_file())?;
    std::thread::sleep(REFRESH + Duration::from_secs(2));
    Ok(())
}

fn context(msp: Uuid, customer: Uuid) -> SealContext {
    let of = SealedFor::Customer(CustomerId::from_uuid(customer));
    SealContext { msp: MspId::from_uuid(msp), of, purpose: PURPOSE }
}

/// Gives customers of all MSPs a sealed secret, straight into the table.
async fn seed(stage: &Stage, keys: &KeyRing, count: usize) -> Result<(), AnyError> {
    let insert = stage
        .db
        .prepare(
            "WITH new AS (
                INSERT INTO connections (msp_id, customer_id, client_id, sealed_secret, tenant_id, permissions, verified_at)
                SELECT m::uuid, c::uuid, c::uuid, s, c::uuid, '{}', now() FROM unnest($1::text[], $2::text[], $3::bytea[]) t (m, c, s)
                RETURNING msp_id, customer_id)
             UPDATE customers SET connected = true, status = CASE status WHEN 'pending' THEN 'connected' ELSE status END
             FROM new WHERE customers.msp_id = new.msp_id AND id = customer_id",
        )
        .await?;
    // The first customer of every MSP, the second of every MSP, …
    let numbers: Vec<usize> = (0..count).collect();
    for chunk in numbers.chunks(1000) {
        let (mut msps, mut customers, mut secrets) = (Vec::new(), Vec::new(), Vec::new());
        for number in chunk {
            let (msp, nth) = (number % MSPS as usize, number / MSPS as usize);
            let customer = stage.callers.customers[msp * CUSTOMERS as usize + nth];
            let msp = stage.callers.msps[msp];
            secrets.push(keys.seal_bytes(&context(msp, customer), SECRET)?);
            msps.push(msp.to_string());
            customers.push(customer.to_string());
        }
        stage.db.execute(&insert, &[&msps, &customers, &secrets]).await?;
    }
    stage.db.batch_execute("VACUUM (ANALYZE) customers").await?;
    Ok(stage.db.batch_execute("VACUUM (ANALYZE) connections").await?)
}

/// Every sealed client secret, with what it is bound to.
async fn sealed(stage: &Stage) -> Result<Vec<(SealContext, Vec<u8>)>, AnyError> {
    let sql = "SELECT msp_id::text, customer_id::text, sealed_secret FROM connections";
    let rows = stage.db.query(sql, &[]).await?;
    rows.iter()
        .map(|row| {
            let id = |column| row.get::<_, &str>(column).parse::<Uuid>();
            Ok((context(id(0)?, id(1)?), row.get(2)))
        })
        .collect()
}

/// How much names this key as the one that sealed it, kept answers included.
async fn named(stage: &Stage, key: &str) -> Result<i64, AnyError> {
    let of = |column: &str, table: &str| {
        format!(
            "SELECT count(*) AS n FROM {table} WHERE encode({column}, 'escape') LIKE '%\"key\":\"{key}\"%'"
        )
    };
    let (secrets, answers) = (of("sealed_secret", "connections"), of("body", "idempotency_keys"));
    stage.number(&format!("SELECT sum(n)::bigint FROM ({secrets} UNION ALL {answers}) t")).await
}
