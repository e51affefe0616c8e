//! Reads files out of archives that nobody trusts, and writes archives for exports.
//!
//! Invariants: nothing is ever written to disk or run; everything is bounded, what goes in as well as what comes out;
//! a path that leaves its archive makes the whole archive refused; archives in archives stay closed.

mod bounded;
mod limits;
mod pack;
mod path;
mod tape;
mod unpack;

pub use limits::{ArchiveError, Limits};
pub use pack::write_zip;
pub use tape::read_tar_gz;
pub use unpack::{Skipped, Unpacked, is_archive, read_bytes};
