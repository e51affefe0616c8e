//! The dashboard.

pub mod dto;
pub mod routes;
