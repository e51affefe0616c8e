//! The baseline library.

pub mod dto;
pub mod found;
pub mod routes;
pub mod version_dto;
pub mod versions;
