//! Settings: typed, from an optional TOML file and the environment (which wins), all mistakes told at once.

use crate::{
    auth::outside::OutsideConfig,
    bounds::BoundsConfig,
    http::{cors, proxies::Proxies},
    settings,
};
use policytab_github_client::GithubSettings;
use secrecy::SecretString;
use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, str::FromStr, time::Duration};
use url::{Host, Url};

/// All settings of a server or worker.
#[derive(Debug, Clone)]
pub struct Config {
    /// Runtime role's address.
    pub database_url: SecretString,
    /// Owner role's address, to migrate on start.
    pub migration_database_url: Option<SecretString>,
    /// Connections at the most.
    pub database_connections: u32,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where browsers find it.
    pub public_url: Url,
    /// Key ring of the vault.
    pub key_file: PathBuf,
    /// Keys of access tokens.
    pub signing_key_file: PathBuf,
    /// The emulator, where enabled.
    pub emulator_url: Option<Url>,
    /// Hosts of GitHub Enterprise Server that baselines may come from.
    pub github_hosts: Vec<String>,
    /// Imports side by side.
    pub workers: usize,
    /// Lease of a job.
    pub job_lease: Duration,
    /// Deadline of an import's reading.
    pub import_deadline: Duration,
    /// Who is believed about where a request came from.
    pub proxies: Proxies,
    /// Origins whose pages may call the API.
    pub cors_origins: Vec<String>,
    /// Requests a second of one person or token; 0: no limit.
    pub rate_per_caller: u32,
    /// Requests a second of one network address; 0: no limit.
    pub rate_per_address: u32,
    /// HTTP threads.
    pub http_workers: usize,
    /// How much may be under way.
    pub bounds: BoundsConfig,
    /// Log filter.
    pub log: String,
    /// Log as JSON.
    pub log_json: bool,
    /// Outside issuer.
    pub outside: Option<OutsideConfig>,
}

/// Every mistake in the settings, one a line.
#[derive(Debug, thiserror::Error)]
#[error("the settings are not valid:\n{}", .0.iter().map(|m| format!("  {m}")).collect::<Vec<_>>().join("\n"))]
pub struct ConfigError(pub Vec<String>);

impl Config {
    /// Where baselines come from.
    pub fn github(&self) -> GithubSettings {
        GithubSettings { emulator: self.emulator_url.clone(), enterprise: self.github_hosts.clone() }
    }

    /// Reads the file named by `POLICYTAB_CONFIG`, if any, and the environment.
    pub fn load() -> Result<Self, ConfigError> {
        Self::from_sources(sources()?)
    }

    /// One setting alone, for commands that need no other.
    pub fn one(name: &str) -> Result<Option<SecretString>, ConfigError> {
        let sources = sources()?;
        let mut read = Reader { look_up: &sources, mistakes: Vec::new() };
        let value = read.text(name).map(Into::into);
        if read.mistakes.is_empty() { Ok(value) } else { Err(ConfigError(read.mistakes)) }
    }

