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

/// What `policytab_lookup` reads, column by column: no more than its functions need.
pub(crate) const LOOKUP_COLUMNS: [(&str, &str); 8] = [
    ("api_tokens", "digest, expires_at, id, msp_id, name, revoked_at, role"),
    ("baseline_versions", "baseline_id, msp_id, number, source"),
    ("baselines", "built_in, current_version, id, msp_id, source_checked_at"),
    (
        "customers",
        "compared_version, comparison_baseline_id, comparison_baseline_version, connected, id, last_snapshot_id, msp_id, \
         running_import_id, secret_expires_at",
    ),
    ("finding_acceptances", "customer_id, ended_at, expires_at, msp_id"),
    ("msps", "created_at, deleted_at, display_name, msp_id"),
    ("refresh_tokens", "digest, ended_at, expires_at, family_id, id, msp_id, used_at, user_id"),
    ("users", "display_name, email, email_key, id, msp_id, password_hash, role, updated_at"),
];

/// The one tenantless table that the runtime role has no right on.
const OUT_OF_REACH: &str = "login_attempts";

/// The one that names its MSP in each row all the same.
const NAMES_ITS_MSP: &str = "jobs";

/// Every row that the catalogue check of the shared test data must find, in its order. It knows no exceptions; ours are those
/// above, for the reasons given there, and no other.
pub(crate) fn rls_catalog_expected() -> Vec<String> {
    let mut rows = Vec::new();
    for (table, _) in TENANTLESS_TABLES.iter().filter(|(table, _)| *table != OUT_OF_REACH) {
        rows.push(format!("table without row security: {table}"));
        if *table != NAMES_ITS_MSP {
            rows.push(format!("tenant key missing or nullable: {table}"));
        }
    }
    // For policytab_lookup alone, which cannot log in: the definer functions see by them, across MSPs, what they look up.
    for (table, policy, _, condition) in LOOKUP_POLICIES {
        rows.push(format!("policy does not read the tenant key: {table}.{policy}"));
        if condition == "true" {
            rows.push(format!("policy allows every row: {table}.{policy}"));
        }
    }
    rows.extend(
        DEFINER_FUNCTIONS.map(|(name, _)| format!("security definer function callable by the app: {name}")),
    );
    rows.sort();
    rows
}

/// That check as one query, whose rows are texts; `None` where the shared test data are not there.
pub(crate) fn rls_catalog() -> Option<String> {
    let text =
        std::fs::read_to_string(policytab_test_support::shared("measure/pg/rls_catalog.sql")?).unwrap();
    // Its variables and conditions are psql's.
    let lines = text.lines().filter(|line| !line.starts_with(['\\', '-']));
    let query = lines.collect::<Vec<_>>().join("\n");
    let named = [(":'schema'", "'public'"), (":'app'", "'policytab_runtime'"), (":'key'", "'msp_id'")];
    let query = named.iter().fold(query, |query, (name, value)| query.replace(name, value));
    Some(query.trim_end().trim_end_matches(';').to_owned())
}

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
