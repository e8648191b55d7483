//! Which tokens leave: all of them, or those that a query and a group name.

use clap::Args;
use smartotp_core::token::Token;

use crate::cli::failure::{Exit, Failure};
use crate::cli::output::visible;
use crate::cli::query;

/// Which tokens leave.
#[derive(Debug, Args)]
pub(in crate::cli) struct Selection {
    /// Only those that it matches: issuer, account, issuer:account or id
    query: Option<String>,
    /// Only those in this group
    #[arg(long, value_name = "NAME")]
    group: Option<String>,
}

impl Selection {
    /// The tokens, in the vault's order.
    pub(in crate::cli) fn of<'a>(&self, tokens: &'a [Token]) -> Result<Vec<&'a Token>, Failure> {
        let mut found: Vec<&Token> = match &self.query {
            Some(query) => query::matches(tokens.iter(), query),
            None => tokens.iter().collect(),
        };
        if let Some(query) = self.query.as_ref().filter(|_| found.is_empty()) {
            return Err(query::nothing(query));
        }
        if let Some(group) = &self.group {
            let name = group.to_lowercase();
            found.retain(|token| token.groups.iter().any(|group| group.to_lowercase() == name));
            if found.is_empty() {
                let message = tr!("No token of these is in the group \"{group}\".", group = visible(group));
                return Err(Failure::new(Exit::NotFound, "no_match", message));
            }
        }
        Ok(found)
    }
}
