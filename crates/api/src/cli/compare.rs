//! `compare`: live policies against a baseline, both from files.

use super::{
    Failure,
    files::{read_file, read_paths},
    output::{self, ReportArgs},
};
use policytab_domain::{
    binding::{Bindings, parse_choices},
    facts::Facts,
    names::Names,
    policy_set::PolicySet,
    reader::Reading,
    report::{BaselineSource, ComparisonInput, compare},
};
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

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
    #[command(flatten)]
    report: ReportArgs,
}

pub(super) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let live = PolicySet::of_reading(&policies(&args.live)?);
    let baseline = policies(&args.baseline)?;
    if !baseline.duplicates.is_empty() {
        let (count, path) = (baseline.duplicates.len(), args.baseline.display());
        let policies = if count == 1 { "policy" } else { "policies" };
        output::say(&format!(
            "left out: {count} {policies} of {path} with the same meaning as an earlier one"
        ));
    }
    let distinct = baseline.distinct_policies().map(|read| read.policy.clone());
    let baseline = PolicySet::new(distinct, Names::of_reading(&baseline));
    // Files say nothing of a tenant beside its policies.
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
        with_checks: false,
    };
    let report = compare(&input);
    output::report(&report, &args.report, &name(&args.live))
}

/// The policies at a path, at least one.
fn policies(path: &Path) -> Result<Reading, Failure> {
    let paths = [path.to_path_buf()];
    let reading = read_paths(&paths)?;
    if reading.policies.is_empty() {
        return Err(output::no_policy(&paths, &reading));
    }
    for skipped in reading.skipped.iter().filter(|skipped| is_damaged(&skipped.reason)) {
        output::say(&format!("{} {}", skipped.path, skipped.reason));
    }
    Ok(reading)
}

/// Whether a file was left out that may have held a policy, so that the answer may lack something.
fn is_damaged(reason: &str) -> bool {
    ["is not JSON", "goes on with", "can't be read", "is larger", "is empty"]
        .iter()
        .any(|at| reason.starts_with(at))
}

/// What a set is called: the folder, or the file without its ending.
fn name(path: &Path) -> String {
    let whole = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let last = if whole.is_dir() { whole.file_name() } else { whole.file_stem() };
    last.map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}
