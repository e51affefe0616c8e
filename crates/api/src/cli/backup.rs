//! `admin backup` and `admin restore`: PostgreSQL's own programs, with what they don't say by themselves.
//!
//! The file holds everything but the key file: secrets are in it as they are in the database, sealed.

use super::Failure;
use crate::config::Config;
use policytab_store::{DatabaseFacts, look};
use secrecy::{ExposeSecret as _, SecretString};
use std::{
    ffi::OsString,
    fs::{self, OpenOptions},
    path::{Path, PathBuf},
    process::Stdio,
};
use tokio::process::Command;
use url::Url;

/// Names the role that sees all rows.
const SETTING: &str = "POLICYTAB_BACKUP_DATABASE_URL";

/// Writes the database into a new file.
#[expect(clippy::print_stdout, reason = "the command's answer")]
pub(super) async fn backup(to: &Path) -> Result<(), Failure> {
    if to.exists() {
        return Err(format!("{} exists already: a backup is never overwritten", to.display()).into());
    }
    let (url, facts) = database().await?;
    if !facts.sees_all_rows {
        return Err(format!(
            "the role {} does not see all rows, since row level security binds it: name one with BYPASSRLS in {SETTING}",
            facts.role
        )
        .into());
    }
    let program = program("pg_dump", &facts).await?;
    // Complete or not there. Only its owner may read it.
    let mut aside = OsString::from(to);
    aside.push(".partial");
    let aside = PathBuf::from(aside);
    private(&aside)?;
    let mut dump = tool(&program, &url)?;
    // Compression sets the pace of a dump, and more of it saves little: most bytes are compressed or random already.
    dump.args(["--format=custom", "--compress=1", "--no-password", "--file"]).arg(&aside);
    let done = match finish(dump, "pg_dump").await {
        Ok(()) => fs::rename(&aside, to).map_err(|e| format!("{} can't be made: {e}", to.display()).into()),
        Err(error) => Err(error),
    };
    if done.is_err() {
        let _ = fs::remove_file(&aside);
    }
    done?;
    let size = fs::metadata(to).map(|m| m.len()).unwrap_or_default();
    println!(
        "Backed up the database {} into {} ({size} bytes).\n\
         The key file (POLICYTAB_KEY_FILE) is not in it, and without it no stored secret opens: keep a copy apart from \
         this one.",
        facts.database,
        to.display()
    );
    Ok(())
}

/// Reads a backup into an empty database.
#[expect(clippy::print_stdout, reason = "the command's answer")]
pub(super) async fn restore(from: &Path) -> Result<(), Failure> {
    if !from.is_file() {
        return Err(format!("{} is no file", from.display()).into());
    }
    let (url, facts) = database().await?;
    if facts.objects > 0 {
        return Err(format!(
            "the database {} is not empty: a backup is restored into an empty one only, so that nothing is lost or mixed",
            facts.database
        )
        .into());
    }
    if !facts.missing_roles.is_empty() {
        return Err(format!(
            "the server lacks the role(s) {}: run docker/bootstrap.sql in the database {} first",
            facts.missing_roles.join(", "),
            facts.database
        )
        .into());
    }
    if !facts.superuser {
        return Err(format!(
            "the role {} is no superuser, which it takes to give tables to their owner: name one in {SETTING}",
            facts.role
        )
        .into());
    }
    let program = program("pg_restore", &facts).await?;
    let mut restore = tool(&program, &url)?;
    restore
        .args(["--exit-on-error", "--single-transaction", "--no-password", "--dbname", &facts.database])
        .arg(from);
    finish(restore, "pg_restore").await?;
    println!(
        "Restored {} into the database {}.\n\
         Start the server with the key file that belongs to it, and see `policytab admin verify-audit`.",
        from.display(),
        facts.database
    );
    Ok(())
}

async fn database() -> Result<(Url, DatabaseFacts), Failure> {
    let url: SecretString = Config::one(SETTING)?
        .ok_or_else(|| format!("set {SETTING} to the PostgreSQL address of a role that sees all rows"))?;
    let facts = look(url.expose_secret()).await?;
    let url = Url::parse(url.expose_secret())
        .map_err(|_| format!("{SETTING} must be an address that begins with postgres://"))?;
    Ok((url, facts))
}

