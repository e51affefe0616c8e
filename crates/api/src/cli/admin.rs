//! `admin`: what is done on the server itself, with its settings.

use super::{Failure, backup};
use crate::{config::Config, metrics::Metrics};
use policytab_app::{
    App,
    keys::KeyState,
    operate::{self, FirstOwner},
    rotation,
};
use policytab_domain::ids::MspId;
use secrecy::{ExposeSecret as _, SecretString};
use std::path::PathBuf;

/// Subcommands of `admin`.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Make a workspace with its owner
    CreateMsp {
        /// The workspace's name
        #[arg(long)]
        name: String,
        /// The owner's email
        #[arg(long)]
        email: String,
        /// File that holds the owner's password; without it one is made and printed once
        #[arg(long)]
        password_file: Option<PathBuf>,
    },
    /// Give a person a new password and end their sessions
    SetPassword {
        /// The person's email
        #[arg(long)]
        email: String,
        /// The workspace, where the address belongs to several
        #[arg(long)]
        msp: Option<MspId>,
        /// File that holds the password; without it one is made and printed once
        #[arg(long)]
        password_file: Option<PathBuf>,
    },
    /// Write the database into a file, by the pg_dump of an installed PostgreSQL (needs POLICYTAB_BACKUP_DATABASE_URL).
    /// Secrets stay sealed; the key file is not in it
    Backup {
        /// The file, which must not exist yet
        #[arg(long)]
        to: PathBuf,
    },
    /// Read such a file into an empty database, by the pg_restore of an installed PostgreSQL (needs
    /// POLICYTAB_BACKUP_DATABASE_URL, of a superuser)
    Restore {
        /// The file
        #[arg(long)]
        from: PathBuf,
    },
    /// Remove a person's second factor and end their sessions: for who has lost device and recovery codes
    ResetSecondFactor {
        /// The person's email
        #[arg(long)]
        email: String,
        /// The workspace, where the address belongs to several
        #[arg(long)]
        msp: Option<MspId>,
    },
    /// Seal every stored secret again with the active master key
    RotateKeys,
    /// Check the audit trail's chain of hashes in every workspace
    VerifyAudit,
}

pub(super) async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Backup { to } => backup::backup(&to).await,
        Command::Restore { from } => backup::restore(&from).await,
        command => with_server(command).await,
    }
}

/// Commands that work with the server's own settings.
#[expect(clippy::print_stdout, reason = "the command's answer")]
async fn with_server(command: Command) -> Result<(), Failure> {
    let config = Config::load()?;
    let app = super::serve::open(&config, &Metrics::new()?, 0).await?;
    match command {
        Command::CreateMsp { name, email, password_file } => {
            let (password, shown) = password(password_file)?;
            let msp = operate::create_msp(&app, &name, &email, password.clone()).await?;
            println!("Made the workspace {name} ({msp}) with the owner {email}");
            show(shown, &password);
        }
        Command::SetPassword { email, msp, password_file } => {
            let (password, shown) = password(password_file)?;
            operate::set_password(&app, &email, msp, password.clone()).await?;
            println!("The password of {email} is set");
            show(shown, &password);
        }
        Command::Backup { .. } | Command::Restore { .. } => {}
        Command::ResetSecondFactor { email, msp } => {
            operate::reset_second_factor(&app, &email, msp).await?;
            println!("{email} signs in with the password alone");
        }
        Command::RotateKeys => {
            if app.keyring.state() == KeyState::Unusable {
                return Err(format!("nothing was changed: {}", app.keyring.why()).into());
            }
            let rotated = rotation::rotate_keys(&app).await?;
            println!(
                "Sealed {} secrets and {} kept answers again; {} secrets already had the active key",
                rotated.rewrapped, rotated.answers, rotated.current
            );
            if rotated.unreadable > 0 {
                return Err(format!(
                    "{} secret(s) can't be opened with this key ring; the log names whose",
                    rotated.unreadable
                )
                .into());
            }
            if rotated.retired > 0 {
                println!(
                    "{} older key(s) are of no use any more: remove them from the key file",
                    rotated.retired
                );
            }
        }
        Command::VerifyAudit => {
            let mut broken = 0;
            for (msp, verdict) in operate::verify_audit(&app).await? {
                match verdict.first_bad {
                    None => println!("{msp}: {} rows, the chain holds", verdict.rows),
                    Some(seq) => {
                        broken += 1;
                        println!("{msp}: {} rows, the chain breaks at row {seq}", verdict.rows);
                    }
                }
            }
            if broken > 0 {
                return Err(format!("the audit trail of {broken} workspace(s) was changed").into());
            }
        }
    }
    Ok(())
}

/// The password of a file, or a fresh one that must be shown.
fn password(file: Option<PathBuf>) -> Result<(SecretString, bool), Failure> {
    match file {
        Some(file) => {
            let text = std::fs::read_to_string(&file)
                .map_err(|e| format!("{} can't be read: {e}", file.display()))?;
            Ok((text.trim_end_matches(['\n', '\r']).to_owned().into(), false))
        }
        None => Ok((operate::fresh_password(), true)),
    }
}

#[expect(clippy::print_stdout, reason = "a fresh password is shown once, to who asked for it")]
fn show(shown: bool, password: &SecretString) {
    if shown {
        println!("Password: {}", password.expose_secret());
    }
}

/// Makes the first workspace and owner from the environment where there is none yet.
pub(super) async fn first_owner(app: &App) -> Result<(), Failure> {
    let read = |name: &str| std::env::var(name).ok().filter(|v| !v.is_empty());
    let wanted = match (
        read("POLICYTAB_FIRST_MSP"),
        read("POLICYTAB_FIRST_OWNER_EMAIL"),
        read("POLICYTAB_FIRST_OWNER_PASSWORD"),
    ) {
        (Some(name), Some(email), Some(password)) => {
            Some(FirstOwner { name, email, password: password.into() })
        }
        (None, None, None) => None,
        _ => {
            return Err("POLICYTAB_FIRST_MSP, POLICYTAB_FIRST_OWNER_EMAIL, POLICYTAB_FIRST_OWNER_PASSWORD: \
                        set all three or none"
                .into());
        }
    };
    operate::first_owner(app, wanted).await?;
    Ok(())
}
