//! The emulator over real HTTP.

mod batch;
mod common;
mod contract;
mod control;
mod corpus;
mod directory;
mod faults;
mod github;
mod graph;
mod sign_in;
mod writes;
