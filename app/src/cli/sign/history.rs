//! `sign --history`: what was signed, without the answers.

use serde::Serialize;
use smartotp_core::token::TokenId;
use smartotp_core::vault::Signature;

use crate::cli::calendar;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::output::visible;
use crate::cli::shapes::name;
use crate::cli::table::Table;

#[derive(Serialize)]
struct Entry<'a> {
    at: u64,
    id: TokenId,
    issuer: &'a str,
    account: &'a str,
    challenge: &'a str,
    fields: Vec<EntryField<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    binding: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    counter: Option<u64>,
}

#[derive(Serialize)]
struct EntryField<'a> {
    name: &'a str,
    value: &'a str,
}

pub(super) fn show(context: &Context<'_>) -> Result<(), Failure> {
    let session = context.open()?;
    let signatures = session.contents().signatures();
    if context.out.json {
        return context.out.result(&signatures.iter().map(entry).collect::<Vec<_>>());
    }
    if signatures.is_empty() {
        return context.out.done(tr!("Nothing has been signed yet."));
    }
    let mut table = Table::default();
    for signature in signatures {
        let fields: Vec<String> =
            signature.fields.iter().map(|(name, value)| format!("{}={}", visible(name), visible(value))).collect();
        table.row([
            calendar::date_and_time(signature.unix),
            name(&signature.issuer, &signature.account),
            visible(&signature.challenge),
            fields.join(" | "),
        ]);
    }
    table.print(context.out)
}

fn entry(signature: &Signature) -> Entry<'_> {
    Entry {
        at: signature.unix,
        id: signature.token,
        issuer: &signature.issuer,
        account: &signature.account,
        challenge: &signature.challenge,
        fields: signature.fields.iter().map(|(name, value)| EntryField { name, value }).collect(),
        binding: signature.binding.as_deref(),
        counter: signature.counter,
    }
}
