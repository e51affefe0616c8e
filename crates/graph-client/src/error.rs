//! What can go wrong, in the product's words.
//!
//! Invariant: neither `Display` nor `Debug` nor the [`Problem`] made of an error holds a secret, a token, or text that
//! the other side sent; of its answer only the status, codes and request ids are kept.

use policytab_domain::{
    cloud::Cloud,
    ids::EntraTenantId,
    import::ImportStep,
    problem::{Problem, ProblemCode, TokenReason, Upstream},
};
use std::time::Duration;

/// Longest wait that is told to people, in seconds: servers have been seen to send absurd ones.
const LONGEST_RETRY_AFTER: u64 = 3600;

/// A failed operation on Entra or Graph.
#[derive(Debug, Clone, thiserror::Error)]
pub enum GraphError {
    /// Entra refused the credentials.
    #[error("Entra refused the credentials: {}", reason.as_str())]
    TokenFailed {
        /// Why.
        reason: TokenReason,
        /// What Entra said.
        upstream: Box<Upstream>,
    },
    /// The token holds no permission at all: consent was never given.
    #[error("the token holds no application permission")]
    ConsentMissing {
        /// The required permissions.
        missing: Vec<String>,
    },
    /// The credentials alone did not tell their tenant.
    #[error("the tenant could not be detected from the credentials")]
    TenantNotDetected {
        /// What Entra said, where it refused.
        upstream: Option<Box<Upstream>>,
    },
    /// The hint is no tenant id, no domain, or none that this cloud knows.
    #[error("the tenant hint is not valid: {detail}")]
    TenantHintInvalid {
        /// Which of them, one sentence.
        detail: &'static str,
        /// What Entra said, where it was asked.
        upstream: Option<Box<Upstream>>,
    },
    /// A token or the directory belongs to another tenant than the one asked for.
    #[error("expected tenant {expected}, found {found}")]
    TenantMismatch {
        /// The tenant that was asked for.
        expected: EntraTenantId,
        /// The tenant that answered.
        found: EntraTenantId,
    },
    /// Graph refused a read for want of a permission.
    #[error("the permission {permission} is missing to read {what}")]
    PermissionMissing {
        /// The application permission that opens it.
        permission: &'static str,
        /// What could not be read.
        what: &'static str,
        /// What Graph said.
        upstream: Box<Upstream>,
    },
    /// Still throttled after the retries, or asked to wait longer than there is time.
    #[error("throttled while reading {what}")]
    Throttled {
        /// What was being read.
        what: &'static str,
        /// How long the service asks to wait, where it says.
        retry_after: Option<Duration>,
        /// What it said.
        upstream: Box<Upstream>,
    },
    /// Microsoft refused a request in another way.
    #[error("reading {what} was refused")]
    Refused {
        /// What was being read.
        what: &'static str,
        /// What was said.
        upstream: Box<Upstream>,
    },
    /// Microsoft did not answer, or not in its protocol.
    #[error("reading {what} failed: {detail}")]
    Unavailable {
        /// What was being read.
        what: &'static str,
        /// What is wrong with the answer, in our words.
        detail: &'static str,
        /// What is known of the answer.
        upstream: Option<Box<Upstream>>,
    },
    /// This deployment does not enable that cloud.
    #[error("the cloud {cloud} is not enabled here")]
    CloudDisabled {
        /// Which.
        cloud: Cloud,
    },
}

