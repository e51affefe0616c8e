//! The store against a real PostgreSQL, as the runtime role, with two MSPs in every fixture. One program, so that it is
//! linked once.
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests: a panic is how they fail")]

mod audit;
mod boot;
mod cancellation;
mod catalogue;
mod connections;
mod customers;
mod decisions;
mod events;
mod exceptions;
mod fixture;
mod idempotency;
mod imports;
mod isolation;
mod jobs;
mod lanes;
mod library;
mod lists;
mod memberships;
mod migrations;
mod people;
mod send;
mod spans;
