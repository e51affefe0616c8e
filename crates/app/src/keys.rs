//! The deployment's key ring: read from its file, and believed once the database agrees.
//!
//! The database knows each key that has sealed something, by its name and a check value. A server whose file is missing,
//! broken, or of another deployment starts all the same: it says so, and neither seals nor opens anything until the
//! right file is back. A missing file is made anew only where nothing has ever been sealed. The file is read again
//! every few seconds, so that a rotation needs no restart.

use crate::{App, AppError, worker};
use policytab_domain::problem::{Problem, ProblemCode};
use policytab_store::{KnownKey, Store};
use policytab_vault::{KeyRing, SealContext, VaultError};
use secrecy::SecretString;
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};
use tokio::sync::watch;

/// How often the key file and the database are compared.
pub const REFRESH: Duration = Duration::from_secs(5);

/// How often a key is offered to the database while other servers do the same.
const TRIES: usize = 5;

/// What the key ring is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// It opens whatever is stored, and seals.
    Usable,
    /// It seals. Either a key that some stored secrets need is missing, or the key file has become unusable and the
    /// ring that was read before stays in use.
    Degraded,
    /// Nothing is sealed or opened.
    Unusable,
}

impl KeyState {
    /// The name in `/readyz` and in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Usable => "usable",
            Self::Degraded => "degraded",
            Self::Unusable => "unusable",
        }
    }
}

/// The key ring in use, and what is known of it.
pub struct Keys {
    path: PathBuf,
    now: RwLock<Held>,
}

#[derive(Clone)]
struct Held {
    /// Usable, if there is one.
    ring: Option<Arc<KeyRing>>,
    state: KeyState,
    /// For the log, and empty when all is well. Names keys, and shows none.
    why: String,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").field("path", &self.path).field("state", &self.state()).finish_non_exhaustive()
    }
}

impl Keys {
    /// Reads the key file and compares it with what the database knows. Never fails: what is wrong is in the state.
    pub async fn load(store: &Store, path: &Path) -> Self {
        let held = Held { ring: None, state: KeyState::Unusable, why: String::new() };
        let keys = Self { path: path.to_owned(), now: RwLock::new(held) };
        keys.refresh(store).await;
        keys
    }

    /// The same once more.
    pub async fn refresh(&self, store: &Store) {
        let before = self.held();
        let next = match self.compare(store, before.ring.as_deref()).await {
            Ok(next) => next,
            // Nothing can be said about the ring: what held before still does.
            Err(error) => {
                tracing::debug!(%error, "the master keys can't be compared with the database");
                if before.why.is_empty() && before.ring.is_none() {
                    Held { why: error, ..before.clone() }
                } else {
                    return;
                }
            }
        };
        if (next.state, &next.why) != (before.state, &before.why) {
            match next.state {
                KeyState::Usable if before.why.is_empty() => {}
                KeyState::Usable => tracing::info!("the master keys are usable again"),
                state => tracing::error!(why = next.why, state = state.as_str(), "the master keys"),
            }
        }
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = next;
    }

    async fn compare(&self, store: &Store, before: Option<&KeyRing>) -> Result<Held, String> {
        for _ in 0..TRIES {
            let known = store.master_keys().await.map_err(|e| e.to_string())?;
            let read = if known.is_empty() {
                KeyRing::load_or_create(&self.path)
            } else {
                KeyRing::load(&self.path)
            };
            let ring = match read {
                Ok(ring) => ring,
                Err(error) => return Ok(self.instead(before, &known, error.to_string())),
            };
            match judge(&ring, &known) {
                Verdict::Foreign(why) => return Ok(self.instead(before, &known, why)),
                Verdict::Good { state, why, unchecked } => {
                    if unchecked.is_empty() {
                        return Ok(Held { ring: Some(Arc::new(ring)), state, why });
                    }
                    let names: BTreeSet<&str> = known.iter().map(|k| k.id.as_str()).collect();
                    if let Some(id) = unchecked.first() {
                        let check = ring.check_value(id).map_err(|e| e.to_string())?;
                        store.master_key_add(id, &check, &names).await.map_err(|e| e.to_string())?;
                    }
                    // Compared once more, with what is there now.
                }
            }
        }
        Err("other servers change the known master keys all the time".to_owned())
    }