    /// Settings from any look-up; tests give a map.
    pub fn from_sources(look_up: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut read = Reader { look_up: &look_up, mistakes: Vec::new() };
        let listen: SocketAddr = read.parse("POLICYTAB_LISTEN").unwrap_or(([127, 0, 0, 1], 8080).into());
        let fallback = Url::parse(&format!("http://{listen}"));
        let outside = read.outside();
        let bounds = read.bounds();
        let config = Self {
            database_url: read.required("DATABASE_URL").into(),
            migration_database_url: read.text("POLICYTAB_MIGRATION_DATABASE_URL").map(Into::into),
            database_connections: read.parse("POLICYTAB_DATABASE_CONNECTIONS").unwrap_or(16),
            listen,
            public_url: match (read.parse::<Url>("POLICYTAB_PUBLIC_URL"), fallback) {
                (Some(url), _) | (None, Ok(url)) => url,
                (None, Err(e)) => {
                    read.mistakes.push(format!("POLICYTAB_PUBLIC_URL: {e}"));
                    return Err(ConfigError(read.mistakes));
                }
            },
            key_file: read.parse("POLICYTAB_KEY_FILE").unwrap_or_default(),
            signing_key_file: read.parse("POLICYTAB_SIGNING_KEY_FILE").unwrap_or_default(),
            emulator_url: read.parse("POLICYTAB_EMULATOR_URL"),
            github_hosts: read
                .parse::<String>("POLICYTAB_GITHUB_HOSTS")
                .unwrap_or_default()
                .split([',', ' '])
                .filter(|host| !host.is_empty())
                .map(str::to_lowercase)
                .collect(),
            workers: read.parse("POLICYTAB_WORKERS").unwrap_or(2),
            job_lease: Duration::from_secs(read.parse("POLICYTAB_JOB_LEASE_SECONDS").unwrap_or(7)),
            import_deadline: Duration::from_secs(
                read.parse("POLICYTAB_IMPORT_DEADLINE_SECONDS").unwrap_or(120),
            ),
            proxies: read.proxies(),
            cors_origins: read.list("POLICYTAB_CORS_ORIGINS", cors::origins),
            rate_per_caller: read.parse("POLICYTAB_RATE_PER_CALLER").unwrap_or(100),
            rate_per_address: read.parse("POLICYTAB_RATE_PER_ADDRESS").unwrap_or(400),
            http_workers: read.parse("POLICYTAB_HTTP_WORKERS").unwrap_or(2),
            bounds,
            log: read.text("POLICYTAB_LOG").unwrap_or_default(),
            log_json: match read.text("POLICYTAB_LOG_FORMAT").as_deref() {
                Some("json") => true,
                Some("pretty") | None => false,
                Some(other) => {
                    read.mistakes
                        .push(format!("POLICYTAB_LOG_FORMAT: {other:?} is neither `pretty` nor `json`"));
                    false
                }
            },
            outside,
        };
        if config.job_lease < Duration::from_secs(3) {
            read.mistakes.push("POLICYTAB_JOB_LEASE_SECONDS: must be at least 3".to_owned());
        }
        for host in &config.github_hosts {
            if !matches!(url::Host::parse(host), Ok(url::Host::Domain(_))) {
                read.mistakes.push(format!("POLICYTAB_GITHUB_HOSTS: {host} is no host name"));
            }
        }
        if read.mistakes.is_empty() { Ok(config) } else { Err(ConfigError(read.mistakes)) }
    }

    /// Whether browsers come over https, so that cookies are kept to it.
    pub fn secure(&self) -> bool {
        self.public_url.scheme() == "https"
    }

    /// `iss` of our own access tokens.
    pub fn issuer(&self) -> String {
        self.public_url.as_str().trim_end_matches('/').to_owned()
    }
}

/// The file named by `POLICYTAB_CONFIG`, if any, and the environment, which wins.
fn sources() -> Result<impl Fn(&str) -> Option<String>, ConfigError> {
    let mut builder = config::Config::builder();
    if let Some(file) = std::env::var_os("POLICYTAB_CONFIG") {
        builder =
            builder.add_source(config::File::from(PathBuf::from(file)).format(config::FileFormat::Toml));
    }
    let file: BTreeMap<String, String> = builder
        .build()
        .and_then(config::Config::try_deserialize)
        .map_err(|e| ConfigError(vec![format!("the file in POLICYTAB_CONFIG can't be read: {e}")]))?;
    Ok(move |name: &str| {
        std::env::var(name).ok().filter(|v| !v.is_empty()).or_else(|| file.get(&name.to_lowercase()).cloned())
    })
}

struct Reader<'a> {
    look_up: &'a dyn Fn(&str) -> Option<String>,
    mistakes: Vec<String>,
}

