//! The client: every operation that the product has with Entra and Graph.

use crate::{
    AppToken, Credentials, GraphError, StepFailure,
    config::{ConfigError, GraphConfig},
    hosts::Hosts,
    http::Http,
    organization::{self, SecretInfo},
    pacer::Tenants,
    progress::Progress,
    snapshot, tenant, token,
};
use policytab_domain::{
    cloud::Cloud,
    ids::EntraTenantId,
    snapshot::{SnapshotContent, TenantFacts},
};
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex},
};
use tokio::time::Instant;

/// What all clones of a client share.
pub(crate) struct Inner {
    pub(crate) config: GraphConfig,
    pub(crate) http: Http,
    pub(crate) tenants: Tenants,
    /// When each cloud's Graph last answered: whether its connections are warm.
    pub(crate) graph_answered: Mutex<HashMap<Cloud, Instant>>,
}

impl Inner {
    fn interactive(&self) -> Instant {
        Instant::now() + self.config.interactive_deadline
    }
}

/// Reads Entra and Microsoft Graph. Cheap to clone; clones share connections and the pace of each tenant.
#[derive(Clone)]
pub struct GraphClient(Arc<Inner>);

impl fmt::Debug for GraphClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("GraphClient").field(&self.0.config).finish()
    }
}

impl GraphClient {
    /// A client for all clouds, the emulator included where the configuration names it.
    ///
    /// # Errors
    /// A setting that can't be used.
    pub fn new(config: GraphConfig) -> Result<Self, ConfigError> {
        config.check()?;
        Ok(Self(Arc::new(Inner {
            http: Http::new(&config)?,
            tenants: Tenants::default(),
            graph_answered: Mutex::default(),
            config,
        })))
    }

    /// Whether customers of this cloud can be connected here.
    pub fn cloud_enabled(&self, cloud: Cloud) -> bool {
        Hosts::of(cloud, &self.0.config).is_ok()
    }

    /// Learns the tenant from a hint (a tenant id or a domain) through Entra's OpenID discovery.
    ///
    /// # Errors
    /// [`GraphError::TenantHintInvalid`] for a hint of another form (without a call), one that the cloud does not
    /// know, and Microsoft's own directories; [`GraphError::Unavailable`], [`GraphError::Throttled`].
    pub async fn tenant_resolve(&self, cloud: Cloud, hint: &str) -> Result<EntraTenantId, GraphError> {
        tenant::resolve(&self.0, cloud, hint, self.0.interactive()).await
    }

    /// A token of the tenant, which proves the credentials. Always a new one: an older one would hold older roles.
    ///
    /// # Errors
    /// [`GraphError::TokenFailed`] with the reason; [`GraphError::TenantMismatch`] if the token is of another tenant;
    /// [`GraphError::Unavailable`], [`GraphError::Throttled`].
    pub async fn token(
        &self,
        cloud: Cloud,
        tenant: EntraTenantId,
        credentials: &Credentials,
    ) -> Result<AppToken, GraphError> {
        token::of_tenant(&self.0, cloud, tenant, credentials, self.0.interactive()).await
    }

    /// Attempts to learn the tenant from the credentials alone. The token is believed only if it provably belongs to a
    /// customer's own tenant: not Microsoft's, with a service principal, of this very app, and the directory agrees.
    ///
    /// # Errors
    /// [`GraphError::TenantNotDetected`] for nearly every answer; [`GraphError::TokenFailed`] only where Entra says
    /// for certain that the secret is wrong or expired; [`GraphError::Unavailable`], [`GraphError::Throttled`].
    pub async fn tenant_detect(
        &self,
        cloud: Cloud,
        credentials: &Credentials,
    ) -> Result<AppToken, GraphError> {
        tenant::detect(&self.0, cloud, credentials, self.0.interactive()).await
    }

    /// Who the tenant is, as its directory says.
    ///
    /// # Errors
    /// [`GraphError::PermissionMissing`]; [`GraphError::TenantMismatch`] if the directory is not the token's tenant;
    /// [`GraphError::Unavailable`], [`GraphError::Throttled`].
    pub async fn organization(&self, cloud: Cloud, token: &AppToken) -> Result<TenantFacts, GraphError> {
        organization::read(&self.0, cloud, token, self.0.interactive()).await
    }

    /// When the secret in use ends, as far as the app registration can be read and tells it apart from its other
    /// secrets; `None` where not.
    ///
    /// # Errors
    /// [`GraphError::Unavailable`], [`GraphError::Throttled`]. A missing permission is no error here.
    pub async fn secret_expiry(
        &self,
        cloud: Cloud,
        token: &AppToken,
        credentials: &Credentials,
    ) -> Result<Option<SecretInfo>, GraphError> {
        organization::secret(&self.0, cloud, token, credentials, self.0.interactive()).await
    }

    /// Reads everything that a snapshot holds, or fails: never a part of it.
    ///
    /// # Errors
    /// The first step that failed, with its error. What only optional permissions open is no error but an entry in
    /// [`SnapshotContent::unread`].
    pub async fn snapshot_read(
        &self,
        cloud: Cloud,
        tenant: EntraTenantId,
        credentials: &Credentials,
        progress: &dyn Progress,
    ) -> Result<SnapshotContent, StepFailure> {
        snapshot::read(&self.0, cloud, tenant, credentials, progress).await
    }
}
