//! `demo`: everything from nothing, for a try and for the browser tests.
//!
//! Starts a private PostgreSQL (or uses `DATABASE_URL`), migrates, starts the emulator, makes a workspace with an owner,
//! serves, and writes what scripts need to `demo.json`. A second run keeps the data.

use super::{Failure, demo_fleet, serve::Running, stop_signal};
use crate::{config::Config, metrics::Metrics};
use policytab_app::operate;
use policytab_dev_postgres::{Cluster, ClusterConfig, Durability, Urls, bootstrap, bootstrap_at};
use policytab_graph_sim::{DemoTenant, Sim, SimConfig};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    io::Write as _,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
};

const EMAIL: &str = "owner@demo.policytab.example";
const WORKSPACE: &str = "Demo MSP";

/// Arguments of `demo`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Where everything is kept
    #[arg(long, env = "POLICYTAB_DATA_DIR", default_value = ".data")]
    data_dir: PathBuf,
    /// Port of the server; 0 takes a free one
    #[arg(long, env = "POLICYTAB_PORT", default_value_t = 8080)]
    port: u16,
    /// Folders of policy JSON; each becomes one more tenant of the emulator
    #[arg(long = "tenant-folder")]
    tenant_folders: Vec<PathBuf>,
    /// Imports side by side
    #[arg(long, default_value_t = 2)]
    workers: usize,
    /// Begin without customers instead of with a dozen that are imported
    #[arg(long)]
    empty: bool,
}

/// What scripts read.
#[derive(Serialize, Deserialize)]
struct DemoFile {
    url: String,
    email: String,
    password: String,
    #[serde(default)]
    emulator_url: String,
    #[serde(default)]
    tenants: Vec<DemoTenant>,
}

/// Passwords of the product's roles on a server that `DATABASE_URL` names.
#[derive(Serialize, Deserialize)]
struct RolePasswords {
    owner: String,
    runtime: String,
}

/// Everything that runs, in the order in which it is stopped.
struct Started {
    running: Running,
    sim: Sim,
    /// None where an existing server is used. Dropping it stops it too.
    cluster: Option<Cluster>,
    demo: DemoFile,
    /// Tenants of the customers that are there from the beginning.
    fleet: Vec<DemoTenant>,
}

pub(super) async fn run(args: Args) -> Result<(), Failure> {
    let address = SocketAddr::from(([127, 0, 0, 1], args.port));
    let listener = TcpListener::bind(address).map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => format!(
            "port {} is in use by another program: stop it, or choose another one with POLICYTAB_PORT",
            args.port
        ),
        _ => format!("can't listen on {address}: {error}"),
    })?;
    std::fs::create_dir_all(&args.data_dir)
        .map_err(|e| format!("the data directory {} can't be made: {e}", args.data_dir.display()))?;
    let data = std::path::absolute(&args.data_dir)?;
    // Ctrl-C while it starts drops what was started, which stops it.
    let started = tokio::select! {
        started = start(&args, listener, &data) => started?,
        () = stop_signal() => return Ok(()),
    };
    let populated = async {
        if !args.empty {
            populate(&started).await;
        }
        std::future::pending().await
    };
    tokio::select! {
        () = stop_signal() => {}
        () = populated => {}
    }
    started.running.stop().await;
    started.sim.stop().await;
    if let Some(cluster) = started.cluster {
        cluster.stop().await?;
    }
    Ok(())
}

async fn start(args: &Args, listener: TcpListener, data: &Path) -> Result<Started, Failure> {
    let (cluster, urls) = database(data).await?;
    policytab_store::migrate(&urls.owner_url).await?;
    let sim =
        Sim::start(SimConfig { tenant_folders: args.tenant_folders.clone(), ..SimConfig::default() }).await?;
    let url = format!("http://localhost:{}", listener.local_addr()?.port());
    let config = config(args, data, &urls, &url, &listener, &sim.base_url())?;
    super::serve::log(&config)?;
    let file = data.join("demo.json");
    let shown = sim.demo_tenants();
    let fleet = if args.empty { Vec::new() } else { demo_fleet::tenants(&sim.control())? };
    let app = super::serve::open(&config, &Metrics::new()?, 0).await?;
    let password = owner(&app, &file).await?;
    let running = Running::start(config, Some(listener)).await?;
    let demo = DemoFile {
        url,
        email: EMAIL.to_owned(),
        password: password.expose_secret().to_owned(),
        emulator_url: sim.base_url(),
        tenants: shown,
    };
    write_private(&file, &serde_json::to_string_pretty(&demo)?)?;
    announce(&demo, &file);
    Ok(Started { running, sim, cluster, demo, fleet })
}

/// Brings a dozen customers in. Whatever goes wrong there, the demo goes on.
#[expect(clippy::print_stdout, reason = "what a person waits for")]
async fn populate(Started { demo, sim, fleet, .. }: &Started) {
    println!("\nBringing in a dozen customers; you can begin meanwhile.");
    match demo_fleet::onboard(&demo.url, &demo.email, &demo.password, &sim.control(), fleet).await {
        Ok(0) => println!("The customers are those of the last run."),
        Ok(count) => println!("{count} customers are imported."),
        Err(error) => println!("The customers could not all be brought in: {error}"),
    }
}

