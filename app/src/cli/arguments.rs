//! What can be typed: the options that every command takes, and the list of commands.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgAction, Args, CommandFactory as _, Parser, Subcommand};

use super::credentials::With;
use super::{
    add, backup, bin, catalogue, code, edit, export, groups, import, list, push, qr, settings, shell, show, sign, time,
    tiqr, transfer, vault,
};

/// One-time codes from an encrypted vault; without arguments the window opens
#[derive(Debug, Parser)]
#[command(name = "smartotp", version, disable_help_flag = true, disable_version_flag = true)]
#[command(disable_help_subcommand = true, max_term_width = 100)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) global: Global,
    /// Print the version
    #[arg(short = 'V', long, action = ArgAction::Version)]
    version: (),
    #[command(subcommand)]
    pub(super) command: Command,
}

/// Options of every command, before or after its name.
#[derive(Debug, Clone, Args)]
pub(super) struct Global {
    /// The vault's file, instead of the one in the data folder
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) vault: Option<PathBuf>,
    /// Read the vault's password from a file
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "password_fd")]
    pub(super) password_file: Option<PathBuf>,
    /// Read the vault's password from an open file descriptor, one line
    #[arg(long, global = true, value_name = "N")]
    pub(super) password_fd: Option<u32>,
    /// What the given secret is: the password, the PIN or a recovery key
    #[arg(long = "with", global = true, value_enum, value_name = "KIND")]
    pub(super) with: Option<With>,
    /// Print JSON, errors too
    #[arg(long, global = true)]
    pub(super) json: bool,
    /// Print the result alone, without remarks
    #[arg(long, short, global = true)]
    pub(super) quiet: bool,
    /// The language: en, fr, de, es, ru, uk
    #[arg(long, global = true, value_name = "LANGUAGE", value_parser = catalogue::parse_language)]
    pub(super) lang: Option<catalogue::Language>,
    /// Print this help
    #[arg(long, short, global = true, action = ArgAction::Help)]
    help: (),
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Add(add::Add),
    List(list::List),
    Code(code::Code),
    Show(show::Show),
    Edit(edit::Edit),
    Rm(bin::Remove),
    Restore(bin::Restore),
    Bin(bin::Bin),
    Groups(groups::Groups),
    Qr(qr::Qr),
    Import(import::Import),
    Export(export::Export),
    Backup(backup::Backup),
    Transfer(transfer::Transfer),
    Sign(sign::Sign),
    Push(push::Push),
    Tiqr(tiqr::Tiqr),
    Time(time::Time),
    Vault(vault::Vault),
    Settings(settings::Settings),
    Completions(shell::Completions),
    Man(shell::Man),
}

/// The command with its help in the chosen language.
pub(super) fn command() -> clap::Command {
    let command = Cli::command().mut_args(|argument| {
        if argument.is_global_set() { argument.help_heading(tr!("For every command")) } else { argument }
    });
    catalogue::translate(command).after_help(tr!(
        "Exit codes: 0 done, 1 failed, 2 usage, 3 locked or wrong password, 4 nothing found, 5 damaged vault or backup, 6 unreadable input, 7 network, 8 refused for safety."
    ))
}

/// The two options that matter before the rest is understood.
pub(super) struct Ahead {
    pub(super) json: bool,
    pub(super) language: Option<String>,
}

/// Finds `--json` and `--lang` without a parser: errors of the parser follow them too.
pub(super) fn look_ahead(arguments: &[OsString]) -> Ahead {
    let mut ahead = Ahead { json: false, language: None };
    let mut arguments = arguments.iter().skip(1).map(|argument| argument.to_str().unwrap_or_default());
    while let Some(argument) = arguments.next() {
        match argument {
            "--" => break,
            "--json" => ahead.json = true,
            "--lang" => ahead.language = arguments.next().map(str::to_owned),
            _ => {
                if let Some(language) = argument.strip_prefix("--lang=") {
                    ahead.language = Some(language.to_owned());
                }
            }
        }
    }
    ahead
}
