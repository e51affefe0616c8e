//! The keys that sign access tokens.
//!
//! A PEM file holds one or more ECDSA P-256 private keys (PKCS#8). The first signs; all verify, so a key is rotated
//! by putting a new one in front and dropping the old one a quarter of an hour later. Every node reads the same file.

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey,
    jwk::{Jwk, JwkSet, PublicKeyUse, ThumbprintHash},
};
use std::{collections::HashMap, io::Write as _, path::Path};

/// Why the signing keys can't be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file can't be read or written.
    #[error("the signing key file can't be read or written: {0}")]
    File(#[from] std::io::Error),
    /// The file holds no usable key.
    #[error("the signing key file holds no usable ECDSA P-256 private key (PKCS#8 PEM): {0}")]
    Content(String),
}

/// Signs with one key, verifies with all.
pub struct SigningKeys {
    kid: String,
    encoding: EncodingKey,
    decoding: HashMap<String, DecodingKey>,
    jwks: JwkSet,
}

impl std::fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKeys").field("kid", &self.kid).finish_non_exhaustive()
    }
}

impl SigningKeys {
    /// The algorithm of every key here.
    pub const ALGORITHM: Algorithm = Algorithm::ES256;

    /// Reads the file, or makes one with a fresh key that only its owner may read.
    pub fn load_or_create(path: &Path) -> Result<Self, KeyError> {
        if !path.exists() {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            write_private(path, &fresh_pem()?)?;
        }
        Self::from_pem(&std::fs::read_to_string(path)?)
    }

    /// Keys from PEM text.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        const END: &str = "-----END PRIVATE KEY-----";
        let content = |e: jsonwebtoken::errors::Error| KeyError::Content(e.to_string());
        let mut active = None;
        let mut decoding = HashMap::new();
        let mut jwks = JwkSet { keys: Vec::new() };
        for block in text.split_inclusive(END).filter(|b| b.contains(END)) {
            let encoding = EncodingKey::from_ec_pem(block.trim().as_bytes()).map_err(content)?;
            let mut jwk = Jwk::from_encoding_key(&encoding, Self::ALGORITHM).map_err(content)?;
            let kid = jwk.thumbprint(ThumbprintHash::SHA256).map_err(content)?;
            jwk.common.key_id = Some(kid.clone());
            jwk.common.public_key_use = Some(PublicKeyUse::Signature);
            decoding.insert(kid.clone(), DecodingKey::from_jwk(&jwk).map_err(content)?);
            jwks.keys.push(jwk);
            active.get_or_insert((kid, encoding));
        }
        let (kid, encoding) = active.ok_or_else(|| KeyError::Content("no key in it".to_owned()))?;
        Ok(Self { kid, encoding, decoding, jwks })
    }

    /// Id of the key that signs.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The key that signs.
    pub fn encoding(&self) -> &EncodingKey {
        &self.encoding
    }

    /// A key to verify with.
    pub fn decoding(&self, kid: &str) -> Option<&DecodingKey> {
        self.decoding.get(kid)
    }

    /// The public keys, as they are published.
    pub fn jwks(&self) -> &JwkSet {
        &self.jwks
    }
}

fn fresh_pem() -> Result<String, KeyError> {
    let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
        .map_err(|_| KeyError::Content("no key could be made".to_owned()))?;
    let body = STANDARD.encode(key.as_ref());
    let lines: Vec<&str> =
        body.as_bytes().chunks(64).map(|c| std::str::from_utf8(c).unwrap_or_default()).collect();
    Ok(format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n")))
}

/// Written aside and linked into place: several nodes may start at once on one folder, and the first one's key is
/// everybody's, never a part of it.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let aside = path.with_extension(format!("{}.new", uuid::Uuid::new_v4().simple()));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(&aside)?;
    let linked =
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).and_then(
            |()| match std::fs::hard_link(&aside, path) {
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
                other => other,
            },
        );
    let removed = std::fs::remove_file(&aside);
    linked.and(removed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_key_signs_and_all_verify() {
        let (a, b) = (fresh_pem().unwrap(), fresh_pem().unwrap());
        let old = SigningKeys::from_pem(&a).unwrap();
        let both = SigningKeys::from_pem(&format!("{b}{a}")).unwrap();
        assert_ne!(both.kid(), old.kid());
        assert!(both.decoding(old.kid()).is_some());
        assert_eq!(both.jwks().keys.len(), 2);
        let published = serde_json::to_string(both.jwks()).unwrap();
        assert!(!published.contains("\"d\""), "a private member was published");
    }

    #[test]
    fn nodes_that_start_at_once_share_the_first_ones_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys").join("signing.pem");
        let starting: Vec<_> = (0..16)
            .map(|_| {
                let path = path.clone();
                std::thread::spawn(move || SigningKeys::load_or_create(&path).unwrap().kid().to_owned())
            })
            .collect();
        let kids: std::collections::BTreeSet<_> =
            starting.into_iter().map(|node| node.join().unwrap()).collect();
        assert_eq!(kids.len(), 1);
        assert_eq!(
            std::fs::read_dir(path.parent().unwrap()).unwrap().count(),
            1,
            "nothing is left beside it"
        );
    }

    #[test]
    fn an_empty_file_is_refused() {
        assert!(matches!(SigningKeys::from_pem(""), Err(KeyError::Content(_))));
    }
}
