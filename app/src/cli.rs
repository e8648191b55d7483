//! The command line: the same vault as the window, for terminals and scripts.
//!
//! Nothing here starts the window's toolkit, a runtime or a font: `smartotp code` is as quick as the vault opens.
//! Secrets come in by prompt, file, descriptor or standard input, never by an argument that this program asks for.

#[macro_use]
mod catalogue;

mod add;
mod adding;
mod advice;
mod arguments;
mod backup;
mod bin;
mod calendar;
mod code;
mod context;
mod credentials;
mod edit;
mod enrolment_words;
mod export;
mod failure;
mod groups;
mod holder;
mod import;
mod interrupt;
mod list;
mod no_window;
mod notices;
mod opening;
mod output;
mod progress;
mod push;
mod qr;
mod query;
mod reading;
mod settings;
mod shapes;
mod shell;
mod show;
mod sign;
mod table;
mod time;
mod tiqr;
mod transfer;
mod tries;
mod usage;
mod vault;
mod vault_failure;
mod writing;

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{FromArgMatches as _, error::ErrorKind};
use smartotp_core::backup::cloud::{Client, Cloud};
use smartotp_core::backup::remote::Network;
use smartotp_core::vault::Keystore;

use arguments::{Cli, Command};
use context::Context;
use failure::{Exit, Failure};
use output::Output;

use crate::window::NoWindow;

/// What the command line needs from the system it runs on.
pub struct Platform {
    /// The vault that is opened where `--vault` names no other one; `None` where the user has no data folder.
    pub vault_file: Option<PathBuf>,
    /// The settings that can be read before the vault is open.
    pub settings_file: Option<PathBuf>,
    /// The system's language as it names it (`de-AT`, `uk_UA.UTF-8`), or empty.
    pub system_language: String,
    /// The OS keystore, asked for only when a command needs it.
    pub keystore: fn() -> Option<Arc<dyn Keystore>>,
    /// What this build is to a cloud; `None`: it was made without an id for it.
    pub client: fn(Cloud) -> Option<Client>,
    /// Opens a web page in the user's browser.
    pub browse: fn(&str),
    /// The way to the clouds.
    pub network: Network,
}

/// Runs one command and gives the process's exit code; `arguments` start with the program's name.
///
/// The codes: 0 done, 1 failed, 2 usage, 3 locked or wrong password, 4 nothing found, 5 damaged vault or backup,
/// 6 unreadable input, 7 network, 8 refused for safety.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = OsString>, platform: &Platform) -> u8 {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let asked = arguments::look_ahead(&arguments);
    catalogue::choose(asked.language.as_deref(), platform);
    let exit = match dispatch(&arguments, platform) {
        Ok(()) => Exit::Done,
        Err(failure) => {
            failure.tell(asked.json);
            failure.exit
        }
    };
    exit as u8
}

/// Settles the language of what the window's program says on the terminal.
pub(crate) fn speak(platform: &Platform) {
    catalogue::choose(None, platform);
}

/// What is said of a fault of the program itself: where it is, in the user's language.
pub(crate) fn fault(place: &str) -> String {
    tr!("Internal fault at {place}. Please report it; no secret is in this line.", place = place)
}

/// Why there is no window, in the user's language.
pub(crate) fn no_window(why: &NoWindow) -> String {
    no_window::sentence(why)
}

fn dispatch(arguments: &[OsString], platform: &Platform) -> Result<(), Failure> {
    if let [_, first, seconds] = arguments
        && first == holder::ARGUMENT
    {
        return holder::run(seconds.to_str().and_then(|text| text.parse().ok()).unwrap_or_default());
    }
    let parsed = arguments::command().try_get_matches_from(arguments);
    let cli = match parsed.and_then(|mut matches| Cli::from_arg_matches_mut(&mut matches)) {
        Ok(cli) => cli,
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            return output::print(&error.render().to_string());
        }
        Err(error) => return Err(usage::failure(&error)),
    };
    let early_password = credentials::early_password(&cli.global)?;
    let context =
        Context { platform, out: Output::new(&cli.global), early_password: early_password.into(), global: cli.global };
    match cli.command {
        Command::Add(command) => command.run(&context),
        Command::List(command) => command.run(&context),
        Command::Code(command) => command.run(&context),
        Command::Show(command) => command.run(&context),
        Command::Edit(command) => command.run(&context),
        Command::Rm(command) => command.run(&context),
        Command::Restore(command) => command.run(&context),
        Command::Bin(command) => command.run(&context),
        Command::Groups(command) => command.run(&context),
        Command::Import(command) => command.run(&context),
        Command::Export(command) => command.run(&context),
        Command::Backup(command) => command.run(&context),
        Command::Transfer(command) => command.run(&context),
        Command::Sign(command) => command.run(&context),
        Command::Push(command) => command.run(&context),
        Command::Tiqr(command) => command.run(&context),
        Command::Time(command) => command.run(&context),
        Command::Vault(command) => command.run(&context),
        Command::Settings(command) => command.run(&context),
        Command::Qr(command) => command.run(&context),
        Command::Completions(command) => command.run(),
        Command::Man(command) => command.run(),
    }
}
