//! What lies where in a data directory, and the lock on it.
//!
//! ```text
//! <data_dir>/lock             held while a supervisor runs
//! <data_dir>/passwords.json   mode 0600
//! <data_dir>/postgres.log     the server's output since its last start
//! <data_dir>/storage          only when relocated: link to the folder that holds what follows
//! <storage>/pgdata            the cluster
//! <storage>/postgresql-18.4   a copy of the programs, only when the account could not reach them
//! ```
//!
//! Started by root from a checkout that nobody else may enter, the server could not reach `<data_dir>`. Its files then
//! go to a folder under `/var/lib` named after the data directory, and a link says so.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::{DirBuilderExt, symlink};
use std::path::{Path, PathBuf};

use crate::ClusterError;
use crate::account::Account;

const RELOCATED_ROOT: &str = "/var/lib/policytab-dev";

/// A locked data directory. The lock is the file's: it goes when this value is dropped or the process dies.
pub(crate) struct Storage {
    dir: PathBuf,
    root: PathBuf,
    _lock: File,
}

impl Storage {
    /// Makes the directory where needed, locks it, and finds the account to run as.
    pub(crate) fn open(dir: &Path) -> Result<(Storage, Account), ClusterError> {
        // Others may pass through, never list: the passwords' file has its own mode.
        let make = |path: &Path| {
            DirBuilder::new().recursive(true).mode(0o711).create(path).map_err(ClusterError::io("make", path))
        };
        make(dir)?;
        let dir = dir.canonicalize().map_err(ClusterError::io("open", dir))?;
        let lock = lock(&dir)?;
        let link = dir.join("storage");
        let existing = [link.join("pgdata"), dir.join("pgdata")].into_iter().find(|path| path.exists());
        let account = Account::choose(existing.as_deref())?;
        let root = if let Ok(target) = fs::read_link(&link) {
            make(&target)?;
            target
        } else if account.can_enter(&dir) {
            dir.clone()
        } else {
            let mut hasher = DefaultHasher::new();
            dir.hash(&mut hasher);
            let target = Path::new(RELOCATED_ROOT).join(format!("{:016x}", hasher.finish()));
            make(&target)?;
            symlink(&target, &link).map_err(ClusterError::io("make", &link))?;
            tracing::info!(from = %dir.display(), to = %target.display(), "PostgreSQL cannot reach its data directory, using another");
            target
        };
        Ok((Storage { dir, root, _lock: lock }, account))
    }

    /// The directory of the configuration: holds passwords and log.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// The folder that the server's account can reach.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The cluster itself.
    pub(crate) fn pgdata(&self) -> PathBuf {
        self.root.join("pgdata")
    }

    /// The server's log.
    pub(crate) fn log(&self) -> PathBuf {
        self.dir.join("postgres.log")
    }

    /// The major version that made the cluster, `None` when there is none yet.
    pub(crate) fn major_version(&self) -> Result<Option<u32>, ClusterError> {
        let path = self.pgdata();
        let empty = match fs::read_dir(&path) {
            Ok(mut entries) => entries.next().is_none(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => true,
            Err(error) => return Err(ClusterError::io("read", &path)(error)),
        };
        if empty {
            return Ok(None);
        }
        let broken =
            |reason: &str| ClusterError::BrokenData { path: path.clone(), reason: reason.to_owned() };
        let text = fs::read_to_string(path.join("PG_VERSION")).map_err(|_| broken("it has no PG_VERSION"))?;
        let major = text.trim().parse().map_err(|_| broken("its PG_VERSION is not a number"))?;
        if !path.join("global/pg_control").is_file() {
            return Err(broken("it has no global/pg_control"));
        }
        if !self.dir.join("passwords.json").is_file() {
            return Err(broken("its passwords.json is gone"));
        }
        Ok(Some(major))
    }
}

fn lock(dir: &Path) -> Result<File, ClusterError> {
    let path = dir.join("lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(ClusterError::io("open", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(ClusterError::AlreadyRunning { path: dir.to_path_buf() }),
        Err(TryLockError::Error(error)) => Err(ClusterError::io("lock", &path)(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_opener_is_told_who_is_in_the_way() {
        let dir = tempfile::tempdir().expect("a folder");
        let first = Storage::open(dir.path()).expect("the first");
        let second = Storage::open(dir.path()).map(|_| ()).expect_err("the second");
        assert!(matches!(second, ClusterError::AlreadyRunning { .. }), "{second}");
        drop(first);
        Storage::open(dir.path()).expect("free again");
    }

    #[test]
    fn foreign_files_are_not_taken_for_a_cluster() {
        let dir = tempfile::tempdir().expect("a folder");
        let (storage, _) = Storage::open(dir.path()).expect("open");
        assert_eq!(storage.major_version().expect("nothing yet"), None);
        fs::create_dir(storage.pgdata()).expect("mkdir");
        fs::write(storage.pgdata().join("holiday.jpg"), "x").expect("write");
        let error = storage.major_version().expect_err("foreign").to_string();
        assert!(error.contains("no PG_VERSION") && error.contains("move it away"), "{error}");
    }
}
