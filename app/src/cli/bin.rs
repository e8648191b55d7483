//! `rm`, `restore`, `bin`: what is deleted stays in the bin for 30 days.

use std::io::{self, IsTerminal as _};

use clap::{Args, Subcommand};
use serde::Serialize;
use smartotp_core::token::Token;
use smartotp_core::vault::journal::Event;
use smartotp_core::vault::{Binned, Session};

use super::context::Context;
use super::credentials::somebody_is_there;
use super::failure::{Exit, Failure};
use super::opening::Yes;
use super::shapes::{Listed, name_of};
use super::{code, list, query};

/// Move a token to the bin; it can be restored for 30 days
#[derive(Debug, Args)]
pub(super) struct Remove {
    /// Which one: issuer, account, issuer:account or id
    query: String,
    #[command(flatten)]
    yes: Yes,
}

impl Remove {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let mut session = context.open_sensitive(self.yes)?;
        let token = context.one_of(session.contents().tokens().iter(), &self.query)?;
        let (id, name, listed) = (token.id, name_of(token), Listed::from(token));
        let ask = !self.yes.yes && !context.out.json && io::stdin().is_terminal() && somebody_is_there();
        if ask && !query::confirmed(&tr!("Move {name} to the bin?", name = name))? {
            return Err(Failure::new(Exit::Failed, "cancelled", tr!("Nothing was changed.")));
        }
        session.remove(&[id], code::now())?;
        session.record(Event::Deleted { tokens: 1 });
        context.tidy(&mut session);
        if context.out.json {
            return context.out.result(&listed);
        }
        context.out.done(&tr!("In the bin for 30 days: {name}", name = name))
    }
}

/// Take a token out of the bin
#[derive(Debug, Args)]
pub(super) struct Restore {
    /// Which one: issuer, account, issuer:account or id
    query: String,
    #[command(flatten)]
    _yes: Yes,
}

impl Restore {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let mut session = context.open_to_change()?;
        let token = context.one_of(binned(&session), &self.query)?;
        let (id, name, listed) = (token.id, name_of(token), Listed::from(token));
        session.restore(&[id])?;
        context.tidy(&mut session);
        if context.out.json {
            return context.out.result(&listed);
        }
        context.out.done(&tr!("Back in the list: {name}", name = name))
    }
}

fn binned(session: &Session) -> impl Iterator<Item = &Token> + Clone {
    session.contents().bin().iter().map(|binned| &binned.token)
}

/// List the bin, or delete what is in it for good
#[derive(Debug, Args)]
pub(super) struct Bin {
    #[command(subcommand)]
    command: Option<BinCommand>,
}

#[derive(Debug, Subcommand)]
enum BinCommand {
    Empty(Empty),
}

/// Delete one token of the bin for good, or all of them
#[derive(Debug, Args)]
struct Empty {
    /// Which one; all where it is left out
    query: Option<String>,
    #[command(flatten)]
    yes: Yes,
}

#[derive(Serialize)]
struct BinnedToken {
    #[serde(flatten)]
    listed: Listed,
    deleted_at: u64,
}

impl From<&Binned> for BinnedToken {
    fn from(binned: &Binned) -> Self {
        Self { listed: Listed::from(&binned.token), deleted_at: binned.deleted_at }
    }
}

impl Bin {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        if let Some(BinCommand::Empty(command)) = &self.command {
            return command.run(context);
        }
        let session = context.open()?;
        if context.out.json {
            return context.out.result(&session.contents().bin().iter().map(BinnedToken::from).collect::<Vec<_>>());
        }
        let tokens: Vec<&Token> = binned(&session).collect();
        if tokens.is_empty() {
            return context.out.done(tr!("The bin is empty."));
        }
        list::table(&tokens).print(context.out)
    }
}

impl Empty {
    fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        if !self.yes.yes {
            return Err(Failure::new(
                Exit::Refused,
                "needs_yes",
                tr!("What leaves the bin is gone for good, so this needs --yes."),
            ));
        }
        let mut session = context.open_sensitive(self.yes)?;
        let tokens: Vec<&Token> = match &self.query {
            Some(query) => vec![context.one_of(binned(&session), query)?],
            None => binned(&session).collect(),
        };
        let listed: Vec<Listed> = tokens.iter().map(|token| Listed::from(*token)).collect();
        let ids: Vec<_> = tokens.iter().map(|token| token.id).collect();
        if !ids.is_empty() {
            session.purge(&ids)?;
            session.record(Event::Purged { tokens: u32::try_from(ids.len()).unwrap_or(u32::MAX) });
        }
        context.tidy(&mut session);
        if context.out.json {
            return context.out.result(&listed);
        }
        context.out.done(&trn!("{n} token was deleted for good.", "{n} tokens were deleted for good.", ids.len()))
    }
}
