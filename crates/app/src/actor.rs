//! Who acts, as far as use cases and the audit trail need to know.

use policytab_domain::{
    ids::UserId,
    problem::{Problem, ProblemCode},
    role::Role,
    tenancy::MspScope,
};
use uuid::Uuid;

/// Kinds of credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActorKind {
    /// A person of the MSP.
    User,
    /// An API token.
    ApiToken,
    /// A person of the configured outside issuer.
    External,
    /// The service itself: a worker, a command on the server.
    System,
}

impl ActorKind {
    /// The name in the audit trail.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::ApiToken => "api_token",
            Self::External => "external",
            Self::System => "system",
        }
    }
}

/// A verified actor.
#[derive(Debug, Clone)]
pub struct Actor {
    /// For which MSP.
    pub scope: MspScope,
    /// With what kind of credential.
    pub kind: ActorKind,
    /// Id of the person or token, as its issuer names it.
    pub id: String,
    /// The person, where it is one of the MSP's own.
    pub user_id: Option<UserId>,
    /// The session, where there is one: an access token of our own has it.
    pub session: Option<Uuid>,
    /// Name, for the audit trail.
    pub name: String,
    /// Address, where there is one.
    pub email: Option<String>,
    /// Role.
    pub role: Role,
    /// Address the request came from.
    pub ip: Option<String>,
    /// The request's id.
    pub request_id: Option<String>,
}

impl Actor {
    /// The service itself, in a worker.
    pub fn system(scope: MspScope, name: &str) -> Self {
        Self {
            scope,
            kind: ActorKind::System,
            id: name.to_owned(),
            user_id: None,
            session: None,
            name: name.to_owned(),
            email: None,
            role: Role::Owner,
            ip: None,
            request_id: None,
        }
    }

    /// The person, or `forbidden`: what belongs to an account is not for tokens and people of an outside issuer.
    pub fn person(&self) -> Result<UserId, Problem> {
        self.user_id.ok_or_else(|| {
            Problem::new(
                ProblemCode::Forbidden,
                "Only people who sign in with a password have an account here.",
            )
            .remedy("Sign in with email and password.")
        })
    }

    /// Fails with `forbidden`, naming the role, unless the actor's role covers it.
    pub fn need(&self, role: Role) -> Result<(), Problem> {
        if self.role.covers(role) { Ok(()) } else { Err(forbidden(role)) }
    }
}

/// The problem of a role that is too low.
pub fn forbidden(needed: Role) -> Problem {
    Problem::new(ProblemCode::Forbidden, format!("This needs the role {needed} or higher."))
        .with("required_role", needed.as_str())
}
