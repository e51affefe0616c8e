//! The product's vocabulary and the analysis of Conditional Access.
//!
//! Pure: functions over values, no I/O, no clock, no randomness. Every other crate may depend on this one; this
//! one depends on none of them.

pub mod canonical;
pub mod cloud;
pub mod customer;
pub mod ids;
pub mod import;
mod json;
pub mod licence;
pub mod names;
pub mod normal;
pub mod permission;
pub mod policy;
pub mod problem;
pub mod reader;
pub mod references;
pub mod role;
pub mod snapshot;
pub mod tenancy;
pub mod wellknown;
