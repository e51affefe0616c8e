//! `emulator`: Entra and Microsoft Graph for demonstrations and tests.

use super::{Failure, stop_signal};
use policytab_graph_sim::{Seed, Sim, SimConfig};
use std::{net::SocketAddr, path::PathBuf};

/// Arguments of `emulator`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Where to listen
    #[arg(long, env = "POLICYTAB_EMULATOR_LISTEN", default_value = "127.0.0.1:8081")]
    listen: SocketAddr,
    /// Folders of policy JSON; each becomes one more tenant
    #[arg(long = "tenant-folder")]
    tenant_folders: Vec<PathBuf>,
    /// Start without the demo tenants
    #[arg(long)]
    empty: bool,
    /// Bearer token that the control endpoints demand
    #[arg(long, env = "POLICYTAB_EMULATOR_CONTROL_TOKEN", hide_env_values = true)]
    control_token: Option<String>,
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
pub(super) async fn run(args: Args) -> Result<(), Failure> {
    let sim = Sim::start(SimConfig {
        bind: args.listen,
        seed: if args.empty { Seed::Empty } else { Seed::Demo },
        tenant_folders: args.tenant_folders,
        control_token: args.control_token,
    })
    .await?;
    println!("The emulator listens on {}\n", sim.base_url());
    super::demo::tenants(&sim.demo_tenants());
    stop_signal().await;
    sim.stop().await;
    Ok(())
}
