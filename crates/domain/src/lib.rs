//! The product's vocabulary and the analysis of Conditional Access.
//!
//! Pure: functions over values, no I/O, no clock, no randomness. Every other crate may depend on this one; this
//! one depends on none of them.

#[cfg(test)]
mod arbitrary;
pub mod binding;
pub mod canonical;
pub mod catalog;
pub mod changes;
pub mod cloud;
pub mod coverage;
pub mod coverage_map;
pub mod customer;
pub mod dangers;
pub mod describe;
pub mod device_filter;
pub mod diff;
pub mod drift;
pub mod emergency;
pub mod evaluate;
pub mod facts;
pub mod ids;
pub mod import;
mod json;
pub mod licence;
pub mod names;
pub mod normal;
pub mod pairing;
pub mod permission;
pub mod policy;
pub mod policy_notes;
pub mod policy_set;
pub mod problem;
pub mod reader;
pub mod reference_baseline;
pub mod references;
pub mod report;
pub mod role;
pub mod sentence;
pub mod severity;
pub mod sign_in;
pub mod snapshot;
pub mod table;
pub mod tenancy;
pub mod wellknown;
mod words;
