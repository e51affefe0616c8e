//! The master key is changed while people work; the change is killed in the middle; the old key is of no use after.

use crate::harness::{Stage, eventually};
use policytab_domain::ids::{CustomerId, MspId};
use policytab_vault::{KeyRing, SealContext, SealedFor, VaultError};
use reqwest::Method;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};
use uuid::Uuid;

fn ring(text: &str) -> KeyRing {
    KeyRing::parse(&text.to_owned().into()).unwrap()
}

/// How much is sealed with a key, in all columns that hold what is sealed.
async fn sealed_with(stage: &Stage, key: &str) -> i64 {
    let of = |column: &str, table: &str| {
        format!("SELECT count(*) FROM {table} WHERE encode({column}, 'escape') LIKE '%\"key\":\"{key}\"%'")
    };
    let mut all = 0;
    for (column, table) in [
        ("sealed_secret", "connections"),
        ("sealed_secret", "second_factors"),
        ("source_token", "baselines"),
        ("body", "idempotency_keys"),
    ] {
        all += stage.behind.number(&of(column, table)).await;
    }
    all
}

/// The key's name.
fn name(line: &str) -> &str {
    line.split_once(':').unwrap().0
}

/// Every process reads the key file within some seconds.
async fn read_by_all() {
    tokio::time::sleep(policytab_app::keys::REFRESH + Duration::from_secs(2)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rotating_under_load_fails_nobody_and_leaves_the_old_key_without_use() {
    let stage = Stage::new().await;
    let mut customers = Vec::new();
    for number in 0..3 {
        customers.push(stage.connected(&format!("Rotated {number}")).await);
    }
    let mut worker = stage.worker("worker", 2);
    let old = stage.keys();
    let new = KeyRing::fresh_line().unwrap().expose_secret().to_owned();
    let kept = json!({"display_name": "Kept answer", "cloud": "emulator"});
    let keep = async || {
        let request = stage.http.post(format!("{}/api/v1/customers", stage.base)).bearer_auth(stage.token());
        let answer = request.header("idempotency-key", "of before").json(&kept).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let first = keep().await;
    assert_eq!(first.0, 201);

    let (done, mut calls) = (AtomicBool::new(false), 0_usize);
    let load = async {
        let mut imports = Vec::new();
        while !done.load(Ordering::Relaxed) {
            for customer in &customers {
                let at = |rest: &str| format!("/customers/{}{rest}", customer.id);
                let tenant = &customer.tenant;
                let body = json!({"client_id": tenant.client_id, "client_secret": tenant.client_secret,
                    "tenant_hint": tenant.domain});
                let key = format!("/customers?limit={}", calls % 200 + 1);
                for (method, path, body) in [
                    (Method::PUT, at("/connect"), Some(body)),
                    (Method::POST, at("/connect/test"), Some(Value::Null)),
                    (Method::GET, key, None),
                ] {
                    let (status, answer) = stage.call(method.clone(), &path, body.as_ref()).await;
                    assert!(status < 300, "{method} {path}: {status} {answer}");
                    calls += 1;
                }
                let (status, answer) = stage.call(Method::POST, &at("/import"), Some(&json!({}))).await;
                // One that is still running is no failure.
                assert!(status == 202 || answer["code"] == "import_in_progress", "{status} {answer}");
                if status == 202 {
                    imports.push((customer, answer["id"].as_str().unwrap().to_owned()));
                }
                calls += 1;
            }
        }
        for (customer, import) in &imports {
            stage.succeeded(customer, import, Duration::from_secs(60)).await;
        }
        (calls, imports.len())
    };
    let rotation = async {
        stage.keys_set(&format!("{old}{new}"));
        read_by_all().await;
        stage.keys_set(&format!("{new}{old}"));
        read_by_all().await;
        assert!(sealed_with(&stage, name(&old)).await > 0, "there is something to rotate");
        let (status, log) = stage.command("admin rotate-keys", Duration::from_secs(60)).await;
        assert!(status.success(), "{log}");
        assert_eq!(sealed_with(&stage, name(&old)).await, 0);
        // The old key goes.
        stage.keys_set(&new);
        read_by_all().await;
        assert_eq!(stage.readiness().await.1["key_ring"], "usable");
        tokio::time::sleep(Duration::from_secs(2)).await;
        done.store(true, Ordering::Relaxed);
    };
    let ((calls, imports), ()) = tokio::join!(load, rotation);
    println!("rotated under load: {calls} requests and {imports} imports, none of which failed");
    assert!(imports > 3 && worker.is_alive());
    assert_eq!(sealed_with(&stage, name(&old)).await, 0);
    assert_eq!(keep().await, first, "the answer that was sealed with the old key is given again");
    // Whoever has the old key alone opens nothing.
    let msp = MspId::from_uuid(stage.behind.id("SELECT msp_id FROM msps").await);
    for customer in &customers {
        let sql = format!(
            "SELECT encode(sealed_secret, 'escape') FROM connections WHERE customer_id = '{}'",
            customer.id
        );
        let row: Value = serde_json::from_str(&stage.behind.rows(&sql).await[0]).unwrap();
        let sealed = row["encode"].as_str().unwrap().as_bytes().to_owned();
        let customer_id = CustomerId::from_uuid(customer.id.parse().unwrap());
        let context =
            SealContext { msp, of: SealedFor::Customer(customer_id), purpose: "graph client secret" };
        assert!(matches!(ring(&old).open(&context, &sealed), Err(VaultError::UnknownKey(_))));
        assert_eq!(
            ring(&new).open(&context, &sealed).unwrap().expose_secret(),
            customer.tenant.client_secret
        );
        let claims_old = String::from_utf8(sealed).unwrap().replace(name(&new), name(&old));
        assert!(matches!(ring(&old).open(&context, claims_old.as_bytes()), Err(VaultError::DoesNotOpen)));
    }
    stage.keys_set(&old);
    let (status, log) = stage.command("admin rotate-keys", Duration::from_secs(20)).await;
    assert!(!status.success() && log.contains("nothing was changed"), "{log}");
}

/// Customers with sealed secrets in many workspaces, straight into the tables.
async fn seed(stage: &Stage, keys: &KeyRing, count: usize) {
    let secret: SecretString = "fake~secret-of.forty-characters-xxxxxxx".to_owned().into();
    for chunk in 0..count.div_ceil(100) {
        let msp = Uuid::now_v7();
        let mut rows = Vec::new();
        for _ in 0..100.min(count - chunk * 100) {
            let id = Uuid::now_v7();
            let of = SealedFor::Customer(CustomerId::from_uuid(id));
            let context = SealContext { msp: MspId::from_uuid(msp), of, purpose: "graph client secret" };
            rows.push((id, hex::encode(keys.seal(&context, &secret).unwrap())));
        }
        let values = |row: &(Uuid, String)| format!("('{}'::uuid, '\\x{}'::bytea)", row.0, row.1);
        let values = rows.iter().map(values).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "INSERT INTO msps (msp_id, display_name) VALUES ('{msp}', 'Seeded {chunk}');
             WITH s (id, sealed) AS (VALUES {values}),
             c AS (INSERT INTO customers (msp_id, id, display_name, cloud, status, connected)
                   SELECT '{msp}', id, id::text, 'emulator', 'connected', true FROM s RETURNING id)
             INSERT INTO connections (msp_id, customer_id, client_id, sealed_secret, tenant_id, permissions, verified_at)
             SELECT '{msp}', c.id, c.id, s.sealed, c.id, '{{}}', now() FROM c JOIN s USING (id)"
        );
        stage.behind.run(&sql).await;
    }
}

/// `POLICYTAB_ROTATE=100000` measures; a small number is enough to show that it goes on where it was killed.
#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_that_is_killed_goes_on() {
    let count: usize = std::env::var("POLICYTAB_ROTATE").map_or(1_000, |n| n.parse().unwrap());
    let stage = Stage::new().await;
    let old = stage.keys();
    let new = KeyRing::fresh_line().unwrap().expose_secret().to_owned();
    seed(&stage, &ring(&old), count).await;
    stage.keys_set(&format!("{new}{old}"));
    let before = sealed_with(&stage, name(&old)).await;
    assert_eq!(before, i64::try_from(count).unwrap());

    // Held at a row in the middle, and killed there.
    let middle = format!(
        "SELECT customer_id::text FROM connections ORDER BY msp_id, customer_id OFFSET {}",
        count / 2
    );
    let row = stage.behind.id(&format!("{middle} LIMIT 1")).await;
    let hold = stage
        .behind
        .row_hold(&format!("SELECT FROM connections WHERE customer_id = '{row}' FOR UPDATE"))
        .await;
    let killed = stage.begin("rotation", "admin rotate-keys");
    eventually("the rotation waits in the middle", Duration::from_secs(60), async || {
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'
            AND datname = current_database() AND query LIKE '%UPDATE connections%'";
        (stage.behind.number(waiting).await == 1).then_some(())
    })
    .await;
    killed.kill();
    hold.open();
    let left = sealed_with(&stage, name(&old)).await;
    assert!(left > 0 && left < before, "killed in the middle: {left} of {before}");

    let began = Instant::now();
    let (status, log) = stage.command("admin rotate-keys", Duration::from_secs(170)).await;
    assert!(status.success(), "{log}");
    println!("sealed {left} secrets again in {:.1} s", began.elapsed().as_secs_f64());
    assert_eq!(sealed_with(&stage, name(&old)).await, 0);
    assert_eq!(sealed_with(&stage, name(&new)).await, before);
    let known = stage.behind.rows("SELECT id FROM master_keys").await;
    assert_eq!(known, [json!({"id": name(&new)}).to_string().replace(':', ": ")], "the old key is forgotten");
}