impl Reader<'_> {
    /// A setting by value or by file, but not both; else its default.
    fn text(&mut self, name: &str) -> Option<String> {
        let file_name = format!("{name}_FILE");
        let by_value = (self.look_up)(name);
        // POLICYTAB_KEY and its like don't exist: only whole settings have a _FILE twin.
        let by_file = (self.look_up)(&file_name);
        match (by_value, by_file) {
            (Some(_), Some(_)) => {
                self.mistakes.push(format!("{name} and {file_name}: set one of them, not both"));
                None
            }
            (Some(value), None) => Some(value),
            (None, Some(file)) => match std::fs::read_to_string(&file) {
                Ok(text) => Some(text.trim_end().to_owned()),
                Err(e) => {
                    self.mistakes.push(format!("{file_name}: {file} can't be read: {e}"));
                    None
                }
            },
            (None, None) => settings::default_of(name).map(str::to_owned),
        }
    }

    fn required(&mut self, name: &str) -> String {
        self.text(name).unwrap_or_else(|| {
            self.mistakes.push(format!("{name}: is required"));
            String::new()
        })
    }

    fn parse<T: FromStr>(&mut self, name: &str) -> Option<T>
    where
        T::Err: std::fmt::Display,
    {
        let text = self.text(name)?;
        match text.parse() {
            Ok(value) => Some(value),
            Err(e) => {
                self.mistakes.push(format!("{name}: {e}"));
                None
            }
        }
    }

    /// A number of at least one.
    fn count(&mut self, name: &str) -> usize {
        let count = self.parse(name).unwrap_or(1);
        if count == 0 {
            self.mistakes.push(format!("{name}: must be at least 1"));
        }
        count
    }

    fn seconds(&mut self, name: &str) -> Duration {
        Duration::from_secs(self.parse(name).unwrap_or_default())
    }

    fn bounds(&mut self) -> BoundsConfig {
        BoundsConfig {
            connections: self.count("POLICYTAB_HTTP_CONNECTIONS"),
            requests: self.count("POLICYTAB_HTTP_REQUESTS"),
            requests_per_msp: self.count("POLICYTAB_HTTP_REQUESTS_PER_MSP"),
            waiting: self.parse("POLICYTAB_HTTP_WAITING").unwrap_or_default(),
            patience: self.seconds("POLICYTAB_HTTP_WAIT_SECONDS"),
            head_time: self.seconds("POLICYTAB_HTTP_HEAD_SECONDS"),
            idle_time: self.seconds("POLICYTAB_HTTP_IDLE_SECONDS"),
            head_bytes: self.count("POLICYTAB_HTTP_HEAD_KIB").saturating_mul(1024),
            body_time: self.seconds("POLICYTAB_HTTP_BODY_SECONDS"),
            body_bytes: self.count("POLICYTAB_HTTP_BODY_MIB").saturating_mul(1024 * 1024),
            reader_time: self.seconds("POLICYTAB_HTTP_READER_SECONDS"),
            streams: self.count("POLICYTAB_EVENT_STREAMS"),
            streams_per_actor: self.count("POLICYTAB_EVENT_STREAMS_PER_ACTOR"),
            recheck: Duration::from_secs(self.count("POLICYTAB_EVENT_RECHECK_SECONDS") as u64),
            database_waiting: self.count("POLICYTAB_DATABASE_WAITING"),
            password_waiting: self.count("POLICYTAB_PASSWORD_WAITING"),
            drain: self.seconds("POLICYTAB_DRAIN_SECONDS"),
        }
    }

    /// A setting that holds several values.
    fn list<T>(&mut self, name: &str, values: impl Fn(&str) -> Result<Vec<T>, String>) -> Vec<T> {
        let text = self.text(name).unwrap_or_default();
        values(&text).unwrap_or_else(|e| {
            self.mistakes.push(format!("{name}: {e}"));
            Vec::new()
        })
    }

    /// The networks that are named, or any proxy at all, but not both.
    fn proxies(&mut self) -> Proxies {
        let networks = self.list("POLICYTAB_TRUSTED_PROXIES", Proxies::networks);
        let any: bool = self.parse("POLICYTAB_TRUST_FORWARDED_FOR").unwrap_or(false);
        match (networks.is_empty(), any) {
            (true, false) => Proxies::None,
            (true, true) => Proxies::Any,
            (false, false) => Proxies::Networks(networks),
            (false, true) => {
                self.mistakes.push(
                    "POLICYTAB_TRUSTED_PROXIES, POLICYTAB_TRUST_FORWARDED_FOR: set one of them, not both"
                        .to_owned(),
                );
                Proxies::None
            }
        }
    }

    /// Keys decide whose tokens are believed, so that nobody on the way may put others in their place.
    fn demand_authentic(&mut self, url: &Url) {
        let here = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            None => false,
        };
        if url.scheme() != "https" && !(url.scheme() == "http" && here) {
            self.mistakes.push(
                "POLICYTAB_OIDC_JWKS_URL: must be https; http is for 127.0.0.1, ::1 and localhost only, since others \
                 could send keys of their own"
                    .to_owned(),
            );
        }
    }

    /// The outside issuer: all three of its settings, or none.
    fn outside(&mut self) -> Option<OutsideConfig> {
        let issuer = self.text("POLICYTAB_OIDC_ISSUER");
        let jwks_url = self.parse("POLICYTAB_OIDC_JWKS_URL");
        if let Some(url) = &jwks_url {
            self.demand_authentic(url);
        }
        let audience = self.text("POLICYTAB_OIDC_AUDIENCE");
        let msp_claim = self.text("POLICYTAB_OIDC_MSP_CLAIM").unwrap_or_default();
        let role_claim = self.text("POLICYTAB_OIDC_ROLE_CLAIM").unwrap_or_default();
        match (issuer, jwks_url, audience) {
            (Some(issuer), Some(jwks_url), Some(audience)) => {
                Some(OutsideConfig { jwks_url, issuer, audience, msp_claim, role_claim })
            }
            (None, None, None) => None,
            _ => {
                self.mistakes.push(
                    "POLICYTAB_OIDC_ISSUER, POLICYTAB_OIDC_JWKS_URL, POLICYTAB_OIDC_AUDIENCE: set all three or none"
                        .to_owned(),
                );
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::from_sources(|name| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        let error = from(&[
            ("POLICYTAB_LISTEN", "here"),
            ("POLICYTAB_WORKERS", "many"),
            ("POLICYTAB_LOG_FORMAT", "xml"),
            ("POLICYTAB_OIDC_ISSUER", "https://issuer.example"),
            ("POLICYTAB_CORS_ORIGINS", "*"),
            ("POLICYTAB_TRUSTED_PROXIES", "10.0.0.0/8"),
            ("POLICYTAB_TRUST_FORWARDED_FOR", "true"),
        ])
        .unwrap_err()
        .to_string();
        for name in [
            "DATABASE_URL",
            "POLICYTAB_LISTEN",
            "POLICYTAB_WORKERS",
            "POLICYTAB_LOG_FORMAT",
            "POLICYTAB_OIDC",
            "POLICYTAB_CORS_ORIGINS",
            "POLICYTAB_TRUSTED_PROXIES",
        ] {
            assert!(error.contains(name), "{name} is missing in {error}");
        }
    }

    #[test]
    fn keys_of_an_outside_issuer_come_by_https_or_from_this_machine() {
        let read = |url| {
            from(&[
                ("DATABASE_URL", "postgres://x"),
                ("POLICYTAB_OIDC_ISSUER", "https://issuer.example"),
                ("POLICYTAB_OIDC_AUDIENCE", "policytab"),
                ("POLICYTAB_OIDC_JWKS_URL", url),
            ])
        };
        for url in [
            "https://issuer.example/keys",
            "http://127.0.0.1:9000/keys",
            "http://127.8.0.1/keys",
            "http://[::1]/keys",
            "http://localhost:9000/keys",
        ] {
            let config = read(url).unwrap();
            assert_eq!(config.outside.unwrap().jwks_url.as_str(), url);
        }
        for url in [
            "http://issuer.example/keys",
            "http://127.0.0.1.issuer.example/keys",
            "http://localhost.issuer.example/keys",
            "http://127.0.0.1@issuer.example/keys",
            "http://10.0.0.1/keys",
            "http://0.0.0.0/keys",
            "http://[::ffff:10.0.0.1]/keys",
            "ftp://127.0.0.1/keys",
            "file:///keys",
        ] {
            let told = read(url).unwrap_err().to_string();
            assert!(told.contains("POLICYTAB_OIDC_JWKS_URL: must be https"), "{url}: {told}");
            assert!(!told.contains("set all three"), "{told}");
        }
    }

    #[test]
    fn only_the_database_is_required() {
        let config = from(&[("DATABASE_URL", "postgres://x")]).unwrap();
        assert_eq!(config.listen.port(), 8080);
        assert_eq!(config.issuer(), "http://127.0.0.1:8080");
        assert!(!config.secure());
        assert!(config.emulator_url.is_none());
        assert_eq!(config.bounds, BoundsConfig::default());
        // An import whose worker died goes on within ten seconds: the lease ends, then the queue is looked at.
        assert!(config.job_lease + policytab_app::worker::POLL < Duration::from_secs(10));
    }

    #[test]
    fn debug_output_never_shows_the_database_password() {
        let config = from(&[("DATABASE_URL", "postgres://u:hunter2@h/d")]).unwrap();
        assert!(!format!("{config:?}").contains("hunter2"));
    }
}
