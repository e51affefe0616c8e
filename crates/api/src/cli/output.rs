//! What commands without a server print: the answer on standard output, words about it on standard error.

use super::Failure;
use policytab_domain::{
    reader::Reading,
    report::{HtmlContext, Report, Summary, to_csv, to_html, to_sarif, to_text},
    severity::Severity,
};
use serde::Serialize;
use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

/// How a report is printed and judged.
#[derive(Debug, clap::Args)]
pub(super) struct ReportArgs {
    /// Form of the report
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,
    /// Exit with 1 when there is a finding at least this bad
    #[arg(long, value_enum, default_value_t = FailOn::High, value_name = "SEVERITY")]
    fail_on: FailOn,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Json,
    Text,
    Html,
    Csv,
    Sarif,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum FailOn {
    Critical,
    High,
    Medium,
    Low,
    Info,
    Never,
}

impl FailOn {
    fn severity(self) -> Option<Severity> {
        match self {
            Self::Critical => Some(Severity::Critical),
            Self::High => Some(Severity::High),
            Self::Medium => Some(Severity::Medium),
            Self::Low => Some(Severity::Low),
            Self::Info => Some(Severity::Info),
            Self::Never => None,
        }
    }
}

/// Prints the report; the status tells whether a finding is too bad. `customer` is whose policies they are.
pub(super) fn report(report: &Report, args: &ReportArgs, customer: &str) -> Result<ExitCode, Failure> {
    match args.format {
        Format::Json => json(report)?,
        Format::Text => text(&to_text(report))?,
        Format::Csv => text(&to_csv(report))?,
        Format::Html => text(&to_html(report, &context(customer)))?,
        Format::Sarif => text(&to_sarif(report, env!("CARGO_PKG_VERSION")))?,
    }
    if args.format != Format::Text {
        say(&counts(&report.summary));
    }
    // The order of severities is worst first.
    let too_bad =
        args.fail_on.severity().is_some_and(|worst| report.findings.iter().any(|f| f.severity <= worst));
    Ok(if too_bad { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

fn context(customer: &str) -> HtmlContext {
    HtmlContext {
        customer: customer.to_owned(),
        tenant: String::new(),
        snapshot_taken: String::new(),
        generated: chrono::Utc::now().format("%Y-%m-%d %H:%M UTC").to_string(),
    }
}

fn counts(summary: &Summary) -> String {
    format!(
        "{} critical, {} high, {} medium, {} low, {} for information",
        summary.critical, summary.high, summary.medium, summary.low, summary.info
    )
}

/// Prints a value as JSON.
pub(super) fn json(value: &impl Serialize) -> Result<(), Failure> {
    let mut written = serde_json::to_string_pretty(value)?;
    written.push('\n');
    text(&written)
}

/// Prints an answer. Whoever reads it may stop early.
pub(super) fn text(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Says something beside the answer. Where nobody listens, nothing is lost.
pub(super) fn say(words: &str) {
    let _ = writeln!(io::stderr().lock(), "policytab: {}", plain(words));
}

/// A text on one line, without characters that steer a terminal: names come from files that anybody may have written.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Why paths without a policy are of no use.
pub(super) fn no_policy(paths: &[PathBuf], reading: &Reading) -> Failure {
    let named: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    let why = match reading.skipped.as_slice() {
        [] => String::new(),
        [one] => format!(": {} {}", one.path, one.reason),
        [first, rest @ ..] => format!(": {} {}, and {} more", first.path, first.reason, rest.len()),
    };
    format!("no Conditional Access policy was found in {}{why}", named.join(", ")).into()
}

/// What a set is called: the folder, or the file without its ending.
pub(super) fn name(path: &Path) -> String {
    let whole = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let last = if whole.is_dir() { whole.file_name() } else { whole.file_stem() };
    last.map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}
