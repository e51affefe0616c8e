//! The complete list of what is not bound to one MSP. Whatever is not named here must be: the catalogue test fails
//! for it. Keep it short, and in step with `docs/tenancy.md`.

/// Tables without row level security, and why that is so.
pub(crate) const TENANTLESS_TABLES: [(&str, &str); 4] = [
    ("__diesel_schema_migrations", "which migrations have run; read at start"),
    ("jobs", "a worker claims before it knows the MSP; ids and times only"),
    ("login_attempts", "counts per hashed key; the runtime role reaches it through login_attempt() only"),
    ("master_keys", "which keys seal secrets, of the whole deployment; names and check values, no key"),
];

/// Functions that run with the rights of `policytab_lookup`, and why they must.
pub(crate) const DEFINER_FUNCTIONS: [(&str, &str); 12] = [
    ("count_expiring_secrets", "counts them for metrics; a number only"),
    ("login_attempt", "counts attempts before anybody is known"),
    ("login_attempt_taken_back", "counts one less, since it was no guess"),
    ("login_attempts_reset", "forgets them after a login"),
    ("lookup_api_token", "finds the MSP of a token by its digest"),
    ("lookup_expired_acceptances", "tells a worker whose acceptances have run out; ids only"),
    ("lookup_login", "finds the MSPs of an address"),
    ("lookup_msps", "lists MSPs for operators"),
    ("lookup_outdated_reports", "tells a worker whose report rests on an older version; ids only"),
    ("lookup_refresh_token", "finds the MSP of a session by its digest"),
    ("lookup_unchecked_sources", "tells a worker which sources of baselines are due; ids only"),
    ("sweep_expired", "removes what has expired in all MSPs"),
];

/// Policies beside the tenant policy, all for `policytab_lookup`: table, policy, command, condition.
pub(crate) const LOOKUP_POLICIES: [(&str, &str, &str, &str); 10] = [
    ("api_tokens", "lookup", "SELECT", "true"),
    ("baseline_versions", "lookup", "SELECT", "true"),
    ("baselines", "lookup", "SELECT", "true"),
    ("customers", "lookup", "SELECT", "true"),
    ("finding_acceptances", "lookup", "SELECT", "((ended_at IS NULL) AND (expires_at <= now()))"),
    ("idempotency_keys", "sweep", "DELETE", "(created_at < (now() - '24:00:00'::interval))"),
    ("msps", "lookup", "SELECT", "true"),
    ("refresh_tokens", "lookup", "SELECT", "true"),
    ("refresh_tokens", "sweep", "DELETE", "(expires_at < (now() - '30 days'::interval))"),
    ("users", "lookup", "SELECT", "true"),
];

/// Tables whose rows are never changed once written, or in the columns named last only: what the runtime role may do.
pub(crate) const IMMUTABLE_TABLES: [(&str, &[&str], &[&str]); 11] = [
    ("audit", &["INSERT", "SELECT"], &[]),
    ("baseline_documents", &["DELETE", "INSERT", "SELECT"], &[]),
    ("baseline_versions", &["DELETE", "INSERT", "SELECT"], &[]),
    ("documents", &["DELETE", "INSERT", "SELECT"], &[]),
    // The newest is kept whole.
    ("reports", &["DELETE", "INSERT", "SELECT"], &["body"]),
    // Spans end.
    ("snapshot_documents", &["DELETE", "INSERT", "SELECT"], &["until"]),
    ("snapshot_facts", &["INSERT", "SELECT"], &["until"]),
    ("snapshot_memberships", &["INSERT", "SELECT"], &["until"]),
    // People are appended.
    ("snapshot_people", &["INSERT", "SELECT"], &["ids"]),
    ("snapshots", &["DELETE", "INSERT", "SELECT"], &[]),
    ("login_attempts", &[], &[]),
];
