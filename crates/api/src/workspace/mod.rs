//! The workspace's settings.

pub mod dto;
pub mod routes;
