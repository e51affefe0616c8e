//! Seals and opens customers' secrets: envelope encryption, no database.
