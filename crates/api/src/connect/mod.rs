//! A customer's Graph connection: verify first, store after.

pub mod dto;
pub mod routes;
