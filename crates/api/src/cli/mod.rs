//! The command line of the one binary.

mod admin;
mod backup;
mod check;
mod compare;
mod demo;
mod demo_fleet;
mod emulator;
mod evaluate;
mod files;
mod inspect;
mod output;
mod serve;

use crate::settings;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Onboards Microsoft Entra tenants and keeps their Conditional Access in order.
#[derive(Debug, Parser)]
#[command(name = "policytab", version, after_help = settings::help())]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    #[command(flatten)]
    Files(OfFiles),
    #[command(flatten)]
    Server(OfServer),
}

/// Commands that read files and need nothing else: no server, no database, no settings, no network.
#[derive(Debug, Subcommand)]
enum OfFiles {
    /// Tell what is recognised in files and folders of policies
    Inspect(inspect::Args),
    /// Compare policies in files with a baseline in files
    Compare(compare::Args),
    /// Hold policies in files against the reference catalog
    Check(check::Args),
    /// Tell for sign-ins in a file what policies in files do
    Evaluate(evaluate::Args),
}

/// Commands of a server.
#[derive(Debug, Subcommand)]
enum OfServer {
    /// Serve the API and the browser application, and run imports unless POLICYTAB_WORKERS is 0
    Serve,
    /// Run imports only
    Worker,
    /// Bring the database up to date (needs POLICYTAB_MIGRATION_DATABASE_URL)
    Migrate,
    /// Start everything for a try: a database, the emulator with its tenants, a workspace, the server
    Demo(demo::Args),
    /// Serve the emulator of Entra and Microsoft Graph
    Emulator(emulator::Args),
    /// Print the API's description
    Openapi,
    /// Manage workspaces, keys and the audit trail
    #[command(subcommand)]
    Admin(admin::Command),
}

/// Why a command failed: one sentence for the person at the terminal.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The status of a command whose input is of no use.
const UNUSABLE: u8 = 2;

/// Runs the command in `argv`.
pub fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Files(command) => of_files(&command),
        Command::Server(command) => of_server(command),
    }
}

/// Ends with the command's own status, or with 2 where there is nothing to work with.
fn of_files(command: &OfFiles) -> ExitCode {
    let result = match command {
        OfFiles::Inspect(args) => inspect::run(args),
        OfFiles::Compare(args) => compare::run(args),
        OfFiles::Check(args) => check::run(args),
        OfFiles::Evaluate(args) => evaluate::run(args),
    };
    result.unwrap_or_else(|error| {
        output::say(&error.to_string());
        ExitCode::from(UNUSABLE)
    })
}

fn of_server(command: OfServer) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.to_string()),
    };
    let result = runtime.block_on(async {
        match command {
            OfServer::Serve => serve::run(serve::What::ServerAndWorkers).await,
            OfServer::Worker => serve::run(serve::What::Workers).await,
            OfServer::Migrate => serve::migrate().await,
            OfServer::Demo(args) => demo::run(args).await,
            OfServer::Emulator(args) => emulator::run(args).await,
            OfServer::Openapi => openapi(),
            OfServer::Admin(command) => admin::run(command).await,
        }
    });
    // A look-up of a host name may still hang in a thread; nothing waits for it.
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error.to_string()),
    }
}

#[expect(clippy::print_stderr, reason = "the answer of a command that failed")]
fn fail(sentence: &str) -> ExitCode {
    eprintln!("policytab: {sentence}");
    ExitCode::FAILURE
}

#[expect(clippy::print_stdout, reason = "the answer of the command")]
fn openapi() -> Result<(), Failure> {
    print!("{}", crate::openapi::document_text()?);
    Ok(())
}

/// Waits for Ctrl-C or SIGTERM.
async fn stop_signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut term) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = term.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
