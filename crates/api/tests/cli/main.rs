//! The commands that need no server, run as a program: with no settings, no database and no network.

mod compare;
mod corpus;
mod inspect;

use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/fixtures")
}

struct Ran {
    status: i32,
    out: String,
    err: String,
}

impl Ran {
    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).expect("standard output is JSON")
    }
}

/// Runs the program in a folder. Its environment is empty, so that nothing can be configured.
#[track_caller]
fn run_in(dir: &Path, args: &[&str]) -> Ran {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_policytab"))
        .args(args)
        .current_dir(dir)
        .env_clear()
        .output()
        .expect("the program runs");
    Ran {
        status: status.code().expect("it ended by itself"),
        out: String::from_utf8(stdout).expect("UTF-8"),
        err: String::from_utf8(stderr).expect("UTF-8"),
    }
}

#[track_caller]
fn run(args: &[&str]) -> Ran {
    run_in(&fixtures(), args)
}
