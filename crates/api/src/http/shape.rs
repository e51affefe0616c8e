//! The shape of JSON, looked at before anything is built of it: a small body can ask for a lot of memory.

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
};
use std::fmt;

/// Deepest nesting.
const DEPTH: usize = 64;

/// Most items of one array, and members of one object.
const ITEMS: usize = 10_000;

/// Most values in all.
const VALUES: usize = 200_000;

/// Checks a body: nesting, lengths, and U+0000, which PostgreSQL's text can't hold and no text of ours needs.
///
/// # Errors
/// What is wrong, in words for the caller.
pub(super) fn check(bytes: &[u8]) -> Result<(), String> {
    let mut left = VALUES;
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let checked = Shape { depth: DEPTH, place: 1, left: &mut left }.deserialize(&mut reader);
    checked.and_then(|()| reader.end()).map_err(|error| match error.classify() {
        // Said by this module, where it says so: the position helps nobody.
        serde_json::error::Category::Data => {
            let text = error.to_string();
            text.rsplit_once(" at line ").map_or(text.clone(), |(said, _)| said.to_owned())
        }
        _ => format!("not valid JSON: {error}"),
    })
}

struct Shape<'l> {
    depth: usize,
    /// Which one it is in what holds it, from 1.
    place: usize,
    left: &'l mut usize,
}

impl Shape<'_> {
    fn inner(&mut self, place: usize) -> Shape<'_> {
        Shape { depth: self.depth - 1, place, left: self.left }
    }

    fn text<E: Error>(text: &str) -> Result<(), E> {
        if text.contains('\0') { Err(E::custom("the character U+0000 is not allowed")) } else { Ok(()) }
    }
}

impl<'de> DeserializeSeed<'de> for Shape<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        // Not before there is one: the end of a full list is asked for in the same way.
        if self.place > ITEMS {
            return Err(D::Error::custom(format_args!("more than {ITEMS} items in one list or object")));
        }
        if self.depth == 0 {
            return Err(D::Error::custom("nested too deeply"));
        }
        if *self.left == 0 {
            return Err(D::Error::custom(format_args!("more than {VALUES} values")));
        }
        *self.left -= 1;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Shape<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }
    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }
    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }
    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }
    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        Self::text(text)
    }
    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        let mut count = 1;
        while items.next_element_seed(self.inner(count))?.is_some() {
            count += 1;
        }
        Ok(())
    }
    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
        let mut count = 1;
        while members.next_key_seed(Name)?.is_some() {
            members.next_value_seed(self.inner(count))?;
            count += 1;
        }
        Ok(())
    }
}

/// A member's name. It is no value, so it counts for none.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        Shape::text(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_passes_and_what_is_too_much_is_named() {
        let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        let list = |items: usize| format!("[{}]", vec!["0"; items].join(","));
        for good in ["{\"a\": [1, -1, 1.5, null, true, \"x\"]}".to_owned(), nested(63), list(10_000)] {
            assert_eq!(check(good.as_bytes()), Ok(()));
        }
        let many = format!("[{}]", vec![list(9_000); 23].join(","));
        let wide = format!("{{{}}}", (0..10_001).map(|n| format!("\"{n}\":0")).collect::<Vec<_>>().join(","));
        for (bad, said) in [
            (nested(64), "nested too deeply"),
            (nested(100_000), "nested too deeply"),
            (list(10_001), "more than 10000 items in one list or object"),
            (wide, "more than 10000 items in one list or object"),
            (many, "more than 200000 values"),
            ("{\"a\\u0000\": 1}".to_owned(), "the character U+0000 is not allowed"),
            ("[\"\\u0000\"]".to_owned(), "the character U+0000 is not allowed"),
        ] {
            assert_eq!(check(bad.as_bytes()), Err(said.to_owned()));
        }
        for broken in ["", "{", "[1,]", "1 2", "{\"a\": 1e999}"] {
            assert!(check(broken.as_bytes()).unwrap_err().starts_with("not valid JSON"), "{broken}");
        }
    }
}
