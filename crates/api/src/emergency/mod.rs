//! Emergency access of a customer.

pub mod dto;
pub mod routes;
