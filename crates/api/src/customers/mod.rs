//! Customers: list, add, rename, delete.

mod convert;
pub mod dto;
pub mod routes;
