//! Makes a new cluster: all of it or nothing, so that an interrupted attempt is not taken for a broken cluster.

use std::fs;
use std::process::Stdio;

use crate::ClusterError;
use crate::account::Account;
use crate::binaries::Binaries;
use crate::passwords::{Passwords, write_private};
use crate::storage::Storage;

/// Runs `initdb` beside the final place and renames the result. Blocks for a second or so.
pub(crate) fn create(
    storage: &Storage,
    binaries: &Binaries,
    account: Account,
) -> Result<Passwords, ClusterError> {
    let passwords = Passwords::create(storage.dir())?;
    let unfinished = storage.root().join("pgdata.unfinished");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished).map_err(ClusterError::io("remove", &unfinished))?;
    }
    fs::create_dir(&unfinished).map_err(ClusterError::io("make", &unfinished))?;
    account.take(&unfinished)?;
    let password_file = storage.root().join("initdb.password");
    write_private(&password_file, &passwords.superuser)?;
    account.take(&password_file)?;

    let mut command = account.command(&binaries.initdb());
    command
        .arg("--pgdata")
        .arg(&unfinished)
        .args(["--username=postgres", "--encoding=UTF8", "--auth=scram-sha-256", "--no-sync"])
        .arg("--pwfile")
        .arg(&password_file)
        .args(locale_flags(binaries.major))
        .current_dir(storage.root())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let output = command.output().map_err(ClusterError::io("run", &binaries.initdb()));
    fs::remove_file(&password_file).map_err(ClusterError::io("remove", &password_file))?;
    let output = output?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        // The first line names the cause; what follows is advice and clean-up notes.
        let reason = said.lines().find(|line| !line.trim().is_empty()).unwrap_or("it gave no reason");
        return Err(ClusterError::Initdb { reason: reason.to_owned() });
    }
    let pgdata = storage.pgdata();
    fs::rename(&unfinished, &pgdata).map_err(ClusterError::io("make", &pgdata))?;
    Ok(passwords)
}

/// The same order of text everywhere, whatever locales the machine has. The builtin provider is there since 17.
fn locale_flags(major: u32) -> &'static [&'static str] {
    match major {
        17.. => &["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"],
        _ => &["--locale=C.UTF-8"],
    }
}
