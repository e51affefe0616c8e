//! `check`: policies from files against the reference catalog.

use super::{
    Failure,
    files::read_policies,
    output::{self, ReportArgs, name},
};
use policytab_domain::{facts::Facts, policy_set::PolicySet, report::check};
use std::{path::PathBuf, process::ExitCode};

/// Arguments of `check`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// File or folder with the policies as they are
    #[arg(long, value_name = "PATH")]
    live: PathBuf,
    #[command(flatten)]
    report: ReportArgs,
}

pub(super) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let live = PolicySet::of_reading(&read_policies(&args.live)?);
    let report = check(&live, &Facts::default());
    output::report(&report, &args.report, &name(&args.live))
}
