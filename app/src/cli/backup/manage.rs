//! `backup password`, `prune`, `delete`, `off`: what becomes of a backup that is on.

use clap::Args;
use serde::Serialize;
use smartotp_core::backup::versions::{self, How, Resealed};
use smartotp_core::backup::{LockKind, VersionId};
use smartotp_core::vault::SystemEntropy;
use smartotp_core::vault::journal::Event;

use super::keys::NewLocks;
use super::places::{self, Chosen};
use super::words;
use crate::cli::code;
use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::opening::Yes;
use crate::platform::device_name;

/// Change the backup's password: every version is sealed anew, and what the old one opens is taken away
#[derive(Debug, Args)]
pub(super) struct Password {
    #[command(flatten)]
    locks: NewLocks,
    #[command(flatten)]
    chosen: Chosen,
    #[command(flatten)]
    yes: Yes,
}

#[derive(Serialize)]
struct Changed {
    resealed: usize,
    /// Versions that the old password still opens.
    older: Vec<VersionId>,
}

impl Password {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let mut session = context.open_sensitive(self.yes)?;
        let ids = self.chosen.ids(&session)?;
        let locks = self.locks.get(context)?;
        let device = device_name();
        let mut changed = Changed { resealed: 0, older: Vec::new() };
        for id in ids {
            let place = places::place(&session, id)?;
            if place.locks().any(|lock| lock == LockKind::Recovery) && !locks.has_recovery() {
                words::recovery_key_ends(context.out);
            }
            let provider = places::provider(context, &place.location)?;
            let keys = locks.keys()?;
            let how = How { device: &device, now: code::now(), entropy: &SystemEntropy, verify: true };
            let Resealed { resealed, older } =
                versions::change_password(&mut session, &*provider, id, keys, &how, &())?;
            changed.resealed += resealed;
            changed.older.extend(older);
        }
        if !changed.older.is_empty() {
            context.out.warn(
                "older_versions",
                &trn!(
                    "{n} version could not be sealed anew: the old password still opens it.",
                    "{n} versions could not be sealed anew: the old password still opens them.",
                    changed.older.len()
                ),
            );
        }
        if context.out.json {
            return context.out.result(&changed);
        }
        context.out.done(&trn!(
            "The backup has a new password: {n} version was sealed anew.",
            "The backup has a new password: {n} versions were sealed anew.",
            changed.resealed
        ))
    }
}

/// Take away the versions that are not kept: all but the newest ten and the last one of each of thirty days
#[derive(Debug, Args)]
pub(super) struct Prune {
    #[command(flatten)]
    chosen: Chosen,
}

#[derive(Serialize)]
struct Pruned {
    pruned: Vec<VersionId>,
}

impl Prune {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let mut session = context.open_to_change()?;
        let mut pruned = Vec::new();
        for id in self.chosen.ids(&session)? {
            // Only what a version that stands still holds goes: so that is looked at first.
            super::now::back_up(context, &mut session, id)?;
            let provider = places::provider(context, &places::place(&session, id)?.location)?;
            pruned.extend(versions::prune(&mut session, &*provider, id, code::now(), &())?);
        }
        if context.out.json {
            return context.out.result(&Pruned { pruned });
        }
        told_deleted(context, pruned.len())
    }
}

/// Delete one version, or all of them; the vault's own tokens stay
#[derive(Debug, Args)]
pub(super) struct Delete {
    /// The version's id, or its beginning; all versions where it is left out
    #[arg(value_name = "ID")]
    version: Option<String>,
    #[command(flatten)]
    chosen: Chosen,
    #[command(flatten)]
    yes: Yes,
}

#[derive(Serialize)]
struct Deleted {
    deleted: Vec<VersionId>,
}

impl Delete {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        if !self.yes.yes {
            return Err(Failure::new(
                Exit::Refused,
                "needs_yes",
                tr!("What is deleted from a backup is gone for good, so this needs --yes."),
            ));
        }
        let mut session = context.open_sensitive(self.yes)?;
        let mut deleted = Vec::new();
        let mut failure = None;
        for id in self.chosen.ids(&session)? {
            let provider = places::provider(context, &places::place(&session, id)?.location)?;
            match &self.version {
                None => deleted.extend(versions::delete_all(&mut session, &*provider, id, &())?),
                Some(version) => {
                    let known = provider.list();
                    session.keep_sign_in(id, &*provider)?;
                    let known = known.map_err(versions::BackupError::from)?;
                    match places::version(&known, version) {
                        Ok(version) => {
                            deleted.extend(versions::delete(&mut session, &*provider, id, vec![version], &())?);
                        }
                        Err(other) => failure = Some(other),
                    }
                }
            }
        }
        if let Some(failure) = failure.filter(|_| deleted.is_empty()) {
            return Err(failure);
        }
        if context.out.json {
            return context.out.result(&Deleted { deleted });
        }
        told_deleted(context, deleted.len())
    }
}

fn told_deleted(context: &Context<'_>, versions: usize) -> Result<(), Failure> {
    context.out.done(&trn!("{n} version was deleted.", "{n} versions were deleted.", versions))
}

/// Back up no more; what lies in the place stays there
#[derive(Debug, Args)]
pub(super) struct Off {
    #[command(flatten)]
    chosen: Chosen,
    #[command(flatten)]
    yes: Yes,
}

#[derive(Serialize)]
struct TurnedOff {
    places: Vec<u32>,
}

impl Off {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let mut session = context.open_sensitive(self.yes)?;
        let ids = self.chosen.ids(&session)?;
        for id in &ids {
            session.remove_place(*id)?;
        }
        session.record(Event::BackupOff);
        if context.out.json {
            return context.out.result(&TurnedOff { places: ids });
        }
        context.out.done(tr!("The backup is off. What lies in the place stays there."))
    }
}
