//! `push`: requests that somebody's server sends, shown and answered.

mod answer;
mod asking;
mod enrol;
mod list;
mod watch;
mod words;

use clap::{Args, Subcommand};

use super::context::Context;
use super::failure::{Exit, Failure};
use super::opening::Yes;
use super::output::visible;
use super::query;
use super::shapes::name;
pub(super) use enrol::text_of;

/// Approve or deny push requests, and enrol the tokens that answer them
#[derive(Debug, Args)]
pub(super) struct Push {
    #[command(subcommand)]
    command: PushCommand,
}

#[derive(Debug, Subcommand)]
enum PushCommand {
    Enrol(enrol::Enrol),
    List(list::List),
    Approve(answer::Approve),
    Deny(answer::Deny),
    Watch(watch::Watch),
    Rename(Rename),
    Remove(Remove),
}

impl Push {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        match &self.command {
            PushCommand::Enrol(command) => command.run(context),
            PushCommand::List(command) => command.run(context),
            PushCommand::Approve(command) => command.run(context),
            PushCommand::Deny(command) => command.run(context),
            PushCommand::Watch(command) => command.run(context),
            PushCommand::Rename(command) => command.run(context),
            PushCommand::Remove(command) => command.run(context),
        }
    }
}

/// Give a push token another label: all that can be edited
#[derive(Debug, Args)]
struct Rename {
    /// Which one: issuer, label, serial or id
    token: String,
    /// The new label
    label: String,
}

impl Rename {
    fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let mut session = context.open_to_change()?;
        let id = asking::one_of(session.contents(), &self.token)?;
        session.rename_push(id, &self.label)?;
        context.out.done(&tr!("Saved: {name}", name = visible(&self.label)))
    }
}

/// Delete a push token, for good: its key exists nowhere else
#[derive(Debug, Args)]
struct Remove {
    /// Which one: issuer, label, serial or id
    token: String,
    #[command(flatten)]
    yes: Yes,
}

impl Remove {
    fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let mut session = context.open_sensitive(self.yes)?;
        let id = asking::one_of(session.contents(), &self.token)?;
        let token = session.contents().push().iter().find(|token| token.id == id);
        let called = token.map(|token| name(&token.issuer, &token.label)).unwrap_or_default();
        if asking::somebody_is_there() && !self.yes.yes {
            let question =
                tr!("Delete {name} for good? It can't be restored; its server has to enrol a new one.", name = called);
            if !query::confirmed(&question)? {
                return Err(Failure::new(Exit::Refused, "not_confirmed", tr!("Nothing was changed.")));
            }
        }
        session.remove_push(id)?;
        context.out.done(&tr!("Deleted for good: {name}", name = called))
    }
}
