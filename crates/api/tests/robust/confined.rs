//! The product as the image runs it: not root, no capability, everything read-only but the folder of keys and `/tmp`.
//! There is no Docker in it; a mount namespace confines the built program in the same way.
#![cfg(target_os = "linux")]

use crate::harness::{Database, Process, Stage};
use policytab_test_support::{TestDb, skip_forbidden};
use std::{
    collections::BTreeMap,
    fs::{self, Permissions},
    net::SocketAddr,
    os::unix::fs::{PermissionsExt as _, chown},
    path::Path,
    process::Command,
    time::Duration,
};

const DOCKERFILE: &str = include_str!("../../../../Dockerfile");
const SCRIPT: &str = include_str!("confined.sh");
const KEYS: &str = "/var/lib/policytab/keys";

/// The account of the image.
const ACCOUNT: u32 = 10_001;

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// A shell in a mount namespace of its own; who is not root is root of a user namespace there.
fn namespace() -> Command {
    let mut command = Command::new("unshare");
    command.args(["--mount", "--propagation", "private"]);
    if !is_root() {
        command.arg("--map-root-user");
    }
    command.args(["--", "sh", "-c"]);
    command
}

/// Why there can be no such namespace here; `None` when there can.
fn missing() -> Option<String> {
    let probe = "mount -t tmpfs none /tmp && mount -o remount,bind,ro / && setpriv --no-new-privs true";
    match namespace().arg(probe).output() {
        Ok(output) if output.status.success() => None,
        Ok(output) => Some(String::from_utf8_lossy(&output.stderr).into_owned()),
        Err(error) => Some(format!("unshare can't be run: {error}")),
    }
}

/// What the image sets, of these names.
fn image_setting(name: &str) -> String {
    let set = format!("{name}=");
    let found = DOCKERFILE.split_whitespace().find_map(|word| word.strip_prefix(&set));
    found.unwrap_or_else(|| panic!("the image does not set {name}")).to_owned()
}

fn confined(name: &str, command: &str, dir: &Path, settings: &[(String, String)]) -> Process {
    let keys = dir.join("keys");
    fs::create_dir_all(&keys).unwrap();
    fs::set_permissions(&keys, Permissions::from_mode(0o700)).unwrap();
    let account = if is_root() { ACCOUNT.to_string() } else { String::new() };
    if is_root() {
        chown(&keys, Some(ACCOUNT), Some(ACCOUNT)).unwrap();
    }
    let mut program = namespace();
    program.args([SCRIPT, "confined", env!("CARGO_BIN_EXE_policytab")]).arg(&keys).args([&account, command]);
    Process::run(name, program, dir, settings)
}

/// Names of what is in a folder of the process's own view, with their modes.
fn listed(process: &Process, folder: &str) -> BTreeMap<String, u32> {
    let folder = format!("/proc/{}/root{folder}", process.id());
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .map(|entry| {
            (
                entry.file_name().into_string().unwrap(),
                entry.metadata().unwrap().permissions().mode() & 0o7777,
            )
        })
        .collect()
}

/// Fails where the process has a right that it needs not, or has left something behind.
fn is_confined(process: &Process) {
    let of = |name: &str| fs::read_to_string(format!("/proc/{}/{name}", process.id())).unwrap();
    let status = of("status");
    let value = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    let uids = value("Uid:");
    assert!(uids.iter().all(|uid| uid == &uids[0] && uid != "0"), "{uids:?}");
    if is_root() {
        assert_eq!(uids[0], ACCOUNT.to_string());
        assert!(value("Groups:").is_empty());
    }
    for set in ["CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:"] {
        assert_eq!(u64::from_str_radix(&value(set)[0], 16), Ok(0), "{set}");
    }
    assert_eq!(value("NoNewPrivs:"), ["1"]);

    // Of several mounts at one place the last is seen. What the kernel makes up is no place to write files to.
    let mounts = of("mounts");
    let mut last = BTreeMap::new();
    for mount in mounts.lines().map(|line| line.split(' ').collect::<Vec<_>>()) {
        last.insert(
            mount[1].to_owned(),
            (mount[2].to_owned(), mount[3].split(',').any(|option| option == "rw")),
        );
    }
    let kernel =
        ["proc", "sysfs", "cgroup", "cgroup2", "devpts", "mqueue", "securityfs", "autofs", "binfmt_misc"];
    let written: Vec<_> = last
        .iter()
        .filter(|(_, (kind, writable))| *writable && !kernel.contains(&kind.as_str()))
        .map(|(place, _)| place.as_str())
        .collect();
    assert_eq!(written, ["/tmp", KEYS], "these can be written to");
    assert!(listed(process, "/tmp").is_empty(), "{:?}", listed(process, "/tmp"));
    let log = process.log();
    for refused in ["Read-only file system", "Permission denied", "Operation not permitted"] {
        assert!(!log.contains(refused), "{log}");
    }
}

/// What Docker would ask, of another port.
fn health_check(port: u16) -> bool {
    let check = DOCKERFILE.lines().skip_while(|line| !line.starts_with("HEALTHCHECK")).nth(1).unwrap();
    let check: Vec<String> = serde_json::from_str(check.trim().strip_prefix("CMD ").unwrap()).unwrap();
    let check: Vec<_> = check.iter().map(|word| word.replace("8080", &port.to_string())).collect();
    Command::new(&check[0]).args(&check[1..]).output().unwrap().status.success()
}

#[tokio::test(flavor = "multi_thread")]
async fn not_root_and_read_only_it_serves_imports_and_writes_its_keys_alone() {
    if let Some(why) = missing() {
        // As root in a container without the right to: nothing that could be installed gives it.
        return skip_forbidden("the confined program, for want of a mount namespace", why);
    }
    let db = TestDb::new().await;
    let (runtime_url, superuser_url) = (db.runtime_url.clone(), db.superuser_url.clone());
    let database = Database { runtime_url, superuser_url, _own: Some(db) };
    let set = ["POLICYTAB_KEY_FILE", "POLICYTAB_SIGNING_KEY_FILE", "POLICYTAB_LOG_FORMAT"]
        .map(|name| (name, image_setting(name)));
    let set: Vec<_> = set.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut stage =
        Stage::run(database, &set, |dir, settings| confined("server", "serve", dir, settings)).await;

    let address: SocketAddr = stage.base.trim_start_matches("http://").parse().unwrap();
    assert!(health_check(address.port()));
    assert!(!health_check(crate::harness::free_address().parse::<SocketAddr>().unwrap().port()));

    let mut settings = stage.settings.clone();
    settings.push(("POLICYTAB_WORKERS".to_owned(), "1".to_owned()));
    let mut worker = confined("worker", "worker", stage.dir.path(), &settings);
    let customer = stage.connected("Confined").await;
    let import = stage.import(&customer).await;
    stage.succeeded(&customer, &import, Duration::from_secs(60)).await;
    for process in [&stage.server, &worker] {
        is_confined(process);
        let keys = BTreeMap::from([("signing.pem".to_owned(), 0o600), ("vault.keys".to_owned(), 0o600)]);
        assert_eq!(listed(process, KEYS), keys);
    }
    for process in [&mut stage.server, &mut worker] {
        process.terminate();
        assert!(process.ended(Duration::from_secs(30)).await.success());
    }
}
