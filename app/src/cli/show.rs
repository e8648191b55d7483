//! `show`: everything about one token; its key only where it is asked for.

use clap::Args;
use serde::Serialize;
use smartotp_core::enrol::otpauth;
use smartotp_core::token::Token;
use smartotp_core::vault::journal::Event;

use super::context::Context;
use super::failure::Failure;
use super::list::kind;
use super::opening::Yes;
use super::output::visible;
use super::shapes::{Listed, Making};
use super::table::Table;

/// Show everything about one token
#[derive(Debug, Args)]
pub(super) struct Show {
    /// Which one: issuer, account, issuer:account or id
    query: String,
    /// Its key and enrolment link too
    #[arg(long)]
    secret: bool,
    #[command(flatten)]
    yes: Yes,
}

#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    listed: Listed,
    note: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<&'a str>,
}

impl Show {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let mut session = if self.secret { context.open_sensitive(self.yes)? } else { context.open()? };
        let contents = std::sync::Arc::clone(session.contents());
        let token = context.one_of(contents.tokens().iter(), &self.query)?;
        if self.secret {
            // Its link is what an export would give.
            session.record(Event::Exported { tokens: 1 });
        }
        let secret = self.secret.then(|| (token.secret.to_base32(), otpauth::write(token)));
        let (secret, uri) = secret.as_ref().map(|(secret, uri)| (secret.expose(), uri.expose())).unzip();
        let listed = Listed::from(token);
        if context.out.json {
            return context.out.result(&Shown { listed, note: &token.note, secret, uri });
        }
        let mut table = Table::default();
        for (label, value) in facts(token, &listed.making, secret, uri) {
            table.row([label.to_owned(), value]);
        }
        table.print(context.out)
    }
}

fn facts(
    token: &Token,
    making: &Making,
    secret: Option<&str>,
    uri: Option<&str>,
) -> impl Iterator<Item = (&'static str, String)> {
    let number = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
    [
        (tr!("Issuer"), visible(&token.issuer)),
        (tr!("Account"), visible(&token.account)),
        (tr!("Type"), kind(token.kind.name()).to_owned()),
        (tr!("Algorithm"), making.algorithm.to_owned()),
        (tr!("Digits"), making.digits.to_string()),
        (tr!("Period"), making.period.map(|seconds| tr!("{seconds} s", seconds = seconds)).unwrap_or_default()),
        (tr!("Counter"), number(making.counter)),
        (tr!("Suite"), making.suite.as_deref().map(visible).unwrap_or_default()),
        (tr!("Groups"), token.groups.iter().map(|group| visible(group)).collect::<Vec<_>>().join(", ")),
        (tr!("Favourite"), if token.favourite { tr!("yes").to_owned() } else { String::new() }),
        (tr!("Note"), visible(&token.note)),
        (tr!("Id"), token.id.to_string()),
        (tr!("Key"), secret.unwrap_or_default().to_owned()),
        (tr!("Link"), uri.unwrap_or_default().to_owned()),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
}
