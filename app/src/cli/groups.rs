//! `groups`: the groups that tokens are in.

use clap::{Args, Subcommand};
use serde::Serialize;
use smartotp_core::vault::{ChangeError, Session};

use super::context::Context;
use super::failure::{Exit, Failure};
use super::output::visible;
use super::table::Table;

/// List, rename or delete groups
#[derive(Debug, Args)]
pub(super) struct Groups {
    #[command(subcommand)]
    command: Option<GroupsCommand>,
}

#[derive(Debug, Subcommand)]
enum GroupsCommand {
    /// Rename a group in all tokens
    Rename {
        /// Its name
        group: String,
        /// Its new name
        name: String,
    },
    /// Take all tokens out of a group; the tokens stay
    Delete {
        /// Its name
        group: String,
    },
}

#[derive(Debug, Serialize)]
struct Group<'a> {
    name: &'a str,
    tokens: usize,
}

impl Groups {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let mut session = if self.command.is_none() { context.open()? } else { context.open_to_change()? };
        match &self.command {
            None => list(context, &session),
            Some(GroupsCommand::Rename { group, name }) => change(context, &mut session, group, Some(name)),
            Some(GroupsCommand::Delete { group }) => change(context, &mut session, group, None),
        }
    }
}

fn list(context: &Context<'_>, session: &Session) -> Result<(), Failure> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for name in session.contents().tokens().iter().flat_map(|token| &token.groups) {
        match groups.iter_mut().find(|group| group.name == name) {
            Some(group) => group.tokens += 1,
            None => groups.push(Group { name, tokens: 1 }),
        }
    }
    if context.out.json {
        return context.out.result(&groups);
    }
    let mut table = Table::default();
    for group in &groups {
        table.row([visible(group.name), group.tokens.to_string()]);
    }
    table.print(context.out)
}

/// Renames a group in every token, or takes it away: one write.
fn change(context: &Context<'_>, session: &mut Session, group: &str, name: Option<&str>) -> Result<(), Failure> {
    let changed = match name {
        Some(name) => session.rename_group(group, name),
        None => session.delete_group(group),
    };
    let changed = match changed {
        Err(ChangeError::NoSuchGroup) => {
            let message = tr!("There is no group \"{group}\".", group = visible(group));
            return Err(Failure::new(Exit::NotFound, "no_group", message));
        }
        other => other?,
    };
    context.tidy(session);
    if context.out.json {
        return list(context, session);
    }
    context.out.done(&trn!("{n} token was changed.", "{n} tokens were changed.", changed))
}
