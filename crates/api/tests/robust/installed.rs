//! A server of the installed PostgreSQL, whose version is that of the installed pg_dump.

use policytab_dev_postgres::{Cluster, ClusterConfig, Durability};
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// A folder with a server that the installed pg_dump goes with.
pub(crate) fn programs() -> Result<PathBuf, String> {
    let told = |program: &Path, argument: &str| {
        let output = Command::new(program)
            .arg(argument)
            .output()
            .map_err(|e| format!("{}: {e}", program.display()))?;
        Ok::<_, String>(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let major = |text: &str| -> Option<u32> {
        let version = text.split_once("(PostgreSQL) ")?.1;
        version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
    };
    let dump = major(&told(Path::new("pg_dump"), "--version")?).ok_or("pg_dump tells no version")?;
    let installed = told(Path::new("pg_config"), "--bindir").map(PathBuf::from);
    for bin in [Ok(format!("/usr/lib/postgresql/{dump}/bin").into()), installed].into_iter().flatten() {
        let server = told(&bin.join("postgres"), "--version").ok().and_then(|text| major(&text));
        if server == Some(dump) && bin.join("initdb").is_file() {
            return Ok(bin);
        }
    }
    Err(format!("no server of version {dump} is installed"))
}

/// Starts a throwaway server by the programs of that folder.
pub(crate) async fn cluster(dir: &Path, bin: &Path) -> Cluster {
    cluster_of(Durability::Throwaway, dir, bin).await
}

/// The same, worth its data or not.
pub(crate) async fn cluster_of(durability: Durability, dir: &Path, bin: &Path) -> Cluster {
    let config = ClusterConfig { data_dir: dir.to_owned(), durability, port: None, project_root: None };
    Cluster::start_with(config, bin).await.unwrap()
}
