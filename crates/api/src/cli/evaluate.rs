//! `evaluate`: What If for sign-ins, one to a line.
//!
//! Invariant: each line of input that is not blank gives one line of output, in the same order; a line that is no
//! sign-in ends the run, and what was written before it stays.

use super::{Failure, files::read_paths, output::say};
use policytab_domain::{evaluate::Evaluator, policy_set::PolicySet, sign_in::SignIn};
use std::{
    collections::BTreeSet,
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Read as _, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

/// A longer line is no sign-in.
const MAX_LINE: u64 = 1024 * 1024;

/// Arguments of `evaluate`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// File or folder with the policies
    #[arg(long, value_name = "PATH", required = true, num_args = 1..)]
    policies: Vec<PathBuf>,
    /// File with one sign-in to a line, as JSON; - for standard input
    #[arg(long, value_name = "FILE")]
    sign_ins: PathBuf,
}

pub(super) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let reading = read_paths(&args.policies)?;
    if reading.policies.is_empty() {
        let named: Vec<String> = args.policies.iter().map(|path| path.display().to_string()).collect();
        return Err(format!("no Conditional Access policy was found in {}", named.join(", ")).into());
    }
    if !reading.skipped.is_empty() {
        say(&format!(
            "{} files or parts of files hold no policy; `policytab inspect` names them",
            reading.skipped.len()
        ));
    }
    let set = PolicySet::of_reading(&reading);
    let evaluator = Evaluator::new(&set);
    let (label, input): (String, Box<dyn BufRead>) = if args.sign_ins == Path::new("-") {
        ("standard input".to_owned(), Box::new(io::stdin().lock()))
    } else {
        let label = args.sign_ins.display().to_string();
        let file = File::open(&args.sign_ins).map_err(|error| format!("{label} can't be read: {error}"))?;
        (label, Box::new(BufReader::new(file)))
    };
    let mut out = BufWriter::new(io::stdout().lock());
    let result = answer(&evaluator, input, &label, &mut out, &mut say);
    match result.and(out.flush().map_err(Failure::from)) {
        // Whoever reads the answers may stop early.
        Err(error) if is_broken_pipe(&error) => Ok(ExitCode::SUCCESS),
        Err(error) => Err(error),
        Ok(()) => Ok(ExitCode::SUCCESS),
    }
}

fn is_broken_pipe(error: &Failure) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// Answers line by line. Members that no sign-in has are told of once each.
fn answer(
    evaluator: &Evaluator,
    mut input: impl BufRead,
    label: &str,
    out: &mut impl Write,
    warn: &mut impl FnMut(&str),
) -> Result<(), Failure> {
    let mut told = BTreeSet::new();
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        let length = (&mut input)
            .take(MAX_LINE + 1)
            .read_until(b'\n', &mut line)
            .map_err(|error| format!("{label} can't be read: {error}"))?;
        if length == 0 {
            break;
        }
        if u64::try_from(length).is_ok_and(|length| length > MAX_LINE) {
            return Err(format!("{label}, line {number}: is too long to be a sign-in").into());
        }
        // Editors on Windows begin a file with a byte order mark.
        let text = line.strip_prefix(b"\xEF\xBB\xBF".as_slice()).filter(|_| number == 1).unwrap_or(&line);
        if text.trim_ascii().is_empty() {
            continue;
        }
        if !text.trim_ascii().starts_with(b"{") {
            return Err(format!("{label}, line {number}: is not a sign-in: a JSON object is expected").into());
        }
        let mut unknown = Vec::new();
        let mut reader = serde_json::Deserializer::from_slice(text.trim_ascii());
        let sign_in: Result<SignIn, _> =
            serde_ignored::deserialize(&mut reader, |path| unknown.push(path.to_string()));
        let sign_in = sign_in
            .and_then(|sign_in| reader.end().map(|()| sign_in))
            .map_err(|error| format!("{label}, line {number}: is not a sign-in: {error}"))?;
        for path in unknown {
            // `?` is how an optional member shows in a path.
            let path = path.replace("?.", "");
            if told.insert(path.clone()) {
                warn(&format!("{label}, line {number}: {path} is no part of a sign-in and is passed over"));
            }
        }
        let mut written = serde_json::to_vec(&evaluator.evaluate(&sign_in))?;
        written.push(b'\n');
        out.write_all(&written)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use policytab_domain::names::Names;
    use serde_json::{Value, json};

    /// What is written, what is warned of, and how it ends, for policies that ask for MFA and block iOS.
    fn answers(input: &[u8]) -> (Vec<Value>, Vec<String>, Result<(), String>) {
        let policy = |name: &str, platforms: Value, control: &str| {
            json!({
                "displayName": name, "state": "enabled",
                "conditions": {"users": {"includeUsers": ["All"]}, "applications": {"includeApplications": ["All"]},
                    "platforms": platforms},
                "grantControls": {"operator": "OR", "builtInControls": [control]},
            })
        };
        let bodies = [
            policy("MFA", Value::Null, "mfa"),
            policy("No iOS", json!({"includePlatforms": ["iOS"]}), "block"),
        ];
        let evaluator = Evaluator::new(&PolicySet::of_bodies(&bodies, Names::new()));
        let (mut out, mut warnings) = (Vec::new(), Vec::new());
        let result = answer(&evaluator, input, "f.jsonl", &mut out, &mut |words: &str| {
            warnings.push(words.to_owned())
        });
        let lines = String::from_utf8(out).expect("text");
        let lines = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        (lines, warnings, result.map_err(|error| error.to_string()))
    }

    #[test]
    fn each_line_is_answered_by_one_line() {
        let input = b"\xEF\xBB\xBF{\"platform\": \"iOS\"}\r\n\n{\"platform\": \"windows\"}";
        let (lines, warnings, result) = answers(input);
        assert_eq!((result, warnings.len(), lines.len()), (Ok(()), 0, 2));
        assert_eq!(lines[0]["decision"], "block");
        assert_eq!(lines[1]["requirements"], json!([{"any_of": ["mfa"]}]));
        assert_eq!(lines[1]["not_applied"][0]["reason"], "devicePlatform");
    }

    #[test]
    fn a_line_that_is_no_sign_in_is_named_and_what_came_before_it_stays() {
        let (lines, _, result) = answers(b"{}\n{}\n{\"platform\": 3}\n{}\n");
        assert_eq!(lines.len(), 2);
        let error = result.expect_err("no sign-in");
        assert!(error.starts_with("f.jsonl, line 3: is not a sign-in: "), "{error}");
        assert!(answers(b"{} {}").2.is_err());
        assert!(answers(b"[]").2.is_err());
        let long = vec![b' '; 2 * 1024 * 1024];
        assert!(answers(&long).2.expect_err("too long").contains("too long"));
    }

    #[test]
    fn members_that_no_sign_in_has_are_told_of_once() {
        let (lines, warnings, result) =
            answers(b"{\"colour\": 1, \"user\": {\"name\": \"x\"}}\n{\"colour\": 2}\n");
        assert_eq!((lines.len(), result), (2, Ok(())));
        assert_eq!(
            warnings,
            [
                "f.jsonl, line 1: colour is no part of a sign-in and is passed over",
                "f.jsonl, line 1: user.name is no part of a sign-in and is passed over",
            ]
        );
    }
}
