//! The passwords of a private cluster: made once, kept in one file that only we can read.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::ClusterError;

const FILE: &str = "passwords.json";

/// One password for each role that can sign in. Has no `Debug`, so that none can be logged by accident.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Passwords {
    pub(crate) superuser: String,
    pub(crate) owner: String,
    pub(crate) runtime: String,
}

impl Passwords {
    fn generate() -> Passwords {
        // Two version 4 UUIDs: 244 random bits from the operating system, and only characters that a URL takes as is.
        let password = || format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple());
        Passwords { superuser: password(), owner: password(), runtime: password() }
    }

    /// The stored passwords of a cluster that exists.
    pub(crate) fn load(dir: &Path) -> Result<Passwords, ClusterError> {
        let path = dir.join(FILE);
        let text = fs::read_to_string(&path).map_err(ClusterError::io("read", &path))?;
        serde_json::from_str(&text).map_err(|source| ClusterError::Io {
            what: "understand",
            path,
            source: source.into(),
        })
    }

    /// New passwords for a cluster that is about to be made; replaces a file left by an earlier, unfinished attempt.
    pub(crate) fn create(dir: &Path) -> Result<Passwords, ClusterError> {
        let passwords = Passwords::generate();
        let path = dir.join(FILE);
        let text = serde_json::to_string_pretty(&passwords).map_err(|source| ClusterError::Io {
            what: "write",
            path: path.clone(),
            source: source.into(),
        })?;
        write_private(&path, &text)?;
        Ok(passwords)
    }
}

/// Writes a file that has mode 0600 from its first byte on.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<(), ClusterError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(ClusterError::io("replace", path)(error));
        }
        _ => {}
    }
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(ClusterError::io("write", path))?;
    file.write_all(text.as_bytes()).map_err(ClusterError::io("write", path))
}
