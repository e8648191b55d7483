//! `backup`: a sealed copy somewhere else, versions of it, and the way back.

mod keys;
mod list;
mod manage;
mod now;
mod on;
mod places;
mod restore;
mod sign_in;
mod status;
mod words;

pub(super) use words::not_on;

use clap::{Args, Subcommand};

use super::context::Context;
use super::failure::Failure;

/// Keep sealed copies in another place: turn on, back up, restore, versions
#[derive(Debug, Args)]
pub(super) struct Backup {
    #[command(subcommand)]
    command: BackupCommand,
}

#[derive(Debug, Subcommand)]
enum BackupCommand {
    On(on::On),
    Now(now::Now),
    List(list::List),
    Inspect(list::Inspect),
    Restore(restore::Restore),
    Password(manage::Password),
    Prune(manage::Prune),
    Delete(manage::Delete),
    Status(status::Status),
    SignIn(sign_in::Again),
    Off(manage::Off),
}

impl Backup {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        match &self.command {
            BackupCommand::On(command) => command.run(context),
            BackupCommand::Now(command) => command.run(context),
            BackupCommand::List(command) => command.run(context),
            BackupCommand::Inspect(command) => command.run(context),
            BackupCommand::Restore(command) => command.run(context),
            BackupCommand::Password(command) => command.run(context),
            BackupCommand::Prune(command) => command.run(context),
            BackupCommand::Delete(command) => command.run(context),
            BackupCommand::Status(command) => command.run(context),
            BackupCommand::SignIn(command) => command.run(context),
            BackupCommand::Off(command) => command.run(context),
        }
    }
}