    /// The file is of no use: the ring that was read before stays, if that one still is.
    fn instead(&self, before: Option<&KeyRing>, known: &[KnownKey], why: String) -> Held {
        let kept = before.is_some_and(
            |ring| matches!(judge(ring, known), Verdict::Good { unchecked, .. } if unchecked.is_empty()),
        );
        if kept {
            let why = format!("{why}; the keys that were read before stay in use until a restart");
            Held { ring: self.held().ring, state: KeyState::Degraded, why }
        } else {
            Held { ring: None, state: KeyState::Unusable, why }
        }
    }

    fn held(&self) -> Held {
        self.now.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What the ring is good for.
    pub fn state(&self) -> KeyState {
        self.now.read().unwrap_or_else(PoisonError::into_inner).state
    }

    /// What is wrong with it, for operators; empty when nothing is.
    pub fn why(&self) -> String {
        self.held().why
    }

    /// The ring.
    ///
    /// # Errors
    /// [`VaultError::Unusable`].
    pub fn ring(&self) -> Result<Arc<KeyRing>, VaultError> {
        self.held().ring.ok_or(VaultError::Unusable)
    }

    /// Seals a secret under the active key.
    ///
    /// # Errors
    /// [`VaultError::Unusable`], and those of [`KeyRing::seal`].
    pub fn seal(&self, context: &SealContext, plain: &SecretString) -> Result<Vec<u8>, VaultError> {
        self.ring()?.seal(context, plain)
    }

    /// Seals bytes under the active key.
    ///
    /// # Errors
    /// [`VaultError::Unusable`], and those of [`KeyRing::seal_bytes`].
    pub fn seal_bytes(&self, context: &SealContext, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        self.ring()?.seal_bytes(context, plain)
    }

    /// Opens a secret.
    ///
    /// # Errors
    /// [`VaultError::Unusable`], and those of [`KeyRing::open`].
    pub fn open(&self, context: &SealContext, sealed: &[u8]) -> Result<SecretString, VaultError> {
        self.ring()?.open(context, sealed)
    }

    /// Opens bytes.
    ///
    /// # Errors
    /// [`VaultError::Unusable`], and those of [`KeyRing::open_bytes`].
    pub fn open_bytes(&self, context: &SealContext, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
        self.ring()?.open_bytes(context, sealed)
    }
}

enum Verdict {
    /// It seals. `unchecked` are keys of it that the database should get a check value of.
    Good { state: KeyState, why: String, unchecked: Vec<String> },
    /// It is not this database's ring.
    Foreign(String),
}

/// Holds a ring against the keys that the database knows.
fn judge(ring: &KeyRing, known: &[KnownKey]) -> Verdict {
    let (mut missing, mut unchecked) = (Vec::new(), Vec::new());
    for key in known {
        let has = ring.ids().any(|id| id == key.id);
        match &key.check_value {
            _ if !has => missing.push(key.id.as_str()),
            None => unchecked.push(key.id.clone()),
            Some(check) if ring.check(&key.id, check).is_err() => {
                return Verdict::Foreign(format!(
                    "the key named {} is another one than the stored secrets were sealed with",
                    key.id
                ));
            }
            Some(_) => {}
        }
    }
    let active_known = known.iter().any(|k| k.id == ring.active_id());
    if missing.is_empty() {
        if !active_known {
            unchecked.push(ring.active_id().to_owned());
        }
        return Verdict::Good { state: KeyState::Usable, why: String::new(), unchecked };
    }
    let why = format!(
        "the key file lacks {}, with which stored secrets may have been sealed: put it back, or finish the rotation",
        missing.join(" and ")
    );
    // A ring that has sealed here before may go on; one that has not may be of another deployment.
    if active_known {
        Verdict::Good { state: KeyState::Degraded, why, unchecked }
    } else {
        Verdict::Foreign(why)
    }
}

/// Why something could not be sealed or opened, for callers.
pub(crate) fn failed(error: VaultError) -> AppError {
    match error {
        VaultError::Unusable => Problem::new(
            ProblemCode::Unavailable,
            "The server's master key is missing, or is not the one that the stored secrets need.",
        )
        .reason("master_key")
        .remedy("Whoever runs the server must restore its key file. Nothing that is stored has changed.")
        .into(),
        error => AppError::internal(error),
    }
}

/// Looks at the key file and the database from time to time, until told to stop.
pub async fn watch(app: App, mut stopped: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = worker::told(&mut stopped) => return,
            () = tokio::time::sleep(REFRESH) => app.keyring.refresh(&app.store).await,
        }
    }
}
