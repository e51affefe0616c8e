//! Secrets that an answer tells once.

use serde::Serialize;
use std::fmt;

/// A text for the body of an answer and for nothing else: `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Told(String);

impl From<String> for Told {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Told(…)")
    }
}
