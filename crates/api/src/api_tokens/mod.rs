//! Tokens for scripts.

pub mod dto;
pub mod routes;