impl GraphError {
    /// The same for people and programs, by the product's table.
    pub fn problem(&self) -> Problem {
        match self {
            Self::TokenFailed { reason, upstream } => {
                Problem::token_failed(*reason, token_detail(*reason, upstream)).upstream((**upstream).clone())
            }
            Self::ConsentMissing { missing } => {
                let reason = TokenReason::AdminConsentMissing;
                let mut problem = Problem::token_failed(
                    reason,
                    "The credentials are right, but no application permission has been granted to the app yet.",
                );
                problem.missing_permissions.clone_from(missing);
                problem
            }
            Self::TenantNotDetected { upstream } => told(
                Problem::new(
                    ProblemCode::TenantNotDetected,
                    "Entra does not tell the tenant of an app from its credentials alone.",
                ),
                upstream.as_deref(),
            ),
            Self::TenantHintInvalid { detail, upstream } => {
                told(Problem::new(ProblemCode::TenantHintInvalid, *detail), upstream.as_deref())
            }
            Self::TenantMismatch { expected, found } => Problem::new(
                ProblemCode::TenantMismatch,
                format!("The tenant {expected} was expected, but {found} answered."),
            )
            .with("expected_tenant_id", expected.to_string())
            .with("found_tenant_id", found.to_string()),
            Self::PermissionMissing { permission, what, upstream } => {
                let mut problem = Problem::new(
                    ProblemCode::GraphPermissionMissing,
                    format!(
                        "Microsoft Graph refuses to read {what} without the application permission {permission}."
                    ),
                );
                problem.missing_permissions.push((*permission).to_owned());
                problem.upstream((**upstream).clone())
            }
            Self::Throttled { what, retry_after, upstream } => {
                let mut problem = Problem::new(
                    ProblemCode::GraphThrottled,
                    format!("Microsoft asked to slow down while {what} was read."),
                );
                let seconds = retry_after.map_or(1, |wait| wait.as_secs_f64().ceil() as u64);
                problem.retry_after = Some(seconds.clamp(1, LONGEST_RETRY_AFTER));
                problem.upstream((**upstream).clone())
            }
            Self::Refused { what, upstream } => Problem::new(
                ProblemCode::GraphUnavailable,
                format!("Microsoft refused the request that reads {what}."),
            )
            .upstream((**upstream).clone()),
            Self::Unavailable { what, detail, upstream } => told(
                Problem::new(
                    ProblemCode::GraphUnavailable,
                    format!("Reading {what} from Microsoft failed: {detail}."),
                ),
                upstream.as_deref(),
            ),
            Self::CloudDisabled { cloud } => {
                Problem::invalid("cloud", format!("The cloud {cloud} is not enabled in this deployment."))
            }
        }
    }

    /// For spans: what became of a call.
    pub(crate) fn outcome(&self) -> &'static str {
        match self {
            Self::PermissionMissing { .. } => "forbidden",
            Self::Throttled { .. } => "throttled",
            Self::Unavailable { .. } => "unavailable",
            _ => "refused",
        }
    }

    /// The HTTP status that came with a refusal, where one did.
    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { upstream, .. }
            | Self::PermissionMissing { upstream, .. }
            | Self::TokenFailed { upstream, .. }
            | Self::Throttled { upstream, .. } => upstream.status,
            Self::Unavailable { upstream, .. } => upstream.as_ref().and_then(|upstream| upstream.status),
            _ => None,
        }
    }
}

fn told(problem: Problem, upstream: Option<&Upstream>) -> Problem {
    match upstream {
        Some(upstream) => problem.upstream(upstream.clone()),
        None => problem,
    }
}

fn token_detail(reason: TokenReason, upstream: &Upstream) -> String {
    let what = match reason {
        _ if upstream.service == "graph" => "Microsoft Graph does not accept the app's token.",
        TokenReason::InvalidSecret => "The client secret is not valid for this app.",
        TokenReason::ExpiredSecret => "The client secret of this app has expired.",
        TokenReason::AppNotFound => "The tenant knows no app with this client id.",
        TokenReason::AppDisabled => "The app is disabled in the tenant.",
        TokenReason::TenantNotFound => "Entra can't find the tenant, or it is blocked.",
        TokenReason::AdminConsentMissing => "No application permission has been granted to the app yet.",
        TokenReason::BlockedByPolicy => {
            "A Conditional Access policy of the tenant blocks the app from signing in."
        }
        TokenReason::Other => "Entra refused the sign-in of the app.",
    };
    match upstream.aadsts {
        Some(number) => format!("{what} (AADSTS{number})"),
        None => what.to_owned(),
    }
}

/// The step of an import that failed, and why.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}: {error}", step.as_str())]
pub struct StepFailure {
    /// The step.
    pub step: ImportStep,
    /// Why.
    #[source]
    pub error: GraphError,
}

/// Names the step at which a result failed.
pub(crate) trait AtStep<T> {
    fn at(self, step: ImportStep) -> Result<T, StepFailure>;
}

impl<T> AtStep<T> for Result<T, GraphError> {
    fn at(self, step: ImportStep) -> Result<T, StepFailure> {
        self.map_err(|error| StepFailure { step, error })
    }
}
