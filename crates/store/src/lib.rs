//! PostgreSQL behind a tenant scope: the only crate that speaks SQL.
//!
//! Invariant: no row of an MSP is read or written outside [`Store::read`] and [`Store::write`]. Both need an
//! `MspScope`, begin a transaction that carries it, and hand out a [`TenantTx`]; the pool and its connections are
//! private to this crate. Row level security in the database says the same once more. What must look across MSPs
//! before one is known (login, token lookups, the job queue) is a closed list of methods on [`Store`].
//!
//! Nouns come first: `customer_fetch`, `import_insert`. `*_lookup` proves that something exists in the scope and
//! returns a reference, `*_fetch` returns data.
//!
//! What the compiler accepts:
//!
//! ```no_run
//! use policytab_domain::{ids::CustomerId, tenancy::MspScope};
//! use policytab_store::{Connection, CustomerRef, NewCustomer, ReadOnly, Store, StoreError, TenantTx};
//!
//! async fn connection(tx: &mut TenantTx<ReadOnly>, id: CustomerId) -> Result<Option<Connection>, StoreError> {
//!     let customer: CustomerRef = tx.customer_lookup(id).await?;
//!     tx.connection_fetch(&customer).await
//! }
//! async fn add(store: &Store, scope: &MspScope, new: &NewCustomer) -> Result<(), StoreError> {
//!     let customer = store.write(scope, async |tx| tx.customer_insert(new).await).await?;
//!     store.read(scope, async |tx| connection(tx, customer.id).await).await?;
//!     Ok(())
//! }
//! ```
//!
//! Ways around it, each of which it refuses:
//!
//! ```compile_fail,E0616
//! // The pool is out of reach.
//! fn f(store: &policytab_store::Store) { let _ = &store.pool; }
//! ```
//! ```compile_fail,E0624
//! // So is a bare connection.
//! async fn f(store: &policytab_store::Store) { let _ = store.connection().await; }
//! ```
//! ```compile_fail,E0616
//! // And the connection of a transaction.
//! fn f(tx: &mut policytab_store::TenantTx<policytab_store::ReadOnly>) { let _ = &mut tx.conn; }
//! ```
//! ```compile_fail,E0624
//! // A transaction begins in the store only.
//! async fn f(store: &policytab_store::Store, scope: &policytab_domain::tenancy::MspScope) {
//!     let _ = policytab_store::TenantTx::<policytab_store::ReadOnly>::begin(store, scope).await;
//! }
//! ```
//! ```compile_fail
//! // And does not leave its closure.
//! async fn f(store: &policytab_store::Store, scope: &policytab_domain::tenancy::MspScope) {
//!     let mut kept = None;
//!     let _ = store.read(scope, async |tx| { kept = Some(tx); Ok::<_, policytab_store::StoreError>(()) }).await;
//! }
//! ```
//! ```compile_fail,E0451
//! // A reference to a customer comes from a lookup only.
//! fn f(id: policytab_domain::ids::CustomerId) -> policytab_store::CustomerRef {
//!     policytab_store::CustomerRef { id }
//! }
//! ```
//! ```compile_fail,E0308
//! // A bare id is no proof.
//! async fn f(tx: &mut policytab_store::TenantTx<policytab_store::ReadOnly>, id: policytab_domain::ids::CustomerId) {
//!     let _ = tx.connection_fetch(&id).await;
//! }
//! ```
//! ```compile_fail,E0451
//! // A scope is not a literal. (Its constructor is disallowed by clippy, with a counted list of exceptions.)
//! fn f(msp_id: policytab_domain::ids::MspId) -> policytab_domain::tenancy::MspScope {
//!     policytab_domain::tenancy::MspScope { msp_id }
//! }
//! ```
//! ```compile_fail,E0308
//! // An MSP's id is no scope.
//! async fn f(store: &policytab_store::Store, msp_id: policytab_domain::ids::MspId) {
//!     let _ = store.read(&msp_id, async |tx| tx.fleet_counts().await).await;
//! }
//! ```
//! ```compile_fail,E0599
//! // A reading transaction has no insert.
//! async fn f(tx: &mut policytab_store::TenantTx<policytab_store::ReadOnly>, new: &policytab_store::NewCustomer) {
//!     let _ = tx.customer_insert(new).await;
//! }
//! ```
//! ```compile_fail,E0599
//! // There is no query on the store itself.
//! async fn f(store: &policytab_store::Store, id: policytab_domain::ids::CustomerId) {
//!     let _ = store.customer_fetch(id).await;
//! }
//! ```
//! ```compile_fail,E0603
//! // The tables are private, so no query can be built outside.
//! use policytab_store::schema::customers;
//! ```

mod acceptances;
mod api_tokens;
mod audit;
mod baseline_versions;
mod baselines;
mod bindings;
mod boot;
mod co_managed;
mod connections;
mod customer_edit;
mod customer_list;
mod customers;
mod documents;
mod emergency;
mod error;
mod events;
mod idempotency;
mod import_finish;
mod imports;
mod jobs;
mod lanes;
mod login;
mod look;
mod master_keys;
mod migrate;
mod msps;
mod page;
mod patience;
mod queue;
mod refresh_tokens;
mod reports;
mod schema;
mod sealed;
mod second_factors;
mod session;
mod snapshot_facts;
mod snapshot_people;
mod snapshots;
mod spans;
mod store;
mod tx;
mod users;

pub use acceptances::{EndedBecause, NewAcceptance, StoredAcceptance};
pub use api_tokens::{ApiToken, NewApiToken};
pub use audit::{AuditEntry, AuditFilter, AuditRow, AuditVerdict};
pub use baseline_versions::{BaselineVersion, CustomerUse, NewVersion};
pub use baselines::{Baseline, BaselinePatch, NewBaseline};
pub use boot::BootError;
pub use co_managed::CoManagedBaseline;
pub use connections::{Connection, ConnectionCheck, NewConnection};
pub use customer_list::{CustomerFilter, CustomerSort, FleetCounts};
pub use customers::{
    Customer, CustomerCounts, CustomerPatch, CustomerRef, ImportedFacts, NewCustomer, Tenant,
};
pub use documents::{CanonicalDocument, StoredDocument};
pub use error::StoreError;
pub use events::{EventKind, Notice, Notices};
pub use idempotency::{Idempotency, IdempotencyKey, StoredResponse};
pub use imports::{Import, StepRow};
pub use jobs::{ClaimedJob, JobKind, QueueStats};
pub use login::{ApiTokenHit, Attempt, LoginCandidate, RefreshHit, Swept};
pub use look::{DatabaseFacts, look};
pub use master_keys::KnownKey;
pub use migrate::{MigrateError, migrate, migrate_one, revert_all};
pub use msps::{ListedMsp, Msp, MspPatch};
pub use page::Page;
pub use queue::{Queue, Waiting};
pub use refresh_tokens::{LiveSession, NewRefreshToken, RefreshRotation, SeenFrom, Standing};
pub use reports::{NewReport, Report};
pub use sealed::{SealedAnswer, SealedSecret};
pub use second_factors::{SealedFactor, SecondFactor};
pub use snapshots::{NewSnapshot, Snapshot};
pub use store::{Store, StoreConfig};
pub use tx::{Mode, ReadOnly, ReadWrite, TenantTx, TxFn};
pub use users::{NewUser, User, UserPatch};
