//! Timestamps in the several spellings of the wire.

use chrono::{DateTime, SecondsFormat, Utc};

/// `2025-03-27T21:42:26Z`.
pub(crate) fn seconds(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// `2025-03-27T21:42:26.9515581Z`: seven digits, trailing zeros dropped, as the Conditional Access service
/// writes it.
pub(crate) fn ticks(at: DateTime<Utc>) -> String {
    let fraction = format!("{:07}", at.timestamp_subsec_nanos() / 100);
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() {
        return seconds(at);
    }
    format!("{}.{fraction}Z", at.format("%Y-%m-%dT%H:%M:%S"))
}

/// `2025-06-09 09:07:41Z`, the spelling of sign-in errors.
pub(crate) fn sign_in_error(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// `2025-02-13T10:17:06`: Graph's `innerError.date` has no offset.
pub(crate) fn inner_error(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%S").to_string()
}
