//! An emulator of Entra sign-in, Microsoft Graph and GitHub's download endpoints, speaking real HTTP.
//!
//! It is written from what the services put on the wire and shares no type with any client: a
//! misunderstanding of the protocol cannot be in both. What is documented is done as documented, what was
//! observed as observed, and what nobody knows for sure can be switched ([`Settings`]). Times are real, save
//! that [`Settings::clock_offset_s`] moves the clock by which tokens and secrets expire.
//!
//! Start one with [`Sim::start`], steer it with [`Control`] or over HTTP below `/_sim`.

mod call;
mod config;
mod control;
mod demo;
mod directory;
mod fault;
mod github;
mod graph;
mod ids;
mod load;
mod log;
mod server;
mod sts;
mod tenant;
mod time;
mod world;

pub use config::{DemoTenant, Seed, SimConfig, SimError};
pub use control::{AddTenant, Control, TenantEdit};
pub use fault::{Fault, FaultKind, FaultScope};
pub use github::Repository;
pub use load::{LoadReport, Skipped};
pub use log::RequestLog;
pub use server::{Sim, serve};
pub use world::{CaThrottle, CommonMode, Settings};
