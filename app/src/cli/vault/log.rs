//! `vault log`: the journal, for people and for scripts.

use clap::Args;
use serde::Serialize;
use smartotp_core::token::TokenId;
use smartotp_core::vault::Contents;
use smartotp_core::vault::journal::{Event, Record};

use super::slots;
use crate::cli::calendar;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::shapes::{name, name_of};
use crate::cli::table::Table;

/// Print the journal: when the vault was opened, wrong tries, exports, imports, changes of the lock; the newest last, in UTC
#[derive(Debug, Args)]
pub(super) struct Log {
    /// Only the last of them
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

/// A record; the names of events are those of the journal's file.
#[derive(Serialize)]
struct Line<'a> {
    at: u64,
    #[serde(flatten)]
    event: Shape<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Shape<'a> {
    Known(&'a Event),
    Unknown { event: &'static str },
}

impl Log {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let mut session = context.open()?;
        let mut records = session.journal();
        records.drain(..records.len().saturating_sub(self.limit.unwrap_or(usize::MAX)));
        if context.out.json {
            return context.out.result(&records.iter().map(line).collect::<Vec<_>>());
        }
        if records.is_empty() {
            return context.out.done(tr!("Nothing has happened yet."));
        }
        let mut table = Table::default();
        for Record { unix, event } in &records {
            table.row([calendar::date_and_time(*unix), words(event, session.contents())]);
        }
        table.print(context.out)
    }
}

fn line(record: &Record) -> Line<'_> {
    let event = match &record.event {
        Event::OfALaterVersion => Shape::Unknown { event: "of-a-later-version" },
        event => Shape::Known(event),
    };
    Line { at: record.unix, event }
}

fn words(event: &Event, contents: &Contents) -> String {
    let name = |id: TokenId| token(id, contents);
    let tokens = |n: u32| trn!("{n} token", "{n} tokens", n as usize);
    match event {
        Event::Unlocked { slot } => with(tr!("Opened"), slots::name(*slot)),
        Event::WrongTries { count, .. } => {
            trn!("{n} wrong try before that", "{n} wrong tries before that", *count as usize)
        }
        Event::StepUpRefused => tr!("Wrong try when asked again").to_owned(),
        Event::Exported { tokens: n } => with(tr!("Exported"), &tokens(*n)),
        Event::QrShown { token } => with(tr!("Shown as a QR code"), &name(*token)),
        Event::Imported { tokens: n } => with(tr!("Imported"), &tokens(*n)),
        Event::Deleted { tokens: n } => with(tr!("Moved to the bin"), &tokens(*n)),
        Event::Purged { tokens: n } => with(tr!("Deleted for good"), &tokens(*n)),
        Event::SlotAdded { slot } => with(tr!("Way to open added"), slots::name(*slot)),
        Event::SlotChanged { slot } => with(tr!("Way to open changed"), slots::name(*slot)),
        Event::SlotRemoved { slot } => with(tr!("Way to open removed"), slots::name(*slot)),
        Event::Rehearsed { slot } => with(tr!("Proven"), slots::name(*slot)),
        Event::ProtectionChanged => tr!("Protective settings changed").to_owned(),
        Event::WipeAfterSet { tries: Some(tries) } => {
            trn!("Wipe after {n} wrong try turned on", "Wipe after {n} wrong tries turned on", usize::from(*tries))
        }
        Event::WipeAfterSet { tries: None } => tr!("Wipe after wrong tries turned off").to_owned(),
        Event::BackupOn => tr!("Backup turned on").to_owned(),
        Event::BackupOff => tr!("Backup turned off").to_owned(),
        Event::BackedUp { tokens: n } => with(tr!("Backed up"), &tokens(*n)),
        Event::Restored { tokens: n } => with(tr!("Restored from a backup"), &tokens(*n)),
        Event::ClockOff { seconds } => with(tr!("Clock found off"), &tr!("{seconds} s", seconds = seconds)),
        Event::RolledBack => tr!("An older vault than the newest one was opened").to_owned(),
        Event::PreviousOpened => tr!("The vault was damaged; the version before it was opened").to_owned(),
        Event::JournalDamaged => tr!("The journal was damaged; records are missing").to_owned(),
        Event::Signed { token } => with(tr!("Challenge answered"), &name(*token)),
        Event::PushApproved { token } => with(tr!("Request approved"), &name(*token)),
        Event::PushDenied { token } => with(tr!("Request denied"), &name(*token)),
        _ => tr!("Something that only a later version of Smart OTP knows").to_owned(),
    }
}

/// What happened and to what: `Exported: 3 tokens`.
fn with(what: &str, whom: &str) -> String {
    tr!("{what}: {whom}", what = what, whom = whom)
}

/// A token's name; one that is gone is its id.
fn token(id: TokenId, contents: &Contents) -> String {
    let binned = || contents.bin().iter().map(|binned| &binned.token).find(|token| token.id == id);
    let push = || contents.push().iter().find(|token| token.id == id).map(|token| name(&token.issuer, &token.label));
    let tiqr = || contents.tiqr().iter().find(|one| one.id == id).map(|one| name(&one.service, &one.user));
    let known = contents.token(id).or_else(binned).map(name_of);
    known.or_else(push).or_else(tiqr).unwrap_or_else(|| id.to_string())
}
