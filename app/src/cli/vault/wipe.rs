//! `vault wipe`: the panic action.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use clap::Args;
use serde::Serialize;
use smartotp_core::vault::{self, OpenError, Session, WipeError};

use crate::cli::context::Context;
use crate::cli::credentials::somebody_is_there;
use crate::cli::failure::{Exit, Failure, reason};
use crate::cli::opening::Yes;
use crate::cli::output::visible;

/// Wipe the vault from this device now; no password is asked for: there may be no time for one, and who can run this could delete the file too
#[derive(Debug, Args)]
pub(super) struct Wipe {
    #[command(flatten)]
    yes: Yes,
}

#[derive(Serialize)]
struct Wiped {
    wiped: bool,
    file: String,
}

impl Wipe {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let environment = context.environment(true)?;
        let file = environment.file.display().to_string();
        if matches!(Session::inspect(&environment), Err(OpenError::Missing)) {
            return Err(OpenError::Missing.into());
        }
        if !self.yes.yes {
            self.ask(context, &file)?;
        }
        match vault::wipe(&environment) {
            Ok(()) => {}
            Err(WipeError::Keystore(_)) => context.out.warn(
                "keystore_entry_left",
                tr!("An entry of the system's keystore could not be removed. It opens nothing any more."),
            ),
            Err(WipeError::File { file, reason: error }) => {
                let file = visible(&file.display().to_string());
                return Err(Failure::new(
                    Exit::Failed,
                    "not_wiped",
                    tr!("{file} can't be removed: {reason}. Remove it yourself.", file = file, reason = reason(&error)),
                ));
            }
            Err(_) => return Err(Failure::new(Exit::Failed, "not_wiped", tr!("The vault couldn't be wiped."))),
        }
        if context.out.json {
            return context.out.result(&Wiped { wiped: true, file });
        }
        context.out.done(tr!("The vault is wiped from this device. Backups and copies elsewhere are still there."))
    }

    /// A person has to type a word; nobody to ask is a no.
    fn ask(&self, context: &Context<'_>, file: &str) -> Result<(), Failure> {
        if context.out.json || !io::stdin().is_terminal() || !somebody_is_there() {
            return Err(Failure::new(
                Exit::Refused,
                "needs_yes",
                tr!("What is wiped is gone for good, so this needs --yes."),
            ));
        }
        let word = tr!("wipe");
        let mut stderr = io::stderr().lock();
        writeln!(stderr, "{}", tr!("Every token in {file} will be gone for good.", file = visible(file)))?;
        write!(stderr, "{}", tr!("To go on, type {word}: ", word = word))?;
        stderr.flush()?;
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer)?;
        if answer.trim().to_lowercase() == word {
            return Ok(());
        }
        Err(Failure::new(Exit::Failed, "cancelled", tr!("Nothing was changed.")))
    }
}
