//! Entra sign-in: the token endpoint for `client_credentials` and OpenID discovery.

pub(crate) mod discovery;
pub(crate) mod error;
pub(crate) mod jwt;
pub(crate) mod token;
