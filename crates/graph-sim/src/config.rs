//! What a caller says to start the emulator, and what it gets back to sign in with.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The tenants an emulator starts with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seed {
    /// The demo fleet: invented companies, each showing one situation that onboarding meets.
    #[default]
    Demo,
    /// No tenant at all.
    Empty,
}

/// How to start an emulator.
#[derive(Clone, Debug)]
pub struct SimConfig {
    /// Where to listen; port 0 takes any free one.
    pub bind: SocketAddr,
    /// The tenants to start with.
    pub seed: Seed,
    /// Folders of policy JSON; each becomes one more tenant, named after the folder.
    pub tenant_folders: Vec<PathBuf>,
    /// When set, `/_sim` demands it as bearer token.
    pub control_token: Option<String>,
}

impl Default for SimConfig {
    fn default() -> Self {
        Self {
            bind: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            seed: Seed::Demo,
            tenant_folders: Vec::new(),
            control_token: None,
        }
    }
}

/// Why an emulator could not be started or obeyed.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    /// The address could not be listened on.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The HTTP server failed to start or ended with an error.
    #[error("the emulator's HTTP server failed: {0}")]
    Server(#[from] std::io::Error),
    /// A folder of policy JSON could not be made a tenant.
    #[error("cannot load {folder}: {reason}")]
    Folder {
        /// The folder as it was named.
        folder: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A control request named something that is not there, or makes no sense.
    #[error("{0}")]
    Control(String),
}

/// A tenant of the emulator with everything needed to onboard it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DemoTenant {
    /// The company's name, as `/organization` gives it.
    pub name: String,
    /// Directory (tenant) id.
    pub tenant_id: String,
    /// Default verified domain.
    pub domain: String,
    /// Application (client) id of the app registration.
    pub client_id: String,
    /// The value of its newest client secret.
    pub client_secret: String,
    /// What is special about this tenant. Begins with its key, such as `good:` or `expired-secret:`.
    pub note: String,
}

impl DemoTenant {
    /// The short, stable name of the situation (`good`, `messy`, ...), by which control requests may name the
    /// tenant.
    pub fn key(&self) -> &str {
        self.note.split(':').next().unwrap_or_default()
    }
}

impl fmt::Debug for DemoTenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DemoTenant")
            .field("name", &self.name)
            .field("tenant_id", &self.tenant_id)
            .field("domain", &self.domain)
            .field("client_id", &self.client_id)
            .field("client_secret", &"***")
            .field("note", &self.note)
            .finish()
    }
}
