//! The whole state of one emulator. It sits behind a single lock that is never held across an await: every
//! answer is computed from one consistent moment.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::config::{DemoTenant, SimError};
use crate::fault::FaultRule;
use crate::github::Github;
use crate::log::RequestLog;
use crate::tenant::Tenant;

/// What `client_credentials` on `/common` and `/organizations` answers. Microsoft has answered differently
/// over the years and promises nothing; each variant here was seen in public issue reports, save
/// `customer_token`, the success one could imagine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum CommonMode {
    /// 700016, "not found in the directory 'Microsoft'" (2022-2023, the most recent plain answer).
    #[default]
    #[serde(rename = "700016")]
    AppNotFound,
    /// 50059, no tenant-identifying information (2020).
    #[serde(rename = "50059")]
    NoTenantInformation,
    /// 7000229, missing service principal in Microsoft's own tenant (2024).
    #[serde(rename = "7000229")]
    MissingServicePrincipal,
    /// 9001023, the grant is not supported over this endpoint (documented).
    #[serde(rename = "9001023")]
    GrantNotSupported,
    /// A token of Microsoft's own tenant without `oid`; Graph refuses it (2018).
    #[serde(rename = "microsoft_token")]
    MicrosoftToken,
    /// A token of the tenant in which the app is registered.
    #[serde(rename = "customer_token")]
    CustomerToken,
}

/// Whether the limit of one Conditional Access request a second and tenant is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaThrottle {
    /// Any Conditional Access request within a second of the last accepted one gets 429.
    #[default]
    Strict,
    /// No limit.
    Off,
}

/// Switches of the whole emulator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Round trip added to every answer of sign-in, Graph and GitHub, in milliseconds.
    pub latency_ms: u64,
    /// The limit on Conditional Access requests.
    pub ca_throttle: CaThrottle,
    /// Value of `Retry-After` on its 429s; none, as documented, when absent.
    pub ca_retry_after: Option<String>,
    /// What sign-in without a tenant answers.
    pub common_mode: CommonMode,
    /// The emulator's clock minus the machine's, in seconds.
    pub clock_offset_s: i64,
    /// Lifetime of new access tokens, in seconds.
    pub token_lifetime_s: i64,
    /// How long after a change its audit entry appears, in seconds.
    pub audit_delay_s: i64,
    /// How long a new named location stays unknown to policy writes, in seconds.
    pub location_delay_s: i64,
    /// Page size of the Conditional Access lists when the caller gives no `$top`. The real one is not
    /// documented.
    pub ca_page_size: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            latency_ms: 0,
            ca_throttle: CaThrottle::Strict,
            ca_retry_after: None,
            common_mode: CommonMode::AppNotFound,
            clock_offset_s: 0,
            token_lifetime_s: 3599,
            audit_delay_s: 60,
            location_delay_s: 3,
            ca_page_size: 1000,
        }
    }
}

pub(crate) struct World {
    pub(crate) tenants: BTreeMap<Uuid, Tenant>,
    /// Tenant ids in the order of their making.
    pub(crate) order: Vec<Uuid>,
    pub(crate) settings: Settings,
    pub(crate) faults: Vec<FaultRule>,
    pub(crate) next_fault: u64,
    /// When the last Conditional Access request of each tenant was accepted.
    pub(crate) ca_accepted: HashMap<Uuid, Instant>,
    pub(crate) log: VecDeque<RequestLog>,
    pub(crate) github: Github,
    pub(crate) signing_key: [u8; 16],
    pub(crate) control_token: Option<String>,
}

impl World {
    pub(crate) fn new(control_token: Option<String>) -> Self {
        Self {
            tenants: BTreeMap::new(),
            order: Vec::new(),
            settings: Settings::default(),
            faults: Vec::new(),
            next_fault: 1,
            ca_accepted: HashMap::new(),
            log: VecDeque::new(),
            github: Github::with_demo(),
            signing_key: *Uuid::new_v4().as_bytes(),
            control_token,
        }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        Utc::now() + Duration::seconds(self.settings.clock_offset_s)
    }

    pub(crate) fn tenant_put(&mut self, tenant: Tenant) -> Result<DemoTenant, SimError> {
        if self.tenants.contains_key(&tenant.id) {
            return Err(SimError::Control(format!("there is already a tenant named '{}'", tenant.name)));
        }
        let demo = tenant.demo();
        self.order.push(tenant.id);
        self.tenants.insert(tenant.id, tenant);
        Ok(demo)
    }

    /// Finds a tenant by id, verified domain, key or name.
    pub(crate) fn tenant_find(&self, text: &str) -> Option<&Tenant> {
        if let Ok(id) = Uuid::try_parse(text) {
            return self.tenants.get(&id);
        }
        let named = |tenant: &&Tenant| {
            tenant.has_domain(text)
                || tenant.key.eq_ignore_ascii_case(text)
                || tenant.name.eq_ignore_ascii_case(text)
        };
        self.order.iter().filter_map(|id| self.tenants.get(id)).find(named)
    }

    pub(crate) fn tenant_find_mut(&mut self, text: &str) -> Option<&mut Tenant> {
        let id = self.tenant_find(text)?.id;
        self.tenants.get_mut(&id)
    }

    /// Finds a tenant as sign-in does: by id or verified domain only.
    pub(crate) fn tenant_of_authority(&self, text: &str) -> Option<&Tenant> {
        match Uuid::try_parse(text) {
            Ok(id) => self.tenants.get(&id),
            Err(_) => self.tenants.values().find(|tenant| tenant.has_domain(text)),
        }
    }

    pub(crate) fn tenant_of_client(&self, client_id: &str) -> Option<&Tenant> {
        self.tenants.values().find(|tenant| tenant.app(client_id).is_some())
    }

    pub(crate) fn demo_tenants(&self) -> Vec<DemoTenant> {
        self.order.iter().filter_map(|id| self.tenants.get(id)).map(Tenant::demo).collect()
    }
}

/// A handle on the state that can be passed around.
#[derive(Clone)]
pub(crate) struct Shared(Arc<Mutex<World>>);

impl Shared {
    pub(crate) fn new(world: World) -> Self {
        Self(Arc::new(Mutex::new(world)))
    }

    /// Locks the state. A panic while it was held must not take the whole test run down, so poison is
    /// ignored.
    pub(crate) fn lock(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
