//! Microsoft Entra's token endpoint and Microsoft Graph, read with paging, pacing and retries.
//!
//! Invariants of the crate: credentials go only to the hosts of a closed table; a refusal is never taken for an empty
//! answer; an import is whole or fails; secrets, tokens and bodies appear in no log and no error.

mod batch;
mod characters;
mod client;
mod config;
mod endpoint;
mod entra;
mod error;
mod hosts;
mod http;
mod organization;
mod pacer;
mod pages;
mod progress;
mod retry;
mod session;
mod snapshot;
mod tenant;
mod token;
mod wire;

pub use client::GraphClient;
pub use config::{ConfigError, GraphConfig, Observer};
pub use error::{GraphError, StepFailure};
pub use organization::SecretInfo;
pub use progress::{Progress, StepEvent};
pub use token::{AppToken, Credentials};
