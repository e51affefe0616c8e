//! `compare`: live policies against a baseline, both from files.

use super::{
    Failure,
    files::{read_file, read_policies},
    output::{self, ReportArgs, name},
};
use policytab_domain::{
    binding::{Bindings, parse_choices},
    facts::Facts,
    names::Names,
    policy_set::PolicySet,
    report::{BaselineSource, ComparisonInput, compare},
};
use std::{path::PathBuf, process::ExitCode};

/// Arguments of `compare`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// File or folder with the policies as they are
    #[arg(long, value_name = "PATH")]
    live: PathBuf,
    /// File or folder with the policies as they should be
    #[arg(long, value_name = "PATH")]
    baseline: PathBuf,
    /// JSON file that says what groups and other objects of the baseline are called here
    #[arg(long, value_name = "FILE")]
    bindings: Option<PathBuf>,
    /// Hold the live policies against the reference catalog as well, as the server's report does
    #[arg(long)]
    with_checks: bool,
    #[command(flatten)]
    report: ReportArgs,
}

pub(super) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let live = PolicySet::of_reading(&read_policies(&args.live)?);
    let baseline = read_policies(&args.baseline)?;
    if !baseline.duplicates.is_empty() {
        let (count, path) = (baseline.duplicates.len(), args.baseline.display());
        let policies = if count == 1 { "policy" } else { "policies" };
        output::say(&format!(
            "left out: {count} {policies} of {path} with the same meaning as an earlier one"
        ));
    }
    let distinct = baseline.distinct_policies().map(|read| read.policy.clone());
    let baseline = PolicySet::new(distinct, Names::of_reading(&baseline));
    let facts = Facts::default();
    let mut bindings = Bindings::suggest(&baseline, &live, &facts);
    if let Some(file) = &args.bindings {
        let choices =
            parse_choices(&read_file(file)?).map_err(|error| format!("{}: {error}", file.display()))?;
        for unused in bindings.take_choices(&choices) {
            output::say(&format!("{}: {unused}", file.display()));
        }
    }
    let input = ComparisonInput {
        live: &live,
        facts: &facts,
        baseline: &baseline,
        baseline_source: BaselineSource::Workspace { name: name(&args.baseline), baseline_id: None },
        bindings: &bindings,
        with_checks: args.with_checks,
    };
    output::report(&compare(&input), &args.report, &name(&args.live))
}
