//! What every route shares: bodies, paging, entity tags, idempotency keys, headers.

pub mod body;
pub mod bounded;
pub mod cors;
pub mod etag;
pub mod fallback;
pub mod headers;
pub mod idempotency;
pub mod limits;
pub mod middleware;
pub mod page;
pub mod proxies;
pub mod secrets;
mod shape;
pub mod text;
pub mod told;
