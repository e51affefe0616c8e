//! What the tests of this crate share: a client with short times, and a hand-made tenant on a mock server.

pub(crate) mod mock;
pub(crate) mod raw;
pub(crate) mod sim;

use policytab_domain::import::ImportStep;
use policytab_graph_client::{Credentials, GraphClient, GraphConfig, Progress, StepEvent};
use secrecy::SecretString;
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};
use uuid::Uuid;

pub(crate) const TENANT: Uuid = Uuid::from_u128(0x7e4a_0000_0000_4000_8000_0000_0000_0001);
pub(crate) const CLIENT: Uuid = Uuid::from_u128(0xc11e_0000_0000_4000_8000_0000_0000_0002);
pub(crate) const SECRET: &str = "pLa~canary.secret_value-0123456789abcdefgh";

/// A configuration with which failures take milliseconds.
pub(crate) fn quick(origin: &str) -> GraphConfig {
    GraphConfig {
        emulator: Some(origin.parse().unwrap()),
        ca_interval: Duration::ZERO,
        retry_pause: Duration::from_millis(5),
        request_timeout: Duration::from_millis(900),
        interactive_deadline: Duration::from_secs(8),
        import_deadline: Duration::from_secs(15),
        ..GraphConfig::default()
    }
}

pub(crate) fn client(origin: &str) -> GraphClient {
    GraphClient::new(quick(origin)).unwrap()
}

pub(crate) fn credentials() -> Credentials {
    Credentials { client_id: CLIENT, client_secret: SecretString::from(SECRET) }
}

/// Remembers every event.
#[derive(Default)]
pub(crate) struct Steps(Mutex<Vec<(ImportStep, StepEvent)>>);

impl Progress for Steps {
    fn step(&self, step: ImportStep, event: StepEvent) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((step, event));
    }
}

impl Steps {
    pub(crate) fn all(&self) -> Vec<(ImportStep, StepEvent)> {
        self.0.lock().unwrap().clone()
    }

    /// How a step ended.
    pub(crate) fn end(&self, step: ImportStep) -> Option<StepEvent> {
        self.all().into_iter().find(|(s, e)| *s == step && *e != StepEvent::Started).map(|(_, event)| event)
    }

    /// One count of a step that succeeded.
    pub(crate) fn count(&self, step: ImportStep, name: &str) -> Option<u64> {
        match self.end(step)? {
            StepEvent::Succeeded { counts } => counts.get(name).copied(),
            _ => None,
        }
    }
}
