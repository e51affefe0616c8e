//! How often anybody may guess. Counts are in the database under hashes, so that all nodes share them; each is for an hour
//! that begins with its first attempt. What is counted apart, and why: decision 095.

use crate::{App, AppResult};
use policytab_domain::{
    ids::UserId,
    problem::{Problem, ProblemCode},
};
use sha2::{Digest as _, Sha256};
use std::time::Duration;
use uuid::Uuid;

const WINDOW: Duration = Duration::from_secs(3600);

/// Attempts in an hour: at an address (email) by whoever comes from an unknown device, from one known device, by who is
/// signed in to prove it once more, and from one network address. The last protects the service, the others people's passwords.
const BY_STRANGERS: u32 = 20;
const BY_A_DEVICE: u32 = 10;
const BY_THEMSELVES: u32 = 20;
const FROM_A_NETWORK: u32 = 200;

/// What names an account before anybody is known: the hash of the address in lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Account(pub(crate) [u8; 32]);

impl Account {
    pub(crate) fn of(email: &str) -> Self {
        Self(key("account", email.to_lowercase().as_bytes()))
    }

    /// What strangers may try.
    pub(crate) fn strangers(&self) -> Budget {
        Budget { key: self.0, limit: BY_STRANGERS }
    }

    /// What may be tried from a device that this account knows.
    pub(crate) fn device(&self, id: Uuid) -> Budget {
        Budget { key: key("device", &[self.0.as_slice(), id.as_bytes()].concat()), limit: BY_A_DEVICE }
    }
}

/// Attempts that are counted together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Budget {
    key: [u8; 32],
    limit: u32,
}

impl Budget {
    /// What a person who is signed in may try.
    pub(crate) fn person(user: UserId) -> Self {
        Self { key: key("person", user.to_string().as_bytes()), limit: BY_THEMSELVES }
    }

    /// What may be tried from a network address.
    pub(crate) fn network(ip: &str) -> Self {
        Self { key: key("ip", network(ip).as_bytes()), limit: FROM_A_NETWORK }
    }

    /// Counts an attempt before it is made: many at once would all look before any is counted.
    ///
    /// # Errors
    /// `rate_limited` when none is left.
    pub(crate) async fn take(&self, app: &App) -> AppResult<()> {
        let attempt = app.store.login_attempt(&self.key, WINDOW, self.limit).await?;
        if attempt.allowed {
            return Ok(());
        }
        let mut problem = Problem::new(ProblemCode::RateLimited, "There were too many attempts to sign in.");
        problem.retry_after = Some(attempt.retry_after.as_secs().max(1));
        Err(problem.into())
    }

    /// The same; whether one was left.
    pub(crate) async fn take_if_left(&self, app: &App) -> AppResult<bool> {
        Ok(app.store.login_attempt(&self.key, WINDOW, self.limit).await?.allowed)
    }

    /// One less: it was no guess.
    pub(crate) async fn give_back(&self, app: &App) -> AppResult<()> {
        Ok(app.store.login_attempt_take_back(&self.key).await?)
    }

    /// None at all.
    pub(crate) async fn forget(&self, app: &App) -> AppResult<()> {
        Ok(app.store.login_attempts_reset(&self.key).await?)
    }
}

/// The part of a network address that one caller has to themselves: of IPv6 the first 64 bits.
pub fn network(ip: &str) -> String {
    match ip.parse() {
        Ok(std::net::IpAddr::V6(v6)) => {
            v6.segments()[..4].iter().map(|s| format!("{s:x}")).collect::<Vec<_>>().join(":")
        }
        _ => ip.to_owned(),
    }
}

fn key(kind: &str, value: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(kind).chain_update(":").chain_update(value).finalize().into()
}
