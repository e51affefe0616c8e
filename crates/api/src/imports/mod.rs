//! Imports: start and watch.

pub mod dto;
pub mod routes;
