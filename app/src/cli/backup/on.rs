//! `backup on`: a place from now on, with what lies there already taken in.

use clap::Args;
use serde::Serialize;
use smartotp_core::backup::folder::Folder;
use smartotp_core::backup::location::{Location, ProviderKind};
use smartotp_core::backup::versions;
use smartotp_core::vault::journal::Event;

use super::keys::NewLocks;
use super::places::{self, Named};
use super::{now, words};
use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure, reason};
use crate::cli::output::visible;

/// Back up to a place from now on; what lies there already is opened with its password and its tokens are added
#[derive(Debug, Args)]
pub(super) struct On {
    #[command(flatten)]
    named: Named,
    #[command(flatten)]
    locks: NewLocks,
}

#[derive(Serialize)]
struct TurnedOn {
    #[serde(flatten)]
    done: now::Report,
    /// Whether something lay there already.
    joined: bool,
}

impl On {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        // Nobody signs in for a vault that doesn't open.
        let early = if self.named.cloud(context)?.is_some() { None } else { Some(self.named.needed(context)?) };
        let mut session = context.open_to_change()?;
        let mut location = early.map_or_else(|| self.named.needed(context), Ok)?;
        places::remark_on(context.out, &location);
        prepare(&location)?;
        let provider = places::provider(context, &location)?;
        // Asked before a password is: nobody types one for a place that isn't there.
        let is_new = provider.list().map_err(versions::BackupError::from)?.is_empty();
        if !is_new && self.locks.recovery_key {
            return Err(words::already_there());
        }
        let found = if is_new { None } else { places::unlock(&*provider, &self.locks.password.get(false)?)? };
        let joined = found.is_some();
        let keys = match found {
            Some(keys) => keys,
            None => self.locks.get(context)?.keys()?,
        };
        location.take_sign_in(provider.sign_in());
        let id = session.add_place(location, keys)?;
        session.record(Event::BackupOn);
        let done = now::back_up(context, &mut session, id)?;
        words::remarks(context.out, &done.done);
        if context.out.json {
            // A recovery key stands in a line of its own before it.
            return context.out.result(&TurnedOn { done: done.report(), joined });
        }
        context.out.done(&tr!("The backup is on: {place}", place = visible(&done.place)))?;
        done.tell(context.out)
    }
}

/// Makes a folder that is not there yet.
fn prepare(location: &Location) -> Result<(), Failure> {
    let (ProviderKind::Folder, Location::Folder { path }) = (location.kind(), location) else { return Ok(()) };
    Folder::new(path.into()).make().map_err(|error| {
        Failure::new(
            Exit::Failed,
            "unwritable_folder",
            tr!("The folder {folder} can't be made: {reason}.", folder = visible(path), reason = reason(&error)),
        )
    })
}
