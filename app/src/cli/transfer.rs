//! `transfer`: tokens from one screen to another, by a row of QR codes and eight words, without any network.

mod receive;
mod show;

use clap::{Args, Subcommand};

use super::context::Context;
use super::failure::Failure;

/// Carry tokens to another device by animated QR codes, without a network
#[derive(Debug, Args)]
pub(super) struct Transfer {
    #[command(subcommand)]
    command: TransferCommand,
}

#[derive(Debug, Subcommand)]
enum TransferCommand {
    Show(show::Show),
    Receive(receive::Receive),
}

impl Transfer {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        match &self.command {
            TransferCommand::Show(command) => command.run(context),
            TransferCommand::Receive(command) => command.run(context),
        }
    }
}