fn config(
    args: &Args,
    data: &Path,
    urls: &Urls,
    url: &str,
    listener: &TcpListener,
    emulator: &str,
) -> Result<Config, Failure> {
    let path = |name: &str| data.join("keys").join(name).to_string_lossy().into_owned();
    let given: HashMap<&str, String> = HashMap::from([
        ("DATABASE_URL", urls.runtime_url.clone()),
        ("POLICYTAB_LISTEN", listener.local_addr()?.to_string()),
        ("POLICYTAB_PUBLIC_URL", url.to_owned()),
        ("POLICYTAB_KEY_FILE", path("vault.keys")),
        ("POLICYTAB_SIGNING_KEY_FILE", path("signing.pem")),
        ("POLICYTAB_EMULATOR_URL", emulator.to_owned()),
        ("POLICYTAB_WORKERS", args.workers.to_string()),
        // Nobody balances load over a demo: Ctrl-C need not wait.
        ("POLICYTAB_DRAIN_SECONDS", "0".to_owned()),
    ]);
    // Quiet by default: what matters is printed below.
    let quiet = |name: &str| (name == "POLICYTAB_LOG").then(|| "warn".to_owned());
    Ok(Config::from_sources(|name| {
        given.get(name).cloned().or_else(|| std::env::var(name).ok()).or_else(|| quiet(name))
    })?)
}

/// The database of the demo: an existing server, or a private one of its own.
async fn database(data: &Path) -> Result<(Option<Cluster>, Urls), Failure> {
    match (std::env::var("DATABASE_URL").ok(), std::env::var("POLICYTAB_MIGRATION_DATABASE_URL").ok()) {
        // Both roles exist already.
        (Some(runtime_url), Some(owner_url)) => Ok((None, Urls { owner_url, runtime_url })),
        // An administrator's address: the roles are made there.
        (Some(admin_url), None) => {
            let passwords = role_passwords(&data.join("keys").join("database.json"))?;
            let urls =
                bootstrap_at(&admin_url, &named(&admin_url), &passwords.owner, &passwords.runtime).await?;
            Ok((None, urls))
        }
        (None, _) => {
            let cluster = Cluster::start(ClusterConfig {
                data_dir: data.join("postgres"),
                durability: Durability::Durable,
                port: None,
                project_root: std::env::current_dir().ok(),
            })
            .await?;
            let urls = bootstrap(&cluster, "policytab").await?;
            Ok((Some(cluster), urls))
        }
    }
}

/// The database in an administrator's address; `policytab` when it names none, or the one that every server has.
fn named(admin_url: &str) -> String {
    let path =
        url::Url::parse(admin_url).map(|url| url.path().trim_matches('/').to_owned()).unwrap_or_default();
    if path.is_empty() || path == "postgres" { "policytab".to_owned() } else { path }
}

fn role_passwords(file: &Path) -> Result<RolePasswords, Failure> {
    if let Ok(text) = std::fs::read_to_string(file) {
        return Ok(serde_json::from_str(&text).map_err(|e| format!("{} is broken: {e}", file.display()))?);
    }
    let fresh = || operate::fresh_password().expose_secret().to_owned();
    let passwords = RolePasswords { owner: fresh(), runtime: fresh() };
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    write_private(file, &serde_json::to_string(&passwords)?)?;
    Ok(passwords)
}

/// The owner's password: the one that the last run wrote, or a new one.
async fn owner(app: &policytab_app::App, file: &Path) -> Result<SecretString, Failure> {
    let known = std::fs::read_to_string(file)
        .ok()
        .and_then(|text| serde_json::from_str::<DemoFile>(&text).ok())
        .map(|demo| SecretString::from(demo.password));
    let exists = operate::has_user(app, EMAIL).await?;
    match (exists, known) {
        (true, Some(password)) => Ok(password),
        (true, None) => {
            let password = operate::fresh_password();
            operate::set_password(app, EMAIL, None, password.clone()).await?;
            Ok(password)
        }
        (false, _) => {
            let password = operate::fresh_password();
            operate::create_msp(app, WORKSPACE, EMAIL, password.clone()).await?;
            Ok(password)
        }
    }
}

/// Writes a file that only its owner may read, replacing what was there.
fn write_private(file: &Path, text: &str) -> std::io::Result<()> {
    let fresh = file.with_extension("new");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(&fresh)?.write_all(text.as_bytes())?;
    std::fs::rename(fresh, file)
}

/// Prints the emulator's tenants with what it takes to connect them.
#[expect(clippy::print_stdout, reason = "what a person needs to begin")]
pub(super) fn tenants(tenants: &[DemoTenant]) {
    println!("Tenants to connect:\n");
    for tenant in tenants {
        println!("  {}\n    {}", tenant.name, tenant.note);
        println!("    domain         {}\n    tenant id      {}", tenant.domain, tenant.tenant_id);
        println!("    client id      {}\n    client secret  {}", tenant.client_id, tenant.client_secret);
    }
}

#[expect(clippy::print_stdout, reason = "what a person needs to begin")]
fn announce(demo: &DemoFile, file: &Path) {
    println!("\nPolicytab is ready at {}\n", demo.url);
    println!("  Sign in     {}\n  Password    {}\n", demo.email, demo.password);
    println!("  API         {}/api/v1, described at {}/docs", demo.url, demo.url);
    println!("  Emulator    {} (choose the cloud \"emulator\" when you add a customer)\n", demo.emulator_url);
    tenants(&demo.tenants);
    println!("\nThe same for scripts: {}\nCtrl-C stops everything; the data stay.", file.display());
}
