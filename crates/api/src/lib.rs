//! The HTTP API, its OpenAPI description, and the one binary.
