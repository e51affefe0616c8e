//! A long audit trail is verified.

use std::time::Instant;

use policytab_domain::ids::MspId;
use policytab_domain::tenancy::MspScope;
use policytab_store::{AuditEntry, Store, StoreConfig, StoreError};
use serde_json::json;
use uuid::Uuid;

use crate::AnyError;
use crate::operations::Stage;
use crate::pairs::median;
use crate::program::Program;
use crate::table::Row;

/// Entries of one transaction while the trail is written.
const AT_ONCE: usize = 250;
const ROUNDS: usize = 3;
/// Rows, and seconds that they may take.
const DEMANDED: usize = 100_000;
const SECONDS: f64 = 1.0;

#[expect(clippy::disallowed_methods, reason = "measures the trail of an MSP of its own")]
pub(crate) async fn measure(
    stage: &Stage,
    program: &Program,
    count: usize,
    say: &impl Fn(&str),
) -> Result<Row, AnyError> {
    say(&format!("writing an audit trail of {count} rows"));
    let msp = Uuid::now_v7();
    let sql = format!("INSERT INTO msps (msp_id, display_name) VALUES ('{msp}', 'Long trail')");
    stage.db.batch_execute(&sql).await?;
    let store = Store::connect(StoreConfig::new(program.urls.runtime_url.clone())).await?;
    let scope = MspScope::assume_verified(MspId::from_uuid(msp));
    let mut written = 0;
    while written < count {
        let some = AT_ONCE.min(count - written);
        store
            .write(&scope, async |tx| {
                for number in written..written + some {
                    tx.audit(&entry(number)).await?;
                }
                Ok::<_, StoreError>(())
            })
            .await?;
        written += some;
    }
    stage.db.batch_execute("VACUUM (ANALYZE) audit").await?;

    say("verifying it");
    let (mut times, mut reads) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let sql = format!("SELECT *, msp_id::text FROM audit WHERE msp_id = '{msp}' ORDER BY seq");
        let began = Instant::now();
        stage.db.query(&sql, &[]).await?;
        reads.push(began.elapsed().as_secs_f64());
        let began = Instant::now();
        let verdict = store.audit_verify(&scope).await?;
        times.push(began.elapsed().as_secs_f64());
        if verdict.rows != count as u64 || verdict.first_bad.is_some() {
            return Err(format!("a trail of {count} rows is judged {verdict:?}").into());
        }
    }
    let began = Instant::now();
    program.run(&["admin", "verify-audit"], &[])?;
    let command = began.elapsed().as_secs_f64();
    let (seconds, read) = (median(times), median(reads));
    Ok(Row {
        subject: format!("audit trail of {count} rows verified"),
        measured: format!("{seconds:.2} s; the command, for all 1,001 MSPs, {command:.1} s"),
        ceiling: format!("reading the rows alone {read:.2} s"),
        demand: format!("{DEMANDED} in <= {SECONDS:.0} s"),
        met: (count >= DEMANDED).then_some(seconds <= SECONDS),
    })
}

/// As an edit of a customer leaves it.
fn entry(number: usize) -> AuditEntry {
    AuditEntry {
        actor_kind: "user",
        actor_id: Some(Uuid::from_u128(1)),
        actor_name: "A Person".to_owned(),
        action: "customer.update",
        subject_kind: "customer",
        subject_id: Some(Uuid::from_u128(number as u128)),
        ip: Some("192.0.2.1".to_owned()),
        request_id: Some(Uuid::from_u128(number as u128).to_string()),
        details: json!({"display_name": format!("Customer {number}"), "changed": ["display_name", "comparison_baseline"]}),
    }
}
