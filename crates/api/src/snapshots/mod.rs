//! Snapshots and their policies.

pub mod convert;
pub mod dto;
pub mod licences;
pub mod routes;
