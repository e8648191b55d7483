//! `list`: what is in the vault, without codes or secrets.

use clap::Args;
use smartotp_core::token::{KindName, Token};

use super::context::Context;
use super::failure::Failure;
use super::output::visible;
use super::query;
use super::shapes::Listed;
use super::table::Table;

/// List the tokens, without codes or keys
#[derive(Debug, Args)]
pub(super) struct List {
    /// Only those that it matches: issuer, account, issuer:account or id
    query: Option<String>,
}

impl List {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let session = context.open()?;
        let tokens = session.contents().tokens();
        let found: Vec<&Token> = match &self.query {
            Some(query) => query::matches(tokens.iter(), query),
            None => tokens.iter().collect(),
        };
        if let Some(query) = self.query.as_ref().filter(|_| found.is_empty()) {
            return Err(query::nothing(query));
        }
        if context.out.json {
            return context.out.result(&found.iter().map(|token| Listed::from(*token)).collect::<Vec<_>>());
        }
        if found.is_empty() {
            return context.out.done(tr!("The vault is empty. Add a token with: smartotp add -"));
        }
        table(&found).print(context.out)
    }
}

/// Tokens as people read them.
pub(super) fn table(tokens: &[&Token]) -> Table {
    let mut table = Table::default();
    for token in tokens {
        let groups = token.groups.iter().map(|group| visible(group)).collect::<Vec<_>>().join(", ");
        table.row([
            visible(&token.issuer),
            visible(&token.account),
            kind(token.kind.name()).to_owned(),
            if token.favourite { "★".to_owned() } else { String::new() },
            groups,
        ]);
    }
    table
}

/// How a kind is written for people.
pub(super) fn kind(kind: KindName) -> &'static str {
    match kind {
        KindName::Totp => "TOTP",
        KindName::Hotp => "HOTP",
        KindName::Ocra => "OCRA",
        KindName::Steam => "Steam",
        KindName::Motp => "mOTP",
        KindName::Yandex => "Yandex",
    }
}
