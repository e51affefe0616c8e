//! Imports withstand what happens: real processes of the built program are killed, paused and stopped, the database
//! drops its sessions, Microsoft answers badly or never. Whatever it is, an import ends with exactly one snapshot or
//! with a clear failure, and nothing in between is ever seen. Servers withstand more than they can do, and each other.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod again;
mod away;
mod backup;
mod confined;
mod corpus;
mod database;
mod deleted;
mod errors;
#[path = "../../../store/tests/store/exceptions.rs"]
#[expect(dead_code, reason = "shared with the tests of the store, which use more of it")]
mod exceptions;
mod faults;
mod harness;
mod heads;
mod installed;
mod kills;
mod leaks;
mod master_keys;
mod memory;
mod nodes;
mod overload;
mod pauses;
#[path = "../support/planted.rs"]
mod planted;
mod recovery;
mod repositories;
mod resync;
mod rolling;
mod rotation;
mod signals;
mod streams;
mod token;
