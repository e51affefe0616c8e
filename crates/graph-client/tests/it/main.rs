//! The client against a mock server, raw sockets and the emulator.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod common;
mod connecting;
mod contract;
mod faults;
mod importing;
mod members;
mod secrecy;
mod wire_faults;
mod wire_limits;
