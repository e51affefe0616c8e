//! One's own account: second factor, sessions, password.

mod agent;
pub mod dto;
pub mod routes;
