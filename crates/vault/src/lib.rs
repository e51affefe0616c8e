//! Seals and opens secrets of customers and people: envelope encryption, no database.
//!
//! Every secret gets a fresh data key; the data key is wrapped by a master key that the envelope names. What a secret
//! belongs to (MSP, the thing or person in it, purpose) is authenticated with both, so an envelope that is moved to another row does
//! not open there. Plain secrets and keys are wiped when they are dropped, and nothing here shows them in `Debug`.

mod envelope;
mod error;
mod file;
mod keyring;

pub use envelope::{SealContext, SealedFor};
pub use error::VaultError;
pub use keyring::KeyRing;
