//! The coverage map.

pub mod dto;
pub mod routes;
