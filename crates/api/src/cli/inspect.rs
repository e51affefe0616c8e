//! `inspect`: what is recognised in files and folders, and what is not.

use super::{
    Failure,
    files::read_paths,
    output::{self, plain},
};
use policytab_domain::{
    policy::Evolvable as _,
    reader::{Duplicate, ReadName, ReadObject, ReadPolicy, Reading, SameName, Skipped},
};
use serde::Serialize;
use std::{fmt::Write as _, path::PathBuf, process::ExitCode};

/// Arguments of `inspect`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Files and folders with policies
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How to tell it
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Json,
    Text,
}

/// What was recognised.
#[derive(Debug, Serialize)]
struct Inspection<'a> {
    policies: Vec<PolicyLine<'a>>,
    named_locations: &'a [ReadObject],
    groups: &'a [ReadObject],
    authentication_strengths: &'a [ReadObject],
    /// Other objects that policies may name, read for their names.
    names: &'a [ReadName],
    skipped: &'a [Skipped],
    duplicates: &'a [Duplicate],
    same_names: &'a [SameName],
}

#[derive(Debug, Serialize)]
struct PolicyLine<'a> {
    path: &'a str,
    index: usize,
    display_name: &'a str,
    /// As Graph spells it; empty where none was given.
    state: &'a str,
    warnings: Vec<String>,
}

impl<'a> From<&'a ReadPolicy> for PolicyLine<'a> {
    fn from(read: &'a ReadPolicy) -> Self {
        Self {
            path: &read.path,
            index: read.index,
            display_name: read.policy.name(),
            state: read.policy.state.as_ref().map(|state| state.as_str()).unwrap_or_default(),
            warnings: read.warnings.iter().map(ToString::to_string).collect(),
        }
    }
}

impl<'a> From<&'a Reading> for Inspection<'a> {
    fn from(reading: &'a Reading) -> Self {
        Self {
            policies: reading.policies.iter().map(PolicyLine::from).collect(),
            named_locations: &reading.named_locations,
            groups: &reading.groups,
            authentication_strengths: &reading.authentication_strengths,
            names: &reading.names,
            skipped: &reading.skipped,
            duplicates: &reading.duplicates,
            same_names: &reading.same_names,
        }
    }
}

pub(super) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let reading = read_paths(&args.paths)?;
    let inspection = Inspection::from(&reading);
    match args.format {
        Format::Json => {
            output::json(&inspection)?;
            output::say(&counts(&reading));
        }
        Format::Text => output::text(&text(&inspection, &counts(&reading)))?,
    }
    if reading.policies.is_empty() {
        return Err(output::no_policy(&args.paths, &reading));
    }
    Ok(ExitCode::SUCCESS)
}

fn counts(reading: &Reading) -> String {
    let named = [
        (reading.policies.len(), "policy", "policies"),
        (reading.named_locations.len(), "named location", "named locations"),
        (reading.groups.len(), "group", "groups"),
        (reading.authentication_strengths.len(), "authentication strength", "authentication strengths"),
    ];
    let mut said: Vec<String> = named
        .into_iter()
        .filter(|(count, one, _)| *count > 0 || *one == "policy")
        .map(|(count, one, many)| format!("{count} {}", if count == 1 { one } else { many }))
        .collect();
    said.push(format!("{} skipped", reading.skipped.len()));
    said.push(format!("{} that mean the same as an earlier one", reading.duplicates.len()));
    said.join(", ")
}

fn text(inspection: &Inspection<'_>, counts: &str) -> String {
    let mut out = format!("{counts}\n");
    for policy in &inspection.policies {
        let state = if policy.state.is_empty() { "no state" } else { policy.state };
        let (name, path) = (plain(policy.display_name), plain(policy.path));
        let _ = writeln!(out, "\n{name} [{}]\n  {path} #{}", plain(state), policy.index);
        for warning in &policy.warnings {
            let _ = writeln!(out, "  ! {}", plain(warning));
        }
    }
    let objects = [
        ("Named locations", inspection.named_locations),
        ("Groups", inspection.groups),
        ("Authentication strengths", inspection.authentication_strengths),
    ];
    for (title, objects) in objects {
        section(&mut out, title, objects.iter().map(|one| format!("{} ({})", one.display_name, one.path)));
    }
    let skipped = inspection.skipped.iter().map(|one| format!("{} {}", one.path, one.reason));
    section(&mut out, "Skipped", skipped);
    let doubled = inspection.duplicates.iter();
    let doubled =
        doubled.map(|one| format!("{} #{} is {} #{}", one.path, one.index, one.same_as, one.same_as_index));
    section(&mut out, "The same as an earlier one", doubled);
    let versions = inspection.same_names.iter().map(|one| {
        let places: Vec<String> = one.places.iter().map(|at| format!("{} #{}", at.path, at.index)).collect();
        format!("{}: {}", one.display_name, places.join(", "))
    });
    section(&mut out, "Several versions of one name", versions);
    out
}

fn section(out: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    for (at, line) in lines.enumerate() {
        if at == 0 {
            let _ = writeln!(out, "\n{title}:");
        }
        let _ = writeln!(out, "  {}", plain(&line));
    }
}
