//! The emulator in this process, and what tests ask of it.

use super::quick;
use policytab_domain::{cloud::Cloud, ids::EntraTenantId};
use policytab_graph_client::{Credentials, GraphClient, GraphConfig};
use policytab_graph_sim::{CaThrottle, DemoTenant, RequestLog, Sim, SimConfig};
use secrecy::SecretString;
use std::time::Duration;

pub(crate) const CLOUD: Cloud = Cloud::Emulator;

/// The demo fleet, without the limit of one request a second.
pub(crate) async fn fleet() -> Sim {
    let sim = Sim::start(SimConfig::default()).await.unwrap();
    sim.control().settings_update(|settings| settings.ca_throttle = CaThrottle::Off);
    sim
}

/// A client with short times for it; long enough for the large tenant in an unoptimised build.
pub(crate) fn client(sim: &Sim) -> GraphClient {
    GraphClient::new(config(sim)).unwrap()
}

pub(crate) fn config(sim: &Sim) -> GraphConfig {
    GraphConfig {
        request_timeout: Duration::from_secs(10),
        interactive_deadline: Duration::from_secs(15),
        import_deadline: Duration::from_secs(60),
        ..quick(&sim.base_url())
    }
}

/// A demo tenant by its key.
pub(crate) fn demo(sim: &Sim, key: &str) -> DemoTenant {
    sim.control().tenant(key).unwrap()
}

pub(crate) fn id(tenant: &DemoTenant) -> EntraTenantId {
    tenant.tenant_id.parse().unwrap()
}

pub(crate) fn credentials(tenant: &DemoTenant) -> Credentials {
    Credentials {
        client_id: tenant.client_id.parse().unwrap(),
        client_secret: SecretString::from(tenant.client_secret.clone()),
    }
}

/// Requests whose path, without its query, ends so; parts of batches too.
pub(crate) fn asked(sim: &Sim, end: &str) -> Vec<RequestLog> {
    let path = |request: &RequestLog| request.path.split('?').next().is_some_and(|path| path.ends_with(end));
    sim.control().requests().into_iter().filter(path).collect()
}
