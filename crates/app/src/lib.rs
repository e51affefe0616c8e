//! Use cases and job handlers: connect, import, compare, library, fleet.
//!
//! Knows neither HTTP nor SQL: it takes an [`Actor`] whose credential was verified, works through the store's scoped
//! transactions, and calls Microsoft only outside of them.

pub mod acceptances;
pub mod account;
pub mod actor;
mod analysis;
mod anew;
pub mod api_tokens;
pub mod audit;
pub mod baseline_edits;
pub mod baseline_followers;
pub mod baseline_gold;
pub mod baseline_sources;
pub mod baseline_versions;
pub mod baselines;
pub mod bindings;
mod built_in;
pub mod connect;
pub mod coverage;
pub mod customers;
pub mod devices;
pub mod emergency;
pub mod error;
pub mod evaluate;
pub mod exports;
pub mod guesses;
pub mod idempotency;
pub mod import_run;
pub mod imports;
pub mod keys;
pub mod operate;
pub mod passwords;
mod progress;
pub mod reports;
pub mod rotation;
pub mod second_factor;
pub mod sessions;
pub mod setup;
pub mod snapshots;
pub mod tokens;
pub mod users;
pub mod worker;
pub mod workspace;

pub use actor::{Actor, ActorKind};
pub use analysis::{stored_names, stored_set};
pub use error::{AppError, AppResult};

use policytab_github_client::GithubClient;
use policytab_graph_client::GraphClient;
use policytab_store::Store;
use std::sync::Arc;

/// Everything a use case works with. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The database.
    pub store: Store,
    /// Microsoft.
    pub graph: GraphClient,
    /// Where baselines come from.
    pub github: GithubClient,
    /// Keys that seal customers' secrets.
    pub keyring: Arc<keys::Keys>,
    /// Password hashing.
    pub passwords: passwords::Passwords,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").finish_non_exhaustive()
    }
}
