//! Why a download failed, and what people are told.

use policytab_archive::ArchiveError;
use policytab_domain::problem::{Problem, ProblemCode, Upstream};

/// A download that failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GithubError {
    /// No such repository that may be seen.
    #[error("GitHub knows no repository of this name that may be read; a private one needs a token")]
    NotFound,
    /// No such branch, tag or commit.
    #[error("the repository has no branch, tag or commit of this name")]
    RefNotFound,
    /// The token is refused.
    #[error("GitHub refuses the token")]
    Token,
    /// The token may not read this.
    #[error("the token may not read this repository")]
    Forbidden,
    /// The folder holds no JSON file.
    #[error("there is no JSON file in this folder")]
    Empty,
    /// The archive is more than is read, or means harm.
    #[error("{0}")]
    Archive(#[from] ArchiveError),
    /// GitHub wants a pause; seconds, where it says how long.
    #[error("GitHub limits how often it is asked")]
    Throttled(Option<u64>),
    /// It led to another host.
    #[error("GitHub leads to another host, {0}, which is not followed")]
    Redirect(String),
    /// The name leads into a private network.
    #[error("the host leads into a private network, which is not called")]
    Network,
    /// No answer, or not in GitHub's protocol.
    #[error("GitHub did not answer as expected: {0}")]
    Unavailable(String),
}

impl GithubError {
    /// What people are told.
    pub fn problem(&self) -> Problem {
        let upstream = Upstream { service: "github".to_owned(), ..Upstream::default() };
        let problem = match self {
            Self::NotFound | Self::Redirect(_) | Self::Network => Problem::invalid("url", self.to_string()),
            Self::RefNotFound => Problem::invalid("ref", self.to_string()),
            Self::Token | Self::Forbidden => Problem::invalid("token", self.to_string())
                .remedy("Give a token that may read the contents of this repository; an organisation may have to authorise it."),
            Self::Empty | Self::Archive(ArchiveError::Files(_)) => {
                Problem::invalid("folder", self.to_string())
            }
            Self::Archive(_) => Problem::invalid("url", self.to_string()),
            Self::Throttled(seconds) => {
                let mut problem = Problem::new(ProblemCode::Unavailable, format!("{self}."))
                    .remedy("Try again later, or give a token, which may ask more often.");
                problem.retry_after = Some(seconds.unwrap_or(60).clamp(1, 3600));
                problem
            }
            Self::Unavailable(_) => {
                Problem::new(ProblemCode::Unavailable, "GitHub did not answer as expected.")
                    .remedy("Try again in a few minutes, or import the files themselves.")
            }
        };
        problem.upstream(upstream)
    }
}
