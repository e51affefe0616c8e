//! Pages of a list, walked by an opaque cursor that names the last row seen, so that inserts and deletes between
//! two pages neither repeat nor skip a row.

use crate::error::StoreError;
use policytab_domain::canonical::names_nul;
use serde::{Serialize, de::DeserializeOwned};

/// One page of a list.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// At most as many as were asked for.
    pub items: Vec<T>,
    /// Where the next page begins; `None` on the last one.
    pub next_cursor: Option<String>,
}

/// Largest page anyone gets.
pub(crate) const MAX_PAGE: i64 = 200;

/// How many rows to ask for: one more than the page holds tells whether another follows.
pub(crate) fn fetch_count(limit: i64) -> i64 {
    limit.clamp(1, MAX_PAGE) + 1
}

impl<T> Page<T> {
    /// Cuts the surplus row off `rows` and makes the cursor from the last one that stays.
    pub(crate) fn cut<K: Serialize>(mut items: Vec<T>, limit: i64, key: impl FnOnce(&T) -> K) -> Self {
        let size = usize::try_from(limit.clamp(1, MAX_PAGE)).unwrap_or(1);
        let more = items.len() > size;
        items.truncate(size);
        let next_cursor = if more { items.last().map(|last| encode(&key(last))) } else { None };
        Self { items, next_cursor }
    }

    /// The page with every item converted.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), next_cursor: self.next_cursor }
    }
}

fn encode<K: Serialize>(key: &K) -> String {
    // Keys are tuples of strings and numbers: they always serialise.
    hex::encode(serde_json::to_vec(key).unwrap_or_default())
}

pub(crate) fn decode<K: DeserializeOwned>(cursor: &str) -> Result<K, StoreError> {
    let bytes = hex::decode(cursor).map_err(|_| StoreError::InvalidCursor)?;
    let key = serde_json::from_slice(&bytes).map_err(|_| StoreError::InvalidCursor)?;
    if names_nul(&bytes) { Err(StoreError::InvalidCursor) } else { Ok(key) }
}
