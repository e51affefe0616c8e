//! The baseline library.

pub mod dto;
pub mod routes;
