//! Why a use case failed: a problem for the caller, or a fault of ours for the log.

use policytab_domain::problem::{Problem, ProblemCode};
use policytab_graph_client::GraphError;
use policytab_store::StoreError;

/// The reason of a refusal for want of capacity.
pub const OVERLOADED: &str = "overloaded";

/// What use cases return.
pub type AppResult<T> = Result<T, AppError>;

/// A failed use case.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The caller can be told.
    #[error("{}: {}", .0.code.as_str(), .0.detail)]
    Problem(Box<Problem>),
    /// Only the log can.
    #[error("internal error")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl AppError {
    /// A fault of ours.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }

    /// What the caller is told.
    pub fn problem(&self) -> Problem {
        match self {
            Self::Problem(problem) => (**problem).clone(),
            Self::Internal(_) => {
                Problem::new(ProblemCode::Internal, "The log has the details under this request id.")
            }
        }
    }
}

impl From<Problem> for AppError {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

impl From<GraphError> for AppError {
    fn from(error: GraphError) -> Self {
        error.problem().into()
    }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        use ProblemCode as C;
        let problem = match error {
            StoreError::NotFound { what } => Problem::not_found(what),
            StoreError::VersionMismatch => {
                Problem::new(C::PreconditionFailed, "It was changed since the version in If-Match.")
            }
            StoreError::NameTaken => {
                Problem::new(C::Conflict, "This name is taken; names are compared without regard to case.")
                    .reason("name_taken")
            }
            StoreError::TenantTaken { customer_id, display_name } => Problem::new(
                C::TenantAlreadyConnected,
                format!("The customer \"{display_name}\" is connected to this tenant."),
            )
            .with("customer_id", customer_id.to_string())
            .with("customer_name", display_name),
            StoreError::TenantMismatch { expected } => Problem::new(
                C::TenantMismatch,
                format!("This customer is the tenant {expected}; the credentials belong to another."),
            ),
            StoreError::ImportRunning { import_id } => {
                Problem::new(C::ImportInProgress, "An import of this customer is queued or running.")
                    .with("import_id", import_id.to_string())
            }
            StoreError::BaselineInUse { customers } => {
                let names: Vec<_> = customers.iter().take(5).map(|(_, name)| format!("\"{name}\"")).collect();
                let more = if customers.len() > names.len() { " and others" } else { "" };
                Problem::new(
                    C::Conflict,
                    format!("Customers are compared with it: {}{more}.", names.join(", ")),
                )
                .reason("baseline_in_use")
                .remedy("Choose another comparison baseline for these customers first.")
            }
            StoreError::LastOwner => {
                Problem::new(C::Conflict, "The last owner can be neither removed nor demoted.")
                    .reason("last_owner")
                    .remedy("Make somebody else an owner first.")
            }
            StoreError::InvalidCursor => {
                Problem::invalid("cursor", "was not given by this list in this order")
            }
            StoreError::Conflict(what) => Problem::new(C::Conflict, what.to_owned()),
            StoreError::Busy => {
                let detail = "This server has more to ask its database than it can.";
                let mut problem = Problem::new(C::Unavailable, detail).reason(OVERLOADED);
                problem.retry_after = Some(1);
                problem
            }
            StoreError::Unavailable(cause) => {
                tracing::warn!(%cause, "the database is unavailable");
                let mut problem = Problem::new(C::Unavailable, "The database can't answer right now.");
                problem.retry_after = Some(2);
                problem
            }
            other => return Self::internal(other),
        };
        problem.into()
    }
}
