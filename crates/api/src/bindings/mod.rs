//! What the references of a customer's comparison baseline mean in its tenant.

pub mod dto;
pub mod routes;
