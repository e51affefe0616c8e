//! Server-sent events.

pub mod routes;
