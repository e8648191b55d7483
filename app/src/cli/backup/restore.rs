//! `backup restore`: tokens back into the vault, from the newest version or a named one.

use clap::Args;
use serde::Serialize;
use smartotp_core::backup::versions::{self, Opens};
use smartotp_core::backup::{Snapshot, VersionId};
use smartotp_core::vault::Restored;
use smartotp_core::vault::journal::Event;

use super::places::{self, BackupPassword, Chosen, Named};
use super::{list, words};
use crate::cli::code;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::opening::Yes;

/// Bring back what a backup holds: what is missing is added; the newest version where none is named
#[derive(Debug, Args)]
pub(super) struct Restore {
    /// The version's id, or its beginning
    #[arg(long, value_name = "ID")]
    version: Option<String>,
    /// Leave in the list just what the version has; the rest goes to the bin
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    chosen: Chosen,
    #[command(flatten)]
    named: Named,
    #[command(flatten)]
    password: BackupPassword,
    #[command(flatten)]
    yes: Yes,
}

#[derive(Serialize)]
struct Report {
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<VersionId>,
    made_at: u64,
    device: String,
    added: usize,
    duplicates: usize,
    binned: usize,
}

impl Restore {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let mut session = if self.replace { context.open_sensitive(self.yes)? } else { context.open_to_change()? };
        let (version, snapshot) = match self.named.location(context)? {
            Some(location) => {
                let provider = places::provider(context, &location)?;
                let keys = places::unlock(&*provider, &self.password.get(false)?)?;
                let keys = keys.ok_or(versions::BackupError::NoVersion)?;
                self.read(&*provider, Opens::Keys(&keys))?
            }
            None => match &self.version {
                Some(version) => {
                    let (id, snapshot) = list::find(context, &mut session, &self.chosen, version)?;
                    (Some(id), snapshot)
                }
                None => {
                    let id = self.chosen.ids(&session)?.into_iter().next().ok_or_else(words::not_on)?;
                    let place = places::place(&session, id)?;
                    let provider = places::provider(context, &place.location)?;
                    let read = self.read(&*provider, Opens::Place(place));
                    session.keep_sign_in(id, &*provider)?;
                    read?
                }
            },
        };
        let (made_at, device) = (snapshot.origin.made_at, snapshot.origin.device.clone());
        let Restored { added, here, binned } = session.restore_version(snapshot, self.replace, code::now())?;
        session.record(Event::Restored { tokens: u32::try_from(added).unwrap_or(u32::MAX) });
        context.tidy(&mut session);
        if context.out.json {
            return context.out.result(&Report { version, made_at, device, added, duplicates: here, binned });
        }
        context.out.done(&trn!("{n} token was restored.", "{n} tokens were restored.", added))?;
        if here > 0 {
            context.out.done(&trn!("{n} token was here already.", "{n} tokens were here already.", here))?;
        }
        if binned > 0 {
            context.out.done(&trn!("{n} token went to the bin.", "{n} tokens went to the bin.", binned))?;
        }
        Ok(())
    }

    fn read(
        &self,
        provider: &dyn smartotp_core::backup::provider::Provider,
        opens: Opens<'_>,
    ) -> Result<(Option<VersionId>, Snapshot), Failure> {
        let Some(version) = &self.version else {
            return Ok((None, versions::read_newest(provider, opens, &())?));
        };
        let known = provider.list().map_err(versions::BackupError::from)?;
        let id = places::version(&known, version)?;
        Ok((Some(id), versions::read_one(provider, opens, id)?))
    }
}
