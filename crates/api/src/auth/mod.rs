//! Who is asking: access tokens of our own and of one outside issuer, API tokens, and the permission a route needs.

pub mod claims;
pub mod cookie;
pub mod dto;
pub mod extract;
pub mod keys;
pub mod outside;
pub mod perm;
pub mod routes;
pub mod same_site;
pub mod standing;
