//! Everything the emulator invents is derived from names, so that two runs of the same fleet are the same
//! fleet: a browser test or a saved screen can name an id and find it again tomorrow.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

fn digest(parts: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0x1f]);
    }
    hash.finalize().into()
}

/// An id that looks like the random GUIDs of the directory but depends on its names only. FNV-1a over 128
/// bits: thousands of ids are made at every start, and an unoptimised SHA-256 would be most of it.
pub(crate) fn uuid_of(parts: &[&str]) -> Uuid {
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    let step = |hash: u128, byte: u8| (hash ^ u128::from(byte)).wrapping_mul(PRIME);
    let hash = parts.iter().fold(BASIS, |hash, part| step(part.bytes().fold(hash, step), 0x1f));
    // Names that differ in their last letter only would otherwise share their first half.
    let mixed = (hash ^ (hash >> 64)).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    Builder::from_random_bytes((mixed ^ (mixed >> 64)).to_be_bytes()).into_uuid()
}

/// [`uuid_of`] in the text form that Graph uses.
pub(crate) fn id_of(parts: &[&str]) -> String {
    uuid_of(parts).to_string()
}

/// A client secret in the shape of Entra's *Value* column: forty characters, the fourth to sixth always
/// `8Q~`, the rest letters, digits and `~ . _ -`. `generation` tells rotated secrets apart.
pub(crate) fn secret_of(tenant_key: &str, generation: u32) -> String {
    let mut text = String::with_capacity(64);
    for round in 0..2 {
        let seed = digest(&["client secret", tenant_key, &generation.to_string(), &round.to_string()]);
        text.push_str(&URL_SAFE_NO_PAD.encode(seed));
    }
    // Fixed places for the four punctuation marks: a paste that loses one of them is a mistake worth meeting
    // in tests.
    let mut chars: Vec<char> = text.chars().filter(char::is_ascii_alphanumeric).take(37).collect();
    while chars.len() < 37 {
        chars.push('x');
    }
    chars[12] = '~';
    chars[20] = '.';
    chars[27] = '_';
    chars[33] = '-';
    let (head, tail) = chars.split_at(3);
    head.iter().copied().chain("8Q~".chars()).chain(tail.iter().copied()).collect()
}

/// `true` for the canonical text form of a GUID, in any case.
pub(crate) fn is_guid(text: &str) -> bool {
    text.len() == 36 && Uuid::try_parse(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_the_shape_of_entras_and_is_no_guid() {
        for key in ["good", "messy", "large", "a tenant with spaces"] {
            let secret = secret_of(key, 0);
            assert_eq!(secret.len(), 40, "{key}");
            assert_eq!(&secret[3..6], "8Q~");
            assert!(['~', '.', '_', '-'].iter().all(|mark| secret.contains(*mark)), "{key}");
            assert!(!is_guid(&secret));
            assert_eq!(secret, secret_of(key, 0), "same name, same secret");
            assert_ne!(secret, secret_of(key, 1), "rotation gives another one");
        }
    }

    #[test]
    fn ids_depend_on_the_names_and_their_borders() {
        assert_eq!(id_of(&["a", "b"]), id_of(&["a", "b"]));
        assert_ne!(id_of(&["a", "b"]), id_of(&["ab"]));
        let many: std::collections::BTreeSet<_> =
            (0..20_000).map(|n| id_of(&["user", &n.to_string()])).collect();
        assert_eq!(many.len(), 20_000);
        assert!(is_guid(&id_of(&["a"])));
        assert!(!is_guid("xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"));
    }
}
