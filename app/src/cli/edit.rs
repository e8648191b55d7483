//! `edit`: what can be changed about a token.

use clap::Args;
use smartotp_core::token::{ChallengeEncoding, Counter};
use smartotp_core::vault;

use super::context::Context;
use super::failure::Failure;
use super::opening::Yes;
use super::shapes::{Listed, name_of};

/// Change a token's names, groups, note or counter
#[derive(Debug, Args)]
pub(super) struct Edit {
    /// Which one: issuer, account, issuer:account or id
    query: String,
    #[command(flatten)]
    changes: Changes,
    #[command(flatten)]
    _yes: Yes,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
struct Changes {
    /// The issuer
    #[arg(long)]
    issuer: Option<String>,
    /// The account
    #[arg(long)]
    account: Option<String>,
    /// The note
    #[arg(long)]
    note: Option<String>,
    /// The groups, instead of those that it is in; may be repeated
    #[arg(long, value_name = "NAME")]
    group: Vec<String>,
    /// Take it out of all groups
    #[arg(long, conflicts_with = "group")]
    no_groups: bool,
    /// Show it first
    #[arg(long)]
    favourite: bool,
    /// Don't show it first any more
    #[arg(long, conflicts_with = "favourite")]
    no_favourite: bool,
    /// The next counter of a HOTP token, or of an OCRA token that counts
    #[arg(long, value_name = "N")]
    counter: Option<u64>,
    /// How an OCRA token reads numeric challenges: rfc or ascii
    #[arg(long, value_name = "ENCODING", value_parser = parse_encoding)]
    encoding: Option<ChallengeEncoding>,
}

/// For `--encoding`.
pub(super) fn parse_encoding(text: &str) -> Result<ChallengeEncoding, &'static str> {
    match text {
        "rfc" => Ok(ChallengeEncoding::Rfc),
        "ascii" => Ok(ChallengeEncoding::Ascii),
        _ => Err("rfc, ascii"),
    }
}

impl Edit {
    pub(super) fn run(self, context: &Context<'_>) -> Result<(), Failure> {
        let mut session = context.open_to_change()?;
        let id = context.one_of(session.contents().tokens().iter(), &self.query)?.id;
        session.edit(id, self.changes.into())?;
        context.tidy(&mut session);
        let token = session.contents().token(id).ok_or(vault::ChangeError::NoSuchToken)?;
        if context.out.json {
            return context.out.result(&Listed::from(token));
        }
        context.out.done(&tr!("Saved: {name}", name = name_of(token)))
    }
}

impl From<Changes> for vault::Edit {
    fn from(changes: Changes) -> Self {
        Self {
            issuer: changes.issuer,
            account: changes.account,
            note: changes.note,
            groups: (changes.no_groups || !changes.group.is_empty()).then_some(changes.group),
            favourite: (changes.favourite || changes.no_favourite).then_some(changes.favourite),
            counter: changes.counter.map(Counter),
            encoding: changes.encoding,
            icon: None,
        }
    }
}
