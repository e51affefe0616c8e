//! What If.

pub mod dto;
pub mod routes;
pub mod sign_in;
