//! People of the MSP.

pub mod dto;
pub mod routes;
