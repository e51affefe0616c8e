//! The HTTP API, its OpenAPI description, and the one binary.
//!
//! A request passes the outermost middleware, an extractor that proves who asks and that they may, a handler that
//! speaks DTOs, and a use case of `policytab-app`. One folder a noun, with its routes and its DTOs.

pub mod account;
pub mod api_tokens;
pub mod audit;
pub mod auth;
pub mod baselines;
pub mod bindings;
pub mod bounds;
pub mod cli;
pub mod config;
pub mod connect;
pub mod coverage;
pub mod customers;
pub mod emergency;
pub mod enums;
pub mod evaluate;
pub mod events;
pub mod fleet;
pub mod http;
pub mod imports;
pub mod metrics;
pub mod openapi;
pub mod problem;
pub mod reports;
pub mod routes;
pub mod server;
pub mod service;
pub mod settings;
pub mod snapshots;
pub mod spa;
pub mod state;
pub mod users;
pub mod wire;
pub mod workspace;
