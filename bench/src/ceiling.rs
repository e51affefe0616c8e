//! What PostgreSQL alone does: `pgbench` with the same statements, role and number of connections.

use std::path::{Path, PathBuf};
use std::process::Command;

use url::Url;

/// Transactions of one run.
pub(crate) struct Outcome {
    /// A second.
    pub(crate) rate: f64,
    /// In all.
    pub(crate) count: f64,
}

/// Folders of PostgreSQL's programs in Debian's packages.
pub(crate) fn packaged() -> impl Iterator<Item = PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    versions.map(|entry| entry.path().join("bin"))
}

/// The program, when the machine has it: on the path, or in a folder of Debian's packages.
pub(crate) fn find() -> Option<PathBuf> {
    let on_path = std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let folders = on_path.into_iter().flatten().chain(packaged());
    folders.map(|folder| folder.join("pgbench")).find(|path| path.is_file())
}

/// Runs a script for some seconds.
pub(crate) fn run(
    program: &Path,
    url: &Url,
    script: &Path,
    clients: u64,
    seconds: u64,
) -> Result<Outcome, String> {
    let output = Command::new(program)
        .env("PGPASSWORD", url.password().unwrap_or_default())
        .args(["--no-vacuum", "--protocol=prepared", "--jobs=2", "--username", url.username()])
        .args([
            "--host",
            url.host_str().unwrap_or_default(),
            "--port",
            &url.port().unwrap_or(5432).to_string(),
        ])
        .args(["--client", &clients.to_string(), "--time", &seconds.to_string(), "--file"])
        .arg(script)
        .arg(url.path().trim_start_matches('/'))
        .output()
        .map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    let number = |prefix: &str| {
        let rest = text.lines().find_map(|line| line.strip_prefix(prefix))?;
        rest.split(['/', ' ']).find(|part| !part.is_empty())?.parse::<f64>().ok()
    };
    match (number("tps = "), number("number of transactions actually processed: ")) {
        (Some(rate), Some(count)) if output.status.success() => Ok(Outcome { rate, count }),
        _ => Err(format!("pgbench failed: {}", String::from_utf8_lossy(&output.stderr).trim())),
    }
}
