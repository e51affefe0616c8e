//! What every route shares: bodies, paging, entity tags, idempotency keys, headers.

pub mod body;
pub mod bounded;
mod shape;
pub mod etag;
pub mod fallback;
pub mod idempotency;
pub mod middleware;
pub mod page;
pub mod text;
