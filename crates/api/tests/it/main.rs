//! The API over HTTP, with everything real behind it.

#[path = "../support/mod.rs"]
mod support;

mod acceptances;
mod account;
mod audit;
mod canary;
mod connect;
mod container;
mod customers;
mod decisions;
mod devices;
mod docs;
mod evaluate;
mod fences;
mod hostile;
mod hostile_tenant;
mod idempotency;
mod imports;
mod jwt;
mod limits;
mod matrix;
mod outside;
mod places;
mod problems;
mod recipes;
mod reports;
mod sealed;
mod second_factor;
mod sessions;
mod spec;
mod texts;
mod versions;
mod web;
mod workspace;
