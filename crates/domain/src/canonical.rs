//! Canonical JSON: one sequence of bytes for every way in which Graph may write the same object.
//!
//! Invariant: two bodies have the same bytes exactly when they differ in nothing but the order of members, the order
//! of array elements (every array of these resources is a set), annotations of the protocol, and a
//! `modifiedDateTime` that is null rather than absent. Everything else is kept as it was given, unknown members too,
//! so a stored body can be shown and written back. Two annotations are meaning and stay: a bare `@odata.type`, which for
//! named locations and external tenants is all that says what the object is, and `@odata.bind`, by which a body to be
//! created names another object.

use crate::json::is_annotation;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// A SHA-256 digest.
pub type Sha256Digest = [u8; 32];

/// The canonical bytes of an object and their digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canonical {
    /// Compact JSON, UTF-8.
    pub bytes: Vec<u8>,
    /// SHA-256 of `bytes`.
    pub sha256: Sha256Digest,
}

/// Brings one object into canonical form.
pub fn canonicalise(body: &Value) -> Canonical {
    let bytes = canonical_bytes(body);
    let sha256 = digest(&bytes);
    Canonical { bytes, sha256 }
}

/// The canonical bytes alone.
pub fn canonical_bytes(body: &Value) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024);
    write(body, &mut out);
    out
}

/// SHA-256 of some bytes.
pub fn digest(bytes: &[u8]) -> Sha256Digest {
    Sha256::digest(bytes).into()
}

/// Whether valid JSON names U+0000 somewhere, which no text of PostgreSQL can hold. It has one spelling; the same letters after
/// an escaped backslash are a text like any other.
pub fn names_nul(json: &[u8]) -> bool {
    let mut rest = json;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        let escape = &rest[at + 1..];
        if escape.starts_with(b"u0000") {
            return true;
        }
        rest = escape.get(1..).unwrap_or_default();
    }
    false
}

// Written by hand rather than through a sorted copy: `serde_json`'s map keeps insertion order when any crate of the
// build asks for it, so the order has to be made here.
fn write(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Object(map) => {
            let mut members: Vec<_> = map.iter().filter(|(name, value)| is_kept(name, value)).collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            out.push(b'{');
            for (at, (name, value)) in members.into_iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                write_plain(name, out);
                out.push(b':');
                write(value, out);
            }
            out.push(b'}');
        }
        Value::Array(items) => {
            let mut written: Vec<Vec<u8>> = items.iter().map(canonical_bytes).collect();
            written.sort_unstable();
            out.push(b'[');
            for (at, item) in written.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                out.extend_from_slice(item);
            }
            out.push(b']');
        }
        scalar => write_plain(scalar, out),
    }
}

fn write_plain(value: &(impl Serialize + ?Sized), out: &mut Vec<u8>) {
    // Neither a scalar nor memory refuses to be written.
    let written = serde_json::to_writer(out, value);
    debug_assert!(written.is_ok());
}

fn is_kept(name: &str, value: &Value) -> bool {
    if name == "modifiedDateTime" && value.is_null() {
        return false;
    }
    name == "@odata.type" || name.ends_with("@odata.bind") || !is_annotation(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn noise_of_the_wire_does_not_show() {
        let plain = json!({"id": "1", "list": ["b", "a"], "inner": {"x": 1, "y": null}});
        let noisy = json!({
            "inner": {"y": null, "x": 1, "x@odata.type": "#Int32"},
            "list": ["a", "b"], "id": "1", "modifiedDateTime": null,
            "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#x",
            "#microsoft.graph.restore": {"target": "https://graph.microsoft.com/"},
        });
        assert_eq!(canonicalise(&plain), canonicalise(&noisy));
        assert_eq!(canonical_bytes(&plain), br#"{"id":"1","inner":{"x":1,"y":null},"list":["a","b"]}"#);
    }

    #[test]
    fn nul_is_told_from_its_spelling() {
        for (text, named) in
            [("a\0", true), ("\\\0", true), ("\\u0000", false), ("\\\\u0000", false), ("0", false)]
        {
            assert_eq!(names_nul(json!({ "a": [text] }).to_string().as_bytes()), named, "{text:?}");
            assert_eq!(names_nul(json!({ text: 1 }).to_string().as_bytes()), named, "{text:?}");
        }
        assert!(!names_nul(b"\\"));
    }

    #[test]
    fn annotations_that_are_meaning_stay() {
        let ip = json!({"@odata.type": "#microsoft.graph.ipNamedLocation"});
        let country = json!({"@odata.type": "#microsoft.graph.countryNamedLocation"});
        assert_ne!(canonicalise(&ip).sha256, canonicalise(&country).sha256);
        let bound = json!({"authenticationStrength@odata.bind": "https://graph.microsoft.com/v1.0/x"});
        assert_ne!(canonicalise(&bound).sha256, canonicalise(&json!({})).sha256);
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            ".{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map("[a-z@.#]{1,6}", inner, 0..5)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn canonical_bytes_are_a_fixed_point(body in any_json()) {
            let once = canonical_bytes(&body);
            let again: Value = serde_json::from_slice(&once).expect("canonical bytes are JSON");
            prop_assert_eq!(canonical_bytes(&again), once);
        }

        #[test]
        fn the_order_of_elements_does_not_matter(items in prop::collection::vec(any_json(), 0..6)) {
            let mut reversed = items.clone();
            reversed.reverse();
            prop_assert_eq!(canonical_bytes(&json!({"a": items})), canonical_bytes(&json!({"a": reversed})));
        }
    }
}
