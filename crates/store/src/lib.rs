//! PostgreSQL behind a tenant scope: the only crate that speaks SQL.
