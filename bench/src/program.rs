//! The program under test with the settings that all its processes share.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use policytab_dev_postgres::Urls;

use crate::AnyError;

/// File of what servers have logged.
pub(crate) const LOG: &str = "server.log";

/// Where it is, and what it works with.
#[derive(Clone)]
pub(crate) struct Program {
    path: PathBuf,
    dir: PathBuf,
    pub(crate) urls: Urls,
    emulator: String,
}

impl Program {
    /// `dir` holds its key files.
    pub(crate) fn new(path: &Path, dir: &Path, urls: &Urls, emulator: String) -> Self {
        Self { path: path.to_owned(), dir: dir.to_owned(), urls: urls.clone(), emulator }
    }

    /// The same on another database.
    pub(crate) fn on(&self, urls: Urls) -> Self {
        Self { urls, ..self.clone() }
    }

    /// A folder for what is written while measuring.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// The master keys.
    pub(crate) fn key_file(&self) -> PathBuf {
        self.dir.join("vault.keys")
    }

    /// The keys that sign access tokens.
    pub(crate) fn signing_keys(&self) -> PathBuf {
        self.dir.join("signing.pem")
    }

    /// What its servers log. Under overload that is a great deal.
    pub(crate) fn log(&self) -> PathBuf {
        self.dir.join(LOG)
    }

    /// A process of it that is not started yet; nothing of this environment reaches it.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command
            .env_clear()
            .env("DATABASE_URL", &self.urls.runtime_url)
            .env("POLICYTAB_KEY_FILE", self.key_file())
            .env("POLICYTAB_SIGNING_KEY_FILE", self.signing_keys())
            .env("POLICYTAB_EMULATOR_URL", &self.emulator)
            .env("POLICYTAB_LOG", "warn")
            .stdin(Stdio::null());
        command
    }

    /// Runs one of its commands to the end and gives what that printed.
    pub(crate) fn run(&self, arguments: &[&str], settings: &[(&str, &str)]) -> Result<String, AnyError> {
        let output = self.command().args(arguments).envs(settings.iter().copied()).output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(format!("policytab {}: {}", arguments.join(" "), said.trim()).into());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}
