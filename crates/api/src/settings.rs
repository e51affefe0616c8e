//! The names of all settings, with their defaults and what they are for. How they are read: [`crate::config`].

use std::fmt::Write as _;

/// One setting: its name in the environment, its default, and what it is for.
struct Setting {
    name: &'static str,
    default: Option<&'static str>,
    help: &'static str,
}

const fn s(name: &'static str, default: Option<&'static str>, help: &'static str) -> Setting {
    Setting { name, default, help }
}

/// Every setting. In the TOML file the names are in lower case. A name with `_FILE` appended gives a file to read the
/// value from.
const SETTINGS: &[Setting] = &[
    s("DATABASE_URL", None, "PostgreSQL address of the runtime role (policytab_runtime); required"),
    s(
        "POLICYTAB_MIGRATION_DATABASE_URL",
        None,
        "PostgreSQL address of the owner role; set it to migrate on start",
    ),
    s(
        "POLICYTAB_BACKUP_DATABASE_URL",
        None,
        "PostgreSQL address of a role that sees all rows; for `admin backup` and `admin restore` only",
    ),
    s("POLICYTAB_DATABASE_CONNECTIONS", Some("16"), "connections to PostgreSQL at the most"),
    s("POLICYTAB_LISTEN", Some("127.0.0.1:8080"), "address and port of the HTTP server"),
    s(
        "POLICYTAB_PUBLIC_URL",
        None,
        "address under which browsers reach the server; http://<listen> when unset",
    ),
    s(
        "POLICYTAB_KEY_FILE",
        Some(".data/keys/vault.keys"),
        "key ring that seals customers' secrets; made when absent",
    ),
    s(
        "POLICYTAB_SIGNING_KEY_FILE",
        Some(".data/keys/signing.pem"),
        "keys that sign access tokens; made when absent",
    ),
    s("POLICYTAB_EMULATOR_URL", None, "address of the emulator; enables the cloud `emulator`"),
    s(
        "POLICYTAB_GITHUB_HOSTS",
        None,
        "hosts of GitHub Enterprise Server that baselines may come from besides github.com",
    ),
    s(
        "POLICYTAB_WORKERS",
        Some("2"),
        "imports that this process runs side by side; 0 leaves them to `policytab worker`",
    ),
    s(
        "POLICYTAB_JOB_LEASE_SECONDS",
        Some("7"),
        "seconds without a heartbeat after which another worker takes a job",
    ),
    s(
        "POLICYTAB_IMPORT_DEADLINE_SECONDS",
        Some("120"),
        "seconds after which an import gives up on Microsoft",
    ),
    s(
        "POLICYTAB_TRUSTED_PROXIES",
        None,
        "networks of the proxies in front, such as 10.0.0.0/8: what they say in X-Forwarded-For is believed",
    ),
    s(
        "POLICYTAB_TRUST_FORWARDED_FOR",
        Some("false"),
        "believe the last entry of X-Forwarded-For whoever connects; for a proxy whose address is not known",
    ),
    s("POLICYTAB_CORS_ORIGINS", None, "origins whose pages may call the API from a browser; none when unset"),
    s(
        "POLICYTAB_RATE_PER_CALLER",
        Some("100"),
        "requests a second of one person or token, ten times as many at once; 0: no limit",
    ),
    s("POLICYTAB_RATE_PER_ADDRESS", Some("400"), "the same of one network address, signed in or not"),
    s("POLICYTAB_HTTP_WORKERS", Some("2"), "threads that serve HTTP"),
    s("POLICYTAB_HTTP_CONNECTIONS", Some("8192"), "connections that HTTP callers may have open"),
    s("POLICYTAB_HTTP_REQUESTS", Some("256"), "requests worked on at once; past it and the next, 503"),
    s("POLICYTAB_HTTP_REQUESTS_PER_MSP", Some("128"), "of these, requests of one MSP; past it, 429"),
    s("POLICYTAB_HTTP_WAITING", Some("256"), "further requests that wait for their turn"),
    s("POLICYTAB_HTTP_WAIT_SECONDS", Some("1"), "seconds that one waits for its turn before it is told 503"),
    s("POLICYTAB_HTTP_HEAD_SECONDS", Some("5"), "seconds for a request line with its headers"),
    s("POLICYTAB_HTTP_IDLE_SECONDS", Some("75"), "seconds that a connection is kept open between requests"),
    s("POLICYTAB_HTTP_HEAD_KIB", Some("16"), "size of a request line with its headers, in KiB"),
    s("POLICYTAB_HTTP_BODY_SECONDS", Some("30"), "seconds for a request's body to arrive"),
    s("POLICYTAB_HTTP_BODY_MIB", Some("64"), "memory for the bodies of all requests together, in MiB"),
    s(
        "POLICYTAB_HTTP_READER_SECONDS",
        Some("30"),
        "seconds after which a caller that takes nothing of an answer is cut off",
    ),
    s("POLICYTAB_EVENT_STREAMS", Some("2000"), "streams of events at once"),
    s("POLICYTAB_EVENT_STREAMS_PER_ACTOR", Some("20"), "streams of events of one user or API token"),
    s(
        "POLICYTAB_EVENT_RECHECK_SECONDS",
        Some("30"),
        "seconds after which a stream of events looks whether its reader may still read",
    ),
    s("POLICYTAB_DATABASE_WAITING", Some("128"), "requests that wait for a connection to PostgreSQL"),
    s("POLICYTAB_PASSWORD_WAITING", Some("32"), "passwords that wait to be hashed"),
    s(
        "POLICYTAB_DRAIN_SECONDS",
        Some("2"),
        "seconds that a server told to stop is not ready and still answers, for load balancers to notice",
    ),
    s("POLICYTAB_LOG", Some("info"), "log filter, as of tracing-subscriber's EnvFilter"),
    s("POLICYTAB_LOG_FORMAT", Some("pretty"), "`pretty` or `json`"),
    s("POLICYTAB_OIDC_ISSUER", None, "outside issuer of access tokens (`iss`)"),
    s("POLICYTAB_OIDC_JWKS_URL", None, "where the outside issuer publishes its keys"),
    s("POLICYTAB_OIDC_AUDIENCE", None, "`aud` that the outside issuer's tokens must have"),
    s("POLICYTAB_OIDC_MSP_CLAIM", Some("msp_id"), "claim that holds the MSP's id"),
    s("POLICYTAB_OIDC_ROLE_CLAIM", Some("role"), "claim that holds the role"),
];

/// What a setting is where nobody says otherwise.
pub(crate) fn default_of(name: &str) -> Option<&'static str> {
    SETTINGS.iter().find(|setting| setting.name == name).and_then(|setting| setting.default)
}

/// What `--help` tells about the settings.
pub fn help() -> String {
    let mut text = String::from(
        "Settings (environment, or a TOML file named by POLICYTAB_CONFIG, names in lower case):\n",
    );
    for setting in SETTINGS {
        let default = setting.default.map(|d| format!(" [default: {d}]")).unwrap_or_default();
        // Writing to a String can't fail.
        let _ = writeln!(text, "  {:<36}{}{}", setting.name, setting.help, default);
    }
    text.push_str("Append _FILE to a name to read its value from a file.\n");
    text
}
