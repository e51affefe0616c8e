//! The envelope: its JSON form, and what is authenticated with it.

use crate::{VaultError, keyring::MasterKey};
use aes_gcm::{
    Aes256Gcm, Nonce,
    aead::{Aead as _, Generate as _, KeyInit as _, Payload},
};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD as BASE64};
use policytab_domain::ids::{BaselineId, CustomerId, MspId, UserId};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

const VERSION: u8 = 1;

/// Whose a secret is in its MSP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealedFor {
    /// The MSP's own.
    Msp,
    /// A customer's.
    Customer(CustomerId),
    /// A person's.
    User(UserId),
    /// A baseline's.
    Baseline(BaselineId),
    /// What no id alone names: the SHA-256 of all that does.
    Named([u8; 32]),
}

/// What a secret belongs to. It opens with the very same context only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealContext {
    /// The MSP.
    pub msp: MspId,
    /// Whose it is in the MSP.
    pub of: SealedFor,
    /// What it is for: a constant of the caller.
    pub purpose: &'static str,
}

impl SealContext {
    /// The associated data. Every part has a fixed or a stated length, so no two contexts give the same bytes.
    fn associated(&self, part: &[u8; 4], key_id: &str) -> Vec<u8> {
        let mut data = Vec::with_capacity(96);
        data.extend_from_slice(b"policytab vault");
        data.push(VERSION);
        data.extend_from_slice(part);
        data.extend_from_slice(self.msp.as_uuid().as_bytes());
        match self.of {
            SealedFor::Msp => data.push(0),
            SealedFor::Customer(id) => {
                data.push(1);
                data.extend_from_slice(id.as_uuid().as_bytes());
            }
            SealedFor::User(id) => {
                data.push(2);
                data.extend_from_slice(id.as_uuid().as_bytes());
            }
            SealedFor::Baseline(id) => {
                data.push(3);
                data.extend_from_slice(id.as_uuid().as_bytes());
            }
            SealedFor::Named(digest) => {
                data.push(4);
                data.extend_from_slice(&digest);
            }
        }
        for text in [self.purpose, key_id] {
            data.extend_from_slice(&u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
            data.extend_from_slice(text.as_bytes());
        }
        data
    }

    fn of_wrapped_key(&self, key_id: &str) -> Vec<u8> {
        self.associated(b"key ", key_id)
    }

    /// Without the master key's id: re-wrapping leaves the sealed content as it is.
    fn of_content(&self) -> Vec<u8> {
        self.associated(b"data", "")
    }
}

/// As stored. Binary parts are base64 without padding.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Envelope {
    /// Version of this form.
    v: u8,
    /// Id of the master key.
    pub(crate) key: String,
    /// Nonce and wrapped data key.
    wrapped: [String; 2],
    /// Nonce and sealed content.
    sealed: [String; 2],
}

fn encrypt(key: &[u8; 32], data: &[u8], associated: &[u8]) -> Result<[String; 2], VaultError> {
    let nonce = Nonce::try_generate().map_err(|_| VaultError::NoRandomness)?;
    let text = Aes256Gcm::new(key.into())
        .encrypt(&nonce, Payload { msg: data, aad: associated })
        .map_err(|_| VaultError::DoesNotOpen)?;
    Ok([BASE64.encode(nonce), BASE64.encode(text)])
}

fn decrypt(key: &[u8; 32], parts: &[String; 2], associated: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let [nonce, text] = parts.each_ref().map(|part| BASE64.decode(part));
    let (Ok(nonce), Ok(text)) = (nonce, text) else { return Err(VaultError::NotAnEnvelope) };
    let nonce: [u8; 12] = nonce.try_into().map_err(|_| VaultError::NotAnEnvelope)?;
    Aes256Gcm::new(key.into())
        .decrypt(&nonce.into(), Payload { msg: &text, aad: associated })
        .map(Zeroizing::new)
        .map_err(|_| VaultError::DoesNotOpen)
}

impl Envelope {
    pub(crate) fn seal(master: &MasterKey, context: &SealContext, plain: &[u8]) -> Result<Self, VaultError> {
        let data_key = Zeroizing::new(<[u8; 32]>::try_generate().map_err(|_| VaultError::NoRandomness)?);
        Ok(Self {
            v: VERSION,
            key: master.id.clone(),
            wrapped: encrypt(&master.key, data_key.as_slice(), &context.of_wrapped_key(&master.id))?,
            sealed: encrypt(&data_key, plain, &context.of_content())?,
        })
    }

    pub(crate) fn open(
        &self,
        master: &MasterKey,
        context: &SealContext,
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let data_key = self.data_key(master, context)?;
        decrypt(&data_key, &self.sealed, &context.of_content())
    }

    /// The same content with its data key wrapped by another master key. Proves first that it opens at all.
    pub(crate) fn rewrap(
        &self,
        from: &MasterKey,
        to: &MasterKey,
        context: &SealContext,
    ) -> Result<Self, VaultError> {
        self.open(from, context)?;
        let data_key = self.data_key(from, context)?;
        Ok(Self {
            v: VERSION,
            key: to.id.clone(),
            wrapped: encrypt(&to.key, data_key.as_slice(), &context.of_wrapped_key(&to.id))?,
            sealed: self.sealed.clone(),
        })
    }

    fn data_key(&self, master: &MasterKey, context: &SealContext) -> Result<Zeroizing<[u8; 32]>, VaultError> {
        let bytes = decrypt(&master.key, &self.wrapped, &context.of_wrapped_key(&self.key))?;
        let key: [u8; 32] = bytes.as_slice().try_into().map_err(|_| VaultError::NotAnEnvelope)?;
        Ok(Zeroizing::new(key))
    }

    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, VaultError> {
        serde_json::to_vec(self).map_err(|_| VaultError::NotAnEnvelope)
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, VaultError> {
        let envelope: Self = serde_json::from_slice(bytes).map_err(|_| VaultError::NotAnEnvelope)?;
        if envelope.v == VERSION { Ok(envelope) } else { Err(VaultError::NotAnEnvelope) }
    }
}
