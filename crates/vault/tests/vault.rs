//! What the vault promises: only the right context and an unchanged envelope open, old keys still read, and nothing
//! shows a secret.

use policytab_domain::ids::{BaselineId, CustomerId, MspId, UserId};
use policytab_vault::{KeyRing, SealContext, SealedFor, VaultError};
use proptest::prelude::*;
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

const PURPOSE: &str = "client secret";

fn ring(lines: &[&SecretString]) -> KeyRing {
    let text: String = lines.iter().map(|l| l.expose_secret()).collect();
    KeyRing::parse(&text.into()).expect("a valid key ring")
}

fn fresh() -> SecretString {
    KeyRing::fresh_line().expect("randomness")
}

fn context(msp: u128, customer: u128) -> SealContext {
    SealContext {
        msp: MspId::from_uuid(Uuid::from_u128(msp)),
        of: SealedFor::Customer(CustomerId::from_uuid(Uuid::from_u128(customer))),
        purpose: PURPOSE,
    }
}

fn secret(text: &str) -> SecretString {
    text.to_owned().into()
}

#[test]
fn opens_what_was_sealed() {
    let ring = ring(&[&fresh()]);
    let sealed = ring.seal(&context(1, 1), &secret("fake~secret")).unwrap();
    assert_eq!(ring.open(&context(1, 1), &sealed).unwrap().expose_secret(), "fake~secret");
}

#[test]
fn does_not_open_elsewhere() {
    let ring = ring(&[&fresh()]);
    let here = context(1, 1);
    let sealed = ring.seal(&here, &secret("fake~secret")).unwrap();
    let elsewhere = [
        context(2, 1),
        context(1, 2),
        SealContext { of: SealedFor::Msp, ..here },
        SealContext { of: SealedFor::User(UserId::from_uuid(Uuid::from_u128(1))), ..here },
        SealContext { of: SealedFor::Baseline(BaselineId::from_uuid(Uuid::from_u128(1))), ..here },
        SealContext { of: SealedFor::Named([1; 32]), ..here },
        SealContext { purpose: "client secret ", ..here },
        SealContext { purpose: "", ..here },
    ];
    for context in elsewhere {
        assert!(matches!(ring.open(&context, &sealed), Err(VaultError::DoesNotOpen)), "{context:?}");
    }
}

#[test]
fn a_secret_is_never_sealed_alike_twice() {
    let ring = ring(&[&fresh()]);
    let sealed = |_| ring.seal(&context(1, 1), &secret("same")).unwrap();
    let all: std::collections::BTreeSet<_> = (0..100).map(sealed).collect();
    assert_eq!(all.len(), 100);
}

#[test]
fn older_keys_read_and_the_first_one_seals() {
    let (old, new) = (fresh(), fresh());
    let before = ring(&[&old]);
    let after = ring(&[&new, &old]);
    let sealed = before.seal(&context(1, 1), &secret("fake~secret")).unwrap();
    assert_eq!(after.open(&context(1, 1), &sealed).unwrap().expose_secret(), "fake~secret");

    let rewrapped = after.rewrap(&context(1, 1), &sealed).unwrap().expect("sealed under the old key");
    let alone = ring(&[&new]);
    assert_eq!(alone.open(&context(1, 1), &rewrapped).unwrap().expose_secret(), "fake~secret");
    assert!(
        matches!(alone.open(&context(1, 1), &sealed), Err(VaultError::UnknownKey(id)) if id == before.active_id())
    );
    assert!(matches!(before.open(&context(1, 1), &rewrapped), Err(VaultError::UnknownKey(_))));
    assert_eq!(after.rewrap(&context(1, 1), &rewrapped).unwrap(), None);
    assert!(matches!(after.rewrap(&context(1, 2), &sealed), Err(VaultError::DoesNotOpen)));
}

#[test]
fn another_key_under_the_same_name_does_not_open() {
    let (one, other) = (fresh(), fresh());
    let renamed = |line: &SecretString| -> SecretString {
        format!("k:{}", line.expose_secret().split_once(':').unwrap().1).into()
    };
    let sealed = ring(&[&renamed(&one)]).seal(&context(1, 1), &secret("x")).unwrap();
    assert!(matches!(ring(&[&renamed(&other)]).open(&context(1, 1), &sealed), Err(VaultError::DoesNotOpen)));
}

