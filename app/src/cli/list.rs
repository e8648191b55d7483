//! `list`: what is in the vault, without codes or secrets.

use clap::Args;
use smartotp_core::token::order::Order;
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
    /// In which order: the vault's own, by name, the most or the last used first
    #[arg(long, value_name = "ORDER", value_parser = parse_order)]
    sort: Option<Order>,
}

/// For `--sort`.
fn parse_order(name: &str) -> Result<Order, String> {
    let named = |order: &Order| serde_json::to_value(order).ok().and_then(|value| value.as_str().map(str::to_owned));
    let found = Order::ALL.into_iter().find(|order| named(order).as_deref() == Some(name));
    found.ok_or_else(|| Order::ALL.iter().filter_map(named).collect::<Vec<_>>().join(", "))
}

impl List {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let mut session = context.open()?;
        let contents = std::sync::Arc::clone(session.contents());
        let tokens = contents.tokens();
        let mut found: Vec<&Token> = match &self.query {
            Some(query) => query::matches(tokens.iter(), query),
            None => tokens.iter().collect(),
        };
        if let Some(query) = self.query.as_ref().filter(|_| found.is_empty()) {
            return Err(query::nothing(query));
        }
        match self.sort.unwrap_or_default() {
            order @ (Order::MostUsed | Order::LastUsed) => {
                let usages = session.usages();
                order.arrange(&mut found, |id| usages.get(&id).copied().unwrap_or_default());
            }
            order => order.arrange(&mut found, |_| Default::default()),
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
