//! Opaque tokens: 244 random bits, of which only a digest is stored.

use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// Begins every API token, so that scanners for leaked secrets can find one.
pub const API_TOKEN_PREFIX: &str = "ptk_";

/// A fresh token with a prefix.
pub fn fresh(prefix: &str) -> SecretString {
    // Two version 4 UUIDs come from the operating system's generator and hold 244 random bits.
    format!("{prefix}{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple()).into()
}

/// What is stored of a token. A plain hash is enough: there is nothing to guess in 244 random bits.
pub fn digest(token: &SecretString) -> [u8; 32] {
    Sha256::digest(token.expose_secret().as_bytes()).into()
}
