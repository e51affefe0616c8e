//! What can go wrong in the vault. No variant holds a secret, a key or a ciphertext.

use std::path::PathBuf;

/// An error of the vault.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// A line of the key ring is not `id:base64 of 32 bytes`.
    #[error("line {line} of the key ring is not `id:base64` with 32 bytes")]
    InvalidKey {
        /// Which, from 1.
        line: usize,
    },
    /// Two keys have the same id.
    #[error("line {line} of the key ring repeats a key id")]
    DuplicateKey {
        /// Which, from 1.
        line: usize,
    },
    /// There is no key.
    #[error("the key ring holds no key")]
    NoKey,
    /// The key file can't be read or made.
    #[error("the key file {} can't be {doing}: {source}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// `read` or `made`.
        doing: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// The envelope names a key that is not in the ring.
    #[error("the secret was sealed with key {0:?}, which is not in the key ring")]
    UnknownKey(String),
    /// The ring in use is not the one that the stored secrets were sealed with: nothing is sealed or opened.
    #[error("the master key is missing, or is another one than the stored secrets were sealed with")]
    Unusable,
    /// Not an envelope of a version that this program knows.
    #[error("this is not a sealed secret")]
    NotAnEnvelope,
    /// Tampered with, or of another MSP, customer or purpose.
    #[error("the sealed secret does not open: it was changed, or belongs elsewhere")]
    DoesNotOpen,
    /// What was sealed is not text.
    #[error("the sealed secret is not text")]
    NotText,
    /// The system gives no random numbers.
    #[error("the system gives no random numbers")]
    NoRandomness,
}
