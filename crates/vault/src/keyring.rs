//! Master keys: the first one seals, all of them open.

use crate::{SealContext, SealedFor, VaultError, envelope::Envelope, file};
use aes_gcm::aead::Generate as _;
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use policytab_domain::ids::MspId;
use secrecy::{ExposeSecret as _, SecretString};
use std::{fmt, path::Path};
use uuid::Uuid;
use zeroize::Zeroizing;

/// What a check value seals, and for whom: nobody, which no secret is.
const CHECKED: &[u8] = b"this key";
const CHECK_CONTEXT: SealContext = SealContext {
    msp: MspId::from_uuid(Uuid::nil()),
    of: SealedFor::Msp,
    purpose: "check value of a master key",
};

pub(crate) struct MasterKey {
    pub(crate) id: String,
    pub(crate) key: Zeroizing<[u8; 32]>,
}

/// The master keys of a deployment.
///
/// Written as lines `id:base64 of 32 bytes`; empty lines and lines that begin with `#` don't count. How to rotate:
/// docs/credential-rotation.md.
pub struct KeyRing {
    /// Never empty.
    keys: Vec<MasterKey>,
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRing").field("ids", &self.keys.iter().map(|k| &k.id).collect::<Vec<_>>()).finish()
    }
}

impl KeyRing {
    /// Reads a key ring from its text: a file's content or an environment variable's value.
    ///
    /// # Errors
    /// [`VaultError::InvalidKey`], [`VaultError::DuplicateKey`], [`VaultError::NoKey`].
    pub fn parse(text: &SecretString) -> Result<Self, VaultError> {
        let mut keys: Vec<MasterKey> = Vec::new();
        for (line, text) in (1..).zip(text.expose_secret().lines()) {
            let text = text.trim();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            let invalid = || VaultError::InvalidKey { line };
            let (id, encoded) = text.split_once(':').ok_or_else(invalid)?;
            let id = id.trim();
            let plain_id = id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
            if id.is_empty() || id.len() > 64 || !plain_id {
                return Err(invalid());
            }
            if keys.iter().any(|k| k.id == id) {
                return Err(VaultError::DuplicateKey { line });
            }
            let bytes = Zeroizing::new(BASE64.decode(encoded.trim()).map_err(|_| invalid())?);
            let key: [u8; 32] = bytes.as_slice().try_into().map_err(|_| invalid())?;
            keys.push(MasterKey { id: id.to_owned(), key: Zeroizing::new(key) });
        }
        if keys.is_empty() { Err(VaultError::NoKey) } else { Ok(Self { keys }) }
    }

    /// Reads a key file.
    ///
    /// # Errors
    /// [`VaultError::File`], and those of [`KeyRing::parse`].
    pub fn load(path: &Path) -> Result<Self, VaultError> {
        Self::parse(&file::read(path)?)
    }

    /// Reads a key file, or makes one with a fresh key where there is none: mode 0600, in a folder of mode 0700. When
    /// several processes start at once, one makes it and all read the same.
    ///
    /// # Errors
    /// As [`KeyRing::load`].
    pub fn load_or_create(path: &Path) -> Result<Self, VaultError> {
        if !path.exists() {
            file::create(path, &Self::fresh_line()?)?;
        }
        Self::load(path)
    }

    /// A line with a fresh key, for a key file.
    ///
    /// # Errors
    /// [`VaultError::NoRandomness`].
    pub fn fresh_line() -> Result<SecretString, VaultError> {
        let key = Zeroizing::new(<[u8; 32]>::try_generate().map_err(|_| VaultError::NoRandomness)?);
        let encoded = Zeroizing::new(BASE64.encode(key.as_slice()));
        let id = Uuid::new_v4().simple().to_string();
        Ok(format!("key-{}:{}\n", &id[..8], encoded.as_str()).into())
    }

    /// The id of the key that seals.
    pub fn active_id(&self) -> &str {
        &self.active().id
    }

    fn active(&self) -> &MasterKey {
        // parse() refuses an empty ring.
        &self.keys[0]
    }

    fn key(&self, id: &str) -> Result<&MasterKey, VaultError> {
        self.keys.iter().find(|k| k.id == id).ok_or_else(|| VaultError::UnknownKey(id.to_owned()))
    }

    /// The ids of all keys, the one that seals first.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|k| k.id.as_str())
    }

    /// Something that only the key of this id opens; to be kept beside what it sealed, so that another key in its
    /// place is noticed.
    ///
    /// # Errors
    /// [`VaultError::UnknownKey`], [`VaultError::NoRandomness`].
    pub fn check_value(&self, id: &str) -> Result<Vec<u8>, VaultError> {
        Envelope::seal(self.key(id)?, &CHECK_CONTEXT, CHECKED)?.to_bytes()
    }

    /// Whether the key of this id is the one that the check value was made with.
    ///
    /// # Errors
    /// [`VaultError::UnknownKey`] when the ring lacks it, [`VaultError::DoesNotOpen`] when it is another one.
    pub fn check(&self, id: &str, check_value: &[u8]) -> Result<(), VaultError> {
        let opened = Envelope::from_bytes(check_value)?.open(self.key(id)?, &CHECK_CONTEXT)?;
        if opened.as_slice() == CHECKED { Ok(()) } else { Err(VaultError::DoesNotOpen) }
    }

    /// Seals a secret under the active key.
    ///
    /// # Errors
    /// [`VaultError::NoRandomness`].
    pub fn seal(&self, context: &SealContext, plain: &SecretString) -> Result<Vec<u8>, VaultError> {
        self.seal_bytes(context, plain.expose_secret().as_bytes())
    }

    /// Seals bytes under the active key.
    ///
    /// # Errors
    /// [`VaultError::NoRandomness`].
    pub fn seal_bytes(&self, context: &SealContext, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        Envelope::seal(self.active(), context, plain)?.to_bytes()
    }

    /// Opens a secret.
    ///
    /// # Errors
    /// [`VaultError::DoesNotOpen`] when it was changed or is of another context, [`VaultError::UnknownKey`],
    /// [`VaultError::NotAnEnvelope`], [`VaultError::NotText`].
    pub fn open(&self, context: &SealContext, sealed: &[u8]) -> Result<SecretString, VaultError> {
        let bytes = self.open_zeroizing(context, sealed)?;
        std::str::from_utf8(&bytes).map(SecretString::from).map_err(|_| VaultError::NotText)
    }

    /// Opens bytes.
    ///
    /// # Errors
    /// As [`KeyRing::open`], save that they need not be text.
    pub fn open_bytes(&self, context: &SealContext, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
        Ok(self.open_zeroizing(context, sealed)?.to_vec())
    }

    fn open_zeroizing(&self, context: &SealContext, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let envelope = Envelope::from_bytes(sealed)?;
        envelope.open(self.key(&envelope.key)?, context)
    }

    /// The same secret under the active key; `None` when it is already.
    ///
    /// # Errors
    /// As [`KeyRing::open`].
    pub fn rewrap(&self, context: &SealContext, sealed: &[u8]) -> Result<Option<Vec<u8>>, VaultError> {
        let envelope = Envelope::from_bytes(sealed)?;
        if envelope.key == self.active().id {
            return Ok(None);
        }
        envelope.rewrap(self.key(&envelope.key)?, self.active(), context)?.to_bytes().map(Some)
    }
}
