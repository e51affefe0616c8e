//! Downloads policy files of a GitHub repository at one commit, in one request.
//!
//! Hosts come from a closed table, never from input: of the address that a person pastes, only names are used. Everything
//! is bounded: bytes, files, time, redirects. Nothing is written to disk.

mod address;
mod download;
mod error;
mod hosts;

pub use address::{Address, AddressError};
pub use download::{Download, GithubClient, GithubSettings};
pub use error::GithubError;
