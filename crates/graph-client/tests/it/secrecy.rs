//! The canary: a planted secret, and the tokens it bought, appear in no log line and no error.

use crate::common::{SECRET, TENANT, client, credentials, mock};
use base64::Engine;
use policytab_domain::{cloud::Cloud, ids::EntraTenantId};
use serde_json::json;
use std::{
    io,
    sync::{Arc, Mutex},
};
use tracing::instrument::WithSubscriber;
use tracing_subscriber::fmt::MakeWriter;
use wiremock::ResponseTemplate;

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Captured {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

#[tokio::test]
async fn secrets_and_tokens_appear_in_no_log_and_no_error() {
    let server = mock::tenant().await;
    let tenant = EntraTenantId::from_uuid(TENANT);
    // Servers that echo what they were sent must not get it into our words either.
    let echo =
        json!({"error": SECRET, "error_description": SECRET, "error_codes": [7_000_215], "trace_id": "x y"});
    mock::once(&server, "POST", &mock::token_path(), ResponseTemplate::new(401).set_body_json(echo)).await;
    let token = mock::jwt(&mock::claims());
    let leak = json!({"error": {"code": format!("Bearer {token}"), "message": token}});
    mock::once(&server, "GET", "/v1.0/subscribedSkus", ResponseTemplate::new(400).set_body_json(leak)).await;

    let captured = Captured::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(captured.clone())
        .finish();
    let told = async {
        let client = client(&server.uri());
        let credentials = credentials();
        let refused = client.token(Cloud::Emulator, tenant, &credentials).await.expect_err("must fail");
        let failed =
            client.snapshot_read(Cloud::Emulator, tenant, &credentials, &()).await.expect_err("must fail");
        let granted = client.token(Cloud::Emulator, tenant, &credentials).await.unwrap();
        let read = client.snapshot_read(Cloud::Emulator, tenant, &credentials, &()).await.unwrap();
        assert_eq!(read.documents.len(), 1);
        format!(
            "{refused} {refused:?} {:?} {failed} {failed:?} {granted:?} {credentials:?} {client:?}",
            refused.problem()
        )
    }
    .with_subscriber(subscriber)
    .await;

    let log = captured.text();
    assert!(
        log.contains("graph_call") && log.contains("entra_call") && log.contains("v1.0/organization"),
        "the capture works"
    );
    let payload = token.split('.').nth(1).unwrap();
    let encoded = base64::engine::general_purpose::STANDARD.encode(SECRET);
    let escaped = SECRET.replace('~', "%7E");
    for (name, text) in [("log", &log), ("errors", &told)] {
        for canary in [SECRET, &escaped, &encoded, &token, payload] {
            assert!(!text.contains(canary), "{name} holds {}…", &canary[..6]);
        }
    }
    assert!(!log.contains("Break glass"), "bodies are not logged");
    assert!(!told.contains("AADSTS7000215: "), "descriptions are not passed on");
}
