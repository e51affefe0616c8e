//! The audit log.

pub mod dto;
pub mod routes;
