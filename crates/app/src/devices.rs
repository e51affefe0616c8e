//! Devices that an account has been signed in from: each keeps a cookie that only the server can make, so that strangers who
//! use up the attempts at an account do not lock out its person.
//!
//! After OWASP, "Slow Down Online Guessing Attacks with Device Cookies". The cookie is no credential: it says which count an
//! attempt belongs to, and for whose password.

use crate::{App, guesses::Account};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{TimeDelta, Utc};
use policytab_domain::ids::MspId;
use policytab_store::LoginCandidate;
use policytab_vault::{SealContext, SealedFor};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Days that a device stays known after the last sign-in.
pub const DEVICE_DAYS: i64 = 180;

/// What the sealed cookie is for.
const PURPOSE: &str = "device cookie";

/// People of one address that a device is known for, and bytes that are looked at.
const MOST_PEOPLE: usize = 4;
const MOST_BYTES: usize = 2048;

/// A device, for one account.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Device {
    /// By chance.
    id: Uuid,
    /// Who has signed in there, of all people with the account's address: MSP and person, the last one first.
    people: Vec<(Uuid, Uuid)>,
    /// Seconds since 1970.
    issued_at: i64,
}

/// No workspace: the account may be known to several.
fn context(account: &Account) -> SealContext {
    SealContext { msp: MspId::from_uuid(Uuid::nil()), of: SealedFor::Named(account.0), purpose: PURPOSE }
}

fn person(candidate: &LoginCandidate) -> (Uuid, Uuid) {
    (candidate.msp_id.as_uuid(), candidate.user_id.as_uuid())
}

impl Device {
    /// The device of a cookie; `None` for one that was not made here, for another account, by a key that is gone, or too long
    /// ago.
    pub(crate) fn open(app: &App, account: &Account, cookie: &SecretString) -> Option<Self> {
        let text = cookie.expose_secret();
        if text.len() > MOST_BYTES {
            return None;
        }
        let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
        let bytes = app.keyring.open_bytes(&context(account), &sealed).ok()?;
        let device: Self = serde_json::from_slice(&bytes).ok()?;
        let age = Utc::now().timestamp() - device.issued_at;
        (age < TimeDelta::days(DEVICE_DAYS).num_seconds()).then_some(device)
    }

    pub(crate) fn id(&self) -> Uuid {
        self.id
    }

    /// Whether this person has signed in there.
    pub(crate) fn knows(&self, candidate: &LoginCandidate) -> bool {
        self.people.contains(&person(candidate))
    }

    /// The cookie for the device after a sign-in; `None` where nothing can be sealed, which must keep nobody out.
    pub(crate) fn cookie(
        known: Option<&Self>,
        app: &App,
        account: &Account,
        who: &LoginCandidate,
    ) -> Option<SecretString> {
        let mut people = vec![person(who)];
        let before = known.map_or(&[][..], |device| &device.people);
        people.extend(before.iter().filter(|one| **one != person(who)));
        people.truncate(MOST_PEOPLE);
        let id = known.map_or_else(Uuid::new_v4, Self::id);
        let device = Self { id, people, issued_at: Utc::now().timestamp() };
        let bytes = serde_json::to_vec(&device).ok()?;
        let sealed = app.keyring.seal_bytes(&context(account), &bytes).ok()?;
        Some(URL_SAFE_NO_PAD.encode(sealed).into())
    }
}
