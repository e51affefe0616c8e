//! The baseline-quality report and what it compares with.

pub mod acceptance;
pub mod dto;
mod export;
pub mod routes;

pub(crate) use export::same;
