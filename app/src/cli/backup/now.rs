//! `backup now`: read what others wrote, merge it, write, read back, compare. Only then it says so.

use clap::Args;
use serde::Serialize;
use smartotp_core::backup::VersionId;
use smartotp_core::backup::location::ProviderKind;
use smartotp_core::backup::versions::{self, Done, How};
use smartotp_core::vault::SystemEntropy;
use smartotp_core::vault::journal::Event;

use super::places::{self, Chosen};
use super::words;
use crate::cli::code;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::opening::Opened;
use crate::cli::output::{Output, visible};
use crate::platform::device_name;

/// Merge what other devices wrote, and write a version where something is new; it is read back and compared
#[derive(Debug, Args)]
pub(super) struct Now {
    #[command(flatten)]
    chosen: Chosen,
}

/// A backup that stands.
pub(super) struct BackedUp {
    pub(super) id: u32,
    pub(super) provider: ProviderKind,
    pub(super) place: String,
    pub(super) done: Done,
    at: u64,
}

/// Its JSON.
#[derive(Serialize)]
pub(super) struct Report {
    place: u32,
    provider: ProviderKind,
    r#where: String,
    /// The version that holds all tokens.
    version: Option<VersionId>,
    /// Whether it was written just now.
    written: bool,
    tokens: usize,
    /// Tokens that came from other devices.
    added: usize,
    /// Tokens that other devices had deleted.
    removed: usize,
    verified_at: u64,
    stepped_back: bool,
    torn: usize,
    pruned: usize,
}

impl Now {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let mut session = context.open_to_change()?;
        let ids = self.chosen.ids(&session)?;
        let (mut reports, mut failed) = (Vec::with_capacity(ids.len()), None);
        for id in ids {
            match back_up(context, &mut session, id) {
                Ok(done) => {
                    words::remarks(context.out, &done.done);
                    if context.out.json {
                        reports.push(done.report());
                    } else {
                        done.tell(context.out)?;
                    }
                }
                // The others are tried all the same; the last failure is told, and gives the exit code.
                Err(failure) => {
                    if let Some(earlier) = failed.replace(failure) {
                        Failure::tell(&earlier, context.out.json);
                    }
                }
            }
        }
        context.tidy(&mut session);
        if context.out.json {
            context.out.result(&reports)?;
        }
        failed.map_or(Ok(()), Err)
    }
}

/// Backs up to one place.
pub(super) fn back_up(context: &Context<'_>, session: &mut Opened<'_>, id: u32) -> Result<BackedUp, Failure> {
    let place = places::place(session, id)?;
    let (kind, shown) = (place.location.kind(), place.location.shown());
    let provider = places::provider(context, &place.location)?;
    let device = device_name();
    let at = code::now();
    let how = How { device: &device, now: at, entropy: &SystemEntropy, verify: true };
    let done = versions::now(session, &*provider, id, &how, &())?;
    if done.written.is_some() {
        session.record(Event::BackedUp { tokens: u32::try_from(done.tokens).unwrap_or(u32::MAX) });
    }
    Ok(BackedUp { id, provider: kind, place: shown, done, at })
}

impl BackedUp {
    pub(super) fn report(&self) -> Report {
        let done = &self.done;
        Report {
            place: self.id,
            provider: self.provider,
            r#where: self.place.clone(),
            version: done.head,
            written: done.written.is_some(),
            tokens: done.tokens,
            added: done.taken_in.added,
            removed: done.taken_in.removed,
            verified_at: self.at,
            stepped_back: done.stepped_back,
            torn: done.torn,
            pruned: done.pruned,
        }
    }

    pub(super) fn tell(&self, out: Output) -> Result<(), Failure> {
        let done = &self.done;
        if done.taken_in.added > 0 {
            out.done(&trn!(
                "{n} token came from the backup.",
                "{n} tokens came from the backup.",
                done.taken_in.added
            ))?;
        }
        if done.taken_in.removed > 0 {
            out.done(&trn!(
                "{n} token that was deleted elsewhere left the list.",
                "{n} tokens that were deleted elsewhere left the list.",
                done.taken_in.removed
            ))?;
        }
        let place = visible(&self.place);
        out.done(&if done.written.is_some() {
            trn!(
                "Backed up and verified: {n} token in {place}",
                "Backed up and verified: {n} tokens in {place}",
                done.tokens,
                place = place
            )
        } else {
            trn!(
                "Nothing new, and verified: {n} token in {place}",
                "Nothing new, and verified: {n} tokens in {place}",
                done.tokens,
                place = place
            )
        })
    }
}