/// A program of an installed PostgreSQL that is no older than the server.
async fn program(name: &str, facts: &DatabaseFacts) -> Result<PathBuf, Failure> {
    let program = match std::env::var_os("PG_BIN").filter(|folder| !folder.is_empty()) {
        Some(folder) => PathBuf::from(folder).join(name),
        None => PathBuf::from(name),
    };
    let wanted = format!("install PostgreSQL's client programs of version {} or newer", facts.major);
    let output = Command::new(&program).arg("--version").output().await.map_err(|_| {
        format!("{name} is not installed here (the embedded PostgreSQL brings none): {wanted}, or name their folder in PG_BIN")
    })?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let major = major(&text).ok_or_else(|| format!("{name} does not tell its version"))?;
    if major < facts.major {
        return Err(format!(
            "{name} here is of version {major}, older than the server ({}), and would refuse: {wanted}",
            facts.version
        )
        .into());
    }
    Ok(program)
}

/// `15` of `pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
fn major(text: &str) -> Option<i32> {
    let version = text.split_once("(PostgreSQL) ")?.1;
    version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// The program with the connection in its environment: arguments can be read by everybody on the machine.
fn tool(program: &Path, url: &Url) -> Result<Command, Failure> {
    let decoded = |text: &str| {
        let decoded = percent_encoding::percent_decode_str(text).decode_utf8();
        decoded.map(|t| t.into_owned()).map_err(|_| format!("{SETTING} holds what is no text"))
    };
    let mut command = Command::new(program);
    command.kill_on_drop(true).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    for (name, value) in [
        ("PGHOST", url.host_str().map(|h| h.trim_matches(['[', ']']).to_owned())),
        ("PGPORT", url.port().map(|p| p.to_string())),
        ("PGUSER", Some(decoded(url.username())?)),
        ("PGPASSWORD", url.password().map(decoded).transpose()?),
        ("PGDATABASE", Some(decoded(url.path().trim_start_matches('/'))?)),
    ] {
        if let Some(value) = value.filter(|v| !v.is_empty()) {
            command.env(name, value);
        }
    }
    for (name, value) in url.query_pairs() {
        match &*name {
            "sslmode" => command.env("PGSSLMODE", &*value),
            "sslrootcert" => command.env("PGSSLROOTCERT", &*value),
            _ => &mut command,
        };
    }
    Ok(command)
}

async fn finish(mut command: Command, name: &str) -> Result<(), Failure> {
    let child = command.spawn().map_err(|e| format!("{name} can't be started: {e}"))?;
    let ended = tokio::select! {
        ended = child.wait_with_output() => ended?,
        () = super::stop_signal() => return Err(format!("{name} was stopped before its end").into()),
    };
    if ended.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&ended.stderr);
    let said = text.lines().find(|line| line.contains("error:")).or(text.lines().last()).unwrap_or("nothing");
    Err(format!("{name} failed: {}", said.trim_start_matches(&format!("{name}: error: "))).into())
}

/// An empty file that only its owner may read.
fn private(path: &Path) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop).map_err(|e| format!("{} can't be made: {e}", path.display()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_distributions_write_them() {
        assert_eq!(major("pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"), Some(15));
        assert_eq!(major("pg_restore (PostgreSQL) 18.4"), Some(18));
        assert_eq!(major("pg_dump (PostgreSQL) 19beta1"), Some(19));
        assert_eq!(major("sh: pg_dump: not found"), None);
    }

    #[test]
    fn the_password_is_in_no_argument() {
        let url = Url::parse("postgres://backup:p%40ss+w%20rd%26=@db.example:5433/policytab?sslmode=require")
            .unwrap();
        let command = tool(Path::new("pg_dump"), &url).unwrap();
        let command = command.as_std();
        assert_eq!(command.get_args().count(), 0);
        let of = |name: &str| {
            let found = command.get_envs().find(|(n, _)| *n == name);
            found.and_then(|(_, v)| v).map(|v| v.to_string_lossy().into_owned())
        };
        assert_eq!(of("PGPASSWORD").as_deref(), Some("p@ss+w rd&="));
        assert_eq!(of("PGHOST").as_deref(), Some("db.example"));
        assert_eq!((of("PGPORT").as_deref(), of("PGDATABASE").as_deref()), (Some("5433"), Some("policytab")));
        assert_eq!((of("PGUSER").as_deref(), of("PGSSLMODE").as_deref()), (Some("backup"), Some("require")));
    }
}
