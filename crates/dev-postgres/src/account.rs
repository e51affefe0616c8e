//! The operating system account under which PostgreSQL's programs run.
//!
//! PostgreSQL refuses to run as root. Instead of asking for `su` or `runuser`, which not every system has, the child
//! is started with another uid and gid, which the standard library can do.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::ClusterError;

/// Who runs the server: ourselves, or the account that root becomes for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Account {
    Ourselves,
    Other { uid: u32, gid: u32 },
}

impl Account {
    /// Ourselves unless we are root. Root becomes the owner of `existing` data, else `postgres`, else `nobody`.
    pub(crate) fn choose(existing: Option<&Path>) -> Result<Account, ClusterError> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Account::Ourselves);
        }
        if let Some(owner) = existing.and_then(|path| fs::metadata(path).ok()).filter(|meta| meta.uid() != 0)
        {
            return Ok(Account::Other { uid: owner.uid(), gid: owner.gid() });
        }
        let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
        ["postgres", "nobody"]
            .iter()
            .find_map(|name| find_user(&passwd, name))
            .map(|(uid, gid)| Account::Other { uid, gid })
            .ok_or(ClusterError::NoAccount)
    }

    /// A command that will run as this account, in a process group of its own: Ctrl-C in the terminal must reach us
    /// alone, so that we can stop the server after its clients.
    pub(crate) fn command(self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.process_group(0).stdin(Stdio::null());
        if let Account::Other { uid, gid } = self {
            command.uid(uid).gid(gid);
        }
        command
    }

    /// Makes the account the owner of a file or folder that we have made.
    pub(crate) fn take(self, path: &Path) -> Result<(), ClusterError> {
        match self {
            Account::Ourselves => Ok(()),
            Account::Other { uid, gid } => {
                chown(path, Some(uid), Some(gid)).map_err(ClusterError::io("change the owner of", path))
            }
        }
    }

    /// Whether the account can enter `dir`. A checkout below root's home (mode 0700) cannot be entered by others.
    pub(crate) fn can_enter(self, dir: &Path) -> bool {
        // The folder is changed to after the uid, so starting fails exactly when it cannot be entered.
        self.command(Path::new("/bin/sh"))
            .args(["-c", "exit 0"])
            .current_dir(dir)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }
}

/// uid and gid of a user in the text of `/etc/passwd`. Negative numbers (macOS: nobody is -2) wrap as the kernel's do.
fn find_user(passwd: &str, name: &str) -> Option<(u32, u32)> {
    let number = |text: &str| text.parse::<i64>().ok().map(|n| n as u32);
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next() != Some(name) {
            return None;
        }
        let uid = number(fields.nth(1)?)?;
        let gid = number(fields.next()?)?;
        (uid != 0).then_some((uid, gid))
    })
}

#[cfg(test)]
mod tests {
    use super::find_user;

    #[test]
    fn users_are_found_by_their_whole_name() {
        let passwd = "root:x:0:0::/root:/bin/sh\npostgresql:x:7:8::/:/bin/sh\npostgres:x:101:104:,,,:/var:/bin/sh\n\
                      nobody:*:-2:-2::/var/empty:/usr/bin/false\n";
        assert_eq!(find_user(passwd, "postgres"), Some((101, 104)));
        assert_eq!(find_user(passwd, "nobody"), Some((u32::MAX - 1, u32::MAX - 1)));
        assert_eq!(find_user(passwd, "daemon"), None);
        assert_eq!(find_user(passwd, "root"), None, "root is never an answer");
    }
}
