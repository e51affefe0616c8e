//! What can go wrong in the store, as callers tell it apart.
//!
//! `Display` never shows row content: PostgreSQL's `detail` and `context` can quote values, so they stay in the
//! source and are not printed by it either.

use diesel::result::{DatabaseErrorKind, Error as Diesel};
use policytab_domain::ids::{CustomerId, EntraTenantId, ImportId};

/// An error of the store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no such thing in this scope; `what` is its noun. Another MSP's things look the same.
    #[error("there is no such {what}")]
    NotFound {
        /// The noun.
        what: &'static str,
    },
    /// It was changed since the version that the caller saw.
    #[error("it was changed meanwhile")]
    VersionMismatch,
    /// The display name (of a user: the email address) is taken in this MSP, without regard to case.
    #[error("the name is taken")]
    NameTaken,
    /// Another customer of this MSP is this tenant.
    #[error("another customer is this tenant")]
    TenantTaken {
        /// Which.
        customer_id: CustomerId,
        /// Its display name.
        display_name: String,
    },
    /// The customer is another tenant than the one given.
    #[error("the customer is another tenant")]
    TenantMismatch {
        /// The tenant that this customer is.
        expected: EntraTenantId,
    },
    /// An import of this customer is queued or running.
    #[error("an import is queued or running")]
    ImportRunning {
        /// Which.
        import_id: ImportId,
    },
    /// Customers are compared with the baseline, or imports will be.
    #[error("the baseline is in use by {} customer(s)", customers.len())]
    BaselineInUse {
        /// Their ids and display names, in order of name.
        customers: Vec<(CustomerId, String)>,
    },
    /// The last owner can be neither removed nor demoted.
    #[error("the last owner must stay")]
    LastOwner,
    /// The job's lease ran out and another worker has it, or the job is gone.
    #[error("the job's lease is lost")]
    LeaseLost,
    /// The row is not in the state that this step needs.
    #[error("conflict: {0}")]
    Conflict(&'static str),
    /// The cursor was not made by this list with these settings.
    #[error("the cursor is not valid here")]
    InvalidCursor,
    /// More wait for a connection than may.
    #[error("too many wait for a connection")]
    Busy,
    /// The database can't be reached, or no connection became free in time.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// A row holds what this program cannot have written.
    #[error("stored data is corrupt: {0}")]
    Corrupt(&'static str),
    /// A statement failed earlier in this transaction and its error was not passed on: nothing was committed.
    #[error("the transaction had failed before it was to be committed")]
    Aborted,
    /// PostgreSQL refused a statement: a defect of this program, or of the database's set-up.
    #[error("the database refused a statement ({0})")]
    Database(#[source] DatabaseError),
}

/// A refusal by PostgreSQL: its message and the constraint, without values.
#[derive(Debug, thiserror::Error)]
#[error("{message}{}", constraint.as_deref().map(|c| format!(" (constraint {c})")).unwrap_or_default())]
pub struct DatabaseError {
    message: String,
    constraint: Option<String>,
}

impl From<Diesel> for StoreError {
    fn from(error: Diesel) -> Self {
        match error {
            Diesel::NotFound => Self::NotFound { what: "row" },
            Diesel::DatabaseError(
                DatabaseErrorKind::UnableToSendCommand | DatabaseErrorKind::ClosedConnection,
                info,
            ) => Self::Unavailable(info.message().to_owned()),
            Diesel::DatabaseError(_, info) => {
                // A timeout, an administrator, a deadlock: all may go better next time. PostgreSQL's texts, since diesel
                // drops the code.
                let message = info.message();
                if message.starts_with("canceling statement")
                    || message.starts_with("terminating connection")
                    || message.starts_with("deadlock detected")
                {
                    return Self::Unavailable(message.to_owned());
                }
                Self::Database(DatabaseError {
                    message: message.to_owned(),
                    constraint: info.constraint_name().map(str::to_owned),
                })
            }
            Diesel::BrokenTransactionManager => {
                Self::Unavailable("the connection broke in a transaction".to_owned())
            }
            other => Self::Database(DatabaseError { message: other.to_string(), constraint: None }),
        }
    }
}

/// Whether `error` is a violation of the unique constraint or index `name`.
pub(crate) fn violates(error: &Diesel, name: &str) -> bool {
    matches!(error, Diesel::DatabaseError(DatabaseErrorKind::UniqueViolation, info)
        if info.constraint_name() == Some(name))
}

/// Finds or `NotFound`.
pub(crate) trait OrNotFound<T> {
    fn or_not_found(self, what: &'static str) -> Result<T, StoreError>;
}

impl<T> OrNotFound<T> for Result<Option<T>, Diesel> {
    fn or_not_found(self, what: &'static str) -> Result<T, StoreError> {
        self?.ok_or(StoreError::NotFound { what })
    }
}

/// One row touched, or `NotFound`.
pub(crate) fn one_row(touched: usize, what: &'static str) -> Result<(), StoreError> {
    if touched == 0 { Err(StoreError::NotFound { what }) } else { Ok(()) }
}
