//! A server whose master key is missing or another one: it starts, says so, refuses what needs the key, changes nothing,
//! and recovers when the right file is back.

use crate::harness::{Customer, Stage};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use std::{fs, time::Duration};

/// Everything that is sealed, to be compared.
async fn sealed(stage: &Stage) -> Vec<String> {
    let mut rows =
        stage.behind.rows("SELECT msp_id, customer_id, sealed_secret FROM connections ORDER BY 1, 2").await;
    rows.extend(stage.behind.rows("SELECT id, check_value FROM master_keys ORDER BY 1").await);
    rows
}

/// What needs the key is refused, and what does not works.
async fn refuses(stage: &Stage, customer: &Customer) {
    let (status, told) = stage.readiness().await;
    assert_eq!(
        (status, &told["status"], &told["key_ring"]),
        (200, &json!("degraded"), &json!("unusable")),
        "{told}"
    );
    assert!(told["detail"].as_str().unwrap().contains("master key"), "{told}");
    let metrics =
        Client::new().get(format!("{}/metrics", stage.base)).send().await.unwrap().text().await.unwrap();
    assert!(metrics.contains("policytab_key_ring{state=\"unusable\"} 1"), "{metrics}");

    let before = sealed(stage).await;
    let at = |rest: &str| format!("/customers/{}{rest}", customer.id);
    let tenant = &customer.tenant;
    let body = json!({"client_id": tenant.client_id, "client_secret": tenant.client_secret, "tenant_hint": tenant.domain});
    for (method, path, body) in [
        (Method::PUT, at("/connect"), body),
        (Method::POST, at("/connect/test"), Value::Null),
        (Method::POST, at("/import"), json!({})),
    ] {
        let (status, answer) = stage.call(method.clone(), &path, Some(&body)).await;
        let code = answer["code"].as_str();
        assert_eq!((status, code), (409, Some("graph_credentials_unavailable")), "{method} {path}: {answer}");
        assert_eq!(answer["reason"], "master_key", "{answer}");
    }
    // A kept answer would have to be sealed.
    let request = stage.http.post(format!("{}/api/v1/customers", stage.base)).bearer_auth(stage.token());
    let name = json!({"display_name": "Kept", "cloud": "emulator"});
    let answer = request.header("idempotency-key", "kept").json(&name).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 503);
    assert_eq!(answer.json::<Value>().await.unwrap()["code"], "unavailable");

    assert_eq!(stage.get(&at("/report")).await["customer_id"], json!(customer.id));
    assert_eq!(stage.get("/customers").await["items"][0]["status"], "imported");
    let made = stage.post("/customers", &json!({"display_name": "Plain", "cloud": "emulator"})).await;
    let (status, _) =
        stage.call(Method::DELETE, &format!("/customers/{}", made["id"].as_str().unwrap()), None).await;
    assert_eq!(status, 204);
    assert_eq!(sealed(stage).await, before, "something that is sealed was changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_or_another_master_key_refuses_changes_nothing_and_recovers() {
    let mut stage = Stage::new().await;
    let customer = stage.connected("Sealed").await;
    let import = stage.import(&customer).await;
    {
        let _worker = stage.worker("first", 1);
        stage.succeeded(&customer, &import, Duration::from_secs(30)).await;
    }
    let right = stage.keys();
    let before = sealed(&stage).await;
    // Queued while all was well.
    let queued = stage.import(&customer).await;

    // The file goes away under a running server: what it has read before stays in use.
    fs::remove_file(stage.key_file()).unwrap();
    stage.key_ring_is("degraded").await;
    stage.post(&format!("/customers/{}/connect/test", customer.id), &Value::Null).await;

    // Missing at a start.
    stage.server_kill();
    stage.server_again().await;
    assert!(!stage.key_file().exists(), "a missing key file was made anew though secrets are stored");
    let worker = stage.worker("keyless", 1);
    let ended = stage.ended(&customer, &queued, Duration::from_secs(30)).await;
    assert_eq!(
        (&ended["state"], &ended["error"]["code"]),
        (&json!("failed"), &json!("graph_credentials_unavailable"))
    );
    assert_eq!(stage.customer_now(&customer).await["status"], "imported");
    worker.kill();
    refuses(&stage, &customer).await;

    // Another deployment's, and another one under the same name.
    let strange = right.replace(&right[..12], "key-00000000");
    let material = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    let renamed = format!("{}:{material}\n", right.split_once(':').unwrap().0);
    for other in [strange, renamed] {
        assert_ne!(other, right);
        stage.keys_set(&other);
        stage.server_kill();
        stage.server_again().await;
        refuses(&stage, &customer).await;
        assert_eq!(stage.keys(), other, "the key file was changed");
        let (status, log) = stage.command("admin rotate-keys", Duration::from_secs(20)).await;
        assert!(!status.success() && log.contains("nothing was changed"), "{log}");
    }

    // Broken, then whole again under the running server.
    stage.keys_set("no key at all");
    stage.server_kill();
    stage.server_again().await;
    refuses(&stage, &customer).await;
    stage.keys_set(&right);
    stage.key_ring_is("usable").await;
    assert_eq!(stage.readiness().await.1["status"], "ok");
    assert_eq!(sealed(&stage).await, before);
    stage.post(&format!("/customers/{}/connect/test", customer.id), &Value::Null).await;
    let again = stage.import(&customer).await;
    let _worker = stage.worker("last", 1);
    stage.succeeded(&customer, &again, Duration::from_secs(30)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_from_before_check_values_takes_its_own_key_and_no_other() {
    let mut stage = Stage::new().await;
    let customer = stage.connected("Older").await;
    // As the migration leaves it: the name alone.
    stage.behind.run("UPDATE master_keys SET check_value = NULL").await;
    let right = stage.keys();
    stage.keys_set(&right.replace(&right[..12], "key-00000000"));
    stage.server_kill();
    stage.server_again().await;
    assert_eq!(stage.readiness().await.1["key_ring"], "unusable");
    stage.keys_set(&right);
    stage.key_ring_is("usable").await;
    let checked = "SELECT count(*) FROM master_keys WHERE check_value IS NOT NULL";
    assert_eq!(stage.behind.number(checked).await, 1);
    stage.post(&format!("/customers/{}/connect/test", customer.id), &Value::Null).await;
}
