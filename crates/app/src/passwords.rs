//! Passwords: argon2id, hashed and verified off the request threads, at most two at a time. Who would wait behind too
//! many others is refused at once.

use crate::AppError;
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use policytab_domain::problem::{Problem, ProblemCode};
use policytab_store::{Queue, Waiting};
use secrecy::{ExposeSecret as _, SecretString};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Shortest and longest password, in characters.
pub const LENGTH: std::ops::RangeInclusive<usize> = 12..=200;

/// Memory in KiB, passes and lanes: the first of the settings that OWASP's password storage guidance names for
/// argon2id.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);

/// Why a password could not be hashed or checked.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Too many wait already.
    #[error("too many passwords wait to be hashed")]
    Busy,
    /// A defect.
    #[error("password hashing failed: {0}")]
    Failed(String),
}

impl From<PasswordError> for AppError {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy => {
                let detail = "More people are signing in than this server can check passwords for.";
                let mut problem = Problem::new(ProblemCode::Unavailable, detail).reason("overloaded");
                problem.retry_after = Some(1);
                problem.into()
            }
            failed @ PasswordError::Failed(_) => Self::internal(failed),
        }
    }
}

/// Passwords that may wait where nothing else is said.
const WAITING: usize = 32;

/// Hashes and checks passwords.
#[derive(Debug, Clone)]
pub struct Passwords {
    /// Hashing takes a core and 19 MiB each: more at once would starve other requests.
    gate: Arc<Semaphore>,
    queue: Queue,
    /// A hash of nothing anybody knows: unknown addresses cost the same time as known ones.
    decoy: Arc<str>,
}

impl Passwords {
    /// Prepares the gate and the decoy.
    pub fn new() -> Result<Self, PasswordError> {
        Self::with_waiting(WAITING)
    }

    /// The same, with this many passwords that may wait.
    pub fn with_waiting(limit: usize) -> Result<Self, PasswordError> {
        let decoy = hash(uuid::Uuid::new_v4().to_string().as_bytes())?;
        Ok(Self { gate: Arc::new(Semaphore::new(2)), queue: Queue::new(limit), decoy: decoy.into() })
    }

    /// How many wait.
    pub fn waiting(&self) -> Waiting {
        self.queue.state()
    }

    /// The PHC string of a password.
    pub async fn hash(&self, password: SecretString) -> Result<SecretString, PasswordError> {
        self.run(move || hash(password.expose_secret().as_bytes())).await?.map(Into::into)
    }

    /// Whether a password belongs to a hash; without a hash, `false` after the same work.
    pub async fn verify(
        &self,
        password: SecretString,
        phc: Option<SecretString>,
    ) -> Result<bool, PasswordError> {
        let decoy = Arc::clone(&self.decoy);
        self.run(move || {
            let known = phc.is_some();
            let phc = phc.unwrap_or_else(|| decoy.to_string().into());
            let Ok(parsed) = PasswordHash::new(phc.expose_secret()) else { return false };
            let fits = argon()
                .is_ok_and(|a| a.verify_password(password.expose_secret().as_bytes(), &parsed).is_ok());
            known && fits
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PasswordError> {
        let permit = match Arc::clone(&self.gate).try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => {
                let _waiting = self.queue.enter().ok_or(PasswordError::Busy)?;
                let turn = Arc::clone(&self.gate).acquire_owned().await;
                turn.map_err(|e| PasswordError::Failed(e.to_string()))?
            }
        };
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        })
        .await
        .map_err(|e| PasswordError::Failed(e.to_string()))
    }
}

fn argon() -> Result<Argon2<'static>, PasswordError> {
    let params =
        Params::new(COST.0, COST.1, COST.2, None).map_err(|e| PasswordError::Failed(e.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &[u8]) -> Result<String, PasswordError> {
    argon()?.hash_password(password).map(|h| h.to_string()).map_err(|e| PasswordError::Failed(e.to_string()))
}

/// The problem with a new password, if there is one.
pub fn check_new(password: &SecretString) -> Result<(), Problem> {
    let length = password.expose_secret().chars().count();
    if LENGTH.contains(&length) {
        Ok(())
    } else {
        Err(Problem::invalid("password", "must have between 12 and 200 characters"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_own_hash_only() {
        let passwords = Passwords::new().unwrap();
        let phc = passwords.hash("correct horse battery".into()).await.unwrap();
        assert!(phc.expose_secret().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(passwords.verify("correct horse battery".into(), Some(phc.clone())).await.unwrap());
        assert!(!passwords.verify("correct horse".into(), Some(phc)).await.unwrap());
        assert!(!passwords.verify("anything".into(), None).await.unwrap());
    }

    #[tokio::test]
    async fn who_would_wait_behind_too_many_is_refused_at_once() {
        let passwords = Passwords::with_waiting(3).unwrap();
        let all = (0..20).map(|_| passwords.verify("anything".into(), None));
        let ended = futures_util::future::join_all(all).await;
        let busy = ended.iter().filter(|end| matches!(end, Err(PasswordError::Busy))).count();
        // Two are hashed and three wait; the others came at the same moment.
        assert_eq!(busy, 15);
        assert_eq!(passwords.waiting(), Waiting { used: 0, limit: 3, refused: 15 });
        assert!(!passwords.verify("anything".into(), None).await.unwrap());
    }
}
