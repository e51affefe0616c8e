//! The audit log.

pub mod dto;
mod export;
pub mod looks;
pub mod routes;