#[test]
fn a_check_value_tells_a_key_from_another_one_of_its_name() {
    let (one, other) = (fresh(), fresh());
    let renamed = |line: &SecretString| -> SecretString {
        format!("k:{}", line.expose_secret().split_once(':').unwrap().1).into()
    };
    let (right, wrong) = (ring(&[&other, &renamed(&one)]), ring(&[&renamed(&other)]));
    let check = right.check_value("k").unwrap();
    right.check("k", &check).unwrap();
    assert!(matches!(wrong.check("k", &check), Err(VaultError::DoesNotOpen)));
    assert!(matches!(ring(&[&one]).check("k", &check), Err(VaultError::UnknownKey(_))));
    assert!(matches!(right.check("k", b"{}"), Err(VaultError::NotAnEnvelope)));
    // A sealed secret is none, and a check value opens as no secret.
    let secret = right.seal(&context(1, 1), &secret("this key")).unwrap();
    assert!(right.check(right.active_id(), &secret).is_err());
    assert!(matches!(right.open(&context(1, 1), &check), Err(VaultError::DoesNotOpen)));
    assert_eq!(right.ids().count(), 2);
}

#[test]
fn the_key_named_in_the_envelope_is_authenticated() {
    // Both names stand for the same key, so only the associated data can tell them apart.
    let line = fresh();
    let key = line.expose_secret().split_once(':').unwrap().1.to_owned();
    let ring = KeyRing::parse(&format!("a:{key}b:{key}").into()).unwrap();
    let sealed = ring.seal(&context(1, 1), &secret("x")).unwrap();
    let renamed = String::from_utf8(sealed).unwrap().replace("\"key\":\"a\"", "\"key\":\"b\"");
    assert!(matches!(ring.open(&context(1, 1), renamed.as_bytes()), Err(VaultError::DoesNotOpen)));
}

#[test]
fn nothing_shows_a_secret() {
    let line = fresh();
    let ring = ring(&[&line]);
    let shown = format!("{ring:?} {:?} {:?}", line, ring.open(&context(1, 1), b"{}"));
    let key = line.expose_secret().split_once(':').unwrap().1.trim();
    assert!(!shown.contains(key));
    assert!(shown.contains(ring.active_id()));
    let sealed = ring.seal(&context(1, 1), &secret("fake~secret")).unwrap();
    assert!(!String::from_utf8_lossy(&sealed).contains("fake"));
}

#[test]
fn bad_key_rings_are_refused_by_line() {
    let parse = |text: &str| KeyRing::parse(&text.to_owned().into()).unwrap_err();
    let good = fresh();
    let good = good.expose_secret();
    assert!(matches!(parse(""), VaultError::NoKey));
    assert!(matches!(parse("# only a comment\n\n"), VaultError::NoKey));
    assert!(matches!(parse("no colon"), VaultError::InvalidKey { line: 1 }));
    assert!(matches!(parse(&format!("{good}k:c2hvcnQ=")), VaultError::InvalidKey { line: 2 }));
    assert!(matches!(parse(&format!("{good}\n{good}")), VaultError::DuplicateKey { line: 3 }));
    assert!(matches!(parse(&format!(" :{good}")), VaultError::InvalidKey { line: 1 }));
}

#[test]
fn the_key_file_is_made_once_and_private() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys/vault.keys");
    let made: Vec<String> = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| KeyRing::load_or_create(&path).unwrap().active_id().to_owned()))
            .collect();
        starts.into_iter().map(|s| s.join().unwrap()).collect()
    });
    assert!(made.iter().all(|id| *id == made[0]), "all processes must read one key: {made:?}");
    assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing is left aside");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    }
}

#[test]
fn a_broken_key_file_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.keys");
    std::fs::write(&path, "broken").unwrap();
    assert!(matches!(KeyRing::load_or_create(&path), Err(VaultError::InvalidKey { line: 1 })));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "broken");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(policytab_test_support::cases(128)))]

    #[test]
    fn any_bytes_survive(plain in proptest::collection::vec(any::<u8>(), 0..2000), msp: u128, customer: u128) {
        let ring = ring(&[&fresh()]);
        let sealed = ring.seal_bytes(&context(msp, customer), &plain).unwrap();
        prop_assert_eq!(ring.open_bytes(&context(msp, customer), &sealed).unwrap(), plain);
    }

    #[test]
    fn any_change_is_noticed(plain in ".{0,60}", at: prop::sample::Index, flip in 1_u8..) {
        let ring = ring(&[&fresh()]);
        let mut sealed = ring.seal(&context(1, 1), &plain.clone().into()).unwrap();
        let at = at.index(sealed.len());
        sealed[at] ^= flip;
        // Whitespace between JSON's tokens is the only thing that may change without a trace.
        if let Ok(opened) = ring.open(&context(1, 1), &sealed) {
            prop_assert_eq!(opened.expose_secret(), plain.as_str());
            prop_assert!(sealed[at].is_ascii_whitespace());
        }
    }
}
