//! What every request can reach.

use crate::{
    auth::{keys::SigningKeys, outside::OutsideIssuer},
    config::Config,
};
use policytab_app::App;
use std::sync::Arc;
use tokio::sync::watch;

/// The server's state: everything lasting is in the database.
#[derive(Debug)]
pub struct State {
    /// Use cases.
    pub app: App,
    /// Settings.
    pub config: Config,
    /// Keys of access tokens.
    pub keys: Arc<SigningKeys>,
    /// `iss` of our own access tokens.
    pub issuer: String,
    /// The outside issuer, where configured.
    pub outside: Option<OutsideIssuer>,
    /// Turns true when the process is told to stop: what streams without end must end then.
    pub stopped: watch::Receiver<bool>,
}
