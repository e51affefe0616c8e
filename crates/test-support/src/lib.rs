//! Test databases on a real PostgreSQL, forged tokens, and one way to say what a test skips. A development dependency only.
//!
//! Every test gets a database of its own, copied from a template that is migrated once in a test run. All processes of
//! a run share one throwaway cluster, which the first test that wants a database starts; a small watcher stops it and
//! removes its files when the runner (`cargo nextest` or `cargo test`) has ended, however it ended.
//!
//! `POLICYTAB_TEST_PG`, a superuser's URL, takes an existing throwaway server instead: its `policytab_*` roles get new
//! passwords. `PG_BIN` chooses the programs of the cluster, for instance those of the oldest supported version.
//!
//! The feature `databases` is for crates above the store, `tokens` for whoever attacks sign-ins; others take the rest without them.

#[cfg(feature = "databases")]
mod db;
#[cfg(feature = "tokens")]
pub mod forge;
mod properties;
#[cfg(feature = "databases")]
mod runner;
#[cfg(feature = "databases")]
mod shared;
mod skip;

#[cfg(feature = "databases")]
pub use db::TestDb;
pub use properties::cases;
pub use skip::{shared, skip, skip_forbidden};
